//! Quizzes with questions of every kind, whose solutions carry marks, and answers to them.
//!
//! Neighbours: [`checks::keys`](crate::checks::keys) looks for the marks.

use std::sync::Arc;

use rand::{Rng, RngExt as _, seq::SliceRandom as _};
use trivium_engine::{
    Millis,
    quiz::{Answer, Choice, Kind, KindName, Number, Question, Quiz, RankBy, Scoring, Settings, event::Form},
};

/// Begins every mark. Marks are in explanations, accepted texts and the names of options nobody is shown before.
const MARK: &str = "key-";

/// The mark of a question.
fn mark(revision: u32, index: usize) -> String {
    format!("{MARK}{revision}-{index}-")
}

/// Revision and number of every question whose mark is in a text.
pub(crate) fn marks(text: &str) -> impl Iterator<Item = (u32, u32)> {
    text.split(MARK).skip(1).filter_map(|rest| {
        let mut parts = rest.split('-');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    })
}

/// A short quiz that nobody has played.
pub(crate) fn quiz(revision: u32, rng: &mut impl Rng) -> Arc<Quiz> {
    let count = rng.random_range(1..=4);
    let span = |rng: &mut _, most| Millis(Rng::next_u64(rng) % most);
    Arc::new(Quiz {
        id: "quiz".parse().expect("an id"),
        revision,
        title: "Simulated".into(),
        description: String::new(),
        language: String::new(),
        settings: Settings {
            time_limit: Millis(rng.random_range(500..4_000)),
            read: span(rng, 1_000),
            scoring: if rng.random() {
                Scoring::Kahoot
            } else {
                Scoring::Linear {
                    speed_weight_permille: rng.random_range(0..=1_000),
                }
            },
            streak_bonus: rng.random(),
            rank_by: [RankBy::Points, RankBy::CorrectThenPoints, RankBy::CorrectThenTime][rng.random_range(0..3)],
            leaderboard_size: rng.random_range(1..=3),
            auto_advance: rng.random_bool(0.6),
            reveal: span(rng, 1_500),
            leaderboard: span(rng, 1_500),
            start_countdown: span(rng, 1_000),
        },
        questions: (0..count).map(|index| question(revision, index, rng)).collect(),
    })
}

fn question(revision: u32, index: usize, rng: &mut impl Rng) -> Question {
    let mark = mark(revision, index);
    let media_url = if rng.random_bool(0.1) {
        "https://media.test/a.png"
    } else {
        ""
    };
    Question {
        text: format!("Question {index}"),
        explanation: format!("{mark}because"),
        media_url: media_url.into(),
        media_alt: String::new(),
        time_limit: rng.random_bool(0.3).then(|| Millis(rng.random_range(300..6_000))),
        read: rng.random_bool(0.3).then_some(Millis::ZERO),
        points: [0, 1_000, 2_000][rng.random_range(0..3)],
        kind: kind(&mark, rng),
    }
}

fn kind(mark: &str, rng: &mut impl Rng) -> Kind {
    let texts = |count: usize| (0..count).map(|n| format!("option {n}"));
    let right = rng.random_range(0..4);
    let choices = || {
        let choice = |(n, text)| Choice {
            text,
            correct: n == right,
        };
        texts(4).enumerate().map(choice).collect()
    };
    match rng.random_range(0..11) {
        0 => Kind::SingleChoice {
            options: choices(),
            shuffle: rng.random(),
        },
        1 => Kind::MultipleChoice {
            options: choices(),
            shuffle: rng.random(),
            all_or_nothing: rng.random(),
        },
        2 => Kind::TrueFalse { correct: rng.random() },
        3 => Kind::TextEntry {
            accepted: vec![format!("{mark}text")],
            case_sensitive: rng.random(),
            max_edits: rng.random_range(0..3),
        },
        4 => Kind::NumberEntry {
            target: Number::whole(rng.random_range(0..10)),
            tolerance: Number::whole(rng.random_range(0..3)),
            unit: "m".into(),
        },
        5 => Kind::RangeEntry {
            min: Number::whole(0),
            max: Number::whole(9),
            step: Number::whole(1),
            correct_min: Number::whole(3),
            correct_max: Number::whole(6),
            unit: String::new(),
        },
        6 => Kind::Ordering {
            items: texts(4).collect(),
            partial_credit: rng.random(),
        },
        7 => Kind::Matching {
            pairs: texts(4).map(|text| (text.clone(), format!("of {text}"))).collect(),
            partial_credit: rng.random(),
        },
        8 => Kind::Poll {
            options: texts(3).collect(),
            multiple: rng.random(),
        },
        9 => Kind::Rating {
            steps: 5,
            low_label: "low".into(),
            high_label: "high".into(),
        },
        _ => Kind::WordCloud { max_words: 3 },
    }
}

/// An answer that mostly fits.
pub(crate) fn answer(kind: KindName, form: &Form, rng: &mut impl Rng) -> Answer {
    // Now and then out of range, of which nothing may come.
    let beyond = u32::from(rng.random_bool(0.05));
    let options = u32::try_from(form.options.len().max(2)).unwrap_or(2);
    let position = rng.random_range(0..options + beyond);
    let permutation = |count: usize, rng: &mut _| {
        let mut order: Vec<u32> = (0..).take(count).collect();
        order.shuffle(rng);
        order
    };
    match kind {
        KindName::SingleChoice | KindName::Poll => Answer::Choice(position),
        KindName::MultipleChoice | KindName::MultiplePoll => Answer::Choices(vec![position]),
        KindName::TrueFalse => Answer::Truth(rng.random()),
        KindName::TextEntry => Answer::Text("a guess".into()),
        KindName::NumberEntry | KindName::RangeEntry => {
            Answer::Number(Number::whole(i64::from(rng.random_range(0..10))))
        }
        KindName::Ordering => Answer::Order(permutation(form.options.len(), rng)),
        KindName::Matching => Answer::Matches(permutation(form.matches.len(), rng)),
        KindName::Rating => Answer::Rating(rng.random_range(1..=5)),
        KindName::WordCloud => Answer::Words(vec![format!("word{position}")]),
    }
}
