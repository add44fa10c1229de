//! Who is connected right now. Not part of the log: presence steers decisions, and decisions are logged.
//!
//! Neighbours: [`room`](crate::room) passes observations on, for members only, and takes members out when they leave.
//!
//! Invariants: `lost` has everybody who is cut off and still within [`GRACE`], `typing` everybody who is typing; so the
//! next deadline is found without looking at every member.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Millis, Observation, Presence, PresenceState, Signal, Timestamp, UserId};

/// A member cut off is away, not gone, for this long.
pub const GRACE: Millis = Millis::secs(15);

/// Early close still waits for a member cut off less than this ago, so that a hiccup costs nobody an answer.
pub const EARLY_CLOSE_PATIENCE: Millis = Millis::secs(3);

/// A co-host may take over from a host who has been cut off for this long.
pub const HOST_PATIENCE: Millis = Millis::secs(30);

/// Typing that is not repeated is forgotten after this.
pub const TYPING_FOR: Millis = Millis::secs(6);

/// Longest status, in characters; the rest is cut off.
pub const MAX_STATUS: usize = 80;

/// Connections of the members of a room.
#[derive(Debug, Clone, Default)]
pub struct Board {
    users: BTreeMap<UserId, Connection>,
    lost: BTreeSet<(Timestamp, UserId)>,
    typing: BTreeSet<(Timestamp, UserId)>,
}

#[derive(Debug, Clone)]
struct Connection {
    sessions: u32,
    /// When the last session went; meaningful while there is none.
    lost_at: Timestamp,
    /// Idle by its own word.
    away: bool,
    status: String,
    shown: PresenceState,
    changed_at: Timestamp,
    typing_until: Option<Timestamp>,
}

impl Board {
    /// Whether early close waits for the user: connected, or cut off less than [`EARLY_CLOSE_PATIENCE`] ago.
    pub fn is_waited_for(&self, user: &UserId, now: Timestamp) -> bool {
        self.users
            .get(user)
            .is_some_and(|c| c.sessions > 0 || now.since(c.lost_at) < EARLY_CLOSE_PATIENCE)
    }

    /// Whether the user has at least one session right now.
    pub fn is_connected(&self, user: &UserId) -> bool {
        self.users.get(user).is_some_and(|c| c.sessions > 0)
    }

    /// Since when the user has had no session; none while connected, [`Timestamp`] 0 for a stranger.
    pub fn lost_since(&self, user: &UserId) -> Option<Timestamp> {
        match self.users.get(user) {
            Some(c) if c.sessions > 0 => None,
            Some(c) => Some(c.lost_at),
            None => Some(Timestamp(0)),
        }
    }

    /// One user's presence; a stranger is offline.
    pub fn presence(&self, user: &UserId) -> Presence {
        self.users.get(user).map_or_else(
            || Presence {
                user: user.clone(),
                state: PresenceState::Offline,
                status: String::new(),
                changed_at: Timestamp(0),
            },
            |c| c.presence(user),
        )
    }

    /// How many are online and how many are away.
    pub fn counts(&self) -> (u32, u32) {
        self.users.values().fold((0, 0), |(online, away), c| match c.shown {
            PresenceState::Online => (online + 1, away),
            PresenceState::Away => (online, away + 1),
            PresenceState::Offline => (online, away),
        })
    }

