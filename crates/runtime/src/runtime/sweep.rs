//! Looking after rooms that nobody looks after: deserted ones end, messages grow old, logs that are older than the directory
//! are read into it.
//!
//! Neighbours: [`runtime`](super) has the rooms; the server calls this now and then. Any node may, at any time, also several
//! at once: what one did, the others find done.

use std::time::Duration;

use trivium_engine::{Actor, Room, RoomCommand, RoomId, Seq, Timestamp};
use trivium_store::{Idle, Page, Projection};

use super::Runtime;
use crate::{Caller, ExecuteError, codec, projection, room_task::Input};

/// Kinds of rooms that may be deserted: people come into them by a code, or are all that there is in them.
const MAY_BE_DESERTED: [&str; 3] = ["quiz", "classroom", "conversation"];
/// Most rooms of one sort that one round takes up. What is left, the next round finds.
const ROUND: u32 = 200;
/// Entries of an old log that are read at once.
const PAGE: Page = Page {
    records: 4_096,
    bytes: 8 * 1024 * 1024,
};

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Deserted rooms that were closed.
    pub closed: usize,
    /// Deserted rooms that were deleted.
    pub deleted: usize,
    /// Rooms that were looked at because they keep messages for a time only.
    pub looked_at: usize,
}

impl Runtime {
    /// One round over the rooms that nobody looks after; at most [`ROUND`] rooms of each sort, and all that forget.
    pub async fn sweep(&self) -> Result<Swept, ExecuteError> {
        let now = self.clock().now();
        let mut swept = Swept::default();
        for room in self.deserted(now, self.config().deserted_close, false).await? {
            swept.closed += usize::from(self.close_deserted(&room).await);
        }
        for room in self.deserted(now, self.config().deserted_delete, true).await? {
            self.unload(&room).await;
            swept.deleted += usize::from(self.store().delete_room(&room).await?);
        }
        let mut after: Option<RoomId> = None;
        loop {
            let rooms = self.store().forgetting_rooms(after.as_ref(), ROUND).await?;
            for room in &rooms {
                // Every look settles what time has brought about.
                match self.query(room, |_, _| ()).await {
                    Ok(()) => swept.looked_at += 1,
                    Err(error) => tracing::warn!(%room, %error, "a room was not looked at"),
                }
            }
            match rooms.last() {
                Some(last) if rooms.len() == ROUND as usize => after = Some(last.clone()),
                Some(_) | None => return Ok(swept),
            }
        }
    }

    /// Reads the logs of rooms that are older than the directory into it. Returns how many.
    pub async fn project_old_rooms(&self) -> Result<usize, ExecuteError> {
        let mut done = 0;
        loop {
            let rooms = self.store().unprojected_rooms(ROUND).await?;
            let before = done;
            for room in &rooms {
                match self.reproject(room).await {
                    Ok(true) => done += 1,
                    Ok(false) => {}
                    Err(error) => tracing::warn!(%room, %error, "a room is not in the directory"),
                }
            }
            // A round that got nowhere is no reason to try for ever.
            if done == before {
                return Ok(done);
            }
        }
    }

    /// Makes all that the directory knows of a room again from its log. False if the room goes on meanwhile.
    pub async fn reproject(&self, room: &RoomId) -> Result<bool, ExecuteError> {
        let Some(record) = self.store().room(room).await? else {
            return Err(ExecuteError::NoSuchRoom);
        };
        let mut replayed = Room::new(room.clone(), record.epoch);
        let mut projections: Vec<Projection> = Vec::new();
        loop {
            let records = self.store().read(room, replayed.seq(), PAGE).await?;
            if records.is_empty() {
                break;
            }
            for record in &records {
                let entry = codec::entry(record)?;
                replayed.apply(&entry);
                projection::of(&replayed, &entry, &mut projections);
            }
        }
        let head: Seq = replayed.seq();
        Ok(self.store().reproject(room, head, &projections).await?)
    }

    async fn deserted(&self, now: Timestamp, span: Duration, closed: bool) -> Result<Vec<RoomId>, ExecuteError> {
        let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let idle = Idle {
            kinds: &MAY_BE_DESERTED,
            since: Timestamp(now.0.saturating_sub(span)),
            closed,
            limit: ROUND,
        };
        Ok(self.store().idle_rooms(&idle).await?)
    }

    /// Closes a room unless somebody hears it.
    async fn close_deserted(&self, room: &RoomId) -> bool {
        match self.handle(room).await {
            Ok(handle) if handle.ring.waiters.len() == 0 => {}
            Ok(_) | Err(_) => return false,
        }
        let caller = Caller {
            actor: Actor {
                user: "trivium".parse().expect("a legal name"),
                name: String::new(),
                guest: false,
                global_host: true,
                grant: None,
            },
            request: None,
            received_at: self.clock().now(),
            round_trip: None,
        };
        let closed = self.execute(room, caller, RoomCommand::Close.into()).await;
        if let Err(error) = &closed {
            tracing::debug!(%room, %error, "a deserted room was not closed");
        }
        closed.is_ok()
    }

    /// Ends the room's task, if it has one. Its log is not touched.
    async fn unload(&self, room: &RoomId) {
        let loaded = self.shared.rooms().get(room).and_then(|cell| cell.get().cloned());
        if let Some(handle) = loaded {
            let _ended = handle.inbox.send(Input::Stop).await;
            handle.inbox.closed().await;
        }
    }
}
