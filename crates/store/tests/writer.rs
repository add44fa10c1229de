//! Group commit over the memory backend, whose commits wait until the test lets them go.
//!
//! All on one thread, so a task that was spawned has done all it can once the others yield.

use std::sync::Arc;

use tokio::task::{JoinHandle, yield_now};
use trivium_engine::{RoomId, Seq, Timestamp};
use trivium_store::{Append, AppendError, MemoryStore, Page, Record, RoomLog, Store, Writer, WriterConfig};

struct Rig {
    store: Arc<MemoryStore>,
    writer: Writer,
    driver: JoinHandle<()>,
}

fn rig(config: WriterConfig) -> Rig {
    let store = Arc::new(MemoryStore::new());
    let (writer, driver) = Writer::spawn(Arc::clone(&store) as Arc<dyn Store>, config);
    Rig { store, writer, driver }
}

type Answer = Result<(), AppendError>;

impl Rig {
    /// Holds the storage with one append in its commit, so that all further ones queue.
    async fn busy(&self) -> JoinHandle<Answer> {
        self.store.hold_appends();
        let first = self.spawn(append("first", 0, 1));
        settle().await;
        assert_eq!(self.writer.queued(), 0, "the first is in its commit");
        first
    }

    fn spawn(&self, append: Append) -> JoinHandle<Answer> {
        let writer = self.writer.clone();
        tokio::spawn(async move { writer.append(append).await })
    }

    async fn head(&self, name: &str) -> Seq {
        self.store.head(&room(name)).await.expect("memory answers")
    }

    /// Batches, records and the last batch's records.
    fn counts(&self) -> (u64, u64, u64) {
        let stats = self.writer.stats();
        (stats.batches(), stats.records(), stats.last_batch())
    }
}

/// Lets every other task run until it waits.
async fn settle() {
    for _ in 0..200 {
        yield_now().await;
    }
}

async fn all_written(tasks: Vec<JoinHandle<Answer>>) {
    for task in tasks {
        task.await.expect("no panic").expect("written");
    }
}

fn room(name: &str) -> RoomId {
    name.parse().expect("a legal name")
}

fn append(name: &str, after: Seq, count: u64) -> Append {
    let record = |seq| Record {
        seq,
        at: Timestamp(seq),
        kind: "k".to_owned(),
        body: vec![0; 9].into(),
    };
    Append {
        room: room(name),
        after,
        owner: 1,
        records: (after + 1..=after + count).map(record).collect(),
        projections: Vec::new(),
    }
}

#[tokio::test]
async fn what_queues_during_a_commit_goes_into_the_next() {
    let rig = rig(WriterConfig::default());
    let first = rig.busy().await;
    let mut tasks: Vec<_> = (0..100).map(|n| rig.spawn(append(&format!("r{n}"), 0, 3))).collect();
    settle().await;
    assert_eq!(rig.writer.queued(), 100);
    assert!(!first.is_finished(), "nobody is answered before the commit");
    rig.store.release_appends();
    tasks.push(first);
    all_written(tasks).await;
    assert_eq!(rig.counts(), (2, 301, 300));
    assert_eq!(rig.writer.stats().bytes(), 3_010);
    assert_eq!(rig.writer.stats().appends(), 101);
}

#[tokio::test]
async fn a_transaction_is_bounded() {
    // most records, most bytes (10 a record), appends, records of each, batches that they need
    let table = [
        (10, 1 << 20, 10, 1, 1),
        (10, 1 << 20, 11, 1, 2),
        (10, 1 << 20, 11, 3, 4),
        (10, 1 << 20, 3, 11, 3),
        (1_000, 100, 10, 1, 1),
        (1_000, 99, 10, 1, 2),
        (1_000, 5, 4, 1, 4),
        (0, 0, 4, 1, 4),
    ];
    for (batch_records, batch_bytes, appends, each, batches) in table {
        let rig = rig(WriterConfig {
            batch_records,
            batch_bytes,
            ..WriterConfig::default()
        });
        let mut tasks = vec![rig.busy().await];
        tasks.extend((0..appends).map(|n| rig.spawn(append(&format!("r{n}"), 0, each))));
        settle().await;
        rig.store.release_appends();
        all_written(tasks).await;
        let (done, records, _) = rig.counts();
        let case = (batch_records, batch_bytes, appends, each);
        assert_eq!((done, records), (1 + batches, 1 + appends * each), "{case:?}");
    }
}

#[tokio::test]
async fn appends_of_one_room_chain_within_a_batch() {
    let rig = rig(WriterConfig::default());
    let first = rig.busy().await;
    let spawn = |after, count| rig.spawn(append("r", after, count));
    let (a, b, early, c) = (spawn(0, 2), spawn(2, 1), spawn(9, 1), spawn(3, 1));
    settle().await;
    rig.store.release_appends();
    all_written(vec![first, a, b, c]).await;
    let refused = early.await.expect("no panic");
    assert!(matches!(refused, Err(AppendError::Conflict { head: 3 })), "{refused:?}");
    assert_eq!(rig.head("r").await, 4);
    assert_eq!(rig.counts(), (2, 5, 4));
    assert_eq!(rig.writer.stats().conflicts(), 1);
}

