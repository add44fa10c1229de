//! Callers that go away in the middle of an append leave no transaction open and none half done.

use std::{future::poll_fn, path::Path, pin::pin, sync::Arc, task::Poll, time::Duration};

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tokio::task::{JoinSet, yield_now};
use trivium_engine::{RoomId, Seq, Timestamp};
use trivium_store::{Append, Page, Record, RoomLog, Store as _};
use trivium_store_sqlite::SqliteStore;

const EACH: u64 = 70;

fn append(room: &RoomId, after: Seq) -> Append {
    let record = |seq| Record {
        seq,
        at: Timestamp(seq),
        kind: "k".to_owned(),
        body: vec![7; 200].into(),
    };
    Append {
        room: room.clone(),
        after,
        owner: 1,
        records: (after + 1..=after + EACH).map(record).collect(),
        projections: Vec::new(),
    }
}

/// Polls the future so many times, with a chance for everything else in between, and then drops it.
async fn give_up_after<T>(polls: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Poll::Ready(value) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
            return Some(value);
        }
        yield_now().await;
    }
    None
}

/// Succeeds only if no connection has a transaction open that writes.
async fn assert_nothing_open(file: &Path) {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::ZERO);
    let mut other = options.connect().await.expect("connect");
    let transaction = other.begin_with("BEGIN IMMEDIATE").await;
    transaction
        .expect("no transaction is open")
        .rollback()
        .await
        .expect("rollback");
    other.close().await.expect("close");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_appends_leave_nothing_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("db");
    let store = Arc::new(SqliteStore::open(&file).await.expect("open"));
    let mut callers = JoinSet::new();
    for caller in 0..10_u32 {
        let store = Arc::clone(&store);
        let room: RoomId = format!("r{caller}").parse().expect("a legal name");
        callers.spawn(async move {
            let (mut cancelled, mut dice) = (0, caller);
            for _ in 0..50 {
                let head = store.head(&room).await.expect("head");
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let batch = [append(&room, head)];
                let answer = give_up_after((dice >> 16) % 40, store.append(&batch)).await;
                cancelled += u32::from(answer.is_none());
                answer
                    .transpose()
                    .expect("nobody else's going away makes an append fail");
            }
            cancelled
        });
    }
    let cancelled: u32 = callers.join_all().await.into_iter().sum();
    assert!(cancelled > 50, "only {cancelled} were cancelled");

    // Turns are taken in order, so behind this one nothing is left running.
    let probe = [append(&"probe".parse().expect("a legal name"), 0)];
    store.append(&probe).await.expect("the store works");
    assert_nothing_open(&file).await;
    for caller in 0..10 {
        let room: RoomId = format!("r{caller}").parse().expect("a legal name");
        let head = store.head(&room).await.expect("head");
        assert_eq!(head % EACH, 0, "half an append");
        let all = Page {
            records: 10_000,
            bytes: usize::MAX,
        };
        // Reading refuses a log with a hole.
        assert_eq!(store.read(&room, 0, all).await.expect("read").len() as u64, head);
    }
    store.close().await.expect("close");
}
