//! The index of words in the tables `texts` and `text_words`, and what waits for it in `unindexed`.
//!
//! Neighbours: [`projection`](crate::projection) adds, changes and removes messages in the transaction of their entries;
//! [`directory`](crate::directory) searches.
//!
//! Invariant: a message that can be found is in `unindexed` or in the index as soon as it is in the log. Whoever reads the
//! index or changes what is in it lets it [catch up](catch_up) first, so nobody can tell that it is behind.

use std::{fmt::Write as _, sync::atomic::Ordering};

use sqlx::SqliteConnection;
use trivium_engine::{RoomId, Seq};
use trivium_store::{StoreError, Text, words};

use crate::{SqliteStore, catalogue::Statement, insert::Insert, rows, store_error};

/// After so many messages the index catches up, which holds up the next transaction for a few milliseconds.
const BEHIND: usize = 256;

/// Messages that can be found from now on.
pub(crate) static ADD: Insert = Insert::new("INSERT INTO unindexed (author, room, seq, words)", "(?, ?, ?, ?)");

/// One hop to the connection's thread. Only `texts` can give a message its place.
const CATCH_UP: &str = "
    INSERT INTO texts (room, seq, author) SELECT room, seq, author FROM unindexed WHERE true ORDER BY id
    ON CONFLICT (room, seq) DO UPDATE SET author = excluded.author;
    INSERT OR REPLACE INTO text_words (rowid, text, room, author)
    SELECT texts.id, unindexed.words, lower(hex(unindexed.room)), lower(hex(unindexed.author))
    FROM unindexed CROSS JOIN texts ON texts.room = unindexed.room AND texts.seq = unindexed.seq
    ORDER BY unindexed.id;
    DELETE FROM unindexed";

impl SqliteStore {
    /// Counts messages that were said, and lets the index catch up when they are many. Nobody waits for it.
    pub(crate) fn count_said(&self, messages: usize) {
        let before = self.said.fetch_add(messages, Ordering::Relaxed);
        if before >= BEHIND || before + messages < BEHIND {
            return;
        }
        self.said.store(0, Ordering::Relaxed);
        let primary = self.primary.clone();
        tokio::spawn(async move {
            if let Err(error) = primary.write(|tx| Box::pin(catch_up(tx))).await {
                tracing::debug!(%error, "the index of words stays behind until the next search");
            }
        });
    }

    /// Has the index catch up if there is anything that it lacks.
    pub(crate) async fn index_all(&self) -> Result<(), StoreError> {
        let behind = sqlx::query("SELECT 1 FROM unindexed LIMIT 1").fetch_optional(&self.readers);
        if behind.await.map_err(store_error)?.is_some() {
            self.primary.write(|tx| Box::pin(catch_up(tx))).await?;
        }
        Ok(())
    }
}

/// Moves everything that waits into the index, in the order in which it was said.
pub(crate) async fn catch_up(tx: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(CATCH_UP).execute(tx).await.map_err(store_error)?;
    Ok(())
}

/// The four columns of a row of `unindexed`.
pub(crate) fn bind(insert: Statement, id: &RoomId, text: &Text) -> Statement {
    insert
        .bind(text.author.as_str())
        .bind(id.as_str())
        .bind(rows::signed(text.seq))
        .bind(words(&text.text).join(" "))
}

/// A message that says something else from now on; nothing if it cannot be found.
pub(crate) async fn edit(tx: &mut SqliteConnection, id: &RoomId, seq: Seq, text: &str) -> Result<(), StoreError> {
    catch_up(tx).await?;
    sqlx::query(
        "INSERT OR REPLACE INTO text_words (rowid, text, room, author)
         SELECT id, ?, lower(hex(room)), lower(hex(author)) FROM texts WHERE room = ? AND seq = ?",
    )
    .bind(words(text).join(" "))
    .bind(id.as_str())
    .bind(rows::signed(seq))
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// Messages that cannot be found any more.
pub(crate) async fn remove(tx: &mut SqliteConnection, id: &RoomId, from: Seq, through: Seq) -> Result<(), StoreError> {
    catch_up(tx).await?;
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

/// A name as one word that the tokenizer leaves alone: its bytes in hexadecimal.
pub(crate) fn as_word(name: &str) -> String {
    let mut word = String::with_capacity(2 * name.len());
    for byte in name.bytes() {
        write!(word, "{byte:02x}").expect("a string grows");
    }
    word
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use trivium_engine::Timestamp;
    use trivium_store::{Append, Projection, Record, RoomLog as _, Store as _};

    use super::*;

    async fn count(store: &SqliteStore, sql: &'static str) -> i64 {
        let count = sqlx::query_scalar(sql).fetch_one(&store.readers);
        count.await.expect("counted")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_index_is_never_far_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path().join("db")).await.expect("opens");
        let behind = i64::try_from(BEHIND).expect("few");
        for after in 0..BEHIND as u64 {
            assert_eq!(
                count(&store, "SELECT count(*) FROM unindexed").await,
                rows::signed(after)
            );
            let said = Append {
                room: "r".parse().expect("an id"),
                owner: 5,
                after,
                records: vec![Record {
                    seq: after + 1,
                    at: Timestamp(7),
                    kind: "said".to_owned(),
                    body: vec![1].into(),
                }],
                projections: vec![Projection::Text(Text {
                    seq: after + 1,
                    author: "ana".parse().expect("an id"),
                    at: Timestamp(7),
                    text: "hello".to_owned(),
                })],
            };
            store.append(&[said]).await.expect("said");
        }
        let caught_up = async {
            while count(&store, "SELECT count(*) FROM unindexed").await > 0 {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), caught_up).await;
        waited.expect("nobody searches, and it catches up");
        for of in [
            "SELECT count(*) FROM texts",
            "SELECT count(*) FROM text_words WHERE text_words MATCH 'hello'",
        ] {
            assert_eq!(count(&store, of).await, behind);
        }
        store.close().await.expect("closed");
    }
}
