//! Who is connected right now. Not part of the log: presence steers decisions, and decisions are logged.

use std::collections::BTreeMap;

use crate::{Millis, Timestamp, UserId};

/// A member cut off is away, not gone, for this long.
pub const GRACE: Millis = Millis::secs(15);

/// Early close still waits for a member cut off less than this ago, so that a hiccup costs nobody an answer.
pub const EARLY_CLOSE_PATIENCE: Millis = Millis::secs(3);

/// Connections of the members of a room.
#[derive(Debug, Clone, Default)]
pub struct Board {
    users: BTreeMap<UserId, Connection>,
}

#[derive(Debug, Clone)]
struct Connection {
    sessions: u32,
    /// When the last session went; meaningful while there is none.
    lost_at: Timestamp,
}

impl Board {
    /// Whether early close waits for the user: connected, or cut off less than [`EARLY_CLOSE_PATIENCE`] ago.
    pub fn is_waited_for(&self, user: &UserId, now: Timestamp) -> bool {
        self.users.get(user).is_some_and(|c| c.sessions > 0 || now.since(c.lost_at) < EARLY_CLOSE_PATIENCE)
    }

    /// Whether the user has at least one session right now.
    pub fn is_connected(&self, user: &UserId) -> bool {
        self.users.get(user).is_some_and(|c| c.sessions > 0)
    }

    /// When [`is_waited_for`](Self::is_waited_for) next turns false for somebody, if nothing else happens.
    pub fn next_patience_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.users
            .values()
            .filter(|c| c.sessions == 0)
            .map(|c| c.lost_at + EARLY_CLOSE_PATIENCE)
            .filter(|end| *end > now)
            .min()
    }
}
