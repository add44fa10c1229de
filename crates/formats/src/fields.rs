//! What several formats read in the same way: marks of right options, times, true and false; and the kinds they make.

use trivium_proto::v1::{self, question::Kind};

use crate::{harvest::Harvest, text};

/// A question of this kind and text, with nothing else said.
pub(crate) fn question(text: impl Into<String>, kind: Kind) -> v1::Question {
    v1::Question {
        text: text.into(),
        kind: Some(kind),
        ..v1::Question::default()
    }
}

/// An option.
pub(crate) fn option(text: impl Into<String>, correct: bool) -> v1::Option {
    v1::Option {
        text: text.into(),
        correct,
    }
}

/// One of these options is right, or any of several. The two options True and False are such a question.
pub(crate) fn single(options: Vec<v1::Option>, shuffle: bool) -> Kind {
    if let [yes, no] = options.as_slice()
        && truth(&yes.text) == Some(true)
        && truth(&no.text) == Some(false)
        && yes.correct != no.correct
        && yes.text.len() > 1
    {
        return Kind::TrueFalse(v1::TrueFalse { correct: yes.correct });
    }
    Kind::SingleChoice(v1::SingleChoice { options, shuffle })
}

/// Several options are right.
pub(crate) fn multiple(options: Vec<v1::Option>, shuffle: bool) -> Kind {
    Kind::MultipleChoice(v1::MultipleChoice {
        options,
        shuffle,
        all_or_nothing: false,
    })
}

/// The options of a choice in formats that know nothing but options; with whether several may be picked. None for
/// other kinds.
pub(crate) fn options_of(kind: Option<&Kind>) -> Option<(Vec<v1::Option>, bool)> {
    match kind? {
        Kind::SingleChoice(single) => Some((single.options.clone(), false)),
        Kind::MultipleChoice(multiple) => Some((multiple.options.clone(), true)),
        Kind::TrueFalse(asked) => Some((
            vec![option("True", asked.correct), option("False", !asked.correct)],
            false,
        )),
        Kind::TextEntry(_)
        | Kind::NumberEntry(_)
        | Kind::RangeEntry(_)
        | Kind::Ordering(_)
        | Kind::Matching(_)
        | Kind::Poll(_)
        | Kind::Rating(_)
        | Kind::WordCloud(_) => None,
    }
}

/// True or false, as a word of English.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" => Some(true),
        "false" | "f" => Some(false),
        _ => None,
    }
}

/// Numbers of options, from 1, as in `1,3`; letters will do. Those that are none of `count` are reported.
pub(crate) fn marks(text: &str, count: usize, line: u32, column: &str, harvest: &mut Harvest) -> Vec<usize> {
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut marks = Vec::new();
    for word in words.take(32) {
        let number = match word.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => Some(usize::from(letter.to_ascii_uppercase() - b'A') + 1),
            _ => word.parse().ok(),
        };
        match number.filter(|number| (1..=count).contains(number)) {
            Some(number) => marks.push(number),
            None => harvest.warn(line, column, format!("{word} is none of the {count} options")),
        }
    }
    marks
}

/// Options from texts, of which those at these numbers are right.
pub(crate) fn marked(texts: Vec<String>, marks: &[usize]) -> Vec<v1::Option> {
    let options = texts.into_iter().enumerate();
    options
        .map(|(n, text)| option(text, marks.contains(&(n + 1))))
        .collect()
}

/// Seconds as milliseconds; 0, the quiz's own time, for nothing and for what is no number.
pub(crate) fn seconds(text: &str, line: u32, column: &str, harvest: &mut Harvest) -> u32 {
    if text.trim().is_empty() {
        return 0;
    }
    if let Some(seconds) = text::number(text).filter(|seconds| *seconds >= 0.0) {
        // What is above the longest time is clamped, with a warning, where all questions are mended.
        return milliseconds(seconds);
    }
    let message = format!("{} is no number of seconds", text.trim());
    harvest.fixed(line, column, message, "the quiz's time");
    0
}

/// Seconds as milliseconds, at most an hour.
pub(crate) fn milliseconds(seconds: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to an hour"
    )]
    let ms = (seconds.clamp(0.0, 3_600.0) * 1_000.0).round() as u32;
    ms
}

/// Milliseconds as seconds, with as many decimals as are needed.
pub(crate) fn as_seconds(ms: u32) -> String {
    (f64::from(ms) / 1_000.0).to_string()
}

/// A count or number for a line.
pub(crate) fn line_of(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
