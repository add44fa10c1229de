//! Who is waited for: early close, accommodations, late comers, restarts.

use trivium_engine::{
    Accommodations, Millis, Reject, RoomCommand, Signal,
    quiz::{
        Event as Quizzed, Phase,
        event::{CloseReason, Verdict},
    },
};

use crate::{common::*, samples::*};

fn closing(world: &World) -> (CloseReason, u64) {
    let at = world.log.last().expect("something happened").at.since(T0).0;
    let reason = newest(world, |event| {
        if let Quizzed::QuestionClosed { reason, .. } = event {
            Some(*reason)
        } else {
            None
        }
    });
    (reason, at)
}

fn extra_time(time_percent: u32) -> Accommodations {
    Accommodations {
        time_percent,
        ..Accommodations::default()
    }
}

#[test]
fn a_question_closes_when_everybody_connected_has_answered() {
    let world = game([ANA, BEN, CLEO], quiz([truth()]))
        .disconnect(CLEO)
        .at(OPENS + 1_000);
    let world = world.when(ANA, say_true(0)).done();
    assert_eq!(phase(&world), Phase::Open);
    let world = world.when(BEN, say_false(0)).done();
    assert_eq!(closing(&world), (CloseReason::AllAnswered, OPENS + 1_000));
}

#[test]
fn a_hiccup_costs_nobody_an_answer() {
    let world = game([ANA, BEN], quiz([truth()])).at(OPENS + 1_000).disconnect(BEN);
    let world = world.when(ANA, say_true(0)).done().at(OPENS + 3_999);
    assert_eq!(phase(&world), Phase::Open);
    let back = world.connect(BEN).at(OPENS + 6_000).when(BEN, say_true(0)).done();
    assert_eq!(closing(&back), (CloseReason::AllAnswered, OPENS + 6_000));
    let world = game([ANA, BEN], quiz([truth()])).at(OPENS + 1_000).disconnect(BEN);
    let world = world.when(ANA, say_true(0)).done().at(OPENS + 4_000);
    assert_eq!(closing(&world), (CloseReason::AllAnswered, OPENS + 4_000));
}

#[test]
fn a_room_without_connections_closes_at_the_deadline_only() {
    let world = game([ANA, BEN], quiz([truth()]))
        .at(OPENS + 1_000)
        .when(ANA, say_true(0))
        .done();
    let world = world.disconnect(ANA).disconnect(BEN).at(CLOSED - 1);
    assert_eq!(phase(&world), Phase::Open);
    assert_eq!(closing(&world.at(CLOSED)), (CloseReason::Deadline, CLOSED));
}

#[test]
fn the_excused_are_not_waited_for_and_do_not_close() {
    let excused = Accommodations {
        excused: true,
        ..Accommodations::default()
    };
    let world = given([ANA, BEN]).when(HOST, accommodate(BEN, excused)).done();
    let world = world
        .when(HOST, load(quiz([truth()])))
        .done()
        .when(HOST, advance())
        .done()
        .at(OPENS + 10);
    let world = world.when(BEN, say_true(0)).done();
    assert_eq!(phase(&world), Phase::Open, "Ana has not answered");
    assert_eq!(phase(&world.when(ANA, say_true(0)).done()), Phase::Closed);
}

#[test]
fn everybody_gets_the_own_time() {
    let world = given([ANA, BEN]).when(HOST, accommodate(BEN, extra_time(200))).done();
    let world = world
        .when(HOST, load(quiz([truth()])))
        .done()
        .when(HOST, advance())
        .done()
        .at(CLOSES + 501);
    assert_eq!(view(&world, ANA).closes_at, Some(at(CLOSES)));
    assert_eq!(view(&world, BEN).closes_at, Some(at(CLOSES + 10_000)));
    let world = world.when(ANA, say_true(0)).rejects(Reject::QuestionClosed);
    let world = world.at(CLOSES + 550).when(BEN, say_true(0)).done().at(CLOSED);
    assert_eq!(phase(&world), Phase::Closed, "nobody else has time left");
    let world = advances(world, 1);
    // 1,000 x (1 - 0.5 x 10,050 / 19,500) = 742.3
    assert_eq!(
        (outcome(&world, BEN).points, outcome(&world, BEN).time_limit),
        (742, Some(Millis(20_000)))
    );
    assert_eq!(outcome(&world, ANA).verdict, Verdict::Missed);
}

#[test]
fn the_longest_own_time_of_those_connected_decides() {
    let slow = || {
        let world = given([ANA, BEN]).when(HOST, accommodate(BEN, extra_time(200))).done();
        world
            .when(HOST, load(quiz([truth()])))
            .done()
            .when(HOST, advance())
            .done()
    };
    assert_eq!(
        closing(&slow().at(CLOSED + 10_000)),
        (CloseReason::Deadline, CLOSED + 10_000)
    );
    assert_eq!(
        closing(&slow().disconnect(BEN).at(CLOSED)),
        (CloseReason::Deadline, CLOSED)
    );
}

