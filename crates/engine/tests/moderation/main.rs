//! Moderation: who may write what, when and how often; messages that wait; reports; what was done.
//!
//! Each module is one subject; here is what they share, and what belongs to none.

mod approval;
#[path = "../common/mod.rs"]
mod common;
mod gate;
mod reports;

use common::*;
use trivium_engine::{
    Audience, ChatCommand, Event, Millis, ModerationCommand, ModerationEvent, Reject, Role, RoomCommand, Seq, UserId,
    Visibility,
    moderation::{
        MessageState, ReportReason, Resolution, Rule, Rules, Settings,
        audit::audited,
        filter::{Action, Syntax},
    },
};

pub(crate) fn word(pattern: &str, action: Action) -> Rule {
    Rule {
        pattern: pattern.to_owned(),
        syntax: Syntax::Word,
        action,
        nicknames: true,
    }
}

pub(crate) fn set(settings: Settings) -> ModerationCommand {
    ModerationCommand::Update { settings }
}

pub(crate) fn with_rules(rules: impl IntoIterator<Item = Rule>) -> ModerationCommand {
    set(Settings {
        rules: Rules::new(rules.into_iter().collect()).expect("rules"),
        ..Settings::default()
    })
}

pub(crate) fn with_approval() -> ModerationCommand {
    set(Settings {
        approval: true,
        ..Settings::default()
    })
}

pub(crate) fn mute(who: Who, secs: Option<u64>) -> ModerationCommand {
    ModerationCommand::Mute {
        user: who.user(),
        duration: secs.map(Millis::secs),
        reason: "be kind".to_owned(),
    }
}

pub(crate) fn resolve(message: Seq, state: MessageState) -> ModerationCommand {
    ModerationCommand::Resolve { message, state }
}

pub(crate) fn report(message: Seq) -> ModerationCommand {
    ModerationCommand::Report {
        message,
        reason: ReportReason::Spam,
        text: " why ".to_owned(),
    }
}

pub(crate) fn close(report: Seq, resolution: Resolution) -> ModerationCommand {
    ModerationCommand::ResolveReport { report, resolution }
}

pub(crate) fn edit(message: Seq, text: &str) -> ChatCommand {
    ChatCommand::Edit {
        message,
        text: text.to_owned(),
    }
}

pub(crate) fn blocked(rule: u32, excerpt: &str) -> Reject {
    Reject::Filtered {
        rule,
        excerpt: excerpt.to_owned(),
    }
}

/// The texts that a member sees, and where their messages stand.
pub(crate) fn seen(world: &World) -> Vec<(Seq, String)> {
    let (messages, _) = world.room.messages(None, 200);
    messages
        .into_iter()
        .map(|message| (message.seq, message.text))
        .collect()
}

pub(crate) fn names(world: &World, from: usize) -> Vec<&'static str> {
    world.log[from..].iter().map(|entry| entry.event.name()).collect()
}

pub(crate) fn rename(who: Who, nickname: &str) -> RoomCommand {
    RoomCommand::UpdateMember {
        user: who.user(),
        nickname: Some(nickname.to_owned()),
        avatar: None,
        team: None,
        role: None,
        accommodations: None,
    }
}

#[test]
fn a_ban_with_an_end_keeps_out_until_then() {
    let ban = |secs: Option<u64>| RoomCommand::Ban {
        user: ANA.user(),
        message: "bye".to_owned(),
        duration: secs.map(Millis::secs),
    };
    let until = T0 + Millis::secs(60);
    given([ANA, BEN])
        .when(HOST, ban(Some(60)))
        .look(|events| {
            let [event @ Event::Room(trivium_engine::RoomEvent::MemberLeft { until: told, .. })] = events else {
                panic!("{events:?}");
            };
            assert_eq!(*told, Some(until));
            let others = event
                .seen_by(&Audience::Member(BEN.user()))
                .expect("everybody hears of it");
            assert!(matches!(
                others,
                Event::Room(trivium_engine::RoomEvent::MemberLeft { until: None, .. })
            ));
        })
        .when(ANA, join())
        .rejects(Reject::Banned)
        .when(HOST, ban(Some(60)))
        .changes_nothing()
        .check(|room| {
            let bans = room.bans(T0);
            assert_eq!(
                (bans.len(), bans[0].1.until, bans[0].1.reason.as_str()),
                (1, Some(until), "bye")
            );
        })
        .at(60_000)
        .check(|room| assert!(room.bans(until).is_empty()))
        .when(ANA, join())
        .done()
        .when(HOST, ban(None))
        .done()
        .when(HOST, ban(Some(60)))
        .done()
        .at(120_000)
        .when(ANA, join())
        .done();
}

#[test]
fn the_audit_has_what_was_done_with_power_newest_first() {
    let world = given([ANA, BEN]).when(ANA, say("one")).done();
    let message = world.room.seq();
    let world = world
        .when(ANA, rename(ANA, "Anna"))
        .done()
        .when(HOST, mute(ANA, Some(60)))
        .done()
        .when(HOST, ChatCommand::Delete { message })
        .done()
        .when(HOST, promote(BEN, Role::CoHost))
        .done()
        .when(BEN, with_rules([word("spam", Action::Block)]))
        .done()
        .tell(ANA, &blocked(0, "spam"))
        .when(
            BEN,
            RoomCommand::Remove {
                user: ANA.user(),
                message: "enough".to_owned(),
            },
        )
        .done();
    let (seqs, more) = world.room.audit(None, 4);
    assert!(more);
    let (older, none) = world.room.audit(seqs.last().copied(), 10);
    assert!(!none);
    let told: Vec<_> = seqs
        .iter()
        .chain(&older)
        .map(|seq| {
            let entry = &world.log[usize::try_from(*seq).expect("small") - 1];
            let told = audited(entry).expect("what is listed is part of it");
            let text = |user: Option<UserId>| user.map(|user| user.to_string()).unwrap_or_default();
            (told.action, text(told.actor), text(told.target), told.detail)
        })
        .collect();
    let row = |action, actor: &str, target: &str, detail: &str| {
        (action, actor.to_owned(), target.to_owned(), detail.to_owned())
    };
    assert_eq!(
        told,
        [
            row("room.member_left", "ben", "ana", "enough"),
            row("moderation.filter_blocked", "", "ana", "rule 0: spam"),
            row(
                "moderation.updated",
                "ben",
                "",
                "slow mode 0 ms, approval off, newcomers 0 ms, 1 rules"
            ),
            row("room.member_updated", "host", "ben", "co-host, Ben"),
            row("chat.deleted", "host", "", ""),
            row("moderation.muted", "host", "ana", "be kind"),
        ]
    );
}

#[test]
fn rules_are_for_hosts() {
    let world = given([ANA])
        .when(HOST, with_rules([word("spam", Action::Block)]))
        .done();
    let entry = world.log.last().expect("one").clone();
    assert_eq!(entry.visibility(), Visibility::Split);
    let rules = |who: &Audience| match entry.event.seen_by(who) {
        Some(Event::Moderation(ModerationEvent::Updated { settings })) => settings.rules.list().len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(rules(&Audience::Hosts), 1);
    assert_eq!(rules(&Audience::Member(ANA.user())), 0);
    assert_eq!(world.room.view(&Audience::Observers).moderation.rules.list().len(), 0);
    assert_eq!(world.room.view(&Audience::Hosts).moderation.rules.list().len(), 1);
}