#[tokio::test]
async fn a_caller_that_goes_away_changes_nothing() {
    let rig = rig(WriterConfig::default());
    let first = rig.busy().await;
    let queued = rig.spawn(append("r", 0, 1));
    let next = rig.spawn(append("r", 1, 1));
    settle().await;
    for gone in [&first, &queued] {
        gone.abort();
    }
    settle().await;
    rig.store.release_appends();
    all_written(vec![next]).await;
    assert_eq!(rig.head("first").await, 1, "it was in the commit");
    assert_eq!(rig.head("r").await, 2, "it was in the queue");
}

#[tokio::test]
async fn a_failed_transaction_is_told_to_all_of_it_and_to_nobody_else() {
    let rig = rig(WriterConfig::default());
    let first = rig.busy().await;
    let tasks: Vec<_> = (0..5).map(|n| rig.spawn(append(&format!("r{n}"), 0, 1))).collect();
    settle().await;
    rig.store.fail_next_appends(1);
    rig.store.release_appends();
    let failed = first.await.expect("no panic");
    assert!(matches!(failed, Err(AppendError::Unavailable(_))), "{failed:?}");
    assert_eq!(rig.head("first").await, 0);
    all_written(tasks).await;
    assert_eq!(rig.writer.stats().failures(), 1);

    rig.store.lose_next_answers(1);
    let lost = rig.writer.append(append("first", 0, 1)).await;
    assert!(matches!(lost, Err(AppendError::Unavailable(_))), "{lost:?}");
    assert_eq!(rig.head("first").await, 1, "it is written, though nobody was told");
}

#[tokio::test]
async fn an_impossible_append_harms_nobody_else() {
    let rig = rig(WriterConfig::default());
    let first = rig.busy().await;
    let mut gap = append("gap", 0, 2);
    gap.records.remove(0);
    let refused = rig.writer.append(gap).await;
    assert!(matches!(refused, Err(AppendError::Invalid(_))), "{refused:?}");
    rig.store.release_appends();
    all_written(vec![first]).await;
    assert_eq!(rig.writer.stats().failures(), 0);
}

#[tokio::test]
async fn the_inbox_is_bounded_in_number_and_in_bytes() {
    // places, bytes (10 a record), how many of 9 appends of one record wait in the inbox while the first is in its commit
    for (inbox, inbox_bytes, queued) in [(4, 1_000, 4), (100, 45, 3), (100, 1, 0), (0, 1_000, 1)] {
        let rig = rig(WriterConfig {
            inbox,
            inbox_bytes,
            ..WriterConfig::default()
        });
        let mut tasks = vec![rig.busy().await];
        tasks.extend((0..9).map(|n| rig.spawn(append(&format!("r{n}"), 0, 1))));
        settle().await;
        assert_eq!(rig.writer.queued(), queued, "{inbox} places, {inbox_bytes} bytes");
        rig.store.release_appends();
        all_written(tasks).await;
        assert_eq!(rig.counts().1, 10);
    }
}

#[tokio::test]
async fn closing_commits_what_is_queued_and_takes_no_more() {
    let Rig { store, writer, driver } = rig(WriterConfig {
        batch_records: 2,
        ..WriterConfig::default()
    });
    store.hold_appends();
    let spawn = |name: String| {
        let writer = writer.clone();
        tokio::spawn(async move { writer.append(append(&name, 0, 1)).await })
    };
    let before: Vec<_> = (0..7).map(|n| spawn(format!("before{n}"))).collect();
    settle().await;
    writer.close().await;
    let after = spawn("after".to_owned());
    settle().await;
    store.release_appends();
    all_written(before).await;
    driver.await.expect("the driver ends");
    // It came in behind the close, before the driver saw that.
    all_written(vec![after]).await;
    let late = writer.append(append("later", 0, 1)).await;
    assert!(matches!(late, Err(AppendError::Closed)), "{late:?}");
    assert_eq!(store.head(&room("later")).await.expect("memory answers"), 0);
}

#[tokio::test]
async fn dropping_the_last_clone_ends_the_driver() {
    let Rig { store, writer, driver } = rig(WriterConfig::default());
    let clone = writer.clone();
    let task = tokio::spawn(async move { clone.append(append("r", 0, 2)).await });
    drop(writer);
    all_written(vec![task]).await;
    driver.await.expect("the driver ends");
    let all = Page {
        records: 10,
        bytes: 1_000,
    };
    let log = store.read(&room("r"), 0, all).await.expect("memory answers");
    assert_eq!(log, append("r", 0, 2).records);
}
