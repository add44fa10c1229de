//! A runtime on a memory store, a room with three people, and readers that see text instead of bytes.

use std::{future::poll_fn, sync::Arc, task::Poll};

use bytes::Bytes;
use trivium_engine::{
    Actor, Audience, ChatCommand, ChatEvent, Command, Entry, Event, PolicyChange, RequestId, RoomCommand, RoomId,
    RoomKind, Seq, Signal,
};
use trivium_runtime::{
    Caller, Clock, Delivery, Done, Encode, ExecuteError, Runtime, RuntimeConfig, Start, Subscription,
    subscription::Features,
};
use trivium_store::{Catalogue, MemoryStore, RoomLog as _, RoomRecord};

pub(crate) const HOST: &str = "host";
pub(crate) const ANA: &str = "ana";
pub(crate) const BEN: &str = "ben";

/// What clocks show when nothing else is said.
const EPOCH_MICROS: u64 = 1_000_000_000;

/// A runtime, its store and one of its rooms.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) runtime: Runtime,
    pub(crate) room: RoomId,
    pub(crate) epoch: u64,
}

/// A reader and what it knows.
pub(crate) struct Reader {
    subscription: Subscription,
}

/// Frames are lines: number, name, and the text of messages; and how many have answered.
struct Lines;

impl Encode for Lines {
    fn entry(&self, _: &RoomId, _: u64, _: &Audience, entry: &Entry, event: &Event) -> Bytes {
        let text = if let Event::Chat(ChatEvent::Sent(sent)) = event {
            format!(" {}", sent.text)
        } else {
            String::new()
        };
        format!("{} {}{text}\n", entry.seq, event.name()).into()
    }

    fn progress(&self, _: &RoomId, seq: Seq) -> Bytes {
        format!("..{seq}\n").into()
    }

    fn signals(&self, _: &RoomId, signals: &[(u64, Signal)]) -> Bytes {
        let lines = signals.iter().map(|(_, signal)| match signal {
            Signal::AnswerProgress { answered, expected, .. } => format!("answered {answered} of {expected}\n"),
            Signal::Presence(_)
            | Signal::Unseen(_)
            | Signal::PresenceCounts { .. }
            | Signal::Typing { .. }
            | Signal::Screens { .. } => String::new(),
        });
        lines.collect::<String>().into()
    }
}

impl World {
    pub(crate) async fn new(config: RuntimeConfig) -> Self {
        let store = Arc::new(MemoryStore::new());
        let runtime = start(&store, config, EPOCH_MICROS);
        let world = Self {
            store,
            runtime,
            room: "unset".parse().expect("an id"),
            epoch: 7,
        };
        world.another_room("room").await
    }

    /// Another room of the same runtime, with the same people.
    pub(crate) async fn another_room(&self, id: &str) -> Self {
        let world = Self {
            room: id.parse().expect("an id"),
            ..self.clone()
        };
        let record = RoomRecord {
            id: world.room.clone(),
            epoch: world.epoch,
            code: Some(id.to_ascii_uppercase()),
            kind: "quiz".into(),
            title: "Room".into(),
            created_by: HOST.parse().expect("an id"),
            created_at: self.runtime.clock().now(),
            closed_at: None,
        };
        world.store.create_room(&record).await.expect("memory");
        let create = RoomCommand::Create {
            kind: RoomKind::Quiz,
            title: "Room".into(),
            code: None,
            join_policy: None,
            capacity: None,
            teams: Vec::new(),
            nickname: String::new(),
            policy: PolicyChange::default(),
        };
        world.execute(caller(HOST, None), create.into()).await.expect("created");
        for who in [ANA, BEN] {
            let join = RoomCommand::Join {
                nickname: String::new(),
                avatar: String::new(),
                team: String::new(),
                observe: false,
                code_shown: true,
                invitation: None,
            };
            world.execute(caller(who, None), join.into()).await.expect("joined");
        }
        world
    }

    /// Another runtime on the same store.
    pub(crate) fn second_node(&self) -> Self {
        self.node_at(EPOCH_MICROS)
    }

