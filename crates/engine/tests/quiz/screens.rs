//! When the screens drew the options: what is taken, what is told, and what remains of it.

use trivium_engine::{
    Audience, Hearers, Millis, Observation, Signal,
    quiz::{Event as Quizzed, Phase, ScreenReport},
};

use crate::{common::*, samples::*};

/// A screen says that it drew the question so many milliseconds after it opened.
fn drawn(who: Who, index: u32, offset: i64, error: u64) -> Observation {
    Observation::Drawn {
        user: who.user(),
        index,
        at: at(OPENS.saturating_add_signed(offset)),
        error: Millis(error),
    }
}

fn report(count: u32, spread: u64, error: u64, first_offset: i64) -> ScreenReport {
    ScreenReport {
        count,
        spread: Millis(spread),
        error: Millis(error),
        first_offset,
    }
}

fn told(index: u32, report: ScreenReport) -> Vec<Signal> {
    vec![Signal::Screens { index, report }]
}

fn closed(world: &World) -> Option<ScreenReport> {
    newest(world, |event| {
        if let Quizzed::QuestionClosed { screens, .. } = event {
            Some(screens.clone())
        } else {
            None
        }
    })
}

fn open() -> World {
    game([ANA, BEN, CLEO], quiz([truth(), truth()])).at(OPENS + 100)
}

#[test]
fn reports_add_up_and_are_written_down_when_the_question_closes() {
    let mut world = open();
    for (who, offset, error, so_far) in [
        (ANA, 5, 4, report(1, 0, 4, 5)),
        (BEN, 21, 9, report(2, 16, 9, 5)),
        (HOST, -3, 1, report(3, 24, 9, -3)),
        (CLEO, 10, 2, report(4, 24, 9, -3)),
    ] {
        let (after, signals) = world.observe(&drawn(who, 0, offset, error));
        assert_eq!(signals, told(0, so_far));
        assert!(signals.iter().all(|signal| signal.hearers() == Hearers::Hosts));
        world = after;
    }
    let whole = report(4, 24, 9, -3);
    let before = world.room.view(&Audience::Hosts).quiz.and_then(|quiz| quiz.screens);
    assert_eq!(before, None, "not before it is closed");
    let world = world.when(HOST, advance()).done();
    assert_eq!(closed(&world), Some(whole.clone()));
    let (world, late) = world.observe(&drawn(DAN, 0, 10, 2));
    assert_eq!(late, []);
    let seen = world.room.view(&Audience::Member(ANA.user())).quiz;
    assert_eq!(seen.and_then(|quiz| quiz.screens), Some(whole.clone()));
    let world = advances(world, 1);
    let results = world.room.results(&Audience::Observers).expect("a quiz is loaded");
    assert_eq!(results.questions[0].screens, Some(whole));
    assert_eq!(
        (results.title.as_str(), results.question_count, results.phase),
        ("Quiz", 2, Phase::Revealed)
    );
}

#[test]
fn whoever_may_not_or_cannot_have_drawn_is_not_counted() {
    let mut world = open();
    for (what, observation) in [
        ("too early", drawn(ANA, 0, -2_001, 0)),
        ("too late", drawn(ANA, 0, 10_001, 0)),
        ("another question", drawn(ANA, 1, 0, 0)),
        ("a wide guess", drawn(ANA, 0, 0, 1_001)),
        ("a stranger", drawn(EVE, 0, 0, 0)),
    ] {
        let (after, signals) = world.observe(&observation);
        assert_eq!(signals, [], "{what}");
        world = after;
    }
    let (world, first) = world.observe(&drawn(ANA, 0, -2_000, 1_000));
    assert_eq!(first, told(0, report(1, 0, 1_000, -2_000)));
    let (world, again) = world.observe(&drawn(ANA, 0, 50, 0));
    assert_eq!(again, [], "each counts once");
    let (world, second) = world.observe(&drawn(BEN, 0, 10_000, 0));
    assert_eq!(second, told(0, report(2, 12_000, 1_000, -2_000)));
    drop(world);

    let reading = game([ANA], quiz([truth()])).at(4_000);
    let (_reading, early) = reading.observe(&drawn(ANA, 0, 0, 0));
    assert_eq!(early, [], "nothing is to be drawn yet");
    let closed_unseen = open().when(HOST, advance()).done();
    assert_eq!(closed(&closed_unseen), None);
}

#[test]
fn every_question_and_every_game_begins_anew() {
    let (world, _) = open().observe(&drawn(ANA, 0, 0, 0));
    let world = advances(world, 4).at(OPENS + 4_000);
    assert_eq!(phase(&world), Phase::Open, "the second question");
    let opened = view(&world, ANA).opens_at.expect("it is open");
    let second = Observation::Drawn {
        user: ANA.user(),
        index: 1,
        at: opened,
        error: Millis(3),
    };
    let (world, signals) = world.observe(&second);
    assert_eq!(signals, told(1, report(1, 0, 3, 0)));
    let world = world.when(HOST, advance()).done();
    assert_eq!(closed(&world), Some(report(1, 0, 3, 0)));
}

#[test]
fn a_pause_moves_no_screen_away_from_another() {
    let (world, _) = open().observe(&drawn(ANA, 0, 5, 0));
    let world = world
        .when(HOST, trivium_engine::QuizCommand::Pause)
        .done()
        .at(OPENS + 3_000);
    let world = world.when(HOST, trivium_engine::QuizCommand::Resume).done();
    let opened = view(&world, BEN).opens_at.expect("it is open");
    let later = Observation::Drawn {
        user: BEN.user(),
        index: 0,
        at: opened + Millis(15),
        error: Millis(0),
    };
    assert_eq!(world.observe(&later).1, told(0, report(2, 10, 0, 5)));
}

#[test]
fn a_result_says_when_the_answer_came() {
    let world = open().round_trips(Some(60), None);
    let world = world.at(OPENS + 1_000).when(ANA, say_true(0)).done();
    let world = advances(world, 2);
    let ana = outcome(&world, ANA);
    assert_eq!(ana.received_at, Some(at(OPENS + 1_000)));
    assert_eq!((ana.response, ana.credit), (Millis(970), Millis(30)));
    assert_eq!(outcome(&world, BEN).received_at, None);
}
