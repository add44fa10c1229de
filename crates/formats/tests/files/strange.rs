//! No bytes make an import panic, hang or break a rule: random ones, and good files with bytes changed, cut and repeated.

use proptest::{collection::vec, prelude::*};
use trivium_formats::{
    Imported, import,
    limits::{MAX_FILE_BYTES, MAX_ISSUES},
};
use trivium_proto::{
    v1::{QuizFileFormat, question::Kind},
    validate,
};

use crate::samples::SAMPLES;

const FORMATS: [QuizFileFormat; 12] = [
    QuizFileFormat::Unspecified,
    QuizFileFormat::Json,
    QuizFileFormat::Bundle,
    QuizFileFormat::Csv,
    QuizFileFormat::KahootXlsx,
    QuizFileFormat::ClassquizXlsx,
    QuizFileFormat::RazziaJson,
    QuizFileFormat::ArsnovaJson,
    QuizFileFormat::Aiken,
    QuizFileFormat::Gift,
    QuizFileFormat::Qti,
    QuizFileFormat::Blackboard,
];

/// What holds of every import.
fn is_sound(imported: &Imported) -> Result<(), TestCaseError> {
    prop_assert!(imported.report.issues().len() <= MAX_ISSUES);
    for issue in imported.report.issues() {
        prop_assert!(!issue.message.is_empty() && issue.message.chars().count() <= 300);
        prop_assert!(issue.column.chars().count() <= 64 && issue.fixed_value.chars().count() <= 300);
    }
    match &imported.quiz {
        Some(quiz) => prop_assert_eq!(validate(quiz), Ok(())),
        None => prop_assert!(
            !imported.report.issues().is_empty(),
            "nothing came of it, and nobody says why"
        ),
    }
    Ok(())
}

/// One change to a file.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Cut(usize, usize),
    Repeat(usize, usize, usize),
    Insert(usize, Vec<u8>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = || 0..1_000_000_usize;
    let words = [
        "\t", "\n\n", "{", "}", "=", "~", "%50%", "->", "#", "\"", ",", "<", "&", "PK", "null", "-1", "1e400",
        "\u{feff}",
    ];
    let word = prop::sample::select(words.to_vec()).prop_map(|word: &str| word.as_bytes().to_vec());
    vec(
        prop_oneof![
            (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
            (at(), 1..200_usize).prop_map(|(at, length)| Change::Cut(at, length)),
            (at(), 1..100_usize, 1..40_usize).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
            (at(), prop_oneof![word, vec(any::<u8>(), 1..8)]).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        ],
        1..12,
    )
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let length = bytes.len().max(1);
        match change {
            Change::Set(at, byte) => {
                if let Some(old) = bytes.get_mut(at % length) {
                    *old = *byte;
                }
            }
            Change::Cut(at, count) => {
                let at = (at % length).min(bytes.len());
                let end = (at + count).min(bytes.len());
                bytes.drain(at..end);
            }
            Change::Repeat(at, count, times) => {
                let at = (at % length).min(bytes.len());
                let piece = bytes[at..(at + count).min(bytes.len())].repeat(*times);
                bytes.splice(at..at, piece);
            }
            Change::Insert(at, piece) => {
                let at = (at % length).min(bytes.len());
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_come_to_nothing_bad(bytes in vec(any::<u8>(), 0..600), name in "\\PC{0,20}") {
        for format in FORMATS {
            is_sound(&import(&bytes, &name, format))?;
        }
    }

    #[test]
    fn random_texts_come_to_nothing_bad(text in "[A-Z0-9 .:)(~=#%{}>\\\\\n\t\",;<&/\\[\\]éa-z-]{0,400}") {
        for format in FORMATS {
            is_sound(&import(text.as_bytes(), "a.txt", format))?;
        }
    }

    #[test]
    fn good_files_with_changes_come_to_nothing_bad(which in 0..SAMPLES.len(), changes in changes()) {
        let sample = &SAMPLES[which];
        let bytes = changed(sample.bytes, &changes);
        for format in [sample.format, QuizFileFormat::Unspecified] {
            is_sound(&import(&bytes, sample.name, format))?;
        }
    }
}

#[test]
fn what_is_too_much_is_told_and_not_read() {
    let aiken = "Is it?\nA. Yes\nB. No\nANSWER: A\n\n".repeat(1_500);
    let imported = import(aiken.as_bytes(), "many.txt", QuizFileFormat::Aiken);
    assert_eq!(imported.quiz.expect("some").questions.len(), 200);
    assert_eq!(imported.rejected, 1_300);
    assert_eq!(
        (imported.report.issues().len(), imported.report.omitted()),
        (1_000, 300)
    );

    let large = vec![b' '; MAX_FILE_BYTES + 1];
    let imported = import(&large, "large.txt", QuizFileFormat::Gift);
    assert!(imported.report.issues()[0].message.contains("larger than 8 MiB"));

    let long = format!("::t:: {} {{T####{}}}", "ä".repeat(5_000), "ö".repeat(5_000));
    let quiz = import(long.as_bytes(), "long.gift", QuizFileFormat::Gift)
        .quiz
        .expect("cut");
    assert_eq!(quiz.questions[0].text.chars().count(), 1_000);
    assert_eq!(quiz.questions[0].explanation.chars().count(), 2_000);
}

#[test]
fn large_files_of_one_thing_take_no_longer_than_they_are() {
    // What takes time in proportion to the square of the length takes minutes at this one.
    let length = 1 << 18;
    let brackets = "[".repeat(length);
    let braces = "{=".repeat(length / 2);
    let tags = "<a>".repeat(length / 3);
    let lines = "\n".repeat(length);
    let items = format!("x{{{}}}", "=a->b ".repeat(length / 7));
    let quotes = format!("type,question\nsingle,\"{}", "\"\"".repeat(length / 3));
    let references = "&amp;".repeat(length / 5);
    let bold = format!("[html]{}{{T}}", "<a".repeat(length / 2));
    for text in [brackets, braces, tags, lines, items, quotes, references, bold] {
        for format in FORMATS {
            is_sound(&import(text.as_bytes(), "large", format)).expect("sound");
        }
    }
}

#[test]
fn one_question_of_very_many_options_takes_no_longer_than_it_is() {
    let mut aiken = "Which?\n".to_owned();
    for n in 0..200_000 {
        let letter = if n == 100_000 { "B" } else { "A" };
        aiken.extend([letter, ". ", &n.to_string(), "\n"]);
    }
    aiken.push_str("ANSWER: B\n");
    let imported = import(aiken.as_bytes(), "many.aiken", QuizFileFormat::Unspecified);
    is_sound(&imported).expect("sound");
    let quiz = imported.quiz.expect("one question");
    let Some(Kind::SingleChoice(single)) = &quiz.questions[0].kind else {
        panic!("{:?}", quiz.questions[0].kind);
    };
    let told: Vec<_> = single
        .options
        .iter()
        .map(|option| (option.text.as_str(), option.correct))
        .collect();
    let wrong = ["0", "1", "2", "3", "4", "5", "6"].map(|text| (text, false));
    assert_eq!(told, [&wrong[..], &[("100000", true)]].concat());
}
