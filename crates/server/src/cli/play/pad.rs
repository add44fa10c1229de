//! The player's keyboard: one key where one key is enough, a line and Return where it is not.

use trivium_client::proto::v1::{Answer, QuestionKind, answer::Value};

use super::answer;
use crate::{cli::input::Input, game::Game};

/// Longest line that is typed.
const MAX_TEXT: usize = 200;

/// What became of the answer to the question on show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Sent {
    /// There is none yet.
    #[default]
    Nothing,
    /// On its way.
    Waiting,
    /// Taken, after so many milliseconds.
    Accepted(u32),
    /// Not taken, and why.
    Refused(String),
}

/// The state of the keyboard.
#[derive(Debug, Default)]
pub(super) struct Pad {
    /// What is typed and not sent.
    pub(super) text: String,
    /// What is wrong with it, or with the connection.
    pub(super) notice: String,
    pub(super) sent: Sent,
    /// The answer that was sent.
    pub(super) answer: Option<Answer>,
}

impl Sent {
    /// Whether another answer makes sense.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self, Self::Nothing | Self::Refused(_))
    }
}

impl Pad {
    /// For a new question.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a key; an answer if that completes one.
    pub(super) fn typed(&mut self, input: &Input, game: &Game) -> Option<Answer> {
        let kind = game.prompt.as_ref()?.kind();
        match input {
            Input::Char(c) if self.text.chars().count() < MAX_TEXT => {
                match picks_many(kind).then(|| self.text.find(|other: char| other.eq_ignore_ascii_case(c))) {
                    // The second time takes it back.
                    Some(Some(at)) => drop(self.text.remove(at)),
                    Some(None) | None => self.text.push(*c),
                }
                if takes_one_key(kind) {
                    self.finish(kind, game)
                } else {
                    None
                }
            }
            Input::Backspace => {
                self.text.pop();
                None
            }
            Input::Escape => {
                self.text.clear();
                None
            }
            Input::Enter => self.finish(kind, game),
            Input::Line(line) => {
                self.text.clone_from(line);
                self.finish(kind, game)
            }
            Input::Char(_) | Input::Interrupt | Input::Resized => None,
        }
    }

    fn finish(&mut self, kind: QuestionKind, game: &Game) -> Option<Answer> {
        let text = std::mem::take(&mut self.text);
        match answer::read(kind, game.form.as_ref()?, &game.hidden_options, &text) {
            Ok(answer) => {
                self.notice.clear();
                Some(answer)
            }
            Err(notice) => {
                self.notice = notice;
                None
            }
        }
    }

    /// Options that are picked so far, or were sent.
    pub(super) fn picked(&self, kind: QuestionKind) -> Vec<u32> {
        match self.answer.as_ref().and_then(|answer| answer.value.as_ref()) {
            Some(Value::Choice(one)) => vec![*one],
            Some(Value::Choices(many)) => many.positions.clone(),
            Some(Value::Truth(truth)) => vec![u32::from(*truth)],
            None if picks_many(kind) => self.text.chars().filter_map(answer::position).collect(),
            Some(
                Value::Text(_)
                | Value::Number(_)
                | Value::Order(_)
                | Value::Matches(_)
                | Value::Rating(_)
                | Value::Words(_),
            )
            | None => Vec::new(),
        }
    }
}

/// Whether the first key is the answer.
pub(super) const fn takes_one_key(kind: QuestionKind) -> bool {
    matches!(
        kind,
        QuestionKind::SingleChoice | QuestionKind::TrueFalse | QuestionKind::Poll
    )
}

const fn picks_many(kind: QuestionKind) -> bool {
    matches!(kind, QuestionKind::MultipleChoice | QuestionKind::MultiplePoll)
}

#[cfg(test)]
mod tests {
    use trivium_client::proto::v1::{AnswerForm, Positions, QuestionPrompt};

    use super::*;

    #[test]
    fn keys_become_answers() {
        let choices = |positions: &[u32]| {
            Value::Choices(Positions {
                positions: positions.to_vec(),
            })
        };
        for (kind, keys, value) in [
            (QuestionKind::SingleChoice, "b", Some(Value::Choice(1))),
            (QuestionKind::SingleChoice, "9", None),
            (QuestionKind::TrueFalse, "t", Some(Value::Truth(true))),
            (QuestionKind::MultipleChoice, "ca", None),
            (QuestionKind::MultipleChoice, "ca\n", Some(choices(&[0, 2]))),
            (QuestionKind::MultipleChoice, "caC\n", Some(choices(&[0]))),
            (QuestionKind::NumberEntry, "12<3\n", Some(Value::Number(13.0))),
            (QuestionKind::NumberEntry, "12!\n", None),
            (QuestionKind::TextEntry, "a b\n", Some(Value::Text("a b".to_owned()))),
        ] {
            let game = Game {
                prompt: Some(QuestionPrompt {
                    kind: kind.into(),
                    ..QuestionPrompt::default()
                }),
                form: Some(AnswerForm {
                    options: ["x", "y", "z"].map(str::to_owned).to_vec(),
                    ..AnswerForm::default()
                }),
                ..Game::default()
            };
            let mut pad = Pad::default();
            let input = |c| match c {
                '\n' => Input::Enter,
                '<' => Input::Backspace,
                '!' => Input::Escape,
                c => Input::Char(c),
            };
            let last = keys.chars().fold(None, |_, c| pad.typed(&input(c), &game));
            assert_eq!(last.and_then(|answer| answer.value), value, "{kind:?} {keys:?}");
        }
    }
}
