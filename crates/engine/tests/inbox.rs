//! Inboxes and announcements: what is taken, what is told of it to whom, and what follows from entries of other rooms.

mod common;

use common::*;
use trivium_engine::{
    Audience, ChatCommand, Command, Entry, Event, InboxCommand, InboxEvent, Millis, Reject, Role, RoomCommand,
    RoomKind, UserId,
    chat::Draft,
    inbox::{
        Announcement, KEPT, Kind, MAX_ANNOUNCEMENTS, MAX_UNREAD_OF_ROOM, Notification, Preferences, Severity, follows,
    },
};

fn note(kind: Kind, title: &str, about: Option<(&str, u64)>) -> Notification {
    Notification {
        kind,
        severity: Severity::Info,
        title: title.to_owned(),
        text: String::new(),
        link: String::new(),
        room: about.map(|(room, _)| room.parse().expect("an id")),
        message: about.map(|(_, message)| message),
        actor_name: String::new(),
    }
}

fn notify(title: &str) -> InboxCommand {
    InboxCommand::Notify {
        notification: note(Kind::Service, title, None),
    }
}

fn notified(title: &str, quiet: bool, unread: u32) -> Event {
    Event::Inbox(InboxEvent::Notified {
        notification: note(Kind::Service, title, None),
        quiet,
        unread,
    })
}

fn mark(through: u64, seqs: &[u64]) -> InboxCommand {
    InboxCommand::MarkRead {
        through,
        seqs: seqs.to_vec(),
    }
}

fn read(through: u64, seqs: &[u64], unread: u32) -> Event {
    Event::Inbox(InboxEvent::Read {
        through,
        seqs: seqs.to_vec(),
        unread,
    })
}

fn wants(preferences: Preferences) -> InboxCommand {
    InboxCommand::SetPreferences { preferences }
}

fn announce(title: &str, lasts: u64) -> InboxCommand {
    InboxCommand::Announce {
        announcement: Announcement {
            severity: Severity::Warning,
            title: title.to_owned(),
            text: String::new(),
            link: String::new(),
            expires_at: None,
        },
        lasts: Millis(lasts),
    }
}

/// Entries 1 and 2 make it.
fn inbox_of_ana() -> World {
    World::new().when(ANA, create(RoomKind::Inbox)).done()
}

fn announcements() -> World {
    World::new().when(HOST, create(RoomKind::System)).done()
}

#[test]
fn notifications_are_kept_until_they_are_read() {
    let world = inbox_of_ana()
        .when(ROOT, notify("One"))
        .events([notified("One", false, 1)])
        .when(ROOT, notify("Two"))
        .events([notified("Two", false, 2)])
        .when(ROOT, notify("Three"))
        .events([notified("Three", false, 3)]);
    let first = world.room.seq() - 2;
    world
        .check(|room| {
            let page = room.notifications(None, 2, false);
            let titles: Vec<_> = page.items.iter().map(|(_, item)| &*item.notification.title).collect();
            assert_eq!((titles, page.more, page.unread), (vec!["Three", "Two"], true, 3));
            let rest = room.notifications(Some(first + 1), 2, false);
            assert_eq!((rest.items.len(), rest.more), (1, false));
        })
        .when(ANA, mark(0, &[first + 1, first + 1, 99]))
        .events([read(0, &[first + 1], 2)])
        .when(ANA, mark(first + 1, &[first]))
        .events([read(first, &[], 1)])
        .when(ANA, mark(first + 1, &[first]))
        .changes_nothing()
        .check(|room| {
            let unread = room.notifications(None, 10, true);
            assert_eq!((unread.items.len(), unread.unread), (1, 1));
            assert_eq!(unread.items[0].1.actor, Some(ROOT.user()));
        })
        .when(ANA, mark(u64::MAX, &[]))
        .events([read(first + 2, &[], 0)]);
}

#[test]
fn the_same_message_is_told_once_and_what_is_declined_never() {
    let tell = |kind, message| InboxCommand::Notify {
        notification: note(kind, "Class", Some(("r1", message))),
    };
    inbox_of_ana()
        .when(ROOT, tell(Kind::Mention, 5))
        .done()
        .when(Who { global: true, ..EVE }, tell(Kind::Reply, 5))
        .changes_nothing()
        .when(ROOT, tell(Kind::Reply, 6))
        .done()
        .when(
            ANA,
            wants(Preferences {
                declined: [Kind::Reply].into(),
                ..Preferences::default()
            }),
        )
        .done()
        .when(ROOT, tell(Kind::Reply, 7))
        .changes_nothing()
        .when(ROOT, tell(Kind::Mention, 7))
        .done();
}

