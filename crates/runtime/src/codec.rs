//! Entries as the store keeps them: JSON with explicit names, so that a log can be read by people and for ever.

use bytes::Bytes;
use trivium_engine::{Entry, Room};
use trivium_store::{Record, Snapshot};

use crate::error::ExecuteError;

/// Version of the snapshot format. A snapshot is a cache: one of another version is ignored and the log replayed.
const SNAPSHOT_VERSION: u32 = 3;

/// Bytes that most entries fit into.
const USUAL: usize = 384;

/// The stored form of an entry.
pub(crate) fn record(entry: &Entry) -> Record {
    let mut body = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut body, entry).expect("entries have string keys only");
    Record {
        seq: entry.seq,
        at: entry.at,
        kind: entry.event.name().to_owned(),
        body: Bytes::from(body),
    }
}

/// The entry that a record holds.
pub(crate) fn entry(record: &Record) -> Result<Entry, ExecuteError> {
    let entry: Entry = serde_json::from_slice(&record.body)
        .map_err(|error| ExecuteError::Corrupt(format!("entry {}: {error}", record.seq)))?;
    if entry.seq == record.seq {
        Ok(entry)
    } else {
        Err(ExecuteError::Corrupt(format!(
            "record {} holds entry {}",
            record.seq, entry.seq
        )))
    }
}

/// The snapshot of a room.
pub(crate) fn snapshot(room: &Room) -> Snapshot {
    let body = serde_json::to_vec(room).expect("rooms have string keys only");
    Snapshot {
        seq: room.seq(),
        version: SNAPSHOT_VERSION,
        body: Bytes::from(body),
    }
}

/// The room that a snapshot holds, if it can still be read.
pub(crate) fn room(snapshot: &Snapshot) -> Option<Room> {
    if snapshot.version != SNAPSHOT_VERSION {
        return None;
    }
    let room: Room = serde_json::from_slice(&snapshot.body).ok()?;
    (room.seq() == snapshot.seq).then_some(room)
}
