//! How long it takes to serve again with a long log. Figures for people; the bound is only there to notice a blunder.

use std::time::{Duration, Instant};

use bytes::Bytes;
use trivium_engine::{Entry, Event, Timestamp, chat::Sent};
use trivium_store::{Append, Appended, Record, RoomLog as _, Store as _};
use trivium_store_sqlite::SqliteStore;
use trivium_tests::Process;

use crate::{
    BINARY, MACHINE,
    history::{Line, stored, told},
    party::{self, Party},
};

const ENTRIES: u64 = 100_000;
const BATCH: u64 = 5_000;
/// Ten times what is promised of an optimized build.
const BOUND: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_with_a_long_log_is_served_soon() {
    let _machine = MACHINE.lock().await;
    let data = tempfile::tempdir().expect("a directory");
    let mut process = Process::start(BINARY, data.path(), &[]).await;
    let party = Party::gather(&process, 0, party::quiz(1, Duration::from_mins(1), false)).await;
    process.kill().await;
    let start = stored(&process.database(), &party.room).await;
    lengthen(&process, &party.room, start.last().expect("a room")).await;

    for from in ["its log", "a snapshot"] {
        let begun = Instant::now();
        let ready = process.start_again().await;
        party.look().await;
        let served = begun.elapsed();
        eprintln!("recovery: {ENTRIES} entries, from {from}: ready after {ready:.0?}, room read after {served:.0?}");
        assert!(served < BOUND, "{served:?} from {from}");
        // Behind them are the visits that ended with the process.
        let told = told(&party.host.client, &party.room).await;
        assert_eq!(told.iter().filter(|line| line.seq <= ENTRIES).count() as u64, ENTRIES);
        // In good order, for then the room leaves a snapshot.
        assert!(process.terminate().await.success());
    }
}

/// Messages of the host, up to [`ENTRIES`].
async fn lengthen(process: &Process, room: &str, last: &Line) {
    let store = SqliteStore::open(process.database()).await.expect("it can be opened");
    let mut head = last.seq;
    while head < ENTRIES {
        let next = (head + BATCH).min(ENTRIES);
        let append = Append {
            room: room.parse().expect("an id"),
            after: head,
            owner: 0,
            records: (head + 1..=next).map(|seq| message(seq, last.at)).collect(),
            projections: Vec::new(),
        };
        assert_eq!(store.append(&[append]).await.expect("written"), [Appended::Written]);
        head = next;
    }
    store.close().await.expect("closed");
}

fn message(seq: u64, at: i64) -> Record {
    let entry = Entry {
        seq,
        at: Timestamp(at.cast_unsigned()),
        actor: Some("host".parse().expect("an id")),
        request: Some(format!("request-{seq}").parse().expect("an id")),
        event: Event::Chat(Sent::text("host".parse().expect("an id"), "host", format!("message {seq}")).into()),
    };
    Record {
        seq,
        at: entry.at,
        kind: entry.event.name().to_owned(),
        body: Bytes::from(serde_json::to_vec(&entry).expect("entries have string keys only")),
    }
}
