//! The task behind a session: one loop over one closed enum of inputs.
//!
//! ```text
//! handles ──Ask──> ┌────────┐ ──SessionEvent──> application     outbox: what has no answer yet
//! stream ──Down──> │ Driver │ ──ConnectRequest──> stream        positions: what was read of each room
//! timers ──Tick──> └────────┘ ──Attempt──> road                 clock: what time it is at the server
//! ```
//!
//! [`connection`] attaches, loses and gives up roads; [`exchange`] is what goes up and comes down on one. Everything
//! is bounded: asks, outbox and events by their capacities, what goes up besides commands by one per room and kind,
//! and nothing is read from the stream while the application has not taken the last event.

mod connection;
mod exchange;

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tonic::Status as RpcStatus;
use trivium_proto::v1::connect_response::Response as Down;
use trivium_proto::v1::{ConnectRequest, Subscribe, Unsubscribe, connect_request, reply};

use crate::attach::{Attempted, Called, Downlink, Up};
use crate::backoff::{self, Backoff};
use crate::clock::Clock;
use crate::error::Error;
use crate::event::SessionEvent;
use crate::outbox::{Kind, Outbox};
use crate::positions::Positions;
use crate::road::{Choice, Connector, Road};
use crate::session::{Ask, Status, Timing};
use crate::signals::Ticks;
use crate::token::{Credentials, Token};

/// Commands without an answer.
const OUTBOX: usize = 256;
/// Rooms that fit into one greeting.
const MAX_ROOMS: usize = 64;
/// How long the server may take to end the stream after the client did.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a session is made of.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) choice: Choice,
    pub(crate) credentials: Credentials,
    pub(crate) client: String,
    pub(crate) backoff: backoff::Policy,
    pub(crate) timing: Timing,
    pub(crate) datagrams: bool,
}

/// A command and who waits for its answer.
struct Waiting {
    request: Box<connect_request::Request>,
    answer: oneshot::Sender<Result<reply::Result, Error>>,
}

/// Where the session stands.
enum Stage {
    /// On no road; without a time because an attempt is under way.
    Down {
        retry_at: Option<Instant>,
    },
    Up(Box<Live>),
    Suspended,
    Stopped(Error),
}

/// A connection in use.
struct Live {
    road: Road,
    up: Up,
    down: Downlink,
    session_id: String,
    since: Instant,
    /// When the server was last heard, and when on the way down.
    heard_at: Instant,
    down_at: Instant,
    /// When a sign of life was asked for, if none has come since.
    asked_at: Option<Instant>,
    window: usize,
}

/// An attempt under way.
struct Trying {
    future: BoxFuture<'static, Attempted>,
    rooms: Vec<String>,
    /// Replaces a connection that is of no more use as it is, because `Watch` cannot be told anything.
    rejoin: bool,
}

/// Everything that can happen to a session.
enum Input {
    /// `None`: every handle is gone.
    Asked(Option<Ask>),
    Attempted(Attempted),
    Renewed(Result<Token, Error>),
    /// `None`: the stream ended.
    Heard(Option<Result<Box<Down>, RpcStatus>>),
    Called(Called),
    /// The stream upwards takes more.
    Writable,
    /// The application takes an event, or has dropped its end.
    Deliverable,
    Tick,
}

pub(crate) struct Driver {
    setup: Setup,
    asks: mpsc::Receiver<Ask>,
    /// `None` once the application wants no events, or has had the last one.
    events: Option<mpsc::Sender<SessionEvent>>,
    status: watch::Sender<Status>,
    clock: Clock,
    stage: Stage,
    trying: Option<Trying>,
    renewal: Option<BoxFuture<'static, Result<Token, Error>>>,
    outgoing: VecDeque<SessionEvent>,
    outbox: Outbox<Waiting>,
    positions: Positions,
    ticks: Ticks,
    /// Who waits for a room to be heard.
    hearing: BTreeMap<String, oneshot::Sender<Result<(), Error>>>,
    /// Ids of the `Subscribe` requests without an answer, by room.
    subscribing: BTreeMap<String, u64>,
    /// When to ask for rooms again that the server could not tell of.
    again: BTreeMap<String, Instant>,
    /// What goes up before commands.
    control: VecDeque<ConnectRequest>,
    backoff: Backoff,
    next_id: u64,
    resume_token: Bytes,
    max_rooms: usize,
    renew_token: bool,
    renew_at: Option<Instant>,
    /// Until when WebTransport is left alone.
    webtransport_at: Option<Instant>,
    /// Until when a greeting of ours may still arrive that no attempt waits for any more, and take the session over.
    stray_until: Option<Instant>,
    rejoin_again: bool,
    /// The application has not taken the last event.
    blocked: bool,
}

