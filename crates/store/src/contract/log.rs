//! Cases of [`RoomLog`](crate::RoomLog) with one writer.
//!
//! Neighbours: `race.rs` has those with several.

use std::sync::Arc;

use bytes::Bytes;
use trivium_engine::{RoomId, Timestamp};

use super::{ALL, append, assert_log, id, read_all, record};
use crate::{
    Append,
    Appended::{Conflict, Written},
    ErrorKind, Page, Record, Store,
    log::{MAX_BODY, MAX_KIND, MAX_SEQ},
};

pub(super) async fn an_unknown_room_is_empty(store: Arc<dyn Store>) {
    assert_log(&store, "nobody", &[]).await;
    let beyond = store.read(&id("nobody"), MAX_SEQ, ALL).await;
    assert_eq!(beyond.expect("read"), []);
}

pub(super) async fn records_come_back_as_they_were(store: Arc<dyn Store>) {
    let all_bytes: Vec<u8> = (0..=u8::MAX).collect();
    let bodies: [&[u8]; 5] = [b"", b"\0", &all_bytes, "\u{fffd}'\"; drop".as_bytes(), b"{}"];
    let kinds = ["x", "chat.sent", "Frage geöffnet", &"k".repeat(MAX_KIND), "a'b"];
    let times = [0, 1, 1_700_000_000_000, MAX_SEQ, 7];
    let records: Vec<_> = (1..)
        .zip(bodies.into_iter().zip(kinds).zip(times))
        .map(|(seq, ((body, kind), at))| Record {
            seq,
            at: Timestamp(at),
            kind: kind.to_owned(),
            body: Bytes::copy_from_slice(body),
        })
        .collect();
    let batch = [Append {
        room: id("r"),
        after: 0,
        owner: u64::MAX,
        records: records.clone(),
        projections: Vec::new(),
    }];
    assert_eq!(store.append(&batch).await.expect("append"), [Written]);
    assert_log(&store, "r", &records).await;
}

pub(super) async fn a_batch_is_answered_in_order(store: Arc<dyn Store>) {
    assert_eq!(store.append(&[]).await.expect("nothing"), []);
    let batch = [append("b", 0, 2, "1"), append("a", 3, 1, "1"), append("c", 0, 1, "1")];
    let answers = store.append(&batch).await.expect("append");
    assert_eq!(answers, [Written, Conflict { head: 0 }, Written]);
    assert_log(&store, "a", &[]).await;
    assert_log(&store, "b", &batch[0].records).await;
    assert_log(&store, "c", &batch[2].records).await;
}

pub(super) async fn a_conflict_leaves_nothing(store: Arc<dyn Store>) {
    let first = append("r", 0, 3, "first");
    store.append(std::slice::from_ref(&first)).await.expect("append");
    for after in [0, 1, 2, 4, 5, 1_000_000, 1 << 62] {
        let answers = store.append(&[append("r", after, 5, "second")]).await;
        assert_eq!(answers.expect("append"), [Conflict { head: 3 }], "after {after}");
        assert_log(&store, "r", &first.records).await;
    }
}

pub(super) async fn members_of_a_batch_chain(store: Arc<dyn Store>) {
    let batch = [
        append("r", 0, 2, "1"),
        append("other", 0, 1, "1"),
        append("r", 2, 1, "2"),
        append("r", 2, 1, "too late"),
        append("r", 4, 1, "too early"),
        append("r", 3, 70, "3"),
        append("r", 73, 0, "asks"),
        append("r", 3, 0, "asks"),
    ];
    let (three, seventy_three) = (Conflict { head: 3 }, Conflict { head: 73 });
    let want = [Written, Written, Written, three, three, Written, Written, seventy_three];
    assert_eq!(store.append(&batch).await.expect("append"), want);
    let members = [&batch[0], &batch[2], &batch[5]];
    let records: Vec<_> = members.into_iter().flat_map(|member| member.records.clone()).collect();
    assert_log(&store, "r", &records).await;
    assert_log(&store, "other", &batch[1].records).await;
}

pub(super) async fn without_records_it_is_a_question(store: Arc<dyn Store>) {
    let ask = async |after| {
        let batch = [append("r", after, 0, "")];
        store.append(&batch).await.expect("append")
    };
    assert_eq!(ask(0).await, [Written]);
    assert_eq!(ask(1).await, [Conflict { head: 0 }]);
    assert_log(&store, "r", &[]).await;
    store.append(&[append("r", 0, 2, "1")]).await.expect("append");
    assert_eq!(ask(2).await, [Written]);
    assert_eq!(ask(0).await, [Conflict { head: 2 }]);
}

pub(super) async fn gaps_and_giants_are_refused(store: Arc<dyn Store>) {
    type Spoil = fn(&mut Append);
    let spoils: [(&str, Spoil); 10] = [
        ("does not begin behind the head", |a| a.records[0].seq = 2),
        ("a hole", |a| a.records[2].seq = 4),
        ("twice the same", |a| a.records[2].seq = 2),
        ("backwards", |a| a.records.reverse()),
        ("number 0", |a| a.records[0].seq = 0),
        ("out of range", |a| {
            *a = append("bad", MAX_SEQ, 1, "");
            a.records[0].at = Timestamp(1);
        }),
        ("no time", |a| a.records[1].at = Timestamp(u64::MAX)),
        ("no kind", |a| a.records[1].kind.clear()),
        ("long kind", |a| {
            a.records[1].kind = "k".repeat(MAX_KIND + 1);
        }),
        ("giant", |a| {
            a.records[1].body = vec![0; MAX_BODY + 1].into();
        }),
    ];
    for (what, spoil) in spoils {
        let mut bad = append("bad", 0, 3, "bad");
        spoil(&mut bad);
        let batch = [append("good", 0, 1, "good"), bad];
        let error = store.append(&batch).await.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::Invalid, "{what}");
        assert_log(&store, "bad", &[]).await;
        assert_log(&store, "good", &[]).await;
    }
}

