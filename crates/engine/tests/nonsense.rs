//! Whatever was ever written, in any order: no entry of any feature can break a room of any kind.
//!
//! The entries are those of the golden logs, which have every event that there is.

mod common;

use common::*;
use rand_chacha::{
    ChaCha12Rng,
    rand_core::{Rng as _, SeedableRng},
};
use trivium_engine::{
    Entry, Room, Timestamp,
    chat::{History, Span},
};

/// Every log that the golden test keeps.
const LOGS: [&str; 8] = [
    include_str!("golden/room-v1.jsonl"),
    include_str!("golden/room-v2.jsonl"),
    include_str!("golden/chat-v1.jsonl"),
    include_str!("golden/keys-v1.jsonl"),
    include_str!("golden/reading-v1.jsonl"),
    include_str!("golden/sealed-v1.jsonl"),
    include_str!("golden/inbox-v1.jsonl"),
    include_str!("golden/system-v1.jsonl"),
];

#[test]
fn no_entry_that_was_ever_written_can_break_a_room() {
    let lines = LOGS.iter().flat_map(|log| log.lines());
    let entries: Vec<Entry> = lines
        .map(|line| serde_json::from_str(line).expect("an entry"))
        .collect();
    let mut rng = ChaCha12Rng::seed_from_u64(5);
    let mut any = |below: usize| usize::try_from(rng.next_u64() % below as u64).expect("small");
    for _ in 0..60 {
        let mut room = Room::new("nonsense".parse().expect("an id"), 1);
        let mut history = History::new(Span::default(), 1 + any(20));
        for _ in 0..120 {
            // Small numbers, so that entries are about each other.
            let at = [any(50) as u64, T0.0 + any(1_000_000_000) as u64, u64::MAX][any(3)];
            let entry = Entry {
                seq: [any(60) as u64, u64::MAX][usize::from(any(20) == 0)],
                at: Timestamp(at),
                ..entries[any(entries.len())].clone()
            };
            room.apply(&entry);
            history.take(&entry);
            room.gone().shown(&entry);
            let now = Timestamp(at);
            room.settle(now);
            room.next_deadline();
            room.settle_presence(now);
            room.parting(now);
            for who in [HOST, ANA, BEN, GUEST, ROOT] {
                let actor = who.actor();
                room.glance(&actor);
                room.view_for(&actor);
                if let Some(audience) = room.audience(&actor) {
                    entry.event.seen_by(&audience);
                }
            }
            trivium_engine::inbox::follows(&room, &entry);
        }
        let snapshot = state(&room);
        let loaded: Room = serde_json::from_str(&snapshot).expect("snapshots load");
        assert_eq!(state(&loaded), snapshot);
        history.finish();
    }
}
