//! The turn of a single room as one hop to the connection's thread: what is written while somebody chats, plays or comes in.
//!
//! Neighbours: [`log`](crate::log) calls this for turns that [`fit`](fits), and writes all others statement by statement.
//!
//! A turn that projects nothing is one statement, which is a transaction by itself. Otherwise the statements from BEGIN to COMMIT
//! go over together. Nobody looks in between, so each one asks by `changes()` whether the one before it did anything:
//! if the log's head is not where the turn expects it, nothing is written at all.

use std::sync::LazyLock;

use futures_util::TryStreamExt;
use sqlx::{Either, Executor, SqliteConnection};
use trivium_store::{Append, Projection, StoreError};

use crate::{
    index,
    insert::{Insert, values},
    projection, rows, store_error,
};

/// Most entries, and most projections.
const MOST: usize = 8;

/// By the number of rows, from 1. `VALUES` in a `SELECT` names its columns `column1` and so on.
static ENTRIES: LazyLock<[String; MOST]> = LazyLock::new(|| {
    std::array::from_fn(|before| {
        let values = values("(?, ?, ?, ?)", before + 1);
        format!(
            "WITH room (name, owner, after) AS (VALUES (?, ?, ?))
             INSERT INTO entries (room, seq, at, kind, owner, body)
             SELECT room.name, column1, column2, column3, room.owner, column4 FROM room, (VALUES {values})
             WHERE room.after = (SELECT coalesce(max(seq), 0) FROM entries WHERE entries.room = room.name)"
        )
    })
});

/// By the numbers of entries and of members who come in, from 1.
static WITH_MEMBERS: LazyLock<[[String; MOST]; MOST]> = LazyLock::new(|| scripts(&projection::MEMBERS_IN));

/// By the numbers of entries and of messages that can be found, from 1.
static WITH_TEXTS: LazyLock<[[String; MOST]; MOST]> = LazyLock::new(|| scripts(&index::ADD));

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
    let entries = turn.records.len() - 1;
    let mut script = sqlx::query(match turn.projections.as_slice() {
        [Projection::MemberIn(_), others @ ..] => &WITH_MEMBERS[entries][others.len()],
        [Projection::Text(_), others @ ..] => &WITH_TEXTS[entries][others.len()],
        [..] => ENTRIES[entries].as_str(),
    })
    .bind(turn.room.as_str())
    .bind(turn.owner.cast_signed())
    .bind(rows::signed(turn.after));
    for record in &turn.records {
        script = script
            .bind(rows::signed(record.seq))
            .bind(rows::signed(record.at.0))
            .bind(record.kind.as_str())
            .bind(&record.body[..]);
    }
    for projection in &turn.projections {
        if let Projection::MemberIn(member) = projection {
            script = projection::bind_member(script, &turn.room, member);
        }
        if let Projection::Text(text) = projection {
            script = index::bind(script, &turn.room, text);
        }
    }
    let mut results = connection.fetch_many(script);
    let mut changed = Vec::with_capacity(4);
    while let Some(result) = results.try_next().await.map_err(store_error)? {
        if let Either::Left(done) = result {
            changed.push(done.rows_affected());
        }
    }
    // BEGIN and COMMIT repeat the count of what was before them.
    let of_entries = usize::from(!turn.projections.is_empty());
    Ok(changed.get(of_entries).is_some_and(|rows| *rows > 0))
}

fn scripts(insert: &Insert) -> [[String; MOST]; MOST] {
    std::array::from_fn(|entries| {
        std::array::from_fn(|before| {
            let (entries, into, values) = (&ENTRIES[entries], insert.into, values(insert.row, before + 1));
            format!("BEGIN IMMEDIATE; {entries}; {into} SELECT * FROM (VALUES {values}) WHERE changes() > 0; COMMIT")
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
