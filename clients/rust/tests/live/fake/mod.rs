//! A small server in the same process: one room's log, sessions that resume, and dials to misbehave with.
//!
//! It speaks the wire through the generated services, so the SDK under test cannot tell it from a real one. [`roads`]
//! puts it at the end of each road. What it has of a room is chat: `SendMessage` appends, once per `request_id`.

mod connection;
pub mod roads;
mod services;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::sync::{broadcast, watch};
use tonic::{Request, Status};
use trivium_client::proto::v1;
use trivium_client::proto::v1::connect_response::Response as Down;

pub const ROOM: &str = "room";

/// How far the server's clock is ahead of the client's.
pub const AHEAD: Duration = Duration::from_hours(240);

/// The server; clones are the same one.
#[derive(Clone)]
pub struct Server {
    state: Arc<Mutex<State>>,
    /// Grows with the log and with every dial.
    changed: watch::Sender<u64>,
    /// What goes to everybody on WebTransport, beside the streams.
    datagrams: broadcast::Sender<(u8, Bytes)>,
}

/// The dials, and what happened.
#[derive(Default)]
pub struct State {
    pub epoch: u64,
    pub log: Vec<v1::RoomEvent>,
    dedupe: HashMap<String, u64>,
    /// Sessions by resume token.
    sessions: HashMap<Vec<u8>, String>,
    /// Entries that are sent as Progress instead.
    pub hidden: Vec<u64>,
    /// Entries that are left out once, without a word.
    pub skip_once: Vec<u64>,
    /// Every nth command is carried out and its answer eaten, along with the connection.
    pub eat_every: u64,
    eaten: u64,
    /// Connections are cut when this differs from what they began with.
    cut: u64,
    go_away: Option<v1::GoAway>,
    /// Nothing is sent any more on connections of this age or older, without closing them.
    mute: u64,
    pub refuse: Option<Status>,
    /// How many entries before the cursor a resumed subscription begins again.
    pub rewind: u64,
    /// How many subscriptions still fail as if the room could not be loaded.
    pub busy: u32,
    /// Refused as ended.
    pub ended_token: String,
    /// Replies that are given instead of carrying out a command, the last first.
    pub replies: Vec<v1::Error>,
    ping: u64,
    /// What is said on the streams and is not in the log.
    signals: Vec<v1::Signals>,
    pub heard: Heard,
}

/// What the server was told.
#[derive(Clone, Default)]
pub struct Heard {
    pub hellos: Vec<v1::Hello>,
    pub tokens: Vec<String>,
    pub authenticated: Vec<String>,
    pub pongs: Vec<u64>,
    pub commands: u64,
    pub samples: u64,
    pub subscribes: u64,
    pub ended: u64,
}

impl Server {
    pub fn new() -> Self {
        let state = State {
            epoch: 1,
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            changed: watch::channel(0).0,
            datagrams: broadcast::channel(64).0,
        }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds it")
    }

    pub fn heard(&self) -> Heard {
        self.state().heard.clone()
    }

    pub fn texts(&self) -> Vec<String> {
        self.state().log.iter().map(text).collect()
    }

    /// Appends to the log as somebody else.
    pub fn say(&self, text: &str) {
        self.state().append("else", text);
        self.wake();
    }

    pub fn say_many(&self, count: usize) {
        for n in 0..count {
            self.state().append("else", &n.to_string());
        }
        self.wake();
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        self.state().cut += 1;
        self.wake();
    }

    /// Falls silent on all present connections.
    pub fn mute(&self) {
        let mut state = self.state();
        state.mute = state.heard.hellos.len() as u64;
    }

    pub fn go_away(&self, go_away: v1::GoAway) {
        self.state().go_away = Some(go_away);
        self.cut();
    }

    pub fn ping(&self, ping_id: u64) {
        self.state().ping = ping_id;
        self.wake();
    }

    /// Sends signals on the streams.
    pub fn signal(&self, signals: v1::Signals) {
        self.state().signals.push(signals);
        self.wake();
    }

    /// Sends a datagram to everybody on WebTransport.
    pub fn datagram(&self, kind: u8, body: impl Into<Bytes>) {
        // Nobody may be there.
        let _unheard = self.datagrams.send((kind, body.into()));
    }

