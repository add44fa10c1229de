//! The gate: mutes, the slow mode, rules, newcomers, and what hosts are told of refusals.

use crate::common::*;
use trivium_engine::{
    Audience, ChatCommand, ChatEvent, Event, Millis, ModerationCommand, ModerationEvent, Observation, Reject,
    RoomCommand, Visibility,
    chat::{Attachment, Draft, SharedLink, SharedQuestion},
    moderation::{Rules, Settings, filter::Action},
};

use crate::{blocked, edit, mute, names, rename, seen, set, with_rules, word};

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
    let may_write = |secs: u64, who: Who, expected: Result<(), Reject>| {
        move |room: &trivium_engine::Room| {
            let now = T0 + Millis::secs(secs);
            assert_eq!(room.may_write(&who.actor(), now), expected, "{who:?} after {secs} s");
        }
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
        .check(may_write(1, ANA, Err(left(59))))
        .check(may_write(60, ANA, Ok(())))
        .check(may_write(1, BEN, Ok(())))
        .check(may_write(1, HOST, Ok(())))
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

#[test]
fn rules_look_at_shared_questions_and_at_statuses() {
    let rules = [
        word("spam*", Action::Block),
        word("hmm", Action::Hold),
        word("rude", Action::Mask),
    ];
    let settings = Settings {
        newcomer: Millis::secs(60),
        rules: Rules::new(rules.into()).expect("rules"),
        ..Settings::default()
    };
    let asks = |text: &str, option: &str| {
        ChatCommand::from(Draft {
            question: Some(SharedQuestion {
                quiz: "quiz".parse().expect("an id"),
                revision: 1,
                index: 0,
                text: text.to_owned(),
                options: vec!["Lima".to_owned(), option.to_owned()],
            }),
            ..Draft::default()
        })
    };
    let world = given([ANA, BEN])
        .when(HOST, set(settings))
        .done()
        .when(ANA, asks("spam", "x"))
        .rejects(blocked(0, "spam"))
        .when(ANA, asks("x", "spammer"))
        .rejects(blocked(0, "spammer"))
        .when(ANA, asks("x", "https://example.org"))
        .rejects(Reject::Newcomer {
            what: "links",
            ends_in: Millis::secs(60),
        })
        .when(ANA, asks("Who is rude?", "rude me"))
        .done();
    let (messages, _) = world.room.messages(None, 1);
    let question = messages[0].question.as_ref().expect("a question");
    assert_eq!((&*question.text, &*question.options[1]), ("Who is ****?", "**** me"));

    let wears = |world: World, who: Who, status: &str| {
        let (world, _) = world.observe(&Observation::Appearance {
            user: who.user(),
            away: false,
            status: status.to_owned(),
            invisible: false,
        });
        let presences = world.room.presences(&Audience::Observers, None, None, 10);
        let shown = presences.into_iter().find(|presence| presence.user == who.user());
        (world, shown.expect("a member").status)
    };
    let mut world = world;
    for (who, status, expected) in [
        (ANA, "at lunch", "at lunch"),
        (ANA, "spamming", ""),
        (ANA, "so rude", "so ****"),
        (ANA, "hmm", ""),
        (HOST, "no spam", "no spam"),
    ] {
        let (next, shown) = wears(world, who, status);
        assert_eq!(shown, expected, "{status}");
        world = next;
    }
    let world = world.when(HOST, mute(ANA, None)).done();
    assert_eq!(wears(world, ANA, "at lunch").1, "", "a status is a message to all");
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
