//! Cases of the rooms in the [`Catalogue`](crate::Catalogue).
//!
//! Neighbours: `race.rs` has two callers who want the same room or code.

use std::sync::Arc;

use trivium_engine::{RoomId, Timestamp};

use super::{append, assert_log, id};
use crate::{
    CreateRoom, ErrorKind, RoomRecord, Snapshot, Store,
    catalogue::{MAX_LIST, MAX_TEXT},
};

pub(super) fn sample(name: &str, code: Option<&str>) -> RoomRecord {
    RoomRecord {
        id: id(name),
        epoch: u64::MAX - 7,
        code: code.map(str::to_owned),
        kind: "quiz".to_owned(),
        title: format!("Raum »{name}«"),
        created_by: id("teacher"),
        created_at: Timestamp(1_700_000_000_123),
        closed_at: None,
    }
}

async fn create(store: &Arc<dyn Store>, room: &RoomRecord) {
    let answer = store.create_room(room).await.expect("create");
    assert_eq!(answer, CreateRoom::Created, "{room:?}");
}

async fn get(store: &Arc<dyn Store>, name: &str) -> Option<RoomRecord> {
    store.room(&id(name)).await.expect("room")
}

async fn by_code(store: &Arc<dyn Store>, code: &str) -> Option<RoomRecord> {
    store.room_by_code(code).await.expect("by code")
}

pub(super) async fn creating_is_idempotent(store: Arc<dyn Store>) {
    assert_eq!(get(&store, "r").await, None);
    let room = sample("r", Some("CODE"));
    create(&store, &room).await;
    let mut other = sample("r", Some("CODE"));
    other.title.push('!');
    for again in [&room, &other] {
        let answer = store.create_room(again).await.expect("create");
        assert_eq!(answer, CreateRoom::Exists(room.clone()));
    }
    assert_eq!(get(&store, "r").await, Some(room));
    let closed = RoomRecord {
        closed_at: Some(Timestamp(5)),
        ..sample("imported", None)
    };
    create(&store, &closed).await;
    assert_eq!(get(&store, "imported").await, Some(closed));
}

pub(super) async fn codes_are_unique_while_open(store: Arc<dyn Store>) {
    create(&store, &sample("a", Some("CODE"))).await;
    let answer = store.create_room(&sample("b", Some("CODE"))).await;
    assert_eq!(answer.expect("create"), CreateRoom::CodeTaken);
    assert_eq!(get(&store, "b").await, None);
    create(&store, &sample("b", Some("code"))).await;
    for name in ["c", "d"] {
        create(&store, &sample(name, None)).await;
    }
    assert_eq!(by_code(&store, "CODE").await, Some(sample("a", Some("CODE"))));
    assert_eq!(by_code(&store, "code").await, Some(sample("b", Some("code"))));
    for unknown in ["", "COD", "CODE ", "Code"] {
        assert_eq!(by_code(&store, unknown).await, None, "{unknown:?}");
    }
}

pub(super) async fn closing_releases_the_code_once(store: Arc<dyn Store>) {
    assert!(!store.close_room(&id("r"), Timestamp(1)).await.expect("close"));
    create(&store, &sample("r", Some("CODE"))).await;
    for at in [20, 30] {
        assert!(store.close_room(&id("r"), Timestamp(at)).await.expect("close"));
        let closed = RoomRecord {
            closed_at: Some(Timestamp(20)),
            ..sample("r", None)
        };
        assert_eq!(get(&store, "r").await, Some(closed));
    }
    assert_eq!(by_code(&store, "CODE").await, None);
    create(&store, &sample("next", Some("CODE"))).await;
    // Closing the first once more must not take the code from the second.
    store.close_room(&id("r"), Timestamp(40)).await.expect("close");
    assert_eq!(by_code(&store, "CODE").await, Some(sample("next", Some("CODE"))));
}

fn names(rooms: Vec<RoomRecord>) -> Vec<RoomId> {
    rooms.into_iter().map(|room| room.id).collect()
}

async fn made(store: &Arc<dyn Store>, after: Option<&RoomId>, limit: u32) -> Vec<RoomId> {
    let rooms = store.made_rooms(&id("teacher"), false, after, limit).await;
    rooms.expect("list").into_iter().map(|room| room.record.id).collect()
}

