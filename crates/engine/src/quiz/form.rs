//! What players see of a question, and how positions as shown relate to the question as written.
//!
//! `shown[position] = index as written`. It is drawn from the game's seed, stored with the opening, and never leaves the
//! engine, because for orderings and pairs it is the solution.
//!
//! Neighbours: [`steps`](super::steps) puts forms into events; [`grade`](super::grade) reads answers through `shown`.

use super::{
    Choice, Kind, Quiz,
    event::{Form, Prompt, Solution},
    shuffle::{SplitMix64, fold},
};
use crate::{Millis, UserId};

/// Purposes of the streams of numbers that a game draws from its seed.
const SHOWN: u64 = 1;
const HIDDEN: u64 = 2;

impl Quiz {
    /// The stem of a question as players see it.
    pub(super) fn prompt(&self, index: u32) -> Option<Prompt> {
        let question = self.questions.get(index as usize)?;
        Some(Prompt {
            index,
            count: u32::try_from(self.questions.len()).unwrap_or(u32::MAX),
            text: question.text.clone(),
            media_url: question.media_url.clone(),
            media_alt: question.media_alt.clone(),
            points: if question.kind.is_opinion() { 0 } else { question.points },
            time_limit: self.time_limit(index),
            kind: question.kind.name(),
        })
    }

    /// The time to answer a question.
    pub(super) fn time_limit(&self, index: u32) -> Millis {
        self.questions
            .get(index as usize)
            .and_then(|q| q.time_limit)
            .unwrap_or(self.settings.time_limit)
    }
}

impl Kind {
    /// The order in which the parts of a question are shown.
    pub(super) fn shown(&self, seed: u64, index: u32) -> Vec<u32> {
        let shuffled = |count: usize| {
            let mut order = as_written(count);
            SplitMix64::new(seed, &[SHOWN, u64::from(index)]).shuffle(&mut order);
            order
        };
        match self {
            Self::SingleChoice { options, shuffle: true }
            | Self::MultipleChoice {
                options, shuffle: true, ..
            } => shuffled(options.len()),
            Self::SingleChoice {
                options,
                shuffle: false,
            }
            | Self::MultipleChoice {
                options,
                shuffle: false,
                ..
            } => as_written(options.len()),
            Self::Ordering { items, .. } => {
                let mut order = shuffled(items.len());
                if order.is_sorted() {
                    // The right order must not be on show; the nearest other one is as good as any.
                    order.rotate_left(1);
                }
                order
            }
            Self::Matching { pairs, .. } => shuffled(pairs.len()),
            Self::Poll { options, .. } => as_written(options.len()),
            Self::TrueFalse { .. }
            | Self::TextEntry { .. }
            | Self::NumberEntry { .. }
            | Self::RangeEntry { .. }
            | Self::Rating { .. }
            | Self::WordCloud { .. } => Vec::new(),
        }
    }

    /// What is needed to answer.
    pub(super) fn form(&self, shown: &[u32]) -> Form {
        let in_order = |text: &dyn Fn(usize) -> Option<String>| -> Vec<String> {
            shown.iter().filter_map(|index| text(*index as usize)).collect()
        };
        match self {
            Self::SingleChoice { options, .. } | Self::MultipleChoice { options, .. } => Form {
                options: in_order(&|n| options.get(n).map(|option| option.text.clone())),
                ..Form::default()
            },
            Self::Ordering { items, .. } => Form {
                options: in_order(&|n| items.get(n).cloned()),
                ..Form::default()
            },
            Self::Matching { pairs, .. } => Form {
                options: pairs.iter().map(|(left, _)| left.clone()).collect(),
                matches: in_order(&|n| pairs.get(n).map(|(_, right)| right.clone())),
                ..Form::default()
            },
            Self::Poll { options, .. } => Form {
                options: options.clone(),
                ..Form::default()
            },
            Self::NumberEntry { unit, .. } => Form {
                unit: unit.clone(),
                ..Form::default()
            },
            Self::RangeEntry {
                min, max, step, unit, ..
            } => Form {
                min: *min,
                max: *max,
                step: *step,
                unit: unit.clone(),
                ..Form::default()
            },
            Self::Rating {
                steps,
                low_label,
                high_label,
            } => Form {
                limit: *steps,
                low_label: low_label.clone(),
                high_label: high_label.clone(),
                ..Form::default()
            },
            Self::WordCloud { max_words } => Form {
                limit: *max_words,
                ..Form::default()
            },
            Self::TrueFalse { .. } | Self::TextEntry { .. } => Form::default(),
        }
    }

