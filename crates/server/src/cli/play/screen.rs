//! The player's screen: a pure function of the game, the keyboard and the clock.

use trivium_client::proto::v1::{Member, PlayerResult, QuizPhase, Verdict};

use super::pad::{Pad, Sent, takes_one_key};
use crate::{
    cli::{
        telling::verdict,
        view::{Canvas, clock, options, podium, points, ranking, rule, spread, stem},
    },
    game::Game,
    ui::{
        style::Colour,
        text::{clean, cut, wrap},
    },
};

/// All lines, from the first row on.
pub(super) fn lines(game: &Game, me: &Member, pad: &Pad, rows: usize, canvas: Canvas) -> Vec<String> {
    let title = if game.title.is_empty() {
        &game.room.title
    } else {
        &game.title
    };
    let mut lines = vec![rule(&format!("{title} · {}", me.nickname), canvas), String::new()];
    match game.phase {
        QuizPhase::Unspecified | QuizPhase::Lobby => {
            lines.push(canvas.style.bold("You're in. Look up."));
            lines.push(match game.players().count() {
                1 => "1 player is here".to_owned(),
                count => format!("{count} players are here"),
            });
        }
        QuizPhase::Starting => lines.push(canvas.style.bold("Get ready")),
        QuizPhase::Reading | QuizPhase::Open | QuizPhase::Closed => lines.extend(question(game, pad, canvas)),
        QuizPhase::Revealed => lines.extend(revealed(game, canvas)),
        QuizPhase::Leaderboard => lines.extend(ranking(game, canvas)),
        QuizPhase::Ended => lines.extend(end(game, canvas)),
    }
    lines.push(String::new());
    lines.extend(clock(game, canvas));
    lines.truncate(rows.saturating_sub(2));
    lines.push(String::new());
    lines.push(canvas.style.paint(Colour::Yellow, &cut(&pad.notice, canvas.columns)));
    lines
}

fn question(game: &Game, pad: &Pad, canvas: Canvas) -> Vec<String> {
    let Some(prompt) = &game.prompt else { return Vec::new() };
    let style = canvas.style;
    let mut lines = stem(prompt, canvas);
    lines.push(String::new());
    if let Some(form) = game.form.as_ref().filter(|_| canvas.now_ms >= game.open_span.0) {
        lines.extend(options(
            prompt.kind(),
            form,
            &game.hidden_options,
            &pad.picked(prompt.kind()),
            canvas,
        ));
        lines.push(String::new());
    }
    lines.push(match (&pad.sent, game.phase) {
        (Sent::Accepted(ms), _) => style.paint(
            Colour::Green,
            &format!("Locked after {}.{} s ✓", ms / 1_000, ms % 1_000 / 100),
        ),
        (Sent::Waiting, _) => "Sending… kept safe".to_owned(),
        (Sent::Refused(why), _) => style.paint(Colour::Red, &cut(why, canvas.columns)),
        (Sent::Nothing, _) if game.own_answered => style.paint(Colour::Green, "Locked ✓"),
        (Sent::Nothing, QuizPhase::Closed) => style.paint(Colour::Red, "Too late"),
        (Sent::Nothing, QuizPhase::Open) if canvas.now_ms < game.open_span.0 => String::new(),
        (Sent::Nothing, QuizPhase::Open) if takes_one_key(prompt.kind()) => "Press a letter".to_owned(),
        (Sent::Nothing, QuizPhase::Open) => format!("> {}▏   Return sends", clean(&pad.text)),
        (Sent::Nothing, _) => "Get ready".to_owned(),
    });
    lines
}

fn revealed(game: &Game, canvas: Canvas) -> Vec<String> {
    let (Some(prompt), Some((solution, given, own))) = (&game.prompt, game.revealed()) else {
        return Vec::new();
    };
    let form = game.form.clone().unwrap_or_default();
    let mut lines = own.map_or_else(Vec::new, |own| result(own, canvas));
    lines.extend(stem(prompt, canvas));
    lines.push(String::new());
    lines.extend(spread(prompt, &form, solution, given, canvas));
    if let Some(reveal) = game.reveal.as_ref().filter(|reveal| !reveal.explanation.is_empty()) {
        lines.push(String::new());
        lines.extend(wrap(&clean(&reveal.explanation), canvas.columns));
    }
    lines
}

/// Why this score.
fn result(own: &PlayerResult, canvas: Canvas) -> Vec<String> {
    let (sign, colour) = match own.verdict() {
        Verdict::Correct => ("✓", Colour::Green),
        Verdict::Partial => ("≈", Colour::Yellow),
        Verdict::Incorrect | Verdict::Missed => ("✗", Colour::Red),
        Verdict::Absent | Verdict::Unscored | Verdict::Unspecified => ("·", Colour::Dim),
    };
    let points = match (own.points, own.streak_bonus) {
        (0, 0) => String::new(),
        (points, 0) => format!("   +{points} points"),
        (points, bonus) => format!("   +{points} points +{bonus} for {} in a row", own.streak),
    };
    let line = format!("{sign} {}{points}", verdict(own.verdict()));
    let standing = format!("{} points · rank {}", own.total, own.rank);
    vec![
        canvas.style.paint(colour, &line),
        canvas.style.bold(&standing),
        String::new(),
    ]
}

