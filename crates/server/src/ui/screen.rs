//! The whole terminal: drawn at once, given back whatever happens.

use std::io::{self, Write as _};

use crossterm::{
    cursor::{Hide, MoveTo, Show},
    execute, queue,
    style::Print,
    terminal::{
        self, BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen,
        LeaveAlternateScreen,
    },
};

/// The terminal, taken over until this is dropped.
#[derive(Debug)]
pub struct Screen {
    drawn: Vec<String>,
    size: (u16, u16),
}

impl Screen {
    /// Takes the terminal over. Keys come one by one and are not echoed.
    ///
    /// # Errors
    ///
    /// Standard output is no terminal.
    pub fn open() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        let opened = Self {
            drawn: Vec::new(),
            size: (0, 0),
        };
        execute!(io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(opened)
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        let (columns, rows) = terminal::size().unwrap_or((80, 24));
        (columns.into(), rows.into())
    }

    /// Shows these lines and nothing else; lines below the last row are left out. Only what differs is written.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub fn draw(&mut self, mut lines: Vec<String>) -> io::Result<()> {
        let size = terminal::size().unwrap_or((80, 24));
        let mut out = io::stdout().lock();
        queue!(out, BeginSynchronizedUpdate)?;
        if size != self.size {
            queue!(out, Clear(ClearType::All))?;
            self.size = size;
            self.drawn.clear();
        }
        lines.truncate(size.1.into());
        for row in 0..lines.len().max(self.drawn.len()) {
            let (old, new) = (self.drawn.get(row), lines.get(row));
            if old == new {
                continue;
            }
            let at = u16::try_from(row).unwrap_or(u16::MAX);
            queue!(
                out,
                MoveTo(0, at),
                Print(new.map_or("", String::as_str)),
                Clear(ClearType::UntilNewLine)
            )?;
        }
        queue!(out, EndSynchronizedUpdate)?;
        self.drawn = lines;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        let _gone = execute!(io::stdout(), Show, LeaveAlternateScreen);
        let _gone = terminal::disable_raw_mode();
    }
}
