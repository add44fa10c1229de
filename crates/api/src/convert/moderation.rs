//! Moderation: requests in; settings, held messages, reports, the audit and events out.

use trivium_engine::{
    Entry, Millis, ModerationCommand, ModerationEvent, RoomId, Seq, UserId,
    chat::Sent,
    moderation::{
        self, Ban, HeldView, MessageState, Mute, Quote, ReportReason, ReportView, Resolution, Rule, Rules,
        audit::Audited,
        filter::{Action, RuleError, Syntax, Trial},
    },
};
use trivium_proto::v1::{self, room_event::Event};

use super::{
    chat,
    common::{
        Addressed, Invalid, addressed, count_out, enumerated, id, span_out, time_or_zero, time_out, user_or_empty,
    },
};

/// Change how a room is moderated. Compiles the rules, which takes a while where there are many.
pub fn update(request: v1::UpdateModerationRequest) -> Result<Addressed, Invalid> {
    let wire = request
        .settings
        .ok_or_else(|| Invalid::new("settings", "value is required"))?;
    let settings = moderation::Settings {
        slow_mode: Millis(wire.slow_mode_ms.into()),
        approval: wire.approval,
        newcomer: Millis(wire.newcomer_ms.into()),
        rules: rules("settings.rules", wire.rules)?,
    };
    addressed(
        request.room_id,
        request.request_id,
        ModerationCommand::Update { settings },
    )
}

/// Rules that can be used. What is wrong with one is told of its pattern.
pub fn rules(field: &str, wire: Vec<v1::FilterRule>) -> Result<Rules, Invalid> {
    let mut list = Vec::with_capacity(wire.len());
    for (index, wire) in wire.into_iter().enumerate() {
        list.push(rule(wire).map_err(|invalid| invalid.within(&format!("{field}[{index}]")))?);
    }
    Rules::new(list).map_err(|error| match error {
        RuleError::TooMany => Invalid::new(field, error.to_string()),
        RuleError::Bad { rule, why } => Invalid::new(format!("{field}[{rule}].pattern"), why),
    })
}

fn rule(wire: v1::FilterRule) -> Result<Rule, Invalid> {
    Ok(Rule {
        pattern: wire.pattern,
        syntax: match enumerated("syntax", wire.syntax)? {
            v1::FilterSyntax::Unspecified | v1::FilterSyntax::Word => Syntax::Word,
            v1::FilterSyntax::Regex => Syntax::Regex,
        },
        action: match enumerated("action", wire.action)? {
            v1::FilterAction::Unspecified | v1::FilterAction::Block => Action::Block,
            v1::FilterAction::Hold => Action::Hold,
            v1::FilterAction::Mask => Action::Mask,
        },
        nicknames: wire.nicknames,
    })
}

/// Keep a member from writing.
pub fn mute(request: v1::MuteMemberRequest) -> Result<Addressed, Invalid> {
    let command = ModerationCommand::Mute {
        user: id("user_id", request.user_id)?,
        duration: duration(request.duration_ms),
        reason: request.reason,
    };
    addressed(request.room_id, request.request_id, command)
}

/// How long something lasts; none for 0.
pub fn duration(ms: u32) -> Option<Millis> {
    (ms > 0).then(|| Millis(ms.into()))
}

/// Let a member write again.
pub fn unmute(request: v1::UnmuteMemberRequest) -> Result<Addressed, Invalid> {
    let command = ModerationCommand::Unmute {
        user: id("user_id", request.user_id)?,
    };
    addressed(request.room_id, request.request_id, command)
}

/// Publish, reject or put aside a message.
pub fn resolve_message(request: v1::ResolveMessageRequest) -> Result<Addressed, Invalid> {
    let state = state("state", request.state)?.ok_or_else(|| Invalid::new("state", "value is required"))?;
    let command = ModerationCommand::Resolve {
        message: request.message_seq,
        state,
    };
    addressed(request.room_id, request.request_id, command)
}

/// Where a message stands; none if unspecified.
pub fn state(field: &str, number: i32) -> Result<Option<MessageState>, Invalid> {
    Ok(match enumerated(field, number)? {
        v1::MessageState::Unspecified => None,
        v1::MessageState::Pending => Some(MessageState::Pending),
        v1::MessageState::Published => Some(MessageState::Published),
        v1::MessageState::Rejected => Some(MessageState::Rejected),
        v1::MessageState::Archived => Some(MessageState::Archived),
    })
}

/// Tell the hosts of a message.
pub fn report(request: v1::ReportMessageRequest) -> Result<Addressed, Invalid> {
    let reason = match enumerated("reason", request.reason)? {
        v1::ReportReason::Unspecified => return Err(Invalid::new("reason", "value is required")),
        v1::ReportReason::Spam => ReportReason::Spam,
        v1::ReportReason::Harassment => ReportReason::Harassment,
        v1::ReportReason::Inappropriate => ReportReason::Inappropriate,
        v1::ReportReason::Safety => ReportReason::Safety,
        v1::ReportReason::Other => ReportReason::Other,
    };
    let command = ModerationCommand::Report {
        message: request.message_seq,
        reason,
        text: request.text,
    };
    addressed(request.room_id, request.request_id, command)
}