pub(super) async fn lists_are_paged(store: Arc<dyn Store>) {
    let mut own = Vec::new();
    for n in (0..25_u32).rev() {
        let name = format!("r{n:02}");
        let mut room = sample(&name, None);
        if n % 5 == 0 {
            room.created_by = id("somebody");
        } else {
            own.push(room.id.clone());
        }
        create(&store, &room).await;
    }
    own.sort();
    store.close_room(&own[3], Timestamp(1)).await.expect("close");
    for limit in [1, 3, 20, 21, MAX_LIST, u32::MAX] {
        let mut got: Vec<RoomId> = Vec::new();
        loop {
            let page = made(&store, got.last(), limit).await;
            assert!(page.len() as u64 <= u64::from(limit));
            if page.is_empty() {
                break;
            }
            got.extend(page);
        }
        assert_eq!(got, own, "limit {limit}");
    }
    assert_eq!(made(&store, None, 0).await, []);
    assert_eq!(made(&store, Some(&own[18]), 5).await, own[19..]);
}

pub(super) async fn open_rooms_are_listed(store: Arc<dyn Store>) {
    for name in ["a", "b", "c", "d", "e"] {
        create(&store, &sample(name, None)).await;
    }
    for name in ["b", "e"] {
        store.close_room(&id(name), Timestamp(1)).await.expect("close");
    }
    let after = |after: Option<&'static str>, limit| {
        let store = Arc::clone(&store);
        async move {
            let after = after.map(id);
            names(store.open_rooms(after.as_ref(), limit).await.expect("list"))
        }
    };
    assert_eq!(after(None, 10).await, ["a", "c", "d"].map(id));
    assert_eq!(after(None, 2).await, ["a", "c"].map(id));
    assert_eq!(after(Some("b"), 10).await, ["c", "d"].map(id));
    assert_eq!(after(Some("c"), 1).await, ["d"].map(id));
    assert_eq!(after(Some("d"), 10).await, []);
}

pub(super) async fn deletion_takes_everything(store: Arc<dyn Store>) {
    assert!(!store.delete_room(&id("r")).await.expect("delete"));
    let snapshot = Snapshot {
        seq: 2,
        version: 1,
        body: vec![1, 2, 3].into(),
    };
    let log = append("r", 0, 300, "1");
    let neighbour = append("r2", 0, 2, "1");
    create(&store, &sample("r", Some("CODE"))).await;
    create(&store, &sample("r2", Some("KEEP"))).await;
    let batch = [log.clone(), neighbour.clone()];
    store.append(&batch).await.expect("append");
    for room in ["r", "r2"] {
        store.save(&id(room), &snapshot).await.expect("save");
    }
    assert!(store.delete_room(&id("r")).await.expect("delete"));
    assert!(!store.delete_room(&id("r")).await.expect("delete"));
    assert_eq!(get(&store, "r").await, None);
    assert_eq!(by_code(&store, "CODE").await, None);
    assert_eq!(store.latest(&id("r")).await.expect("latest"), None);
    assert_log(&store, "r", &[]).await;

    assert_eq!(by_code(&store, "KEEP").await, Some(sample("r2", Some("KEEP"))));
    assert_eq!(store.latest(&id("r2")).await.expect("latest"), Some(snapshot));
    assert_log(&store, "r2", &neighbour.records).await;

    // The name is free again, and a log without a record can be deleted too.
    create(&store, &sample("r", Some("CODE"))).await;
    store.append(&[append("only-a-log", 0, 1, "1")]).await.expect("append");
    assert!(store.delete_room(&id("only-a-log")).await.expect("delete"));
    assert_log(&store, "only-a-log", &[]).await;
}

pub(super) async fn impossible_rooms_are_refused(store: Arc<dyn Store>) {
    type Spoil = fn(&mut RoomRecord);
    let spoils: [(&str, Spoil); 5] = [
        ("long title", |room| room.title = "x".repeat(MAX_TEXT + 1)),
        ("NUL", |room| room.kind.push('\0')),
        ("long code", |room| {
            room.code = Some("x".repeat(MAX_TEXT + 1));
        }),
        ("no time", |room| room.created_at = Timestamp(u64::MAX)),
        ("closed with a code", |room| {
            room.closed_at = Some(Timestamp(1));
        }),
    ];
    for (what, spoil) in spoils {
        let mut room = sample("r", Some("CODE"));
        spoil(&mut room);
        let error = store.create_room(&room).await.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{what}");
        assert_eq!(get(&store, "r").await, None, "{what}");
    }
    create(&store, &sample("r", None)).await;
    let error = store.close_room(&id("r"), Timestamp(u64::MAX)).await;
    assert_eq!(error.expect_err("no time").kind(), ErrorKind::Invalid);
    assert_eq!(get(&store, "r").await, Some(sample("r", None)));
}
