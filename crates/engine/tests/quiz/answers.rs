//! Who may answer what, when, and what the clock makes of it.

use trivium_engine::{
    Event, Millis, Reject, Role, RoomCommand,
    quiz::{Answer, Event as Quizzed, Kind, Phase, event::Verdict},
};

use crate::{
    common::*,
    samples::{solution as solution_of, *},
};

/// Response and credit of the newest answer.
fn stamped(world: &World) -> (u64, u64) {
    newest(world, |event| {
        if let Quizzed::AnswerAccepted { response, credit, .. } = event {
            Some((response.0, credit.0))
        } else {
            None
        }
    })
}

#[test]
fn an_answer_is_taken_once_from_players_while_the_question_is_open() {
    let not_open = |opens_in: Option<u64>| Reject::QuestionNotOpen {
        opens_in: opens_in.map(Millis),
    };
    let world = given([ANA, BEN, COHOST, CLEO])
        .when(HOST, promote(COHOST, Role::CoHost))
        .done()
        .when(HOST, promote(CLEO, Role::Observer))
        .done()
        .when(ANA, say_true(0))
        .rejects(Reject::NoQuiz)
        .when(HOST, load(quiz([truth(), truth()])))
        .done()
        .when(ANA, say_true(0))
        .rejects(not_open(None))
        .when(HOST, advance())
        .done()
        .at(OPENS - 1)
        .when(ANA, say_true(0))
        .rejects(not_open(Some(1)))
        .at(OPENS + 1_200)
        .when(EVE, say_true(0))
        .rejects(Reject::NotMember)
        .when(COHOST, say_true(0))
        .rejects(Reject::NotPermitted)
        .when(CLEO, say_true(0))
        .rejects(Reject::NotPermitted)
        .when(ANA, say_true(2))
        .rejects(Reject::NoSuchQuestion)
        .when(ANA, say_true(1))
        .rejects(not_open(None))
        .when(ANA, answer(0, Answer::Choice(0)))
        .rejects(Reject::WrongAnswerType("it asks for true or false"))
        .when(ANA, say_false(0))
        .events([Event::Quiz(Quizzed::AnswerAccepted {
            user: user(ANA),
            index: 0,
            answer: Answer::Truth(false),
            response: Millis(1_200),
            credit: Millis(0),
            order: 1,
        })])
        .when(ANA, say_true(0))
        .rejects(Reject::AlreadyAnswered)
        .when(HOST, advance())
        .done()
        .when(BEN, say_true(0))
        .rejects(Reject::QuestionClosed);
    let _ = advances(world, 3)
        .when(BEN, say_true(0))
        .rejects(Reject::QuestionClosed);
}

#[test]
fn a_retry_is_the_first_answer() {
    let world = game([ANA, BEN], quiz([truth()])).at(OPENS + 500);
    let world = world.request("once").when(ANA, say_true(0)).done();
    let seq = world.room.seq();
    let _ = world.request("once").when(ANA, say_false(0)).replays(seq, seq);
}

#[test]
fn what_left_in_time_is_taken_for_a_while() {
    // (round trip, how late, the response if it is taken)
    for (round_trip, late, taken) in [
        (None, 0, Some(10_000)),
        (None, 500, Some(10_000)),
        (None, 501, None),
        (Some(100), 550, Some(10_000)),
        (Some(100), 551, None),
        (Some(400), 100, Some(9_900)),
        (Some(9_000), 749, Some(10_000)),
        (Some(9_000), 750, None),
    ] {
        let world = game([ANA, BEN], quiz([truth()]))
            .round_trips(round_trip, None)
            .at(CLOSES + late);
        let outcome = world.when(ANA, say_true(0));
        match taken {
            Some(response) => assert_eq!(stamped(&outcome.done()).0, response, "{round_trip:?} {late}"),
            None => drop(outcome.rejects(Reject::QuestionClosed)),
        }
    }
}