    /// Another runtime on the same store, whose clock shows `micros` right now.
    pub(crate) fn node_at(&self, micros: u64) -> Self {
        let config = RuntimeConfig {
            owner: 2,
            ..RuntimeConfig::default()
        };
        Self {
            runtime: start(&self.store, config, micros),
            ..self.clone()
        }
    }

    pub(crate) async fn execute(&self, caller: Caller, command: Command) -> Result<Done, ExecuteError> {
        self.runtime.execute(&self.room, caller, command).await
    }

    pub(crate) async fn execute_owned(self, caller: Caller, command: Command) -> Result<Done, ExecuteError> {
        self.execute(caller, command).await
    }

    /// Sends a message under a request id.
    pub(crate) async fn send(self, who: &str, request: &str, text: &str) -> Result<Done, ExecuteError> {
        self.execute(caller(who, Some(request)), say(text)).await
    }

    pub(crate) async fn begin(
        &self,
        who: &str,
        cursor: Option<(u64, Seq)>,
    ) -> Result<(Start, Subscription), ExecuteError> {
        self.runtime
            .subscribe(&self.room, &actor(who), cursor, Features::ALL)
            .await
    }

    pub(crate) async fn subscribe(&self, who: &str, cursor: Option<(u64, Seq)>) -> Reader {
        let (_, subscription) = self.begin(who, cursor).await.expect("a member");
        Reader { subscription }
    }

    /// Number of the newest entry.
    pub(crate) async fn head(&self) -> Seq {
        self.runtime
            .query(&self.room, |room, _| room.seq())
            .await
            .expect("loaded")
    }

    /// Where the log ends in the store, whether the room is loaded or not.
    pub(crate) async fn store_head(&self) -> Seq {
        self.store.head(&self.room).await.expect("memory")
    }

    /// The state as its snapshot would have it.
    pub(crate) async fn state(&self) -> String {
        let state = self
            .runtime
            .query(&self.room, |room, _| serde_json::to_string(room))
            .await;
        state.expect("loaded").expect("serialisable")
    }

    /// The messages of the room.
    pub(crate) async fn texts(&self) -> Vec<String> {
        let messages = self
            .runtime
            .query(&self.room, |room, _| room.messages(None, 100))
            .await
            .expect("loaded");
        messages.0.into_iter().map(|message| message.text).collect()
    }
}

impl Reader {
    /// Everything that is there now and soon, line by line; interruptions by their name.
    pub(crate) async fn drain(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut quiet = 0;
        while quiet < 3 {
            match poll_fn(|cx| Poll::Ready(self.subscription.poll_next(cx))).await {
                Poll::Ready(Delivery::Frames(bytes) | Delivery::Signals(bytes)) => {
                    quiet = 0;
                    let text = String::from_utf8(bytes.to_vec()).expect("text");
                    lines.extend(text.lines().map(str::to_owned));
                }
                Poll::Ready(Delivery::Interrupted(why)) => {
                    lines.push(format!("{why:?}"));
                    return lines;
                }
                Poll::Pending => {
                    quiet += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
            }
        }
        lines
    }

    /// Where the reader stands.
    pub(crate) fn cursor(&self) -> (u64, Seq) {
        (self.subscription.epoch(), self.subscription.position())
    }
}

pub(crate) fn say(text: &str) -> Command {
    ChatCommand::say(text).into()
}

pub(crate) fn caller(who: &str, request: Option<&str>) -> Caller {
    Caller {
        actor: actor(who),
        request: request.map(|id| id.parse::<RequestId>().expect("an id")),
        received_at: trivium_engine::Timestamp::default(),
        round_trip: None,
    }
}

fn actor(who: &str) -> Actor {
    Actor {
        user: who.parse().expect("an id"),
        name: who.into(),
        guest: false,
        global_host: false,
        grant: None,
    }
}

fn start(store: &Arc<MemoryStore>, config: RuntimeConfig, micros: u64) -> Runtime {
    let clock = Clock::starting_at(micros);
    Runtime::start(store.clone(), Arc::new(Lines), clock, config, [7; 32])
}
