//! All rooms of this node: loading them when somebody asks, and handing inputs to their tasks.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use rand::{SeedableRng, rngs::StdRng};
use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio_util::task::TaskTracker;
use trivium_engine::{Actor, Command, Entry, Observation, Room, RoomId, Seq, Timestamp};
use trivium_store::{Page, Store, Writer, WriterConfig};

use crate::{
    Caller, Clock, Done, Encode, ExecuteError, RuntimeConfig, codec, load,
    ring::{Features, Ring},
    room_task::{Input, Outcome, RoomTask, Subscribe},
    subscription::{Start, Subscription},
};

/// What a client should wait before it tries a full queue again.
const BACK_OFF: Duration = Duration::from_millis(250);
/// How often a call tries again when the room's task ended under it.
const ATTEMPTS: usize = 3;

/// The rooms of this node. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn Store>,
    writer: Writer,
    clock: Clock,
    encode: Arc<dyn Encode>,
    config: Arc<RuntimeConfig>,
    rooms: Mutex<HashMap<RoomId, Arc<OnceCell<Handle>>>>,
    seeds: Mutex<StdRng>,
    tasks: TaskTracker,
    stopping: AtomicBool,
    stats: RuntimeStats,
}

#[derive(Clone)]
struct Handle {
    inbox: mpsc::Sender<Input>,
    ring: Arc<Ring>,
}

/// Counters for metrics.
#[derive(Debug, Default)]
pub struct RuntimeStats {
    loads: AtomicU64,
    commands: AtomicU64,
    rejected: AtomicU64,
    overloaded: AtomicU64,
    subscriptions: AtomicU64,
}

impl RuntimeStats {
    /// Rooms loaded since the start.
    pub fn loads(&self) -> u64 {
        self.loads.load(Relaxed)
    }
    /// Commands carried out or refused.
    pub fn commands(&self) -> u64 {
        self.commands.load(Relaxed)
    }
    /// Commands refused by their room.
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Relaxed)
    }
    /// Inputs refused because a queue was full.
    pub fn overloaded(&self) -> u64 {
        self.overloaded.load(Relaxed)
    }
    /// Subscriptions begun.
    pub fn subscriptions(&self) -> u64 {
        self.subscriptions.load(Relaxed)
    }
}

