//! Snapshots in the table of that name: one row for each room.
//!
//! Neighbours: [`log`](crate::log) has what they are made from.

use async_trait::async_trait;
use trivium_engine::RoomId;
use trivium_store::{Snapshot, Snapshots, StoreError};

use crate::{SqliteStore, rows, store_error};

#[async_trait]
impl Snapshots for SqliteStore {
    async fn save(&self, room: &RoomId, snapshot: &Snapshot) -> Result<(), StoreError> {
        snapshot.check()?;
        let save = sqlx::query(
            "INSERT INTO snapshots (room, seq, version, body) VALUES (?, ?, ?, ?)
             ON CONFLICT (room) DO UPDATE
             SET seq = excluded.seq, version = excluded.version, body = excluded.body
             WHERE excluded.seq >= snapshots.seq",
        )
        .bind(room.as_str().to_owned())
        .bind(rows::signed(snapshot.seq))
        .bind(snapshot.version)
        .bind(snapshot.body.to_vec());
        self.primary
            .write(move |tx| Box::pin(async move { save.execute(tx).await.map_err(store_error) }))
            .await?;
        Ok(())
    }

    async fn latest(&self, room: &RoomId) -> Result<Option<Snapshot>, StoreError> {
        let row = sqlx::query("SELECT seq, version, body FROM snapshots WHERE room = ?")
            .bind(room.as_str())
            .fetch_optional(&self.readers)
            .await
            .map_err(store_error)?;
        row.as_ref().map(rows::snapshot).transpose()
    }
}
