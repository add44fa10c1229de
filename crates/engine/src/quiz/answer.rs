//! What a player gives as an answer. Options are named by their position as shown, from 0.
//!
//! Neighbours: [`decide`](super::decide) checks answers here before it accepts them; `grade` says how
//! right they are.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Kind,
    model::{MAX_NUMBER, Number},
    text,
};
use crate::Reject;

/// Longest text answer, in characters.
pub const MAX_TEXT: usize = 200;
/// Longest word in a word cloud, in characters.
pub const MAX_WORD: usize = 40;

/// An answer in the form that the question asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Single choice, or poll with one pick.
    Choice(u32),
    /// Multiple choice, or poll with several picks.
    Choices(Vec<u32>),
    /// True or false.
    Truth(bool),
    /// Text entry.
    Text(String),
    /// Number or range.
    Number(Number),
    /// Ordering: the shown positions in the player's order.
    Order(Vec<u32>),
    /// Matching: for each left side in turn, the shown position of its right side.
    Matches(Vec<u32>),
    /// Rating, from 1.
    Rating(u32),
    /// Word cloud.
    Words(Vec<String>),
}

impl Kind {
    /// The answer in one spelling (positions ascending, texts trimmed, each word once), or why it does not fit the
    /// question. `hidden` are positions that this player may not pick.
    pub(super) fn accept(&self, answer: &Answer, hidden: &[u32]) -> Result<Answer, Reject> {
        let wrong = |what| Err(Reject::WrongAnswerType(what));
        match (self, answer) {
            (Self::SingleChoice { options, .. }, Answer::Choice(position)) => {
                picks(&[*position], options.len(), hidden).map(|_| answer.clone())
            }
            (Self::MultipleChoice { options, .. }, Answer::Choices(positions)) => {
                picks(positions, options.len(), hidden).map(Answer::Choices)
            }
            (
                Self::Poll {
                    options,
                    multiple: false,
                },
                Answer::Choice(position),
            ) => picks(&[*position], options.len(), hidden).map(|_| answer.clone()),
            (
                Self::Poll {
                    options,
                    multiple: true,
                },
                Answer::Choices(positions),
            ) => picks(positions, options.len(), hidden).map(Answer::Choices),
            (Self::TrueFalse { .. }, Answer::Truth(_)) => Ok(answer.clone()),
            (Self::TextEntry { .. }, Answer::Text(given)) => entry(given),
            (Self::NumberEntry { .. }, Answer::Number(given)) => number(*given, Number(-MAX_NUMBER.0), MAX_NUMBER),
            (Self::RangeEntry { min, max, .. }, Answer::Number(given)) => number(*given, *min, *max),
            (Self::Ordering { items, .. }, Answer::Order(order)) => permutation(order, items.len(), answer),
            (Self::Matching { pairs, .. }, Answer::Matches(sides)) => permutation(sides, pairs.len(), answer),
            (Self::Rating { steps, .. }, Answer::Rating(step)) => {
                if (1..=*steps).contains(step) {
                    Ok(answer.clone())
                } else {
                    wrong("no such step of the scale")
                }
            }
            (Self::WordCloud { max_words }, Answer::Words(given)) => words(given, *max_words),
            (Self::SingleChoice { .. } | Self::Poll { multiple: false, .. }, _) => wrong("it asks for one option"),
            (Self::MultipleChoice { .. } | Self::Poll { multiple: true, .. }, _) => wrong("it asks for options"),
            (Self::TrueFalse { .. }, _) => wrong("it asks for true or false"),
            (Self::TextEntry { .. }, _) => wrong("it asks for a text"),
            (Self::NumberEntry { .. } | Self::RangeEntry { .. }, _) => wrong("it asks for a number"),
            (Self::Ordering { .. }, _) => wrong("it asks for an order"),
            (Self::Matching { .. }, _) => wrong("it asks for pairs"),
            (Self::Rating { .. }, _) => wrong("it asks for a step of the scale"),
            (Self::WordCloud { .. }, _) => wrong("it asks for words"),
        }
    }
}

fn picks(positions: &[u32], options: usize, hidden: &[u32]) -> Result<Vec<u32>, Reject> {
    if positions.is_empty() {
        return Err(Reject::WrongAnswerType("no option is picked"));
    }
    if positions
        .iter()
        .any(|position| *position as usize >= options || hidden.contains(position))
    {
        return Err(Reject::WrongAnswerType("no such option"));
    }
    let distinct: BTreeSet<u32> = positions.iter().copied().collect();
    if distinct.len() != positions.len() {
        return Err(Reject::WrongAnswerType("an option is picked twice"));
    }
    Ok(distinct.into_iter().collect())
}

fn permutation(positions: &[u32], count: usize, answer: &Answer) -> Result<Answer, Reject> {
    let distinct: BTreeSet<u32> = positions
        .iter()
        .copied()
        .filter(|position| (*position as usize) < count)
        .collect();
    if positions.len() == count && distinct.len() == count {
        Ok(answer.clone())
    } else {
        Err(Reject::WrongAnswerType("every position must appear once"))
    }
}

