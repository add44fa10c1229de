//! Answers: read from what people type, invented by a script, or taken from a file.

use std::time::Duration;

use rand::{Rng, RngExt as _, seq::SliceRandom as _};
use trivium_client::proto::v1::{Answer, AnswerForm, Positions, QuestionKind, QuestionPrompt, Words, answer::Value};

use crate::cli::view::labels;

/// How answers are found without a hand on the keyboard.
#[derive(Clone, Debug)]
pub(super) enum Script {
    /// Anything that could be an answer.
    Random,
    /// The first option, the lowest number.
    First,
    /// A line per question, written as it would be typed; empty lines give no answer.
    Lines(Vec<String>),
}

impl Script {
    /// Reads `random`, `first` or `@FILE`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "random" => Ok(Self::Random),
            "first" => Ok(Self::First),
            file => {
                let path = file.strip_prefix('@').ok_or("write random, first or @FILE")?;
                let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
                Ok(Self::Lines(text.lines().map(str::to_owned).collect()))
            }
        }
    }

    /// How long it thinks about a question.
    pub(super) fn thinks(&self, most: Duration) -> Duration {
        match self {
            Self::Random => most.mul_f64(rand::rng().random_range(0.0..1.0)),
            Self::First | Self::Lines(_) => Duration::ZERO,
        }
    }

    /// The answer to a question; none if it gives none.
    pub(super) fn answer(
        &self,
        prompt: &QuestionPrompt,
        form: &AnswerForm,
        hidden: &[u32],
    ) -> Result<Option<Answer>, String> {
        let kind = prompt.kind();
        match self {
            Self::Random => Ok(Some(random(kind, form, hidden, &mut rand::rng()))),
            Self::First => Ok(Some(first(kind, form, hidden))),
            Self::Lines(lines) => {
                let line = usize::try_from(prompt.index)
                    .ok()
                    .and_then(|index| lines.get(index))
                    .map_or("", |line| line.trim());
                if line.is_empty() {
                    Ok(None)
                } else {
                    read(kind, form, hidden, line).map(Some)
                }
            }
        }
    }
}

/// Reads an answer as people type it: letters for options, in their order for orderings; digits for right sides of pairs.
pub(super) fn read(kind: QuestionKind, form: &AnswerForm, hidden: &[u32], text: &str) -> Result<Answer, String> {
    let text = text.trim();
    let count = labels(kind, form).len();
    let value = match kind {
        QuestionKind::SingleChoice | QuestionKind::Poll => match letters(text, count, hidden)?.as_slice() {
            [one] => Value::Choice(*one),
            _ => return Err("pick one".to_owned()),
        },
        QuestionKind::MultipleChoice | QuestionKind::MultiplePoll => {
            let mut positions = letters(text, count, hidden)?;
            positions.sort_unstable();
            Value::Choices(Positions { positions })
        }
        QuestionKind::TrueFalse => match text.to_lowercase().as_str() {
            "t" | "true" | "y" | "yes" | "b" | "2" => Value::Truth(true),
            "f" | "false" | "n" | "no" | "a" | "1" => Value::Truth(false),
            _ => return Err("type t or f".to_owned()),
        },
        QuestionKind::TextEntry if text.is_empty() => return Err("type something".to_owned()),
        QuestionKind::TextEntry => Value::Text(text.to_owned()),
        QuestionKind::NumberEntry | QuestionKind::RangeEntry => {
            let number: Option<f64> = text.replace(',', ".").parse().ok();
            Value::Number(number.filter(|number| number.is_finite()).ok_or("type a number")?)
        }
        QuestionKind::Ordering => {
            let positions = letters(text, count, &[])?;
            if positions.len() != count {
                return Err(format!("type all {count} letters in your order"));
            }
            Value::Order(Positions { positions })
        }
        QuestionKind::Matching => Value::Matches(Positions {
            positions: pairs(text, count, form.matches.len())?,
        }),
        QuestionKind::Rating => match text.parse() {
            Ok(step) if (1..=form.limit).contains(&step) => Value::Rating(step),
            Ok(_) | Err(_) => return Err(format!("type 1 to {}", form.limit)),
        },
        QuestionKind::WordCloud => {
            let words: Vec<String> = text
                .split(',')
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty())
                .collect();
            if words.is_empty() || words.len() > usize::try_from(form.limit.max(1)).unwrap_or(usize::MAX) {
                return Err(format!("type 1 to {} words, with commas", form.limit.max(1)));
            }
            Value::Words(Words { words })
        }
        QuestionKind::Unspecified => return Err("this question cannot be answered here".to_owned()),
    };
    Ok(Answer { value: Some(value) })
}

/// The position that a letter or a digit stands for.
pub(super) fn position(c: char) -> Option<u32> {
    match c.to_ascii_lowercase() {
        letter @ 'a'..='z' => Some(u32::from(letter) - u32::from('a')),
        digit @ '1'..='9' => Some(u32::from(digit) - u32::from('1')),
        _ => None,
    }
}

