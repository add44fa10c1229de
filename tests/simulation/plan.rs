//! What a seed makes of the world: who is there, how tight the bounds are, what the network and the disk do.
//!
//! Neighbours: [`life`](crate::life) runs a plan; [`faults`](crate::faults) adds what goes wrong meanwhile.

use std::time::Duration;

use rand::{Rng, RngExt as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use trivium_runtime::RuntimeConfig;

/// Everything about a world that does not change while it runs.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Players of each room.
    pub(crate) players: Vec<usize>,
    pub(crate) lives: Vec<Life>,
    pub(crate) config: RuntimeConfig,
    pub(crate) network: Network,
    /// Longest time that a healthy disk takes for anything, in milliseconds.
    pub(crate) disk_ms: u64,
    /// Longest pause between two commands of a client, in milliseconds.
    pub(crate) think_ms: u64,
}

/// One life of the server, from start to crash or shutdown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    pub(crate) lasts: Duration,
    /// Ends in a crash instead of a shutdown.
    pub(crate) crashes: bool,
    /// How far the clock is off when it starts, in milliseconds.
    pub(crate) skew_ms: i64,
    /// Faults begin on average this far apart.
    pub(crate) faults_every: Duration,
}

/// What happens between clients and the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network {
    /// Requests and replies that never arrive.
    pub(crate) loss: f64,
    /// Longest way in one direction, in milliseconds.
    pub(crate) delay_ms: u64,
    /// Deliveries at which the connection is cut.
    pub(crate) cut: f64,
    /// Requests that arrive twice.
    pub(crate) repeat: f64,
}

/// One stream of luck for each purpose, so that one purpose more or less does not change the others.
pub(crate) fn luck(seed: u64, purpose: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose);
    rng
}

impl Plan {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = luck(seed, 0);
        let rooms = *[1, 1, 1, 2].choose(&mut rng).expect("not empty");
        let lives = *[1, 2, 2, 3].choose(&mut rng).expect("not empty");
        Self {
            players: (0..rooms).map(|_| rng.random_range(1..=4)).collect(),
            lives: (0..lives).map(|n| Life::of(n, &mut rng)).collect(),
            config: config(&mut rng),
            network: Network {
                loss: *[0.0, 0.02, 0.1].choose(&mut rng).expect("not empty"),
                delay_ms: *[1, 20, 200].choose(&mut rng).expect("not empty"),
                cut: *[0.0, 0.02, 0.1].choose(&mut rng).expect("not empty"),
                repeat: *[0.0, 0.05].choose(&mut rng).expect("not empty"),
            },
            disk_ms: *[0, 2, 20].choose(&mut rng).expect("not empty"),
            think_ms: *[400, 800, 1_600].choose(&mut rng).expect("not empty"),
        }
    }
}

impl Life {
    fn of(number: usize, rng: &mut impl Rng) -> Self {
        let skew_ms = if number == 0 || rng.random_bool(0.4) {
            0
        } else {
            rng.random_range(-1_000..=10_000)
        };
        Self {
            lasts: Duration::from_millis(rng.random_range(1_000..=9_000)),
            crashes: rng.random_bool(0.7),
            skew_ms,
            faults_every: Duration::from_millis(*[400, 1_500, 10_000].choose(rng).expect("not empty")),
        }
    }
}

/// Bounds so tight that every one of them is met.
fn config(rng: &mut impl Rng) -> RuntimeConfig {
    let config = RuntimeConfig {
        max_rooms: 100,
        inbox: rng.random_range(4..=64),
        batch: rng.random_range(1..=16),
        ring_entries: rng.random_range(2..=48),
        ring_bytes: rng.random_range(600..=60_000),
        read_bytes: rng.random_range(1..=400),
        store_page: rng.random_range(1..=16),
        max_lag: rng.random_range(15..=300),
        max_catch_up: rng.random_range(5..=200),
        progress_every: rng.random_range(1..=12),
        presence_broadcast_members: rng.random_range(1..=10),
        large_room: *[0, 2, 1_000].choose(rng).expect("not empty"),
        tick: Duration::from_millis(rng.random_range(20..=200)),
        large_room_tick: Duration::from_millis(rng.random_range(5..=50)),
        wake_chunk: rng.random_range(1..=4),
        snapshot_every: rng.random_range(3..=60),
        idle_unload: Duration::from_millis(rng.random_range(300..=5_000)),
        owner: 0,
        ..RuntimeConfig::default()
    };
    RuntimeConfig {
        store_page_bytes: config.ring_bytes,
        ..config
    }
}