#[test]
fn who_asks_for_quiet_misses_nothing() {
    let until = Preferences {
        quiet_until: Some(T0 + Millis(1_000)),
        ..Preferences::default()
    };
    inbox_of_ana()
        .when(ANA, wants(until.clone()))
        .done()
        .when(ANA, wants(until))
        .changes_nothing()
        .when(ROOT, notify("Quiet"))
        .events([notified("Quiet", true, 1)])
        .at(1_000)
        .when(ROOT, notify("Loud"))
        .events([notified("Loud", false, 2)])
        .when(
            ANA,
            wants(Preferences {
                quiet_from: 1_440,
                ..Preferences::default()
            }),
        )
        .rejects(Reject::TextInvalid("time of day"));
}

#[test]
fn an_inbox_is_bounded() {
    let mut world = inbox_of_ana();
    for n in 1..=KEPT + 5 {
        let unread = u32::try_from(n.min(KEPT)).expect("few");
        world = world
            .when(ROOT, notify("News"))
            .events([notified("News", false, unread)]);
    }
    let page = world.room.notifications(None, usize::MAX, false);
    assert_eq!((page.items.len(), page.unread), (KEPT, 1_000));
    let marks: Vec<u64> = (1..=201).collect();
    world
        .when(ANA, mark(0, &marks))
        .rejects(Reject::LimitReached("notifications at a time"));
}

#[test]
fn one_room_cannot_fill_an_inbox_that_nobody_looks_at() {
    let tell = |kind, room, message| InboxCommand::Notify {
        notification: note(kind, "Class", Some((room, message))),
    };
    let most = MAX_UNREAD_OF_ROOM as u64;
    let mut world = inbox_of_ana();
    for message in 1..=most {
        world = world.when(ROOT, tell(Kind::Mention, "r1", message)).done();
    }
    let last = world.room.seq();
    world
        .when(ROOT, tell(Kind::Mention, "r1", most + 1))
        .changes_nothing()
        .when(ROOT, tell(Kind::Host, "r1", most + 2))
        .done()
        .when(ROOT, tell(Kind::Mention, "r2", 1))
        .done()
        .when(ANA, mark(0, &[last]))
        .done()
        .when(ROOT, tell(Kind::Mention, "r1", most + 3))
        .done()
        .when(ROOT, tell(Kind::Mention, "r1", most + 4))
        .changes_nothing();
}

#[test]
fn only_the_owner_reads_an_inbox_and_only_the_server_writes() {
    let commands = || -> Vec<(Who, Command, Reject)> {
        vec![
            (BEN, notify("x").into(), Reject::NotMember),
            (BEN, mark(9, &[]).into(), Reject::NotMember),
            (ROOT, mark(9, &[]).into(), Reject::NotMember),
            (ROOT, wants(Preferences::default()).into(), Reject::NotMember),
            (BEN, join().into(), Reject::NotInvited),
            (BEN.granted(Role::Host), join().into(), Reject::NotInvited),
            (ANA, say("x").into(), Reject::NotPermitted),
            (ANA, RoomCommand::Leave.into(), Reject::NotPermitted),
            (ANA, RoomCommand::Close.into(), Reject::NotPermitted),
            (ROOT, RoomCommand::Close.into(), Reject::NotPermitted),
            (ROOT, announce("x", 0).into(), Reject::NotPermitted),
            (ROOT, notify(" \u{200b}").into(), Reject::TextInvalid("title")),
        ]
    };
    let mut world = inbox_of_ana();
    for (who, command, reject) in commands() {
        world = world.when(who, command).rejects(reject);
    }
    assert_eq!(world.room.audience(&ANA.actor()), Some(Audience::Hosts));
    for who in [BEN, ROOT, BEN.granted(Role::Host)] {
        assert_eq!(world.room.audience(&who.actor()), None, "{who:?}");
    }
    let added = notified("x", false, 1);
    for (eyes, sees) in [
        (Audience::Hosts, true),
        (Audience::Member(BEN.user()), false),
        (Audience::Observers, false),
    ] {
        assert_eq!(added.seen_by(&eyes).is_some(), sees, "{eyes:?}");
    }
    given([ANA])
        .when(ROOT, notify("x"))
        .rejects(Reject::NotPermitted)
        .when(ROOT, announce("x", 0))
        .rejects(Reject::NotPermitted);
}

