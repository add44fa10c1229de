//! Opening the file: how it is set up, and the proof that it is.
//!
//! Neighbours: [`primary`](crate::primary) calls [`connect`] again when a connection broke.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::atomic::AtomicUsize,
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
        said: AtomicUsize::new(0),
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
    Migrator::with_migrations(vec![
        migration(1, "initial", include_str!("../migrations/0001_initial.sql")),
        migration(2, "media", include_str!("../migrations/0002_media.sql")),
        migration(3, "invitations", include_str!("../migrations/0003_invitations.sql")),
        migration(4, "directory", include_str!("../migrations/0004_directory.sql")),
        migration(5, "files", include_str!("../migrations/0005_files.sql")),
        migration(6, "unindexed", include_str!("../migrations/0006_unindexed.sql")),
        migration(7, "turns", include_str!("../migrations/0007_turns.sql")),
        migration(8, "crowds", include_str!("../migrations/0008_crowds.sql")),
    ])
}

#[cfg(test)]
mod tests {
    use trivium_store::{ErrorKind, Store as _};

    use super::*;

    type Weaken = fn(SqliteConnectOptions) -> SqliteConnectOptions;

    #[tokio::test]
    async fn a_weaker_setting_is_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let sound = || {
            SqliteConnectOptions::new()
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(PATIENCE)
        };
        let table: [(&str, Weaken, &str); 5] = [
            ("journal_mode", |o| o.journal_mode(SqliteJournalMode::Delete), "delete"),
            ("journal_mode", |o| o.in_memory(true), "memory"),
            ("synchronous", |o| o.synchronous(SqliteSynchronous::Normal), "1"),
            ("foreign_keys", |o| o.foreign_keys(false), "0"),
            ("busy_timeout", |o| o.busy_timeout(Duration::ZERO), "0"),
        ];
        for (number, (name, weaken, value)) in table.into_iter().enumerate() {
            let file = folder.path().join(number.to_string());
            match connect(&weaken(sound().filename(&file))).await {
                Err(OpenError::Setting { pragma, got, .. }) => assert_eq!((pragma, got.as_str()), (name, value)),
                other => panic!("{name}: {other:?}"),
            }
            connect(&sound().filename(&file)).await.expect("the sound one");
        }
    }

    #[tokio::test]
    async fn an_unknown_schema_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let spoils = [
            "UPDATE _sqlx_migrations SET checksum = x'00'",
            "UPDATE _sqlx_migrations SET version = version + 998",
        ];
        for (number, spoil) in spoils.into_iter().enumerate() {
            let file = folder.path().join(number.to_string());
            let store = open(&file).await.expect("open");
            let done = store
                .primary
                .write(move |tx| Box::pin(async move { sqlx::query(spoil).execute(tx).await.map_err(store_error) }));
            done.await.expect("spoilt");
            store.close().await.expect("close");
            let error = open(&file).await.expect_err(spoil);
            assert!(matches!(error, OpenError::Migrate(_)), "{error}");
        }
    }

    #[tokio::test]
    async fn what_is_no_database_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("text");
        std::fs::write(&file, "not a database, but long enough to look at: ".repeat(100)).expect("written");
        let missing = folder.path().join("no/such/folder");
        for (path, want) in [(&file, ErrorKind::Corrupt), (&missing, ErrorKind::Unavailable)] {
            match open(path).await {
                Err(OpenError::Connect { source, .. }) => assert_eq!(source.kind(), want, "{source}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