#[test]
fn an_untimed_player_holds_the_question_open() {
    let untimed = Accommodations {
        untimed: true,
        ..Accommodations::default()
    };
    let start = |accommodations| {
        let world = given([ANA, BEN]).when(HOST, accommodate(BEN, accommodations)).done();
        world
            .when(HOST, load(quiz([truth()])))
            .done()
            .when(HOST, advance())
            .done()
    };
    let world = start(untimed.clone()).at(900_000);
    assert_eq!((phase(&world), view(&world, BEN).closes_at), (Phase::Open, None));
    let world = world.when(BEN, say_true(0)).done();
    assert_eq!(phase(&world), Phase::Closed);
    let world = advances(world, 1);
    assert_eq!(
        (outcome(&world, BEN).points, outcome(&world, BEN).time_limit),
        (1_000, None)
    );
    let world = start(untimed.clone()).at(100_000).disconnect(BEN).at(102_999);
    assert_eq!(phase(&world), Phase::Open);
    assert_eq!(closing(&world.at(103_000)), (CloseReason::Deadline, 103_000));
    let excused = Accommodations {
        excused: true,
        ..untimed
    };
    assert_eq!(closing(&start(excused).at(CLOSED)), (CloseReason::Deadline, CLOSED));
}

#[test]
fn fewer_options_are_told_to_one_member_and_cannot_be_picked() {
    let fewer = Accommodations {
        fewer_options: 2,
        ..Accommodations::default()
    };
    let world = given([ANA, BEN]).when(HOST, accommodate(BEN, fewer)).done();
    let world = world
        .when(HOST, load(quiz([single(&["a", "b", "c", "d"], 1)])))
        .done()
        .when(HOST, advance())
        .done();
    let world = world.at(OPENS);
    let hidden = view(&world, BEN).hidden_options;
    assert_eq!(hidden.len(), 2);
    assert!(view(&world, ANA).hidden_options.is_empty());
    let pick = |position| answer(0, trivium_engine::quiz::Answer::Choice(position));
    let world = world
        .when(BEN, pick(hidden[0]))
        .rejects(Reject::WrongAnswerType("no such option"));
    let world = world.when(ANA, pick(hidden[0])).done();
    let world = advances(world, 2);
    assert!(
        !solution(&world)
            .expect("a solution")
            .positions
            .iter()
            .any(|position| hidden.contains(position))
    );
}

#[test]
fn who_comes_late_answers_if_five_seconds_are_left() {
    let late = |ms| {
        game([ANA], quiz([truth(), truth()]))
            .at(ms)
            .when(BEN, join())
            .done()
            .connect(BEN)
    };
    let world = late(CLOSES - 5_000).when(BEN, say_true(0)).done();
    assert_eq!(phase(&world), Phase::Open);
    let world = late(CLOSES - 4_999)
        .when(BEN, say_true(0))
        .rejects(Reject::QuestionClosed);
    let world = world.when(ANA, say_true(0)).done();
    assert_eq!(
        phase(&world),
        Phase::Closed,
        "a late comer who may not answer is not waited for"
    );
    let world = advances(world, 1);
    assert_eq!(outcome(&world, BEN).verdict, Verdict::Absent);
    let world = next_question(world, 100).when(BEN, say_true(1)).done();
    let world = advances(world, 2);
    assert_eq!(outcome(&world, BEN).points, 1_000);
}

#[test]
fn who_comes_after_an_early_close_was_absent() {
    let world = game([ANA], quiz([truth()]))
        .at(OPENS + 10)
        .when(ANA, say_true(0))
        .done();
    let world = advances(world.when(BEN, join()).done().connect(BEN), 1);
    assert_eq!(outcome(&world, BEN).verdict, Verdict::Absent);
    assert_eq!(outcome(&world, ANA).verdict, Verdict::Correct);
}

#[test]
fn who_leaves_is_not_ranked_and_finds_everything_again() {
    let world = next_question(game([ANA, BEN], quiz([truth(), truth(), truth()])), 100);
    let world = world.when(BEN, say_true(0)).done().when(ANA, say_true(0)).done();
    let world = next_question(world, 100)
        .when(BEN, say_true(1))
        .done()
        .when(BEN, RoomCommand::Leave)
        .done();
    let world = advances(world, 3);
    assert_eq!(table(&world), [(1, "Ana".to_owned(), 1_000)]);
    let world = advances(world.when(BEN, join()).done().connect(BEN), 5);
    assert_eq!(
        table(&world),
        [(1, "Ben".to_owned(), 2_000), (2, "Ana".to_owned(), 1_000)]
    );
}

#[test]
fn progress_counts_who_is_waited_for() {
    let world = game([ANA, BEN, CLEO, DAN], quiz([truth()]));
    assert_eq!(world.room.progress(world.now), None);
    let world = world.disconnect(DAN).at(OPENS + 10).when(ANA, say_true(0)).done();
    let expected = Signal::AnswerProgress {
        index: 0,
        answered: 1,
        expected: 3,
        away: 1,
        waiting: vec![user(BEN), user(CLEO)],
    };
    assert_eq!(world.room.progress(world.now), Some(expected));
    assert_eq!((view(&world, ANA).answered, view(&world, BEN).answered), (true, false));
    assert_eq!(
        (view(&world, BEN).answered_count, view(&world, BEN).expected_count),
        (1, 4)
    );
}
