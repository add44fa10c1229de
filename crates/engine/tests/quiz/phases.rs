//! From lobby to podium: by hand, by itself, paused, extended, skipped.

use trivium_engine::{
    Event, Millis, QuizCommand, Reject,
    quiz::{Event as Quizzed, Phase, event::CloseReason},
};

use crate::{common::*, samples::*};

#[test]
fn a_host_goes_through_a_game_by_hand() {
    let world = given([ANA])
        .when(HOST, QuizCommand::Start)
        .rejects(Reject::NoQuiz)
        .when(HOST, load(quiz([truth(), poll()])))
        .done();
    let world = advances(world, 12);
    let question = [
        "question_shown",
        "question_opened",
        "question_closed",
        "question_revealed",
        "leaderboard_shown",
    ];
    let expected: Vec<_> = ["loaded", "started"]
        .into_iter()
        .chain(question)
        .chain(question)
        .chain(["ended"])
        .collect();
    assert_eq!(names(&world), expected);
    let _ = world
        .when(HOST, advance())
        .rejects(Reject::WrongPhase { phase: Phase::Ended });
}

#[test]
fn with_auto_advance_a_game_plays_itself() {
    let world = game(
        [ANA],
        set(quiz([truth(), truth()]), |settings| settings.auto_advance = true),
    )
    .at(120_000);
    let quiz_entries = world.log.iter().filter(|entry| matches!(entry.event, Event::Quiz(_)));
    let times: Vec<(&str, u64)> = names(&world)
        .into_iter()
        .zip(quiz_entries.map(|entry| entry.at.since(T0).0))
        .collect();
    let first = CLOSED;
    let second = first + 8_000 + 5_000;
    assert_eq!(
        times,
        [
            ("loaded", 0),
            ("started", 0),
            ("question_shown", 3_000),
            ("question_opened", 6_000),
            ("question_closed", first),
            ("question_revealed", first),
            ("leaderboard_shown", first + 8_000),
            ("question_shown", second),
            ("question_opened", second + 3_000),
            ("question_closed", second + 3_300 + 10_750),
            ("question_revealed", second + 3_300 + 10_750),
            ("leaderboard_shown", second + 3_300 + 18_750),
            ("ended", second + 3_300 + 23_750),
        ]
    );
}

#[test]
fn without_auto_advance_a_closed_question_waits_for_the_host() {
    let world = game([ANA], quiz([truth()])).at(600_000);
    assert_eq!(phase(&world), Phase::Closed);
    let world = world.when(HOST, QuizCommand::SetAutoAdvance { enabled: true }).done();
    assert_eq!(phase(&world), Phase::Revealed);
    let world = world
        .when(HOST, QuizCommand::SetAutoAdvance { enabled: false })
        .done()
        .at(700_000);
    assert_eq!(phase(&world), Phase::Revealed);
    let world = world.when(HOST, QuizCommand::SetAutoAdvance { enabled: true }).done();
    assert_eq!(view(&world, ANA).phase_ends_at, Some(at(708_000)));
    let world = world.at(713_000);
    assert_eq!(phase(&world), Phase::Ended);
    let _ = world
        .when(HOST, QuizCommand::SetAutoAdvance { enabled: true })
        .changes_nothing();
}

#[test]
fn openings_have_a_lead_that_fits_the_room() {
    for (room_round_trip, lead) in [(None, 300), (Some(20), 300), (Some(400), 800), (Some(5_000), 1_500)] {
        let world = given([ANA]).round_trips(None, room_round_trip);
        let world = world
            .when(HOST, load(quiz([truth()])))
            .done()
            .when(HOST, QuizCommand::Start)
            .done()
            .at(6_000);
        let (opens_at, closes_at) = (at(6_000 + lead), at(16_000 + lead));
        assert_eq!(view(&world, ANA).opens_at, Some(opens_at));
        assert_eq!(view(&world, ANA).closes_at, Some(closes_at));
        assert!(quizzed(&world).any(|event| matches!(event, Quizzed::QuestionShown { lead: l, .. } if l.0 == lead)));
    }
}

#[test]
fn a_second_press_finds_that_the_game_has_moved_on() {
    let from = |phase| QuizCommand::Advance { from: Some(phase) };
    let world = game([ANA], quiz([truth()]))
        .when(HOST, from(Phase::Starting))
        .done()
        .when(HOST, from(Phase::Starting))
        .rejects(Reject::PhaseChanged { phase: Phase::Reading });
    assert_eq!(phase(&world), Phase::Reading);
}

