//! Writing projections: what an entry changes in `rooms`, `memberships`, `files` and the index of words.
//!
//! Neighbours: [`log`](crate::log) calls this in the transaction of the entries, [`index`] is for messages;
//! [`directory`](crate::directory) reads.

use std::mem::discriminant;

use sqlx::SqliteConnection;
use trivium_engine::{Role, RoomId};
use trivium_store::{Face, Membership, Projection, StoreError, Text, words};

use crate::{
    catalogue::{Statement, room},
    index,
    insert::Insert,
    rows, store_error,
};

pub(crate) static MEMBERS_IN: Insert = Insert::new(
    "INSERT OR REPLACE INTO memberships (user, room, role, since, guest, nickname)",
    "(?, ?, ?, ?, ?, ?)",
);

/// In order. What a crowd does at once, come in or say something, goes into few statements.
pub(crate) async fn write(
    tx: &mut SqliteConnection,
    id: &RoomId,
    projections: &[Projection],
) -> Result<(), StoreError> {
    let alike = |one: &Projection, next: &Projection| discriminant(one) == discriminant(next);
    for run in projections.chunk_by(alike) {
        let (mut members, mut shown) = (Vec::new(), Vec::new());
        for projection in run {
            match projection {
                Projection::MemberIn(it) => members.push(it),
                Projection::Text(it) => shown.push(it),
                Projection::Face(it) => face(tx, id, it).await?,
                Projection::Closed { at } => drop(room::close(tx, id, *at).await?),
                Projection::InvitationRevoked { code } => {
                    let revoke = sqlx::query("DELETE FROM invitations WHERE code = ?").bind(code.as_str());
                    revoke.execute(&mut *tx).await.map_err(store_error)?;
                }
                Projection::MemberOut { user } => {
                    let delete = sqlx::query("DELETE FROM memberships WHERE user = ? AND room = ?");
                    let delete = delete.bind(user.as_str()).bind(id.as_str());
                    delete.execute(&mut *tx).await.map_err(store_error)?;
                }
                Projection::TextEdited { seq, text } => index::edit(tx, id, *seq, text).await?,
                Projection::TextGone { seq } => index::remove(tx, id, *seq, *seq).await?,
                Projection::TextsGone { through } => index::remove(tx, id, 1, *through).await?,
                Projection::FilesGone { files } => {
                    for file in files {
                        let detach = sqlx::query("UPDATE files SET attached = 0 WHERE id = ? AND room = ?");
                        let detach = detach.bind(file.as_str()).bind(id.as_str());
                        detach.execute(&mut *tx).await.map_err(store_error)?;
                    }
                }
                Projection::FilesExpired { before } => {
                    let detach = sqlx::query("UPDATE files SET attached = 0 WHERE room = ? AND created_at < ?");
                    let detach = detach.bind(id.as_str()).bind(rows::signed(before.0));
                    detach.execute(&mut *tx).await.map_err(store_error)?;
                }
            }
        }
        let come_in = |insert, member: &&Membership| bind_member(insert, id, member);
        MEMBERS_IN.all(tx, &members, come_in).await?;
        index::ADD
            .all(tx, &shown, |insert, text: &&Text| index::bind(insert, id, text))
            .await?;
    }
    Ok(())
}

/// Forgets all that projections have left of a room.
pub(crate) async fn forget(tx: &mut SqliteConnection, id: &RoomId) -> Result<u64, StoreError> {
    index::remove(tx, id, 1, i64::MAX.cast_unsigned()).await?;
    let members = sqlx::query("DELETE FROM memberships WHERE room = ?").bind(id.as_str());
    Ok(members.execute(tx).await.map_err(store_error)?.rows_affected())
}

async fn face(tx: &mut SqliteConnection, id: &RoomId, face: &Face) -> Result<(), StoreError> {
    let words = words(&format!("{} {}", face.title, face.description)).join(" ");
    sqlx::query(
        "UPDATE rooms SET title = ?, description = ?, title_words = ?, listed = ?, archived_at = ?, since_join = ?, forgets = ?
         WHERE id = ?",
    )
    .bind(face.title.as_str())
    .bind(face.description.as_str())
    .bind(format!(" {words} "))
    .bind(face.listed)
    .bind(face.archived_at.map(|at| rows::signed(at.0)))
    .bind(face.since_join)
    .bind(face.forgets)
    .bind(id.as_str())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// The six columns of a row of `memberships`.
pub(crate) fn bind_member(insert: Statement, id: &RoomId, member: &Membership) -> Statement {
    insert
        .bind(member.user.as_str())
        .bind(id.as_str())
        .bind(role(member.role))
        .bind(rows::signed(member.since))
        .bind(member.guest)
        .bind(member.nickname.as_str())
}

fn role(role: Role) -> i64 {
    match role {
        Role::Observer => 0,
        Role::Member => 1,
        Role::CoHost => 2,
        Role::Host => 3,
    }
}
