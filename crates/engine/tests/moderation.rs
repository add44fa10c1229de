//! Moderation: who may write what, when and how often; messages that wait; reports; what was done.

mod common;

use common::*;
use trivium_engine::{
    Audience, ChatCommand, ChatEvent, Event, Millis, ModerationCommand, ModerationEvent, Observation, Reject, Role,
    RoomCommand, Seq, UserId, Visibility,
    chat::{Attachment, Draft, SharedLink},
    moderation::{
        MessageState, ReportReason, Resolution, Rule, Rules, Settings, approval,
        audit::audited,
        filter::{Action, Syntax},
        report,
    },
};

fn word(pattern: &str, action: Action) -> Rule {
    Rule {
        pattern: pattern.to_owned(),
        syntax: Syntax::Word,
        action,
        nicknames: true,
    }
}

fn set(settings: Settings) -> ModerationCommand {
    ModerationCommand::Update { settings }
}

fn with_rules(rules: impl IntoIterator<Item = Rule>) -> ModerationCommand {
    set(Settings {
        rules: Rules::new(rules.into_iter().collect()).expect("rules"),
        ..Settings::default()
    })
}

fn with_approval() -> ModerationCommand {
    set(Settings {
        approval: true,
        ..Settings::default()
    })
}

fn mute(who: Who, secs: Option<u64>) -> ModerationCommand {
    ModerationCommand::Mute {
        user: who.user(),
        duration: secs.map(Millis::secs),
        reason: "be kind".to_owned(),
    }
}

fn resolve(message: Seq, state: MessageState) -> ModerationCommand {
    ModerationCommand::Resolve { message, state }
}

fn report(message: Seq) -> ModerationCommand {
    ModerationCommand::Report {
        message,
        reason: ReportReason::Spam,
        text: " why ".to_owned(),
    }
}

fn close(report: Seq, resolution: Resolution) -> ModerationCommand {
    ModerationCommand::ResolveReport { report, resolution }
}

fn edit(message: Seq, text: &str) -> ChatCommand {
    ChatCommand::Edit {
        message,
        text: text.to_owned(),
    }
}

fn blocked(rule: u32, excerpt: &str) -> Reject {
    Reject::Filtered {
        rule,
        excerpt: excerpt.to_owned(),
    }
}

/// The texts that a member sees, and where their messages stand.
fn seen(world: &World) -> Vec<(Seq, String)> {
    let (messages, _) = world.room.messages(None, 200);
    messages
        .into_iter()
        .map(|message| (message.seq, message.text))
        .collect()
}

fn names(world: &World, from: usize) -> Vec<&'static str> {
    world.log[from..].iter().map(|entry| entry.event.name()).collect()
}

#[test]
fn who_is_muted_may_not_write_until_it_ends() {
    let world = given([ANA, BEN]).when(BEN, say("hi")).done();
    let message = world.room.seq();
    let react = |present| ChatCommand::React {
        message,
        emoji: "👍".to_owned(),
        present,
    };
    let left = |secs| Reject::Muted {
        ends_in: Some(Millis::secs(secs)),
    };
    world
        .when(ANA, react(true))
        .done()
        .when(ANA, mute(BEN, Some(60)))
        .rejects(Reject::NotPermitted)
        .when(HOST, mute(EVE, Some(60)))
        .rejects(Reject::NoSuchMember)
        .when(HOST, mute(HOST, None))
        .rejects(Reject::NotPermitted)
        .when(HOST, mute(ANA, Some(60)))
        .done()
        .check(|room| {
            let mute = room
                .member(&ANA.user())
                .and_then(|ana| ana.mute.clone())
                .expect("muted");
            assert_eq!((mute.reason.as_str(), mute.by), ("be kind", HOST.user()));
            assert_eq!(room.mutes(T0).len(), 1);
            let view = room.view_for(&BEN.actor()).expect("a member");
            assert!(
                view.members.iter().all(|member| member.mute.is_none()),
                "not for others"
            );
            let view = room.view_for(&ANA.actor()).expect("a member");
            assert!(view.me.is_some_and(|me| me.mute.is_some()), "the member sees it");
        })
        .at(1_000)
        .when(ANA, say("hello"))
        .rejects(left(59))
        .when(ANA, react(true))
        .changes_nothing()
        .when(ANA, react(false))
        .done()
        .when(ANA, react(true))
        .rejects(left(59))
        // Leaving and coming back does not help.
        .when(ANA, RoomCommand::Leave)
        .done()
        .when(ANA, join())
        .look(|events| {
            let [Event::Room(trivium_engine::RoomEvent::MemberJoined { member, .. })] = events else {
                panic!("she comes in: {events:?}");
            };
            assert!(member.mute.is_some());
        })
        .when(ANA, say("hello"))
        .rejects(left(59))
        .at(60_000)
        .check(|room| assert!(room.mutes(T0 + Millis::secs(60)).is_empty(), "it has ended"))
        .when(HOST, ModerationCommand::Unmute { user: ANA.user() })
        .changes_nothing()
        .when(ANA, say("hello"))
        .done()
        .when(HOST, mute(ANA, None))
        .done()
        .when(HOST, mute(ANA, None))
        .changes_nothing()
        .at(10_000_000)
        .when(ANA, say("hello"))
        .rejects(Reject::Muted { ends_in: None })
        .when(HOST, ModerationCommand::Unmute { user: ANA.user() })
        .done()
        .when(ANA, say("hello"))
        .done()
        .when(HOST, mute(ANA, Some(28 * 24 * 60 * 60 + 1)))
        .rejects(Reject::LimitReached("time"));
}

