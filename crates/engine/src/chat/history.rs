//! Messages read from the log, for pages older than what the state holds.
//!
//! Neighbours: [`chat`](super) has the same rules for the live messages; who reads the log is the shell.

use super::State;
use crate::{Entry, Event, MessageView, Seq};

/// One page of messages, gathered while the log passes by.
///
/// Give it the entries in order, up to the end of the log: later ones may edit or delete what the page shows. It holds no
/// more messages than the page has.
#[derive(Debug, Clone)]
pub struct History {
    before: Option<Seq>,
    page: State,
}

impl History {
    /// The newest `limit` messages before a position (`None`: before the end).
    pub fn new(before: Option<Seq>, limit: usize) -> Self {
        Self {
            before,
            page: State::keeping(limit),
        }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, entry: &Entry) {
        let Event::Chat(event) = &entry.event else { return };
        let sends = matches!(event, crate::ChatEvent::Sent { .. });
        if !sends || self.before.is_none_or(|before| entry.seq < before) {
            self.page.apply(entry.seq, entry.at, event);
        }
    }

    /// The messages, oldest first, and whether there were older ones among the entries taken in.
    pub fn finish(self) -> (Vec<MessageView>, bool) {
        self.page.page(None, usize::MAX)
    }
}

/// All messages sent in a slice of the log, oldest first, as they stand after it.
pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<MessageView> {
    let mut history = History::new(None, usize::MAX);
    for entry in entries {
        history.take(entry);
    }
    history.finish().0
}