    /// Loses the log and begins anew.
    pub fn lose_log(&self) {
        let mut state = self.state();
        state.epoch += 1;
        state.log.clear();
    }

    fn wake(&self) {
        self.changed.send_modify(|n| *n += 1);
    }
}

impl State {
    fn append(&mut self, author: &str, text: &str) -> u64 {
        let seq = self.log.len() as u64 + 1;
        let message = v1::Message {
            seq,
            author_id: author.to_owned(),
            text: text.to_owned(),
            ..Default::default()
        };
        self.log.push(v1::RoomEvent {
            room_id: ROOM.to_owned(),
            seq,
            event: Some(v1::room_event::Event::MessageSent(v1::MessageSent {
                message: Some(message),
            })),
            ..v1::RoomEvent::default()
        });
        seq
    }

    /// What follows a position: the new position and what is said of it.
    fn next(&mut self, position: u64) -> Option<(u64, Option<Down>)> {
        let seq = position + 1;
        let event = self
            .log
            .get(usize::try_from(position).expect("tests are small"))?
            .clone();
        if self.skip_once.contains(&seq) {
            self.skip_once.retain(|skip| *skip != seq);
            return Some((seq, None));
        }
        let progress = || {
            Down::Progress(v1::Progress {
                room_id: ROOM.to_owned(),
                seq,
            })
        };
        Some((
            seq,
            Some(if self.hidden.contains(&seq) {
                progress()
            } else {
                Down::Event(event)
            }),
        ))
    }
}

impl Server {
    /// Carries a command out, once per request id. `None`: it was, and the answer is eaten.
    fn send(&self, request: &v1::SendMessageRequest) -> Result<Option<v1::SendMessageResponse>, Box<v1::Error>> {
        let mut state = self.state();
        state.heard.commands += 1;
        if let Some(error) = state.replies.pop() {
            return Err(Box::new(error));
        }
        let known = state.dedupe.get(&request.request_id).copied();
        let seq = known.unwrap_or_else(|| state.append("me", &request.text));
        state.dedupe.insert(request.request_id.clone(), seq);
        let eaten = state.eat_every > 0 && state.heard.commands.is_multiple_of(state.eat_every);
        state.eaten += u64::from(eaten);
        drop(state);
        self.wake();
        let message = v1::Message {
            seq,
            text: request.text.clone(),
            ..v1::Message::default()
        };
        Ok((!eaten).then_some(v1::SendMessageResponse { message: Some(message) }))
    }

    fn sample(&self, request: &v1::SyncClockRequest) -> v1::SyncClockResponse {
        let mut state = self.state();
        state.heard.samples += 1;
        if request.ping_id != 0 {
            state.heard.pongs.push(request.ping_id);
        }
        v1::SyncClockResponse {
            client_send_time_us: request.client_send_time_us,
            server_receive_time_us: now_us(),
            server_send_time_us: now_us(),
        }
    }

    fn admit<T>(&self, request: &Request<T>) -> Result<(), Status> {
        let mut state = self.state();
        let token = request
            .metadata()
            .get("authorization")
            .and_then(|token| token.to_str().ok())
            .unwrap_or_default();
        state.heard.tokens.push(token.to_owned());
        if !token.is_empty() && token == state.ended_token {
            return Err(Status::unauthenticated("the token has ended"));
        }
        state.refuse.clone().map_or(Ok(()), Err)
    }
}

pub fn text(event: &v1::RoomEvent) -> String {
    match &event.event {
        Some(v1::room_event::Event::MessageSent(sent)) => sent.message.clone().unwrap_or_default().text,
        other => panic!("the fake server says nothing else than {other:?}"),
    }
}

/// The server's clock: ten days ahead, and as virtual as the test's time.
pub fn now_us() -> i64 {
    static START: OnceLock<(SystemTime, std::time::Instant)> = OnceLock::new();
    let (wall, started) = START.get_or_init(|| (SystemTime::now(), std::time::Instant::now()));
    let now = tokio::time::Instant::now()
        .into_std()
        .saturating_duration_since(*started);
    let since_epoch = wall.duration_since(UNIX_EPOCH).expect("it is after 1970") + now + AHEAD;
    i64::try_from(since_epoch.as_micros()).expect("it is before 294,000")
}
