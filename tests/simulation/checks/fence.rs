//! 5. A node that lost a race for a number sends nothing more of its own for that room.
//!
//! Whatever a node makes ready for somebody is what the disk has, and not what the node would have written.

use std::collections::BTreeMap;

use trivium_engine::{Entry, RoomId, Seq};

use crate::truth::Log;

/// Who lost which room, and from where on its state is worth nothing.
#[derive(Debug, Default)]
pub(crate) struct Fence {
    lost: BTreeMap<(u64, RoomId), Seq>,
}

impl Fence {
    pub(crate) fn loses(&mut self, incarnation: u64, room: &RoomId, after: Seq) {
        self.lost.insert((incarnation, room.clone()), after);
    }

    pub(crate) fn loads(&mut self, incarnation: u64, room: &RoomId) {
        self.lost.remove(&(incarnation, room.clone()));
    }

    /// A node makes an entry ready for somebody.
    pub(crate) fn encoded(&self, incarnation: u64, log: &Log, entry: &Entry) -> Result<(), String> {
        if log.has(entry) {
            return Ok(());
        }
        let (room, seq) = (log.room.id(), entry.seq);
        Err(match self.lost.get(&(incarnation, room.clone())) {
            Some(after) => format!("node {incarnation} sends its own {seq} of {room}, which it lost after {after}"),
            None => format!("node {incarnation} sends {seq} of {room}, which is not on the disk"),
        })
    }
}