#[test]
fn the_slow_mode_spaces_messages_and_nothing_else() {
    let slow = set(Settings {
        slow_mode: Millis::secs(10),
        ..Settings::default()
    });
    let wait = |ms| Reject::SlowMode {
        retry_after: Millis(ms),
    };
    let world = given([ANA, BEN])
        .when(ANA, slow.clone())
        .rejects(Reject::NotPermitted)
        .when(HOST, slow.clone())
        .done()
        .when(HOST, slow)
        .changes_nothing()
        .when(ANA, say("one"))
        .done();
    let message = world.room.seq();
    world
        .when(BEN, say("two"))
        .done()
        .at(4_000)
        .when(ANA, say("three"))
        .rejects(wait(6_000))
        .when(ANA, edit(message, "one!"))
        .done()
        .when(HOST, say("a"))
        .done()
        .when(HOST, say("b"))
        .done()
        .at(10_000)
        .when(ANA, say("three"))
        .done()
        .when(ANA, say("four"))
        .rejects(wait(10_000))
        .when(HOST, set(Settings::default()))
        .done()
        .when(ANA, say("four"))
        .done();
}

#[test]
fn rules_refuse_hold_and_mask_and_edits_do_not_smuggle() {
    let rules = [
        word("spam*", Action::Block),
        word("hmm", Action::Hold),
        word("rude", Action::Mask),
    ];
    let world = given([ANA, BEN])
        .when(HOST, with_rules(rules))
        .done()
        .when(ANA, say("SPAMMING you"))
        .rejects(blocked(0, "SPAMMING you"))
        .when(ANA, say("r\u{200b}ude, Rude!"))
        .done()
        .when(HOST, say("spam is refused here"))
        .done();
    let (masked, text) = seen(&world)[0].clone();
    assert_eq!(text, "*****, ****!");
    let link = |title: &str, url: &str| {
        ChatCommand::from(Draft {
            text: "look".to_owned(),
            link: Some(SharedLink {
                url: url.to_owned(),
                title: title.to_owned(),
            }),
            ..Draft::default()
        })
    };
    world
        .when(ANA, edit(masked, "so you are sp4m"))
        .rejects(blocked(0, "so you are sp4m"))
        .when(ANA, edit(masked, "hmm"))
        .rejects(Reject::ApprovalNeeded)
        .when(ANA, edit(masked, "how rude"))
        .events([Event::Chat(ChatEvent::Edited {
            message: masked,
            text: "how ****".to_owned(),
            mentions: trivium_engine::chat::Mentions::default(),
        })])
        .when(ANA, link("spam", "https://example.org"))
        .rejects(blocked(0, "spam"))
        .when(ANA, link("", "https://example.org/spam"))
        .rejects(blocked(0, "https://example.org/spam"))
        .when(ANA, say("hmm, spam"))
        .rejects(blocked(0, "hmm, spam"))
        .when(ANA, say("hmm"))
        .look(|events| {
            let [Event::Moderation(ModerationEvent::Held { rule, author, .. })] = events else {
                panic!("{events:?}");
            };
            assert_eq!((*rule, author), (Some(1), &ANA.user()));
        })
        .when(EVE, join_as("Spammer"))
        .rejects(blocked(0, "Spammer"))
        .when(ANA, rename(ANA, "rude"))
        .rejects(blocked(2, "rude"))
        .when(HOST, rename(ANA, "Rude One"))
        .done()
        // Whoever has such a name may still change everything else.
        .when(ANA, avatar(ANA, "owl"))
        .done();
}

