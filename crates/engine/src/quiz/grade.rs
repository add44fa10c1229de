//! How right an answer is.
//!
//! Neighbours: [`score`](super::score) turns the share into points, [`outcomes`](super::outcomes) asks for every player.

use super::{Answer, Kind, Number, event::Verdict, score::Share, text};

impl Kind {
    /// What share of the points the answer earns. Answers that do not fit, and opinions, earn nothing.
    pub(super) fn grade(&self, shown: &[u32], answer: &Answer) -> Share {
        let written = |position: &u32| shown.get(*position as usize).map(|index| *index as usize);
        match (self, answer) {
            (Self::SingleChoice { options, .. }, Answer::Choice(position)) => whole_if(
                written(position)
                    .and_then(|n| options.get(n))
                    .is_some_and(|option| option.correct),
            ),
            (
                Self::MultipleChoice {
                    options,
                    all_or_nothing,
                    ..
                },
                Answer::Choices(positions),
            ) => {
                let right = |position: &&u32| {
                    written(position)
                        .and_then(|n| options.get(n))
                        .is_some_and(|o| o.correct)
                };
                let hits = positions.iter().filter(right).count();
                let misses = positions.len() - hits;
                let correct = options.iter().filter(|option| option.correct).count();
                partly(hits.saturating_sub(misses), correct, !all_or_nothing)
            }
            (Self::TrueFalse { correct }, Answer::Truth(truth)) => whole_if(correct == truth),
            (
                Self::TextEntry {
                    accepted,
                    case_sensitive,
                    max_edits,
                },
                Answer::Text(given),
            ) => {
                let given = text::normalize(given, *case_sensitive);
                whole_if(accepted.iter().any(|accepted| {
                    text::within_edits(&given, &text::normalize(accepted, *case_sensitive), *max_edits as usize)
                }))
            }
            (Self::NumberEntry { target, tolerance, .. }, Answer::Number(given)) => band(*given, *target, *tolerance),
            (
                Self::RangeEntry {
                    correct_min,
                    correct_max,
                    ..
                },
                Answer::Number(given),
            ) => whole_if((correct_min..=correct_max).contains(&given)),
            (Self::Ordering { items, partial_credit }, Answer::Order(order)) => {
                let order: Vec<usize> = order.iter().filter_map(written).collect();
                let neighbours = order.windows(2).filter(|pair| pair[0] + 1 == pair[1]).count();
                partly(neighbours, items.len().saturating_sub(1), *partial_credit)
            }
            (Self::Matching { pairs, partial_credit }, Answer::Matches(sides)) => {
                let given = sides
                    .iter()
                    .map(|position| written(position).and_then(|n| pairs.get(n)));
                // Sides that read the same are as good as each other.
                let right = |(pair, given): &(&(String, String), Option<&(String, String)>)| {
                    given.is_some_and(|given| given.1.trim() == pair.1.trim())
                };
                partly(
                    pairs.iter().zip(given).filter(right).count(),
                    pairs.len(),
                    *partial_credit,
                )
            }
            (
                Self::SingleChoice { .. }
                | Self::MultipleChoice { .. }
                | Self::TrueFalse { .. }
                | Self::TextEntry { .. }
                | Self::NumberEntry { .. }
                | Self::RangeEntry { .. }
                | Self::Ordering { .. }
                | Self::Matching { .. }
                | Self::Poll { .. }
                | Self::Rating { .. }
                | Self::WordCloud { .. },
                _,
            ) => Share::NOTHING,
        }
    }

    /// The same in a word.
    pub(super) fn verdict(&self, share: Share) -> Verdict {
        if self.is_opinion() {
            Verdict::Unscored
        } else if share.is_all() {
            Verdict::Correct
        } else if share.is_nothing() {
            Verdict::Incorrect
        } else {
            Verdict::Partial
        }
    }
}

fn whole_if(right: bool) -> Share {
    if right { Share::ALL } else { Share::NOTHING }
}

fn partly(part: usize, whole: usize, partial_credit: bool) -> Share {
    if partial_credit {
        Share::of_count(part, whole)
    } else {
        whole_if(part == whole)
    }
}

