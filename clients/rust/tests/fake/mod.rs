//! A small server in the same process: one room's log, sessions that resume, and dials to misbehave with.
//!
//! It speaks the wire through the generated services, so the SDK under test cannot tell it from a real one. [`roads`] puts it
//! at the end of each road. What it has of a room is chat: `SendMessage` appends, once per `request_id`.

#![expect(unreachable_pub, reason = "a module of test binaries, not of a library")]

pub mod roads;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use futures_util::StreamExt as _;
use tokio::sync::{mpsc, watch};
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};
use trivium_client::proto::v1::chat_service_server::ChatService;
use trivium_client::proto::v1::connect_request::Request as Up;
use trivium_client::proto::v1::connect_response::Response as Down;
use trivium_client::proto::v1::session_service_server::SessionService;
use trivium_client::proto::v1::{self, reply};

pub const ROOM: &str = "room";

/// How far the server's clock is ahead of the client's.
pub const AHEAD: Duration = Duration::from_hours(240);

/// The server; clones are the same one.
#[derive(Clone)]
pub struct Server {
    state: Arc<Mutex<State>>,
    /// Grows with the log and with every dial.
    changed: watch::Sender<u64>,
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
    /// Refused as ended.
    pub ended_token: String,
    /// Replies that are given instead of carrying out a command, the last first.
    pub replies: Vec<v1::Error>,
    ping: u64,
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

    /// Loses the log and begins anew.
    pub fn lose_log(&self) {
        let mut state = self.state();
        state.epoch += 1;
        state.log.clear();
    }

    fn wake(&self) {
        self.changed.send_modify(|n| *n += 1);
    }

    /// Greets, then serves one connection until it ends.
    async fn serve(self, mut up: BoxStream<v1::ConnectRequest>, down: mpsc::Sender<Result<Down, Status>>, road: &str) {
        let Some(Ok(v1::ConnectRequest {
            request: Some(Up::Hello(hello)),
            ..
        })) = up.next().await
        else {
            return;
        };
        let mut connection = Connection::new(self.clone(), down, road);
        let mut changed = self.changed.subscribe();
        if connection.greet(hello).await.is_none() {
            return;
        }
        loop {
            let cut = connection.flush().await.is_none();
            if cut {
                return;
            }
            tokio::select! {
                _ = changed.changed() => {}
                () = connection.down.closed() => return,
                request = up.next() => match request {
                    Some(Ok(request)) => {
                        if connection.request(request).await.is_none() {
                            return;
                        }
                    }
                    Some(Err(_)) => return,
                    None => {
                        self.state().heard.ended += 1;
                        return;
                    }
                },
            }
        }
    }
}

struct Connection {
    server: Server,
    down: mpsc::Sender<Result<Down, Status>>,
    road: String,
    /// Number of the greeting, from 1.
    age: u64,
    cut: u64,
    position: Option<u64>,
    pinged: u64,
}

impl Connection {
    fn new(server: Server, down: mpsc::Sender<Result<Down, Status>>, road: &str) -> Self {
        let (cut, pinged) = {
            let state = server.state();
            (state.cut, state.ping)
        };
        Self {
            server,
            down,
            road: road.to_owned(),
            age: 0,
            cut,
            position: None,
            pinged,
        }
    }

    /// `None` when the connection is over.
    async fn send(&self, down: Down) -> Option<()> {
        let mute = self.server.state().mute >= self.age;
        if mute && self.age > 0 {
            return Some(());
        }
        self.down.send(Ok(down)).await.ok()
    }

    async fn greet(&mut self, hello: v1::Hello) -> Option<()> {
        let welcome = {
            let mut state = self.server.state();
            state.heard.hellos.push(hello.clone());
            self.age = state.heard.hellos.len() as u64;
            let known = state.sessions.get(hello.resume_token.as_ref()).cloned();
            let session_id = known.clone().unwrap_or_else(|| format!("s{}", state.sessions.len()));
            let resume_token = format!("resume-{}", state.heard.hellos.len()).into_bytes();
            state.sessions.insert(resume_token.clone(), session_id.clone());
            v1::Welcome {
                session_id,
                resume_token: resume_token.into(),
                resumed: known.is_some(),
                server_time_ms: now_us() / 1_000,
                road: self.road.clone(),
                ..v1::Welcome::default()
            }
        };
        self.send(Down::Welcome(welcome)).await?;
        for subscribe in hello.subscriptions {
            self.subscribe(subscribe).await?;
        }
        Some(())
    }

    async fn subscribe(&mut self, subscribe: v1::Subscribe) -> Option<()> {
        if subscribe.room_id != ROOM {
            let error = v1::Error {
                code: 5,
                reason: "ROOM_NOT_FOUND".to_owned(),
                ..v1::Error::default()
            };
            let ended = v1::SubscriptionEnded {
                room_id: subscribe.room_id,
                error: Some(error),
            };
            return self.send(Down::SubscriptionEnded(ended)).await;
        }
        let (epoch, head) = {
            let state = self.server.state();
            (state.epoch, state.log.len() as u64)
        };
        let own = subscribe
            .cursor
            .filter(|cursor| cursor.epoch == epoch && cursor.seq <= head);
        let down = if let Some(cursor) = own {
            self.position = Some(cursor.seq);
            Down::Resumed(v1::Resumed {
                cursor: Some(cursor),
                head_seq: head,
            })
        } else {
            self.position = Some(head);
            let cursor = v1::Cursor {
                room_id: ROOM.to_owned(),
                epoch,
                seq: head,
            };
            let snapshot = v1::RoomSnapshot {
                cursor: Some(cursor),
                ..v1::RoomSnapshot::default()
            };
            Down::Reset(v1::Reset {
                reason: v1::ResetReason::First.into(),
                snapshot: Some(snapshot),
            })
        };
        self.send(down).await
    }