/// Letters or digits as positions, each at most once and none of the hidden ones.
fn letters(text: &str, count: usize, hidden: &[u32]) -> Result<Vec<u32>, String> {
    let mut positions = Vec::new();
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != ',') {
        let known = position(c).filter(|position| usize::try_from(*position).is_ok_and(|position| position < count));
        let position = known
            .filter(|position| !hidden.contains(position))
            .ok_or_else(|| format!("there is no option {c}"))?;
        if positions.contains(&position) {
            return Err(format!("{c} is there twice"));
        }
        positions.push(position);
    }
    if positions.is_empty() {
        Err("pick something".to_owned())
    } else {
        Ok(positions)
    }
}

/// For each left side the number of a right side, from 1: digits side by side, or numbers with spaces.
fn pairs(text: &str, left: usize, right: usize) -> Result<Vec<u32>, String> {
    let is_space = |c: char| c.is_whitespace() || c == ',';
    let parts: Vec<String> = if text.contains(is_space) {
        text.split(is_space)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    } else {
        text.chars().map(String::from).collect()
    };
    let number = |part: &String| {
        let number = part.parse::<u32>().ok().and_then(|number| number.checked_sub(1));
        number
            .filter(|number| usize::try_from(*number).is_ok_and(|number| number < right))
            .ok_or_else(|| format!("there is no {part}"))
    };
    let positions: Vec<u32> = parts.iter().map(number).collect::<Result<_, _>>()?;
    if positions.len() == left {
        Ok(positions)
    } else {
        Err(format!("type {left} numbers, one for each letter"))
    }
}

fn shown(count: usize, hidden: &[u32]) -> Vec<u32> {
    (0..u32::try_from(count).unwrap_or(u32::MAX))
        .filter(|position| !hidden.contains(position))
        .collect()
}

fn random(kind: QuestionKind, form: &AnswerForm, hidden: &[u32], rng: &mut impl Rng) -> Answer {
    let mut positions = shown(labels(kind, form).len(), hidden);
    positions.shuffle(rng);
    let value = match kind {
        QuestionKind::SingleChoice | QuestionKind::Poll | QuestionKind::Unspecified => {
            Value::Choice(positions.first().copied().unwrap_or(0))
        }
        QuestionKind::MultipleChoice | QuestionKind::MultiplePoll => {
            positions.truncate(rng.random_range(1..=positions.len().max(1)));
            positions.sort_unstable();
            Value::Choices(Positions { positions })
        }
        QuestionKind::TrueFalse => Value::Truth(rng.random_bool(0.5)),
        QuestionKind::TextEntry => Value::Text(word(rng)),
        QuestionKind::NumberEntry => Value::Number(f64::from(rng.random_range(0..10_000_u32))),
        QuestionKind::RangeEntry => Value::Number(step(form, rng.random_range(0.0..=1.0))),
        QuestionKind::Ordering => Value::Order(Positions { positions }),
        QuestionKind::Matching => {
            let mut positions = shown(form.matches.len(), &[]);
            positions.shuffle(rng);
            positions.truncate(form.options.len());
            Value::Matches(Positions { positions })
        }
        QuestionKind::Rating => Value::Rating(rng.random_range(1..=form.limit.max(1))),
        QuestionKind::WordCloud => Value::Words(Words { words: vec![word(rng)] }),
    };
    Answer { value: Some(value) }
}

fn first(kind: QuestionKind, form: &AnswerForm, hidden: &[u32]) -> Answer {
    let positions = shown(labels(kind, form).len(), hidden);
    let lowest = positions.first().copied().unwrap_or(0);
    let value = match kind {
        QuestionKind::SingleChoice | QuestionKind::Poll | QuestionKind::Unspecified => Value::Choice(lowest),
        QuestionKind::MultipleChoice | QuestionKind::MultiplePoll => Value::Choices(Positions {
            positions: vec![lowest],
        }),
        QuestionKind::TrueFalse => Value::Truth(false),
        QuestionKind::TextEntry => Value::Text("first".to_owned()),
        QuestionKind::NumberEntry => Value::Number(1.0),
        QuestionKind::RangeEntry => Value::Number(form.min),
        QuestionKind::Ordering => Value::Order(Positions { positions }),
        QuestionKind::Matching => {
            let mut positions = shown(form.matches.len(), &[]);
            positions.truncate(form.options.len());
            Value::Matches(Positions { positions })
        }
        QuestionKind::Rating => Value::Rating(1),
        QuestionKind::WordCloud => Value::Words(Words {
            words: vec!["first".to_owned()],
        }),
    };
    Answer { value: Some(value) }
}

/// The number at a share of a slider, on one of its steps.
fn step(form: &AnswerForm, share: f64) -> f64 {
    let number = form.min + (form.max - form.min) * share;
    if form.step > 0.0 {
        form.min + ((number - form.min) / form.step).floor() * form.step
    } else {
        number
    }
}

fn word(rng: &mut impl Rng) -> String {
    const WORDS: [&str; 8] = ["river", "paper", "cloud", "seven", "amber", "north", "maple", "orbit"];
    WORDS[rng.random_range(0..WORDS.len())].to_owned()
}

#[cfg(test)]
mod tests;
