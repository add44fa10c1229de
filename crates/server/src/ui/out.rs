//! Standard output, and what it is: a terminal or a pipe, with colours or without.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

use super::style::Style;

/// How a command shows what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A screen that is drawn again and again, with keys.
    Screen,
    /// Lines for people.
    Lines,
    /// One JSON object per line.
    Json,
}

impl Mode {
    /// The mode for this process: JSON if asked for, a screen only if both ends are a terminal.
    pub fn of_process(json: bool) -> Self {
        match json {
            true => Self::Json,
            false if io::stdout().is_terminal() && io::stdin().is_terminal() => Self::Screen,
            false => Self::Lines,
        }
    }
}

/// The dress of standard output: colours on a terminal, unless `NO_COLOR` says no.
pub fn style() -> Style {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Style {
        colour: io::stdout().is_terminal() && !unwanted,
    }
}

/// Writes a line.
///
/// # Errors
///
/// The other end of the pipe is closed, or the disk is full.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes a value as JSON on a line of its own.
///
/// # Errors
///
/// As [`line()`].
pub fn json(value: &impl Serialize) -> io::Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Writes a line for people to standard error.
pub fn note(text: &str) {
    // There is nobody left to tell.
    let _closed = writeln!(io::stderr().lock(), "{text}");
}
