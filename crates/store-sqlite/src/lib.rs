//! The room log, snapshots, the catalogue, the directory and media in SQLite: the embedded default.
//!
//! ```text
//!  append, create, put, … ──▶ Primary: one connection, each transaction in a task of its own
//!  read, head, list, …    ──▶ a few read-only connections, which never wait for the writer (WAL)
//! ```
//!
//! Neighbours: `trivium-store` has the ports and says what they promise; the server opens the store and puts it behind the
//! group-commit writer. No type of sqlx leaves this crate.
//!
//! A commit is durable when it returns: WAL with `synchronous=FULL`, read back before the first use.

mod catalogue;
mod directory;
mod error;
mod file;
mod index;
mod insert;
mod log;
mod media;
mod open;
mod primary;
mod projection;
mod rows;
mod snapshot;
mod turn;

use std::{path::Path, sync::atomic::AtomicUsize};

use async_trait::async_trait;
use sqlx::SqlitePool;
use trivium_store::{Store, StoreError};

pub use self::open::OpenError;
use self::{error::store_error, primary::Primary};

/// A store in one file, with SQLite's two companions (`-wal`, `-shm`) beside it.
///
/// Several processes may open the same file: the log's key keeps their writers apart.
#[derive(Debug)]
pub struct SqliteStore {
    primary: Primary,
    readers: SqlitePool,
    /// Messages since the index of words caught up.
    said: AtomicUsize,
}

impl SqliteStore {
    /// Opens the file, or makes it, and brings its schema up to date.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        open::open(path.as_ref()).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    /// Moves everything from the write-ahead log into the file and closes it.
    async fn close(&self) -> Result<(), StoreError> {
        // Readers first, for a checkpoint cannot pass one.
        self.readers.close().await;
        self.primary.close().await
    }
}
