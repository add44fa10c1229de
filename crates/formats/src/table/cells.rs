//! What stands in the type, the options and under `correct`, by kind.
//!
//! | type | options | correct |
//! |---|---|---|
//! | single, multiple | the options | numbers of the right ones, `1,3` |
//! | truefalse | – | true or false |
//! | text | accepted texts | – |
//! | number | the unit | `target` or `target ± tolerance` |
//! | range | left end, right end, step, unit | `low..high` |
//! | order | the items in the right order | – |
//! | match | `left -> right` | – |
//! | poll | the options | – |
//! | rating | labels of the lowest and the highest step | how many steps |
//! | wordcloud | – | most words per player |
//!
//! Words after the type: `shuffle`, `all-or-nothing`, `partial`, `several`, `case-sensitive`, `edits=2`.

use trivium_proto::v1::{self, question::Kind};

use crate::{fields, harvest::Harvest, text};

/// The cells that depend on the kind.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) kind: String,
    pub(super) options: Vec<String>,
    pub(super) correct: String,
}

/// Column and reason of a refusal.
type Refusal = (&'static str, String);

/// Words after the type.
#[derive(Default)]
struct Words {
    shuffle: bool,
    all_or_nothing: bool,
    partial: bool,
    several: bool,
    case_sensitive: bool,
    edits: u32,
}

pub(super) fn read(row: &Row, line: u32, harvest: &mut Harvest) -> Result<Kind, Refusal> {
    let (name, words) = words(&row.kind, line, harvest);
    let options = || row.options.clone();
    let option = |n: usize| row.options.get(n).cloned().unwrap_or_default();
    let mut choices = || {
        let marks = fields::marks(&row.correct, row.options.len(), line, "correct", harvest);
        fields::marked(row.options.clone(), &marks)
    };
    Ok(match name.as_str() {
        "single" | "choice" | "singlechoice" => Kind::SingleChoice(v1::SingleChoice {
            options: choices(),
            shuffle: words.shuffle,
        }),
        "multiple" | "multiplechoice" => Kind::MultipleChoice(v1::MultipleChoice {
            options: choices(),
            shuffle: words.shuffle,
            all_or_nothing: words.all_or_nothing,
        }),
        "truefalse" => {
            let correct = fields::truth(&row.correct);
            let correct = correct.ok_or_else(|| ("correct", "this is neither true nor false".to_owned()))?;
            Kind::TrueFalse(v1::TrueFalse { correct })
        }
        "text" => Kind::TextEntry(v1::TextEntry {
            accepted: if row.options.is_empty() && !row.correct.is_empty() {
                vec![row.correct.clone()]
            } else {
                options()
            },
            case_sensitive: words.case_sensitive,
            max_edits: words.edits,
        }),
        "number" => {
            let (target, tolerance) = with_tolerance(&row.correct)
                .ok_or_else(|| ("correct", "this is no number, or number ± tolerance".to_owned()))?;
            Kind::NumberEntry(v1::NumberEntry {
                target,
                tolerance,
                unit: option(0),
            })
        }
        "range" => range(row, option(3))?,
        "order" | "ordering" => Kind::Ordering(v1::Ordering {
            items: options(),
            partial_credit: words.partial,
        }),
        "match" | "matching" => Kind::Matching(v1::Matching {
            pairs: pairs(&row.options, line, harvest),
            partial_credit: words.partial,
        }),
        "poll" => Kind::Poll(v1::Poll {
            options: options(),
            multiple: words.several,
        }),
        "rating" => Kind::Rating(v1::Rating {
            steps: count(&row.correct, 5, line, harvest),
            low_label: option(0),
            high_label: option(1),
        }),
        "wordcloud" => Kind::WordCloud(v1::WordCloud {
            max_words: count(&row.correct, 0, line, harvest),
        }),
        "" => return Err(("type", "there is no type".to_owned())),
        other => return Err(("type", format!("{other} is no kind of question"))),
    })
}

pub(super) fn write(kind: &Kind) -> Row {
    let row = |name: &str, words: &[(bool, String)], options: Vec<String>, correct: String| {
        let words = words.iter().filter(|(said, _)| *said).map(|(_, word)| word.as_str());
        Row {
            kind: [name].into_iter().chain(words).collect::<Vec<_>>().join(" "),
            options,
            correct,
        }
    };
    let word = |said: bool, word: &str| (said, word.to_owned());
    let none = String::new;
    match kind {
        Kind::SingleChoice(single) => {
            let (texts, right) = choices(&single.options);
            row("single", &[word(single.shuffle, "shuffle")], texts, right)
        }
        Kind::MultipleChoice(multiple) => {
            let (texts, right) = choices(&multiple.options);
            let words = [
                word(multiple.shuffle, "shuffle"),
                word(multiple.all_or_nothing, "all-or-nothing"),
            ];
            row("multiple", &words, texts, right)
        }
        Kind::TrueFalse(asked) => row("truefalse", &[], Vec::new(), asked.correct.to_string()),
        Kind::TextEntry(text) => {
            let edits = word(text.max_edits > 0, &format!("edits={}", text.max_edits));
            let words = [word(text.case_sensitive, "case-sensitive"), edits];
            row("text", &words, text.accepted.clone(), none())
        }
        Kind::NumberEntry(entry) => {
            let correct = match entry.tolerance {
                tolerance if tolerance > 0.0 => format!("{} ± {tolerance}", entry.target),
                _ => entry.target.to_string(),
            };
            row("number", &[], vec![entry.unit.clone()], correct)
        }
        Kind::RangeEntry(entry) => {
            let ends = [entry.min, entry.max, entry.step].map(|end| end.to_string());
            let options = ends.into_iter().chain([entry.unit.clone()]);
            row(
                "range",
                &[],
                options.collect(),
                format!("{}..{}", entry.correct_min, entry.correct_max),
            )
        }
        Kind::Ordering(ordering) => row(
            "order",
            &[word(ordering.partial_credit, "partial")],
            ordering.items.clone(),
            none(),
        ),
        Kind::Matching(matching) => {
            let pairs = matching
                .pairs
                .iter()
                .map(|pair| format!("{} -> {}", escape(&pair.left), pair.right));
            row(
                "match",
                &[word(matching.partial_credit, "partial")],
                pairs.collect(),
                none(),
            )
        }
        Kind::Poll(poll) => row("poll", &[word(poll.multiple, "several")], poll.options.clone(), none()),
        Kind::Rating(rating) => {
            let labels = vec![rating.low_label.clone(), rating.high_label.clone()];
            row("rating", &[], labels, rating.steps.to_string())
        }
        Kind::WordCloud(cloud) => {
            let most = if cloud.max_words == 0 {
                none()
            } else {
                cloud.max_words.to_string()
            };
            row("wordcloud", &[], Vec::new(), most)
        }
    }
}

fn words(cell: &str, line: u32, harvest: &mut Harvest) -> (String, Words) {
    let lower = cell.to_lowercase();
    let mut parts = lower.split_whitespace();
    let name = parts.next().unwrap_or_default().replace(['-', '_', '/'], "");
    let mut words = Words::default();
    for part in parts.take(16) {
        match (part, part.strip_prefix("edits=").and_then(|edits| edits.parse().ok())) {
            ("shuffle", _) => words.shuffle = true,
            ("all-or-nothing", _) => words.all_or_nothing = true,
            ("partial", _) => words.partial = true,
            ("several", _) => words.several = true,
            ("case-sensitive", _) => words.case_sensitive = true,
            (_, Some(edits)) => words.edits = edits,
            (other, None) => harvest.warn(line, "type", format!("{other} is not known and was left out")),
        }
    }
    (name, words)
}

fn range(row: &Row, unit: String) -> Result<Kind, Refusal> {
    let bound = |at: usize, column: &'static str| {
        let text = row.options.get(at).map(String::as_str).unwrap_or_default();
        text::number(text).ok_or_else(|| (column, "this is no number".to_owned()))
    };
    let (low, high) = row.correct.split_once("..").unwrap_or((&row.correct, &row.correct));
    let (Some(correct_min), Some(correct_max)) = (text::number(low), text::number(high)) else {
        return Err(("correct", "this is no range, such as 40..60".to_owned()));
    };
    Ok(Kind::RangeEntry(v1::RangeEntry {
        min: bound(0, "option1")?,
        max: bound(1, "option2")?,
        step: if row.options.get(2).is_none_or(String::is_empty) {
            0.0
        } else {
            bound(2, "option3")?
        },
        correct_min,
        correct_max,
        unit,
    }))
}

