//! Rooms that nobody looks after: deserted ones end and go, messages grow old, by a clock that only the test moves.

use std::time::Duration;

use trivium_engine::{Command, PolicyChange, RoomCommand};
use trivium_runtime::{Caller, RuntimeConfig, Swept};
use trivium_store::Catalogue;

use crate::common::{ANA, BEN, HOST, World, caller, say};

const DAY: Duration = Duration::from_hours(24);

/// Somebody does something now.
async fn does(world: &World, who: &str, command: impl Into<Command>) {
    let caller = Caller {
        received_at: world.runtime.clock().now(),
        ..caller(who, None)
    };
    world.execute(caller, command.into()).await.expect("done");
}

async fn leaves(world: &World, who: &str) {
    does(world, who, RoomCommand::Leave).await;
}

async fn is_there(world: &World) -> Option<bool> {
    let room = world.store.room(&world.room).await.expect("memory");
    room.map(|room| room.closed_at.is_none())
}

#[tokio::test(start_paused = true)]
async fn a_deserted_room_is_closed_and_then_deleted() {
    let deserted = World::new(RuntimeConfig::default()).await;
    let kept = deserted.another_room("kept").await;
    for who in [HOST, ANA, BEN] {
        leaves(&deserted, who).await;
    }
    let sweep = async || deserted.runtime.sweep().await.expect("swept");
    tokio::time::sleep(Duration::from_secs(86_390)).await;
    assert_eq!(sweep().await, Swept::default(), "not yet");
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(sweep().await.closed, 1);
    assert_eq!(
        (is_there(&deserted).await, is_there(&kept).await),
        (Some(false), Some(true))
    );
    tokio::time::sleep(29 * DAY).await;
    assert_eq!(sweep().await, Swept::default());
    tokio::time::sleep(2 * DAY).await;
    assert_eq!(sweep().await.deleted, 1);
    assert_eq!((is_there(&deserted).await, is_there(&kept).await), (None, Some(true)));
    let gone = deserted.execute(caller(HOST, None), say("hello")).await;
    assert!(gone.is_err(), "{gone:?}");
    kept.execute(caller(ANA, None), say("still here")).await.expect("sent");
}

#[tokio::test(start_paused = true)]
async fn a_room_in_which_somebody_with_an_account_is_stays() {
    let world = World::new(RuntimeConfig::default()).await;
    for who in [HOST, ANA] {
        leaves(&world, who).await;
    }
    tokio::time::sleep(400 * DAY).await;
    assert_eq!(world.runtime.sweep().await.expect("swept"), Swept::default());
    assert_eq!(is_there(&world).await, Some(true));
}

#[tokio::test(start_paused = true)]
async fn messages_grow_old_where_nobody_looks() {
    let world = World::new(RuntimeConfig::default()).await;
    let keep = RoomCommand::Update {
        title: None,
        locked: None,
        capacity: None,
        late_join: None,
        chat_enabled: None,
        policy: PolicyChange {
            retention_days: Some(3),
            ..PolicyChange::default()
        },
    };
    world.execute(caller(HOST, None), keep.into()).await.expect("updated");
    world.execute(caller(ANA, None), say("old")).await.expect("sent");
    tokio::time::sleep(2 * DAY).await;
    assert_eq!(world.runtime.loaded_rooms(), 0, "nobody waits for it");
    assert_eq!(world.runtime.sweep().await.expect("swept").looked_at, 1);
    assert_eq!(world.texts().await, ["old"]);
    tokio::time::sleep(2 * DAY + Duration::from_hours(1)).await;
    let head = world.store_head().await;
    assert_eq!(world.runtime.sweep().await.expect("swept").looked_at, 1);
    assert!(world.store_head().await > head, "the log says so");
    assert_eq!(world.texts().await, Vec::<String>::new());
}