impl Driver {
    pub(crate) fn new(
        setup: Setup,
        asks: mpsc::Receiver<Ask>,
        events: mpsc::Sender<SessionEvent>,
        status: watch::Sender<Status>,
        clock: Clock,
    ) -> Self {
        Self {
            asks,
            events: Some(events),
            status,
            clock,
            stage: Stage::Down {
                retry_at: Some(Instant::now()),
            },
            trying: None,
            renewal: None,
            outgoing: VecDeque::new(),
            outbox: Outbox::new(OUTBOX),
            positions: Positions::default(),
            ticks: Ticks::default(),
            hearing: BTreeMap::new(),
            subscribing: BTreeMap::new(),
            again: BTreeMap::new(),
            control: VecDeque::new(),
            backoff: Backoff::new(setup.backoff),
            next_id: 1,
            resume_token: Bytes::new(),
            max_rooms: MAX_ROOMS,
            renew_token: false,
            renew_at: None,
            webtransport_at: None,
            stray_until: None,
            rejoin_again: false,
            blocked: false,
            setup,
        }
    }

    /// Runs until every handle is gone.
    pub(crate) async fn run(mut self) {
        loop {
            match self.next_input().await {
                Input::Asked(Some(Ask::Close(done))) => {
                    self.close().await;
                    let _ = done.send(());
                }
                Input::Asked(None) => return self.close().await,
                Input::Asked(Some(ask)) => self.asked(ask),
                Input::Attempted(attempted) => self.attempted(attempted),
                Input::Renewed(renewed) => self.renewed(renewed),
                Input::Heard(heard) => self.heard(heard),
                Input::Called(called) => self.called(called),
                Input::Writable | Input::Deliverable => {}
                Input::Tick => self.tick(),
            }
            self.pump();
            self.flush();
        }
    }

    /// Cancel-safe: whatever is waited for here keeps its state in `self`.
    async fn next_input(&mut self) -> Input {
        let deadline = self.deadline();
        let wants_up = self.wants_up();
        let reading = self.outgoing.is_empty();
        let Self {
            asks,
            events,
            trying,
            renewal,
            stage,
            ..
        } = self;
        let (up, down) = match stage {
            Stage::Up(live) => (Some(&mut live.up), Some(&mut live.down)),
            Stage::Down { .. } | Stage::Suspended | Stage::Stopped(_) => (None, None),
        };
        tokio::select! {
            ask = asks.recv() => Input::Asked(ask),
            attempted = async {
                match trying {
                    Some(trying) => trying.future.as_mut().await,
                    None => pending().await,
                }
            } => Input::Attempted(attempted),
            renewed = async {
                match renewal {
                    Some(renewal) => renewal.as_mut().await,
                    None => pending().await,
                }
            } => Input::Renewed(renewed),
            heard = async {
                match down {
                    Some(down) if reading => down.0.next().await,
                    Some(_) | None => pending().await,
                }
            } => Input::Heard(heard),
            input = async {
                match up {
                    Some(Up::Stream(stream)) if wants_up && stream.reserve().await.is_ok() => Input::Writable,
                    Some(Up::Calls { under_way, .. }) => match under_way.next().await {
                        Some(called) => Input::Called(called),
                        None => pending().await,
                    },
                    // A stream that takes no more is about to tell why on its way down.
                    Some(Up::Stream(_)) | None => pending().await,
                }
            } => input,
            () = async {
                match events {
                    Some(events) if !reading => drop(events.reserve().await),
                    Some(_) | None => pending().await,
                }
            } => Input::Deliverable,
            () = async {
                match deadline {
                    Some(deadline) => sleep_until(deadline).await,
                    None => pending().await,
                }
            } => Input::Tick,
        }
    }