#[test]
fn a_quiz_is_loaded_before_or_after_a_game_only() {
    let mut unplayable = quiz([truth()]);
    unplayable.questions.clear();
    let refused = Reject::QuizInvalid("the number of questions is 0 and may be 1 to 200".to_owned());
    let world = game([ANA], quiz([truth()]))
        .when(HOST, load(quiz([poll()])))
        .rejects(Reject::WrongPhase { phase: Phase::Starting })
        .when(HOST, QuizCommand::End)
        .done()
        .when(HOST, load(unplayable))
        .rejects(refused)
        .when(HOST, load(quiz([poll(), poll()])))
        .done();
    assert_eq!((phase(&world), view(&world, ANA).question_count), (Phase::Lobby, 2));
    let _ = world
        .when(HOST, QuizCommand::End)
        .rejects(Reject::WrongPhase { phase: Phase::Lobby });
}

#[test]
fn a_pause_stops_every_timed_phase() {
    // (when to pause, phase, what is left of it)
    for (ms, expected, left) in [
        (1_000, Phase::Starting, 2_000),
        (5_000, Phase::Reading, 1_000),
        (OPENS - 100, Phase::Open, 10_100),
        (OPENS + 4_000, Phase::Open, 6_000),
        (CLOSES + 100, Phase::Open, 0),
        (CLOSED + 1_000, Phase::Revealed, 7_000),
        (CLOSED + 10_000, Phase::Leaderboard, 3_000),
    ] {
        let auto = set(quiz([truth(), truth()]), |settings| settings.auto_advance = true);
        let world = game([ANA], auto)
            .at(ms)
            .when(HOST, QuizCommand::Pause)
            .events([Event::Quiz(Quizzed::Paused {
                remaining: Millis(left),
            })])
            .when(HOST, QuizCommand::Pause)
            .rejects(Reject::Paused)
            .when(HOST, advance())
            .rejects(Reject::Paused)
            .at(ms + 50_000);
        assert_eq!(phase(&world), expected, "paused at {ms}");
        assert_eq!(view(&world, ANA).remaining, Some(Millis(left)));
        let world = world.when(HOST, QuizCommand::Resume).done();
        let before = moves(&world);
        let rest = if expected == Phase::Open {
            ms + left + 750.min(CLOSED - ms)
        } else {
            ms + left
        };
        let world = world.at(50_000 + rest - 1);
        assert_eq!((phase(&world), moves(&world)), (expected, before), "resumed at {ms}");
        let world = world.at(50_000 + rest);
        assert!(moves(&world) > before, "resumed at {ms}");
        let _ = world.when(HOST, QuizCommand::Resume).rejects(Reject::NotPaused);
    }
}

/// How often the game has moved.
fn moves(world: &World) -> usize {
    let quiz = world.log.iter().filter(|entry| matches!(entry.event, Event::Quiz(_)));
    quiz.count()
}

#[test]
fn time_in_a_pause_counts_for_nobody() {
    let world = game([ANA, BEN], quiz([truth()]))
        .at(OPENS + 2_000)
        .when(HOST, QuizCommand::Pause)
        .done()
        .at(OPENS + 30_000)
        .when(ANA, say_true(0))
        .rejects(Reject::Paused)
        .when(HOST, QuizCommand::Resume)
        .done()
        .at(OPENS + 31_000)
        .when(ANA, say_true(0))
        .done();
    let response = newest(&world, |event| {
        if let Quizzed::AnswerAccepted { response, .. } = event {
            Some(*response)
        } else {
            None
        }
    });
    assert_eq!(response, Millis(3_000));
}

#[test]
fn an_extension_gives_time_and_no_points() {
    let extend = |ms| QuizCommand::Extend { extra: Millis(ms) };
    let world = game([ANA, BEN], quiz([truth()]))
        .when(HOST, extend(5_000))
        .rejects(Reject::WrongPhase { phase: Phase::Starting })
        .at(OPENS + 1_000)
        .when(HOST, extend(5_000))
        .done()
        .when(HOST, extend(3_600_000))
        .rejects(Reject::LimitReached("an hour of extensions"));
    assert_eq!(view(&world, ANA).closes_at, Some(at(CLOSES + 5_000)));
    let world = world
        .at(CLOSES + 4_000)
        .when(ANA, say_true(0))
        .done()
        .at(CLOSED + 4_999);
    assert_eq!(phase(&world), Phase::Open);
    let world = advances(world.at(CLOSED + 5_000), 1);
    // The time limit stays what it was: from there on points no longer fall.
    assert_eq!(
        (outcome(&world, ANA).points, outcome(&world, ANA).response),
        (500, Millis(14_000))
    );
}