/// A number, and half the width of the band around it.
fn with_tolerance(text: &str) -> Option<(f64, f64)> {
    let parts = ["±", "+-", "+/-", ":"].iter().find_map(|sign| text.split_once(sign));
    match parts {
        Some((target, tolerance)) => Some((text::number(target)?, text::number(tolerance)?)),
        None => Some((text::number(text)?, 0.0)),
    }
}

fn count(text: &str, otherwise: u32, line: u32, harvest: &mut Harvest) -> u32 {
    match text.parse() {
        Ok(count) => count,
        Err(_) if text.is_empty() => otherwise,
        Err(_) => {
            harvest.fixed(
                line,
                "correct",
                format!("{text} is no whole number"),
                otherwise.to_string(),
            );
            otherwise
        }
    }
}

fn choices(options: &[v1::Option]) -> (Vec<String>, String) {
    let right = options.iter().enumerate().filter(|(_, option)| option.correct);
    let right: Vec<String> = right.map(|(n, _)| (n + 1).to_string()).collect();
    (
        options.iter().map(|option| option.text.clone()).collect(),
        right.join(","),
    )
}

fn pairs(cells: &[String], line: u32, harvest: &mut Harvest) -> Vec<v1::MatchingPair> {
    let mut pairs = Vec::new();
    for (n, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        match cell.split_once("->") {
            Some((left, right)) => pairs.push(v1::MatchingPair {
                left: unescape(left.trim()),
                right: right.trim().to_owned(),
            }),
            None => harvest.warn(
                line,
                &format!("option{}", n + 1),
                "there is no -> between the two sides; it was left out",
            ),
        }
    }
    pairs
}

/// A left side without an arrow in it.
fn escape(left: &str) -> String {
    left.replace('\\', "\\\\").replace("->", "-\\>")
}

fn unescape(left: &str) -> String {
    let mut plain = String::with_capacity(left.len());
    let mut rest = left.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.next_if(|next| c == '\\' && matches!(next, '\\' | '>'));
        plain.push(next.unwrap_or(c));
    }
    plain
}
