//! Who is connected right now. Not part of the log: presence steers decisions, and decisions are logged.
//!
//! Neighbours: [`room`](crate::room) passes observations on, for members only, and takes members out when they leave;
//! `presence/face.rs` is one member's connection and how it looks to whom; [`visits`] are what the log learns of it.
//!
//! Invariants: `lost` has everybody who is cut off and still within [`GRACE`], `typing` everybody who is typing; so the
//! next deadline is found without looking at every member. `truth` and `public` count all connections as they look to
//! hosts and to others.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Millis, Observation, Presence, PresenceState, Signal, Timestamp, UserId};

mod face;
pub mod visits;

use face::{Connection, Counts};
pub(crate) use visits::Visits;

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
    truth: Counts,
    public: Counts,
    /// Whose wish to be seen or not is not in the log.
    pub(crate) unsaved: BTreeSet<UserId>,
    pub(crate) visits: Visits,
}

/// What the log says of a member when its room is loaded.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known {
    /// When the member was last there.
    pub(crate) last_seen: Option<Timestamp>,
    /// Whether it wants to appear offline.
    pub(crate) invisible: bool,
}

impl Board {
    /// A board before anybody has come back; with the visits whose end is lost.
    pub(crate) fn after_loading(interrupted: impl IntoIterator<Item = visits::Visit>, closed: bool) -> Self {
        Self {
            visits: Visits::after_loading(interrupted, closed),
            ..Self::default()
        }
    }

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

    /// Whether the user wants to appear offline to all but hosts.
    pub fn is_invisible(&self, user: &UserId) -> bool {
        self.users.get(user).is_some_and(Connection::is_invisible)
    }

    /// Since when the user has had no session; none while connected, [`Timestamp`] 0 for a stranger.
    pub fn lost_since(&self, user: &UserId) -> Option<Timestamp> {
        match self.users.get(user) {
            Some(c) if c.sessions > 0 => None,
            Some(c) => Some(c.lost_at),
            None => Some(Timestamp(0)),
        }
    }

    /// One user's presence as hosts and the user see it; a stranger is offline.
    pub fn presence(&self, user: &UserId) -> Presence {
        let connection = self.users.get(user);
        connection.map_or_else(|| face::offline(user, Timestamp(0)), |c| c.presence(user))
    }

    /// One user's presence as others see it.
    pub fn public_presence(&self, user: &UserId) -> Presence {
        let connection = self.users.get(user);
        connection.map_or_else(|| face::offline(user, Timestamp(0)), |c| c.public(user))
    }

    /// How many are online and how many are away.
    pub fn counts(&self) -> (u32, u32) {
        self.truth.get()
    }

    /// The same as others than hosts see it: who is invisible is not counted.
    pub fn public_counts(&self) -> (u32, u32) {
        self.public.get()
    }

