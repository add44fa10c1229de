//! What comes out of a file can be played, whatever the file is: the formats keep the rules of the engine, which they do not
//! know, as well as those of the wire.

use proptest::prelude::*;
use trivium_engine::QuizId;
use trivium_formats::import;
use trivium_proto::v1::QuizFileFormat;

use crate::convert::quiz::written;

macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_bytes!(concat!("../../../../formats/tests/samples/", $name)).as_slice())),+]
    };
}

const SAMPLES: [(&str, &[u8]); 13] = samples![
    "planets.kahoot.xlsx",
    "capitals.classquiz.xlsx",
    "geography.razzia.json",
    "arsnova-eu.json",
    "arsnova-click.json",
    "rivers.aiken.txt",
    "trees.gift",
    "mixed.blackboard.txt",
    "all-kinds.csv",
    "half-broken.json",
    "pictures.trivium.zip",
    "one-item.qti.xml",
    "mixed.qti.zip",
];

/// Whether the engine would take what comes out.
fn playable(name: &str, bytes: &[u8]) -> Result<(), String> {
    let Some(quiz) = import(bytes, name, QuizFileFormat::Unspecified).quiz else {
        return Ok(());
    };
    let id: QuizId = "quiz".parse().expect("an id");
    let quiz = written::quiz(quiz, id, 1).map_err(|invalid| format!("{invalid:?}"))?;
    quiz.check()
}

#[test]
fn samples_can_be_played() {
    for (name, bytes) in SAMPLES {
        assert!(
            import(bytes, name, QuizFileFormat::Unspecified).quiz.is_some(),
            "{name}"
        );
        assert_eq!(playable(name, bytes), Ok(()), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn samples_with_changes_can_be_played(
        which in 0..SAMPLES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..20),
    ) {
        let (name, bytes) = SAMPLES[which];
        let mut bytes = bytes.to_vec();
        for (at, byte, change) in changes {
            let at = at.index(bytes.len());
            match change {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => {
                    let piece = bytes[at..(at + 40).min(bytes.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        prop_assert_eq!(playable(name, &bytes), Ok(()));
    }

    #[test]
    fn numbers_at_the_ends_can_be_played(
        numbers in prop::collection::vec(prop_oneof![any::<f64>(), -3e12..3e12_f64, -2.0..2.0_f64], 5),
    ) {
        let [min, max, step, low, high] = numbers[..] else { unreachable!("five") };
        let file = format!(
            "type,question,option1,option2,option3,correct\nrange,?,{min},{max},{step},{low}..{high}\nnumber,?,,,,{min} ± {step}\n"
        );
        prop_assert_eq!(playable("numbers.csv", file.as_bytes()), Ok(()));
    }
}
