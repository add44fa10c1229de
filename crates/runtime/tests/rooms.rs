//! Rooms behind a store that fails, forgets answers and stalls: what leaves a room, and in which order.

mod common;
#[path = "rooms/progress.rs"]
mod progress;
#[path = "rooms/snapshots.rs"]
mod snapshots;
#[path = "rooms/sweep.rs"]
mod sweep;

use std::{sync::Arc, time::Duration};

use common::{ANA, BEN, HOST, World, caller, say};
use trivium_engine::{Reject, RoomCommand};
use trivium_runtime::{Door, ExecuteError, RuntimeConfig, Start, subscription::SnapshotReason};

#[tokio::test(start_paused = true)]
async fn nothing_leaves_a_room_before_it_is_durable() {
    let world = World::new(RuntimeConfig::default()).await;
    let mut ana = world.subscribe(ANA, None).await;
    ana.drain().await;
    world.store.hold_appends();
    let sending = tokio::spawn(world.clone().send(HOST, "1", "held"));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!sending.is_finished(), "an answer before the commit");
    assert!(ana.drain().await.is_empty(), "an event before the commit");
    world.store.release_appends();
    let done = sending.await.expect("no panic").expect("sent");
    assert_eq!(ana.drain().await, [format!("{} chat.sent held", done.seq)]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_append_shows_nothing_and_the_room_comes_back() {
    let world = World::new(RuntimeConfig::default()).await;
    let mut ana = world.subscribe(ANA, None).await;
    ana.drain().await;
    world.store.fail_next_appends(1);
    // The runtime repeats what has a request id by itself.
    let done = world
        .clone()
        .send(HOST, "1", "twice tried")
        .await
        .expect("sent at the second try");
    assert_eq!(ana.drain().await, ["Reload"], "readers are told to subscribe again");
    let cursor = ana.cursor();
    let mut again = world.subscribe(ANA, Some(cursor)).await;
    assert_eq!(again.drain().await, [format!("{} chat.sent twice tried", done.seq)]);
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_answer_is_lost_takes_effect_once() {
    let world = World::new(RuntimeConfig::default()).await;
    world.store.lose_next_answers(1);
    let done = world.clone().send(HOST, "1", "once").await.expect("sent");
    assert!(done.replayed, "the second try finds what the first one wrote");
    let again = world.clone().send(HOST, "1", "once").await.expect("sent");
    assert_eq!((again.seq, again.replayed), (done.seq, true));
    assert_eq!(world.texts().await, ["once"]);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_commands_with_every_third_answer_eaten_make_ten_thousand_entries() {
    let world = World::new(RuntimeConfig::default()).await;
    let before = world.head().await;
    for n in 0..10_000_u32 {
        let name = format!("n{n}");
        let first = world.clone().send(HOST, &name, "x").await.expect("sent");
        if n % 10 < 3 {
            let again = world.clone().send(HOST, &name, "x").await.expect("sent");
            assert_eq!((again.seq, again.replayed), (first.seq, true));
        }
    }
    assert_eq!(world.head().await - before, 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_reader_sees_each_entry_once_in_order_wherever_its_cursor_stands() {
    let config = RuntimeConfig {
        ring_entries: 16,
        store_page: 7,
        read_bytes: 100,
        ..RuntimeConfig::default()
    };
    let world = World::new(config).await;
    let start = world.head().await;
    for n in 0..100 {
        world
            .clone()
            .send(HOST, &format!("n{n}"), &format!("m{n}"))
            .await
            .expect("sent");
    }
    let all: Vec<String> = (0..100).map(|n| format!("{} chat.sent m{n}", start + 1 + n)).collect();
    for missed in [0, 1, 15, 16, 17, 50, 99, 100] {
        let mut reader = world.subscribe(BEN, Some((world.epoch, start + missed))).await;
        let skip = usize::try_from(missed).expect("small");
        assert_eq!(reader.drain().await, all[skip..], "after {missed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_cannot_be_resumed_gets_a_snapshot_and_the_reason() {
    let world = World::new(RuntimeConfig {
        max_catch_up: 10,
        ..RuntimeConfig::default()
    })
    .await;
    for n in 0..20 {
        world.clone().send(HOST, &format!("n{n}"), "x").await.expect("sent");
    }
    let head = world.head().await;
    for (cursor, expected) in [
        (None, Some(SnapshotReason::First)),
        (Some((world.epoch, head)), None),
        (Some((world.epoch, head - 10)), None),
        (Some((world.epoch, head - 11)), Some(SnapshotReason::TooFarBehind)),
        (Some((world.epoch, head + 1)), Some(SnapshotReason::AheadOfLog)),
        (Some((world.epoch + 1, head)), Some(SnapshotReason::EpochChanged)),
    ] {
        let (start, _) = world.begin(ANA, cursor).await.expect("a member");
        let reason = match start {
            Start::Resumed { head: stands } => {
                assert_eq!(stands, head);
                None
            }
            Start::Snapshot { reason, view, .. } => {
                assert_eq!(view.seq, head);
                Some(reason)
            }
        };
        assert_eq!(reason, expected, "{cursor:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_leads_into_a_room_as_long_as_it_is_open() {
    let world = World::new(RuntimeConfig::default()).await;
    let door = async || world.runtime.room_by_code("ROOM").await.expect("memory");
    let open = Door {
        room: world.room.clone(),
        own_code: true,
    };
    assert_eq!(door().await.as_ref(), Some(&open));
    // The room is loaded by then.
    world.clone().send(ANA, "n", "x").await.expect("sent");
    assert_eq!(door().await, Some(open));
    let close = RoomCommand::Close.into();
    world.execute(caller(HOST, None), close).await.expect("closed");
    assert_eq!(door().await, None);
}

#[tokio::test(start_paused = true)]
async fn who_comes_at_the_same_position_gets_the_same_parts() {
    let world = World::new(RuntimeConfig::default()).await;
    let common = async |who| match world.begin(who, None).await.expect("a member").0 {
        Start::Snapshot { common, .. } => common,
        Start::Resumed { .. } => panic!("there was no cursor"),
    };
    let members = async |who| common(who).await.members.expect("nobody has secrets");
    let (ana, ben) = (members(ANA).await, members(BEN).await);
    assert!(Arc::ptr_eq(&ana, &ben));
    assert!(!Arc::ptr_eq(&ana, &members(HOST).await), "hosts see more");
    world.clone().send(HOST, "n", "x").await.expect("sent");
    let later = members(ANA).await;
    assert!(!Arc::ptr_eq(&ana, &later), "the room has moved on");
    assert_eq!(common(BEN).await.messages.expect("all are there").items().len(), 1);
    // Nobody asks any more, and the room does not keep it.
    let kept = Arc::downgrade(&later);
    drop(later);
    assert!(kept.upgrade().is_some());
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(kept.upgrade().is_none());
}

/// A room in which 51 entries are too many to have missed, and 16 are at hand.
fn soon_too_slow() -> RuntimeConfig {
    RuntimeConfig {
        max_lag: 50,
        ring_entries: 16,
        ..RuntimeConfig::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_falls_too_far_behind_is_cut_and_may_resume() {
    let world = World::new(soon_too_slow()).await;
    let mut slow = world.subscribe(ANA, None).await;
    slow.drain().await;
    for n in 0..60 {
        world.clone().send(HOST, &format!("n{n}"), "x").await.expect("sent");
    }
    assert_eq!(slow.drain().await, ["TooSlow"]);
    let (start, _) = world.begin(ANA, Some(slow.cursor())).await.expect("a member");
    assert!(
        matches!(
            start,
            Start::Snapshot {
                reason: SnapshotReason::TooFarBehind,
                ..
            }
        ),
        "{start:?}"
    );
}

/// As when thousands of others answer a question.
#[tokio::test(start_paused = true)]
async fn a_reader_is_not_behind_when_it_has_missed_what_is_not_for_it() {
    let world = World::new(soon_too_slow()).await;
    let mut quiet = world.subscribe(ANA, None).await;
    quiet.drain().await;
    for n in 0..60 {
        let ban = RoomCommand::Ban {
            user: format!("u{n}").parse().expect("an id"),
            message: String::new(),
            duration: None,
        };
        world
            .execute(caller(HOST, Some(&format!("b{n}"))), ban.into())
            .await
            .expect("banned");
    }
    let done = world.clone().send(HOST, "n", "x").await.expect("sent");
    assert_eq!(
        quiet.drain().await,
        [format!("..{}", done.seq - 1), format!("{} chat.sent x", done.seq)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_member_who_is_removed_hears_it_and_nothing_more() {
    let world = World::new(RuntimeConfig::default()).await;
    let mut ben = world.subscribe(BEN, None).await;
    let mut ana = world.subscribe(ANA, None).await;
    ana.drain().await;
    ben.drain().await;
    let remove = RoomCommand::Remove {
        user: BEN.parse().expect("an id"),
        message: String::new(),
    };
    let done = world
        .execute(caller(HOST, Some("kick")), remove.into())
        .await
        .expect("removed");
    world.clone().send(HOST, "after", "without Ben").await.expect("sent");
    let left = format!("{} room.member_left", done.seq);
    assert_eq!(ben.drain().await, [left.clone(), "Left".into()]);
    // Between the two, hosts learn how long Ben was there.
    let hidden = format!("..{}", done.seq + 1);
    let after = format!("{} chat.sent without Ben", done.seq + 2);
    assert_eq!(ana.drain().await, [left, hidden, after]);
    let refused = world.begin(BEN, None).await.expect_err("no member");
    assert!(
        matches!(refused, ExecuteError::Reject(Reject::NotMember)),
        "{refused:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_room_that_nobody_uses_is_unloaded_and_comes_back_as_it_was() {
    let world = World::new(RuntimeConfig::default()).await;
    world.clone().send(HOST, "1", "still here").await.expect("sent");
    let before = world.state().await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(world.runtime.loaded_rooms(), 0);
    assert_eq!(world.state().await, before);
    let again = world.clone().send(HOST, "1", "still here").await.expect("remembered");
    assert!(again.replayed, "request ids survive");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_is_not_polled_while_a_room_loads_holds_nobody_up() {
    let world = World::new(RuntimeConfig::default()).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(world.runtime.loaded_rooms(), 0);
    let mut stalled = Box::pin(world.clone().send(HOST, "1", "stalled"));
    assert!(futures_util::poll!(stalled.as_mut()).is_pending());
    let passing = tokio::time::timeout(Duration::from_mins(1), world.clone().send(ANA, "2", "passing"));
    passing.await.expect("nobody waits for the other caller").expect("sent");
    stalled.await.expect("sent as well");
}

#[tokio::test(start_paused = true)]
async fn two_runtimes_on_one_store_never_write_the_same_number() {
    let world = World::new(RuntimeConfig::default()).await;
    let other = world.second_node();
    for n in 0..50 {
        let node = if n % 2 == 0 { &world } else { &other };
        node.clone()
            .send(HOST, &format!("n{n}"), &format!("m{n}"))
            .await
            .expect("sent, after losing a race or not");
    }
    let expected: Vec<String> = (0..50).map(|n| format!("m{n}")).collect();
    assert_eq!(world.second_node().texts().await, expected);
}

/// A server comes back with a clock that was set back by half an hour.
#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_makes_no_entry_older_and_no_reader_wait() {
    let world = World::new(RuntimeConfig::default()).await;
    let last = world.clone().send(HOST, "1", "before").await.expect("sent");
    // The snapshot has the newest entry in it, so that no entry is read from the log.
    world.runtime.shutdown().await;
    let world = world.node_at(0);
    let mut ana = world.subscribe(ANA, None).await;
    ana.drain().await;
    let next = world.clone().send(HOST, "2", "after").await.expect("sent");
    assert!(next.entries[0].at >= last.entries[0].at, "{next:?}");
    assert_eq!(ana.drain().await, [format!("{} chat.sent after", next.seq)]);
}

/// Visits end with the server, which is for the log, even where the room is still writing when it is told.
#[tokio::test(start_paused = true)]
async fn what_a_room_has_to_say_in_parting_is_written() {
    let world = World::new(RuntimeConfig::default()).await;
    let _reader = world.subscribe(ANA, None).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    world.store.hold_appends();
    let sending = tokio::spawn(world.clone().send(HOST, "1", "the last word"));
    tokio::time::sleep(Duration::from_millis(10)).await;
    let stopping = tokio::spawn({
        let runtime = world.runtime.clone();
        async move { runtime.shutdown().await }
    });
    tokio::time::sleep(Duration::from_millis(10)).await;
    world.store.release_appends();
    let last = sending.await.expect("no panic").expect("sent").seq;
    stopping.await.expect("no panic");
    assert_eq!(world.store_head().await, last + 1, "the end of a visit");
}

#[tokio::test(start_paused = true)]
async fn the_writer_takes_many_rooms_in_one_transaction() {
    let world = World::new(RuntimeConfig::default()).await;
    world.store.hold_appends();
    let mut sending = Vec::new();
    let rooms: Vec<World> = {
        world.store.release_appends();
        let mut rooms = Vec::new();
        for n in 0..20 {
            rooms.push(world.another_room(&format!("room{n}")).await);
        }
        world.store.hold_appends();
        rooms
    };
    // The first append is in its transaction; the others gather behind it.
    for room in &rooms {
        sending.push(tokio::spawn(room.clone().send(HOST, "1", "together")));
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    let batches = world.runtime.writer().stats().batches();
    world.store.release_appends();
    for sent in sending {
        sent.await.expect("no panic").expect("sent");
    }
    let batches = world.runtime.writer().stats().batches() - batches;
    assert!(batches <= 2, "20 rooms took {batches} transactions");
}

#[tokio::test(start_paused = true)]
async fn a_full_inbox_is_refused_with_a_delay() {
    let world = World::new(RuntimeConfig {
        inbox: 4,
        batch: 1,
        ..RuntimeConfig::default()
    })
    .await;
    world.store.hold_appends();
    let sending: Vec<_> = (0..20)
        .map(|n| {
            tokio::spawn(
                world
                    .clone()
                    .execute_owned(caller(HOST, Some(&format!("n{n}"))), say("x")),
            )
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(10)).await;
    world.store.release_appends();
    let mut refused = 0;
    for sent in sending {
        match sent.await.expect("no panic") {
            Ok(_) => {}
            Err(ExecuteError::Overloaded { retry_after }) => {
                assert!(!retry_after.is_zero());
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!((10..=16).contains(&refused), "{refused} of 20 refused");
}