    /// When a grace period ends or typing is forgotten next.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let grace = self.lost.first().map(|(lost_at, _)| *lost_at + GRACE);
        let typing = self.typing.first().map(|(until, _)| *until);
        grace.into_iter().chain(typing).min()
    }

    /// A member who is not connected yet and counts as just cut off.
    pub(crate) fn enter(&mut self, user: &UserId, known: Known, now: Timestamp) {
        if !self.users.contains_key(user) {
            let connection = Connection::entering(known, now);
            self.truth.add(connection.presence(user).state);
            self.public.add(connection.public(user).state);
            self.users.insert(user.clone(), connection);
            self.lost.insert((now, user.clone()));
        }
    }

    /// Somebody is no member any more.
    pub(crate) fn leave(&mut self, user: &UserId, now: Timestamp) {
        if let Some(c) = self.users.remove(user) {
            self.truth.remove(c.presence(user).state);
            self.public.remove(c.public(user).state);
            self.lost.remove(&(c.lost_at, user.clone()));
            if let Some(until) = c.typing_until {
                self.typing.remove(&(until, user.clone()));
            }
        }
        self.unsaved.remove(user);
        self.visits.leaves(user, now);
    }

    /// Takes in what the shell saw of a member, and says what changed. Strangers are ignored.
    pub(crate) fn observe(&mut self, observation: &Observation, now: Timestamp) -> Vec<Signal> {
        match observation {
            Observation::Connected(user) => self.connected(user, now),
            Observation::Disconnected(user) => self.disconnected(user, now),
            Observation::Appearance {
                user,
                away,
                status,
                invisible,
            } => self.appears(user, *away, status, *invisible, now),
            Observation::Typing { user, typing } => self.types(user, *typing, now).into_iter().collect(),
            // The quiz's business, and that of receipts.
            Observation::Drawn { .. } | Observation::Acknowledged { .. } => Vec::new(),
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
            signals.extend(self.change(&user, |c| {
                c.away = false;
                c.show(PresenceState::Offline, now);
            }));
        }
        signals
    }

    fn connected(&mut self, user: &UserId, now: Timestamp) -> Vec<Signal> {
        let Some(c) = self.users.get(user) else {
            return Vec::new();
        };
        self.lost.remove(&(c.lost_at, user.clone()));
        self.visits.comes(user, now);
        self.change(user, |c| {
            c.sessions = c.sessions.saturating_add(1);
            c.show_connected(now);
        })
    }

    fn disconnected(&mut self, user: &UserId, now: Timestamp) -> Vec<Signal> {
        let Some(c) = self.users.get(user).filter(|c| c.sessions > 0) else {
            return Vec::new();
        };
        if c.sessions > 1 {
            return self.change(user, |c| c.sessions -= 1);
        }
        self.lost.insert((now, user.clone()));
        self.visits.is_lost(user, now);
        let mut signals = self.change(user, |c| {
            c.sessions = 0;
            c.lost_at = now;
            c.last_seen = Some(now);
            c.show(PresenceState::Away, now);
        });
        signals.extend(self.types(user, false, now));
        signals
    }

    fn appears(&mut self, user: &UserId, away: bool, status: &str, invisible: bool, now: Timestamp) -> Vec<Signal> {
        let Some(c) = self.users.get(user) else {
            return Vec::new();
        };
        let status: String = status.chars().filter(|c| !c.is_control()).take(MAX_STATUS).collect();
        // A stop that others would be told after the member has vanished.
        let typing = (invisible && !c.is_invisible()).then(|| self.types(user, false, now));
        if invisible != self.is_invisible(user) {
            self.unsaved.insert(user.clone());
        }
        let mut signals: Vec<Signal> = typing.flatten().into_iter().collect();
        signals.extend(self.change(user, |c| {
            c.hide(invisible, now);
            c.status = status;
            c.away = away;
            if c.sessions > 0 {
                c.show_connected(now);
            }
        }));
        signals
    }

    fn types(&mut self, user: &UserId, typing: bool, now: Timestamp) -> Option<Signal> {
        let c = self.users.get_mut(user)?;
        if typing && c.is_invisible() {
            return None;
        }
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

    /// Changes a connection, keeps the counts, and says what looks different: to everybody, or to those who see who
    /// appears offline.
    fn change(&mut self, user: &UserId, change: impl FnOnce(&mut Connection)) -> Vec<Signal> {
        let Some(c) = self.users.get_mut(user) else {
            return Vec::new();
        };
        let (truth, public, was_hidden) = (c.presence(user), c.public(user), c.is_invisible());
        change(c);
        let (truth_now, public_now, hidden) = (c.presence(user), c.public(user), c.is_invisible());
        self.truth.replace(truth.state, truth_now.state);
        self.public.replace(public.state, public_now.state);
        let mut signals = Vec::new();
        if public != public_now {
            signals.push(Signal::Presence(public_now));
        }
        if hidden && (!was_hidden || truth != truth_now) {
            signals.push(Signal::Unseen(truth_now));
        }
        signals
    }
}