/// Close a report.
pub fn resolve_report(request: v1::ResolveReportRequest) -> Result<Addressed, Invalid> {
    let resolution = match enumerated("resolution", request.resolution)? {
        v1::ReportResolution::Unspecified => return Err(Invalid::new("resolution", "value is required")),
        v1::ReportResolution::Dismissed => Resolution::Dismissed,
        v1::ReportResolution::Deleted => Resolution::Deleted,
        v1::ReportResolution::Muted => Resolution::Muted,
        v1::ReportResolution::Banned => Resolution::Banned,
    };
    let command = ModerationCommand::ResolveReport {
        report: request.report_seq,
        resolution,
    };
    addressed(request.room_id, request.request_id, command)
}

/// How a room is moderated.
pub fn settings(settings: &moderation::Settings) -> v1::ModerationSettings {
    v1::ModerationSettings {
        slow_mode_ms: span_out(settings.slow_mode),
        approval: settings.approval,
        newcomer_ms: span_out(settings.newcomer),
        rules: settings.rules.list().iter().map(rule_out).collect(),
    }
}

fn rule_out(rule: &Rule) -> v1::FilterRule {
    let syntax = match rule.syntax {
        Syntax::Word => v1::FilterSyntax::Word,
        Syntax::Regex => v1::FilterSyntax::Regex,
    };
    v1::FilterRule {
        pattern: rule.pattern.clone(),
        syntax: syntax.into(),
        action: action_out(rule.action).into(),
        nicknames: rule.nicknames,
    }
}

fn action_out(action: Action) -> v1::FilterAction {
    match action {
        Action::Block => v1::FilterAction::Block,
        Action::Hold => v1::FilterAction::Hold,
        Action::Mask => v1::FilterAction::Mask,
    }
}

/// What rules do to a text.
pub fn trial(trial: Trial) -> v1::TestFilterResponse {
    let matches = trial.matches.iter().map(|found| v1::FilterMatch {
        rule: count_out(found.rule),
        start: count_out(found.start),
        end: count_out(found.end),
    });
    v1::TestFilterResponse {
        matches: matches.collect(),
        action: trial.action.map_or(v1::FilterAction::Unspecified, action_out).into(),
        shown: trial.shown,
    }
}

/// The mute that a user is under.
pub fn mute_out(user: &UserId, mute: &Mute) -> v1::Mute {
    v1::Mute {
        user_id: user.to_string(),
        expire_time_ms: time_or_zero(mute.until),
        reason: mute.reason.clone(),
        actor_id: mute.by.to_string(),
        create_time_ms: time_out(mute.at),
    }
}

/// The ban that a user is under.
pub fn ban_out(user: &UserId, ban: &Ban) -> v1::Ban {
    v1::Ban {
        user_id: user.to_string(),
        expire_time_ms: time_or_zero(ban.until),
        reason: ban.reason.clone(),
    }
}

/// A message that not everybody sees.
pub fn held(room: &RoomId, held: &HeldView) -> v1::Message {
    let mut message = quote(room, held.seq, &held.quote);
    message.set_state(state_out(held.state));
    message
}

/// A message as it stood at some time.
fn quote(room: &RoomId, seq: Seq, quote: &Quote) -> v1::Message {
    v1::Message {
        edit_time_ms: time_or_zero(quote.edited_at),
        edit_count: quote.edit_count,
        ..chat::sent(room, seq, quote.sent_at, &quote.sent)
    }
}

/// A message that waits.
pub fn pending(room: &RoomId, entry: &Entry, sent: &Sent) -> v1::Message {
    let mut message = chat::sent(room, entry.seq, entry.at, sent);
    message.set_state(v1::MessageState::Pending);
    message
}

fn state_out(state: MessageState) -> v1::MessageState {
    match state {
        MessageState::Pending => v1::MessageState::Pending,
        MessageState::Published => v1::MessageState::Published,
        MessageState::Rejected => v1::MessageState::Rejected,
        MessageState::Archived => v1::MessageState::Archived,
    }
}

/// A report.
pub fn report_out(room: &RoomId, report: &ReportView) -> v1::Report {
    let closed = report.closed.as_ref();
    v1::Report {
        seq: report.seq,
        message: Some(quote(room, report.message, &report.quote)),
        reporter_id: report.reporter.to_string(),
        reason: reason_out(report.reason).into(),
        text: report.text.clone(),
        create_time_ms: time_out(report.at),
        resolve_time_ms: time_or_zero(closed.map(|closed| closed.at)),
        resolver_id: user_or_empty(closed.and_then(|closed| closed.by.as_ref())),
        resolution: closed
            .map_or(v1::ReportResolution::Unspecified, |closed| {
                resolution_out(closed.resolution)
            })
            .into(),
    }
}

