//! Marks: what moves them, who may see them, what is left to read, and what remains after a restart.

mod common;

use std::collections::BTreeMap;

use common::*;
use trivium_engine::{
    Audience, Event, Mark, Observation, ReceiptCommand, ReceiptEvent, Reject, Role, RoomCommand, Visibility,
    presence::visits::RECORDED_AFTER,
    receipt::{GATHER, MAX_MOVED, SHARED_UP_TO},
};

fn reads(world: World, who: Who, delivered: u64, read: u64) -> World {
    let user = who.user();
    world.observe(&Observation::Acknowledged { user, delivered, read }).0
}

fn mark(who: Who, delivered: u64, read: u64) -> Mark {
    let user = who.user();
    Mark { user, delivered, read }
}

fn moved(marks: impl IntoIterator<Item = Mark>, private: impl IntoIterator<Item = Who>) -> Event {
    Event::Receipt(ReceiptEvent::Moved {
        marks: marks.into_iter().collect(),
        shared: true,
        private: private.into_iter().map(Who::user).collect(),
        silent: Vec::new(),
    })
}

/// What is left to read: messages and mentions.
fn unread(world: &World, who: Who) -> (u32, u32) {
    let (_, unread) = world.room.reading(&who.user()).expect("a member");
    (unread.messages, unread.mentions)
}

fn marks(world: &World, who: Who) -> (u64, u64) {
    let (mark, _) = world.room.reading(&who.user()).expect("a member");
    (mark.delivered, mark.read)
}

/// Stops and loads again, as after the end of the room's task.
fn reload(mut world: World) -> World {
    world.room = serde_json::from_str(&state(&world.room)).expect("snapshots load");
    world.room.reset_presence(world.now);
    let at = world.now.since(T0).0;
    world.at(at)
}

#[test]
fn marks_are_gathered_for_a_second_and_never_go_back() {
    let world = given([ANA, BEN])
        .when(HOST, say("one"))
        .done()
        .when(ANA, say("two"))
        .done();
    let (one, two) = (world.room.seq() - 1, world.room.seq());
    assert_eq!(
        [HOST, ANA, BEN].map(|who| unread(&world, who)),
        [(1, 0), (1, 0), (2, 0)]
    );
    let world = reads(reads(world, BEN, one, 0), ANA, two, one);
    assert_eq!(
        (marks(&world, BEN), unread(&world, BEN)),
        ((one, 0), (2, 0)),
        "noted at once"
    );
    assert_eq!((marks(&world, ANA), unread(&world, ANA)), ((two, one), (0, 0)));
    let world = reads(world.at(GATHER.0 - 1).settles_to([]), BEN, 0, two);
    let world = world
        .at(GATHER.0)
        .settles_to([moved([mark(ANA, two, one), mark(BEN, two, two)], [])]);
    let world = reads(reads(world, BEN, one, one), BEN, two, two);
    let world = world.at(5_000).settles_to([]);
    assert_eq!(world.room.next_deadline(), Some(T0 + RECORDED_AFTER));
    let end = world.room.seq();
    let world = reads(world, BEN, 0, u64::MAX);
    assert_eq!(marks(&world, BEN), (end, end), "no mark passes the end");
    let world = reads(world, EVE, 1, 1);
    assert!(world.room.reading(&EVE.user()).is_none());
}

#[test]
fn what_was_noted_is_lost_with_the_task_and_said_on_parting() {
    let world = given([ANA]).when(HOST, say("one")).done();
    let one = world.room.seq();
    let world = reads(world, ANA, one, one);
    let mut parting = world.room.clone();
    let last = parting.parting(world.now);
    assert_eq!(last[0], moved([mark(ANA, one, one)], []));
    let world = reload(world);
    assert_eq!(marks(&world, ANA), (0, 0));
    assert_eq!(
        marks(&reads(world, ANA, one, one), ANA),
        (one, one),
        "a client repeats it"
    );
}

#[test]
fn only_what_others_say_while_one_is_in_counts() {
    let world = given([ANA]).when(HOST, say("before")).done().when(BEN, join()).done();
    assert_eq!(unread(&world, BEN), (0, 0), "what was said before is not new");
    let world = world
        .when(HOST, say("@Ben and @Ana"))
        .done()
        .when(HOST, say("@room"))
        .done()
        .when(ANA, say("@room, but she may not"))
        .done();
    let last = world.room.seq();
    assert_eq!([ANA, BEN].map(|who| unread(&world, who)), [(3, 2), (3, 2)]);
    let delete = trivium_engine::ChatCommand::Delete { message: last - 1 };
    let world = world.when(HOST, delete).done();
    assert_eq!([ANA, BEN].map(|who| unread(&world, who)), [(2, 1), (2, 1)]);
    let world = reads(world, BEN, last, last).at(2_000);
    let world = world
        .when(BEN, RoomCommand::Leave)
        .done()
        .when(HOST, say("after"))
        .done();
    let world = world.when(BEN, join()).done();
    assert_eq!(
        (marks(&world, BEN), unread(&world, BEN)),
        ((0, 0), (0, 0)),
        "a new seat begins anew"
    );
}