fn rename(who: Who, nickname: &str) -> RoomCommand {
    RoomCommand::UpdateMember {
        user: who.user(),
        nickname: Some(nickname.to_owned()),
        avatar: None,
        team: None,
        role: None,
        accommodations: None,
    }
}

fn avatar(who: Who, seed: &str) -> RoomCommand {
    RoomCommand::UpdateMember {
        user: who.user(),
        nickname: None,
        avatar: Some(seed.to_owned()),
        team: None,
        role: None,
        accommodations: None,
    }
}

#[test]
fn hosts_are_told_of_refusals_but_no_flood_of_them() {
    let mut world = given([ANA, BEN])
        .when(HOST, with_rules([word("spam", Action::Block)]))
        .done();
    let before = world.log.len();
    for who in [ANA, BEN] {
        for _ in 0..10 {
            world = world.when(who, say("spam")).rejects(blocked(0, "spam"));
            world = world.tell(who, &blocked(0, "spam"));
        }
    }
    let told = |world: &World| {
        let told = names(world, before).into_iter();
        told.filter(|name| *name == "moderation.filter_blocked").count()
    };
    assert_eq!(told(&world), 6, "three each");
    let entry = world.log.last().expect("one").clone();
    assert_eq!((entry.visibility(), entry.request.clone()), (Visibility::Hosts, None));
    world = world.at(60_000);
    for n in 0..50 {
        let name = format!("spam {n}");
        world = world.tell(
            who(Box::leak(format!("g{n}").into_boxed_str()), "G"),
            &blocked(0, &name),
        );
    }
    assert_eq!(told(&world), 26, "twenty of all together in a minute");
    world = world.tell(ANA, &Reject::NotPermitted);
    assert_eq!(told(&world), 26, "other refusals leave nothing");
}

#[test]
fn newcomers_share_no_links_no_files_and_mention_not_everybody() {
    let settings = Settings {
        newcomer: Millis::secs(60),
        ..Settings::default()
    };
    let file = || {
        ChatCommand::from(Draft {
            attachments: vec![Attachment {
                id: "f".to_owned(),
                name: "f.png".to_owned(),
                content_type: "image/png".to_owned(),
                size: 1,
                width: None,
                height: None,
            }],
            ..Draft::default()
        })
    };
    let shared = || {
        ChatCommand::from(Draft {
            link: Some(SharedLink {
                url: "https://x.y".to_owned(),
                title: String::new(),
            }),
            ..Draft::default()
        })
    };
    let not = |what, secs| Reject::Newcomer {
        what,
        ends_in: Millis::secs(secs),
    };
    let world = given([ANA])
        .when(HOST, set(settings))
        .done()
        .at(10_000)
        .when(ANA, say("hello"))
        .done();
    let message = world.room.seq();
    world
        .when(ANA, say("see example.com"))
        .rejects(not("links", 50))
        .when(ANA, edit(message, "see http://example"))
        .rejects(not("links", 50))
        .when(ANA, shared())
        .rejects(not("links", 50))
        .when(ANA, file())
        .rejects(not("files", 50))
        .when(HOST, say("see example.com"))
        .done()
        .at(60_000)
        .when(ANA, say("see example.com"))
        .done()
        .when(ANA, file())
        .done()
        .when(BEN, join())
        .done()
        .when(BEN, file())
        .rejects(not("files", 60));
}

