//! One incarnation of a server: a runtime on its view of the disk.
//!
//! Neighbours: [`life`](crate::life) starts the node that stays, [`faults`](crate::faults) a rival beside it.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use rand::Rng as _;
use trivium_runtime::{Clock, Runtime, RuntimeConfig};

use crate::{store::Disk, wire::Wire, world::World};

/// How long a server may take to stop, in fair weather.
pub(crate) const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// Starts a node whose clock is off by `skew_ms`.
pub(crate) fn start(world: &Arc<World>, skew_ms: i64) -> Runtime {
    let incarnation = world.incarnations.fetch_add(1, Relaxed) + 1;
    world.disturbed();
    world.note(|| format!("node {incarnation} starts, {skew_ms} ms off"));
    let disk = Disk {
        world: Arc::downgrade(world),
        data: Arc::clone(&world.disk),
        incarnation,
    };
    let wire = Wire {
        world: Arc::downgrade(world),
        incarnation,
    };
    let config = RuntimeConfig {
        owner: incarnation,
        ..world.plan.config.clone()
    };
    let mut seed = [0; 32];
    world.luck(1_000 + incarnation).fill_bytes(&mut seed);
    let clock = Clock::starting_at(world.wall_micros(skew_ms));
    Runtime::start(Arc::new(disk), Arc::new(wire), clock, config, seed)
}

/// Stops a node and waits for it.
pub(crate) async fn stop(world: &World, runtime: &Runtime) {
    world.disturbed();
    let owner = runtime.config().owner;
    world.note(|| format!("node {owner} is asked to stop"));
    let stopped = tokio::time::timeout(STOPS_WITHIN, runtime.shutdown()).await;
    if stopped.is_err() && crate::world::lock(&world.weather).is_clear() {
        world.check(
            "8 liveness",
            Err(format!("node {owner} does not stop within {STOPS_WITHIN:?}")),
        );
    }
    world.note(|| format!("node {owner} has stopped"));
}