fn number(given: Number, min: Number, max: Number) -> Result<Answer, Reject> {
    if (min..=max).contains(&given) {
        Ok(Answer::Number(given))
    } else {
        Err(Reject::WrongAnswerType("the number is out of range"))
    }
}

fn entry(given: &str) -> Result<Answer, Reject> {
    let given = given.trim();
    if given.chars().count() > MAX_TEXT {
        Err(Reject::WrongAnswerType("the text is too long"))
    } else if text::normalize(given, true).is_empty() {
        Err(Reject::WrongAnswerType("the text is empty"))
    } else {
        Ok(Answer::Text(given.to_owned()))
    }
}

fn words(given: &[String], max: u32) -> Result<Answer, Reject> {
    if given.is_empty() {
        return Err(Reject::WrongAnswerType("no word is given"));
    }
    if given.len() > max as usize {
        return Err(Reject::WrongAnswerType("too many words"));
    }
    let mut seen = BTreeSet::new();
    let mut words = Vec::new();
    for word in given {
        let word = word.trim();
        if word.chars().count() > MAX_WORD {
            return Err(Reject::WrongAnswerType("a word is too long"));
        }
        let folded = text::normalize(word, false);
        if folded.is_empty() {
            return Err(Reject::WrongAnswerType("a word is empty"));
        }
        if seen.insert(folded) {
            words.push(word.to_owned());
        }
    }
    Ok(Answer::Words(words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::samples;

    fn texts(words: &[&str]) -> Answer {
        Answer::Words(words.iter().map(|&word| word.to_owned()).collect())
    }

    #[test]
    fn fitting_answers_get_one_spelling() {
        let multiple = samples::multiple(&["a", "b", "c"], &[0], false);
        let cloud = Kind::WordCloud { max_words: 3 };
        for (kind, given, accepted) in [
            (samples::single(&["a", "b"], 0), Answer::Choice(1), Answer::Choice(1)),
            (multiple, Answer::Choices(vec![2, 0]), Answer::Choices(vec![0, 2])),
            (
                samples::text(&["x"], 0),
                Answer::Text("  Yes ".to_owned()),
                Answer::Text("Yes".to_owned()),
            ),
            (
                samples::ordering(&["a", "b", "c"], false),
                Answer::Order(vec![2, 0, 1]),
                Answer::Order(vec![2, 0, 1]),
            ),
            (samples::rating(5), Answer::Rating(5), Answer::Rating(5)),
            (cloud, texts(&[" Sun", "SUN", "Sea"]), texts(&["Sun", "Sea"])),
        ] {
            assert_eq!(kind.accept(&given, &[]), Ok(accepted));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_named() {
        let single = samples::single(&["a", "b", "c"], 0);
        let multiple = samples::multiple(&["a", "b", "c"], &[0], false);
        let ordering = samples::ordering(&["a", "b", "c"], false);
        let whole = Number::whole;
        let range = samples::range(whole(0), whole(10), whole(4), whole(5));
        let long = "x".repeat(201);
        for (kind, given, what) in [
            (&single, Answer::Choice(3), "no such option"),
            (&single, Answer::Choice(2), "no such option"),
            (&single, Answer::Choices(vec![0]), "it asks for one option"),
            (&multiple, Answer::Choices(vec![]), "no option is picked"),
            (&multiple, Answer::Choices(vec![0, 0]), "an option is picked twice"),
            (&multiple, Answer::Choices(vec![1, 2]), "no such option"),
            (&multiple, Answer::Truth(true), "it asks for options"),
            (&ordering, Answer::Order(vec![0, 1]), "every position must appear once"),
            (
                &ordering,
                Answer::Order(vec![0, 1, 1]),
                "every position must appear once",
            ),
            (
                &ordering,
                Answer::Order(vec![0, 1, 3]),
                "every position must appear once",
            ),
            (&ordering, Answer::Matches(vec![0, 1, 2]), "it asks for an order"),
            (&range, Answer::Number(whole(11)), "the number is out of range"),
            (
                &samples::number(whole(1), whole(0)),
                Answer::Number(Number(i64::MIN)),
                "the number is out of range",
            ),
            (
                &samples::text(&["x"], 0),
                Answer::Text(" \u{3000}".to_owned()),
                "the text is empty",
            ),
            (
                &samples::text(&["x"], 0),
                Answer::Text(long.clone()),
                "the text is too long",
            ),
            (&samples::rating(5), Answer::Rating(0), "no such step of the scale"),
            (&samples::rating(5), Answer::Rating(6), "no such step of the scale"),
            (
                &Kind::WordCloud { max_words: 2 },
                texts(&["a", "b", "c"]),
                "too many words",
            ),
            (&Kind::WordCloud { max_words: 2 }, texts(&["a", " "]), "a word is empty"),
            (&Kind::WordCloud { max_words: 2 }, texts(&[]), "no word is given"),
            (
                &Kind::WordCloud { max_words: 2 },
                texts(&[&long[..41]]),
                "a word is too long",
            ),
        ] {
            assert_eq!(
                kind.accept(&given, &[2]),
                Err(Reject::WrongAnswerType(what)),
                "{given:?}"
            );
        }
    }
}
