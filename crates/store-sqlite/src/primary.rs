//! The one connection that writes, and its transactions.
//!
//! Neighbours: [`open`] makes and verifies connections; [`log`](crate::log), [`snapshot`](crate::snapshot)
//! and [`catalogue`](crate::catalogue) say what happens inside a transaction.
//!
//! A single statement outside of a transaction is one by itself.
//!
//! Invariant: the slot is `Ready` only between transactions. Whoever runs one takes the connection out and puts it back
//! after the commit; after an error, a panic or an abort it is not put back, and the next transaction opens another. So no
//! transaction can be left open, and sqlx's count of its depth, which SQLite's own rollback on a full disk leaves wrong,
//! is never carried on.

use std::{mem, sync::Arc};

use futures_util::future::BoxFuture;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::Mutex;
use trivium_store::StoreError;

use crate::{open, store_error};

#[derive(Clone, Debug)]
pub(crate) struct Primary {
    slot: Arc<Mutex<Slot>>,
    options: SqliteConnectOptions,
}

#[derive(Debug)]
enum Slot {
    Ready(SqliteConnection),
    Broken,
    Closed,
}

impl Primary {
    pub(crate) fn new(connection: SqliteConnection, options: SqliteConnectOptions) -> Self {
        Self {
            slot: Arc::new(Mutex::new(Slot::Ready(connection))),
            options,
        }
    }

    /// Runs `work` in a transaction, in a task of its own, and commits it if it succeeds.
    ///
    /// Callers take turns in the order they came. One that is dropped while it waits leaves nothing; later, the task
    /// goes on to the end without it.
    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>>,
    {
        self.run(|connection| Box::pin(transact(connection, work))).await
    }

    /// As [`write`](Self::write) without a transaction around it: for work that writes by one statement, which SQLite makes a
    /// transaction of by itself.
    pub(crate) async fn run<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>>,
    {
        let mut slot = Arc::clone(&self.slot).lock_owned().await;
        let options = self.options.clone();
        let task = tokio::spawn(async move {
            let mut connection = take(&mut slot, &options).await?;
            let result = work(&mut connection).await;
            match &result {
                Ok(_) => *slot = Slot::Ready(connection),
                Err(error) => {
                    tracing::warn!(%error, "a transaction failed, so its connection is replaced");
                    // Awaited so that its lock on the file is gone before the next one opens.
                    let _closed = connection.close().await;
                }
            }
            result
        });
        task.await.unwrap_or_else(|error| Err(StoreError::unavailable(error)))
    }

    /// Empties the write-ahead log and closes the connection for good.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let mut slot = self.slot.lock().await;
        let Slot::Ready(mut connection) = mem::replace(&mut *slot, Slot::Closed) else {
            return Ok(());
        };
        let emptied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut connection)
            .await;
        connection.close().await.and(emptied.map(drop)).map_err(store_error)
    }
}

async fn take(slot: &mut Slot, options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    match mem::replace(slot, Slot::Broken) {
        Slot::Ready(connection) => Ok(connection),
        Slot::Broken => open::connect(options).await.map_err(StoreError::unavailable),
        Slot::Closed => {
            *slot = Slot::Closed;
            Err(StoreError::unavailable("the store is closed"))
        }
    }
}

async fn transact<T, W>(connection: &mut SqliteConnection, work: W) -> Result<T, StoreError>
where
    T: Send,
    W: Send,
    W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>>,
{
    // IMMEDIATE, because a transaction that reads first and then finds that another process wrote cannot be saved.
    let begun = connection.begin_with("BEGIN IMMEDIATE").await;
    let mut transaction = begun.map_err(store_error)?;
    let value = work(&mut transaction).await?;
    transaction.commit().await.map_err(store_error)?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use trivium_store::{ErrorKind, StoreError};

    use crate::{SqliteStore, store_error};

    async fn run(store: &SqliteStore, statements: &'static [&'static str]) -> Result<(), StoreError> {
        let work = store.primary.write(move |tx| {
            Box::pin(async move {
                for statement in statements {
                    sqlx::query(*statement).execute(&mut *tx).await.map_err(store_error)?;
                }
                Ok(())
            })
        });
        work.await
    }

    async fn snapshots(store: &SqliteStore) -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM snapshots");
        count.fetch_one(&store.readers).await.expect("count")
    }

    const ONE: &str = "INSERT INTO snapshots VALUES ('r', 1, 1, x'00')";

    /// After each failure nothing is written, nothing is open, and the next transaction works.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_failed_transaction_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path().join("db")).await.expect("open");
        let table: [(&[&str], ErrorKind); 5] = [
            (&[ONE, "no SQL"], ErrorKind::Unavailable),
            (&[ONE, ONE], ErrorKind::Corrupt),
            // SQLite itself rolls back here, behind the back of whoever counts transactions.
            (
                &["INSERT OR ROLLBACK INTO snapshots VALUES ('r', 1, 1, NULL)"],
                ErrorKind::Corrupt,
            ),
            (
                &[
                    "PRAGMA max_page_count = 40",
                    ONE,
                    "INSERT INTO snapshots VALUES ('full', 1, 1, zeroblob(1000000))",
                ],
                ErrorKind::Full,
            ),
            (
                &[ONE, "INSERT INTO snapshots VALUES ('big', 1, 1, zeroblob(1000000001))"],
                ErrorKind::Invalid,
            ),
        ];
        for (statements, kind) in table {
            let error = run(&store, statements).await.expect_err("it fails");
            assert_eq!(error.kind(), kind, "{statements:?}: {error}");
            assert_eq!(snapshots(&store).await, 0, "{statements:?}");
            run(&store, &[ONE]).await.expect("the next works");
            run(&store, &["DELETE FROM snapshots"]).await.expect("so does another");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_panic_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path().join("db")).await.expect("open");
        let panicked: Result<(), _> = store
            .primary
            .write(|tx| {
                Box::pin(async move {
                    sqlx::query(ONE).execute(tx).await.map_err(store_error)?;
                    panic!("in the middle of a transaction");
                })
            })
            .await;
        assert_eq!(panicked.expect_err("it panicked").kind(), ErrorKind::Unavailable);
        assert_eq!(snapshots(&store).await, 0);
        run(&store, &[ONE]).await.expect("the next works");
        assert_eq!(snapshots(&store).await, 1);
    }
}