impl Runtime {
    /// Starts on a store. Has to be called within a tokio runtime.
    pub fn start(
        store: Arc<dyn Store>,
        encode: Arc<dyn Encode>,
        clock: Clock,
        mut config: RuntimeConfig,
        seed: [u8; 32],
    ) -> Self {
        // Who resumes must not be cut for what it missed before.
        config.max_catch_up = config.max_catch_up.min(config.max_lag);
        let tasks = TaskTracker::new();
        let (writer, driver) = Writer::spawn(Arc::clone(&store), WriterConfig::default());
        tasks.spawn(driver);
        let shared = Shared {
            store,
            writer,
            clock,
            encode,
            config: Arc::new(config),
            rooms: Mutex::default(),
            seeds: Mutex::new(StdRng::from_seed(seed)),
            tasks,
            stopping: AtomicBool::new(false),
            stats: RuntimeStats::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The server's clock.
    pub fn clock(&self) -> Clock {
        self.shared.clock
    }

    /// The store, for what is not a room's.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// The bounds in force.
    pub fn config(&self) -> &RuntimeConfig {
        &self.shared.config
    }

    /// Counters.
    pub fn stats(&self) -> &RuntimeStats {
        &self.shared.stats
    }

    /// The group-commit writer, for its counters.
    pub fn writer(&self) -> &Writer {
        &self.shared.writer
    }

    /// Rooms in memory.
    pub fn loaded_rooms(&self) -> usize {
        self.shared.rooms().len()
    }

    /// Carries a command out. When this returns `Ok`, what it made is durable.
    ///
    /// # Errors
    ///
    /// See [`ExecuteError`]. After `Unavailable` it is not known whether the command took effect; with a request id the
    /// caller may simply repeat it.
    pub async fn execute(&self, room: &RoomId, caller: Caller, command: Command) -> Result<Done, ExecuteError> {
        self.shared.stats.commands.fetch_add(1, Relaxed);
        let mut attempt = 1;
        loop {
            let handle = self.handle(room).await?;
            let (reply, answer) = oneshot::channel();
            let input = Input::Command {
                command: command.clone(),
                caller: caller.clone(),
                reply,
            };
            match self.send(&handle, input) {
                Ok(()) => {}
                Err(Refused::Gone) if attempt < ATTEMPTS => {
                    attempt += 1;
                    continue;
                }
                Err(refused) => return Err(refused.into()),
            }
            match answer.await {
                Ok(Ok(outcome)) => {
                    let done = self.done(&handle, room, outcome).await?;
                    let reused =
                        done.replayed && (done.entries.first()).is_some_and(|first| !command.can_make(&first.event));
                    return if reused {
                        Err(ExecuteError::RequestReused)
                    } else {
                        Ok(done)
                    };
                }
                Ok(Err(ExecuteError::Reject(reject))) => {
                    self.shared.stats.rejected.fetch_add(1, Relaxed);
                    return Err(reject.into());
                }
                // The task ended with the command in its hands. A request id makes it safe to ask again.
                Ok(Err(ExecuteError::Unavailable)) | Err(_) if caller.request.is_some() && attempt < ATTEMPTS => {
                    attempt += 1;
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => return Err(ExecuteError::Unavailable),
            }
        }
    }

    /// Reads the committed state of a room, in the room's task.
    pub async fn query<T, F>(&self, room: &RoomId, read: F) -> Result<T, ExecuteError>
    where
        T: Send + 'static,
        F: FnOnce(&Room, Timestamp) -> T + Clone + Send + 'static,
    {
        for _ in 0..ATTEMPTS {
            let handle = self.handle(room).await?;
            let (reply, answer) = oneshot::channel();
            let read = read.clone();
            let query = Input::Query(Box::new(move |room: &Room, now| {
                let _caller_gone = reply.send(read(room, now));
            }));
            match self.send(&handle, query) {
                Ok(()) => {}
                Err(Refused::Gone) => continue,
                Err(refused) => return Err(refused.into()),
            }
            if let Ok(value) = answer.await {
                return Ok(value);
            }
        }
        Err(ExecuteError::Unavailable)
    }

    /// Begins to hear a room, from a cursor (epoch and position) or from a snapshot.
    pub async fn subscribe(
        &self,
        room: &RoomId,
        actor: &Actor,
        cursor: Option<(u64, Seq)>,
        features: Features,
    ) -> Result<(Start, Subscription), ExecuteError> {
        self.shared.stats.subscriptions.fetch_add(1, Relaxed);
        for _ in 0..ATTEMPTS {
            let handle = self.handle(room).await?;
            let (reply, answer) = oneshot::channel();
            let subscribe = Subscribe {
                actor: actor.clone(),
                cursor,
                features,
                reply,
            };
            match self.send(&handle, Input::Subscribe(subscribe)) {
                Ok(()) => {}
                Err(Refused::Gone) => continue,
                Err(refused) => return Err(refused.into()),
            }
            if let Ok(started) = answer.await {
                return started;
            }
        }
        Err(ExecuteError::Unavailable)
    }

    /// Tells a room something about a member that is not for its log.
    pub async fn observe(&self, room: &RoomId, observation: Observation) -> Result<(), ExecuteError> {
        let handle = self.handle(room).await?;
        Ok(self.send(&handle, Input::Observe(observation))?)
    }

    /// Entries of a room's log after a position, at most `limit`, as they are: the caller projects them.
    pub async fn read_log(&self, room: &RoomId, after: Seq, limit: usize) -> Result<Vec<Entry>, ExecuteError> {
        let (store, room) = (Arc::clone(&self.shared.store), room.clone());
        let page = Page {
            records: limit,
            bytes: self.shared.config.ring_bytes,
        };
        let read = tokio::spawn(async move { store.read(&room, after, page).await });
        let records = read.await.map_err(|_stopped| ExecuteError::Unavailable)??;
        records.iter().map(codec::entry).collect()
    }

    /// Loads every open room once, so that their deadlines go on after a restart even if nobody comes back. Rooms with
    /// nothing to wait for are unloaded again by themselves.
    pub async fn wake_open_rooms(&self) -> Result<usize, ExecuteError> {
        const PAGE: u32 = 256;
        let mut after: Option<RoomId> = None;
        let mut woken = 0;
        loop {
            let rooms = self.shared.store.open_rooms(after.as_ref(), PAGE).await?;
            for room in &rooms {
                if let Err(error) = self.handle(&room.id).await {
                    tracing::warn!(room = %room.id, %error, "a room was not loaded");
                } else {
                    woken += 1;
                }
            }
            match rooms.last() {
                Some(last) if rooms.len() == PAGE as usize => after = Some(last.id.clone()),
                Some(_) | None => return Ok(woken),
            }
        }
    }

    /// Ends all rooms: what is committed stays, snapshots are saved. Further calls fail with `ShuttingDown`.
    pub async fn shutdown(&self) {
        self.shared.stopping.store(true, Relaxed);
        let mut handles: Vec<Handle> = self
            .shared
            .rooms()
            .values()
            .filter_map(|cell| cell.get().cloned())
            .collect();
        // In the same order every time, so that a simulation can be repeated.
        handles.sort_by(|a, b| a.ring.room.cmp(&b.ring.room));
        for handle in handles {
            let _ended = handle.inbox.send(Input::Stop).await;
        }
        self.shared.writer.close().await;
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    async fn done(&self, handle: &Handle, room: &RoomId, outcome: Outcome) -> Result<Done, ExecuteError> {
        let Outcome { head, made, replayed } = outcome;
        let Some(made) = made else {
            return Ok(Done {
                seq: head,
                entries: Vec::new(),
                replayed,
            });
        };
        let (first, last) = (*made.start(), *made.end());
        let entries = if let Some(entries) = handle.ring.entries(first, last) {
            entries
        } else {
            let count = usize::try_from(last + 1 - first).unwrap_or(usize::MAX);
            self.read_log(room, first - 1, count)
                .await?
                .into_iter()
                .map(Arc::new)
                .collect()
        };
        Ok(Done {
            seq: last,
            entries,
            replayed,
        })
    }

    fn send(&self, handle: &Handle, input: Input) -> Result<(), Refused> {
        handle.inbox.try_send(input).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => {
                self.shared.stats.overloaded.fetch_add(1, Relaxed);
                Refused::Full
            }
            mpsc::error::TrySendError::Closed(_) => Refused::Gone,
        })
    }

    async fn handle(&self, room: &RoomId) -> Result<Handle, ExecuteError> {
        if self.shared.stopping.load(Relaxed) {
            return Err(ExecuteError::ShuttingDown);
        }
        let cell = {
            let mut rooms = self.shared.rooms();
            // A cell whose task has ended is in nobody's way: the next call replaces it.
            if rooms
                .get(room)
                .and_then(|cell| cell.get())
                .is_some_and(|handle| handle.inbox.is_closed())
            {
                rooms.remove(room);
            }
            if rooms.len() >= self.shared.config.max_rooms && !rooms.contains_key(room) {
                return Err(ExecuteError::Overloaded {
                    retry_after: BACK_OFF * 20,
                });
            }
            Arc::clone(rooms.entry(room.clone()).or_default())
        };
        if let Some(handle) = cell.get() {
            return Ok(handle.clone());
        }
        // In a task of its own: everybody waits for whoever loads, and a caller may be dropped, or not be polled for long.
        let (runtime, room) = (self.clone(), room.clone());
        let loading = tokio::spawn(async move {
            let loaded = cell.get_or_try_init(|| runtime.load(&room, &cell)).await.cloned();
            if loaded.is_err() {
                runtime.shared.forget(&room, &cell);
            }
            loaded
        });
        loading.await.map_err(|_stopped| ExecuteError::Unavailable)?
    }

    async fn load(&self, room: &RoomId, cell: &Arc<OnceCell<Handle>>) -> Result<Handle, ExecuteError> {
        self.shared.stats.loads.fetch_add(1, Relaxed);
        let shared = &self.shared;
        let (store, id) = (Arc::clone(&shared.store), room.clone());
        let loading = tokio::spawn(async move { load::load(&store, &id).await });
        let mut loaded = loading.await.map_err(|_stopped| ExecuteError::Unavailable)??;
        let now = shared.clock.now();
        // In the room's own time, which may be ahead of a clock that was set back while the room was not loaded.
        loaded.room.reset_presence(now.max(loaded.last_at));
        if let (None, Some(at)) = (
            loaded.record.closed_at,
            loaded.room.settings().and_then(|settings| settings.closed_at),
        ) {
            shared.store.close_room(room, at).await?;
        }
        let ring = Arc::new(Ring::new(
            room.clone(),
            loaded.record.epoch,
            loaded.room.seq(),
            Arc::clone(&shared.config),
            Arc::clone(&shared.encode),
        ));
        let (inbox, waiting) = mpsc::channel(shared.config.inbox);
        let task = RoomTask {
            room: loaded.room,
            inbox: waiting,
            self_sender: inbox.downgrade(),
            ring: Arc::clone(&ring),
            writer: shared.writer.clone(),
            store: Arc::clone(&shared.store),
            clock: shared.clock,
            config: Arc::clone(&shared.config),
            rng: StdRng::from_rng(&mut *shared.seeds.lock().unwrap_or_else(PoisonError::into_inner)),
            snapshot_seq: loaded.snapshot_seq,
            last_at: loaded.last_at,
            round_trips: BTreeMap::new(),
            signals: BTreeMap::new(),
            last_progress: None,
            next_tick: now,
            wake_at: None,
            next_wake: now,
            used_at: now,
            // Settled at once, as much time may have passed since the room was last loaded.
            due: Some(now),
        };
        // Runs also when the task panics: readers must not wait for a room that is gone.
        let gone = Gone {
            shared: Arc::clone(shared),
            ring: Arc::clone(&ring),
            cell: Arc::clone(cell),
        };
        shared.tasks.spawn(async move {
            let _gone = gone;
            task.run().await;
        });
        Ok(Handle { inbox, ring })
    }
}

impl Shared {
    fn rooms(&self) -> MutexGuard<'_, HashMap<RoomId, Arc<OnceCell<Handle>>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn forget(&self, room: &RoomId, cell: &Arc<OnceCell<Handle>>) {
        let mut rooms = self.rooms();
        if rooms.get(room).is_some_and(|current| Arc::ptr_eq(current, cell)) {
            rooms.remove(room);
        }
    }
}

/// Cleans up after a room's task, however it ends.
struct Gone {
    shared: Arc<Shared>,
    ring: Arc<Ring>,
    cell: Arc<OnceCell<Handle>>,
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.shared.forget(&self.ring.room, &self.cell);
        self.ring.close();
    }
}

/// Why an input was not taken in.
enum Refused {
    Full,
    Gone,
}

impl From<Refused> for ExecuteError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full => Self::Overloaded { retry_after: BACK_OFF },
            Refused::Gone => Self::Unavailable,
        }
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime")
            .field("rooms", &self.loaded_rooms())
            .finish_non_exhaustive()
    }
}