#[test]
fn credit_is_half_a_round_trip_within_a_quota() {
    let kinds = std::iter::repeat_with(truth).take(6);
    let mut world = game([ANA, BEN], quiz(kinds)).round_trips(Some(5_000), None);
    // 250 ms at most; of 500 ms, with 100 ms back per further question.
    for (index, credit) in (0..).zip([250, 250, 200, 100, 100]) {
        world = next_question(world, 3_000).when(ANA, say_true(index)).done();
        assert_eq!(stamped(&world), (3_000 - credit, credit), "question {index}");
    }
    let world = next_question(world, 30)
        .round_trips(Some(80), None)
        .when(BEN, say_true(5))
        .done();
    assert_eq!(stamped(&world), (0, 30), "never more than there was");
}

#[test]
fn every_kind_is_answered_rightly_and_wrongly() {
    let kinds = every_kind();
    let right = |world: &World, index: usize| -> Answer {
        // A rehearsal of the same game tells the solution: shuffles follow from the seed, the seed from the test.
        let rehearsal = replay_of(world).request("close").when(HOST, advance()).done();
        let rehearsal = rehearsal.request("reveal").when(HOST, advance()).done();
        let solution = solution_of(&rehearsal).unwrap_or_default();
        match &every_kind()[index] {
            Kind::SingleChoice { .. } => Answer::Choice(solution.positions[0]),
            Kind::MultipleChoice { .. } => Answer::Choices(solution.positions),
            Kind::TrueFalse { .. } => Answer::Truth(solution.truth),
            Kind::TextEntry { .. } => Answer::Text(solution.accepted[0].to_uppercase()),
            Kind::NumberEntry { .. } | Kind::RangeEntry { .. } => Answer::Number(solution.number_min),
            Kind::Ordering { .. } => Answer::Order(solution.positions),
            Kind::Matching { .. } => Answer::Matches(solution.positions),
            Kind::Poll { multiple: false, .. } => Answer::Choice(1),
            Kind::Poll { multiple: true, .. } => Answer::Choices(vec![0, 2]),
            Kind::Rating { .. } => Answer::Rating(4),
            Kind::WordCloud { .. } => Answer::Words(vec!["sea".to_owned()]),
        }
    };
    let opinions = kinds.iter().filter(|kind| kind.is_opinion()).count();
    let mut world = game([ANA, BEN], quiz(kinds.clone()));
    for (index, kind) in kinds.iter().enumerate() {
        world = next_question(world, 400);
        let given = right(&world, index);
        let n = u32::try_from(index).expect("few questions");
        world = world.when(ANA, answer(n, given.clone())).done();
        world = advances(world, 2);
        assert_eq!(phase(&world), Phase::Revealed);
        let (ana, ben) = (outcome(&world, ANA), outcome(&world, BEN));
        let (verdict, points) = if kind.is_opinion() {
            (Verdict::Unscored, 0)
        } else {
            (Verdict::Correct, 1_000)
        };
        assert_eq!(
            (ana.verdict, ana.points, ana.answer),
            (verdict, points, Some(given)),
            "{kind:?}"
        );
        assert_eq!(
            (ben.verdict, ben.points, ben.answer),
            (Verdict::Missed, 0, None),
            "{kind:?}"
        );
    }
    let world = advances(world, 2);
    let expected = u32::try_from(kinds.len() - opinions).expect("few") * 1_000;
    assert_eq!(
        table(&world),
        [(1, "Ana".to_owned(), expected), (2, "Ben".to_owned(), 0)]
    );
    assert_eq!(ranking(&world).0[0].correct, expected / 1_000);
}

/// Another world in which the same has happened.
fn replay_of(world: &World) -> World {
    let mut copy = World::new();
    copy.now = world.now;
    for entry in &world.log {
        copy.room.apply(entry);
        copy.log.push(entry.clone());
    }
    copy
}

#[test]
fn a_member_removed_mid_question_loses_the_answer() {
    let world = game([ANA, BEN], quiz([poll()]))
        .at(OPENS + 500)
        .when(BEN, answer(0, Answer::Choice(0)))
        .done();
    let remove = RoomCommand::Remove {
        user: user(BEN),
        message: String::new(),
    };
    let world = world
        .when(HOST, remove)
        .done()
        .when(ANA, answer(0, Answer::Choice(1)))
        .done();
    let world = advances(world, 1);
    let distribution = newest(&world, |event| {
        if let Quizzed::QuestionRevealed { distribution, .. } = event {
            Some(distribution.clone())
        } else {
            None
        }
    });
    assert_eq!((distribution.answered, distribution.counts), (1, vec![0, 1]));
}
