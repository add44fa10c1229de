//! Hands and visits: who may raise and lower, when a visit ends, and what remains of it after a restart.

mod common;

use common::*;
use trivium_engine::{
    ActivityCommand, ActivityEvent, Audience, Event, Reject, Role, RoomCommand, RoomKind,
    presence::{GRACE, visits::RECORDED_AFTER, visits::Visit},
};

fn visit(who: Who, begin: u64, end: u64) -> Event {
    Event::Activity(ActivityEvent::VisitEnded(Visit {
        user: who.user(),
        begin: T0 + trivium_engine::Millis(begin),
        end: T0 + trivium_engine::Millis(end),
    }))
}

fn hand(user: Option<Who>, raised: bool) -> ActivityCommand {
    ActivityCommand::RaiseHand {
        user: user.map(Who::user),
        raised,
    }
}

/// Stops and loads again, as after the end of the room's task.
fn reload(mut world: World) -> World {
    world.room = serde_json::from_str(&state(&world.room)).expect("snapshots load");
    world.room.reset_presence(world.now);
    let at = world.now.since(T0).0;
    world.at(at)
}

#[test]
fn hands_go_up_in_order_and_down_with_the_seat() {
    let world = given([ANA, BEN])
        .at(10)
        .when(BEN, hand(None, true))
        .done()
        .when(BEN, hand(None, true))
        .changes_nothing()
        .at(20)
        .when(ANA, hand(Some(ANA), true))
        .done()
        .when(ANA, hand(Some(BEN), false))
        .rejects(Reject::NotPermitted)
        .when(HOST, hand(Some(BEN), true))
        .rejects(Reject::NotPermitted)
        .when(HOST, hand(Some(EVE), false))
        .rejects(Reject::NoSuchMember)
        .when(EVE, hand(None, true))
        .rejects(Reject::NotMember)
        .when(ROOT, hand(None, true))
        .rejects(Reject::NotMember);
    let up = |world: &World, who: Who| world.room.member(&who.user()).and_then(|member| member.hand_at);
    assert!(up(&world, BEN) < up(&world, ANA) && up(&world, BEN).is_some());
    let world = world
        .when(HOST, promote(ANA, Role::CoHost))
        .done()
        .when(ROOT, hand(Some(BEN), false))
        .done()
        .when(DAN, observe())
        .done()
        .when(DAN, hand(None, true))
        .rejects(Reject::NotPermitted);
    assert_eq!(up(&world, BEN), None);
    assert!(
        up(&world, ANA).is_some(),
        "another change of the member leaves the hand up"
    );
    let world = world.when(ANA, RoomCommand::Leave).done().when(ANA, join()).done();
    assert_eq!(up(&world, ANA), None);
}

#[test]
fn a_visit_ends_after_the_grace_or_with_the_seat_or_the_room() {
    let world = given([ANA, BEN]).settles_to([]);
    let world = world
        .at(1_000)
        .disconnect(ANA)
        .at(5_000)
        .connect(ANA)
        .at(9_000)
        .disconnect(ANA);
    let world = world.at(9_000 + GRACE.0 - 1).settles_to([]);
    let world = world.at(9_000 + GRACE.0).settles_to([visit(ANA, 0, 9_000)]);
    let world = world
        .at(30_000)
        .when(BEN, RoomCommand::Leave)
        .done()
        .settles_to([visit(BEN, 0, 30_000)]);
    let world = world
        .at(31_000)
        .connect(ANA)
        .at(32_000)
        .when(HOST, RoomCommand::Close)
        .done();
    let world = world.settles_to([visit(ANA, 31_000, 32_000), visit(HOST, 0, 32_000)]);
    let world = world.connect(BEN).disconnect(BEN).at(100_000).settles_to([]);
    let people = world
        .room
        .activity(&Audience::Hosts, None, 10, world.now)
        .expect("a host");
    let spans: Vec<_> = people
        .iter()
        .map(|(user, deeds, _)| (user.as_str(), deeds.present.0, deeds.visits))
        .collect();
    assert_eq!(spans, [("ana", 10_000, 2), ("ben", 30_000, 1), ("host", 32_000, 1)]);
}

#[test]
fn a_visit_whose_end_is_lost_counts_until_the_last_sign_of_life() {
    let world = given([ANA])
        .at(RECORDED_AFTER.0 - 1)
        .settles_to([])
        .at(RECORDED_AFTER.0);
    let began = Event::Activity(ActivityEvent::VisitsBegan {
        visits: vec![(ANA.user(), T0), (HOST.user(), T0)],
    });
    let world = world
        .settles_to([began])
        .at(70_000)
        .when(ANA, say("here"))
        .done()
        .at(200_000)
        .connect(BEN);
    let world = reload(world).settles_to([visit(ANA, 0, 70_000), visit(HOST, 0, 70_000)]);
    let world = reload(world).settles_to([]).connect(ANA).at(300_000).disconnect(ANA);
    let world = world.at(400_000);
    let people = world
        .room
        .activity(&Audience::Hosts, None, 1, world.now)
        .expect("a host");
    assert_eq!(people[0].1.present.0, 70_000 + 100_000);
    assert_eq!(people[0].1.last_seen, Some(T0 + trivium_engine::Millis(300_000)));
}

#[test]
fn a_room_that_is_loaded_before_it_is_made_has_visits_too() {
    let mut world = World::new();
    world.room.reset_presence(world.now);
    let world = world
        .when(HOST, create(RoomKind::Classroom))
        .done()
        .connect(HOST)
        .at(500);
    let people = world
        .room
        .activity(&Audience::Hosts, None, 1, world.now)
        .expect("a host");
    assert_eq!((people[0].1.present.0, people[0].1.visits, people[0].2), (500, 1, true));
}

#[test]
fn what_everybody_does_is_counted_for_hosts() {
    let world = given([ANA, BEN]).when(ANA, say("one")).done();
    let one = world.room.seq();
    let react = |present| trivium_engine::ChatCommand::React {
        message: one,
        emoji: "👍".to_owned(),
        present,
    };
    let world = world
        .when(BEN, react(true))
        .done()
        .when(BEN, react(false))
        .done()
        .when(BEN, hand(None, true))
        .done()
        .when(BEN, RoomCommand::Leave)
        .done();
    let people = world
        .room
        .activity(&Audience::Hosts, None, 10, world.now)
        .expect("a host");
    let counts: Vec<_> = people
        .iter()
        .map(|(user, deeds, present)| (user.as_str(), deeds.messages, deeds.reactions, deeds.hands, *present))
        .collect();
    assert_eq!(
        counts,
        [("ana", 1, 0, 0, true), ("ben", 0, 1, 1, false), ("host", 0, 0, 0, true)]
    );
    let next = world
        .room
        .activity(&Audience::Hosts, Some(&ANA.user()), 1, world.now)
        .expect("a host");
    assert_eq!(next[0].0, BEN.user());
    for who in [Audience::Member(ANA.user()), Audience::Observers] {
        assert_eq!(world.room.activity(&who, None, 1, world.now), Err(Reject::NotPermitted));
    }
}
