//! Quizzes with every kind of question, and how to answer each.

use trivium_client::proto::v1::{
    Answer, AnswerForm, Matching, MatchingPair, MultipleChoice, NumberEntry, Option as Choice, Ordering, Poll,
    Positions, Question, Quiz, QuizSettings, RangeEntry, Rating, SingleChoice, TextEntry, TrueFalse, WordCloud, Words,
    answer, question::Kind,
};

/// Stands in texts that players must not see before the reveal.
pub const CANARY: &str = "CANARY-8f3a";

/// One question of each kind, quick to play. Keys and explanations contain [`CANARY`].
pub fn every_kind() -> Quiz {
    let choice = |text: &str, correct| Choice {
        text: text.to_owned(),
        correct,
    };
    let kinds = vec![
        Kind::SingleChoice(SingleChoice {
            options: vec![choice("right", true), choice("wrong", false), choice("no", false)],
            shuffle: true,
        }),
        Kind::MultipleChoice(MultipleChoice {
            options: vec![choice("right 1", true), choice("right 2", true), choice("wrong", false)],
            shuffle: true,
            all_or_nothing: false,
        }),
        Kind::TrueFalse(TrueFalse { correct: true }),
        Kind::TextEntry(TextEntry {
            accepted: vec![format!("{CANARY} text")],
            case_sensitive: false,
            max_edits: 0,
        }),
        Kind::NumberEntry(NumberEntry {
            target: 1822.5,
            tolerance: 10.0,
            unit: "m".into(),
        }),
        Kind::RangeEntry(RangeEntry {
            min: 0.0,
            max: 100.0,
            step: 1.0,
            correct_min: 40.0,
            correct_max: 60.0,
            unit: "%".into(),
        }),
        Kind::Ordering(Ordering {
            items: ["one", "two", "three", "four"].map(str::to_owned).into(),
            partial_credit: true,
        }),
        Kind::Matching(Matching {
            pairs: [("a", "1"), ("b", "2"), ("c", "3")]
                .map(|(left, right)| MatchingPair {
                    left: left.into(),
                    right: right.into(),
                })
                .into(),
            partial_credit: false,
        }),
        Kind::Poll(Poll {
            options: vec!["tea".into(), "coffee".into()],
            multiple: false,
        }),
        Kind::Poll(Poll {
            options: vec!["red".into(), "green".into(), "blue".into()],
            multiple: true,
        }),
        Kind::Rating(Rating {
            steps: 5,
            low_label: "low".into(),
            high_label: "high".into(),
        }),
        Kind::WordCloud(WordCloud { max_words: 3 }),
    ];
    quiz(kinds)
}

/// The first `count` questions of [`every_kind`].
pub fn short(count: usize) -> Quiz {
    let mut quiz = every_kind();
    quiz.questions.truncate(count);
    quiz
}

fn quiz(kinds: Vec<Kind>) -> Quiz {
    let question = |(n, kind): (usize, Kind)| Question {
        text: format!("Question {n}"),
        explanation: format!("{CANARY} explanation {n}"),
        kind: Some(kind),
        ..Question::default()
    };
    Quiz {
        title: "Every kind".into(),
        settings: Some(QuizSettings {
            time_limit_ms: 20_000,
            no_read_phase: true,
            start_countdown_ms: 1,
            streak_bonus: true,
            leaderboard_size: 3,
            ..QuizSettings::default()
        }),
        questions: kinds.into_iter().enumerate().map(question).collect(),
        ..Quiz::default()
    }
}

/// What a player has to send for question `index` of [`every_kind`] to be right, or clearly wrong; opinions are what
/// they are.
pub fn answer(index: u32, form: &AnswerForm, right: bool) -> Answer {
    let at = |text: &str| position(&form.options, text);
    let value = match index {
        0 => answer::Value::Choice(at(if right { "right" } else { "wrong" })),
        1 if right => answer::Value::Choices(positions([at("right 1"), at("right 2")])),
        1 => answer::Value::Choices(positions([at("wrong")])),
        2 => answer::Value::Truth(right),
        3 => answer::Value::Text(if right {
            format!("  {} TEXT ", CANARY.to_lowercase())
        } else {
            "no".into()
        }),
        4 => answer::Value::Number(if right { 1822.5 } else { 0.0 }),
        5 => answer::Value::Number(if right { 50.0 } else { 99.0 }),
        6 => {
            let mut order = ["one", "two", "three", "four"].map(at);
            if !right {
                order.reverse();
            }
            answer::Value::Order(positions(order))
        }
        7 => {
            let mut matches = ["1", "2", "3"].map(|text| position(&form.matches, text));
            if !right {
                matches.rotate_left(1);
            }
            answer::Value::Matches(positions(matches))
        }
        8 => answer::Value::Choice(0),
        9 => answer::Value::Choices(positions([0, 2])),
        10 => answer::Value::Rating(4),
        _ => answer::Value::Words(Words {
            words: vec!["light".into(), "time".into()],
        }),
    };
    Answer { value: Some(value) }
}

fn position(options: &[String], text: &str) -> u32 {
    let found = options.iter().position(|option| option == text);
    u32::try_from(found.unwrap_or_else(|| panic!("{text:?} among {options:?}"))).expect("few options")
}

fn positions<const N: usize>(positions: [u32; N]) -> Positions {
    Positions {
        positions: positions.into(),
    }
}
