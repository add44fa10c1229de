//! Which streams were closed lately, and by whom: a frame that was under way when the server closed its stream is no mistake.

use std::collections::VecDeque;

/// Streams that are remembered.
const MOST: usize = 64;

/// Who closed a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Both sides have said all.
    Both,
    /// The client, by a reset.
    Client,
    /// The server, before it had heard all.
    Server,
}

#[derive(Default)]
pub(super) struct Closed(VecDeque<(u32, By)>);

impl Closed {
    pub(super) fn add(&mut self, stream: u32, by: By) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((stream, by));
    }

    /// None if it was never open, or is forgotten.
    pub(super) fn by(&self, stream: u32) -> Option<By> {
        self.0.iter().rev().find_map(|(id, by)| (*id == stream).then_some(*by))
    }
}