#[test]
fn media_hold_the_opening_up_for_a_while() {
    let with_media = || {
        let mut quiz = quiz([truth(), truth()]);
        quiz.questions[0].media_url = "https://example.org/a.png".to_owned();
        quiz
    };
    let loaded = QuizCommand::ReportLoaded { index: 0 };
    let opened = |world: &World| names(world).contains(&"question_opened");
    let world = game([ANA, BEN], with_media())
        .at(6_000)
        .when(ANA, loaded.clone())
        .done()
        .at(8_999);
    assert!(!opened(&world), "one of two is not enough");
    let world = world.at(9_000);
    assert!(opened(&world), "patience has an end");
    let world = game([ANA, BEN, CLEO], with_media()).disconnect(CLEO).at(3_000);
    let world = world
        .when(ANA, loaded.clone())
        .done()
        .when(ANA, loaded.clone())
        .changes_nothing();
    let world = world.when(BEN, loaded.clone()).done().at(5_999);
    assert!(!opened(&world), "the read phase counts");
    assert!(opened(&world.at(6_000)), "those cut off are not waited for");
    let world = game([ANA, BEN], with_media())
        .at(7_000)
        .when(ANA, loaded.clone())
        .done();
    assert!(opened(&world.disconnect(BEN)), "whoever leaves is not waited for");
    let _ = game([ANA], quiz([truth()]))
        .at(4_000)
        .when(ANA, loaded)
        .changes_nothing();
}

#[test]
fn a_host_closes_at_once() {
    let world = game([ANA], quiz([truth()])).at(OPENS + 1_000).when(HOST, advance());
    let world = world.events([Event::Quiz(Quizzed::QuestionClosed {
        index: 0,
        reason: CloseReason::Host,
        answered: 0,
        screens: None,
    })]);
    let _ = world.when(ANA, say_true(0)).rejects(Reject::QuestionClosed);
}

#[test]
fn skipping_goes_where_it_makes_sense() {
    let skip = |index| QuizCommand::Skip { index };
    // On show with nothing to rank yet: the next question.
    let world = game([ANA], quiz([truth(), truth(), truth()]))
        .at(OPENS)
        .when(HOST, skip(0))
        .done();
    assert_eq!(
        (phase(&world), view(&world, ANA).prompt.expect("a stem").index),
        (Phase::Reading, 1)
    );
    // Still to come: it is left out.
    let world = world.when(HOST, skip(2)).done().when(HOST, skip(2)).changes_nothing();
    let world = advances(world, 5);
    assert_eq!(phase(&world), Phase::Ended);
    let world = world.when(HOST, skip(3)).rejects(Reject::NoSuchQuestion);
    drop(world);
    // On show with something to rank: the ranking.
    let world = next_question(game([ANA], quiz([truth(), truth()])), 100)
        .when(ANA, say_true(0))
        .done();
    let world = next_question(world, 100).when(HOST, skip(1)).done();
    assert_eq!(
        (phase(&world), table(&world)),
        (Phase::Leaderboard, vec![(1, "Ana".to_owned(), 1_000)])
    );
    // The only one: the end.
    let world = game([ANA], quiz([truth()])).at(OPENS).when(HOST, skip(0)).done();
    assert_eq!(phase(&world), Phase::Ended);
}

#[test]
fn a_question_skipped_in_hindsight_counts_for_nobody() {
    let world = next_question(game([ANA, BEN], quiz([truth(), truth()])), 100)
        .when(ANA, say_true(0))
        .done();
    let world = next_question(world, 100)
        .when(BEN, say_true(1))
        .done()
        .when(ANA, say_false(1))
        .done();
    let world = advances(world, 3);
    let row = |rank, who: Who, points| (rank, who.name.to_owned(), points);
    assert_eq!(table(&world), [row(1, ANA, 1_000), row(1, BEN, 1_000)]);
    let world = world.when(HOST, QuizCommand::Skip { index: 0 }).done();
    assert_eq!(phase(&world), Phase::Ended);
    assert_eq!(table(&world), [row(1, BEN, 1_000), row(2, ANA, 0)]);
    let host = world.room.audience(&HOST.actor()).expect("a member");
    assert_eq!(world.room.results(&host).expect("a quiz").questions.len(), 1);
}

#[test]
fn a_ranking_made_anew_is_shown_no_longer() {
    let auto = set(quiz([truth(), truth(), truth()]), |settings| {
        settings.auto_advance = true;
    });
    let world = game([ANA], auto).at(CLOSED + 10_000);
    let skipped = |index| Event::Quiz(Quizzed::Skipped { index });
    let world = world.when(HOST, QuizCommand::Skip { index: 2 }).events([skipped(2)]);
    let ends_at = view(&world, ANA).phase_ends_at;
    assert_eq!(ends_at, Some(at(CLOSED + 13_000)));
    let world = world.when(HOST, QuizCommand::Skip { index: 0 }).done();
    assert_eq!(names(&world).last(), Some(&"leaderboard_shown"));
    assert_eq!(view(&world, ANA).phase_ends_at, ends_at);
}

#[test]
fn an_end_before_the_end_ranks_what_was_revealed() {
    let world = next_question(game([ANA], quiz([truth(), truth()])), 100)
        .when(ANA, say_true(0))
        .done();
    let world = world.when(HOST, QuizCommand::End).done();
    assert_eq!(
        (phase(&world), table(&world)),
        (Phase::Ended, vec![(1, "Ana".to_owned(), 0)])
    );
    let _ = world.when(ANA, say_true(1)).rejects(Reject::QuestionClosed);
}
