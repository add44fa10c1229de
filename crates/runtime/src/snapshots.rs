//! When a room is worth a snapshot again.
//!
//! A snapshot costs what the room is large, and spares whoever loads the room what was written since the one before. So the next
//! is due after a number of entries, and not before these are as large as the last snapshot: all snapshots but the newest then cost no
//! more than the log, however large the room is. And making one keeps everybody in the room waiting, so it is not made where many
//! wait, but some time later, and not while a question is open.

use std::sync::Arc;

use trivium_engine::{Millis, RoomId, Seq};
use trivium_store::{Snapshot, Store};

/// How long after it is due it is made.
pub(crate) const CALM: Millis = Millis(1_000);
/// How often as many entries as are to be between two do not wait for the end of a question.
const OVERDUE: u64 = 16;

/// What was written since the newest snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SinceSnapshot {
    seq: Seq,
    /// Bytes of the snapshot.
    size: usize,
    /// Bytes of the entries after it.
    written: usize,
}

impl SinceSnapshot {
    /// Nothing since a snapshot of so many bytes at this position; (0, 0) for none.
    pub(crate) fn new(seq: Seq, size: usize) -> Self {
        Self { seq, size, written: 0 }
    }

    /// An entry of so many bytes.
    pub(crate) fn wrote(&mut self, bytes: usize) {
        self.written = self.written.saturating_add(bytes);
    }

    /// Whether there are entries up to `head` that no snapshot has.
    pub(crate) fn is_behind(&self, head: Seq) -> bool {
        head > self.seq
    }

    /// Whether it is time, where at least `every` entries are to be between two snapshots.
    pub(crate) fn is_due(&self, head: Seq, every: u64) -> bool {
        head.saturating_sub(self.seq) >= every && self.written >= self.size
    }

    /// Whether it can wait no longer.
    pub(crate) fn is_overdue(&self, head: Seq, every: u64) -> bool {
        self.is_due(head, every.saturating_mul(OVERDUE))
    }
}

/// Saves one. It is no loss if that fails: the log has everything.
pub(crate) async fn save(store: Arc<dyn Store>, room: RoomId, snapshot: Snapshot) {
    if let Err(error) = store.save(&room, &snapshot).await {
        tracing::warn!(%room, %error, "a snapshot was not saved");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A room that grows by a tenth of what is written in it, for as long as one likes.
    #[test]
    fn snapshots_cost_no_more_than_the_log() {
        let (mut since, mut log, mut snapshots, mut taken) = (SinceSnapshot::default(), 0, 0, Vec::new());
        for head in 1..=1_000_000 {
            since.wrote(100);
            log += 100;
            if since.is_due(head, 1_000) {
                assert!(since.is_behind(head));
                assert!(snapshots <= log, "{snapshots} of {log}");
                let size = 50_000 + log / 10;
                snapshots += size;
                taken.push(head);
                since = SinceSnapshot::new(head, size);
            }
        }
        assert_eq!(taken[..2], [1_000, 2_000], "a small room has one as often as it may");
        assert!(taken.len() > 20, "and a large one often enough: {taken:?}");
        assert!(!since.is_behind(taken[taken.len() - 1]));
    }
}