#[test]
fn announcements_are_for_everybody_and_end() {
    let titles = |world: &World| -> Vec<String> {
        let announcements = world.room.announcements().into_iter();
        announcements.map(|(_, _, announcement)| announcement.title).collect()
    };
    let world = announcements()
        .when(ROOT, announce("Long", 0))
        .done()
        .when(ROOT, announce("Short", 5_000))
        .done()
        .at(4_999);
    assert_eq!(titles(&world), ["Short", "Long"]);
    for (who, eyes) in [
        (ROOT, Audience::Hosts),
        (EVE, Audience::Observers),
        (GUEST, Audience::Observers),
    ] {
        assert_eq!(world.room.audience(&who.actor()), Some(eyes));
    }
    let (long, short) = (world.room.seq() - 1, world.room.seq());
    let world = world
        .at(5_000)
        .settles_to([Event::Inbox(InboxEvent::Retracted { announcement: short })])
        .when(EVE, InboxCommand::Retract { announcement: long })
        .rejects(Reject::NotMember)
        .when(EVE, join())
        .rejects(Reject::NotInvited)
        .when(EVE, announce("x", 0))
        .rejects(Reject::NotMember)
        .when(ROOT, say("x"))
        .rejects(Reject::NotMember)
        .when(ROOT, InboxCommand::Retract { announcement: short })
        .changes_nothing()
        .when(ROOT, InboxCommand::Retract { announcement: long })
        .done();
    assert!(titles(&world).is_empty());
    let mut world = world;
    for _ in 0..MAX_ANNOUNCEMENTS {
        world = world.when(ROOT, announce("Many", 0)).done();
    }
    world
        .when(ROOT, announce("One more", 0))
        .rejects(Reject::LimitReached("announcements"));
}

/// Who hears of the last entry of a room, and as what.
fn told(world: &World) -> Vec<(UserId, Kind)> {
    let entry: &Entry = world.log.last().expect("something happened");
    let told = follows(&world.room, entry).into_iter();
    told.map(|(user, notification)| {
        assert_eq!(notification.title, "Room");
        assert!(notification.text.is_empty(), "words stay where they can be deleted");
        (user, notification.kind)
    })
    .collect()
}

#[test]
fn mentions_and_replies_are_told_to_whom_they_concern() {
    let reply = |to, text: &str| {
        ChatCommand::Send(Box::new(Draft {
            reply_to: Some(to),
            ..Draft::text(text)
        }))
    };
    let world = given([ANA, BEN, GUEST])
        .when(BEN, say("hello @Ana and @Ben, and @Nobody"))
        .done();
    assert_eq!(told(&world), [(ANA.user(), Kind::Mention)], "not the author");
    let bens = world.room.seq();
    let world = world.when(ANA, reply(bens, "hi")).done();
    assert_eq!(told(&world), [(BEN.user(), Kind::Reply)]);
    let entry = world.log.last().expect("a message");
    let notification = follows(&world.room, entry).remove(0).1;
    assert_eq!(
        (notification.room, notification.message, &*notification.actor_name),
        (Some(world.room.id().clone()), Some(entry.seq), "Ana")
    );
    let world = world.when(ANA, reply(bens, "@Ben!")).done();
    assert_eq!(
        told(&world),
        [(BEN.user(), Kind::Mention)],
        "once, as what matters more"
    );
    let world = world.when(BEN, reply(bens, "to myself")).done();
    assert_eq!(told(&world), []);
    let world = world.when(ANA, say("no name in it")).done();
    assert_eq!(told(&world), []);
    let own = world.room.seq();
    let edit = ChatCommand::Edit {
        message: own,
        text: "now for @Ben".to_owned(),
    };
    let world = world.when(ANA, edit).done();
    assert_eq!(told(&world), [(BEN.user(), Kind::Mention)]);
    let world = world.when(HOST, say("all of you: @room")).done();
    assert_eq!(
        told(&world),
        [ANA, BEN].map(|who| (who.user(), Kind::Mention)),
        "guests have no inbox"
    );
    // Who has gone hears nothing any more.
    let world = world
        .when(BEN, RoomCommand::Leave)
        .done()
        .when(ANA, reply(bens, "gone?"))
        .done();
    assert_eq!(told(&world), []);
}

#[test]
fn a_conversation_tells_those_who_are_away() {
    let mut world = World::new()
        .when(ANA, create(RoomKind::Conversation))
        .done()
        .connect(ANA);
    for who in [BEN, CLEO] {
        let invited = who.granted(Role::Member);
        world = world.when(invited, join()).done().connect(who);
    }
    let world = world.when(ANA, say("all here")).done();
    assert_eq!(told(&world), []);
    let world = world.disconnect(BEN).when(ANA, say("Ben?")).done();
    assert_eq!(told(&world), [(BEN.user(), Kind::Message)]);
    let world = world.disconnect(CLEO).when(ANA, say("@Cleo?")).done();
    assert_eq!(
        told(&world),
        [(BEN.user(), Kind::Message), (CLEO.user(), Kind::Mention)]
    );
    drop(given([ANA]).disconnect(ANA).when(HOST, say("x")).done().check(|room| {
        assert!(room.member(&ANA.user()).is_some(), "and other rooms do not");
    }));
}
