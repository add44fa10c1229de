//! What stands between braces: choices, texts, numbers, pairs, true or false.

use trivium_proto::v1::{self, question::Kind};

use super::lex::{Ch, content, find, find_arrow, find_run, plain, trim};
use crate::{fields, harvest::Harvest, text};

/// What the braces say.
pub(super) struct Body {
    pub(super) kind: Kind,
    pub(super) explanation: String,
}

/// One answer: `=right`, `~wrong`, `~%50%half`, each with `#feedback`.
struct Item {
    right: bool,
    /// Percent of the points, where they are stated.
    weight: Option<f64>,
    text: String,
    /// Both sides of an arrow.
    pair: Option<(String, String)>,
    feedback: String,
}

pub(super) fn body(chars: &[Ch], html: bool, line: u32, harvest: &mut Harvest) -> Result<Body, String> {
    let (chars, general) = match find_run(chars, '#', 4) {
        Some(at) => (&chars[..at], content(&chars[at + 4..], html).0),
        None => (chars, String::new()),
    };
    let chars = trim(chars);
    if chars.is_empty() {
        return Err("long answers cannot be marked in a quiz".to_owned());
    }
    let mut explanation = general;
    let kind = if chars[0].is('#') {
        numeric(&chars[1..], html, line, &mut explanation, harvest)?
    } else if let Some(correct) = truth(chars, line, harvest) {
        Kind::TrueFalse(v1::TrueFalse { correct })
    } else {
        let items = items(chars, html, line, harvest)?;
        feedback(&items, line, &mut explanation, harvest);
        kind_of(items, find(chars, '~').is_some(), line, harvest)
    };
    Ok(Body { kind, explanation })
}

fn truth(chars: &[Ch], line: u32, harvest: &mut Harvest) -> Option<bool> {
    let end = find(chars, '#').unwrap_or(chars.len());
    let truth = fields::truth(&plain(&chars[..end]))?;
    if end < chars.len() {
        harvest.warn(line, "feedback", "feedback for single answers was left out");
    }
    Some(truth)
}

fn items(chars: &[Ch], html: bool, line: u32, harvest: &mut Harvest) -> Result<Vec<Item>, String> {
    let starts: Vec<usize> = (0..chars.len())
        .filter(|at| chars[*at].is('=') || chars[*at].is('~'))
        .collect();
    let Some(first) = starts.first() else {
        return Err("there is neither = nor ~ in the braces".to_owned());
    };
    if *first > 0 {
        harvest.warn(line, "", "what stands before the first answer was left out");
    }
    let ends = starts.iter().skip(1).copied().chain([chars.len()]);
    let items = starts
        .iter()
        .zip(ends)
        .take(64)
        .map(|(start, end)| item(&chars[*start..end], html));
    Ok(items.collect())
}

fn item(chars: &[Ch], html: bool) -> Item {
    let right = chars[0].is('=');
    let rest = trim(&chars[1..]);
    let (text, feedback) = match find(rest, '#') {
        Some(at) => (&rest[..at], content(&rest[at + 1..], html).0),
        None => (rest, String::new()),
    };
    // Pairs have no weights: what looks like one belongs to the left side, as it does for Moodle.
    let pair = find_arrow(text).map(|at| (content(&text[..at], html).0, content(&text[at + 2..], html).0));
    let (weight, text) = weighted(text);
    Item {
        right,
        weight,
        text: content(text, html).0,
        pair,
        feedback,
    }
}

/// The weight in front, and what follows it.
fn weighted(chars: &[Ch]) -> (Option<f64>, &[Ch]) {
    let weight = || {
        chars.first().filter(|ch| ch.is('%'))?;
        let end = 1 + chars[1..].iter().take(12).position(|ch| ch.is('%'))?;
        Some((text::number(&plain(&chars[1..end]))?, &chars[end + 1..]))
    };
    match weight() {
        Some((weight, rest)) => (Some(weight), rest),
        None => (None, chars),
    }
}

/// Feedback for the right answer is the next best thing to an explanation; all other is told to be left out.
fn feedback(items: &[Item], line: u32, explanation: &mut String, harvest: &mut Harvest) {
    let mut given = items.iter().filter(|item| !item.feedback.is_empty()).peekable();
    let only_right = given.peek().is_some_and(|item| item.right);
    if explanation.is_empty() && only_right {
        *explanation = given.next().map(|item| item.feedback.clone()).unwrap_or_default();
    }
    if given.next().is_some() {
        harvest.warn(line, "feedback", "feedback for single answers was left out");
    }
}