#[test]
fn a_message_that_waits_is_published_where_it_was_written() {
    let world = given([ANA, BEN]).when(HOST, with_approval()).done();
    let before = world.log.len();
    let world = world.when(ANA, say("first")).done();
    let first = world.room.seq();
    let world = world.when(HOST, say("second")).done();
    let second = world.room.seq();
    let world = world.when(BEN, say("third")).done();
    let third = world.room.seq();
    assert_eq!(
        names(&world, before),
        ["moderation.held", "chat.sent", "moderation.held"]
    );
    assert_eq!(world.log[before].visibility(), Visibility::Private(ANA.user()));
    assert_eq!(seen(&world), [(second, "second".to_owned())]);
    let view = world.room.view_for(&ANA.actor()).expect("a member");
    assert_eq!(view.waiting.iter().map(|held| held.seq).collect::<Vec<_>>(), [first]);
    assert_eq!((view.pending_count, world.room.pending_count()), (0, 2));
    let view = world.room.view_for(&HOST.actor()).expect("the host");
    assert_eq!((view.pending_count, view.waiting.len()), (2, 0));
    world
        .when(BEN, report(first))
        .rejects(Reject::NoSuchMessage)
        .when(BEN, resolve(first, MessageState::Published))
        .rejects(Reject::NotPermitted)
        .when(HOST, resolve(first, MessageState::Archived))
        .rejects(Reject::MessageState)
        .when(HOST, resolve(99, MessageState::Published))
        .rejects(Reject::NoSuchMessage)
        .at(1_000)
        .when(HOST, resolve(first, MessageState::Published))
        .done()
        .when(HOST, resolve(first, MessageState::Published))
        .changes_nothing()
        .check(|room| {
            let (messages, _) = room.messages(None, 200);
            let times: Vec<_> = messages.iter().map(|message| (message.seq, message.sent_at)).collect();
            assert_eq!(times, [(first, T0), (second, T0)]);
        })
        .when(HOST, resolve(third, MessageState::Rejected))
        .done()
        .when(HOST, resolve(third, MessageState::Published))
        .rejects(Reject::MessageState)
        .check(|room| {
            let (rejected, more) = room.held_messages(MessageState::Rejected, 0, 10);
            assert_eq!((rejected.len(), rejected[0].seq, more), (1, third, false));
            assert_eq!(room.pending_count(), 0);
        })
        .when(
            BEN,
            ChatCommand::React {
                message: first,
                emoji: "👍".to_owned(),
                present: true,
            },
        )
        .done()
        .when(HOST, resolve(first, MessageState::Archived))
        .done()
        .when(ANA, edit(first, "changed"))
        .rejects(Reject::NoSuchMessage)
        .check(|room| assert!(room.message(first).is_none(), "gone for everybody"))
        .when(HOST, resolve(first, MessageState::Published))
        .done()
        .check(|room| {
            let message = room.message(first).expect("it is back");
            assert_eq!((message.text.as_str(), message.reactions.len()), ("first", 0));
        })
        .when(ANA, edit(first, "changed"))
        .rejects(Reject::ApprovalNeeded)
        .when(ANA, ChatCommand::Delete { message: first })
        .done();
}

#[test]
fn an_author_takes_back_what_waits_and_what_is_published_late_is_unread() {
    let world = given([ANA, BEN])
        .when(HOST, with_approval())
        .done()
        .when(ANA, say("one"))
        .done();
    let first = world.room.seq();
    let world = world
        .when(BEN, ChatCommand::Delete { message: first })
        .rejects(Reject::NoSuchMessage)
        .when(HOST, ChatCommand::Delete { message: first })
        .rejects(Reject::NoSuchMessage)
        .when(ANA, ChatCommand::Delete { message: first })
        .done()
        .check(|room| assert_eq!(room.pending_count(), 0))
        .when(HOST, resolve(first, MessageState::Published))
        .rejects(Reject::NoSuchMessage)
        .when(ANA, say("two"))
        .done();
    let second = world.room.seq();
    let world = world.when(HOST, say("read by Ben")).done();
    let read = world.room.seq();
    let world = world
        .observe(&Observation::Acknowledged {
            user: BEN.user(),
            delivered: read,
            read,
        })
        .0;
    let unread = |world: &World| world.room.view_for(&BEN.actor()).expect("a member").unread.messages;
    assert_eq!(unread(&world), 0);
    let world = world.when(HOST, resolve(second, MessageState::Published)).done();
    assert_eq!(unread(&world), 1, "it came after what was read");
}

