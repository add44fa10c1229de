//! Cases of [`Snapshots`](crate::Snapshots).
//!
//! Neighbours: [`deletion_takes_everything`](super::room) shows that a snapshot goes with its room.

use std::sync::Arc;

use bytes::Bytes;

use super::{append, assert_log, id};
use crate::{ErrorKind, Snapshot, Store, log::MAX_SEQ};

fn sample(seq: u64, version: u32, body: &[u8]) -> Snapshot {
    Snapshot {
        seq,
        version,
        body: Bytes::copy_from_slice(body),
    }
}

pub(super) async fn the_newest_is_kept(store: Arc<dyn Store>) {
    let big: Vec<u8> = (0..=u8::MAX).cycle().take(3 << 20).collect();
    // what is saved, and whether it is then the one that is found
    let table = [
        (sample(5, 1, b"five"), true),
        (sample(4, 9, b"late"), false),
        (sample(5, 2, b"five in another format"), true),
        (sample(6, 1, b""), true),
        (sample(6, 0, &big), true),
        (sample(0, 3, b"later still"), false),
        (sample(MAX_SEQ, u32::MAX, b"\0\xff"), true),
    ];
    let room = id("r");
    assert_eq!(store.latest(&room).await.expect("latest"), None);
    let mut kept = None;
    for (snapshot, newest) in table {
        store.save(&room, &snapshot).await.expect("save");
        if newest {
            kept = Some(snapshot);
        }
        assert!(store.latest(&room).await.expect("latest") == kept);
    }
    assert_eq!(store.latest(&id("other")).await.expect("latest"), None);
}

pub(super) async fn a_snapshot_needs_no_log(store: Arc<dyn Store>) {
    store.save(&id("r"), &sample(9, 1, b"x")).await.expect("save");
    assert_log(&store, "r", &[]).await;
    let batch = append("r", 0, 2, "1");
    store.append(std::slice::from_ref(&batch)).await.expect("append");
    assert_log(&store, "r", &batch.records).await;
}

pub(super) async fn impossible_snapshots_are_refused(store: Arc<dyn Store>) {
    let error = store.save(&id("r"), &sample(MAX_SEQ + 1, 1, b"")).await;
    assert_eq!(error.expect_err("out of range").kind(), ErrorKind::Invalid);
    assert_eq!(store.latest(&id("r")).await.expect("latest"), None);
}
