//! What people type: keys of a terminal, or lines of a pipe.

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::StreamExt as _;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin};

use crate::ui::out::Mode;

/// Longest line that is taken; the rest of it is left out.
const MAX_LINE: usize = 4_096;

/// Something that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A letter, a digit, a space.
    Char(char),
    /// Return.
    Enter,
    /// Takes the last character back.
    Backspace,
    /// Takes a question back.
    Escape,
    /// Ctrl-C.
    Interrupt,
    /// A whole line, from a pipe.
    Line(String),
    /// The terminal has another size.
    Resized,
}

/// Where it comes from.
pub(super) enum Inputs {
    Keys(EventStream),
    Lines(Lines<BufReader<Stdin>>),
    /// Nothing is typed, or nothing more.
    Ended,
}

impl Inputs {
    /// Keys in a terminal, lines in a pipe; nothing where nobody is asked.
    pub(super) fn of(mode: Mode, asked: bool) -> Self {
        match mode {
            Mode::Screen => Self::Keys(EventStream::new()),
            Mode::Lines | Mode::Json if asked => Self::Lines(BufReader::new(tokio::io::stdin()).lines()),
            Mode::Lines | Mode::Json => Self::Ended,
        }
    }

    /// The next one; never, once there is none. Cancel-safe.
    pub(super) async fn next(&mut self) -> Input {
        loop {
            let next = match self {
                Self::Keys(keys) => keys.next().await.and_then(Result::ok).map(|event| key(&event)),
                Self::Lines(lines) => lines
                    .next_line()
                    .await
                    .ok()
                    .flatten()
                    .map(|line| Some(Input::Line(line.chars().take(MAX_LINE).collect()))),
                Self::Ended => std::future::pending().await,
            };
            match next {
                Some(Some(input)) => return input,
                Some(None) => {}
                None => *self = Self::Ended,
            }
        }
    }
}

fn key(event: &Event) -> Option<Input> {
    match *event {
        Event::Key(KeyEvent {
            kind: KeyEventKind::Release,
            ..
        }) => None,
        Event::Key(KeyEvent {
            code: KeyCode::Char('c'),
            modifiers,
            ..
        }) if modifiers.contains(KeyModifiers::CONTROL) => Some(Input::Interrupt),
        Event::Key(KeyEvent {
            code: KeyCode::Char(c), ..
        }) => Some(Input::Char(c)),
        Event::Key(KeyEvent {
            code: KeyCode::Enter, ..
        }) => Some(Input::Enter),
        Event::Key(KeyEvent {
            code: KeyCode::Backspace,
            ..
        }) => Some(Input::Backspace),
        Event::Key(KeyEvent { code: KeyCode::Esc, .. }) => Some(Input::Escape),
        Event::Resize(_, _) => Some(Input::Resized),
        Event::Key(_) | Event::Mouse(_) | Event::Paste(_) | Event::FocusGained | Event::FocusLost => None,
    }
}
