//! The turn of a single room as one statement: what is written while somebody chats, plays or comes in.
//!
//! Neighbours: [`log`](crate::log) calls this for turns that [`fit`](fits), and writes all others statement by statement. Where the
//! rows go is said by the triggers of the view `turns`.
//!
//! One statement is one hop to the connection's thread and one answer, and SQLite makes a transaction of it by itself. If the log's
//! head is not where the turn expects it, nothing is written at all.

use std::sync::LazyLock;

use futures_util::TryStreamExt;
use sqlx::{Executor, SqliteConnection};
use trivium_store::{Append, Projection, StoreError};

use crate::{index, log, projection, store_error};

/// Most entries, and most projections.
const MOST: usize = 8;

/// The rows of `turns`, with parameters in the order in which the tables behind it are written elsewhere.
const ENTRY: &str = "('entry', NULL, ?, NULL, ?, NULL, ?, ?, ?, ?, NULL)";
const MEMBER: &str = "('member', ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, ?)";
const TEXT: &str = "('text', ?, ?, NULL, ?, NULL, NULL, NULL, NULL, NULL, ?)";

/// By the number of entries from 1, and by that of members who come in, or of messages that can be found.
static WITH_MEMBERS: LazyLock<Statements> = LazyLock::new(|| statements(MEMBER));
static WITH_TEXTS: LazyLock<Statements> = LazyLock::new(|| statements(TEXT));

type Statements = [[String; MOST + 1]; MOST];

/// SQLITE_CONSTRAINT_TRIGGER, of the trigger that finds the log's head elsewhere.
const RAISED: &str = "1811";

/// Whether this is one turn, and [`write`] can write it.
pub(crate) fn fits(batch: &[Append]) -> bool {
    let [turn] = batch else { return false };
    let few = (1..=MOST).contains(&turn.records.len()) && turn.projections.len() <= MOST;
    let mut projections = turn.projections.iter();
    few && (projections.clone().all(|one| matches!(one, Projection::MemberIn(_)))
        || projections.all(|one| matches!(one, Projection::Text(_))))
}

/// Writes a turn that fits; whether the log ended where the turn says.
pub(crate) async fn write(connection: &mut SqliteConnection, turn: &Append) -> Result<bool, StoreError> {
    let with = match turn.projections.first() {
        Some(Projection::MemberIn(_)) => &WITH_MEMBERS,
        Some(_) | None => &WITH_TEXTS,
    };
    let mut insert = sqlx::query(with[turn.records.len() - 1][turn.projections.len()].as_str());
    for record in &turn.records {
        insert = log::bind(insert, turn, record);
    }
    for projection in &turn.projections {
        if let Projection::MemberIn(member) = projection {
            insert = projection::bind_member(insert, &turn.room, member);
        }
        if let Projection::Text(text) = projection {
            insert = index::bind(insert, &turn.room, text);
        }
    }
    // The one answer, and not the end behind it, for which this would be woken again.
    match connection.fetch_many(insert).try_next().await {
        Ok(Some(_written)) => Ok(true),
        Ok(None) => Err(StoreError::unavailable("the connection's thread has ended")),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(RAISED) => Ok(false),
        Err(error) => Err(store_error(error)),
    }
}

fn statements(other: &str) -> Statements {
    std::array::from_fn(|before| {
        std::array::from_fn(|others| {
            let rows = [vec![ENTRY; before + 1], vec![other; others]].concat();
            format!("INSERT INTO turns VALUES {}", rows.join(", "))
        })
    })
}

#[cfg(test)]
mod tests {
    use trivium_engine::{Role, Timestamp};
    use trivium_store::{Appended, Membership, Record, RoomLog as _, Store as _, Text};

    use super::*;
    use crate::SqliteStore;

    fn turn(after: u64, entries: u64, projections: Vec<Projection>) -> Append {
        let record = |seq| Record {
            seq,
            at: Timestamp(7),
            kind: "said".to_owned(),
            body: vec![1; 3].into(),
        };
        Append {
            room: "r".parse().expect("an id"),
            owner: 5,
            after,
            records: (after + 1..=after + entries).map(record).collect(),
            projections,
        }
    }

    fn text(seq: u64) -> Projection {
        Projection::Text(Text {
            seq,
            author: "ana".parse().expect("an id"),
            at: Timestamp(7),
            text: "hello".to_owned(),
        })
    }

    fn member(user: &str) -> Projection {
        Projection::MemberIn(Membership {
            user: user.parse().expect("an id"),
            role: Role::Member,
            since: 1,
            guest: false,
            nickname: "Ana".to_owned(),
        })
    }

    async fn rows(store: &SqliteStore) -> [i64; 3] {
        let mut counts = [0; 3];
        let tables = [
            "SELECT count(*) FROM entries",
            "SELECT count(*) FROM unindexed",
            "SELECT count(*) FROM memberships",
        ];
        for (count, sql) in counts.iter_mut().zip(tables) {
            *count = sqlx::query_scalar(sql)
                .fetch_one(&store.readers)
                .await
                .expect("counted");
        }
        counts
    }

    /// Whatever a turn has, all of it is written or, if the log ends elsewhere, nothing.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_turn_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path().join("db")).await.expect("opens");
        let (mut head, mut expected) = (0, [0; 3]);
        for entries in [1_u32, 2, 8] {
            for projections in [
                vec![],
                vec![text(head + 1)],
                (0..8).map(text).collect(),
                vec![member("ana")],
                (0..8).map(|n| member(&format!("u{entries}-{n}"))).collect(),
            ] {
                let many = i64::try_from(projections.len()).expect("few");
                let (texts, members) = match projections.first() {
                    Some(Projection::Text(_)) => (many, 0),
                    // The only one is in already when she comes again.
                    Some(_) if many == 1 => (0, i64::from(entries == 1)),
                    Some(_) | None => (0, many),
                };
                let late = turn(head + 9, entries.into(), projections.clone());
                let next = turn(head, entries.into(), projections);
                assert!(fits(std::slice::from_ref(&next)));
                let refused = store.append(&[late]).await.expect("answered");
                assert_eq!(refused, [Appended::Conflict { head }]);
                assert_eq!(rows(&store).await, expected, "after a conflict");
                assert_eq!(store.append(&[next]).await.expect("answered"), [Appended::Written]);
                head += u64::from(entries);
                for (count, more) in expected.iter_mut().zip([i64::from(entries), texts, members]) {
                    *count += more;
                }
                assert_eq!(
                    rows(&store).await,
                    expected,
                    "{entries} entries, {texts} texts, {members} members"
                );
            }
        }
        let others = [
            vec![text(1), member("ana")],
            vec![Projection::TextGone { seq: 1 }],
            (0..9).map(text).collect(),
        ];
        assert!(others.into_iter().all(|projections| !fits(&[turn(1, 1, projections)])));
        store.close().await.expect("closed");
    }
}
