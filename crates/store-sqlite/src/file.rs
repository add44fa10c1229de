//! Files of rooms in the table `files`.
//!
//! Neighbours: [`primary`](crate::primary) runs what changes them as transactions, so that a quota holds for many at once and
//! files are attached together or not at all.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use trivium_engine::{RoomId, Timestamp, UserId};
use trivium_store::{
    FileId, FileInfo, FileQuota, FileRecord, Files, PutFile, StoreError,
    catalogue::check_time,
    file::{MAX_BATCH, check_batch},
};

use crate::{SqliteStore, rows, store_error};

/// What a user has; 0 if there is nothing.
const OF_USER: &str = "SELECT coalesce(sum(bytes), 0) AS used FROM files WHERE owner = ?";
/// What a room has.
const OF_ROOM: &str = "SELECT coalesce(sum(bytes), 0) AS used FROM files WHERE room = ?";
/// Without the body.
const INFO: &str = "SELECT id, room, owner, name, content_type, width, height, created_at, attached, bytes
                    FROM files WHERE id = ? AND room = ? AND owner = ?";

#[async_trait]
impl Files for SqliteStore {
    async fn put_file(&self, file: &FileRecord, quota: FileQuota) -> Result<PutFile, StoreError> {
        file.check()?;
        let file = file.clone();
        self.primary
            .write(move |tx| Box::pin(async move { put(tx, &file, quota).await }))
            .await
    }

    async fn file(&self, room: &RoomId, id: &FileId) -> Result<Option<FileRecord>, StoreError> {
        let row = sqlx::query("SELECT * FROM files WHERE id = ? AND room = ?")
            .bind(id.as_str())
            .bind(room.as_str())
            .fetch_optional(&self.readers)
            .await
            .map_err(store_error)?;
        row.as_ref().map(rows::file).transpose()
    }

    async fn attach_files(
        &self,
        room: &RoomId,
        owner: &UserId,
        ids: &[FileId],
    ) -> Result<Option<Vec<FileInfo>>, StoreError> {
        check_batch(ids)?;
        let (room, owner, ids) = (room.clone(), owner.clone(), ids.to_vec());
        self.primary
            .write(move |tx| Box::pin(async move { attach(tx, &room, &owner, &ids).await }))
            .await
    }

    async fn sweep_files(&self, before: Timestamp) -> Result<usize, StoreError> {
        check_time(before)?;
        let sweep = "DELETE FROM files WHERE id IN
            (SELECT id FROM files WHERE attached = 0 AND created_at < ? ORDER BY created_at LIMIT ?)";
        let done = self.primary.write(move |tx| {
            let sweep = sqlx::query(sweep)
                .bind(rows::signed(before.0))
                .bind(rows::signed(MAX_BATCH as u64));
            Box::pin(async move { sweep.execute(tx).await.map_err(store_error) })
        });
        Ok(usize::try_from(done.await?.rows_affected()).unwrap_or(usize::MAX))
    }

    async fn file_bytes(&self, owner: &UserId, room: &RoomId) -> Result<(u64, u64), StoreError> {
        let of_user = sqlx::query(OF_USER).bind(owner.as_str()).fetch_one(&self.readers).await;
        let of_room = sqlx::query(OF_ROOM).bind(room.as_str()).fetch_one(&self.readers).await;
        let number = |row| rows::number(&row, "used");
        Ok((
            number(of_user.map_err(store_error)?)?,
            number(of_room.map_err(store_error)?)?,
        ))
    }
}

async fn put(tx: &mut SqliteConnection, file: &FileRecord, quota: FileQuota) -> Result<PutFile, StoreError> {
    let info = &file.info;
    let there = sqlx::query("SELECT 1 FROM files WHERE id = ?")
        .bind(info.id.as_str())
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    if there.is_some() {
        return Ok(PutFile::Taken);
    }
    let of_user: u64 = used(tx, OF_USER, info.owner.as_str()).await?;
    if of_user.saturating_add(info.bytes) > quota.per_user {
        return Ok(PutFile::UserFull { used: of_user });
    }
    let of_room: u64 = used(tx, OF_ROOM, info.room.as_str()).await?;
    if of_room.saturating_add(info.bytes) > quota.per_room {
        return Ok(PutFile::RoomFull { used: of_room });
    }
    let (width, height) = info.size.unwrap_or_default();
    sqlx::query(
        "INSERT INTO files (id, room, owner, name, content_type, width, height, created_at, attached, bytes, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
    )
    .bind(info.id.as_str())
    .bind(info.room.as_str())
    .bind(info.owner.as_str())
    .bind(info.name.as_str())
    .bind(info.content_type.as_str())
    .bind(i64::from(width))
    .bind(i64::from(height))
    .bind(rows::signed(info.created_at.0))
    .bind(rows::signed(info.bytes))
    .bind(&file.body[..])
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(PutFile::Stored)
}

async fn used(tx: &mut SqliteConnection, of: &'static str, whose: &str) -> Result<u64, StoreError> {
    let row = sqlx::query(of).bind(whose).fetch_one(tx).await;
    rows::number(&row.map_err(store_error)?, "used")
}

async fn attach(
    tx: &mut SqliteConnection,
    room: &RoomId,
    owner: &UserId,
    ids: &[FileId],
) -> Result<Option<Vec<FileInfo>>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let info = sqlx::query(INFO)
            .bind(id.as_str())
            .bind(room.as_str())
            .bind(owner.as_str());
        let row = info.fetch_optional(&mut *tx).await.map_err(store_error)?;
        let Some(row) = row else { return Ok(None) };
        found.push(FileInfo {
            attached: true,
            ..rows::file_info(&row)?
        });
    }
    for id in ids {
        let mark = sqlx::query("UPDATE files SET attached = 1 WHERE id = ? AND attached = 0").bind(id.as_str());
        mark.execute(&mut *tx).await.map_err(store_error)?;
    }
    Ok(Some(found))
}