    fn asked(&mut self, ask: Ask) {
        match ask {
            Ask::Execute { request, kind, answer } => self.execute(request, kind, answer),
            Ask::Subscribe { room_id, cursor, done } => {
                if let Stage::Stopped(error) = &self.stage {
                    let _ = done.send(Err(error.clone()));
                } else if self.positions.len() >= self.max_rooms && !self.positions.contains(&room_id) {
                    let _ = done.send(Err(Error::TooManySubscriptions));
                } else {
                    self.positions.subscribe(&room_id, cursor);
                    if let Some(replaced) = self.hearing.insert(room_id.clone(), done) {
                        let _ = replaced.send(Err(Error::Replaced));
                    }
                    self.send_subscription(&room_id);
                }
            }
            Ask::Unsubscribe { room_id } => {
                self.forget_room(&room_id, Error::Replaced);
                // `Watch` goes on telling of the room until the next greeting; that is ignored.
                self.send_control(connect_request::Request::Unsubscribe(Unsubscribe { room_id }));
            }
            Ask::Authenticate(token) => {
                self.setup.credentials.set(token);
                self.token_changed();
            }
            Ask::NetworkChanged => self.network_changed(),
            Ask::Suspend => self.suspend(),
            Ask::Resume => {
                if matches!(self.stage, Stage::Suspended) {
                    self.backoff.reset();
                    self.stage = Stage::Down {
                        retry_at: Some(Instant::now()),
                    };
                }
            }
            Ask::Close(done) => drop(done),
        }
    }

    fn execute(
        &mut self,
        request: Box<connect_request::Request>,
        kind: Kind,
        answer: oneshot::Sender<Result<reply::Result, Error>>,
    ) {
        let refused = match &self.stage {
            Stage::Stopped(error) => Some(error.clone()),
            Stage::Down { .. } | Stage::Suspended if kind.fleeting => Some(Error::Disconnected),
            Stage::Down { .. } | Stage::Suspended | Stage::Up(_) => None,
        };
        if let Some(error) = refused {
            let _ = answer.send(Err(error));
            return;
        }
        if self.outbox.len() >= OUTBOX {
            self.outbox.forget_unsent(|waiting| waiting.answer.is_closed());
        }
        let id = self.take_id();
        if let Err(waiting) = self.outbox.push(id, Waiting { request, answer }, kind) {
            let _ = waiting.answer.send(Err(Error::OutboxFull));
        }
    }

    /// Nobody hears the room any more.
    fn forget_room(&mut self, room_id: &str, error: Error) -> bool {
        self.positions.unsubscribe(room_id);
        self.ticks.forget(room_id);
        self.subscribing.remove(room_id);
        self.again.remove(room_id);
        self.hearing
            .remove(room_id)
            .is_some_and(|done| done.send(Err(error)).is_ok())
    }

    const fn take_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Leaves all rooms and ends the stream upwards, at which the server ends the other half.
    async fn close(&mut self) {
        let stage = std::mem::replace(&mut self.stage, Stage::Suspended);
        if let Stage::Up(live) = stage {
            let Live { up, mut down, .. } = *live;
            if let Up::Stream(up) = up {
                // A server goes on telling a client that only stopped talking; one that hears no room is done.
                for Subscribe { room_id, .. } in self.positions.subscriptions() {
                    let unsubscribe = connect_request::Request::Unsubscribe(Unsubscribe { room_id });
                    let message = ConnectRequest {
                        id: 0,
                        request: Some(unsubscribe),
                    };
                    let _gone = timeout(FAREWELL, up.send(message)).await;
                }
            }
            let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = down.0.next().await {} }).await;
        } else if let Stage::Stopped(error) = stage {
            self.stage = Stage::Stopped(error);
            return;
        }
        self.stop(Error::Closed);
        self.flush();
    }
}