    /// Sends what there is.
    async fn flush(&mut self) -> Option<()> {
        loop {
            let (next, ping, over) = {
                let mut state = self.server.state();
                let over = (state.cut != self.cut).then(|| state.go_away.clone());
                (
                    self.position.and_then(|position| state.next(position)),
                    state.ping,
                    over,
                )
            };
            if let Some(go_away) = over {
                if let Some(go_away) = go_away {
                    self.send(Down::GoAway(go_away)).await?;
                }
                return None;
            }
            if ping != self.pinged {
                self.pinged = ping;
                self.send(Down::Ping(v1::Ping {
                    ping_id: ping,
                    server_time_ms: now_us() / 1_000,
                }))
                .await?;
            }
            let Some((seq, down)) = next else {
                return Some(());
            };
            self.position = Some(seq);
            if let Some(down) = down {
                self.send(down).await?;
            }
        }
    }

    async fn request(&mut self, request: v1::ConnectRequest) -> Option<()> {
        let id = request.id;
        let result = match request.request? {
            Up::Subscribe(subscribe) => {
                self.server.state().heard.subscribes += 1;
                self.subscribe(subscribe).await?;
                reply::Result::Done(v1::Done {})
            }
            Up::Unsubscribe(_) => {
                self.position = None;
                reply::Result::Done(v1::Done {})
            }
            Up::Pong(pong) => {
                self.server.state().heard.pongs.push(pong.ping_id);
                return Some(());
            }
            Up::Authenticate(authenticate) => {
                self.server.state().heard.authenticated.push(authenticate.token);
                reply::Result::Done(v1::Done {})
            }
            Up::SyncClock(request) => reply::Result::SyncClock(self.server.sample(&request)),
            Up::SendMessage(request) => match self.server.send(&request) {
                Ok(Some(response)) => reply::Result::SendMessage(response),
                Ok(None) => return None,
                Err(error) => reply::Result::Error(*error),
            },
            Up::SetTyping(_) => return Some(()),
            other => panic!("the fake server does not know {other:?}"),
        };
        self.send(Down::Reply(v1::Reply {
            id,
            result: Some(result),
        }))
        .await
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

#[async_trait]
impl SessionService for Server {
    async fn connect(
        &self,
        request: Request<Streaming<v1::ConnectRequest>>,
    ) -> Result<Response<BoxStream<v1::ConnectResponse>>, Status> {
        self.admit(&request)?;
        let (down, responses) = mpsc::channel(4);
        tokio::spawn(self.clone().serve(Box::pin(request.into_inner()), down, "stream"));
        let responses =
            ReceiverStream::new(responses).map(|down| down.map(|down| v1::ConnectResponse { response: Some(down) }));
        Ok(Response::new(Box::pin(responses)))
    }

    async fn watch(
        &self,
        request: Request<v1::WatchRequest>,
    ) -> Result<Response<BoxStream<v1::WatchResponse>>, Status> {
        self.admit(&request)?;
        let hello = request.into_inner().hello.map(Up::Hello);
        let first = Ok(v1::ConnectRequest { id: 0, request: hello });
        let up = tokio_stream::once(first).chain(tokio_stream::pending());
        let (down, responses) = mpsc::channel(4);
        tokio::spawn(self.clone().serve(Box::pin(up), down, "grpc-web"));
        let responses = ReceiverStream::new(responses).map(|down| {
            // The two messages are the same bytes.
            let bytes = prost::Message::encode_to_vec(&v1::ConnectResponse { response: Some(down?) });
            prost::Message::decode(bytes.as_slice()).map_err(|error| Status::internal(error.to_string()))
        });
        Ok(Response::new(Box::pin(responses)))
    }

    async fn sync_clock(
        &self,
        request: Request<v1::SyncClockRequest>,
    ) -> Result<Response<v1::SyncClockResponse>, Status> {
        let muted = {
            let state = self.state();
            state.mute > 0 && state.mute >= state.heard.hellos.len() as u64
        };
        if muted {
            std::future::pending::<()>().await;
        }
        Ok(Response::new(self.sample(request.get_ref())))
    }
}

#[async_trait]
impl ChatService for Server {
    async fn send_message(
        &self,
        request: Request<v1::SendMessageRequest>,
    ) -> Result<Response<v1::SendMessageResponse>, Status> {
        if !request.metadata().contains_key("x-trivium-session") {
            return Err(Status::failed_precondition("the call names no session"));
        }
        match self.send(request.get_ref()) {
            Ok(Some(response)) => Ok(Response::new(response)),
            // Nobody hears of it: the connection is cut with the answer on it.
            Ok(None) => {
                self.cut();
                std::future::pending().await
            }
            Err(error) => Err(Status::new(
                i32::try_from(error.code).expect("it is a code").into(),
                error.message,
            )),
        }
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
