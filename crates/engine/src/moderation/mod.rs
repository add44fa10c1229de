//! Moderation: who may say what, when and how often; what hosts look at; what they did.
//!
//! Everything that members write passes one [`gate`] behind the features that decide it, which lets it pass, changes it,
//! holds it back or refuses it. Hosts are exempt. Mutes and bans end by the clock alone, without an entry: whoever reads
//! them compares with the time.
//!
//! Neighbours: [`room`](crate::room) dispatches here, and asks the gate about every event of chat and membership;
//! [`chat`](crate::chat) keeps the messages that everybody sees, [`approval`] the others.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::{
    Audience, ChatEvent, Cx, Entry, Event, Millis, Reject, Room, Seq, Timestamp, UserId, Visibility, chat::Sent,
    member::Role, permission::Need,
};

pub mod approval;
pub mod audit;
pub mod filter;
pub(crate) mod gate;
mod link;
pub mod mute;
pub mod report;

pub use approval::{HeldView, MessageState, Quote};
pub use filter::{Rule, Rules};
pub use mute::{Ban, Mute};
pub use report::{ReportReason, ReportView, Resolution};

/// Longest slow mode.
pub const MAX_SLOW_MODE: Millis = Millis::secs(6 * 60 * 60);
/// Longest time as a newcomer.
pub const MAX_NEWCOMER: Millis = Millis::secs(7 * 24 * 60 * 60);
/// Longest reason, in characters.
pub const MAX_REASON: usize = 200;

/// How a room is moderated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Time between two messages of one member.
    #[serde(skip_serializing_if = "crate::omit::is_default")]
    pub slow_mode: Millis,
    /// Messages wait for a host before others see them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub approval: bool,
    /// For how long after coming in a member is a newcomer, who may not share links, attach files or mention everybody.
    #[serde(skip_serializing_if = "crate::omit::is_default")]
    pub newcomer: Millis,
    /// Rules for texts. The first that matches decides. Hosts see them.
    #[serde(skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
}

/// What one may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModerationCommand {
    /// Change how the room is moderated.
    Update {
        /// Replaces all of it.
        settings: Settings,
    },
    /// Keep a member from writing.
    Mute {
        /// The member.
        user: UserId,
        /// For how long; none until a host ends it.
        duration: Option<Millis>,
        /// Told to the member.
        reason: String,
    },
    /// Let a member write again.
    Unmute {
        /// The member.
        user: UserId,
    },
    /// Publish, reject or put aside a message.
    Resolve {
        /// The message.
        message: Seq,
        /// How it stands then.
        state: MessageState,
    },
    /// Tell the hosts of a message.
    Report {
        /// The message.
        message: Seq,
        /// Why.
        reason: ReportReason,
        /// In the reporter's words.
        text: String,
    },
    /// Close a report, and with it all others of the same message.
    ResolveReport {
        /// The report.
        report: Seq,
        /// What is to be done.
        resolution: Resolution,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModerationEvent {
    /// How the room is moderated has changed. Hosts see the rules.
    Updated {
        /// As it is now.
        settings: Settings,
    },
    /// A member may not write. Hosts and the member see it.
    Muted {
        /// The member.
        user: UserId,
        /// When it ends; none for when a host ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// What the host said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// Who did it.
        by: UserId,
    },
    /// A member may write again. Hosts and the member see it.
    Unmuted {
        /// The member.
        user: UserId,
    },
    /// A message waits for a host. Hosts and its author see it; it is known by the number of this entry.
    Held {
        /// What was to be sent.
        sent: Box<Sent>,
        /// Who wrote it.
        author: UserId,
        /// The rule that held it; none where all messages wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<u32>,
    },
    /// A message that waited was published or rejected, or a published one was put aside or brought back.
    Resolved {
        /// The message.
        message: Seq,
        /// Who wrote it.
        author: UserId,
        /// How it stands now.
        state: MessageState,
        /// The message, if it is published now: it is in the chat as it is here, without reactions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        published: Option<Box<Quote>>,
    },
    /// A message was reported. Hosts see it; the report is known by the number of this entry.
    Reported {
        /// The message.
        message: Seq,
        /// As it stood.
        quote: Box<Quote>,
        /// Who reported it.
        reporter: UserId,
        /// Why.
        reason: ReportReason,
        /// In the reporter's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        /// Whether a host wrote the message. Then no host sees this, as the author would.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        of_host: bool,
    },
    /// A report was closed. Hosts see it.
    ReportResolved {
        /// The report.
        report: Seq,
        /// What was done.
        resolution: Resolution,
    },
    /// A rule refused a text or a nickname. Hosts see it.
    FilterBlocked {
        /// Whose.
        user: UserId,
        /// The rule, from 0.
        rule: u32,
        /// The beginning of what was refused.
        excerpt: String,
    },
}

/// What remains of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    /// Some may have ended.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    mutes: BTreeMap<UserId, Mute>,
    /// While there is a slow mode: when each member last wrote.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    wrote: BTreeMap<UserId, Timestamp>,
    #[serde(skip_serializing_if = "approval::Held::is_empty")]
    held: approval::Held,
    #[serde(skip_serializing_if = "report::Reports::is_empty")]
    reports: report::Reports,
    /// When rules last refused something, and whose.
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    blocked: VecDeque<(Timestamp, UserId)>,
    #[serde(skip_serializing_if = "audit::Index::is_empty")]
    audit: audit::Index,
}

