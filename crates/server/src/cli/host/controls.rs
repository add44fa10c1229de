//! What a host's keys mean, given where the game stands.

use trivium_client::proto::v1::{Member, QuizPhase};

use crate::{cli::input::Input, game::Game};

/// Members that can be chosen from at once, by a digit.
pub(super) const CHOICES: usize = 9;

/// What is asked of the server.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action {
    Start,
    /// What comes next, if the game still stands here.
    Advance(QuizPhase),
    Pause,
    Resume,
    Extend,
    Skip(u32),
    Auto(bool),
    Kick(String),
    /// A code by which a phone becomes a second host.
    Remote,
    End,
    /// Nothing: only this program ends.
    Leave,
}

/// What the next key is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asking {
    /// The game.
    #[default]
    Nothing,
    /// Who is to be removed; so many pages on.
    Kick(usize),
    /// Whether to end.
    Quit,
}

/// The state of the keyboard.
#[derive(Debug, Default)]
pub(super) struct Controls {
    pub(super) asking: Asking,
    /// What went wrong last, or nothing.
    pub(super) notice: String,
    leaves: bool,
}

impl Controls {
    /// Whether the program is to end.
    pub(super) const fn leaves(&self) -> bool {
        self.leaves
    }

    /// Takes a key.
    pub(super) fn typed(&mut self, input: &Input, game: &Game) -> Option<Action> {
        let key = match input {
            Input::Line(line) => line.trim().chars().next().unwrap_or(' '),
            Input::Char(c) => c.to_ascii_lowercase(),
            Input::Enter => ' ',
            Input::Escape => '\u{1b}',
            Input::Interrupt => return Some(self.leave()),
            Input::Backspace | Input::Resized => return None,
        };
        match self.asking {
            Asking::Nothing => self.play(key, game),
            Asking::Kick(page) => self.kick(key, page, game),
            Asking::Quit => self.quit(key, game),
        }
    }

    fn play(&mut self, key: char, game: &Game) -> Option<Action> {
        let index = game.prompt.as_ref().map(|prompt| prompt.index);
        match key {
            ' ' | 'n' => match game.phase {
                QuizPhase::Lobby => Some(Action::Start),
                QuizPhase::Starting
                | QuizPhase::Reading
                | QuizPhase::Open
                | QuizPhase::Closed
                | QuizPhase::Revealed
                | QuizPhase::Leaderboard => Some(Action::Advance(game.phase)),
                QuizPhase::Ended => Some(self.leave()),
                QuizPhase::Unspecified => None,
            },
            'p' if game.paused => Some(Action::Resume),
            'p' => Some(Action::Pause),
            'e' => Some(Action::Extend),
            's' => index.map(Action::Skip),
            'a' => Some(Action::Auto(!game.auto_advance)),
            'r' => Some(Action::Remote),
            'k' => {
                self.asking = Asking::Kick(0);
                None
            }
            'q' if game.phase == QuizPhase::Ended => Some(self.leave()),
            'q' => {
                self.asking = Asking::Quit;
                None
            }
            _ => None,
        }
    }

    fn kick(&mut self, key: char, page: usize, game: &Game) -> Option<Action> {
        self.asking = Asking::Nothing;
        if key == ' ' {
            let more = candidates(game).len() > (page + 1) * CHOICES;
            self.asking = Asking::Kick(if more { page + 1 } else { 0 });
            return None;
        }
        let number = usize::try_from(key.to_digit(10)?).ok()?.checked_sub(1)?;
        candidates(game)
            .get(page * CHOICES + number)
            .map(|member| Action::Kick(member.user_id.clone()))
    }

    fn quit(&mut self, key: char, game: &Game) -> Option<Action> {
        self.asking = Asking::Nothing;
        match key {
            'y' if matches!(game.phase, QuizPhase::Lobby | QuizPhase::Unspecified) => Some(self.leave()),
            'y' => Some(Action::End),
            'l' => Some(self.leave()),
            _ => None,
        }
    }

    const fn leave(&mut self) -> Action {
        self.leaves = true;
        Action::Leave
    }
}

/// Who may be removed, in a stable order.
pub(super) fn candidates(game: &Game) -> Vec<&Member> {
    game.players().collect()
}

/// A join code for people, in two halves.
pub(super) fn grouped(code: &str) -> String {
    trivium_api::join_code::display(code)
}

#[cfg(test)]
mod tests {
    use trivium_client::proto::v1::{QuestionPrompt, Role};

    use super::*;

    fn game(phase: QuizPhase) -> Game {
        let mut game = Game {
            phase,
            prompt: Some(QuestionPrompt {
                index: 2,
                ..QuestionPrompt::default()
            }),
            ..Game::default()
        };
        for number in 1..=11 {
            let user_id = format!("u{number:02}");
            game.members.insert(
                user_id.clone(),
                Member {
                    user_id,
                    role: Role::Member.into(),
                    ..Member::default()
                },
            );
        }
        game
    }

    #[test]
    fn keys_mean_what_comes_next() {
        for (phase, keys, action) in [
            (QuizPhase::Lobby, " ", Some(Action::Start)),
            (QuizPhase::Open, " ", Some(Action::Advance(QuizPhase::Open))),
            (QuizPhase::Revealed, "N", Some(Action::Advance(QuizPhase::Revealed))),
            (QuizPhase::Unspecified, " ", None),
            (QuizPhase::Open, "p", Some(Action::Pause)),
            (QuizPhase::Open, "e", Some(Action::Extend)),
            (QuizPhase::Open, "s", Some(Action::Skip(2))),
            (QuizPhase::Open, "a", Some(Action::Auto(true))),
            (QuizPhase::Open, "r", Some(Action::Remote)),
            (QuizPhase::Open, "k3", Some(Action::Kick("u03".to_owned()))),
            (QuizPhase::Open, "k 2", Some(Action::Kick("u11".to_owned()))),
            (QuizPhase::Open, "k  2", Some(Action::Kick("u02".to_owned()))),
            (QuizPhase::Open, "k 9", None),
            (QuizPhase::Open, "kx", None),
            (QuizPhase::Open, "qy", Some(Action::End)),
            (QuizPhase::Open, "qn", None),
            (QuizPhase::Open, "ql", Some(Action::Leave)),
            (QuizPhase::Lobby, "qy", Some(Action::Leave)),
            (QuizPhase::Ended, " ", Some(Action::Leave)),
            (QuizPhase::Open, "x", None),
        ] {
            let (mut controls, game) = (Controls::default(), game(phase));
            let last = keys
                .chars()
                .fold(None, |_, key| controls.typed(&Input::Char(key), &game));
            assert_eq!(last, action, "{keys:?} in {phase:?}");
            assert_eq!(
                controls.leaves(),
                action == Some(Action::Leave),
                "{keys:?} in {phase:?}"
            );
            assert_eq!(controls.asking, Asking::Nothing, "{keys:?} in {phase:?}");
        }
    }

    #[test]
    fn a_pipe_types_lines() {
        let game = game(QuizPhase::Open);
        for (line, action) in [("", Action::Advance(QuizPhase::Open)), ("extend", Action::Extend)] {
            assert_eq!(
                Controls::default().typed(&Input::Line(line.to_owned()), &game),
                Some(action)
            );
        }
        assert_eq!(Controls::default().typed(&Input::Interrupt, &game), Some(Action::Leave));
    }
}
