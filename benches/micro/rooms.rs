//! What a command, an entry and a delivery cost.

use divan::{Bencher, counter::ItemsCount};
use trivium_engine::{Role, RoomId, Timestamp, UserId};
use trivium_store::{Append, Membership, Projection, Record, RoomLog, Text};
use trivium_store_sqlite::SqliteStore;

use crate::{
    crowd::{Crowd, tokio},
    world::{World, answer, player, say},
};

/// One answer to an open question, decided and applied, in rooms of different sizes.
#[divan::bench(args = [10, 100, 1_000])]
fn answer_decide_apply(bencher: Bencher<'_, '_>, players: usize) {
    let world = World::with_players(players);
    let name = player(0);
    bencher
        .with_inputs(|| world.clone())
        .bench_refs(|world| world.run(&name, &answer()));
}

/// The stored form of a chat message.
#[divan::bench]
fn entry_to_json(bencher: Bencher<'_, '_>) {
    let mut world = World::with_players(1);
    let entry = world.run(&player(0), &say("What is the answer?")).remove(0);
    bencher.bench(|| serde_json::to_vec(&entry));
}

/// Appending 256 entries to SQLite with `synchronous=FULL`, over so many transactions.
#[divan::bench(args = [1, 16, 256], sample_count = 10)]
fn sqlite_append_256(bencher: Bencher<'_, '_>, transactions: usize) {
    let tokio = tokio();
    let folder = tempfile::tempdir().expect("a folder");
    let store = tokio
        .block_on(SqliteStore::open(&folder.path().join("bench.db")))
        .expect("opens");
    let rooms: Vec<RoomId> = (0..256).map(|n| format!("room{n}").parse().expect("an id")).collect();
    let mut after = 0;
    bencher.counter(ItemsCount::new(256_usize)).bench_local(|| {
        for rooms in rooms.chunks(256 / transactions) {
            let batch: Vec<Append> = rooms.iter().map(|room| one_record(room, after)).collect();
            tokio.block_on(store.append(&batch)).expect("appended");
        }
        after += 1;
    });
}

/// What is to be listed and searched of an entry.
#[derive(Clone, Copy, Debug)]
enum Listed {
    Nothing,
    Members,
    Messages,
}

/// One transaction of so many entries of one room, with what each changes in what can be listed and searched.
#[divan::bench(args = [
    (1, Listed::Nothing), (1, Listed::Members), (1, Listed::Messages),
    (64, Listed::Nothing), (64, Listed::Members), (64, Listed::Messages),
], sample_count = 50)]
fn sqlite_append_listed(bencher: Bencher<'_, '_>, (entries, listed): (u64, Listed)) {
    let tokio = tokio();
    let folder = tempfile::tempdir().expect("a folder");
    let store = tokio
        .block_on(SqliteStore::open(&folder.path().join("bench.db")))
        .expect("opens");
    let room: RoomId = "room".parse().expect("an id");
    let mut after = 0;
    bencher.counter(ItemsCount::new(entries)).bench_local(|| {
        let mut append = one_record(&room, after);
        let first = append.records[0].clone();
        let seqs = after + 1..=after + entries;
        append.records = seqs.clone().map(|seq| Record { seq, ..first.clone() }).collect();
        append.projections = seqs.filter_map(|seq| projection(listed, seq)).collect();
        tokio.block_on(store.append(&[append])).expect("appended");
        after += entries;
    });
}

/// One message to so many subscribers, read by each of them: the cost of one delivery without a network.
#[divan::bench(args = [10, 1_000], sample_count = 20)]
fn fan_out(bencher: Bencher<'_, '_>, subscribers: usize) {
    let mut crowd = Crowd::hearing(subscribers);
    bencher
        .counter(ItemsCount::new(subscribers))
        .bench_local(|| crowd.is_told("One message to everybody."));
}

/// 16 messages to so many subscribers, who read them all at once.
#[divan::bench(args = [10, 1_000], sample_count = 20)]
fn fan_out_16(bencher: Bencher<'_, '_>, subscribers: usize) {
    let mut crowd = Crowd::hearing(subscribers);
    bencher.counter(ItemsCount::new(16 * subscribers)).bench_local(|| {
        for _ in 0..16 {
            crowd.is_told_later("One message to everybody.");
        }
        crowd.reads();
    });
}

fn one_record(room: &RoomId, after: u64) -> Append {
    let body = bytes::Bytes::from_static(
        br#"{"seq":1,"at":1,"event":{"chat":{"sent":{"text":"one hundred and twenty bytes"}}}}"#,
    );
    let record = Record {
        seq: after + 1,
        at: Timestamp(1),
        kind: "chat.sent".into(),
        body,
    };
    Append {
        room: room.clone(),
        after,
        owner: 1,
        records: vec![record],
        projections: Vec::new(),
    }
}

fn projection(listed: Listed, seq: u64) -> Option<Projection> {
    let user: UserId = format!("user{seq}").parse().expect("an id");
    match listed {
        Listed::Nothing => None,
        Listed::Members => Some(Projection::MemberIn(Membership {
            nickname: user.to_string(),
            user,
            role: Role::Member,
            since: seq,
            guest: true,
        })),
        Listed::Messages => Some(Projection::Text(Text {
            seq,
            author: user,
            at: Timestamp(1),
            text: "What one says in a room, ten words or so.".into(),
        })),
    }
}
