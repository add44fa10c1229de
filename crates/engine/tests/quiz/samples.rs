//! Quizzes and games for the scenarios.

use std::sync::Arc;

use trivium_engine::{
    Accommodations, Event, Millis, QuizCommand, RoomCommand, Timestamp, UserId,
    quiz::{
        Answer, Choice, Event as Quizzed, Kind, Number, Phase, Question, Quiz, Settings,
        event::{Outcome, Solution, Standing},
    },
};

use crate::common::*;

/// When the first question opens if nothing is set differently: countdown, read phase, lead.
pub(crate) const OPENS: u64 = 3_000 + 3_000 + 300;
/// When it closes for those without accommodations, and when it is closed if somebody has not answered.
pub(crate) const CLOSES: u64 = OPENS + 10_000;
pub(crate) const CLOSED: u64 = CLOSES + 750;

pub(crate) fn truth() -> Kind {
    Kind::TrueFalse { correct: true }
}

pub(crate) fn choices(options: &[&str], correct: &[usize]) -> Vec<Choice> {
    let choice = |(n, &text): (usize, &&str)| Choice {
        text: text.to_owned(),
        correct: correct.contains(&n),
    };
    options.iter().enumerate().map(choice).collect()
}

pub(crate) fn single(options: &[&str], correct: usize) -> Kind {
    Kind::SingleChoice {
        options: choices(options, &[correct]),
        shuffle: true,
    }
}

pub(crate) fn poll() -> Kind {
    Kind::Poll {
        options: vec!["yes".to_owned(), "no".to_owned()],
        multiple: false,
    }
}

pub(crate) fn every_kind() -> Vec<Kind> {
    let whole = Number::whole;
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    vec![
        single(&["a", "b", "c", "d"], 2),
        Kind::MultipleChoice {
            options: choices(&["a", "b", "c"], &[0, 2]),
            shuffle: true,
            all_or_nothing: false,
        },
        truth(),
        Kind::TextEntry {
            accepted: owned(&["Paris"]),
            case_sensitive: false,
            max_edits: 1,
        },
        Kind::NumberEntry {
            target: whole(4_806),
            tolerance: whole(50),
            unit: "m".to_owned(),
        },
        Kind::RangeEntry {
            min: whole(0),
            max: whole(100),
            step: whole(1),
            correct_min: whole(40),
            correct_max: whole(60),
            unit: String::new(),
        },
        Kind::Ordering {
            items: owned(&["one", "two", "three"]),
            partial_credit: true,
        },
        Kind::Matching {
            pairs: vec![
                ("cat".into(), "mammal".into()),
                ("trout".into(), "fish".into()),
                ("newt".into(), "amphibian".into()),
            ],
            partial_credit: true,
        },
        poll(),
        Kind::Poll {
            options: owned(&["red", "green", "blue"]),
            multiple: true,
        },
        Kind::Rating {
            steps: 5,
            low_label: String::new(),
            high_label: String::new(),
        },
        Kind::WordCloud { max_words: 2 },
    ]
}

pub(crate) fn question(kind: Kind) -> Question {
    Question {
        text: "Well?".to_owned(),
        explanation: "Because.".to_owned(),
        media_url: String::new(),
        media_alt: String::new(),
        time_limit: None,
        read: None,
        points: 1_000,
        kind,
    }
}

pub(crate) fn quiz(kinds: impl IntoIterator<Item = Kind>) -> Quiz {
    Quiz {
        id: "quiz".parse().expect("an id"),
        revision: 1,
        title: "Quiz".to_owned(),
        description: String::new(),
        language: String::new(),
        settings: Settings::default(),
        questions: kinds.into_iter().map(question).collect(),
    }
}

/// The same with settings changed.
pub(crate) fn set(mut quiz: Quiz, change: impl FnOnce(&mut Settings)) -> Quiz {
    change(&mut quiz.settings);
    quiz
}

pub(crate) fn load(quiz: Quiz) -> QuizCommand {
    QuizCommand::Load { quiz: Arc::new(quiz) }
}

pub(crate) fn advance() -> QuizCommand {
    QuizCommand::Advance { from: None }
}

pub(crate) fn answer(index: u32, answer: Answer) -> QuizCommand {
    QuizCommand::Answer { index, answer }
}

