//! Snapshots: where a room stood at some point of its log, so that loading it need not read everything.
//!
//! Neighbours: [`log`](crate::log) is the truth. All snapshots may be deleted at any time; that costs time, never data.

use async_trait::async_trait;
use bytes::Bytes;
use trivium_engine::{RoomId, Seq};

use crate::StoreError;

/// Longest [`Snapshot::body`], in bytes.
pub const MAX_SNAPSHOT: usize = 64 * 1024 * 1024;

/// The state of a room after the record `seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The last record that the state contains.
    pub seq: Seq,
    /// Version of the format of `body`. A reader that does not know it reads the log instead.
    pub version: u32,
    /// Opaque to the store. At most [`MAX_SNAPSHOT`] bytes.
    pub body: Bytes,
}

impl Snapshot {
    /// Refuses what no backend may store. Every [`Snapshots::save`] calls it first.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.seq > crate::log::MAX_SEQ || self.body.len() > MAX_SNAPSHOT {
            return Err(StoreError::invalid(format!(
                "a snapshot of {} bytes at {}",
                self.body.len(),
                self.seq
            )));
        }
        Ok(())
    }
}

/// One snapshot for each room, the newest.
#[async_trait]
pub trait Snapshots: Send + Sync + 'static {
    /// Keeps the snapshot unless a later one is there: a node that lost its room must not set others back.
    async fn save(&self, room: &RoomId, snapshot: &Snapshot) -> Result<(), StoreError>;

    /// The newest snapshot, if there is one.
    async fn latest(&self, room: &RoomId) -> Result<Option<Snapshot>, StoreError>;
}
