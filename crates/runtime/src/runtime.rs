//! All rooms of this node: handing inputs to their tasks, which `runtime/rooms.rs` finds or starts. `runtime/sweep.rs` looks
//! after those that nobody looks after.

mod rooms;
mod stats;
mod sweep;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use rand::{SeedableRng, rngs::StdRng};
use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio_util::task::TaskTracker;
use trivium_engine::{Actor, Command, Entry, Observation, Room, RoomId, Seq, Timestamp};
use trivium_store::{Page, Store, Writer, WriterConfig};

pub use stats::RuntimeStats;
pub use sweep::Swept;

use crate::{
    Caller, Clock, Done, Door, Encode, ExecuteError, RuntimeConfig, codec,
    codes::Codes,
    courier::Owed,
    inboxes::Names,
    ring::{Features, Ring},
    room_task::{Input, Outcome, Subscribe},
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
    codes: Codes,
    seeds: Mutex<StdRng>,
    tasks: TaskTracker,
    /// The task of the writer, which ends after all others.
    writing: TaskTracker,
    stopping: AtomicBool,
    stats: RuntimeStats,
    /// How inboxes are called.
    names: Names,
    owed: Owed,
}

#[derive(Clone)]
struct Handle {
    inbox: mpsc::Sender<Input>,
    ring: Arc<Ring>,
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
        let writing = TaskTracker::new();
        let (writer, driver) = Writer::spawn(Arc::clone(&store), WriterConfig::default());
        writing.spawn(driver);
        let shared = Shared {
            store,
            writer,
            clock,
            encode,
            config: Arc::new(config),
            rooms: Mutex::default(),
            codes: Codes::default(),
            seeds: Mutex::new(StdRng::from_seed(seed)),
            tasks: TaskTracker::new(),
            writing,
            stopping: AtomicBool::new(false),
            stats: RuntimeStats::default(),
            names: Names::default(),
            owed: Owed::default(),
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

    /// Where a code leads; none where there is no open room with this code or such an invitation.
    ///
    /// # Errors
    ///
    /// Those of the store, which is asked where no room in memory has the code.
    pub async fn room_by_code(&self, code: &str) -> Result<Option<Door>, ExecuteError> {
        if let Some(room) = self.shared.codes.room(code) {
            return Ok(Some(Door { room, own_code: true }));
        }
        let found = self.shared.store.room_by_code(code).await?;
        Ok(found.map(|record| Door {
            own_code: record.code.as_deref() == Some(code),
            room: record.id,
        }))
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
            bytes: self.shared.config.store_page_bytes,
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
                // Where nothing has a deadline, nobody waits for anything.
                if matches!(room.kind.as_str(), "inbox" | "keys") {
                    continue;
                }
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
        self.shared.owed.stop();
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
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        // Not before the rooms have ended, because they have something to write in parting.
        self.shared.writer.close().await;
        self.shared.writing.close();
        self.shared.writing.wait().await;
    }

    /// How inboxes are called.
    pub(crate) fn names(&self) -> &Names {
        &self.shared.names
    }

    /// What rooms owe to inboxes.
    pub(crate) fn owed(&self) -> &Owed {
        &self.shared.owed
    }

    /// Runs something for which [`shutdown`](Self::shutdown) waits.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.shared.tasks.spawn(task);
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
}

impl Shared {
    fn rooms(&self) -> MutexGuard<'_, HashMap<RoomId, Arc<OnceCell<Handle>>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
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