    /// When a grace period ends or typing is forgotten next.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let grace = self.lost.first().map(|(lost_at, _)| *lost_at + GRACE);
        let typing = self.typing.first().map(|(until, _)| *until);
        grace.into_iter().chain(typing).min()
    }

    /// A member who is not connected yet and counts as just cut off.
    pub(crate) fn enter(&mut self, user: &UserId, now: Timestamp) {
        if !self.users.contains_key(user) {
            self.users.insert(user.clone(), Connection::lost(now));
            self.lost.insert((now, user.clone()));
        }
    }

    /// Somebody is no member any more.
    pub(crate) fn leave(&mut self, user: &UserId) {
        if let Some(c) = self.users.remove(user) {
            self.lost.remove(&(c.lost_at, user.clone()));
            if let Some(until) = c.typing_until {
                self.typing.remove(&(until, user.clone()));
            }
        }
    }

    /// Takes in what the shell saw of a member, and says what changed. Strangers are ignored.
    pub(crate) fn observe(&mut self, observation: &Observation, now: Timestamp) -> Vec<Signal> {
        match observation {
            Observation::Connected(user) => self.connected(user, now),
            Observation::Disconnected(user) => self.disconnected(user, now),
            Observation::Appearance { user, away, status } => self.appears(user, *away, status, now),
            Observation::Typing { user, typing } => self.types(user, *typing, now).into_iter().collect(),
            // The quiz's business.
            Observation::Drawn { .. } => Vec::new(),
        }
    }

    /// What time alone does: grace periods end, typing is forgotten.
    pub(crate) fn settle(&mut self, now: Timestamp) -> Vec<Signal> {
        let mut signals = Vec::new();
        while let Some((until, user)) = self.typing.first().cloned()
            && until <= now
        {
            signals.extend(self.types(&user, false, now));
        }
        while let Some((lost_at, user)) = self.lost.first().cloned()
            && lost_at + GRACE <= now
        {
            self.lost.remove(&(lost_at, user.clone()));
            if let Some(c) = self.users.get_mut(&user) {
                c.away = false;
                signals.extend(c.show(&user, PresenceState::Offline, now));
            }
        }
        signals
    }

    fn connected(&mut self, user: &UserId, now: Timestamp) -> Vec<Signal> {
        let Some(c) = self.users.get_mut(user) else {
            return Vec::new();
        };
        c.sessions = c.sessions.saturating_add(1);
        self.lost.remove(&(c.lost_at, user.clone()));
        let state = c.connected_state();
        c.show(user, state, now).into_iter().collect()
    }

    fn disconnected(&mut self, user: &UserId, now: Timestamp) -> Vec<Signal> {
        let Some(c) = self.users.get_mut(user).filter(|c| c.sessions > 0) else {
            return Vec::new();
        };
        c.sessions -= 1;
        if c.sessions > 0 {
            return Vec::new();
        }
        c.lost_at = now;
        self.lost.insert((now, user.clone()));
        let shown = c.show(user, PresenceState::Away, now);
        shown.into_iter().chain(self.types(user, false, now)).collect()
    }

    fn appears(&mut self, user: &UserId, away: bool, status: &str, now: Timestamp) -> Vec<Signal> {
        let Some(c) = self.users.get_mut(user) else {
            return Vec::new();
        };
        let status: String = status.chars().filter(|c| !c.is_control()).take(MAX_STATUS).collect();
        let reworded = c.status != status;
        c.status = status;
        c.away = away;
        let state = if c.sessions == 0 { c.shown } else { c.connected_state() };
        let shown = c.show(user, state, now);
        shown
            .or_else(|| reworded.then(|| Signal::Presence(c.presence(user))))
            .into_iter()
            .collect()
    }

    fn types(&mut self, user: &UserId, typing: bool, now: Timestamp) -> Option<Signal> {
        let c = self.users.get_mut(user)?;
        let before = c.typing_until.take();
        if let Some(until) = before {
            self.typing.remove(&(until, user.clone()));
        }
        if typing {
            let until = now + TYPING_FOR;
            c.typing_until = Some(until);
            self.typing.insert((until, user.clone()));
        }
        (before.is_some() != typing).then(|| Signal::Typing {
            user: user.clone(),
            typing,
        })
    }
}

impl Connection {
    fn lost(now: Timestamp) -> Self {
        Self {
            sessions: 0,
            lost_at: now,
            away: false,
            status: String::new(),
            shown: PresenceState::Away,
            changed_at: now,
            typing_until: None,
        }
    }

    /// How a connected user is shown.
    fn connected_state(&self) -> PresenceState {
        if self.away {
            PresenceState::Away
        } else {
            PresenceState::Online
        }
    }

    fn presence(&self, user: &UserId) -> Presence {
        Presence {
            user: user.clone(),
            state: self.shown,
            status: self.status.clone(),
            changed_at: self.changed_at,
        }
    }

    /// Shows a state, and says so if it is another than before.
    fn show(&mut self, user: &UserId, state: PresenceState, now: Timestamp) -> Option<Signal> {
        if self.shown == state {
            return None;
        }
        self.shown = state;
        self.changed_at = now;
        Some(Signal::Presence(self.presence(user)))
    }
}
