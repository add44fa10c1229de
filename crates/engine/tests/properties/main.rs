//! What holds whatever anybody does: random commands, observations and waits of all features, against a naive model.

#[path = "../common/mod.rs"]
mod common;
mod model;
mod steps;

use std::collections::BTreeSet;

use common::*;
use model::Model;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use steps::{CROWD, Step, aim, step};
use trivium_engine::{Command, Entry, Room, RoomCommand, Timestamp, presence::GRACE};

/// A played scenario, in which everything was checked on the way.
fn play(steps: Vec<Step>) -> World {
    let mut world = given([ANA, BEN]);
    let mut model = Model::default();
    let mut seen = 0;
    let mut last = None;
    for step in steps {
        let before = state(&world.room);
        let mut refused = false;
        let step = match step {
            Step::Aimed(who, command, n) => Step::Command(who, aim(command, n, &world.room)),
            other @ (Step::Command(..) | Step::Retry | Step::Observe(_) | Step::Pass(_) | Step::Reload) => other,
        };
        world = match step {
            Step::Command(who, command) | Step::Aimed(who, command, _) => {
                let stranger = world.room.member(&who.user()).is_none() && !who.global;
                let outsiders = matches!(
                    command,
                    Command::Room(RoomCommand::Create { .. } | RoomCommand::Join { .. })
                );
                let request = format!("p{}", world.log.len());
                let outcome = world.request(&request).when(who, command);
                refused = outcome.result.is_err();
                let done = outcome.result.as_ref().is_ok_and(|events| !events.is_empty());
                assert!(!(stranger && !outsiders && done), "a stranger did something");
                if done {
                    last = Some((who, request));
                }
                outcome.either_way()
            }
            Step::Retry => match &last {
                Some((who, request)) => {
                    let outcome = world.request(request).when(*who, RoomCommand::Leave);
                    assert_eq!(outcome.result, Ok(Vec::new()), "a retry is recognised whatever it asks");
                    refused = true;
                    outcome.either_way()
                }
                None => world,
            },
            Step::Observe(observation) => world.observe(&observation).0,
            Step::Pass(ms) => {
                let at = world.now.since(T0).0 + ms;
                let mut world = world.at(at);
                world.room.settle_presence(world.now);
                assert!(world.room.next_presence_deadline().is_none_or(|due| due > world.now));
                world
            }
            Step::Reload => {
                let mut world = world;
                world.room = serde_json::from_str(&before).expect("snapshots load");
                world.room.reset_presence(world.now);
                assert_eq!(
                    world.room.next_presence_deadline(),
                    (world.room.member_count() > 0).then(|| world.now + GRACE)
                );
                // Presence has changed, and so may what follows from it.
                let at = world.now.since(T0).0;
                world.at(at)
            }
        };
        assert!(
            !refused || world.settled().is_empty() && state(&world.room) == before,
            "a refusal left traces"
        );
        assert!(world.room.settle(world.now).is_empty(), "settled");
        if let Some(due) = world.room.next_deadline() {
            assert!(due > world.now, "a deadline lies ahead");
        }
        for entry in &world.log[seen..] {
            model.take(entry);
        }
        seen = world.log.len();
        model.check(&world.room, world.now);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn the_room_keeps_its_promises_whatever_happens(steps in prop::collection::vec(step(), 0..160)) {
        play(steps);
    }

    #[test]
    fn no_entry_in_any_order_can_break_a_room(
        steps in prop::collection::vec(step(), 20..80),
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0_u64..50, any::<u32>()), 0..120),
    ) {
        let world = play(steps);
        let mut room = Room::new("nonsense".parse().expect("an id"), 1);
        for (pick, seq, at) in picks {
            let entry = Entry { seq, at: Timestamp(u64::from(at)), ..pick.get(&world.log).clone() };
            room.apply(&entry);
            let now = Timestamp(u64::from(at));
            room.settle(now);
            room.next_deadline();
            room.settle_presence(now);
            room.progress(now);
            for who in CROWD {
                room.audience(&who.actor()).map(|audience| (room.results(&audience).is_ok(), entry.event.seen_by(&audience)));
                // What is put together from parts that others see too is no other room.
                if let Some(view) = room.view_for(&who.actor()) {
                    let audience = room.audience(&who.actor()).expect("it may look");
                    let alone = room.view(&audience);
                    let floor = room.history_floor(&who.actor());
                    prop_assert_eq!(&view.members, &alone.members);
                    let messages: Vec<_> = alone.messages.into_iter().filter(|message| message.seq > floor).collect();
                    prop_assert_eq!(&view.messages, &messages);
                }
            }
            let snapshot = state(&room);
            let loaded: Room = serde_json::from_str(&snapshot).expect("snapshots load");
            prop_assert_eq!(state(&loaded), snapshot);
        }
    }
}

/// The properties above mean little unless the steps lead everywhere.
#[test]
fn random_steps_reach_every_event_but_a_few() {
    let mut runner = TestRunner::deterministic();
    let steps = prop::collection::vec(step(), 160);
    let mut seen = BTreeSet::new();
    for _ in 0..150 {
        let steps = steps.new_tree(&mut runner).expect("steps can be made").current();
        seen.extend(play(steps).log.iter().map(|entry| entry.event.name()));
    }
    let rooms = [
        "created",
        "updated",
        "closed",
        "member_joined",
        "member_left",
        "member_updated",
        "banned",
        "unbanned",
    ];
    let chats = ["sent", "edited", "deleted", "reacted"];
    let quizzes = [
        "loaded",
        "started",
        "question_shown",
        "question_opened",
        "answer_accepted",
        "question_closed",
        "question_revealed",
        "leaderboard_shown",
        "paused",
        "resumed",
        "extended",
        "skipped",
        "auto_advance_set",
        "ended",
    ];
    let moderations = [
        "updated",
        "muted",
        "unmuted",
        "held",
        "resolved",
        "reported",
        "report_resolved",
    ];
    let named =
        |feature: &str, names: &[&str]| names.iter().map(|name| format!("{feature}.{name}")).collect::<Vec<_>>();
    let expected = [
        named("room", &rooms),
        named("chat", &chats),
        named("moderation", &moderations),
        named("quiz", &quizzes),
    ]
    .concat();
    let missing: Vec<_> = expected.iter().filter(|name| !seen.contains(name.as_str())).collect();
    assert_eq!(missing, Vec::<&String>::new());
}