fn reason_out(reason: ReportReason) -> v1::ReportReason {
    match reason {
        ReportReason::Spam => v1::ReportReason::Spam,
        ReportReason::Harassment => v1::ReportReason::Harassment,
        ReportReason::Inappropriate => v1::ReportReason::Inappropriate,
        ReportReason::Safety => v1::ReportReason::Safety,
        ReportReason::Other => v1::ReportReason::Other,
    }
}

fn resolution_out(resolution: Resolution) -> v1::ReportResolution {
    match resolution {
        Resolution::Dismissed => v1::ReportResolution::Dismissed,
        Resolution::Deleted => v1::ReportResolution::Deleted,
        Resolution::Muted => v1::ReportResolution::Muted,
        Resolution::Banned => v1::ReportResolution::Banned,
    }
}

/// Something that was done with the power of a host.
pub fn audited(audited: &Audited) -> v1::AuditEntry {
    v1::AuditEntry {
        seq: audited.seq,
        time_ms: time_out(audited.at),
        actor_id: user_or_empty(audited.actor.as_ref()),
        action: audited.action.to_owned(),
        target_user_id: user_or_empty(audited.target.as_ref()),
        message_seq: audited.message.unwrap_or_default(),
        detail: audited.detail.clone(),
    }
}

/// An event on the wire. The entry gives what the event leaves out: number, time and actor.
pub fn event(room: &RoomId, entry: &Entry, event: &ModerationEvent) -> Event {
    match event {
        ModerationEvent::Updated { settings: changed } => Event::ModerationUpdated(v1::ModerationUpdated {
            settings: Some(settings(changed)),
        }),
        ModerationEvent::Muted {
            user,
            until,
            reason,
            by,
        } => {
            let mute = Mute {
                until: *until,
                reason: reason.clone(),
                by: by.clone(),
                at: entry.at,
            };
            Event::MemberMuted(v1::MemberMuted {
                mute: Some(mute_out(user, &mute)),
            })
        }
        ModerationEvent::Unmuted { user } => Event::MemberUnmuted(v1::MemberUnmuted {
            user_id: user.to_string(),
        }),
        ModerationEvent::Held { sent, rule, .. } => Event::MessageHeld(v1::MessageHeld {
            message: Some(pending(room, entry, sent)),
            rule: *rule,
        }),
        ModerationEvent::Resolved {
            message,
            state,
            published,
            ..
        } => Event::MessageResolved(v1::MessageResolved {
            message_seq: *message,
            state: state_out(*state).into(),
            message: published.as_ref().map(|published| quote(room, *message, published)),
        }),
        ModerationEvent::Reported {
            message,
            quote,
            reporter,
            reason,
            text,
            of_host: _,
        } => {
            let report = ReportView {
                seq: entry.seq,
                message: *message,
                quote: (**quote).clone(),
                reporter: reporter.clone(),
                reason: *reason,
                text: text.clone(),
                at: entry.at,
                closed: None,
            };
            Event::MessageReported(v1::MessageReported {
                report: Some(report_out(room, &report)),
            })
        }
        ModerationEvent::ReportResolved { report, resolution } => Event::ReportResolved(v1::ReportResolved {
            report_seq: *report,
            resolution: resolution_out(*resolution).into(),
        }),
        ModerationEvent::FilterBlocked { user, rule, excerpt } => Event::FilterBlocked(v1::FilterBlocked {
            user_id: user.to_string(),
            rule: *rule,
            excerpt: excerpt.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_rule_is_named_by_its_pattern() {
        let rule = |pattern: &str, syntax: v1::FilterSyntax| v1::FilterRule {
            pattern: pattern.to_owned(),
            syntax: syntax.into(),
            ..v1::FilterRule::default()
        };
        let list = vec![
            rule("fine", v1::FilterSyntax::Unspecified),
            rule("(", v1::FilterSyntax::Regex),
        ];
        let refused = rules("settings.rules", list).expect_err("no expression");
        assert_eq!(refused.0.field, "settings.rules[1].pattern");
        let mut unknown = rule("fine", v1::FilterSyntax::Word);
        unknown.action = 99;
        let refused = rules("rules", vec![unknown]).expect_err("no action");
        assert_eq!(refused.0.field, "rules[0].action");
    }

    #[test]
    fn rules_come_back() {
        let given = vec![v1::FilterRule {
            pattern: "b*d".into(),
            syntax: v1::FilterSyntax::Word.into(),
            action: v1::FilterAction::Mask.into(),
            nicknames: true,
        }];
        let kept = rules("rules", given.clone()).expect("rules");
        let back: Vec<_> = kept.list().iter().map(rule_out).collect();
        assert_eq!(back, given);
    }
}
