//! One member's connection, and how it looks: to hosts and the member as it is, to others offline if it wants to.
//!
//! Neighbours: [`presence`](super) has one for each member.

use super::Known;
use crate::{Presence, PresenceState, Timestamp, UserId};

/// How a member is connected.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) sessions: u32,
    /// When the last session went, or the member came in without one; meaningful while there is none.
    pub(super) lost_at: Timestamp,
    /// When the member was last connected.
    pub(super) last_seen: Option<Timestamp>,
    /// Idle by its own word.
    pub(super) away: bool,
    pub(super) status: String,
    pub(super) typing_until: Option<Timestamp>,
    shown: PresenceState,
    changed_at: Timestamp,
    /// Since when it wants to appear offline.
    invisible_since: Option<Timestamp>,
}

/// How many are online and away.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    online: u32,
    away: u32,
}

/// Somebody of whom nothing else is known.
pub(super) fn offline(user: &UserId, since: Timestamp) -> Presence {
    Presence {
        user: user.clone(),
        state: PresenceState::Offline,
        status: String::new(),
        changed_at: since,
        last_seen: None,
        sessions: 0,
    }
}

impl Connection {
    /// A member who counts as just cut off.
    pub(super) fn entering(known: Known, now: Timestamp) -> Self {
        Self {
            sessions: 0,
            lost_at: now,
            last_seen: known.last_seen,
            away: false,
            status: String::new(),
            typing_until: None,
            shown: PresenceState::Away,
            changed_at: now,
            invisible_since: known.invisible.then_some(now),
        }
    }

    pub(super) fn is_invisible(&self) -> bool {
        self.invisible_since.is_some()
    }

    /// As it is.
    pub(super) fn presence(&self, user: &UserId) -> Presence {
        Presence {
            user: user.clone(),
            state: self.shown,
            status: self.status.clone(),
            changed_at: self.changed_at,
            last_seen: self.last_seen.filter(|_| self.sessions == 0),
            sessions: self.sessions,
        }
    }

    /// As others than hosts see it. Nothing in it moves while the member is invisible, or it would tell of it.
    pub(super) fn public(&self, user: &UserId) -> Presence {
        match self.invisible_since {
            Some(since) => offline(user, since),
            None => self.presence(user),
        }
    }

    /// Shows a state.
    pub(super) fn show(&mut self, state: PresenceState, now: Timestamp) {
        if self.shown != state {
            self.shown = state;
            self.changed_at = now;
        }
    }

    /// Shows the state of somebody who has a session.
    pub(super) fn show_connected(&mut self, now: Timestamp) {
        let state = if self.away {
            PresenceState::Away
        } else {
            PresenceState::Online
        };
        self.show(state, now);
    }

    /// Appears offline to others, or no longer.
    pub(super) fn hide(&mut self, invisible: bool, now: Timestamp) {
        self.invisible_since = invisible.then(|| self.invisible_since.unwrap_or(now));
    }
}

impl Counts {
    pub(super) fn get(self) -> (u32, u32) {
        (self.online, self.away)
    }

    pub(super) fn add(&mut self, state: PresenceState) {
        if let Some(count) = self.of(state) {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn remove(&mut self, state: PresenceState) {
        if let Some(count) = self.of(state) {
            *count = count.saturating_sub(1);
        }
    }

    pub(super) fn replace(&mut self, before: PresenceState, after: PresenceState) {
        self.remove(before);
        self.add(after);
    }

    fn of(&mut self, state: PresenceState) -> Option<&mut u32> {
        match state {
            PresenceState::Online => Some(&mut self.online),
            PresenceState::Away => Some(&mut self.away),
            PresenceState::Offline => None,
        }
    }
}
