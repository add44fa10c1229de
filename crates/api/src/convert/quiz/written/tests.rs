//! Every quiz comes back as it went, in both directions.

use proptest::{collection::vec, option, prelude::*};
use trivium_engine::quiz::Number;

use super::*;

#[test]
fn what_is_left_at_zero_takes_the_documented_default() {
    assert_eq!(settings(v1::QuizSettings::default()), Ok(Settings::default()));
    let none = settings(v1::QuizSettings {
        no_read_phase: true,
        read_ms: 5_000,
        speed_weight_permille: Some(0),
        ..v1::QuizSettings::default()
    })
    .expect("valid");
    assert_eq!(none.read, Millis::ZERO);
    assert_eq!(
        none.scoring,
        Scoring::Linear {
            speed_weight_permille: 0
        }
    );

    let bare = question(v1::Question {
        kind: Some(Wire::WordCloud(v1::WordCloud { max_words: 0 })),
        ..v1::Question::default()
    })
    .expect("valid");
    assert_eq!((bare.points, bare.time_limit, bare.read), (1_000, None, None));
    assert_eq!(bare.kind, Kind::WordCloud { max_words: 3 });
}

#[test]
fn what_cannot_be_held_names_its_path() {
    let broken = |question| v1::Quiz {
        questions: vec![
            v1::Question {
                kind: Some(Wire::TrueFalse(v1::TrueFalse { correct: true })),
                ..v1::Question::default()
            },
            question,
        ],
        ..v1::Quiz::default()
    };
    let target = Wire::NumberEntry(v1::NumberEntry {
        target: f64::INFINITY,
        ..v1::NumberEntry::default()
    });
    for (kind, path) in [
        (None, "questions[1].kind"),
        (Some(target), "questions[1].number_entry.target"),
    ] {
        let wire = broken(v1::Question {
            kind,
            ..v1::Question::default()
        });
        let invalid = quiz(wire, "q".parse().expect("an id"), 1).expect_err("not a question");
        assert_eq!(invalid.0.field, path);
    }
    let unknown = v1::Quiz {
        settings: Some(v1::QuizSettings {
            rank_by: 77,
            ..v1::QuizSettings::default()
        }),
        ..v1::Quiz::default()
    };
    let invalid = quiz(unknown, "q".parse().expect("an id"), 1).expect_err("no such ranking");
    assert_eq!(invalid.0.field, "settings.rank_by");
}

fn text() -> impl Strategy<Value = String> {
    ".{0,12}"
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..5)
}

fn a_number() -> impl Strategy<Value = Number> {
    (-(1_i64 << 50)..1_i64 << 50).prop_map(Number)
}

fn span() -> impl Strategy<Value = Millis> {
    (1..=600_000_u64).prop_map(Millis)
}

fn any_kind() -> impl Strategy<Value = Kind> {
    let options = || {
        let choice = (text(), any::<bool>()).prop_map(|(text, correct)| Choice { text, correct });
        vec(choice, 0..9)
    };
    prop_oneof![
        (options(), any::<bool>()).prop_map(|(options, shuffle)| Kind::SingleChoice { options, shuffle }),
        (options(), any::<bool>(), any::<bool>()).prop_map(|(options, shuffle, all_or_nothing)| Kind::MultipleChoice {
            options,
            shuffle,
            all_or_nothing
        }),
        any::<bool>().prop_map(|correct| Kind::TrueFalse { correct }),
        (texts(), any::<bool>(), 0..6_u32).prop_map(|(accepted, case_sensitive, max_edits)| Kind::TextEntry {
            accepted,
            case_sensitive,
            max_edits
        }),
        (a_number(), a_number(), text()).prop_map(|(target, tolerance, unit)| Kind::NumberEntry {
            target,
            tolerance,
            unit
        }),
        (a_number(), a_number(), a_number(), a_number(), a_number(), text()).prop_map(
            |(min, max, step, correct_min, correct_max, unit)| Kind::RangeEntry {
                min,
                max,
                step,
                correct_min,
                correct_max,
                unit
            }
        ),
        (texts(), any::<bool>()).prop_map(|(items, partial_credit)| Kind::Ordering { items, partial_credit }),
        (vec((text(), text()), 0..5), any::<bool>())
            .prop_map(|(pairs, partial_credit)| Kind::Matching { pairs, partial_credit }),
        (texts(), any::<bool>()).prop_map(|(options, multiple)| Kind::Poll { options, multiple }),
        (2..11_u32, text(), text()).prop_map(|(steps, low_label, high_label)| Kind::Rating {
            steps,
            low_label,
            high_label
        }),
        (1..11_u32).prop_map(|max_words| Kind::WordCloud { max_words }),
    ]
}

fn any_question() -> impl Strategy<Value = Question> {
    let texts = (text(), text(), text(), text());
    let times = (
        option::of(span()),
        option::of((0..=60_000_u64).prop_map(Millis)),
        0..=2_000_u32,
    );
    (texts, times, any_kind()).prop_map(
        |((text, explanation, media_url, media_alt), (time_limit, read, points), kind)| Question {
            text,
            explanation,
            media_url,
            media_alt,
            time_limit,
            read,
            points,
            kind,
        },
    )
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let scoring = prop_oneof![
        (0..=1_000_u32).prop_map(|speed_weight_permille| Scoring::Linear { speed_weight_permille }),
        Just(Scoring::Kahoot),
    ];
    let rank_by = prop_oneof![
        Just(RankBy::Points),
        Just(RankBy::CorrectThenPoints),
        Just(RankBy::CorrectThenTime)
    ];
    let times = (span(), prop_oneof![Just(Millis::ZERO), span()], span(), span(), span());
    (times, scoring, rank_by, 1..=100_u32, any::<[bool; 2]>()).prop_map(
        |(
            (time_limit, read, reveal, leaderboard, start_countdown),
            scoring,
            rank_by,
            leaderboard_size,
            [streak_bonus, auto_advance],
        )| Settings {
            time_limit,
            read,
            scoring,
            streak_bonus,
            rank_by,
            leaderboard_size,
            auto_advance,
            reveal,
            leaderboard,
            start_countdown,
        },
    )
}

fn any_quiz() -> impl Strategy<Value = Quiz> {
    let texts = (text(), text(), text());
    ("[a-z]{1,8}", 1..9_u32, texts, any_settings(), vec(any_question(), 0..4)).prop_map(
        |(id, revision, (title, description, language), settings, questions)| Quiz {
            id: id.parse().expect("made of letters"),
            revision,
            title,
            description,
            language,
            settings,
            questions,
        },
    )
}

proptest! {
    #[test]
    fn quizzes_come_back(written in any_quiz()) {
        let wire = quiz_out(&written);
        let back = quiz(wire.clone(), written.id.clone(), written.revision);
        prop_assert_eq!(back.as_ref(), Ok(&written));
        // The other way round: what went out once goes out the same again.
        prop_assert_eq!(quiz_out(&back.expect("equal to what was written")), wire);
    }
}
