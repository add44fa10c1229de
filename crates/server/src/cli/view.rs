//! What host and player both draw: the stem, the options, the solution, the ranking.

use trivium_client::proto::v1::{AnswerForm, Distribution, QuestionKind, QuestionPrompt, Solution, Standing};

use crate::{
    game::Game,
    ui::{
        bars,
        style::{Colour, Style},
        text::{clean, cut, fit, width, wrap},
    },
};

/// Rows of a ranking that are drawn.
const ROWS: usize = 10;

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

/// The options as shown, each with shape and letter, those of `marked` with a tick.
pub(super) fn options(kind: QuestionKind, form: &AnswerForm, hidden: &[u32], marked: &[u32], canvas: Canvas) -> Vec<String> {
    let style = canvas.style;
    let mut lines = Vec::new();
    for (position, option) in labels(kind, form).iter().enumerate() {
        let is = |list: &[u32]| list.iter().any(|entry| usize::try_from(*entry) == Ok(position));
        if is(hidden) {
            continue;
        }
        let tick = if is(marked) {
            style.paint(Colour::Green, "✓ ")
        } else {
            "  ".to_owned()
        };
        lines.push(format!(
            "{tick}{}  {}",
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

/// What can be picked; true and false are options too.
pub(super) fn labels(kind: QuestionKind, form: &AnswerForm) -> Vec<String> {
    if kind == QuestionKind::TrueFalse {
        vec!["False".to_owned(), "True".to_owned()]
    } else {
        form.options.clone()
    }
}

/// How the answers were spread: a bar for each option or text, and the solution.
pub(super) fn spread(
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

/// The ranking, the receiver's own row marked and shown even if it is far down.
pub(super) fn ranking(game: &Game, canvas: Canvas) -> Vec<String> {
    let style = canvas.style;
    let best = game
        .standings
        .iter()
        .map(|standing| standing.points_tenths)
        .max()
        .unwrap_or(0)
        .max(1);
    let own = game
        .own
        .as_ref()
        .map(|own| own.user_id.as_str())
        .filter(|user| !user.is_empty());
    let column = (canvas.columns / 3).clamp(8, 24);
    let row = |standing: &Standing| {
        let mine = own == Some(standing.user_id.as_str());
        let bar_columns = canvas.columns.saturating_sub(column + 24).clamp(4, 30);
        let name = fit(&clean(&standing.name), column);
        let name = if mine { style.bold(&name) } else { name };
        let bar = style.paint(
            Colour::Cyan,
            &bars::bar(standing.points_tenths.into(), best.into(), bar_columns),
        );
        let mark = if mine { "➤" } else { " " };
        format!(
            "{mark}{:>4} {} {name} {bar} {:>7}",
            place(standing.rank),
            moved(standing, style),
            points(standing.points_tenths)
        )
    };
    let mut lines: Vec<String> = game.standings.iter().take(ROWS).map(row).collect();
    let shown = game
        .standings
        .iter()
        .take(ROWS)
        .any(|standing| own == Some(standing.user_id.as_str()));
    lines.extend(game.own.iter().filter(|_| !shown).map(row));
    if !game.team_standings.is_empty() {
        lines.push(String::new());
        lines.extend(game.team_standings.iter().take(ROWS).map(row));
    }
    lines
}

/// The three steps of the podium; equal ranks share a step.
pub(super) fn podium(game: &Game, canvas: Canvas) -> Vec<String> {
    let mut lines = Vec::new();
    for (rank, sign) in [(1, "1st"), (2, "2nd"), (3, "3rd")] {
        let names: Vec<String> = game
            .standings
            .iter()
            .filter(|standing| standing.rank == rank)
            .map(|standing| clean(&standing.name))
            .collect();
        if let Some(first) = game.standings.iter().find(|standing| standing.rank == rank) {
            let line = cut(
                &format!("{sign}  {}  {}", names.join(" & "), points(first.points_tenths)),
                canvas.columns,
            );
            lines.push(if rank == 1 { canvas.style.bold(&line) } else { line });
        }
    }
    lines
}

/// Points for people: tenths only where there are some, as in teams.
pub(super) fn points(tenths: u32) -> String {
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

fn place(rank: u32) -> String {
    format!("{rank}.")
}

fn moved(standing: &Standing, style: Style) -> String {
    match (standing.previous_rank, standing.rank) {
        (0, _) => " ".to_owned(),
        (before, now) if now < before => style.paint(Colour::Green, "▲"),
        (before, now) if now > before => style.paint(Colour::Red, "▼"),
        (_, _) => "=".to_owned(),
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
        assert_eq!(drawn, ["✓ ▲ A  Paris", "  ◆ B  Rome[2J"]);
        let drawn = options(QuestionKind::TrueFalse, &AnswerForm::default(), &[], &[], CANVAS);
        assert_eq!(drawn, ["  ▲ A  False", "  ◆ B  True"]);
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

    #[test]
    fn the_own_row_is_shown_however_far_down() {
        let standing = |rank: u32| Standing {
            user_id: format!("u{rank}"),
            name: format!("N{rank}"),
            rank,
            points_tenths: 1_000 - rank * 10,
            ..Standing::default()
        };
        let game = Game {
            standings: (1..=20).map(standing).collect(),
            own: Some(standing(17)),
            ..Game::default()
        };
        let drawn = ranking(&game, CANVAS);
        assert_eq!(drawn.len(), ROWS + 1);
        assert!(drawn[ROWS].starts_with("➤ 17.   N17"), "{}", drawn[ROWS]);
        assert!(drawn.iter().all(|line| width(line) <= CANVAS.columns), "{drawn:#?}");
    }

    #[test]
    fn equal_ranks_share_a_step() {
        let standing = |name: &str, rank| Standing {
            name: name.to_owned(),
            rank,
            points_tenths: 125,
            ..Standing::default()
        };
        let game = Game {
            standings: vec![
                standing("Ana", 1),
                standing("Ben", 2),
                standing("Cleo", 2),
                standing("Dan", 4),
            ],
            ..Game::default()
        };
        assert_eq!(podium(&game, CANVAS), ["1st  Ana  12.5", "2nd  Ben & Cleo  12.5"]);
    }
}
