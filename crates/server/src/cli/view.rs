//! What host and player both draw: the stem, the options, the time left, and in the modules below the solution and the ranking.

mod ranking;
mod spread;

use trivium_client::proto::v1::{AnswerForm, QuestionKind, QuestionPrompt, QuizPhase};

pub(super) use self::{
    ranking::{podium, points, ranking},
    spread::spread,
};
use crate::{
    game::Game,
    ui::{
        bars,
        style::{Colour, Style},
        text::{clean, cut, width, wrap},
    },
};

/// Where and how to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canvas {
    /// Columns.
    pub columns: usize,
    /// Colours.
    pub style: Style,
    /// The server's clock.
    pub now_ms: i64,
}

/// A line across, with a title in it.
pub(super) fn rule(title: &str, canvas: Canvas) -> String {
    let title = cut(&clean(title), canvas.columns.saturating_sub(6));
    let rest = canvas.columns.saturating_sub(width(&title) + 4);
    format!("── {} {}", canvas.style.bold(&title), "─".repeat(rest))
}

/// Number, stem and what it is worth.
pub(super) fn stem(prompt: &QuestionPrompt, canvas: Canvas) -> Vec<String> {
    let worth = match prompt.points {
        0 => String::new(),
        points => format!(" · {points} points"),
    };
    let head = format!(
        "Question {} of {}{worth} · {}",
        prompt.index + 1,
        prompt.count,
        ask(prompt.kind())
    );
    let mut lines = vec![
        canvas.style.paint(Colour::Dim, &cut(&head, canvas.columns)),
        String::new(),
    ];
    lines.extend(
        wrap(&clean(&prompt.text), canvas.columns)
            .iter()
            .map(|line| canvas.style.bold(line)),
    );
    lines
}

/// What a kind of question asks for.
const fn ask(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Unspecified | QuestionKind::SingleChoice => "pick one",
        QuestionKind::MultipleChoice => "pick all that are right",
        QuestionKind::TrueFalse => "true or false",
        QuestionKind::TextEntry => "type the answer",
        QuestionKind::NumberEntry | QuestionKind::RangeEntry => "type a number",
        QuestionKind::Ordering => "put in order",
        QuestionKind::Matching => "find the pairs",
        QuestionKind::Poll => "your opinion: pick one",
        QuestionKind::MultiplePoll => "your opinion: pick any",
        QuestionKind::Rating => "your opinion: rate",
        QuestionKind::WordCloud => "your words",
    }
}

/// The options as shown, each with shape and letter, those of `marked` with an arrow.
pub(super) fn options(
    kind: QuestionKind,
    form: &AnswerForm,
    hidden: &[u32],
    marked: &[u32],
    canvas: Canvas,
) -> Vec<String> {
    let style = canvas.style;
    let mut lines = Vec::new();
    for (position, option) in labels(kind, form).iter().enumerate() {
        let is = |list: &[u32]| list.iter().any(|entry| usize::try_from(*entry) == Ok(position));
        if is(hidden) {
            continue;
        }
        let arrow = if is(marked) {
            style.bold("➤ ")
        } else {
            "  ".to_owned()
        };
        lines.push(format!(
            "{arrow}{}  {}",
            style.option(position),
            cut(&clean(option), canvas.columns.saturating_sub(8))
        ));
    }
    if !form.matches.is_empty() {
        lines.push(String::new());
        let right = |(position, text): (usize, &String)| {
            format!(
                "    {}  {}",
                position + 1,
                cut(&clean(text), canvas.columns.saturating_sub(8))
            )
        };
        lines.extend(form.matches.iter().enumerate().map(right));
    }
    let unit = if form.unit.is_empty() {
        String::new()
    } else {
        format!(" {}", clean(&form.unit))
    };
    match kind {
        QuestionKind::RangeEntry => lines.push(format!("  from {} to {}{unit}", form.min, form.max)),
        QuestionKind::NumberEntry if !unit.is_empty() => lines.push(format!("  in{unit}")),
        QuestionKind::Rating => {
            lines.push(format!(
                "  1 {} … {} {}",
                clean(&form.low_label),
                form.limit,
                clean(&form.high_label)
            ));
        }
        QuestionKind::WordCloud => lines.push(format!("  at most {} words", form.limit)),
        QuestionKind::Unspecified
        | QuestionKind::SingleChoice
        | QuestionKind::MultipleChoice
        | QuestionKind::TrueFalse
        | QuestionKind::TextEntry
        | QuestionKind::NumberEntry
        | QuestionKind::Ordering
        | QuestionKind::Matching
        | QuestionKind::Poll
        | QuestionKind::MultiplePoll => {}
    }
    lines
}

/// The bar of the deadline that runs, if one does.
pub(super) fn clock(game: &Game, canvas: Canvas) -> Option<String> {
    let (from, until) = match game.phase {
        QuizPhase::Starting | QuizPhase::Reading => game.phase_span,
        QuizPhase::Open if canvas.now_ms < game.open_span.0 => return Some("Options in a moment".to_owned()),
        QuizPhase::Open => game.open_span,
        QuizPhase::Unspecified
        | QuizPhase::Lobby
        | QuizPhase::Closed
        | QuizPhase::Revealed
        | QuizPhase::Leaderboard
        | QuizPhase::Ended => return None,
    };
    if game.paused {
        return Some(canvas.style.paint(Colour::Yellow, "‖ Paused"));
    }
    (until > 0).then(|| bars::countdown(canvas.now_ms, from, until, canvas.columns, canvas.style))
}

/// What can be picked; true and false are options too.
pub(super) fn labels(kind: QuestionKind, form: &AnswerForm) -> Vec<String> {
    if kind == QuestionKind::TrueFalse {
        vec!["False".to_owned(), "True".to_owned()]
    } else {
        form.options.clone()
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
    fn options_have_shape_and_letter_and_hidden_ones_are_gone() {
        let form = AnswerForm {
            options: strings(&["Paris", "Rome\u{1b}[2J", "Oslo"]),
            ..AnswerForm::default()
        };
        let drawn = options(QuestionKind::SingleChoice, &form, &[2], &[0], CANVAS);
        assert_eq!(drawn, ["➤ ▲ A  Paris", "  ◆ B  Rome[2J"]);
        let drawn = options(QuestionKind::TrueFalse, &AnswerForm::default(), &[], &[], CANVAS);
        assert_eq!(drawn, ["  ▲ A  False", "  ◆ B  True"]);
    }
}
