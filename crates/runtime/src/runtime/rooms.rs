//! Which rooms are in memory: one task for each, loaded by whoever asks first.
//!
//! Neighbours: [`runtime`](super) hands inputs to the tasks; [`load`] reads a room from the store.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, atomic::Ordering::Relaxed},
};

use rand::{SeedableRng, rngs::StdRng};
use tokio::sync::{OnceCell, mpsc};
use trivium_engine::RoomId;

use super::{BACK_OFF, Handle, Runtime, Shared};
use crate::{ExecuteError, common::Parts, load, ring::Ring, room_task::RoomTask};

impl Runtime {
    /// The task of a room, which is loaded if it is not there.
    pub(super) async fn handle(&self, room: &RoomId) -> Result<Handle, ExecuteError> {
        loop {
            let cell = self.cell(room)?;
            if let Some(handle) = cell.get() {
                return Ok(handle.clone());
            }
            // In a task of its own: everybody waits for whoever loads, and a caller may be dropped, or not be polled for
            // long.
            let (runtime, room) = (self.clone(), room.clone());
            let loading = tokio::spawn(async move { runtime.load_into(&room, &cell).await });
            if let Some(handle) = loading.await.map_err(|_stopped| ExecuteError::Unavailable)?? {
                return Ok(handle);
            }
        }
    }

    /// Where the handle of a room is, or will be.
    fn cell(&self, room: &RoomId) -> Result<Arc<OnceCell<Handle>>, ExecuteError> {
        if self.shared.stopping.load(Relaxed) {
            return Err(ExecuteError::ShuttingDown);
        }
        let mut rooms = self.shared.rooms();
        // A cell whose task has ended is in nobody's way: the next call replaces it.
        if rooms
            .get(room)
            .and_then(|cell| cell.get())
            .is_some_and(|handle| handle.inbox.is_closed())
        {
            rooms.remove(room);
        }
        if rooms.len() >= self.shared.config.max_rooms && !rooms.contains_key(room) {
            return Err(ExecuteError::Overloaded {
                retry_after: BACK_OFF * 20,
            });
        }
        Ok(Arc::clone(rooms.entry(room.clone()).or_default()))
    }

    /// Loads a room into its cell, one caller at a time. None if the one before failed: the cell is no longer where others
    /// would find it, and a room that is loaded there would be a second one beside theirs.
    async fn load_into(&self, room: &RoomId, cell: &Arc<OnceCell<Handle>>) -> Result<Option<Handle>, ExecuteError> {
        let load = || async {
            if !self.shared.holds(room, cell) {
                return Err(None);
            }
            let loaded = self.load(room, cell).await;
            if loaded.is_err() {
                self.shared.forget(room, cell);
            }
            loaded.map_err(Some)
        };
        match cell.get_or_try_init(load).await {
            Ok(handle) => Ok(Some(handle.clone())),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    async fn load(&self, room: &RoomId, cell: &Arc<OnceCell<Handle>>) -> Result<Handle, ExecuteError> {
        self.shared.stats.loads.fetch_add(1, Relaxed);
        let shared = &self.shared;
        let (store, id) = (Arc::clone(&shared.store), room.clone());
        let loading = tokio::spawn(async move { load::load(&store, &id).await });
        let mut loaded = loading.await.map_err(|_stopped| ExecuteError::Unavailable)??;
        let now = shared.clock.now();
        // In the room's own time, which may be ahead of a clock that was set back while the room was not loaded.
        loaded.room.reset_presence(now.max(loaded.last_at));
        if let (None, Some(at)) = (
            loaded.record.closed_at,
            loaded.room.settings().and_then(|settings| settings.closed_at),
        ) {
            shared.store.close_room(room, at).await?;
        }
        let owed = shared.names.are_set().then(|| shared.owed.clone());
        if let (Some(owed), Some((first, last))) = (&owed, loaded.owed) {
            owed.add(room, first, last);
        }
        let ring = Arc::new(Ring::new(
            room.clone(),
            loaded.record.epoch,
            loaded.room.seq(),
            loaded.room.gone().clone(),
            Arc::clone(&shared.config),
            Arc::clone(&shared.encode),
        ));
        let (inbox, waiting) = mpsc::channel(shared.config.inbox);
        let task = RoomTask {
            room: loaded.room,
            inbox: waiting,
            self_sender: inbox.downgrade(),
            ring: Arc::clone(&ring),
            writer: shared.writer.clone(),
            store: Arc::clone(&shared.store),
            clock: shared.clock,
            config: Arc::clone(&shared.config),
            rng: StdRng::from_rng(&mut *shared.seeds.lock().unwrap_or_else(PoisonError::into_inner)),
            since: loaded.since,
            snapshot_at: None,
            owed,
            last_at: loaded.last_at,
            round_trips: BTreeMap::new(),
            signals: BTreeMap::new(),
            last_progress: None,
            progress_at: None,
            counts_only: false,
            last_counts: None,
            next_tick: now,
            wake_at: None,
            next_wake: now,
            used_at: now,
            code: loaded.record.code.map(|code| shared.codes.add(code, room)),
            parts: Parts::default(),
            // Settled at once, as much time may have passed since the room was last loaded.
            due: Some(now),
        };
        // Runs also when the task panics: readers must not wait for a room that is gone.
        let gone = Gone {
            shared: Arc::clone(shared),
            ring: Arc::clone(&ring),
            cell: Arc::clone(cell),
        };
        shared.tasks.spawn(async move {
            let _gone = gone;
            task.run().await;
        });
        Ok(Handle { inbox, ring })
    }
}

impl Shared {
    fn holds(&self, room: &RoomId, cell: &Arc<OnceCell<Handle>>) -> bool {
        self.rooms().get(room).is_some_and(|current| Arc::ptr_eq(current, cell))
    }

    fn forget(&self, room: &RoomId, cell: &Arc<OnceCell<Handle>>) {
        let mut rooms = self.rooms();
        if rooms.get(room).is_some_and(|current| Arc::ptr_eq(current, cell)) {
            rooms.remove(room);
        }
    }
}

/// Cleans up after a room's task, however it ends.
struct Gone {
    shared: Arc<Shared>,
    ring: Arc<Ring>,
    cell: Arc<OnceCell<Handle>>,
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.shared.forget(&self.ring.room, &self.cell);
        self.ring.close();
    }
}