/// `1 - d²` with `d` the distance from the target in widths of the band, at least a tenth inside it, nothing outside.
fn band(given: Number, target: Number, tolerance: Number) -> Share {
    let distance = u128::from(given.0.abs_diff(target.0));
    let width = u128::from(tolerance.0.unsigned_abs());
    if distance == 0 {
        return Share::ALL;
    }
    if distance > width {
        return Share::NOTHING;
    }
    let (part, whole) = (width * width - distance * distance, width * width);
    // Squares reach 2^126, so ten times the part would not fit.
    if part < whole.div_ceil(10) {
        Share::new(1, 10)
    } else {
        Share::new(part, whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Millis,
        quiz::{Scoring, samples, score},
    };

    fn of_thousand(kind: &Kind, shown: &[u32], answer: &Answer) -> u32 {
        let accuracy = Scoring::Linear {
            speed_weight_permille: 0,
        };
        score::points(
            accuracy,
            1_000,
            kind.grade(shown, answer),
            Millis(700),
            Some(Millis::secs(10)),
        )
    }

    #[test]
    fn every_kind_is_graded() {
        let whole = Number::whole;
        let given = |text: &str| Answer::Text(text.to_owned());
        let single = samples::single(&["a", "b", "c"], 1);
        let multiple = samples::multiple(&["a", "b", "c", "d"], &[0, 1], false);
        let strict = samples::multiple(&["a", "b", "c", "d"], &[0, 1], true);
        let text = samples::text(&["Mississippi"], 2);
        let number = samples::number(whole(100), whole(10));
        let range = samples::range(whole(0), whole(10), whole(4), whole(5));
        let truth = Kind::TrueFalse { correct: false };
        let rating = samples::rating(5);
        let (strict_order, order) = (
            samples::ordering(&["a", "b", "c"], false),
            samples::ordering(&["a", "b", "c"], true),
        );
        let pairs = [("a", "1"), ("b", "2"), ("c", "1")];
        let (strict_pairs, match_pairs) = (samples::matching(&pairs, false), samples::matching(&pairs, true));
        let cases: Vec<(&Kind, &[u32], Answer, u32)> = vec![
            (&single, &[2, 1, 0], Answer::Choice(1), 1_000),
            (&single, &[1, 0, 2], Answer::Choice(0), 1_000),
            (&single, &[1, 0, 2], Answer::Choice(1), 0),
            (&single, &[1, 0, 2], Answer::Choice(9), 0),
            (&multiple, &[0, 1, 2, 3], Answer::Choices(vec![0, 1]), 1_000),
            (&multiple, &[0, 1, 2, 3], Answer::Choices(vec![0]), 500),
            (&multiple, &[0, 1, 2, 3], Answer::Choices(vec![0, 1, 2]), 500),
            (&multiple, &[0, 1, 2, 3], Answer::Choices(vec![0, 1, 2, 3]), 0),
            (&multiple, &[0, 1, 2, 3], Answer::Choices(vec![2, 3]), 0),
            (&multiple, &[3, 2, 1, 0], Answer::Choices(vec![2, 3]), 1_000),
            (&strict, &[0, 1, 2, 3], Answer::Choices(vec![0, 1]), 1_000),
            (&strict, &[0, 1, 2, 3], Answer::Choices(vec![0]), 0),
            (&strict, &[0, 1, 2, 3], Answer::Choices(vec![0, 1, 2]), 0),
            (&text, &[], given("misisippi"), 1_000),
            (&text, &[], given("misisipi"), 0),
            (&number, &[], Answer::Number(whole(100)), 1_000),
            (&number, &[], Answer::Number(whole(105)), 750),
            (&number, &[], Answer::Number(whole(91)), 190),
            (&number, &[], Answer::Number(whole(110)), 100),
            (&number, &[], Answer::Number(Number(110_000_001)), 0),
            (&range, &[], Answer::Number(whole(4)), 1_000),
            (&range, &[], Answer::Number(whole(5)), 1_000),
            (&range, &[], Answer::Number(Number(5_000_001)), 0),
            (&strict_order, &[2, 0, 1], Answer::Order(vec![1, 2, 0]), 1_000),
            (&strict_order, &[2, 0, 1], Answer::Order(vec![0, 1, 2]), 0),
            (&order, &[2, 0, 1], Answer::Order(vec![0, 1, 2]), 500),
            (&order, &[2, 0, 1], Answer::Order(vec![0, 2, 1]), 0),
            (&match_pairs, &[0, 1, 2], Answer::Matches(vec![2, 1, 0]), 1_000),
            (&match_pairs, &[0, 1, 2], Answer::Matches(vec![1, 0, 2]), 333),
            (&strict_pairs, &[0, 1, 2], Answer::Matches(vec![1, 0, 2]), 0),
            (&strict_pairs, &[1, 0, 2], Answer::Matches(vec![1, 0, 2]), 1_000),
            (&truth, &[], Answer::Truth(false), 1_000),
            (&rating, &[], Answer::Rating(5), 0),
        ];
        for (kind, shown, answer, points) in cases {
            assert_eq!(
                of_thousand(kind, shown, &answer),
                points,
                "{kind:?} {shown:?} {answer:?}"
            );
        }
    }

    #[test]
    fn bands_as_wide_as_numbers_go_do_not_overflow() {
        let edge = crate::quiz::model::MAX_NUMBER;
        let kind = samples::number(edge, edge);
        assert_eq!(of_thousand(&kind, &[], &Answer::Number(Number(0))), 100);
        assert_eq!(of_thousand(&kind, &[], &Answer::Number(Number(edge.0 / 2))), 750);
        assert_eq!(of_thousand(&kind, &[], &Answer::Number(Number(-edge.0))), 0);
    }
}