#[test]
fn receipts_of_what_was_said_before_one_came_in_are_not_told() {
    let study = World::new()
        .when(HOST, create(trivium_engine::RoomKind::StudyGroup))
        .done();
    let world = study.when(HOST, say("before")).done();
    let before = world.room.seq();
    let world = world
        .when(ANA.granted(Role::Member), join())
        .done()
        .when(HOST, say("after"))
        .done();
    let after = world.room.seq();
    let seen = |who: Who, message| {
        world
            .room
            .message_receipts(&who.actor(), message)
            .map(|found| found.members)
    };
    assert_eq!(
        (seen(HOST, before), seen(HOST, after), seen(ANA, after)),
        (Ok(1), Ok(1), Ok(1))
    );
    assert_eq!(seen(ANA, before), Err(Reject::NoSuchMessage));
    assert_eq!(seen(EVE, after), Err(Reject::NotMember));
}

#[test]
fn a_closed_room_forgets_what_was_noted() {
    let world = reads(given([ANA]), ANA, 2, 2).when(HOST, RoomCommand::Close).done();
    assert_eq!(marks(&world, ANA), (0, 0));
    assert_eq!(world.room.may_acknowledge(&ANA.actor()), Err(Reject::RoomClosed));
    let world = reads(world, ANA, 2, 2).at(10_000);
    assert_eq!((marks(&world, ANA), world.room.next_deadline()), ((0, 0), None));
}

#[test]
fn who_sees_which_mark_is_one_table() {
    let all = || [mark(ANA, 5, 4), mark(BEN, 5, 3)].to_vec();
    let event = |shared: bool, private: &[Who]| {
        Event::Receipt(ReceiptEvent::Moved {
            marks: all(),
            shared,
            private: private.iter().map(|who| who.user()).collect(),
            silent: Vec::new(),
        })
    };
    // What is read of Ana and of Ben, a digit each.
    let sees = |event: &Event, who: &Audience| match event.seen_by(who) {
        Some(Event::Receipt(ReceiptEvent::Moved { marks, private, .. })) => {
            assert!(private.is_empty(), "nobody learns who is private");
            marks.iter().map(|mark| mark.read.to_string()).collect()
        }
        None => "-".to_owned(),
        Some(other) => panic!("{other:?}"),
    };
    let member = |who: Who| Audience::Member(who.user());
    for (is_shared, reads_privately, expected) in [
        // hosts, Ana, Ben, Cleo, observers
        (true, None, "43 43 43 43 43"),
        (true, Some(BEN), "40 40 03 40 40"),
        (true, Some(CLEO), "43 43 43 00 43"),
        (false, Some(BEN), "40 4 3 - -"),
    ] {
        let event = event(is_shared, reads_privately.as_slice());
        let audiences = [
            Audience::Hosts,
            member(ANA),
            member(BEN),
            member(CLEO),
            Audience::Observers,
        ];
        let read = audiences.each_ref().map(|who| sees(&event, who));
        assert_eq!(
            read.join(" "),
            expected,
            "shared: {is_shared}, private: {reads_privately:?}"
        );
    }
    let entry = |event| trivium_engine::Entry {
        seq: 1,
        at: T0,
        actor: None,
        request: None,
        event,
    };
    assert_eq!(entry(event(true, &[])).visibility(), Visibility::Everyone);
    assert_eq!(entry(event(true, &[BEN])).visibility(), Visibility::Personal);
    assert_eq!(entry(event(false, &[])).visibility(), Visibility::Personal);
}

#[test]
fn private_readers_see_what_they_show() {
    let world = given([ANA, BEN, CLEO]).when(HOST, say("one")).done();
    let one = world.room.seq();
    let set = |private| ReceiptCommand::SetPrivacy { private };
    let world = world.when(BEN, set(true)).done().when(BEN, set(true)).changes_nothing();
    let world = [ANA, BEN, CLEO]
        .into_iter()
        .fold(world, |world, who| reads(world, who, one, one));
    let world = world.at(2_000);
    let sees = |world: &World, who: Who| {
        let view = world.room.view_for(&who.actor()).expect("a member");
        let reads = view.receipts.iter().map(|mark| (mark.user.to_string(), mark.read));
        let reads: BTreeMap<String, u64> = reads.collect();
        (["ana", "ben", "cleo"].map(|user| reads[user]), view.receipts_private)
    };
    assert_eq!(sees(&world, HOST), ([one, 0, one], false));
    assert_eq!(sees(&world, ANA), ([one, 0, one], false));
    assert_eq!(sees(&world, BEN), ([0, one, 0], true));
    let found = |world: &World, who: Who| {
        let found = world.room.message_receipts(&who.actor(), one).expect("a message");
        (found.delivered, found.read, found.readers.len(), found.members)
    };
    assert_eq!(found(&world, ANA), (3, 2, 2, 3));
    assert_eq!(found(&world, HOST), (3, 2, 2, 3));
    let world = world.when(BEN, set(false)).done();
    assert_eq!(found(&world, ANA), (3, 3, 3, 3));
    assert_eq!(
        world.room.message_receipts(&HOST.actor(), 1),
        Err(Reject::NoSuchMessage)
    );
    let _ = world.when(EVE, set(true)).rejects(Reject::NotMember);
}

