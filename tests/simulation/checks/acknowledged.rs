//! 1. Acknowledged means in the log exactly once.
//!
//! Neighbours: [`denied`](super::denied) is the other end that a command can have.

use std::collections::BTreeMap;

use trivium_engine::{Entry, RequestId, RoomId, Seq, UserId};
use trivium_runtime::Done;

use crate::truth::Log;

/// One command, however often it was sent.
pub(crate) type Key = (RoomId, UserId, RequestId);

/// Which requests have had an effect.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(super) made: BTreeMap<Key, Made>,
    pub(super) refused: BTreeMap<Key, String>,
}

/// The entries of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    first: Seq,
    last: Seq,
    append: u64,
}

impl Ledger {
    /// An entry is on the disk, with the append of that number.
    pub(crate) fn committed(&mut self, room: &RoomId, entry: &Entry, append: u64) -> Result<(), String> {
        let (Some(user), Some(request)) = (&entry.actor, &entry.request) else {
            return Ok(());
        };
        let key = (room.clone(), user.clone(), request.clone());
        let made = Made {
            first: entry.seq,
            last: entry.seq,
            append,
        };
        let known = self.made.entry(key.clone()).or_insert(made);
        if known.append != append || entry.seq > known.last + 1 {
            return Err(format!(
                "{user} {request}: {} again at {}",
                entry.event.name(),
                entry.seq
            ));
        }
        known.last = entry.seq;
        self.not_after_refusal(&key, entry)
    }

    /// The client is told that its command is done.
    pub(crate) fn acknowledged(&self, key: &Key, done: &Done, log: &Log) -> Result<(), String> {
        let (_, user, request) = key;
        if done.seq > log.head() {
            return Err(format!(
                "{user} {request}: acknowledged at {}, the log ends at {}",
                done.seq,
                log.head()
            ));
        }
        let Some(first) = done.entries.first() else {
            return match self.made.get(key) {
                Some(made) => Err(format!("{user} {request}: nothing to do, yet it made {}", made.first)),
                None => Ok(()),
            };
        };
        let Some(made) = self.made.get(key) else {
            return Err(format!("{user} {request}: acknowledged, and not in the log"));
        };
        if (made.first, made.last) != (first.seq, done.seq) {
            return Err(format!(
                "{user} {request}: told {}..={}, made {made:?}",
                first.seq, done.seq
            ));
        }
        for entry in &done.entries {
            if !log.has(entry) {
                return Err(format!("{user} {request}: entry {} is not as in the log", entry.seq));
            }
        }
        Ok(())
    }
}
