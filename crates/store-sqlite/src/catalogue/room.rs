//! Statements on the table `rooms`.
//!
//! Neighbours: [`catalogue`](super) runs them.

use sqlx::SqliteConnection;
use trivium_engine::{RoomId, Timestamp};
use trivium_store::{CreateRoom, RoomRecord, StoreError};

use super::Statement;
use crate::{projection, rows, store_error};

pub(super) async fn create(tx: &mut SqliteConnection, room: &RoomRecord) -> Result<CreateRoom, StoreError> {
    let there = by_id(&room.id).fetch_optional(&mut *tx).await;
    if let Some(row) = there.map_err(store_error)? {
        return Ok(CreateRoom::Exists(rows::room(&row)?));
    }
    if let Some(code) = &room.code {
        let taken = by_code(code).fetch_optional(&mut *tx).await;
        if taken.map_err(store_error)?.is_some() {
            return Ok(CreateRoom::CodeTaken);
        }
    }
    sqlx::query(
        "INSERT INTO rooms (id, epoch, code, kind, title, created_by, created_at, closed_at, projected)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
    )
    .bind(room.id.as_str())
    .bind(room.epoch.cast_signed())
    .bind(room.code.as_deref())
    .bind(room.kind.as_str())
    .bind(room.title.as_str())
    .bind(room.created_by.as_str())
    .bind(rows::signed(room.created_at.0))
    .bind(room.closed_at.map(|at| rows::signed(at.0)))
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(CreateRoom::Created)
}

pub(super) async fn delete(tx: &mut SqliteConnection, id: &RoomId) -> Result<bool, StoreError> {
    let statements = [
        "DELETE FROM rooms WHERE id = ?",
        "DELETE FROM invitations WHERE room = ?",
        "DELETE FROM files WHERE room = ?",
        "DELETE FROM snapshots WHERE room = ?",
        "DELETE FROM entries WHERE room = ?",
    ];
    let mut deleted = projection::forget(tx, id).await?;
    for statement in statements {
        let done = sqlx::query(statement).bind(id.as_str()).execute(&mut *tx).await;
        deleted += done.map_err(store_error)?.rows_affected();
    }
    Ok(deleted > 0)
}

pub(super) fn by_id(id: &RoomId) -> Statement {
    sqlx::query("SELECT * FROM rooms WHERE id = ?").bind(id.as_str())
}

/// A closed room has neither code nor invitations, so what is found is open. With OR instead of `coalesce`, SQLite would make a
/// table of what it has found already.
pub(super) fn by_code(code: &str) -> Statement {
    sqlx::query(
        "SELECT * FROM rooms WHERE id =
         coalesce((SELECT id FROM rooms WHERE code = ?1), (SELECT room FROM invitations WHERE code = ?1))",
    )
    .bind(code)
}

pub(crate) async fn close(tx: &mut SqliteConnection, id: &RoomId, at: Timestamp) -> Result<bool, StoreError> {
    let close = sqlx::query("UPDATE rooms SET closed_at = coalesce(closed_at, ?), code = NULL WHERE id = ?")
        .bind(rows::signed(at.0))
        .bind(id.as_str());
    let closed = close.execute(&mut *tx).await.map_err(store_error)?;
    let revoke = sqlx::query("DELETE FROM invitations WHERE room = ?").bind(id.as_str());
    revoke.execute(tx).await.map_err(store_error)?;
    Ok(closed.rows_affected() > 0)
}

/// Lacks its limit. No identifier is empty, so all of them follow the empty text.
pub(super) fn open(after: Option<&str>) -> Statement {
    sqlx::query("SELECT * FROM rooms WHERE closed_at IS NULL AND id > ? ORDER BY id LIMIT ?")
        .bind(after.unwrap_or_default())
}