fn kind_of(items: Vec<Item>, choice: bool, line: u32, harvest: &mut Harvest) -> Kind {
    if choice {
        return choices(items, line, harvest);
    }
    if items.iter().all(|item| item.pair.is_some()) {
        return pairs(items, line, harvest);
    }
    if items
        .iter()
        .any(|item| item.weight.is_some_and(|weight| weight < 100.0))
    {
        harvest.warn(
            line,
            "",
            "answers that earn some of the points are accepted like all others",
        );
    }
    let accepted = items
        .into_iter()
        .filter(|item| item.weight.is_none_or(|weight| weight > 0.0));
    let accepted: Vec<String> = accepted.map(|item| item.text).collect();
    if accepted.iter().any(|text| text.contains('*')) {
        harvest.warn(line, "", "an asterisk stands for itself here");
    }
    Kind::TextEntry(v1::TextEntry {
        accepted,
        ..v1::TextEntry::default()
    })
}

fn choices(items: Vec<Item>, line: u32, harvest: &mut Harvest) -> Kind {
    let single = items.iter().any(|item| item.right);
    let partly = items
        .iter()
        .any(|item| !item.right && item.weight.is_some_and(|weight| weight > 0.0));
    if single && partly {
        harvest.warn(line, "", "an answer that earns some of the points counts as wrong");
    }
    if !single && uneven(&items) {
        harvest.warn(line, "", "all right answers weigh the same here");
    }
    let options = items.into_iter().map(|item| {
        let correct = if single {
            item.right && item.weight.is_none_or(|weight| weight >= 100.0)
        } else {
            item.weight.is_some_and(|weight| weight > 0.0)
        };
        fields::option(item.text, correct)
    });
    let options = options.collect();
    if single {
        fields::single(options, true)
    } else {
        fields::multiple(options, true)
    }
}

fn uneven(items: &[Item]) -> bool {
    let mut weights = items
        .iter()
        .filter_map(|item| item.weight)
        .filter(|weight| *weight > 0.0);
    let first = weights.next();
    first.is_some_and(|first| weights.any(|weight| (weight - first).abs() > 0.01))
}

fn pairs(items: Vec<Item>, line: u32, harvest: &mut Harvest) -> Kind {
    let mut pairs = Vec::new();
    for (left, right) in items.into_iter().filter_map(|item| item.pair) {
        if left.is_empty() {
            harvest.warn(line, "", format!("{right} belongs to nothing, and was left out"));
        } else {
            pairs.push(v1::MatchingPair { left, right });
        }
    }
    Kind::Matching(v1::Matching {
        pairs,
        partial_credit: true,
    })
}

fn numeric(
    chars: &[Ch],
    html: bool,
    line: u32,
    explanation: &mut String,
    harvest: &mut Harvest,
) -> Result<Kind, String> {
    let items = if find(chars, '=').is_some() {
        items(chars, html, line, harvest)?
    } else {
        let (text, feedback) = match find(chars, '#') {
            Some(at) => (&chars[..at], content(&chars[at + 1..], html).0),
            None => (chars, String::new()),
        };
        let (text, pair) = (content(text, html).0, None);
        vec![Item {
            right: true,
            weight: None,
            text,
            pair,
            feedback,
        }]
    };
    feedback(&items, line, explanation, harvest);
    let best = items
        .iter()
        .find(|item| item.weight.is_none_or(|weight| weight >= 100.0));
    let best = best.or(items.first()).ok_or("there is no number in the braces")?;
    if items.len() > 1 {
        harvest.warn(line, "", "only one right number can be kept; the others were left out");
    }
    let (target, tolerance) =
        number(&best.text).ok_or_else(|| format!("{} is no number, range or number with tolerance", best.text))?;
    if best.text.contains("..") {
        harvest.info(line, "", "the middle of the range earns most points");
    }
    Ok(Kind::NumberEntry(v1::NumberEntry {
        target,
        tolerance,
        unit: String::new(),
    }))
}

/// `5`, `5:0.1` or `4.9..5.1`, as middle and half width.
fn number(text: &str) -> Option<(f64, f64)> {
    if let Some((low, high)) = text.split_once("..") {
        let (low, high) = (text::number(low)?, text::number(high)?);
        return Some((f64::midpoint(low, high), (high - low).abs() / 2.0));
    }
    match text.split_once(':') {
        Some((target, tolerance)) => Some((text::number(target)?, text::number(tolerance)?)),
        None => Some((text::number(text)?, 0.0)),
    }
}
