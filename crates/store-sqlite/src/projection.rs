//! Writing projections: what an entry changes in `rooms`, `memberships`, `texts` and the index of words.
//!
//! Neighbours: [`log`](crate::log) calls this in the transaction of the entries; [`directory`](crate::directory) reads.

use std::{fmt::Write as _, mem::discriminant, sync::LazyLock};

use sqlx::{Row, SqliteConnection};
use trivium_engine::{Role, RoomId, Seq};
use trivium_store::{Face, Membership, Projection, StoreError, Text, words};

use crate::{catalogue::room, log::CHUNKS, rows, store_error};

/// By the number of rows, as in [`CHUNKS`].
static MEMBERS_IN: LazyLock<[String; 4]> = LazyLock::new(|| {
    CHUNKS.map(|rows| {
        let values = vec!["(?, ?, ?, ?, ?, ?)"; rows].join(", ");
        format!("INSERT OR REPLACE INTO memberships (user, room, role, since, guest, nickname) VALUES {values}")
    })
});

/// The same. Two statements in one: only the first can give a message its place, and a second hop to the connection's thread
/// would cost as much as both of them. Values are bound to one after the other.
static TEXTS: LazyLock<[String; 4]> = LazyLock::new(|| {
    CHUNKS.map(|rows| {
        let values = vec!["(?, ?, ?)"; rows].join(", ");
        format!(
            "INSERT INTO texts (room, seq, author) VALUES {values}
             ON CONFLICT (room, seq) DO UPDATE SET author = excluded.author;
             INSERT OR REPLACE INTO text_words (rowid, text, room, author)
             SELECT texts.id, column2, ?, column3 FROM (VALUES {values})
             JOIN texts ON texts.room = ? AND texts.seq = column1"
        )
    })
});

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
        members_in(tx, id, &members).await?;
        texts(tx, id, &shown).await?;
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

async fn members_in(tx: &mut SqliteConnection, id: &RoomId, members: &[&Membership]) -> Result<(), StoreError> {
    let mut rest = members;
    for (rows, sql) in CHUNKS.into_iter().zip(MEMBERS_IN.iter()) {
        while let Some((chunk, others)) = rest.split_at_checked(rows) {
            let mut insert = sqlx::query(sql.as_str());
            for member in chunk {
                insert = insert
                    .bind(member.user.as_str())
                    .bind(id.as_str())
                    .bind(role(member.role))
                    .bind(rows::signed(member.since))
                    .bind(member.guest)
                    .bind(member.nickname.as_str());
            }
            insert.execute(&mut *tx).await.map_err(store_error)?;
            rest = others;
        }
    }
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

async fn texts(tx: &mut SqliteConnection, id: &RoomId, texts: &[&Text]) -> Result<(), StoreError> {
    let mut rest = texts;
    for (rows, sql) in CHUNKS.into_iter().zip(TEXTS.iter()) {
        while let Some((chunk, others)) = rest.split_at_checked(rows) {
            let mut insert = sqlx::query(sql.as_str());
            for text in chunk {
                insert = insert
                    .bind(id.as_str())
                    .bind(rows::signed(text.seq))
                    .bind(text.author.as_str());
            }
            insert = insert.bind(as_word(id.as_str()));
            for text in chunk {
                insert = insert
                    .bind(rows::signed(text.seq))
                    .bind(words(&text.text).join(" "))
                    .bind(as_word(text.author.as_str()));
            }
            let insert = insert.bind(id.as_str());
            insert.execute(&mut *tx).await.map_err(store_error)?;
            rest = others;
        }
    }
    Ok(())
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
