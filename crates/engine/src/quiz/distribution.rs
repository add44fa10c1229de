//! How the answers to a question were spread.
//!
//! Neighbours: [`outcomes`](super::outcomes) asks at the reveal, with the answers of those who are still in the room.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    Answer, Kind,
    event::Distribution,
    state::{Given, Round},
    text,
};
use crate::UserId;

/// Most texts in a distribution.
pub(super) const MAX_TEXTS: usize = 50;

/// The spread of these answers.
pub(super) fn of(kind: &Kind, round: &Round, answers: &[(&UserId, &Given)]) -> Distribution {
    let mut in_order: Vec<&Given> = answers.iter().map(|(_, given)| *given).collect();
    in_order.sort_by_key(|given| given.order);
    let wholly_right = |given: &&&Given| kind.grade(&round.shown, &given.answer).is_all();
    Distribution {
        answered: count(in_order.len()),
        correct: count(in_order.iter().filter(wholly_right).count()),
        counts: counts(kind, &in_order),
        texts: texts(kind, &in_order),
    }
}

fn counts(kind: &Kind, answers: &[&Given]) -> Vec<u32> {
    let slots = match kind {
        Kind::SingleChoice { options, .. } | Kind::MultipleChoice { options, .. } => options.len(),
        Kind::Poll { options, .. } => options.len(),
        Kind::TrueFalse { .. } => 2,
        Kind::Rating { steps, .. } => *steps as usize,
        Kind::TextEntry { .. }
        | Kind::NumberEntry { .. }
        | Kind::RangeEntry { .. }
        | Kind::Ordering { .. }
        | Kind::Matching { .. }
        | Kind::WordCloud { .. } => 0,
    };
    let mut counts = vec![0_u32; slots];
    let mut pick = |slot: usize| {
        if let Some(count) = counts.get_mut(slot) {
            *count += 1;
        }
    };
    for given in answers {
        match &given.answer {
            Answer::Choice(position) => pick(*position as usize),
            Answer::Choices(positions) => positions.iter().for_each(|position| pick(*position as usize)),
            Answer::Truth(truth) => pick(usize::from(*truth)),
            Answer::Rating(step) => pick((*step as usize).wrapping_sub(1)),
            Answer::Text(_) | Answer::Number(_) | Answer::Order(_) | Answer::Matches(_) | Answer::Words(_) => {}
        }
    }
    counts
}

/// Texts that read the same are counted together and shown as first given.
fn texts(kind: &Kind, answers: &[&Given]) -> Vec<(String, u32)> {
    let case_sensitive = matches!(
        kind,
        Kind::TextEntry {
            case_sensitive: true,
            ..
        }
    );
    let mut groups = BTreeMap::<String, (usize, String, u32)>::new();
    let mut add = |given: String| {
        let first = groups.len();
        groups
            .entry(text::normalize(&given, case_sensitive))
            .or_insert((first, given, 0))
            .2 += 1;
    };
    for given in answers {
        match &given.answer {
            Answer::Text(given) => add(given.clone()),
            Answer::Number(given) => add(given.to_string()),
            Answer::Words(words) => words.iter().cloned().for_each(&mut add),
            Answer::Choice(_)
            | Answer::Choices(_)
            | Answer::Truth(_)
            | Answer::Order(_)
            | Answer::Matches(_)
            | Answer::Rating(_) => {}
        }
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by_key(|(first, _, count)| (Reverse(*count), *first));
    groups.truncate(MAX_TEXTS);
    groups.into_iter().map(|(_, text, count)| (text, count)).collect()
}

pub(super) fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Millis,
        quiz::{Number, samples},
    };

    /// Question, answers, how many are right, counts, texts.
    type Case = (Kind, Vec<Answer>, u32, Vec<u32>, Vec<(String, u32)>);

    fn spread(kind: &Kind, answers: impl IntoIterator<Item = Answer>) -> Distribution {
        let given: Vec<(UserId, Given)> = (1..)
            .zip(answers)
            .map(|(order, answer)| {
                let given = Given {
                    answer,
                    response: Millis(9),
                    credit: Millis::ZERO,
                    order,
                    limit: None,
                    received_at: None,
                };
                // Ids run against the order of arrival, which must not matter.
                (format!("u{}", 9 - order).parse().expect("an id"), given)
            })
            .collect();
        let round = Round {
            shown: vec![0, 1, 2, 3],
            ..Round::default()
        };
        of(
            kind,
            &round,
            &given.iter().map(|(user, given)| (user, given)).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn every_kind_is_counted_its_way() {
        let text = |given: &str| Answer::Text(given.to_owned());
        let words = |given: &[&str]| Answer::Words(given.iter().map(|&word| word.to_owned()).collect());
        let named = |texts: &[(&str, u32)]| {
            texts
                .iter()
                .map(|(text, n)| ((*text).to_owned(), *n))
                .collect::<Vec<_>>()
        };
        let number = |n| Answer::Number(Number(n));
        let cases: [Case; 8] = [
            (
                samples::single(&["a", "b", "c"], 1),
                vec![Answer::Choice(1), Answer::Choice(0)],
                1,
                vec![1, 1, 0],
                vec![],
            ),
            (
                samples::multiple(&["a", "b", "c", "d"], &[0, 1], false),
                vec![Answer::Choices(vec![0, 1]), Answer::Choices(vec![1, 3])],
                1,
                vec![1, 2, 0, 1],
                vec![],
            ),
            (
                Kind::TrueFalse { correct: true },
                vec![Answer::Truth(true), Answer::Truth(false)],
                1,
                vec![1, 1],
                vec![],
            ),
            (
                samples::text(&["paris"], 0),
                vec![text("PARIS"), text("Rome"), text("paris")],
                2,
                vec![],
                named(&[("PARIS", 2), ("Rome", 1)]),
            ),
            (
                samples::number(Number(5), Number(0)),
                vec![number(1_500_000), number(5)],
                1,
                vec![],
                named(&[("1.5", 1), ("0.000005", 1)]),
            ),
            (
                samples::poll(&["a", "b"], true),
                vec![Answer::Choices(vec![0, 1]), Answer::Choices(vec![1])],
                0,
                vec![1, 2],
                vec![],
            ),
            (
                samples::rating(3),
                vec![Answer::Rating(3), Answer::Rating(3)],
                0,
                vec![0, 0, 2],
                vec![],
            ),
            (
                Kind::WordCloud { max_words: 3 },
                vec![words(&["sea", "sun"]), words(&["Sun"])],
                0,
                vec![],
                named(&[("sun", 2), ("sea", 1)]),
            ),
        ];
        for (kind, answers, correct, counts, texts) in cases {
            let answered = count(answers.len());
            assert_eq!(
                spread(&kind, answers),
                Distribution {
                    answered,
                    correct,
                    counts,
                    texts
                },
                "{kind:?}"
            );
        }
    }

    #[test]
    fn texts_are_bounded() {
        let answers = (0..80).map(|n| Answer::Words((0..10).map(|w| format!("w{n}x{w}")).collect()));
        let kind = Kind::WordCloud { max_words: 10 };
        let given: Vec<Given> = (0..)
            .zip(answers)
            .map(|(order, answer)| Given {
                answer,
                response: Millis(9),
                credit: Millis::ZERO,
                order,
                limit: None,
                received_at: None,
            })
            .collect();
        assert_eq!(texts(&kind, &given.iter().collect::<Vec<_>>()).len(), MAX_TEXTS);
    }
}
