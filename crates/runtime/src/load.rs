//! Loading a room: its newest snapshot, then the log from there on.

use std::sync::Arc;

use trivium_engine::{Entry, Room, RoomId, Seq, Timestamp, inbox::follows};
use trivium_store::{Page, RoomRecord, Store};

use crate::{ExecuteError, codec, snapshots::SinceSnapshot};

/// Records read at a time while replaying.
const PAGE: Page = Page {
    records: 4_096,
    bytes: 8 * 1024 * 1024,
};

/// A room as its log says.
pub(crate) struct Loaded {
    pub(crate) room: Room,
    /// What came after the snapshot that it started from.
    pub(crate) since: SinceSnapshot,
    /// Time of the newest entry seen.
    pub(crate) last_at: Timestamp,
    /// The first and the last entry after the snapshot from which something may follow for inboxes.
    pub(crate) owed: Option<(Seq, Seq)>,
    /// What the catalogue says.
    pub(crate) record: RoomRecord,
}

/// Loads a room.
pub(crate) async fn load(store: &Arc<dyn Store>, id: &RoomId) -> Result<Loaded, ExecuteError> {
    let Some(record) = store.room(id).await? else {
        return Err(ExecuteError::NoSuchRoom);
    };
    let snapshot = store.latest(id).await?;
    let restored = snapshot
        .and_then(|snapshot| Some((codec::room(&snapshot)?, snapshot.body.len())))
        .filter(|(room, _)| room.epoch() == record.epoch);
    let (mut room, size) = restored.unwrap_or_else(|| (Room::new(id.clone(), record.epoch), 0));
    let snapshot_seq = room.seq();
    let mut since = SinceSnapshot::new(snapshot_seq, size);
    let mut last_at = Timestamp::default();
    let mut owed: Option<(Seq, Seq)> = None;
    // From the last entry in the snapshot on: its time is not in there, and the next one must not be before it.
    let mut after = snapshot_seq.saturating_sub(1);
    loop {
        let records = store.read(id, after, PAGE).await?;
        let Some(last) = records.last() else { break };
        after = last.seq;
        for record in &records {
            last_at = last_at.max(record.at);
            if record.seq <= snapshot_seq {
                continue;
            }
            let entry: Entry = codec::entry(record)?;
            if entry.seq != room.seq() + 1 {
                return Err(ExecuteError::Corrupt(format!(
                    "entry {} follows {}",
                    entry.seq,
                    room.seq()
                )));
            }
            room.apply(&entry);
            since.wrote(record.size());
            if !follows(&room, &entry).is_empty() {
                owed = Some((owed.map_or(entry.seq, |(first, _)| first), entry.seq));
            }
        }
    }
    Ok(Loaded {
        room,
        since,
        last_at,
        owed,
        record,
    })
}