fn end(game: &Game, canvas: Canvas) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(own) = &game.own {
        let line = format!(
            "You are number {} of {} with {} points",
            own.rank,
            game.player_count,
            points(own.points_tenths)
        );
        lines.extend([canvas.style.bold(&line), String::new()]);
    }
    lines.extend(podium(game, canvas));
    lines.push(String::new());
    lines.extend(ranking(game, canvas));
    lines.push(String::new());
    lines.push("Return leaves".to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use trivium_client::proto::v1::{
        Answer, AnswerForm, Distribution, QuestionKind, QuestionPrompt, QuestionRevealed, Solution, Standing,
        answer::Value,
    };

    use super::*;
    use crate::ui::style::Style;

    const CANVAS: Canvas = Canvas {
        columns: 60,
        style: Style::PLAIN,
        now_ms: 5_000,
    };

    fn drawn(game: &Game, pad: &Pad) -> String {
        let me = Member {
            nickname: "Ana".to_owned(),
            ..Member::default()
        };
        lines(game, &me, pad, 30, CANVAS).join("\n")
    }

    fn game(phase: QuizPhase, kind: QuestionKind) -> Game {
        Game {
            phase,
            prompt: Some(QuestionPrompt {
                count: 1,
                text: "Why?".to_owned(),
                kind: kind.into(),
                ..QuestionPrompt::default()
            }),
            form: Some(AnswerForm {
                options: vec!["x".to_owned(), "y".to_owned()],
                ..AnswerForm::default()
            }),
            open_span: (1_000, 9_000),
            ..Game::default()
        }
    }

    #[test]
    fn nobody_is_left_in_doubt_about_an_answer() {
        let pad = |sent| Pad { sent, ..Pad::default() };
        for (phase, sent, said) in [
            (QuizPhase::Open, Sent::Nothing, "Press a letter"),
            (QuizPhase::Open, Sent::Waiting, "Sending… kept safe"),
            (QuizPhase::Open, Sent::Accepted(4_230), "Locked after 4.2 s ✓"),
            (QuizPhase::Closed, Sent::Accepted(4_230), "Locked after 4.2 s ✓"),
            (QuizPhase::Closed, Sent::Nothing, "Too late"),
            (QuizPhase::Open, Sent::Refused("no".to_owned()), "no"),
        ] {
            let drawn = drawn(&game(phase, QuestionKind::SingleChoice), &pad(sent));
            assert!(drawn.contains(said), "{said} in\n{drawn}");
        }
        let typing = Pad {
            text: "12".to_owned(),
            ..Pad::default()
        };
        assert!(drawn(&game(QuizPhase::Open, QuestionKind::NumberEntry), &typing).contains("> 12▏"));
        let picking = Pad {
            text: "b".to_owned(),
            ..Pad::default()
        };
        assert!(drawn(&game(QuizPhase::Open, QuestionKind::MultipleChoice), &picking).contains("➤ ◆ B  y"));
        let locked = Pad {
            answer: Some(Answer {
                value: Some(Value::Choice(0)),
            }),
            sent: Sent::Accepted(100),
            ..Pad::default()
        };
        assert!(drawn(&game(QuizPhase::Open, QuestionKind::SingleChoice), &locked).contains("➤ ▲ A  x"));
    }

    #[test]
    fn the_score_is_explained() {
        let own = PlayerResult {
            verdict: Verdict::Correct.into(),
            points: 873,
            streak_bonus: 100,
            streak: 2,
            total: 1_973,
            rank: 3,
            ..PlayerResult::default()
        };
        let reveal = QuestionRevealed {
            own: Some(own),
            distribution: Some(Distribution::default()),
            solution: Some(Solution::default()),
            explanation: "Because.".to_owned(),
            ..QuestionRevealed::default()
        };
        let game = Game {
            reveal: Some(reveal),
            ..game(QuizPhase::Revealed, QuestionKind::SingleChoice)
        };
        let drawn = drawn(&game, &Pad::default());
        for said in [
            "✓ Right   +873 points +100 for 2 in a row",
            "1973 points · rank 3",
            "Because.",
        ] {
            assert!(drawn.contains(said), "{said} in\n{drawn}");
        }
    }

    #[test]
    fn the_end_says_the_own_place() {
        let own = Standing {
            rank: 7,
            points_tenths: 12_340,
            name: "Ana".to_owned(),
            ..Standing::default()
        };
        let game = Game {
            own: Some(own),
            player_count: 20,
            ..game(QuizPhase::Ended, QuestionKind::Poll)
        };
        assert!(drawn(&game, &Pad::default()).contains("You are number 7 of 20 with 1234 points"));
    }
}