impl ModerationCommand {
    /// What it takes to ask this.
    pub(crate) fn need(&self) -> Need {
        match self {
            Self::Report { .. } => Need::Seat(Role::Member),
            Self::Update { .. }
            | Self::Mute { .. }
            | Self::Unmute { .. }
            | Self::Resolve { .. }
            | Self::ResolveReport { .. } => Need::Right(Role::CoHost),
        }
    }

    /// Whether the first event that this command makes can be `event`.
    pub(crate) fn can_make(&self, event: &Event) -> bool {
        use ModerationEvent as Made;
        let Event::Moderation(event) = event else { return false };
        match self {
            Self::Update { .. } => matches!(event, Made::Updated { .. }),
            Self::Mute { user, .. } => matches!(event, Made::Muted { user: made, .. } if made == user),
            Self::Unmute { user } => matches!(event, Made::Unmuted { user: made } if made == user),
            Self::Resolve { message, .. } => matches!(event, Made::Resolved { message: made, .. } if made == message),
            Self::Report { message, .. } => matches!(event, Made::Reported { message: made, .. } if made == message),
            Self::ResolveReport { report, .. } => {
                matches!(event, Made::ReportResolved { report: made, .. } if made == report)
            }
        }
    }
}

impl ModerationEvent {
    /// A short name, for people and queries.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Updated { .. } => "moderation.updated",
            Self::Muted { .. } => "moderation.muted",
            Self::Unmuted { .. } => "moderation.unmuted",
            Self::Held { .. } => "moderation.held",
            Self::Resolved { .. } => "moderation.resolved",
            Self::Reported { .. } => "moderation.reported",
            Self::ReportResolved { .. } => "moderation.report_resolved",
            Self::FilterBlocked { .. } => "moderation.filter_blocked",
        }
    }

    /// The message that an entry at `seq` with this event tells something of.
    pub(crate) fn tells_of(&self, seq: Seq) -> Option<Seq> {
        match self {
            Self::Held { .. } => Some(seq),
            Self::Resolved { message, .. } | Self::Reported { message, .. } => Some(*message),
            Self::Updated { .. }
            | Self::Muted { .. }
            | Self::Unmuted { .. }
            | Self::ReportResolved { .. }
            | Self::FilterBlocked { .. } => None,
        }
    }

    /// For whom it looks how.
    pub(crate) fn visibility(&self) -> Visibility {
        match self {
            Self::Updated { settings } if settings.rules.is_empty() => Visibility::Everyone,
            Self::Updated { .. } => Visibility::Split,
            Self::Muted { user, .. } | Self::Unmuted { user } => Visibility::Private(user.clone()),
            Self::Held { author, .. } => Visibility::Private(author.clone()),
            Self::Resolved { author, state, .. } => match state {
                MessageState::Published | MessageState::Archived => Visibility::Everyone,
                MessageState::Pending | MessageState::Rejected => Visibility::Private(author.clone()),
            },
            Self::Reported { of_host: true, .. } => Visibility::Nobody,
            Self::Reported { of_host: false, .. } | Self::ReportResolved { .. } | Self::FilterBlocked { .. } => {
                Visibility::Hosts
            }
        }
    }

    /// As an audience may see it.
    pub(crate) fn seen_by(&self, who: &Audience) -> Option<Self> {
        let visible = match self {
            Self::Updated { settings } => {
                return Some(Self::Updated {
                    settings: settings.seen_by(who),
                });
            }
            Self::Muted { user, .. } | Self::Unmuted { user } => who.is_host_or(user),
            Self::Held { author, .. } => who.is_host_or(author),
            Self::Resolved { author, state, .. } => match state {
                MessageState::Published | MessageState::Archived => true,
                MessageState::Pending | MessageState::Rejected => who.is_host_or(author),
            },
            Self::Reported { of_host: true, .. } => false,
            Self::Reported { of_host: false, .. } | Self::ReportResolved { .. } | Self::FilterBlocked { .. } => {
                *who == Audience::Hosts
            }
        };
        visible.then(|| self.clone())
    }
}

