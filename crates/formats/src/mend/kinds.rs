//! The rules of each kind of question.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use trivium_proto::v1::{self, question::Kind};

use super::{Hopeless, Notes};

/// Most options of a choice.
const MAX_OPTIONS: usize = 8;
/// Largest number, as the wire has it.
const MAX_NUMBER: f64 = 1e12;

pub(super) fn kind(kind: Kind, notes: &mut Notes<'_>) -> Result<Kind, Hopeless> {
    Ok(match kind {
        Kind::SingleChoice(single) => Kind::SingleChoice(v1::SingleChoice {
            options: choices(single.options, notes)?,
            ..single
        }),
        Kind::MultipleChoice(multiple) => Kind::MultipleChoice(v1::MultipleChoice {
            options: choices(multiple.options, notes)?,
            ..multiple
        }),
        Kind::TrueFalse(asked) => Kind::TrueFalse(asked),
        Kind::TextEntry(text) => Kind::TextEntry(text_entry(text, notes)?),
        Kind::NumberEntry(entry) => Kind::NumberEntry(number_entry(entry, notes)?),
        Kind::RangeEntry(entry) => Kind::RangeEntry(range_entry(entry, notes)?),
        Kind::Ordering(ordering) => Kind::Ordering(v1::Ordering {
            items: items(ordering.items, notes)?,
            ..ordering
        }),
        Kind::Matching(matching) => Kind::Matching(v1::Matching {
            pairs: pairs(matching.pairs, notes)?,
            ..matching
        }),
        Kind::Poll(poll) => Kind::Poll(v1::Poll {
            options: opinions(poll.options, notes)?,
            ..poll
        }),
        Kind::Rating(mut rating) => {
            notes.clamp("steps", &mut rating.steps, 2, 10);
            notes.shorten("low label", &mut rating.low_label, 60);
            notes.shorten("high label", &mut rating.high_label, 60);
            Kind::Rating(rating)
        }
        Kind::WordCloud(mut cloud) => {
            notes.clamp("words", &mut cloud.max_words, 0, 10);
            Kind::WordCloud(cloud)
        }
    })
}

fn choices(options: Vec<v1::Option>, notes: &mut Notes<'_>) -> Result<Vec<v1::Option>, Hopeless> {
    let mut kept: Vec<v1::Option> = Vec::new();
    let mut places = BTreeMap::new();
    for (n, mut option) in options.into_iter().enumerate() {
        let column = format!("option {}", n + 1);
        if option.text.trim().is_empty() {
            notes.warn(&column, "an empty option was left out", "");
            continue;
        }
        notes.shorten(&column, &mut option.text, 300);
        match places.entry(option.text.trim().to_owned()) {
            Entry::Occupied(earlier) => {
                let earlier: &mut v1::Option = &mut kept[*earlier.get()];
                earlier.correct |= option.correct;
                notes.warn(&column, "the same option stands twice; the second was left out", "");
            }
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(option);
            }
        }
    }
    if kept.len() > MAX_OPTIONS {
        notes.warn(
            "",
            &format!("there are more than {MAX_OPTIONS} options; the last wrong ones were left out"),
            "",
        );
        let right = kept.iter().filter(|option| option.correct).count();
        let mut wrong = 0;
        kept.retain(|option| {
            wrong += usize::from(!option.correct);
            option.correct || right + wrong <= MAX_OPTIONS
        });
        kept.truncate(MAX_OPTIONS);
    }
    at_least_two("options", kept.len())?;
    if kept.iter().any(|option| option.correct) {
        Ok(kept)
    } else {
        Err(Hopeless::new("correct", "no option is marked as right"))
    }
}

fn text_entry(mut text: v1::TextEntry, notes: &mut Notes<'_>) -> Result<v1::TextEntry, Hopeless> {
    for accepted in &mut text.accepted {
        notes.shorten("accepted", accepted, 200);
    }
    let all = text.accepted.len();
    text.accepted.retain(|accepted| !accepted.trim().is_empty());
    if text.accepted.len() < all {
        notes.warn("accepted", "an empty text was left out", "");
    }
    if text.accepted.len() > 20 {
        notes.warn(
            "accepted",
            "there are more than 20 accepted texts; the rest was left out",
            "",
        );
        text.accepted.truncate(20);
    }
    notes.clamp("edits", &mut text.max_edits, 0, 5);
    if text.accepted.is_empty() {
        return Err(Hopeless::new("correct", "there is no accepted text"));
    }
    Ok(text)
}

