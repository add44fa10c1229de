//! What was acknowledged is there after a drop, a close, a copy of the files, and a kill.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use trivium_engine::{RoomId, Seq, Timestamp};
use trivium_store::{Append, ErrorKind, Page, Record, RoomLog, Store, Writer, WriterConfig};
use trivium_store_sqlite::SqliteStore;

const ALL: Page = Page {
    records: 10_000,
    bytes: usize::MAX,
};

fn room(name: &str) -> RoomId {
    name.parse().expect("a legal name")
}

fn append(name: &str, after: Seq, count: u64) -> Append {
    let record = |seq| Record {
        seq,
        at: Timestamp(1_000 + seq),
        kind: "noted".to_owned(),
        body: format!("{name}/{seq}").into(),
    };
    Append {
        room: room(name),
        after,
        owner: u64::MAX,
        records: (after + 1..=after + count).map(record).collect(),
        projections: Vec::new(),
    }
}

async fn open(file: &Path) -> SqliteStore {
    SqliteStore::open(file).await.expect("open")
}

async fn assert_whole(store: &SqliteStore, name: &str, at_least: Seq) {
    let log = store.read(&room(name), 0, ALL).await.expect("read");
    let head = log.len() as u64;
    assert!(head >= at_least, "{name}: acknowledged {at_least}, kept {head}");
    assert_eq!(log, append(name, 0, head).records);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_dropping_and_copying_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("db");
    let mut head = 0;
    for close in [false, true, false] {
        let store = open(&file).await;
        for _ in 0..5 {
            store.append(&[append("r", head, 20)]).await.expect("append");
            head += 20;
        }
        assert_whole(&store, "r", head).await;

        // What a machine finds that stopped here: the files, without the shared memory.
        let copy = tempfile::tempdir().expect("a folder").keep();
        for name in ["db", "db-wal"] {
            fs::copy(folder.path().join(name), copy.join(name)).expect("copy");
        }
        assert_whole(&open(&copy.join("db")).await, "r", head).await;
        fs::remove_dir_all(copy).expect("remove");

        if close {
            store.close().await.expect("close");
            store.close().await.expect("close again");
            assert!(!folder.path().join("db-wal").exists(), "the checkpoint left something");
            let refused = store.append(&[append("r", head, 1)]).await;
            assert_eq!(refused.expect_err("closed").kind(), ErrorKind::Unavailable);
            let refused = store.head(&room("r")).await;
            assert_eq!(refused.expect_err("closed").kind(), ErrorKind::Unavailable);
        }
    }
    assert_whole(&open(&file).await, "r", head).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_tell_their_writer_and_a_lost_row_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("db");
    let store = open(&file).await;
    store.append(&[append("r", 0, 9)]).await.expect("append");
    let options = SqliteConnectOptions::new().filename(&file);
    let mut other = options.connect().await.expect("connect");
    let owners: Vec<i64> = sqlx::query_scalar("SELECT DISTINCT owner FROM entries WHERE kind = 'noted'")
        .fetch_all(&mut other)
        .await
        .expect("owners");
    assert_eq!(owners, [-1], "all 64 bits are kept");
    let lost = sqlx::query("DELETE FROM entries WHERE seq = 5")
        .execute(&mut other)
        .await;
    assert_eq!(lost.expect("lost").rows_affected(), 1);
    let error = store.read(&room("r"), 0, ALL).await.expect_err("a hole");
    assert_eq!(error.kind(), ErrorKind::Corrupt);
}

/// Two stores on one file are two processes, as far as SQLite is concerned.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stores_on_one_file_are_kept_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("db");
    let stores = [Arc::new(open(&file).await), Arc::new(open(&file).await)];
    let writers = stores.clone().map(|store| {
        tokio::spawn(async move {
            let mut won = 0;
            for after in 0..100 {
                let answers = store.append(&[append("r", after, 1)]).await.expect("append");
                won += u64::from(answers == [trivium_store::Appended::Written]);
            }
            won
        })
    });
    let mut won = 0;
    for writer in writers {
        won += writer.await.expect("no panic");
    }
    assert_eq!(won, 100, "each number was won once");
    for store in stores {
        assert_whole(&store, "r", 100).await;
    }
}

const ROOMS: usize = 8;
const FILE: &str = "TRIVIUM_KILL_TEST_FILE";

#[test]
fn acknowledged_appends_survive_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("db");
    let mut acknowledged = [0; ROOMS];
    for round in 0..10 {
        let mut child = Command::new(env::current_exe().expect("this test"))
            .args(["--exact", "writes_until_it_is_killed", "--ignored", "--nocapture"])
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the child starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let acks = lines.map_while(Result::ok).filter_map(|line| {
            let (room, seq) = line.strip_prefix("ack ")?.split_once(' ')?;
            Some((room.parse::<usize>().ok()?, seq.parse::<Seq>().ok()?))
        });
        for (count, (room, seq)) in acks.enumerate() {
            acknowledged[room] = seq;
            // What it still wrote before it died is read too, for it was acknowledged.
            if count == 30 + round * 37 {
                child.kill().expect("kill");
            }
        }
        child.wait().expect("the child is gone");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let store = open(&file).await;
            for (room, seq) in acknowledged.iter().enumerate() {
                assert!(*seq > 0, "room {room} got nowhere");
                assert_whole(&store, &format!("r{room}"), *seq).await;
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started, and killed, by the test above"]
async fn writes_until_it_is_killed() {
    let file = env::var_os(FILE).expect("the parent says where");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(file).await.expect("open"));
    let (writer, driver) = Writer::spawn(Arc::clone(&store), WriterConfig::default());
    for n in 0..ROOMS {
        let (store, writer) = (Arc::clone(&store), writer.clone());
        tokio::spawn(async move {
            let name = format!("r{n}");
            let mut head = store.head(&room(&name)).await.expect("head");
            loop {
                let batch = append(&name, head, head % 5 + 1);
                head = batch.head();
                writer.append(batch).await.expect("append");
                // One write per line, so that none is torn by another's.
                let line = format!("\nack {n} {head}\n");
                std::io::stdout()
                    .write_all(line.as_bytes())
                    .expect("the parent listens");
            }
        });
    }
    driver.await.expect("it is killed");
}