#[test]
fn the_log_read_as_history_says_the_same_as_the_room() {
    let mut world = given([ANA, BEN]).when(HOST, with_approval()).done();
    for n in 0..30 {
        let who = [ANA, HOST, BEN][n % 3];
        world = world.when(who, say(&format!("message {n}"))).done();
        let (held, _) = world.room.held_messages(MessageState::Pending, 0, 10);
        if n % 4 == 3
            && let Some(held) = held.first()
        {
            let state = [MessageState::Published, MessageState::Rejected][n / 4 % 2];
            world = world.when(HOST, resolve(held.seq, state)).done();
        }
        if n % 7 == 6 {
            let (messages, _) = world.room.messages(None, 200);
            let oldest = messages.first().expect("there are some").seq;
            world = world.when(HOST, resolve(oldest, MessageState::Archived)).done();
        }
    }
    let (messages, _) = world.room.messages(None, 200);
    assert!(messages.len() > 5, "{messages:?}");
    assert_eq!(trivium_engine::chat::fold(&world.log), messages);
}

#[test]
fn what_waits_is_bounded() {
    let mut world = given([ANA, BEN]).when(HOST, with_approval()).done();
    for n in 0..approval::MAX_PENDING_EACH {
        world = world.when(ANA, say(&format!("{n}"))).done();
    }
    world
        .when(ANA, say("one more"))
        .rejects(Reject::LimitReached("messages that wait for a host"))
        .when(BEN, say("others may"))
        .done();
}

#[test]
fn a_report_has_the_message_as_it_stood_and_closing_it_does_what_it_says() {
    let world = given([ANA, BEN, CLEO]).when(ANA, say("nasty")).done();
    let message = world.room.seq();
    let world = world
        .when(ANA, report(message))
        .rejects(Reject::OwnMessage)
        .when(EVE, report(message))
        .rejects(Reject::NotMember)
        .when(BEN, report(1))
        .rejects(Reject::NoSuchMessage)
        .when(BEN, report(message))
        .done();
    let first = world.room.seq();
    let entry = world.log.last().expect("one").clone();
    assert_eq!(entry.visibility(), Visibility::Hosts);
    assert_eq!(entry.event.seen_by(&Audience::Member(ANA.user())), None);
    let world = world
        .when(BEN, report(message))
        .rejects(Reject::AlreadyReported)
        .when(CLEO, report(message))
        .done()
        .when(ANA, edit(message, "nice"))
        .done()
        .check(|room| {
            let (open, _) = room.reports(false, 0, 10);
            assert_eq!(open.len(), 2);
            assert_eq!(
                (open[0].quote.sent.text.as_str(), open[0].text.as_str()),
                ("nasty", " why")
            );
            assert_eq!(room.view_for(&HOST.actor()).expect("the host").report_count, 2);
            assert_eq!(room.view_for(&BEN.actor()).expect("a member").report_count, 0);
        })
        .when(BEN, close(first, Resolution::Dismissed))
        .rejects(Reject::NotPermitted)
        .when(HOST, close(999, Resolution::Dismissed))
        .rejects(Reject::NoSuchReport);
    let before = world.log.len();
    let world = world.when(HOST, close(first, Resolution::Muted)).done();
    assert_eq!(
        names(&world, before),
        [
            "moderation.report_resolved",
            "moderation.report_resolved",
            "chat.deleted",
            "moderation.muted"
        ]
    );
    let world = world
        .when(HOST, close(first, Resolution::Muted))
        .changes_nothing()
        .check(|room| {
            assert!(room.reports(false, 0, 10).0.is_empty());
            let (all, _) = room.reports(true, 0, 10);
            assert!(all.iter().all(|report| {
                report
                    .closed
                    .as_ref()
                    .is_some_and(|closed| closed.by == Some(HOST.user()))
            }));
        })
        .at(report::MUTED_FOR.0 - 1)
        .when(ANA, say("x"))
        .rejects(Reject::Muted {
            ends_in: Some(Millis(1)),
        })
        .at(report::MUTED_FOR.0)
        .when(ANA, say("again"))
        .done();
    let message = world.room.seq();
    let world = world.when(BEN, report(message)).done();
    let second = world.room.seq();
    let world = world
        .when(HOST, close(second, Resolution::Banned))
        .done()
        .when(ANA, join())
        .rejects(Reject::Banned)
        .when(HOST, say("mine"))
        .done();
    let message = world.room.seq();
    let world = world.when(BEN, report(message)).done();
    let third = world.room.seq();
    world
        .when(HOST, close(third, Resolution::Banned))
        .rejects(Reject::NotPermitted)
        .when(HOST, close(third, Resolution::Dismissed))
        .done();
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
