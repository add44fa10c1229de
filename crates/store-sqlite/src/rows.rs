//! From rows to records and back: the only place that knows how numbers and identifiers lie in columns.
//!
//! Neighbours: [`log`](crate::log), [`snapshot`](crate::snapshot), [`catalogue`](crate::catalogue) and
//! [`media`](crate::media) name the columns.

use std::str::FromStr;

use bytes::Bytes;
use sqlx::{Row, sqlite::SqliteRow};
use trivium_engine::Timestamp;
use trivium_store::{
    FileInfo, FileRecord, MediaRecord, QuizRecord, QuizSummary, Record, RoomRecord, Snapshot, StoreError,
};

use crate::{error::corrupt, store_error};

/// A number up to [`MAX_SEQ`](trivium_store::log::MAX_SEQ), which the port's checks have made sure of.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn number<N: TryFrom<i64>>(row: &SqliteRow, column: &str) -> Result<N, StoreError> {
    let number: i64 = row.try_get(column).map_err(store_error)?;
    N::try_from(number).map_err(|_| corrupt(column))
}

pub(crate) fn record(row: &SqliteRow) -> Result<Record, StoreError> {
    Ok(Record {
        seq: number(row, "seq")?,
        at: Timestamp(number(row, "at")?),
        kind: text(row, "kind")?,
        body: bytes(row, "body")?,
    })
}

pub(crate) fn snapshot(row: &SqliteRow) -> Result<Snapshot, StoreError> {
    Ok(Snapshot {
        seq: number(row, "seq")?,
        version: number(row, "version")?,
        body: bytes(row, "body")?,
    })
}

pub(crate) fn room(row: &SqliteRow) -> Result<RoomRecord, StoreError> {
    let epoch: i64 = row.try_get("epoch").map_err(store_error)?;
    Ok(RoomRecord {
        id: id(row, "id")?,
        epoch: epoch.cast_unsigned(),
        code: row.try_get("code").map_err(store_error)?,
        kind: text(row, "kind")?,
        title: text(row, "title")?,
        created_by: id(row, "created_by")?,
        created_at: Timestamp(number(row, "created_at")?),
        closed_at: time(row, "closed_at")?,
    })
}

pub(crate) fn quiz(row: &SqliteRow) -> Result<QuizRecord, StoreError> {
    let QuizSummary {
        id,
        revision,
        owner,
        title,
        questions,
        created_at,
    } = quiz_summary(row)?;
    Ok(QuizRecord {
        id,
        revision,
        owner,
        title,
        questions,
        created_at,
        body: bytes(row, "body")?,
    })
}

pub(crate) fn quiz_summary(row: &SqliteRow) -> Result<QuizSummary, StoreError> {
    Ok(QuizSummary {
        id: id(row, "id")?,
        revision: number(row, "revision")?,
        owner: id(row, "owner")?,
        title: text(row, "title")?,
        questions: number(row, "questions")?,
        created_at: Timestamp(number(row, "created_at")?),
    })
}

pub(crate) fn media(row: &SqliteRow) -> Result<MediaRecord, StoreError> {
    Ok(MediaRecord {
        id: id(row, "id")?,
        content_type: text(row, "content_type")?,
        owner: id(row, "owner")?,
        created_at: Timestamp(number(row, "created_at")?),
        body: bytes(row, "body")?,
    })
}

pub(crate) fn file_info(row: &SqliteRow) -> Result<FileInfo, StoreError> {
    let size = (number(row, "width")?, number(row, "height")?);
    let attached: i64 = number(row, "attached")?;
    Ok(FileInfo {
        id: id(row, "id")?,
        room: id(row, "room")?,
        owner: id(row, "owner")?,
        name: text(row, "name")?,
        content_type: text(row, "content_type")?,
        bytes: number(row, "bytes")?,
        size: (size != (0, 0)).then_some(size),
        created_at: Timestamp(number(row, "created_at")?),
        attached: attached != 0,
    })
}

pub(crate) fn file(row: &SqliteRow) -> Result<FileRecord, StoreError> {
    Ok(FileRecord {
        info: file_info(row)?,
        body: bytes(row, "body")?,
    })
}

pub(crate) fn id<T: FromStr>(row: &SqliteRow, column: &str) -> Result<T, StoreError> {
    let text: &str = row.try_get(column).map_err(store_error)?;
    text.parse().map_err(|_| corrupt(column))
}

/// A time that may be missing.
pub(crate) fn time(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, StoreError> {
    let time: Option<i64> = row.try_get(column).map_err(store_error)?;
    let time = time.map(u64::try_from).transpose();
    Ok(time.map_err(|_| corrupt(column))?.map(Timestamp))
}

pub(crate) fn text(row: &SqliteRow, column: &str) -> Result<String, StoreError> {
    row.try_get(column).map_err(store_error)
}

fn bytes(row: &SqliteRow, column: &str) -> Result<Bytes, StoreError> {
    let bytes: Vec<u8> = row.try_get(column).map_err(store_error)?;
    Ok(bytes.into())
}
