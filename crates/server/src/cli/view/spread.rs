//! How the answers were spread, and what was right.

use trivium_client::proto::v1::{AnswerForm, Distribution, QuestionKind, QuestionPrompt, Solution};

use super::{Canvas, labels};
use crate::ui::{
    bars,
    style::{Colour, Style},
    text::{clean, cut, fit, width},
};

/// Texts and numbers that are shown, the most frequent ones.
const ROWS: usize = 10;

/// How the answers were spread: a bar for each option or text, and the solution.
pub(in crate::cli) fn spread(
    prompt: &QuestionPrompt,
    form: &AnswerForm,
    solution: &Solution,
    spread: &Distribution,
    canvas: Canvas,
) -> Vec<String> {
    let style = canvas.style;
    let kind = prompt.kind();
    let names: Vec<String> = if kind == QuestionKind::Rating {
        (1..=form.limit).map(|step| step.to_string()).collect()
    } else {
        labels(kind, form)
    };
    let right = |position: usize| {
        let picked = matches!(kind, QuestionKind::SingleChoice | QuestionKind::MultipleChoice);
        (picked
            && solution
                .positions
                .iter()
                .any(|one| usize::try_from(*one) == Ok(position)))
            || (kind == QuestionKind::TrueFalse && position == usize::from(solution.truth))
    };
    let column = names
        .iter()
        .map(|name| width(&clean(name)))
        .max()
        .unwrap_or(0)
        .min(canvas.columns / 2);
    let bar_columns = canvas.columns.saturating_sub(column + 16).clamp(5, 40);
    let most = spread.counts.iter().copied().max().unwrap_or(0).max(1);
    let mut lines = Vec::new();
    for (position, (name, count)) in names.iter().zip(&spread.counts).enumerate() {
        let bar = bars::bar((*count).into(), most.into(), bar_columns);
        let bar = style.paint(Style::option_colour(position), &bar);
        let tick = if right(position) {
            style.paint(Colour::Green, "✓")
        } else {
            " ".to_owned()
        };
        lines.push(format!(
            "{tick} {}  {} {bar} {count}",
            style.option(position),
            fit(&clean(name), column)
        ));
    }
    for text in spread.texts.iter().take(ROWS) {
        lines.push(format!(
            "  {:>4} × {}",
            text.count,
            cut(&clean(&text.text), canvas.columns.saturating_sub(9))
        ));
    }
    lines.extend(answer_key(kind, form, solution).map(|key| {
        format!(
            "{} {}",
            style.paint(Colour::Green, "✓"),
            cut(&clean(&key), canvas.columns.saturating_sub(2))
        )
    }));
    lines
}

/// The solution in words, where ticks at the options do not say it.
fn answer_key(kind: QuestionKind, form: &AnswerForm, solution: &Solution) -> Option<String> {
    let shown = |list: &[String], position: u32| {
        usize::try_from(position)
            .ok()
            .and_then(|position| list.get(position))
            .cloned()
            .unwrap_or_default()
    };
    match kind {
        QuestionKind::TextEntry => Some(solution.accepted.join(" / ")),
        QuestionKind::NumberEntry if solution.tolerance > 0.0 => Some(format!(
            "{} ± {} {}",
            solution.number_min, solution.tolerance, form.unit
        )),
        QuestionKind::NumberEntry => Some(format!("{} {}", solution.number_min, form.unit)),
        QuestionKind::RangeEntry => Some(format!(
            "{} to {} {}",
            solution.number_min, solution.number_max, form.unit
        )),
        QuestionKind::Ordering => {
            let items: Vec<String> = solution
                .positions
                .iter()
                .map(|position| shown(&form.options, *position))
                .collect();
            Some(items.join(" → "))
        }
        QuestionKind::Matching => {
            let pair = |(left, right): (&String, &u32)| format!("{left} = {}", shown(&form.matches, *right));
            Some(
                form.options
                    .iter()
                    .zip(&solution.positions)
                    .map(pair)
                    .collect::<Vec<_>>()
                    .join(", "),
            )
        }
        QuestionKind::Unspecified
        | QuestionKind::SingleChoice
        | QuestionKind::MultipleChoice
        | QuestionKind::TrueFalse
        | QuestionKind::Poll
        | QuestionKind::MultiplePoll
        | QuestionKind::Rating
        | QuestionKind::WordCloud => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANVAS: Canvas = Canvas {
        columns: 60,
        style: Style::PLAIN,
        now_ms: 0,
    };

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_spread_ticks_what_is_right() {
        let prompt = QuestionPrompt {
            kind: QuestionKind::SingleChoice.into(),
            ..QuestionPrompt::default()
        };
        let form = AnswerForm {
            options: strings(&["Paris", "Rome"]),
            ..AnswerForm::default()
        };
        let solution = Solution {
            positions: vec![1],
            ..Solution::default()
        };
        let given = Distribution {
            answered: 3,
            correct: 2,
            counts: vec![1, 2],
            texts: Vec::new(),
        };
        let drawn = spread(&prompt, &form, &solution, &given, Canvas { columns: 30, ..CANVAS });
        assert_eq!(drawn, ["  ▲ A  Paris ████▌     1", "✓ ◆ B  Rome  █████████ 2"]);
    }

    #[test]
    fn solutions_without_options_are_said_in_words() {
        let form = AnswerForm {
            options: strings(&["b", "a"]),
            matches: strings(&["2", "1"]),
            unit: "km".to_owned(),
            ..AnswerForm::default()
        };
        let solution = Solution {
            positions: vec![1, 0],
            accepted: strings(&["x", "y"]),
            number_min: 3.5,
            number_max: 4.0,
            tolerance: 0.5,
            ..Solution::default()
        };
        for (kind, said) in [
            (QuestionKind::TextEntry, Some("x / y")),
            (QuestionKind::NumberEntry, Some("3.5 ± 0.5 km")),
            (QuestionKind::RangeEntry, Some("3.5 to 4 km")),
            (QuestionKind::Ordering, Some("a → b")),
            (QuestionKind::Matching, Some("b = 1, a = 2")),
            (QuestionKind::Poll, None),
        ] {
            assert_eq!(answer_key(kind, &form, &solution).as_deref(), said, "{kind:?}");
        }
    }
}
