//! Pictures in the table `media`.
//!
//! Neighbours: [`primary`](crate::primary) runs [`put`] as one transaction, so that a quota holds for many at once.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use trivium_engine::UserId;
use trivium_store::{Media, MediaId, MediaRecord, PutMedia, StoreError};

use crate::{SqliteStore, rows, store_error};

/// What an owner has; 0 if there is nothing.
const USED: &str = "SELECT coalesce(sum(bytes), 0) AS used FROM media WHERE owner = ?";

#[async_trait]
impl Media for SqliteStore {
    async fn put_media(&self, media: &MediaRecord, quota: u64) -> Result<PutMedia, StoreError> {
        media.check()?;
        let media = media.clone();
        self.primary
            .write(move |tx| Box::pin(async move { put(tx, &media, quota).await }))
            .await
    }

    async fn media(&self, id: &MediaId) -> Result<Option<MediaRecord>, StoreError> {
        let row = sqlx::query("SELECT id, content_type, owner, created_at, body FROM media WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .map_err(store_error)?;
        row.as_ref().map(rows::media).transpose()
    }

    async fn media_bytes(&self, owner: &UserId) -> Result<u64, StoreError> {
        let used = sqlx::query(USED).bind(owner.as_str()).fetch_one(&self.readers).await;
        rows::number(&used.map_err(store_error)?, "used")
    }
}

async fn put(tx: &mut SqliteConnection, media: &MediaRecord, quota: u64) -> Result<PutMedia, StoreError> {
    let there = sqlx::query("SELECT 1 FROM media WHERE id = ?")
        .bind(media.id.as_str())
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    if there.is_some() {
        return Ok(PutMedia::Stored);
    }
    let used = sqlx::query(USED).bind(media.owner.as_str()).fetch_one(&mut *tx).await;
    let used: u64 = rows::number(&used.map_err(store_error)?, "used")?;
    let bytes = media.body.len() as u64;
    if used.saturating_add(bytes) > quota {
        return Ok(PutMedia::QuotaExceeded { used });
    }
    sqlx::query("INSERT INTO media (id, content_type, owner, created_at, bytes, body) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(media.id.as_str())
        .bind(media.content_type.as_str())
        .bind(media.owner.as_str())
        .bind(rows::signed(media.created_at.0))
        .bind(rows::signed(bytes))
        .bind(&media.body[..])
        .execute(tx)
        .await
        .map_err(store_error)?;
    Ok(PutMedia::Stored)
}