    /// The solution in positions as shown; none for opinions.
    pub(super) fn solution(&self, shown: &[u32]) -> Option<Solution> {
        match self {
            Self::SingleChoice { options, .. } | Self::MultipleChoice { options, .. } => Some(Solution {
                positions: positions_where(options, shown, true),
                ..Solution::default()
            }),
            Self::TrueFalse { correct } => Some(Solution {
                truth: *correct,
                ..Solution::default()
            }),
            Self::TextEntry { accepted, .. } => Some(Solution {
                accepted: accepted.clone(),
                ..Solution::default()
            }),
            Self::NumberEntry { target, tolerance, .. } => Some(Solution {
                number_min: *target,
                number_max: *target,
                tolerance: *tolerance,
                ..Solution::default()
            }),
            Self::RangeEntry {
                correct_min,
                correct_max,
                ..
            } => Some(Solution {
                number_min: *correct_min,
                number_max: *correct_max,
                ..Solution::default()
            }),
            Self::Ordering { .. } | Self::Matching { .. } => Some(Solution {
                positions: inverse(shown),
                ..Solution::default()
            }),
            Self::Poll { .. } | Self::Rating { .. } | Self::WordCloud { .. } => None,
        }
    }

    /// Positions of wrong options to take away from a member who is to have `fewer`: never a right one, and one wrong
    /// option always stays.
    pub(super) fn hidden(&self, shown: &[u32], fewer: u32, seed: u64, index: u32, user: &UserId) -> Vec<u32> {
        let (Self::SingleChoice { options, .. } | Self::MultipleChoice { options, .. }) = self else {
            return Vec::new();
        };
        let mut wrong = positions_where(options, shown, false);
        let count = (fewer as usize).min(wrong.len().saturating_sub(1));
        SplitMix64::new(seed, &[HIDDEN, u64::from(index), fold(user.as_str())]).shuffle(&mut wrong);
        wrong.truncate(count);
        wrong.sort_unstable();
        wrong
    }
}

fn as_written(count: usize) -> Vec<u32> {
    (0..).take(count).collect()
}

fn positions_where(options: &[Choice], shown: &[u32], correct: bool) -> Vec<u32> {
    let right = |index: &u32| {
        options
            .get(*index as usize)
            .is_some_and(|option| option.correct == correct)
    };
    (0..)
        .zip(shown)
        .filter(|(_, index)| right(index))
        .map(|(position, _)| position)
        .collect()
}

/// For each index as written in turn, the position where it is shown.
fn inverse(shown: &[u32]) -> Vec<u32> {
    let mut positions: Vec<(u32, u32)> = shown.iter().copied().zip(0..).collect();
    positions.sort_unstable();
    positions.into_iter().map(|(_, position)| position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quiz::samples;

    #[test]
    fn an_ordering_never_shows_its_solution() {
        for items in [&["a", "b"][..], &["a", "b", "c"]] {
            for seed in 0..200 {
                let kind = samples::ordering(items, false);
                let shown = kind.shown(seed, 0);
                assert_ne!(kind.form(&shown).options, items, "seed {seed}");
                let solution = kind.solution(&shown).expect("orderings have one").positions;
                let form = kind.form(&shown);
                let solved: Vec<&str> = solution.iter().map(|p| form.options[*p as usize].as_str()).collect();
                assert_eq!(solved, items);
            }
        }
    }

    #[test]
    fn pairs_are_solved_by_the_position_of_the_right_side() {
        let kind = samples::matching(&[("a", "1"), ("b", "2"), ("c", "3")], false);
        let shown = kind.shown(3, 0);
        let (form, solution) = (kind.form(&shown), kind.solution(&shown).expect("pairs have one"));
        assert_eq!(form.options, ["a", "b", "c"]);
        let solved: Vec<&str> = solution
            .positions
            .iter()
            .map(|p| form.matches[*p as usize].as_str())
            .collect();
        assert_eq!(solved, ["1", "2", "3"]);
    }

    #[test]
    fn fewer_options_hide_wrong_ones_and_leave_one() {
        let user = |name: &str| name.parse::<UserId>().expect("an id");
        let kind = samples::multiple(&["a", "b", "c", "d", "e"], &[1, 3], false);
        let shown = kind.shown(9, 0);
        for (fewer, expected) in [(0, 0), (1, 1), (2, 2), (3, 2), (u32::MAX, 2)] {
            let hidden = kind.hidden(&shown, fewer, 9, 0, &user("ana"));
            assert_eq!(hidden.len(), expected);
            let right = kind.solution(&shown).expect("choices have one").positions;
            assert!(hidden.iter().all(|position| !right.contains(position)));
        }
        let sets: std::collections::BTreeSet<_> = (0..20)
            .map(|n| kind.hidden(&shown, 1, 9, 0, &user(&format!("u{n}"))))
            .collect();
        assert!(sets.len() > 1, "members do not all lose the same option");
        assert_eq!(
            Kind::TrueFalse { correct: true }.hidden(&[], 3, 9, 0, &user("ana")),
            Vec::<u32>::new()
        );
    }
}
