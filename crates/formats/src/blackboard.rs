//! Blackboard's text file: no header, one question per line, columns between tabs, the kind in the first one.

use trivium_proto::v1::{self, question::Kind};

use crate::{
    fields::{self, line_of},
    harvest::Harvest,
    text::{self, tidy, without_html},
};

/// The kinds of questions that the format has.
pub(crate) const KINDS: [&str; 13] = [
    "MC",
    "MA",
    "TF",
    "ESS",
    "ORD",
    "MAT",
    "FIB",
    "FIB_PLUS",
    "NUM",
    "SR",
    "OP",
    "JUMBLED_SENTENCE",
    "QUIZ_BOWL",
];

pub(crate) fn read(text: &str, harvest: &mut Harvest) {
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = line_of(n + 1);
        let mut columns: Vec<String> = line.split('\t').take(210).map(column).collect();
        while columns.len() > 2 && columns.last().is_some_and(String::is_empty) {
            columns.pop();
        }
        match columns.as_slice() {
            [kind, text, rest @ ..] => match kind_of(kind, rest, line_number, harvest) {
                Ok(kind) => harvest.add(line_number, fields::question(text.as_str(), kind)),
                Err((column, why)) => harvest.reject(line_number, column, why),
            },
            [] | [_] => harvest.reject(line_number, "", "there are no columns on this line"),
        }
    }
}

fn column(text: &str) -> String {
    tidy(&without_html(text).0)
}

fn kind_of(kind: &str, rest: &[String], line: u32, harvest: &mut Harvest) -> Result<Kind, (&'static str, String)> {
    let number = |at: usize, what: &'static str| {
        let value = rest.get(at).and_then(|text| text::number(text));
        value.ok_or_else(|| (what, format!("the {what} is no number")))
    };
    Ok(match kind {
        "MC" => fields::single(choices(rest, line, harvest), false),
        "MA" => fields::multiple(choices(rest, line, harvest), false),
        "TF" => {
            let correct = rest.first().and_then(|text| fields::truth(text));
            let correct = correct.ok_or_else(|| ("C", "this is neither true nor false".to_owned()))?;
            Kind::TrueFalse(v1::TrueFalse { correct })
        }
        "ORD" => Kind::Ordering(v1::Ordering {
            items: rest.to_vec(),
            partial_credit: false,
        }),
        "MAT" => {
            if !rest.len().is_multiple_of(2) {
                harvest.warn(line, "", "the last term has no match and was left out");
            }
            let pairs = rest.chunks_exact(2).map(|pair| v1::MatchingPair {
                left: pair[0].clone(),
                right: pair[1].clone(),
            });
            Kind::Matching(v1::Matching {
                pairs: pairs.collect(),
                partial_credit: true,
            })
        }
        "FIB" => Kind::TextEntry(v1::TextEntry {
            accepted: rest.to_vec(),
            ..v1::TextEntry::default()
        }),
        "NUM" => Kind::NumberEntry(v1::NumberEntry {
            target: number(0, "answer")?,
            tolerance: if rest.len() > 1 { number(1, "tolerance")? } else { 0.0 },
            unit: String::new(),
        }),
        "ESS" | "SR" => return Err(("A", "long answers cannot be marked in a quiz".to_owned())),
        other => return Err(("A", format!("questions of the kind {other} cannot be taken"))),
    })
}

fn choices(columns: &[String], line: u32, harvest: &mut Harvest) -> Vec<v1::Option> {
    let mut options = Vec::new();
    for (n, pair) in columns.chunks(2).enumerate() {
        let mark = pair.get(1).map(|mark| mark.to_ascii_lowercase()).unwrap_or_default();
        if !matches!(mark.as_str(), "correct" | "incorrect") {
            let column = format!("option {}", n + 1);
            harvest.fixed(line, &column, "it is marked neither correct nor incorrect", "incorrect");
        }
        options.push(fields::option(pair[0].as_str(), mark == "correct"));
    }
    options
}
