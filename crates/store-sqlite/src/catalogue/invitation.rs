//! Statements on the table `invitations`.
//!
//! Neighbours: [`catalogue`](super) runs them; [`room`](super::room) finds rooms by them, and deletes them with their room.

use sqlx::{Row, SqliteConnection};
use trivium_engine::Timestamp;
use trivium_store::{InvitationRecord, PutInvitation, StoreError};

use super::{Statement, room};
use crate::{rows, store_error};

pub(super) async fn put(
    tx: &mut SqliteConnection,
    invitation: &InvitationRecord,
    now: Timestamp,
) -> Result<PutInvitation, StoreError> {
    let expired = sqlx::query("DELETE FROM invitations WHERE expires_at <= ?").bind(rows::signed(now.0));
    expired.execute(&mut *tx).await.map_err(store_error)?;
    let open = sqlx::query("SELECT 1 FROM rooms WHERE id = ? AND closed_at IS NULL").bind(invitation.room.as_str());
    if open.fetch_optional(&mut *tx).await.map_err(store_error)?.is_none() {
        return Ok(PutInvitation::NoRoom);
    }
    let there = sqlx::query("SELECT room FROM invitations WHERE code = ?").bind(invitation.code.as_str());
    if let Some(row) = there.fetch_optional(&mut *tx).await.map_err(store_error)? {
        let room: String = row.try_get("room").map_err(store_error)?;
        return Ok(if room == invitation.room.as_str() {
            PutInvitation::Stored
        } else {
            PutInvitation::Taken
        });
    }
    let taken = room::by_code(&invitation.code).fetch_optional(&mut *tx).await;
    if taken.map_err(store_error)?.is_some() {
        return Ok(PutInvitation::Taken);
    }
    sqlx::query("INSERT INTO invitations (code, room, expires_at) VALUES (?, ?, ?)")
        .bind(invitation.code.as_str())
        .bind(invitation.room.as_str())
        .bind(rows::signed(invitation.expires_at.0))
        .execute(tx)
        .await
        .map_err(store_error)?;
    Ok(PutInvitation::Stored)
}

pub(super) fn delete(code: &str) -> Statement {
    sqlx::query("DELETE FROM invitations WHERE code = ?").bind(code.to_owned())
}
