//! The host's screen, which may be a projector: a pure function of the game, the keyboard and the clock.

use trivium_client::proto::v1::QuizPhase;

use super::controls::{Asking, CHOICES, Controls, candidates, grouped};
use crate::{
    cli::view::{Canvas, clock, options, podium, ranking, rule, spread, stem},
    game::Game,
    ui::{
        letters::big,
        qr,
        style::Colour,
        text::{clean, cut, fit, width, wrap},
    },
};

/// All lines, from the first row on.
pub(super) fn lines(game: &Game, controls: &Controls, link: &str, rows: usize, canvas: Canvas) -> Vec<String> {
    let title = if game.title.is_empty() {
        &game.room.title
    } else {
        &game.title
    };
    let mut lines = vec![
        rule(&format!("{title} · {}", grouped(&game.room.join_code)), canvas),
        String::new(),
    ];
    match game.phase {
        QuizPhase::Unspecified | QuizPhase::Lobby => lines.extend(lobby(game, link, rows, canvas)),
        QuizPhase::Starting => lines.extend([canvas.style.bold("Get ready"), String::new()]),
        QuizPhase::Reading | QuizPhase::Open | QuizPhase::Closed => lines.extend(question(game, canvas)),
        QuizPhase::Revealed => lines.extend(revealed(game, canvas)),
        QuizPhase::Leaderboard => lines.extend(ranking(game, canvas)),
        QuizPhase::Ended => {
            lines.extend(podium(game, canvas));
            lines.push(String::new());
            lines.extend(ranking(game, canvas));
        }
    }
    lines.extend(clock(game, canvas));
    lines.truncate(rows.saturating_sub(3));
    lines.push(String::new());
    lines.push(
        canvas
            .style
            .paint(Colour::Yellow, &cut(&controls.notice, canvas.columns)),
    );
    lines.push(cut(&keys(game, controls), canvas.columns));
    lines
}

fn lobby(game: &Game, link: &str, rows: usize, canvas: Canvas) -> Vec<String> {
    let mut left: Vec<String> = vec!["Join with the code".to_owned(), String::new()];
    let code = big(&grouped(&game.room.join_code));
    let code_width = code.iter().map(|line| width(line)).max().unwrap_or(0);
    if code_width <= canvas.columns {
        left.extend(code.iter().map(|line| canvas.style.bold(line)));
    } else {
        left.push(canvas.style.bold(&grouped(&game.room.join_code)));
    }
    left.extend([String::new(), cut(link, canvas.columns), String::new()]);
    let players: Vec<String> = game.players().map(|member| clean(&member.nickname)).collect();
    left.push(match players.len() {
        0 => "Nobody is here yet".to_owned(),
        1 => canvas.style.bold("1 player"),
        count => canvas.style.bold(&format!("{count} players")),
    });
    // The code stands beside the players where there is room, else it is left out.
    let qr = qr::lines(link).filter(|qr| qr.len() + 5 <= rows);
    let qr_width = qr.as_ref().and_then(|qr| qr.first()).map_or(0, |line| width(line) + 3);
    let beside = canvas
        .columns
        .checked_sub(qr_width)
        .filter(|columns| *columns >= code_width.max(20));
    let columns = beside.unwrap_or(canvas.columns);
    left.extend(wrap(&players.join(", "), columns));
    match (qr, beside) {
        (Some(qr), Some(columns)) => side_by_side(&left, &qr, columns, canvas),
        (Some(_) | None, Some(_) | None) => left,
    }
}

fn side_by_side(left: &[String], right: &[String], columns: usize, canvas: Canvas) -> Vec<String> {
    let plain = |line: &str| {
        // Escape codes take no columns.
        let extra = if canvas.style.colour {
            line.len() - strip(line).len()
        } else {
            0
        };
        fit(line, columns + extra)
    };
    let row = |number: usize| {
        let (left, right) = (
            left.get(number).map_or("", String::as_str),
            right.get(number).map_or("", String::as_str),
        );
        format!("{}{right}", plain(left)).trim_end().to_owned()
    };
    (0..left.len().max(right.len())).map(row).collect()
}

/// The text without escape codes of colours.
fn strip(text: &str) -> String {
    let mut kept = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(|c| *c == 'm');
        } else {
            kept.push(c);
        }
    }
    kept
}

fn question(game: &Game, canvas: Canvas) -> Vec<String> {
    let Some(prompt) = &game.prompt else { return Vec::new() };
    let mut lines = stem(prompt, canvas);
    lines.push(String::new());
    if let Some(form) = game.form.as_ref().filter(|_| canvas.now_ms >= game.open_span.0) {
        lines.extend(options(prompt.kind(), form, &[], &[], canvas));
    }
    lines.push(String::new());
    match game.phase {
        QuizPhase::Open => {
            let away = game.away.len();
            let away = if away == 0 {
                String::new()
            } else {
                format!(" · {away} away")
            };
            lines.push(format!("{} of {} answered{away}", game.answered.0, game.answered.1));
        }
        QuizPhase::Closed => lines.push(canvas.style.bold(&format!(
            "Time's up · {} of {} answered",
            game.answered.0, game.answered.1
        ))),
        QuizPhase::Unspecified
        | QuizPhase::Lobby
        | QuizPhase::Starting
        | QuizPhase::Reading
        | QuizPhase::Revealed
        | QuizPhase::Leaderboard
        | QuizPhase::Ended => {}
    }
    lines
}

