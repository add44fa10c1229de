//! What everything in a simulation shares: time, the disk, the truth about the logs, the trace and the verdict.
//!
//! A world outlives its servers: each life has a tokio runtime of its own, which a crash throws away with every task.
//!
//! Neighbours: [`life`](crate::life) moves it; [`truth`](crate::truth) knows what is committed.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use rand_chacha::ChaCha8Rng;
use tokio::time::Instant;
use trivium_engine::{Actor, RoomId, UserId};
use trivium_runtime::Runtime;
use trivium_store::MemoryStore;

use crate::{
    client::Client,
    plan::{Plan, luck},
    store::Weather,
    truth::Truth,
    wire::Cargo,
};

/// When worlds begin, in milliseconds since the Unix epoch.
const GENESIS: u64 = 1_700_000_000_000;

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) plan: Plan,
    pub(crate) disk: Arc<MemoryStore>,
    pub(crate) weather: Mutex<Weather>,
    pub(crate) truth: Mutex<Truth>,
    pub(crate) cargo: Mutex<Vec<Cargo>>,
    /// The nodes that clients can reach; the first is the one that stays.
    pub(crate) nodes: Mutex<Vec<Runtime>>,
    pub(crate) clients: Vec<Arc<Client>>,
    /// Faults are over: clients only finish what they began.
    pub(crate) finale: AtomicBool,
    /// Clients of this room are not there.
    pub(crate) away: Mutex<Option<RoomId>>,
    pub(crate) incarnations: AtomicU64,
    time: Mutex<Time>,
    trace: Option<Mutex<Vec<String>>>,
    violation: Mutex<Option<String>>,
}

#[derive(Default)]
struct Time {
    /// Milliseconds of earlier lives.
    before: u64,
    life: Option<Instant>,
    /// When something last went wrong.
    disturbed_at: u64,
}

/// A lock that a panic elsewhere does not poison: the panic itself is the finding.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(seed: u64, traced: bool) -> Arc<Self> {
        let plan = Plan::of(seed);
        let mut clients = Vec::new();
        for (room, players) in plan.players.iter().enumerate() {
            let names = ["host".to_owned(), "cohost".to_owned(), "stranger".to_owned()];
            for name in names.into_iter().chain((0..*players).map(|n| format!("p{n}"))) {
                clients.push(Arc::new(Client::new(seed, room, &name, clients.len())));
            }
        }
        let rooms: Vec<RoomId> = (0..plan.players.len()).map(room_id).collect();
        Arc::new(Self {
            seed,
            disk: Arc::default(),
            weather: Mutex::new(Weather::new(luck(seed, 1))),
            truth: Mutex::new(Truth::new(&rooms)),
            cargo: Mutex::default(),
            nodes: Mutex::default(),
            clients,
            finale: AtomicBool::new(false),
            away: Mutex::default(),
            incarnations: AtomicU64::new(0),
            time: Mutex::default(),
            trace: traced.then(Mutex::default),
            violation: Mutex::default(),
            plan,
        })
    }

    pub(crate) fn rooms(&self) -> Vec<RoomId> {
        (0..self.plan.players.len()).map(room_id).collect()
    }

    /// One stream of luck per purpose.
    pub(crate) fn luck(&self, purpose: u64) -> ChaCha8Rng {
        luck(self.seed, purpose)
    }

    /// Virtual milliseconds since the beginning.
    pub(crate) fn now(&self) -> u64 {
        let time = lock(&self.time);
        let life = time.life.map_or(Duration::ZERO, |began| began.elapsed());
        time.before + u64::try_from(life.as_millis()).unwrap_or(u64::MAX)
    }

    /// What a clock shows that is off by `skew_ms`, in microseconds.
    pub(crate) fn wall_micros(&self, skew_ms: i64) -> u64 {
        (GENESIS + self.now()).saturating_add_signed(skew_ms) * 1_000
    }

    /// A tokio runtime has begun, or ended.
    pub(crate) fn begin_life(&self) {
        lock(&self.time).life = Some(Instant::now());
        self.disturbed();
    }

    pub(crate) fn end_life(&self) {
        let now = self.now();
        let mut time = lock(&self.time);
        time.before = now;
        time.life = None;
    }

    /// Something goes wrong right now.
    pub(crate) fn disturbed(&self) {
        let now = self.now();
        lock(&self.time).disturbed_at = now;
    }

    /// How long nothing has gone wrong, in milliseconds.
    pub(crate) fn calm_for(&self) -> u64 {
        if !lock(&self.weather).is_clear() {
            return 0;
        }
        self.now() - lock(&self.time).disturbed_at
    }

    pub(crate) fn in_finale(&self) -> bool {
        self.finale.load(Relaxed)
    }

    /// A line of the trace, made only where somebody reads it.
    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            let line = format!("{:>7} {}", self.now(), line());
            lock(trace).push(line);
        }
    }

    /// Takes the outcome of a check; the first violation is the verdict.
    pub(crate) fn check(&self, invariant: &str, outcome: Result<(), String>) {
        if let Err(what) = outcome {
            self.note(|| format!("VIOLATION of {invariant}: {what}"));
            lock(&self.violation).get_or_insert_with(|| format!("invariant {invariant}: {what}"));
        }
    }

    pub(crate) fn verdict(&self) -> Option<String> {
        lock(&self.violation).clone()
    }

    pub(crate) fn take_trace(&self) -> Vec<String> {
        self.trace
            .as_ref()
            .map(|trace| std::mem::take(&mut *lock(trace)))
            .unwrap_or_default()
    }
}

pub(crate) fn room_id(number: usize) -> RoomId {
    format!("room{number}").parse().expect("an id")
}

/// Somebody with no rights but those of a seat.
pub(crate) fn actor(user: &UserId) -> Actor {
    Actor {
        user: user.clone(),
        name: user.to_string(),
        guest: false,
        global_host: false,
        grant: None,
    }
}

/// The operator, who acts as host everywhere.
pub(crate) fn operator() -> Actor {
    Actor {
        global_host: true,
        ..actor(&"operator".parse().expect("an id"))
    }
}
