//! Quizzes as GIFT.

use trivium_proto::v1::{self, question::Kind};

use crate::{
    lost::{self, Holds, numbered},
    report::Report,
};

pub(crate) fn write(quiz: &v1::Quiz, report: &mut Report) -> Vec<u8> {
    lost::tell_frame(quiz, false, false, report);
    let mut file = String::new();
    for (number, question) in numbered(quiz) {
        let Some(body) = body(question, number, report) else {
            continue;
        };
        let shuffled = matches!(question.kind, Some(Kind::SingleChoice(_) | Kind::MultipleChoice(_)));
        let partial = matches!(&question.kind, Some(Kind::Matching(matching)) if matching.partial_credit);
        let holds = Holds {
            explanation: true,
            shuffle: shuffled,
            marking: partial,
            ..Holds::default()
        };
        lost::tell(question, number, holds, report);
        let explanation = match question.explanation.as_str() {
            "" => String::new(),
            text => format!("####{}", escape(text)),
        };
        let title = format!("::Q{number}:: ");
        file.extend([
            title.as_str(),
            &escape(&question.text),
            " {",
            &body,
            &explanation,
            "}

",
        ]);
    }
    file.into_bytes()
}

/// What stands between the braces; none if it cannot be said.
fn body(question: &v1::Question, number: u32, report: &mut Report) -> Option<String> {
    match &question.kind {
        Some(Kind::SingleChoice(single)) => {
            if single.options.iter().all(|option| option.correct) {
                report.warning(number, "correct", "left out: the format needs a wrong choice");
                return None;
            }
            let weight = |option: &v1::Option| {
                if option.text.starts_with('%') {
                    percent(option.correct)
                } else {
                    ""
                }
            };
            let options = single.options.iter().map(|option| {
                let mark = if option.correct { '=' } else { '~' };
                format!("\n\t{mark}{}{}", weight(option), escape(&option.text))
            });
            Some(options.chain(["\n".to_owned()]).collect())
        }
        Some(Kind::MultipleChoice(multiple)) => Some(weighted(&multiple.options)),
        Some(Kind::TrueFalse(asked)) => Some(if asked.correct { "TRUE" } else { "FALSE" }.to_owned()),
        Some(Kind::TextEntry(text)) => {
            let accepted = text.accepted.iter().map(|accepted| {
                let weight = if accepted.starts_with('%') { percent(true) } else { "" };
                format!("={weight}{} ", escape(&without_arrow(accepted, number, report)))
            });
            Some(accepted.collect())
        }
        Some(Kind::NumberEntry(entry)) if entry.tolerance > 0.0 => {
            Some(format!("#{}:{}", entry.target, entry.tolerance))
        }
        Some(Kind::NumberEntry(entry)) => Some(format!("#{}", entry.target)),
        Some(Kind::RangeEntry(entry)) => {
            report.warning(number, "range", "the format has no place for the ends of the slider");
            Some(format!("#{}..{}", entry.correct_min, entry.correct_max))
        }
        Some(Kind::Matching(matching)) => {
            let pairs = matching.pairs.iter().map(|pair| {
                let mut side = |text| escape(&without_arrow(text, number, report));
                format!("\n\t={} -> {}", side(&pair.left), side(&pair.right))
            });
            let pairs: String = pairs.collect();
            Some(pairs + "\n")
        }
        Some(Kind::Ordering(_) | Kind::Poll(_) | Kind::Rating(_) | Kind::WordCloud(_)) | None => {
            lost::left_out(question, number, report);
            None
        }
    }
}

fn percent(right: bool) -> &'static str {
    if right { "%100%" } else { "%0%" }
}

/// Right options share the points, wrong ones take as much away.
fn weighted(options: &[v1::Option]) -> String {
    let right = options.iter().filter(|option| option.correct).count().max(1);
    let share = 100.0 / f64::from(u32::try_from(right).unwrap_or(u32::MAX));
    // Moodle knows its weights by five decimals.
    let share = (share * 1e5).floor() / 1e5;
    let written = options.iter().map(|option| {
        let sign = if option.correct { "" } else { "-" };
        format!("\n\t~%{sign}{share}%{}", escape(&option.text))
    });
    written.chain(["\n".to_owned()]).collect()
}

/// An arrow in a text would be that of a pair.
fn without_arrow(text: &str, number: u32, report: &mut Report) -> String {
    if text.contains("->") {
        report.warning(
            number,
            "",
            "-> was replaced by \u{2192}, as it has a meaning in the format",
        );
    }
    text.replace("->", "\u{2192}")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (n, c) in text.chars().enumerate() {
        match c {
            '~' | '=' | '#' | '{' | '}' | ':' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            // A bracket in front would name a format.
            '[' if n == 0 => escaped.push_str("[markdown]["),
            c => escaped.push(c),
        }
    }
    escaped
}
