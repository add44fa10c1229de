//! Answers, and numbers: doubles on the wire, millionths in the engine.

use trivium_engine::quiz::{Answer, Number};
use trivium_proto::v1::{self, answer::Value};

use crate::convert::Invalid;

/// Millionths in a whole.
const MICRO: f64 = 1_000_000.0;
/// The largest number on the wire, either side of zero. A trillion in millionths still fits an `i64`.
const LARGEST: f64 = 1e12;

/// An answer.
pub fn answer(wire: v1::Answer) -> Result<Answer, Invalid> {
    let value = wire
        .value
        .ok_or_else(|| Invalid::new("value", "exactly one field is required in oneof"))?;
    Ok(match value {
        Value::Choice(position) => Answer::Choice(position),
        Value::Choices(choices) => Answer::Choices(choices.positions),
        Value::Truth(truth) => Answer::Truth(truth),
        Value::Text(text) => Answer::Text(text),
        Value::Number(given) => Answer::Number(number("number", given)?),
        Value::Order(order) => Answer::Order(order.positions),
        Value::Matches(matches) => Answer::Matches(matches.positions),
        Value::Rating(step) => Answer::Rating(step),
        Value::Words(words) => Answer::Words(words.words),
    })
}

/// An answer, on the way out.
pub fn answer_out(answer: &Answer) -> v1::Answer {
    let positions = |positions: &[u32]| v1::Positions {
        positions: positions.to_vec(),
    };
    let value = match answer {
        Answer::Choice(position) => Value::Choice(*position),
        Answer::Choices(choices) => Value::Choices(positions(choices)),
        Answer::Truth(truth) => Value::Truth(*truth),
        Answer::Text(text) => Value::Text(text.clone()),
        Answer::Number(given) => Value::Number(number_out(*given)),
        Answer::Order(order) => Value::Order(positions(order)),
        Answer::Matches(matches) => Value::Matches(positions(matches)),
        Answer::Rating(step) => Value::Rating(*step),
        Answer::Words(words) => Value::Words(v1::Words { words: words.clone() }),
    };
    v1::Answer { value: Some(value) }
}

/// A number, rounded to millionths with halves away from zero. What is not a number, infinite or beyond a trillion is
/// refused.
pub fn number(field: &str, value: f64) -> Result<Number, Invalid> {
    // Not a number is in no range, and so refused.
    if !(-LARGEST..=LARGEST).contains(&value) {
        return Err(Invalid::new(field, "must be within one trillion of zero"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 1e18 after the check")]
    Ok(Number((value * MICRO).round() as i64))
}

/// A number, on the way out. Exact up to two billion; beyond, as near as a double comes.
pub fn number_out(number: Number) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "stated above")]
    let micro = number.0 as f64;
    micro / MICRO
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_round_half_away_from_zero_and_refuse_what_is_none() {
        for (value, micro) in [
            (0.0, 0),
            (-0.0, 0),
            (1.5, 1_500_000),
            (0.000_000_5, 1),
            (-0.000_000_5, -1),
            (0.000_000_49, 0),
            (0.1, 100_000),
            (1e12, 1_000_000_000_000_000_000),
            (-1e12, -1_000_000_000_000_000_000),
        ] {
            assert_eq!(number("n", value), Ok(Number(micro)), "{value}");
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e12, -1.1e12, f64::MAX] {
            assert_eq!(number("n", value).expect_err("no number").0.field, "n", "{value}");
        }
    }

    fn any_answer() -> impl Strategy<Value = Answer> {
        let positions = || prop::collection::vec(0..64_u32, 0..8);
        prop_oneof![
            (0..64_u32).prop_map(Answer::Choice),
            positions().prop_map(Answer::Choices),
            any::<bool>().prop_map(Answer::Truth),
            ".{0,20}".prop_map(Answer::Text),
            (-(1_i64 << 50)..1_i64 << 50).prop_map(|micro| Answer::Number(Number(micro))),
            positions().prop_map(Answer::Order),
            positions().prop_map(Answer::Matches),
            (1..11_u32).prop_map(Answer::Rating),
            prop::collection::vec("[a-z]{1,9}", 1..4).prop_map(Answer::Words),
        ]
    }

    proptest! {
        #[test]
        fn answers_come_back(given in any_answer()) {
            prop_assert_eq!(answer(answer_out(&given)), Ok(given));
        }
    }
}