fn number_entry(mut entry: v1::NumberEntry, notes: &mut Notes<'_>) -> Result<v1::NumberEntry, Hopeless> {
    entry.target = number("the number", entry.target)?;
    entry.tolerance = number("the tolerance", entry.tolerance)?;
    if entry.tolerance < 0.0 {
        entry.tolerance = -entry.tolerance;
        notes.warn("tolerance", "it is below zero", &entry.tolerance.to_string());
    }
    notes.shorten("unit", &mut entry.unit, 20);
    Ok(entry)
}

fn range_entry(mut entry: v1::RangeEntry, notes: &mut Notes<'_>) -> Result<v1::RangeEntry, Hopeless> {
    let what = "a number of the range";
    for value in [
        &mut entry.min,
        &mut entry.max,
        &mut entry.step,
        &mut entry.correct_min,
        &mut entry.correct_max,
    ] {
        *value = number(what, *value)?;
    }
    if entry.correct_min > entry.correct_max {
        std::mem::swap(&mut entry.correct_min, &mut entry.correct_max);
        notes.warn("correct", "the ends of the right range were swapped", "");
    }
    if millionths(entry.min) >= millionths(entry.max) {
        return Err(Hopeless::new(
            "range",
            "the left end of the slider is not below its right end",
        ));
    }
    if entry.correct_min < entry.min || entry.correct_max > entry.max {
        return Err(Hopeless::new("correct", "the right numbers are not all on the slider"));
    }
    if entry.step < 0.0 || millionths(entry.step) > millionths(entry.max) - millionths(entry.min) {
        entry.step = 0.0;
        notes.warn("step", "the step does not fit the slider", "0");
    }
    notes.shorten("unit", &mut entry.unit, 20);
    Ok(entry)
}

fn items(items: Vec<String>, notes: &mut Notes<'_>) -> Result<Vec<String>, Hopeless> {
    let mut kept = distinct(items, "item", 200, notes);
    if kept.len() > 10 {
        return Err(Hopeless::new("", "there are more than 10 items to put in order"));
    }
    at_least_two("items", kept.len())?;
    kept.shrink_to_fit();
    Ok(kept)
}

fn opinions(options: Vec<String>, notes: &mut Notes<'_>) -> Result<Vec<String>, Hopeless> {
    let mut kept = distinct(options, "option", 300, notes);
    if kept.len() > 8 {
        notes.warn("", "there are more than 8 options; the rest was left out", "");
        kept.truncate(8);
    }
    at_least_two("options", kept.len())?;
    Ok(kept)
}

fn pairs(pairs: Vec<v1::MatchingPair>, notes: &mut Notes<'_>) -> Result<Vec<v1::MatchingPair>, Hopeless> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for (n, mut pair) in pairs.into_iter().enumerate() {
        let column = format!("pair {}", n + 1);
        notes.shorten(&column, &mut pair.left, 200);
        notes.shorten(&column, &mut pair.right, 200);
        if pair.left.trim().is_empty() || pair.right.trim().is_empty() {
            notes.warn(&column, "a pair with an empty side was left out", "");
        } else if seen.insert(pair.left.trim().to_owned()) {
            kept.push(pair);
        } else {
            notes.warn(&column, "the same left side stands twice; the second was left out", "");
        }
    }
    if kept.len() > 10 {
        notes.warn("", "there are more than 10 pairs; the rest was left out", "");
        kept.truncate(10);
    }
    at_least_two("pairs", kept.len())?;
    Ok(kept)
}

fn distinct(texts: Vec<String>, what: &str, max: usize, notes: &mut Notes<'_>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for (n, mut text) in texts.into_iter().enumerate() {
        let column = format!("{what} {}", n + 1);
        notes.shorten(&column, &mut text, max);
        if text.trim().is_empty() {
            notes.warn(&column, &format!("an empty {what} was left out"), "");
        } else if seen.insert(text.trim().to_owned()) {
            kept.push(text);
        } else {
            notes.warn(
                &column,
                &format!("the same {what} stands twice; the second was left out"),
                "",
            );
        }
    }
    kept
}

fn at_least_two(what: &str, count: usize) -> Result<(), Hopeless> {
    if count < 2 {
        return Err(Hopeless::new("", format!("there are fewer than two {what}")));
    }
    Ok(())
}

/// A number that can be asked for.
fn number(what: &str, value: f64) -> Result<f64, Hopeless> {
    // Not a number is in no range.
    if (-MAX_NUMBER..=MAX_NUMBER).contains(&value) {
        Ok(value)
    } else {
        Err(Hopeless::new(
            "correct",
            format!("{what} is not within one trillion of zero"),
        ))
    }
}

/// A number as the engine compares it.
fn millionths(value: f64) -> f64 {
    (value * 1e6).round()
}