#[test]
fn when_a_private_reader_reads_is_not_told() {
    let world = given([ANA, BEN]).when(HOST, say("one")).done();
    let one = world.room.seq();
    let world = world.when(BEN, ReceiptCommand::SetPrivacy { private: true }).done();
    let world = reads(world, BEN, one, 0).at(2_000);
    let entry = |world: &World| world.log.last().expect("marks").event.clone();
    let seen = |event: &Event, who: &Audience| match event.seen_by(who) {
        Some(Event::Receipt(ReceiptEvent::Moved { marks, silent, .. })) => {
            assert!(silent.is_empty(), "nobody learns who is silent");
            marks.into_iter().map(|mark| mark.user).collect::<Vec<_>>()
        }
        None => Vec::new(),
        Some(other) => panic!("{other:?}"),
    };
    let others = [Audience::Hosts, Audience::Member(ANA.user()), Audience::Observers];
    let delivered = entry(&world);
    for who in &others {
        assert_eq!(seen(&delivered, who), [BEN.user()], "that it was delivered: {who:?}");
    }
    // Nothing moves but what is nobody's business.
    let world = reads(world, BEN, one, one).at(4_000);
    let read = entry(&world);
    assert_ne!(read, delivered);
    for who in &others {
        assert_eq!(seen(&read, who), [], "{who:?}");
    }
    assert_eq!(seen(&read, &Audience::Member(BEN.user())), [BEN.user()]);
    let world = reads(world, ANA, one, one);
    let both = reads(world.when(HOST, say("two")).done(), BEN, one, one + 3).at(6_000);
    assert_eq!(seen(&entry(&both), &Audience::Hosts), [ANA.user(), BEN.user()]);
}

/// A room with so many members beside its host.
fn crowd(members: usize) -> World {
    let mut world = given([]);
    for n in 0..members {
        let id: &'static str = Box::leak(format!("m{n:04}").into_boxed_str());
        world = world.when(who(id, id), join()).done();
    }
    world
}

#[test]
fn in_large_rooms_members_see_their_own_marks_and_counts() {
    let first = who("m0000", "m0000");
    for (members, seen) in [(SHARED_UP_TO - 1, SHARED_UP_TO), (SHARED_UP_TO, 1)] {
        let world = crowd(members).when(HOST, say("one")).done();
        let one = world.room.seq();
        let mut world = world;
        for n in 0..members {
            let user = format!("m{n:04}").parse().expect("an id");
            let acknowledged = Observation::Acknowledged {
                user,
                delivered: one,
                read: one,
            };
            world = world.observe(&acknowledged).0;
        }
        let world = world.at(2_000);
        let who = Audience::Member(first.user());
        let listed = world.room.receipts(&who, Some(&first.user()), None, 500);
        assert_eq!(listed.len(), seen, "among {members}");
        let found = world.room.message_receipts(&first.actor(), one).expect("a message");
        let all = u32::try_from(members).expect("few");
        assert_eq!((found.delivered, found.read, found.members), (all, all, all));
        assert_eq!(found.readers.is_empty(), seen == 1, "names are for small rooms");
        let found = world.room.message_receipts(&HOST.actor(), one).expect("a message");
        assert_eq!(found.readers.len(), members.min(50));
        assert_eq!(
            world.room.receipts(&Audience::Hosts, None, None, 500).len(),
            members + 1
        );
    }
}

#[test]
fn more_marks_than_an_entry_holds_make_two() {
    let mut world = crowd(0);
    // Faster than two thousand commands.
    let member = world.room.member(&HOST.user()).expect("the host").clone();
    for n in 0..=MAX_MOVED {
        let member = trivium_engine::Member {
            user: format!("m{n:05}").parse().expect("an id"),
            nickname: format!("m{n:05}"),
            role: Role::Member,
            ..member.clone()
        };
        let entry = trivium_engine::Entry {
            seq: world.room.seq() + 1,
            at: world.now,
            actor: None,
            request: None,
            event: Event::Room(trivium_engine::RoomEvent::MemberJoined {
                member,
                member_count: 0,
                invitation: None,
            }),
        };
        world.room.apply(&entry);
        world.log.push(entry);
    }
    for n in 0..=MAX_MOVED {
        let user = format!("m{n:05}").parse().expect("an id");
        world.room.observe(
            &Observation::Acknowledged {
                user,
                delivered: 1,
                read: 1,
            },
            world.now,
        );
    }
    let events = world.room.settle(world.now + GATHER);
    let sizes: Vec<usize> = events
        .iter()
        .filter_map(|event| {
            if let Event::Receipt(ReceiptEvent::Moved {
                marks, shared: false, ..
            }) = event
            {
                Some(marks.len())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(sizes, [MAX_MOVED, 1]);
}