/// Statements have sizes inside; no number of records may fall between them.
pub(super) async fn batches_of_every_size_are_whole(store: Arc<dyn Store>) {
    let mut records = Vec::new();
    for count in (1..=90).chain([127, 128, 129, 255, 256, 257, 1_000, 3_000]) {
        let after = records.len() as u64;
        let one = append("one", after, count, "1");
        let spread = (0..count).map(|n| append(&format!("many-{count}-{n}"), 0, 1, "1"));
        let batch: Vec<_> = std::iter::once(one.clone()).chain(spread).collect();
        let answers = store.append(&batch).await.expect("append");
        assert_eq!(answers, vec![Written; batch.len()]);
        records.extend(one.records);
        for n in [0, count / 2, count - 1] {
            assert_log(&store, &format!("many-{count}-{n}"), &[record(1, "1")]).await;
        }
    }
    assert_log(&store, "one", &records).await;
}

pub(super) async fn a_page_is_bounded(store: Arc<dyn Store>) {
    let sized = |seq, size| Record {
        body: vec![7; size].into(),
        kind: "0123456789".to_owned(),
        ..record(seq, "")
    };
    let lengths = [90, 90, 190, 0, 990, 90];
    let mut batch = append("r", 0, 0, "");
    batch.records = (1..).zip(lengths).map(|(seq, size)| sized(seq, size)).collect();
    store.append(&[batch.clone()]).await.expect("append");
    // after, records, bytes, how many come back
    let table = [
        (0, 100, usize::MAX, 6),
        (0, 3, usize::MAX, 3),
        (0, 0, usize::MAX, 1),
        (0, usize::MAX, usize::MAX, 6),
        (0, 100, 0, 1),
        (0, 100, 199, 1),
        (0, 100, 200, 2),
        (0, 100, 399, 2),
        (0, 100, 400, 3),
        (0, 100, 410, 4),
        (4, 100, 1, 1),
        (4, 100, 1_000, 1),
        (5, 100, 5, 1),
        (6, 100, 1_000, 0),
        (7, 100, 1_000, 0),
    ];
    for (after, records, bytes, want) in table {
        let page = store
            .read(&id("r"), after, Page { records, bytes })
            .await
            .expect("read");
        let rest = batch.records.iter().filter(|record| record.seq > after);
        let want: Vec<_> = rest.take(want).cloned().collect();
        assert_eq!(page, want, "after {after}, at most {records} records and {bytes} bytes");
    }
}

pub(super) async fn pages_join_without_holes(store: Arc<dyn Store>) {
    let batch = append("r", 0, 500, "1");
    store.append(std::slice::from_ref(&batch)).await.expect("append");
    for page in [
        (1, 9_999),
        (7, 9_999),
        (9_999, 1),
        (9_999, 100),
        (499, 9_999),
        (500, 9_999),
    ] {
        let page = Page {
            records: page.0,
            bytes: page.1,
        };
        let mut got: Vec<Record> = Vec::new();
        loop {
            let after = got.last().map_or(0, |record| record.seq);
            let more = store.read(&id("r"), after, page).await.expect("read");
            if more.is_empty() {
                break;
            }
            got.extend(more);
        }
        assert_eq!(got, batch.records, "{page:?}");
    }
}

pub(super) async fn rooms_do_not_mix(store: Arc<dyn Store>) {
    let rooms = ["a", "A", "aa", "a.", "a:1", "a:10", "a_", "0", "00", "1e1", "10"];
    let mut batch: Vec<_> = (1..).zip(rooms).map(|(n, room)| append(room, 0, 2 * n, room)).collect();
    assert_eq!(store.append(&batch).await.expect("append"), [Written; 11]);
    for member in &mut batch {
        let next = append(member.room.as_str(), member.head(), 1, "next");
        let answers = store.append(std::slice::from_ref(&next)).await;
        assert_eq!(answers.expect("append"), [Written], "{}", member.room);
        member.records.extend(next.records);
    }
    for member in &batch {
        assert_log(&store, member.room.as_str(), &member.records).await;
    }
}

pub(super) async fn bodies_may_be_big(store: Arc<dyn Store>) {
    let room: RoomId = id("r");
    let mut batch = append("r", 0, 4, "");
    for (record, size) in batch.records.iter_mut().zip([0, 70_000, 3 << 20, MAX_BODY]) {
        record.body = (0..size).map(|at| (at * at % 251).to_le_bytes()[0]).collect();
    }
    assert_eq!(store.append(&[batch.clone()]).await.expect("append"), [Written]);
    // Not `assert_eq`, which would print them.
    assert!(read_all(&store, &room).await == batch.records);
}
