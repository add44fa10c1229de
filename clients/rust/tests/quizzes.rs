//! The example quizzes are canonical proto3 JSON of `trivium.v1.Quiz`, keep to the rules of the wire, and make sense.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use trivium_client::proto::v1::Quiz;
use trivium_client::proto::v1::question::Kind;
use trivium_client::proto::validate;

/// File name and content of every example.
fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/quizzes");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    let jsons = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    jsons
        .map(|path| {
            (
                path.display().to_string(),
                fs::read_to_string(&path).expect("it can be read"),
            )
        })
        .collect()
}

fn quizzes() -> Vec<(String, Quiz)> {
    let parse = |(name, text): (String, String)| {
        let quiz = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, quiz)
    };
    examples().into_iter().map(parse).collect()
}

const fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::SingleChoice(_) => "single choice",
        Kind::MultipleChoice(_) => "multiple choice",
        Kind::TrueFalse(_) => "true or false",
        Kind::TextEntry(_) => "text",
        Kind::NumberEntry(_) => "number",
        Kind::RangeEntry(_) => "range",
        Kind::Ordering(_) => "ordering",
        Kind::Matching(_) => "matching",
        Kind::Poll(_) => "poll",
        Kind::Rating(_) => "rating",
        Kind::WordCloud(_) => "word cloud",
    }
}

#[test]
fn every_example_keeps_to_the_rules_of_the_wire() {
    for (name, quiz) in quizzes() {
        assert_eq!(validate(&quiz), Ok(()), "{name}");
    }
}

#[test]
fn every_example_is_canonical() {
    for (name, text) in examples() {
        let written: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        let quiz: Quiz = serde_json::from_str(&text).expect("it is a quiz");
        let mut canonical = serde_json::to_value(&quiz).expect("it has a JSON form");
        // What canonical JSON leaves out may be written.
        add_defaults(&mut canonical, &written);
        assert_eq!(canonical, written, "{name}");
    }
}

/// Adds what `written` says and JSON of Protobuf would leave out, if it is a default: false, zero or absent numbers
/// alike.
fn add_defaults(canonical: &mut serde_json::Value, written: &serde_json::Value) {
    use serde_json::Value;
    match (canonical, written) {
        (Value::Object(canonical), Value::Object(written)) => {
            for (key, value) in written {
                let default = value == &Value::Bool(false) || value.as_f64() == Some(0.0);
                if default {
                    canonical.entry(key.clone()).or_insert_with(|| value.clone());
                }
                if let Some(inner) = canonical.get_mut(key) {
                    if inner.is_number() && inner.as_f64() == value.as_f64() {
                        *inner = value.clone();
                    }
                    add_defaults(inner, value);
                }
            }
        }
        (Value::Array(canonical), Value::Array(written)) => {
            for (inner, value) in canonical.iter_mut().zip(written) {
                add_defaults(inner, value);
            }
        }
        (
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_),
            _,
        ) => {}
    }
}

#[test]
fn an_unknown_field_is_refused() {
    let (_, text) = examples().swap_remove(0);
    let misspelt = text.replacen("\"explanation\"", "\"explanatoin\"", 1);
    assert_ne!(text, misspelt);
    let error = serde_json::from_str::<Quiz>(&misspelt).expect_err("it is misspelt");
    assert!(error.to_string().contains("explanatoin"), "{error}");
}

#[test]
fn together_they_show_every_kind_of_question() {
    let mut kinds = BTreeMap::new();
    let mut count = 0;
    for (_, quiz) in quizzes() {
        for question in &quiz.questions {
            *kinds.entry(question.kind.as_ref().map(kind_name)).or_insert(0) += 1;
            count += 1;
        }
    }
    assert!(count >= 24, "{count} questions");
    assert!(
        kinds.len() == 11 && kinds.values().all(|count| *count >= 2),
        "{kinds:?}"
    );
}

#[test]
fn every_question_is_explained_and_can_be_answered() {
    for (name, quiz) in quizzes() {
        for question in &quiz.questions {
            let text = &question.text;
            assert!(!question.explanation.is_empty(), "{name}: {text}");
            let right = |options: &[trivium_client::proto::v1::Option]| options.iter().filter(|o| o.correct).count();
            let sound = match question.kind.as_ref().expect("it has a kind") {
                Kind::SingleChoice(choice) => right(&choice.options) == 1,
                Kind::MultipleChoice(choice) => (2..choice.options.len()).contains(&right(&choice.options)),
                Kind::RangeEntry(range) => {
                    range.min < range.correct_min
                        && range.correct_min <= range.correct_max
                        && range.correct_max < range.max
                }
                Kind::Ordering(ordering) => distinct(&ordering.items),
                Kind::Matching(matching) => {
                    distinct(matching.pairs.iter().map(|pair| &pair.left))
                        && distinct(matching.pairs.iter().map(|pair| &pair.right))
                }
                Kind::Poll(poll) => distinct(&poll.options),
                Kind::TextEntry(entry) => distinct(&entry.accepted),
                Kind::TrueFalse(_) | Kind::NumberEntry(_) | Kind::Rating(_) | Kind::WordCloud(_) => true,
            };
            assert!(sound, "{name}: {text}");
        }
    }
}

/// Three words a second, and five seconds to think, is what slow readers need.
#[test]
fn there_is_time_to_read() {
    for (name, quiz) in quizzes() {
        let settings = quiz.settings.unwrap_or_default();
        for question in &quiz.questions {
            let words_of = |text: &String| text.split_whitespace().count();
            let answers: usize = match question.kind.as_ref().expect("it has a kind") {
                Kind::SingleChoice(choice) => choice.options.iter().map(|o| words_of(&o.text)).sum(),
                Kind::MultipleChoice(choice) => choice.options.iter().map(|o| words_of(&o.text)).sum(),
                Kind::Ordering(ordering) => ordering.items.iter().map(words_of).sum(),
                Kind::Matching(matching) => matching
                    .pairs
                    .iter()
                    .map(|p| words_of(&p.left) + words_of(&p.right))
                    .sum(),
                Kind::Poll(poll) => poll.options.iter().map(words_of).sum(),
                Kind::TrueFalse(_)
                | Kind::TextEntry(_)
                | Kind::NumberEntry(_)
                | Kind::RangeEntry(_)
                | Kind::Rating(_)
                | Kind::WordCloud(_) => 0,
            };
            let words = words_of(&question.text) + answers;
            let needed = 5_000 + 1_000 * u32::try_from(words).expect("it is short") / 3;
            let read = question.read_ms.unwrap_or(settings.read_ms);
            assert!(read + question.time_limit_ms >= needed, "{name}: {}", question.text);
        }
    }
}

fn distinct<'a>(texts: impl IntoIterator<Item = &'a String>) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    texts.into_iter().all(|text| seen.insert(text.to_lowercase()))
}