fn revealed(game: &Game, canvas: Canvas) -> Vec<String> {
    let (Some(prompt), Some((solution, given, _))) = (&game.prompt, game.revealed()) else {
        return Vec::new();
    };
    let form = game.form.clone().unwrap_or_default();
    let mut lines = stem(prompt, canvas);
    lines.push(String::new());
    lines.extend(spread(prompt, &form, solution, given, canvas));
    lines.push(String::new());
    let share = |part: u32| (part * 100).checked_div(given.answered).unwrap_or(0);
    let right = match prompt.points {
        0 => String::new(),
        _ => format!(", {} right ({} %)", given.correct, share(given.correct)),
    };
    lines.push(format!("{} answered{right}", given.answered));
    if let Some(reveal) = &game.reveal {
        if !reveal.fastest_user_id.is_empty() {
            lines.push(format!(
                "First to be right: {}",
                clean(game.nickname(&reveal.fastest_user_id))
            ));
        }
        if !reveal.explanation.is_empty() {
            lines.push(String::new());
            lines.extend(wrap(&clean(&reveal.explanation), canvas.columns));
        }
    }
    lines
}

fn keys(game: &Game, controls: &Controls) -> String {
    match controls.asking {
        Asking::Quit => "Quit?  y end the game   l leave it running   any other key stay".to_owned(),
        Asking::Kick(page) => {
            let all = candidates(game);
            let shown = all.iter().skip(page * CHOICES).take(CHOICES).enumerate();
            let names: Vec<String> = shown
                .map(|(number, member)| format!("{} {}", number + 1, clean(&member.nickname)))
                .collect();
            format!("Remove whom?  {}   Space more   Esc nobody", names.join("  "))
        }
        Asking::Nothing if game.phase == QuizPhase::Ended => "Space leave".to_owned(),
        Asking::Nothing => {
            let next = if game.phase == QuizPhase::Lobby {
                "start"
            } else {
                "next"
            };
            let pause = if game.paused { "go on" } else { "pause" };
            let auto = if game.auto_advance { "by hand" } else { "automatic" };
            format!("Space {next}   p {pause}   e +10 s   s skip   a {auto}   k remove   r remote   q quit")
        }
    }
}

#[cfg(test)]
mod tests {
    use trivium_client::proto::v1::{AnswerForm, Member, QuestionKind, QuestionPrompt, Role, Room};

    use super::*;
    use crate::ui::style::Style;

    const CANVAS: Canvas = Canvas {
        columns: 100,
        style: Style::PLAIN,
        now_ms: 5_000,
    };

    fn game(phase: QuizPhase) -> Game {
        let member = |id: &str| {
            (
                id.to_owned(),
                Member {
                    nickname: id.to_uppercase(),
                    role: Role::Member.into(),
                    ..Member::default()
                },
            )
        };
        Game {
            phase,
            title: "Rivers".to_owned(),
            room: Room {
                join_code: "ABCD2345".to_owned(),
                ..Room::default()
            },
            members: ["ana", "ben"].map(member).into(),
            prompt: Some(QuestionPrompt {
                index: 0,
                count: 3,
                text: "Longest?".to_owned(),
                kind: QuestionKind::SingleChoice.into(),
                ..QuestionPrompt::default()
            }),
            form: Some(AnswerForm {
                options: vec!["Nile".to_owned(), "Amazon".to_owned()],
                ..AnswerForm::default()
            }),
            open_span: (4_000, 14_000),
            answered: (1, 2),
            ..Game::default()
        }
    }

    fn drawn(game: &Game, rows: usize, canvas: Canvas) -> String {
        lines(
            game,
            &Controls::default(),
            "http://127.0.0.1:8080/?code=ABCD2345",
            rows,
            canvas,
        )
        .join("\n")
    }

    #[test]
    fn the_lobby_shows_code_link_players_and_a_qr_code_where_there_is_room() {
        let lobby = game(QuizPhase::Lobby);
        let large = drawn(&lobby, 40, CANVAS);
        for expected in [
            "ABCD-2345",
            "?code=ABCD2345",
            "2 players",
            "ANA, BEN",
            "Space start",
            "██ ▄▄▄▄▄ ██",
        ] {
            assert!(large.contains(expected), "{expected} in\n{large}");
        }
        let small = drawn(&lobby, 15, Canvas { columns: 40, ..CANVAS });
        assert!(!small.contains("██ ▄▄▄▄▄ ██"), "{small}");
        assert!(lines(&lobby, &Controls::default(), "http://x/?code=ABCD2345", 15, CANVAS).len() <= 15);
    }

    #[test]
    fn an_open_question_shows_options_progress_and_the_time_left() {
        let open = drawn(&game(QuizPhase::Open), 40, CANVAS);
        for expected in ["Question 1 of 3", "Longest?", "▲ A  Nile", "1 of 2 answered", "  9 s"] {
            assert!(open.contains(expected), "{expected} in\n{open}");
        }
        let before = drawn(
            &game(QuizPhase::Open),
            40,
            Canvas {
                now_ms: 3_999,
                ..CANVAS
            },
        );
        assert!(
            !before.contains("Nile"),
            "options appear at the opening, not before:\n{before}"
        );
    }

    #[test]
    fn colours_do_not_move_the_qr_code() {
        let lobby = game(QuizPhase::Lobby);
        let plain = drawn(&lobby, 40, CANVAS);
        let coloured = drawn(
            &lobby,
            40,
            Canvas {
                style: Style { colour: true },
                ..CANVAS
            },
        );
        assert_eq!(strip(&coloured), plain);
    }
}
