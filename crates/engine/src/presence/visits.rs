//! Visits: from the moment a member's first session hears the room until its last one has been gone for [`GRACE`].
//!
//! A visit is in the log as a whole, when it ends. So that one whose end is lost, with the task that owned the room, is
//! not lost wholly, it is also recorded as begun once it has lasted [`RECORDED_AFTER`]; its end is then the time of the
//! newest entry of the log, the last sign of life that there is.
//!
//! Neighbours: [`presence`](super) says who comes and goes; [`activity`](crate::activity) makes entries of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::GRACE;
use crate::{Millis, Timestamp, UserId};

/// A visit is recorded as begun once it has lasted this long, together with all that have begun by then.
pub const RECORDED_AFTER: Millis = Millis::secs(60);

/// Somebody was there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Visit {
    /// Who.
    pub user: UserId,
    /// When it began.
    pub begin: Timestamp,
    /// When it ended.
    pub end: Timestamp,
}

/// The visits that the log does not know the end of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Visits {
    open: BTreeMap<UserId, Open>,
    /// Those among `open` that are not recorded as begun, by their begin.
    begun: BTreeSet<(Timestamp, UserId)>,
    /// Those among `open` of members who are cut off, by when they were.
    lost: BTreeSet<(Timestamp, UserId)>,
    /// Those that are over whatever happens.
    over: BTreeSet<Visit>,
    /// The room is over, and with it all visits.
    closed: bool,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    begin: Timestamp,
    lost_at: Option<Timestamp>,
}

impl Visits {
    /// The visits recorded in the log whose end is not there.
    pub(super) fn after_loading(interrupted: impl IntoIterator<Item = Visit>, closed: bool) -> Self {
        Self {
            over: interrupted.into_iter().collect(),
            closed,
            ..Self::default()
        }
    }

    /// Since when a member is there.
    pub(crate) fn begin(&self, user: &UserId) -> Option<Timestamp> {
        self.open.get(user).map(|open| open.begin)
    }

    /// A session of a member hears the room.
    pub(super) fn comes(&mut self, user: &UserId, now: Timestamp) {
        if let Some(open) = self.open.get_mut(user) {
            if let Some(lost_at) = open.lost_at.take() {
                self.lost.remove(&(lost_at, user.clone()));
            }
        } else if !self.closed {
            let open = Open {
                begin: now,
                lost_at: None,
            };
            self.open.insert(user.clone(), open);
            self.begun.insert((now, user.clone()));
        }
    }

    /// No session of the member hears the room any more.
    pub(super) fn is_lost(&mut self, user: &UserId, now: Timestamp) {
        if let Some(open) = self.open.get_mut(user) {
            open.lost_at = Some(now);
            self.lost.insert((now, user.clone()));
        }
    }

    /// Somebody is no member any more.
    pub(super) fn leaves(&mut self, user: &UserId, now: Timestamp) {
        if let Some(open) = self.forget(user) {
            self.over.insert(Visit {
                user: user.clone(),
                begin: open.begin,
                end: open.lost_at.unwrap_or(now).max(open.begin),
            });
        }
    }

    /// The room is over, or goes out of memory.
    pub(crate) fn close(&mut self, now: Timestamp) {
        let users: Vec<UserId> = self.open.keys().cloned().collect();
        for user in users {
            self.leaves(&user, now);
        }
        self.closed = true;
    }

    /// Visits that are over and not in the log, at most `limit`.
    pub(crate) fn ended(&self, now: Timestamp, limit: usize) -> Vec<Visit> {
        let lost = self.lost.iter().take_while(|(lost_at, _)| *lost_at + GRACE <= now);
        let lost = lost.filter_map(|(lost_at, user)| {
            Some(Visit {
                user: user.clone(),
                begin: self.open.get(user)?.begin,
                end: *lost_at,
            })
        });
        self.over.iter().cloned().chain(lost).take(limit).collect()
    }

    /// Visits to be recorded as begun, once the oldest of them has lasted long enough; at most `limit`.
    pub(crate) fn to_record(&self, now: Timestamp, limit: usize) -> Vec<(UserId, Timestamp)> {
        if self
            .begun
            .first()
            .is_none_or(|(begin, _)| *begin + RECORDED_AFTER > now)
        {
            return Vec::new();
        }
        let begun = self.begun.iter().take(limit);
        begun.map(|(begin, user)| (user.clone(), *begin)).collect()
    }

    /// When [`ended`](Self::ended) or [`to_record`](Self::to_record) has something next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        let over = self.over.first().map(|visit| visit.begin);
        let lost = self.lost.first().map(|(lost_at, _)| *lost_at + GRACE);
        let begun = self.begun.first().map(|(begin, _)| *begin + RECORDED_AFTER);
        [over, lost, begun].into_iter().flatten().min()
    }

    /// The log has its end.
    pub(crate) fn has_ended(&mut self, visit: &Visit) {
        self.over.remove(visit);
        if self.begin(&visit.user) == Some(visit.begin) {
            self.forget(&visit.user);
        }
    }

    /// The log has its begin.
    pub(crate) fn is_recorded(&mut self, user: &UserId, begin: Timestamp) {
        self.begun.remove(&(begin, user.clone()));
    }

    fn forget(&mut self, user: &UserId) -> Option<Open> {
        let open = self.open.remove(user)?;
        self.begun.remove(&(open.begin, user.clone()));
        if let Some(lost_at) = open.lost_at {
            self.lost.remove(&(lost_at, user.clone()));
        }
        Some(open)
    }
}
