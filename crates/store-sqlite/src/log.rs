//! The room log in the table `entries`.
//!
//! Neighbours: [`primary`](crate::primary) runs [`append`] as one transaction, [`turn`] is the short way for a single room.
//!
//! A statement costs a hop to the connection's thread, about as much as twenty rows, so a batch uses few: one for all
//! heads, and inserts of up to 64 rows.

use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use sqlx::SqliteConnection;
use trivium_engine::{RoomId, Seq};
use trivium_store::{Append, Appended, Page, Projection, Record, RoomLog, StoreError};

use crate::{SqliteStore, catalogue::Statement, error::corrupt, insert::Insert, projection, rows, store_error, turn};

static ENTRIES: Insert = Insert::new(
    "INSERT INTO entries (room, seq, at, kind, owner, body)",
    "(?, ?, ?, ?, ?, ?)",
);

#[async_trait]
impl RoomLog for SqliteStore {
    async fn append(&self, batch: &[Append]) -> Result<Vec<Appended>, StoreError> {
        batch.iter().try_for_each(Append::check)?;
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let said = batch.iter().flat_map(|member| &member.projections);
        let said = said.filter(|one| matches!(one, Projection::Text(_))).count();
        let batch = batch.to_vec();
        let answers = if turn::fits(&batch) {
            self.primary
                .run(move |connection| Box::pin(async move { append_turn(connection, &batch[0]).await }))
                .await?
        } else {
            self.primary
                .write(move |tx| Box::pin(async move { append(tx, &batch).await }))
                .await?
        };
        self.count_said(said);
        Ok(answers)
    }

    async fn read(&self, room: &RoomId, after: Seq, max: Page) -> Result<Vec<Record>, StoreError> {
        let limit = i64::try_from(max.limit()).unwrap_or(i64::MAX);
        let mut rows = sqlx::query(
            "SELECT seq, at, kind, body FROM entries
             WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?",
        )
        .bind(room.as_str())
        .bind(rows::signed(after))
        .bind(limit)
        .fetch(&self.readers);
        let mut page: Vec<Record> = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.try_next().await.map_err(store_error)? {
            let record = rows::record(&row)?;
            let last = page.last().map_or(after, |last| last.seq);
            if record.seq != last + 1 {
                return Err(corrupt(&format!("{room}: {} follows {last}", record.seq)));
            }
            if !max.admits(page.len(), bytes, record.size()) {
                break;
            }
            bytes += record.size();
            page.push(record);
        }
        Ok(page)
    }

    async fn head(&self, room: &RoomId) -> Result<Seq, StoreError> {
        let row = sqlx::query("SELECT coalesce(max(seq), 0) AS head FROM entries WHERE room = ?")
            .bind(room.as_str())
            .fetch_one(&self.readers)
            .await
            .map_err(store_error)?;
        rows::number(&row, "head")
    }
}

async fn append(tx: &mut SqliteConnection, batch: &[Append]) -> Result<Vec<Appended>, StoreError> {
    let mut heads = heads(tx, batch).await?;
    let mut accepted = Vec::new();
    let mut answers = Vec::with_capacity(batch.len());
    for member in batch {
        let head = heads.entry(member.room.clone()).or_insert(0);
        answers.push(if *head == member.after {
            *head = member.head();
            accepted.extend(member.records.iter().map(|record| (member, record)));
            Appended::Written
        } else {
            Appended::Conflict { head: *head }
        });
    }
    let entry = |insert, (member, record): &(&Append, &Record)| bind(insert, member, record);
    ENTRIES.all(tx, &accepted, entry).await?;
    for (member, answer) in batch.iter().zip(&answers) {
        if *answer == Appended::Written {
            projection::write(tx, &member.room, &member.projections).await?;
        }
    }
    Ok(answers)
}

/// [`append`] of one room's turn in one hop.
async fn append_turn(connection: &mut SqliteConnection, turn: &Append) -> Result<Vec<Appended>, StoreError> {
    if turn::write(connection, turn).await? {
        return Ok(vec![Appended::Written]);
    }
    let head = heads(connection, std::slice::from_ref(turn)).await?;
    let head = head.get(&turn.room).copied().unwrap_or(0);
    Ok(vec![Appended::Conflict { head }])
}

/// Where the logs of the batch's rooms end; those without one are missing or 0.
async fn heads(tx: &mut SqliteConnection, batch: &[Append]) -> Result<HashMap<RoomId, Seq>, StoreError> {
    let mut rooms: Vec<_> = batch.iter().map(|member| member.room.as_str()).collect();
    rooms.sort_unstable();
    rooms.dedup();
    // Identifiers have no character that JSON escapes.
    let json = format!("[\"{}\"]", rooms.join("\",\""));
    let rows = sqlx::query(
        "SELECT asked.value AS room,
                coalesce((SELECT max(seq) FROM entries WHERE room = asked.value), 0) AS head
         FROM json_each(?) AS asked",
    )
    .bind(json)
    .fetch_all(tx)
    .await
    .map_err(store_error)?;
    let head = |row| Ok((rows::id(row, "room")?, rows::number(row, "head")?));
    rows.iter().map(head).collect()
}

/// The six columns of a row of `entries`.
pub(crate) fn bind(insert: Statement, append: &Append, record: &Record) -> Statement {
    insert
        .bind(append.room.as_str())
        .bind(rows::signed(record.seq))
        .bind(rows::signed(record.at.0))
        .bind(record.kind.as_str())
        .bind(append.owner.cast_signed())
        .bind(&record.body[..])
}
