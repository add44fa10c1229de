//! Writing projections: what an entry changes in `rooms`, `memberships`, `texts` and the index of words.
//!
//! Neighbours: [`log`](crate::log) calls this in the transaction of the entries; [`directory`](crate::directory) reads.

use std::fmt::Write as _;

use sqlx::{Row, SqliteConnection};
use trivium_engine::{Role, RoomId, Seq};
use trivium_store::{Face, Membership, Projection, StoreError, Text, words};

use crate::{catalogue::room, rows, store_error};

pub(crate) async fn write(
    tx: &mut SqliteConnection,
    id: &RoomId,
    projections: &[Projection],
) -> Result<(), StoreError> {
    for projection in projections {
        match projection {
            Projection::Face(it) => face(tx, id, it).await?,
            Projection::Closed { at } => drop(room::close(tx, id, *at).await?),
            Projection::InvitationRevoked { code } => {
                let revoke = sqlx::query("DELETE FROM invitations WHERE code = ?").bind(code.as_str());
                revoke.execute(&mut *tx).await.map_err(store_error)?;
            }
            Projection::MemberIn(it) => member_in(tx, id, it).await?,
            Projection::MemberOut { user } => {
                let delete = sqlx::query("DELETE FROM memberships WHERE user = ? AND room = ?");
                let delete = delete.bind(user.as_str()).bind(id.as_str());
                delete.execute(&mut *tx).await.map_err(store_error)?;
            }
            Projection::Text(it) => text(tx, id, it).await?,
            Projection::TextEdited { seq, text } => text_edited(tx, id, *seq, text).await?,
            Projection::TextGone { seq } => texts_gone(tx, id, *seq, *seq).await?,
            Projection::TextsGone { through } => texts_gone(tx, id, 1, *through).await?,
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
    Ok(())
}

/// Forgets all that projections have left of a room.
pub(crate) async fn forget(tx: &mut SqliteConnection, id: &RoomId) -> Result<u64, StoreError> {
    texts_gone(tx, id, 1, i64::MAX.cast_unsigned()).await?;
    let members = sqlx::query("DELETE FROM memberships WHERE room = ?").bind(id.as_str());
    Ok(members.execute(tx).await.map_err(store_error)?.rows_affected())
}

/// A name as one word that the tokenizer leaves alone.
pub(crate) fn as_word(name: &str) -> String {
    let mut word = String::with_capacity(2 * name.len());
    for byte in name.bytes() {
        write!(word, "{byte:02x}").expect("a string grows");
    }
    word
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

async fn member_in(tx: &mut SqliteConnection, id: &RoomId, member: &Membership) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR REPLACE INTO memberships (user, room, role, since, guest, nickname) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(member.user.as_str())
    .bind(id.as_str())
    .bind(role(member.role))
    .bind(rows::signed(member.since))
    .bind(member.guest)
    .bind(member.nickname.as_str())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

fn role(role: Role) -> i64 {
    match role {
        Role::Observer => 0,
        Role::Member => 1,
        Role::CoHost => 2,
        Role::Host => 3,
    }
}

async fn text(tx: &mut SqliteConnection, id: &RoomId, text: &Text) -> Result<(), StoreError> {
    let row = sqlx::query(
        "INSERT INTO texts (room, seq, author) VALUES (?, ?, ?)
         ON CONFLICT (room, seq) DO UPDATE SET author = excluded.author RETURNING id",
    )
    .bind(id.as_str())
    .bind(rows::signed(text.seq))
    .bind(text.author.as_str())
    .fetch_one(&mut *tx)
    .await
    .map_err(store_error)?;
    let place: i64 = row.try_get("id").map_err(store_error)?;
    index(tx, place, id, text.author.as_str(), &text.text).await
}

async fn text_edited(tx: &mut SqliteConnection, id: &RoomId, seq: Seq, text: &str) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT id, author FROM texts WHERE room = ? AND seq = ?")
        .bind(id.as_str())
        .bind(rows::signed(seq))
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(()) };
    let place: i64 = row.try_get("id").map_err(store_error)?;
    let author: String = row.try_get("author").map_err(store_error)?;
    index(tx, place, id, &author, text).await
}

async fn index(tx: &mut SqliteConnection, place: i64, id: &RoomId, author: &str, text: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT OR REPLACE INTO text_words (rowid, text, room, author) VALUES (?, ?, ?, ?)")
        .bind(place)
        .bind(words(text).join(" "))
        .bind(as_word(id.as_str()))
        .bind(as_word(author))
        .execute(tx)
        .await
        .map_err(store_error)?;
    Ok(())
}

async fn texts_gone(tx: &mut SqliteConnection, id: &RoomId, from: Seq, through: Seq) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM text_words WHERE rowid IN (SELECT id FROM texts WHERE room = ? AND seq BETWEEN ? AND ?)",
        "DELETE FROM texts WHERE room = ? AND seq BETWEEN ? AND ?",
    ] {
        let delete = sqlx::query(statement)
            .bind(id.as_str())
            .bind(rows::signed(from))
            .bind(rows::signed(through));
        delete.execute(&mut *tx).await.map_err(store_error)?;
    }
    Ok(())
}
