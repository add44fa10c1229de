//! Retention: messages are gone once they are older than the room keeps them.
//!
//! A message goes with all others of its day (UTC), when the last of them is old enough: one event a day, however many
//! messages there were. Nothing wakes a room for it, as nobody waits; it happens when the room is next looked at, and the
//! shell looks at rooms that keep messages for a time now and then.
//!
//! Neighbours: [`room`](crate::room) asks and applies; [`chat`](crate::chat) forgets the messages;
//! [`history`](crate::history) hides what is left of them in the log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Entry, Event, Room, RoomEvent, Seq, Timestamp};

/// Milliseconds of a day.
const DAY: u64 = 24 * 60 * 60 * 1_000;
/// Most days that are told apart; beyond, the oldest goes with the one after it.
const MAX_DAYS: usize = 4_000;

/// When something was said.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// By day since the Unix epoch: the last entry of the chat on that day.
    days: BTreeMap<u64, Seq>,
    /// All messages up to here are gone.
    through: Seq,
}

impl State {
    /// All messages up to here are gone.
    pub(crate) fn through(&self) -> Seq {
        self.through
    }

    /// Takes an entry in.
    pub(crate) fn apply(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Chat(_) | Event::Moderation(_) => {
                self.days.insert(entry.at.0 / DAY, entry.seq);
                if self.days.len() > MAX_DAYS {
                    self.days.pop_first();
                }
            }
            Event::Room(RoomEvent::MessagesExpired { through }) => {
                self.days.retain(|_, last| *last > *through);
                self.through = self.through.max(*through);
            }
            Event::Room(_)
            | Event::Quiz(_)
            | Event::Receipt(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => {}
        }
    }
}

/// What has become too old.
pub(crate) fn settle(room: &Room, now: Timestamp) -> Option<RoomEvent> {
    let days = u64::from(room.settings()?.policy.retention_days);
    if days == 0 {
        return None;
    }
    // Every message of a day before this one is at least that old.
    let first_kept = (now.0 / DAY).checked_sub(days)?;
    let (_, through) = room.retention.days.range(..first_kept).next_back()?;
    Some(RoomEvent::MessagesExpired { through: *through })
}

impl Room {
    /// Since when files must have come that are kept at some time; they go by the day on which they came. None if all are kept.
    pub fn files_kept_from(&self, now: Timestamp) -> Option<Timestamp> {
        let days = u64::from(self.settings()?.policy.retention_days);
        let first_kept = (now.0 / DAY).checked_sub(days).filter(|_| days > 0)?;
        Some(Timestamp(first_kept * DAY))
    }
}
