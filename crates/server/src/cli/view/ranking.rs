//! Rankings and the podium.

use trivium_client::proto::v1::Standing;

use super::Canvas;
use crate::{
    game::Game,
    ui::{
        bars,
        style::{Colour, Style},
        text::{clean, cut, fit},
    },
};

/// Rows of a ranking that are drawn.
const ROWS: usize = 10;

/// The ranking, the receiver's own row marked and shown even if it is far down.
pub(in crate::cli) fn ranking(game: &Game, canvas: Canvas) -> Vec<String> {
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
pub(in crate::cli) fn podium(game: &Game, canvas: Canvas) -> Vec<String> {
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
pub(in crate::cli) fn points(tenths: u32) -> String {
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
    use crate::ui::text::width;

    const CANVAS: Canvas = Canvas {
        columns: 60,
        style: Style::PLAIN,
        now_ms: 0,
    };

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