impl Settings {
    /// As an audience may see them: the rules are for hosts.
    #[must_use]
    pub fn seen_by(&self, who: &Audience) -> Self {
        Self {
            rules: match who {
                Audience::Hosts => self.rules.clone(),
                Audience::Member(_) | Audience::Observers => Rules::default(),
            },
            ..self.clone()
        }
    }
}

/// What the command brings about, or why it is refused.
pub(crate) fn decide(room: &Room, command: &ModerationCommand, cx: &mut Cx<'_>) -> Result<Vec<Event>, Reject> {
    match command {
        ModerationCommand::Update { settings } => update(room, settings),
        ModerationCommand::Mute { user, duration, reason } => mute::mute(room, user, *duration, reason, cx),
        ModerationCommand::Unmute { user } => Ok(mute::unmute(room, user, cx.now)),
        ModerationCommand::Resolve { message, state } => approval::resolve(room, *message, *state),
        ModerationCommand::Report { message, reason, text } => report::report(room, *message, *reason, text, cx),
        ModerationCommand::ResolveReport { report, resolution } => report::resolve(room, *report, *resolution, cx),
    }
}

fn update(room: &Room, settings: &Settings) -> Result<Vec<Event>, Reject> {
    if settings.slow_mode > MAX_SLOW_MODE || settings.newcomer > MAX_NEWCOMER {
        return Err(Reject::LimitReached("time"));
    }
    if room.moderation.settings == *settings {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Moderation(ModerationEvent::Updated {
        settings: settings.clone(),
    })])
}

/// What time alone brings about.
pub(crate) fn settle(_room: &Room, _now: Timestamp) -> Vec<ModerationEvent> {
    Vec::new()
}

/// When [`settle`] has something to do next.
pub(crate) fn next_deadline(_room: &Room) -> Option<Timestamp> {
    None
}

/// Takes an event into the state.
pub(crate) fn apply(room: &mut Room, entry: &Entry, event: &ModerationEvent) {
    let state = &mut room.moderation;
    match event {
        ModerationEvent::Updated { settings } => {
            state.settings = settings.clone();
            // Everybody who is told of the room's settings is to know of these two.
            if let Some(told) = &mut room.seats.settings {
                told.policy.slow_mode = settings.slow_mode;
                told.policy.approval = settings.approval;
            }
            if settings.slow_mode == Millis::ZERO {
                state.wrote.clear();
            }
        }
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
            room.seats.members.set_mute(user, Some(mute.clone()));
            state.add_mute(user, mute, entry.at);
        }
        ModerationEvent::Unmuted { user } => {
            room.seats.members.set_mute(user, None);
            state.mutes.remove(user);
        }
        ModerationEvent::Held { sent, author, rule } => {
            state.held.add(entry.seq, entry.at, sent, author, *rule);
            state.wrote(author, entry.at);
        }
        ModerationEvent::Resolved {
            message,
            author,
            state,
            published,
        } => approval::apply(room, entry.seq, *message, author, *state, published.as_deref()),
        ModerationEvent::Reported {
            message,
            quote,
            reporter,
            reason,
            text,
            of_host: _,
        } => state.reports.add(ReportView {
            seq: entry.seq,
            message: *message,
            quote: (**quote).clone(),
            reporter: reporter.clone(),
            reason: *reason,
            text: text.clone(),
            at: entry.at,
            closed: None,
        }),
        ModerationEvent::ReportResolved { report, resolution } => {
            state.reports.close(*report, entry, *resolution);
        }
        ModerationEvent::FilterBlocked { user, .. } => state.blocked(user, entry.at),
    }
}

impl State {
    /// Forgets all messages up to a position: those that are held, and those that were reported.
    pub(crate) fn expire(&mut self, through: Seq) {
        self.held.expire(through);
        self.reports.expire(through);
    }
}

/// Takes note of an entry of any feature.
pub(crate) fn notice(room: &mut Room, entry: &Entry) {
    if let Event::Chat(ChatEvent::Sent(sent)) = &entry.event {
        room.moderation.wrote(&sent.author, entry.at);
    }
    if let Event::Chat(ChatEvent::Deleted { message, .. }) = &entry.event {
        room.moderation.held.withdraw(*message);
    }
    room.moderation.audit.notice(entry);
}
