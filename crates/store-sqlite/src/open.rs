//! Opening the file: how it is set up, and the proof that it is.
//!
//! Neighbours: [`primary`](crate::primary) calls [`connect`] again when a connection broke.

use std::{
    error::Error,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use trivium_store::StoreError;

use crate::{SqliteStore, primary::Primary, store_error};

/// Read-only connections. Each has a thread; more do not help on the few cores that SQLite is for.
const READERS: u32 = 4;
/// Rows that a reader's thread may fetch ahead, so a bound on what a page of giant bodies holds besides itself.
const ROWS_AHEAD: usize = 16;
/// How long to wait for another process that writes, and for a free reader.
const PATIENCE: Duration = Duration::from_secs(5);
/// To what the write-ahead log is cut back after a checkpoint, in bytes.
const WAL_KEPT: &str = "67108864";

/// What must be true of the connection that writes: pragma and value. 2 is FULL.
const SETTINGS: [(&str, &str); 4] = [
    ("journal_mode", "wal"),
    ("synchronous", "2"),
    ("foreign_keys", "1"),
    ("busy_timeout", "5000"),
];

/// Why a file could not be used as a store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be opened, made, or read.
    #[error("cannot open {path}: {source}")]
    Connect {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: StoreError,
    },
    /// A setting on which durability or consistency rests did not take, as WAL does not on some file systems.
    #[error("SQLite's {pragma} is {got:?} where {want:?} is needed")]
    Setting {
        /// The pragma.
        pragma: &'static str,
        /// What it must be.
        want: &'static str,
        /// What it is.
        got: String,
    },
    /// The schema is of a later version, was tampered with, or cannot be brought up to date.
    #[error("cannot bring the schema up to date: {0}")]
    Migrate(#[source] Box<dyn Error + Send + Sync>),
}

pub(crate) async fn open(path: &Path) -> Result<SqliteStore, OpenError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging();
    let write = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", WAL_KEPT);
    let mut connection = connect(&write).await?;
    let migrated = migrations().run(&mut connection).await;
    migrated.map_err(|error| OpenError::Migrate(error.into()))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options.read_only(true))
        .await
        .map_err(|error| cannot(path, error))?;
    Ok(SqliteStore {
        primary: Primary::new(connection, write),
        readers,
    })
}

/// A connection that writes, with its settings verified.
pub(crate) async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, OpenError> {
    let path = options.get_filename();
    let mut connection = options.connect().await.map_err(|error| cannot(path, error))?;
    match verify(&mut connection).await {
        Ok(()) => Ok(connection),
        Err(error) => {
            // Awaited so that no thread holds the file open when the caller hears of it.
            let _closed = connection.close().await;
            Err(error)
        }
    }
}

async fn verify(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    for (pragma, want) in SETTINGS {
        let ask = AssertSqlSafe(format!("PRAGMA {pragma}"));
        let answer = sqlx::query(ask).fetch_one(&mut *connection).await;
        // Unchecked, because some answer in numbers and some in words.
        let got = answer.and_then(|row| row.try_get_unchecked::<String, _>(0));
        let got = got.map_err(|error| cannot(Path::new(pragma), error))?;
        if got != want {
            return Err(OpenError::Setting { pragma, want, got });
        }
    }
    Ok(())
}

fn cannot(path: &Path, error: sqlx::Error) -> OpenError {
    OpenError::Connect {
        path: path.to_owned(),
        source: store_error(error),
    }
}

/// In the order of their numbers. One that was released is never changed; SQLite's copy has its checksum.
fn migrations() -> Migrator {
    let migration = |version, what: &'static str, sql: &'static str| {
        let sql = sqlx::SqlStr::from_static(sql);
        Migration::new(version, what.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(vec![migration(
        1,
        "initial",
        include_str!("../migrations/0001_initial.sql"),
    )])
}
