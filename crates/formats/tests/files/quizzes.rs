//! Random quizzes that keep every rule.

use proptest::{collection::vec, option, prelude::*};
use trivium_proto::v1::{
    Matching, MatchingPair, MultipleChoice, NumberEntry, Option as Choice, Ordering, Poll, Question, Quiz,
    QuizSettings, RangeEntry, Rating, SingleChoice, TextEntry, TrueFalse, WordCloud, question::Kind,
};

/// Characters that mean something to one format or another, and some that mean nothing.
const LINE: &str = "[a-zA-Z0-9 ~=#{}:\\\\%<>&\"',;.()@+*/|_$\\[\\]?!é日😀-]{1,30}";

/// Text on one line, with single spaces.
fn line() -> impl Strategy<Value = String> {
    LINE.prop_map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .prop_filter("something", |text| !text.is_empty())
}

/// Text on some lines.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => line().boxed(), 1 => (line(), line(), any::<bool>()).prop_map(|(a, b, gap)| {
        format!("{a}{}{b}", if gap { "\n\n" } else { "\n" })
    }).boxed()]
}

fn lines(count: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<String>> {
    let (least, most) = (*count.start(), *count.end());
    vec(line(), least..=most).prop_map(|texts| {
        // Distinct, as the rules want them.
        let texts = texts.into_iter().enumerate();
        texts.map(|(n, text)| format!("{text} {n}")).collect()
    })
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    lines(2..=8).prop_flat_map(|texts| {
        let count = texts.len();
        (Just(texts), vec(any::<bool>(), count), 0..count).prop_map(|(texts, right, sure)| {
            let options = texts.into_iter().zip(right).enumerate();
            options
                .map(|(n, (text, right))| Choice {
                    text,
                    correct: right || n == sure,
                })
                .collect()
        })
    })
}

/// Numbers with a few decimals, and some that are large.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-1_000_000..1_000_000_i32).prop_map(|n| f64::from(n) / 100.0),
        (-1e12..1e12_f64).prop_map(f64::round)
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    let flags = (any::<bool>(), any::<bool>());
    let label = || prop_oneof![Just(String::new()), "[a-z %]{0,9}[a-z]"];
    prop_oneof![
        (choices(), any::<bool>()).prop_map(|(options, shuffle)| Kind::SingleChoice(SingleChoice { options, shuffle })),
        (choices(), flags).prop_map(|(options, (shuffle, all_or_nothing))| {
            Kind::MultipleChoice(MultipleChoice {
                options,
                shuffle,
                all_or_nothing,
            })
        }),
        any::<bool>().prop_map(|correct| Kind::TrueFalse(TrueFalse { correct })),
        (lines(1..=20), any::<bool>(), 0..=5_u32).prop_map(|(accepted, case_sensitive, max_edits)| {
            Kind::TextEntry(TextEntry {
                accepted,
                case_sensitive,
                max_edits,
            })
        }),
        (number(), number(), label()).prop_map(|(target, tolerance, unit)| {
            Kind::NumberEntry(NumberEntry {
                target,
                tolerance: tolerance.abs(),
                unit: unit.trim().to_owned(),
            })
        }),
        (-1_000..1_000_i32, 0..100_i32, 0..100_i32, 1..100_i32, label()).prop_map(|(min, a, b, c, unit)| {
            let at = |offset: i32| f64::from(min + offset) / 4.0;
            Kind::RangeEntry(RangeEntry {
                min: at(0),
                max: at(a + b + c),
                step: f64::from(c) / 8.0,
                correct_min: at(a),
                correct_max: at(a + b),
                unit: unit.trim().to_owned(),
            })
        }),
        (lines(2..=10), any::<bool>())
            .prop_map(|(items, partial_credit)| Kind::Ordering(Ordering { items, partial_credit })),
        (lines(2..=10), line(), any::<bool>()).prop_map(|(lefts, right, partial_credit)| {
            let pairs = lefts.into_iter().enumerate().map(|(n, left)| MatchingPair {
                left,
                right: format!("{right} {}", n % 3),
            });
            Kind::Matching(Matching {
                pairs: pairs.collect(),
                partial_credit,
            })
        }),
        (lines(2..=8), any::<bool>()).prop_map(|(options, multiple)| Kind::Poll(Poll { options, multiple })),
        (2..=10_u32, label(), label()).prop_map(|(steps, low, high)| {
            Kind::Rating(Rating {
                steps,
                low_label: low.trim().to_owned(),
                high_label: high.trim().to_owned(),
            })
        }),
        (0..=10_u32).prop_map(|max_words| Kind::WordCloud(WordCloud { max_words })),
    ]
}

prop_compose! {
    fn question()(
        text in text(),
        explanation in prop_oneof![Just(String::new()), text()],
        media_url in prop_oneof![3 => Just(String::new()), 1 => Just("https://example.org/a.png?x=1&y=2".to_owned())],
        media_alt in prop_oneof![3 => Just(String::new()), 1 => line()],
        time_limit_ms in prop_oneof![Just(0), 100..=600_000_u32, Just(20_000)],
        read_ms in option::of(0..=60_000_u32),
        points in option::of(0..=2_000_u32),
        kind in kind(),
    ) -> Question {
        Question { text, explanation, media_url, media_alt, time_limit_ms, read_ms, points, kind: Some(kind) }
    }
}

prop_compose! {
    fn settings()(
        time_limit_ms in prop_oneof![Just(0), 100..=600_000_u32],
        read_ms in 0..=60_000_u32,
        no_read_phase in any::<bool>(),
        scoring in 0..=2_i32,
        speed_weight_permille in option::of(0..=1_000_u32),
        leaderboard_size in 0..=100_u32,
    ) -> QuizSettings {
        QuizSettings {
            time_limit_ms, read_ms, no_read_phase, scoring, speed_weight_permille, leaderboard_size,
            ..QuizSettings::default()
        }
    }
}

prop_compose! {
    /// A quiz of one to six questions.
    pub(crate) fn quiz()(
        title in line(),
        description in prop_oneof![Just(String::new()), text()],
        settings in option::of(settings()),
        questions in vec(question(), 1..6),
    ) -> Quiz {
        Quiz { title, description, language: "en".into(), settings, questions, ..Quiz::default() }
    }
}
