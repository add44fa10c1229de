//! A backend that forgets: the reference for the contract, the store of tests and simulations, and of servers that are tried out.
//!
//! Neighbours: `memory/catalogue.rs` has the lists, `memory/directory.rs` what can be found, `memory/media.rs` the pictures, `memory/file.rs` the files of rooms, `memory/faults.rs` what tests can make go
//! wrong.

mod catalogue;
mod directory;
mod faults;
mod file;
mod media;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use trivium_engine::{RoomId, Seq};

use self::{catalogue::Lists, directory::Index, faults::Faults};
use crate::{
    Append, Appended, FileId, FileRecord, MediaId, MediaRecord, Page, Record, RoomLog, Snapshot, Snapshots, Store,
    StoreError,
};

/// Everything in ordered maps behind one lock. Unbounded, so not for a server that must keep running for long.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    faults: Faults,
}

#[derive(Debug, Default)]
struct State {
    logs: BTreeMap<RoomId, Vec<Record>>,
    snapshots: BTreeMap<RoomId, Snapshot>,
    lists: Lists,
    index: Index,
    media: BTreeMap<MediaId, MediaRecord>,
    files: BTreeMap<FileId, FileRecord>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked with the lock held did so in an assertion of a test; the maps are whole after each statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, append: &Append) -> Appended {
        let head = self.head(&append.room);
        if head != append.after {
            return Appended::Conflict { head };
        }
        if !append.records.is_empty() {
            let log = self.logs.entry(append.room.clone()).or_default();
            log.extend(append.records.iter().cloned());
        }
        for projection in &append.projections {
            self.project(&append.room, projection);
        }
        Appended::Written
    }

    fn head(&self, room: &RoomId) -> Seq {
        let last = self.logs.get(room).and_then(|log| log.last());
        last.map_or(0, |record| record.seq)
    }
}

#[async_trait]
impl RoomLog for MemoryStore {
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>, StoreError> {
        batch.iter().try_for_each(Append::check)?;
        self.faults.before_append().await?;
        let answers = {
            let mut state = self.lock();
            batch.iter().map(|append| state.append(append)).collect()
        };
        self.faults.after_append()?;
        Ok(answers)
    }

    async fn read(&self, room: &RoomId, after: Seq, max: Page) -> Result<Vec<Record>, StoreError> {
        let state = self.lock();
        let log = state.logs.get(room).map_or(&[][..], Vec::as_slice);
        let start = log.partition_point(|record| record.seq <= after);
        let mut bytes = 0;
        let fits = |(at, record): &(usize, &Record)| {
            let fits = max.admits(*at, bytes, record.size());
            bytes += record.size();
            fits
        };
        let page = log[start..].iter().enumerate().take_while(fits);
        Ok(page.map(|(_, record)| record.clone()).collect())
    }

    async fn head(&self, room: &RoomId) -> Result<Seq, StoreError> {
        Ok(self.lock().head(room))
    }
}

#[async_trait]
impl Snapshots for MemoryStore {
    async fn save(&self, room: &RoomId, snapshot: &Snapshot) -> Result<(), StoreError> {
        snapshot.check()?;
        let mut state = self.lock();
        let kept = state.snapshots.get(room).map_or(0, |kept| kept.seq);
        if snapshot.seq >= kept {
            state.snapshots.insert(room.clone(), snapshot.clone());
        }
        Ok(())
    }

    async fn latest(&self, room: &RoomId) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.lock().snapshots.get(room).cloned())
    }
}

impl Store for MemoryStore {}
