//! What goes wrong: the disk fails, forgets, stalls or is slow, the process stands still, a second node writes the same
//! rooms, everybody goes away, a crowd comes at once.
//!
//! Neighbours: crashes and shutdowns end a [`life`](crate::life); cuts and losses are the [`client`](crate::client)s' own.

use std::{sync::Arc, time::Duration};

use rand::{RngExt as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use tokio::time::{advance, sleep};
use trivium_engine::{ChatCommand, RoomId};
use trivium_runtime::{Caller, Runtime};

use crate::{
    checks::bounds,
    node,
    world::{World, lock, operator},
};

/// Lets things go wrong, one after another, for ever.
pub(crate) async fn haunt(world: Arc<World>, every: Duration, mut rng: ChaCha8Rng) {
    let most = u64::try_from(every.as_millis()).unwrap_or(u64::MAX) * 2;
    loop {
        sleep(Duration::from_millis(rng.random_range(0..=most))).await;
        let lasts = Duration::from_millis(rng.random_range(50..3_000));
        world.disturbed();
        match rng.random_range(0..10) {
            0 => with_weather(&world, lasts, "appends fail", |w| w.fail = 0.5).await,
            1 => with_weather(&world, lasts, "appends are forgotten", |w| w.forget = 0.5).await,
            2 => with_weather(&world, lasts, "reads fail", |w| w.blind = 0.3).await,
            3 => with_weather(&world, lasts, "the disk is slow", |w| w.slow_ms = 800).await,
            4 => {
                let Some(owner) = lock(&world.nodes).choose(&mut rng).map(|node| node.config().owner) else {
                    continue;
                };
                with_weather(&world, lasts, "a node's appends stand still", |w| w.stuck = Some(owner)).await;
            }
            5 => {
                world.note(|| format!("the process stands still for {lasts:?}"));
                advance(lasts).await;
                world.disturbed();
            }
            6 | 7 => rival(&world, lasts * 2, &mut rng).await,
            8 => {
                let room = world.rooms().choose(&mut rng).cloned();
                world.note(|| format!("nobody is in {room:?}"));
                *lock(&world.away) = room;
                sleep(lasts * 3).await;
                *lock(&world.away) = None;
            }
            _ => crowd(&world, &mut rng).await,
        }
    }
}

async fn with_weather(world: &World, lasts: Duration, what: &str, change: impl FnOnce(&mut crate::store::Weather)) {
    world.note(|| format!("{what} for {lasts:?}"));
    change(&mut lock(&world.weather));
    sleep(lasts).await;
    lock(&world.weather).clear();
    world.disturbed();
}

/// A second node serves the same rooms for a while. The first may lose its disk meanwhile.
async fn rival(world: &Arc<World>, lasts: Duration, rng: &mut ChaCha8Rng) {
    let rival = node::start(world, rng.random_range(-2_000..=2_000));
    lock(&world.nodes).push(rival.clone());
    if rng.random_bool(0.3) {
        let first = lock(&world.nodes).first().map(|node| node.config().owner);
        lock(&world.weather).stuck = first;
    }
    sleep(lasts).await;
    let owner = rival.config().owner;
    lock(&world.nodes).retain(|node| node.config().owner != owner);
    lock(&world.weather).clear();
    if rng.random() {
        node::stop(world, &rival).await;
    }
    world.disturbed();
}

/// More commands at once than an inbox takes, while the disk stands still.
async fn crowd(world: &Arc<World>, rng: &mut ChaCha8Rng) {
    let Some(runtime) = lock(&world.nodes).first().cloned() else {
        return;
    };
    let room = world.rooms().choose(rng).cloned().expect("there are rooms");
    if runtime.query(&room, |room, _| room.seq()).await.is_err() {
        return;
    }
    let loads = runtime.stats().loads();
    let config = runtime.config().clone();
    world.note(|| format!("a crowd comes to {room}"));
    lock(&world.weather).stuck = Some(config.owner);
    let sent = config.inbox + config.batch + 10;
    let crowd: Vec<_> = (0..sent)
        .map(|_| tokio::spawn(say(runtime.clone(), room.clone())))
        .collect();
    sleep(Duration::from_millis(50)).await;
    let waiting = crowd.iter().filter(|call| !call.is_finished()).count();
    if runtime.stats().loads() == loads {
        world.check("6 bounds", bounds::overload(sent, waiting, &config));
    }
    lock(&world.weather).clear();
    world.disturbed();
}

async fn say(runtime: Runtime, room: RoomId) {
    let say = ChatCommand::say("one of many");
    // Not a member, so nothing comes of it; it takes its place in the queue all the same.
    let caller = Caller {
        actor: operator(),
        request: None,
        received_at: runtime.clock().now(),
        round_trip: None,
    };
    let _refused = runtime.execute(&room, caller, say.into()).await;
}