pub(crate) fn say_true(index: u32) -> QuizCommand {
    answer(index, Answer::Truth(true))
}

pub(crate) fn say_false(index: u32) -> QuizCommand {
    answer(index, Answer::Truth(false))
}

/// A started game among connected members, at time 0.
pub(crate) fn game(members: impl IntoIterator<Item = Who>, quiz: Quiz) -> World {
    given(members)
        .when(HOST, load(quiz))
        .done()
        .when(HOST, QuizCommand::Start)
        .done()
}

/// The host does what comes next, so often.
pub(crate) fn advances(mut world: World, times: usize) -> World {
    for _ in 0..times {
        world = world.when(HOST, advance()).done();
    }
    world
}

/// The host brings a game at any phase of a question to the moment at which the next question has been open for `ms`.
/// Everybody who has not answered by then has missed.
pub(crate) fn next_question(mut world: World, ms: u64) -> World {
    while phase(&world) != Phase::Reading {
        world = world.when(HOST, advance()).done();
    }
    let opens_at = world.now.since(T0).0 + 300;
    world.when(HOST, advance()).done().at(opens_at + ms)
}

pub(crate) fn accommodate(who: Who, accommodations: Accommodations) -> RoomCommand {
    RoomCommand::UpdateMember {
        user: who.user(),
        nickname: None,
        avatar: None,
        team: None,
        role: None,
        accommodations: Some(accommodations),
    }
}

pub(crate) fn at(ms: u64) -> Timestamp {
    T0 + Millis(ms)
}

pub(crate) fn phase(world: &World) -> Phase {
    view(world, HOST).phase
}

/// The quiz as somebody sees it.
pub(crate) fn view(world: &World, who: Who) -> trivium_engine::view::QuizView {
    let audience = world.room.audience(&who.actor()).expect("the actor may look");
    world.room.view(&audience).quiz.expect("a quiz is loaded")
}

/// Everything that happened to the quiz.
pub(crate) fn quizzed(world: &World) -> impl DoubleEndedIterator<Item = &Quizzed> {
    world.log.iter().filter_map(|entry| {
        let Event::Quiz(event) = &entry.event else { return None };
        Some(event)
    })
}

/// Names of everything that happened to the quiz, without the feature.
pub(crate) fn names(world: &World) -> Vec<&'static str> {
    quizzed(world)
        .map(|event| event.name().trim_start_matches("quiz."))
        .collect()
}

/// The newest event of a kind.
pub(crate) fn newest<T>(world: &World, pick: impl Fn(&Quizzed) -> Option<T>) -> T {
    quizzed(world).rev().find_map(pick).expect("it happened")
}

pub(crate) fn user(who: Who) -> UserId {
    who.user()
}

/// Somebody's newest result.
pub(crate) fn outcome(world: &World, who: Who) -> Outcome {
    newest(world, |event| {
        if let Quizzed::QuestionRevealed { results, .. } = event {
            Some(results.get(&who.user()).cloned())
        } else {
            None
        }
    })
    .expect("a player has a result")
}

/// The newest solution.
pub(crate) fn solution(world: &World) -> Option<Solution> {
    newest(world, |event| {
        if let Quizzed::QuestionRevealed { solution, .. } = event {
            Some(solution.clone())
        } else {
            None
        }
    })
}

/// The newest ranking: players and teams.
pub(crate) fn ranking(world: &World) -> (Vec<Standing>, Vec<Standing>) {
    newest(world, |event| {
        if let Quizzed::LeaderboardShown { standings, teams, .. } | Quizzed::Ended { standings, teams, .. } = event {
            Some((standings.to_vec(), teams.clone()))
        } else {
            None
        }
    })
}

/// Rank, name and whole points of the newest ranking.
pub(crate) fn table(world: &World) -> Vec<(u32, String, u32)> {
    ranking(world)
        .0
        .into_iter()
        .map(|row| (row.rank, row.name, row.points_tenths / 10))
        .collect()
}

/// Goes on whether it was allowed or not.
pub(crate) fn whatever(outcome: crate::common::Outcome) -> World {
    match outcome.result.clone() {
        Ok(_) => outcome.look(|_| {}),
        Err(reject) => outcome.rejects(reject),
    }
}
