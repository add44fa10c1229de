//! The driver of a stream: one task, one loop, from the first message to the end.
//!
//! It reads requests, runs them (several at a time, begun in order), subscribes, measures round trips, and decides when
//! and why the stream ends. What goes to the client goes through one bounded channel to [`Outbound`].

mod hearing;

use std::{collections::BTreeSet, ops::Deref, pin::pin, sync::Arc, time::Duration};

use futures_channel::mpsc;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;
use tonic::{Code, Status, codec::Streaming};
use trivium_engine::{RoomId, Timestamp};
use trivium_proto::v1::{self, connect_request::Request, reply::Result as Reply};
use trivium_transport::{Road, datagrams::Datagrams};

use super::{
    dispatch::{Dispatched, dispatch},
    facet::Facet,
    outbound::{Interrupted, Item, Outbound},
    running::Running,
};
use crate::{
    auth::{Principal, TokenError, resume::Resume},
    call::{Api, Call},
    convert, encode,
    error::{ApiError, Bound},
    ids::SessionId,
    sessions::{Ending, Session},
};

/// The first message has to come within this.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// Pings from the first room heard on, close together, so that the first question finds a measured connection.
const PING_BURST: u32 = 3;
const PING_BURST_EVERY: Duration = Duration::from_millis(300);
const PING_EVERY: Duration = Duration::from_secs(15);
/// Items on their way to the body. When it is full the driver waits, and reads no further requests.
const ITEMS: usize = 64;

/// Where requests come from.
pub(super) enum Inbound {
    /// A stream of them.
    Stream(Box<Streaming<v1::ConnectRequest>>),
    /// One hello, and nothing after it.
    Watch(v1::Hello),
}

pub(super) struct Driver {
    call: Call,
    facet: &'static Facet,
    items: mpsc::Sender<Item>,
    interruptions: mpsc::Receiver<Interrupted>,
    session: Option<Opened>,
    /// Rooms heard.
    rooms: BTreeSet<RoomId>,
    running: Running<Box<Finished>>,
    /// Pings of the burst that are still to come.
    burst: u32,
    next_ping: Instant,
}

/// A request that has run.
struct Finished {
    id: u64,
    dispatched: Dispatched,
}

/// What the loop takes in.
enum Input {
    Request(Box<v1::ConnectRequest>),
    HalfClosed,
    Broken(Status),
    Finished(Box<Finished>),
    Interrupted(Interrupted),
    PingDue,
    TokenExpired,
    Ended(Ending),
}

/// The stream ends with this status.
struct End(Status);

impl Driver {
    /// Starts the driver. Dropping the body ends it.
    pub(super) fn start(call: Call, facet: &'static Facet, inbound: Inbound, datagrams: Option<Datagrams>) -> Outbound {
        let (items, waiting) = mpsc::channel(ITEMS);
        let (interruptions, interrupted) = mpsc::channel(call.api.limiter.limits().subscriptions.max(1));
        let driver = Self {
            call,
            facet,
            items,
            interruptions: interrupted,
            session: None,
            rooms: BTreeSet::new(),
            running: Running::new(),
            burst: 0,
            next_ping: Instant::now() + PING_EVERY,
        };
        let task = tokio::spawn(driver.run(inbound, datagrams));
        Outbound::new(waiting, interruptions, AbortOnDropHandle::new(task))
    }

    /// What happens seldom is boxed, here and below, so that a stream to which nothing happens stays small.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async fn keeps a second place for everything that it is given"
    )]
    fn run(mut self, mut inbound: Inbound, datagrams: Option<Datagrams>) -> impl Future<Output = ()> + Send {
        async move {
            let End(status) = match Box::pin(self.greet(&mut inbound, datagrams)).await {
                Ok(()) => self.serve(&mut inbound).await,
                Err(end) => end,
            };
            drop(self.session.take());
            // The receiver may be gone, and then nobody needs to know why.
            let _gone = self.items.send(Item::End(status)).await;
        }
    }

    /// Hello and welcome.
    async fn greet(&mut self, inbound: &mut Inbound, datagrams: Option<Datagrams>) -> Result<(), End> {
        let hello = match inbound {
            Inbound::Watch(hello) => std::mem::take(hello),
            Inbound::Stream(stream) => {
                let first = tokio::time::timeout(HELLO_WITHIN, stream.message()).await;
                let first = first
                    .map_err(|_| End(Status::deadline_exceeded("no hello came")))?
                    .map_err(End)?;
                match first.and_then(|first| first.request) {
                    Some(Request::Hello(hello)) => hello,
                    Some(_) | None => return Err(End(Status::invalid_argument("the first message has to be a hello"))),
                }
            }
        };
        trivium_proto::validate(&hello).map_err(|violations| End(ApiError::Invalid(violations).into()))?;
        if !hello.token.is_empty() {
            self.call.principal = Some(Arc::new(
                self.verify(&hello.token).await.map_err(|error| End(error.into()))?,
            ));
        }
        let now = self.now();
        let user = self.call.user();
        let tokens = &self.call.api.resume_tokens;
        // A token that is no good is no reason to refuse: the client begins a new session and brings its cursors.
        let resumed = tokens.open(&hello.resume_token, user.as_ref(), now).ok();
        let session = resumed
            .as_ref()
            .map_or_else(|| SessionId::new(now, &mut rand::rng()), |old| old.session.clone());
        let id = session.as_str().to_owned();
        let token = tokens.seal(&Resume {
            session,
            user: user.clone(),
            issued_at: now,
        });
        self.session = Some(Opened {
            session: self.call.api.sessions.open(id.clone(), user.clone()),
            api: Arc::clone(&self.call.api),
        });
        self.frame(encode::welcome(v1::Welcome {
            session_id: id,
            resume_token: token,
            resumed: resumed.is_some(),
            server_time_ms: convert::common::time_out(now),
            user_id: user.map(|user| user.to_string()).unwrap_or_default(),
            limits: Some(self.limits()),
            road: self.road().to_owned(),
            datagrams: datagrams.is_some(),
        }))
        .await;
        if let Some(datagrams) = datagrams.filter(|_| hello.datagrams) {
            self.item(Item::Datagrams(datagrams)).await;
        }
        for subscribe in hello.subscriptions {
            let room = subscribe.room_id.clone();
            if let Err(error) = self.subscribe(subscribe).await
                && let Ok(room) = room.parse()
            {
                self.frame(encode::subscription_ended(&room, error.wire())).await;
            }
        }
        Ok(())
    }

    async fn serve(&mut self, inbound: &mut Inbound) -> End {
        let Some(session) = self.session.as_deref().cloned() else {
            return End(Status::internal("no session"));
        };
        let mut half_closed = matches!(inbound, Inbound::Watch(_));
        // Kept from input to input: to begin to wait, and to cease, takes locks that all streams share.
        let mut timer = pin!(sleep_until(self.next_ping));
        let mut ended = pin!(session.ended());
        loop {
            // A client that has said all it wanted to say, and hears nothing, is done.
            if half_closed && self.running.len() == 0 && self.rooms.is_empty() && !self.facet.watches {
                return End(Status::ok(""));
            }
            let expires_at = self.expires_at();
            let due = expires_at.map_or(self.next_ping, |at| at.min(self.next_ping));
            if timer.deadline() != due {
                timer.as_mut().reset(due);
            }
            let input = tokio::select! {
                request = next(inbound), if !half_closed => request,
                Some(finished) = self.running.next() => Input::Finished(finished),
                Some(interrupted) = self.interruptions.next() => Input::Interrupted(interrupted),
                () = timer.as_mut() => if expires_at == Some(due) { Input::TokenExpired } else { Input::PingDue },
                ending = ended.as_mut() => Input::Ended(ending),
            };
            let done = match input {
                Input::Request(request) => Box::pin(self.request(*request)).await,
                Input::HalfClosed => {
                    half_closed = true;
                    Ok(())
                }
                Input::Broken(status) => Err(End(status)),
                Input::Finished(finished) => {
                    self.finished(*finished).await;
                    Ok(())
                }
                Input::Interrupted(interrupted) => Box::pin(self.interrupted(interrupted)).await,
                Input::PingDue => {
                    self.ping().await;
                    Ok(())
                }
                Input::TokenExpired => Err(self
                    .go_away(v1::GoAwayReason::TokenExpired, true, Code::Unauthenticated)
                    .await),
                Input::Ended(Ending::Superseded) => {
                    Err(self.go_away(v1::GoAwayReason::Superseded, false, Code::Aborted).await)
                }
                Input::Ended(Ending::Draining) => {
                    Err(self.go_away(v1::GoAwayReason::Draining, true, Code::Unavailable).await)
                }
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the rest are requests of unary calls, which dispatch lists"
    )]
    async fn request(&mut self, message: v1::ConnectRequest) -> Result<(), End> {
        let id = message.id;
        let Some(request) = message.request else {
            return self
                .refuse(
                    id,
                    &convert::Invalid::new("request", "exactly one field is required in oneof").into(),
                )
                .await;
        };
        match request {
            Request::Hello(_) => {
                let end = self
                    .go_away(v1::GoAwayReason::ProtocolError, false, Code::InvalidArgument)
                    .await;
                return Err(end);
            }
            Request::Subscribe(subscribe) => {
                let reply = match trivium_proto::validate(&subscribe) {
                    Err(violations) => Reply::Error(ApiError::Invalid(violations).wire()),
                    Ok(()) => match Box::pin(self.subscribe(subscribe)).await {
                        Ok(()) => Reply::Done(v1::Done {}),
                        Err(error) => Reply::Error(error.wire()),
                    },
                };
                self.answer(id, reply).await;
            }
            Request::Unsubscribe(unsubscribe) => {
                if let Ok(room) = unsubscribe.room_id.parse::<RoomId>() {
                    self.rooms.remove(&room);
                    self.item(Item::Remove(room)).await;
                }
                self.answer(id, Reply::Done(v1::Done {})).await;
            }
            Request::Pong(pong) => self.pong(pong.ping_id).await,
            Request::Authenticate(authenticate) => {
                let reply = match Box::pin(self.authenticate(&authenticate.token)).await {
                    Ok(()) => Reply::Done(v1::Done {}),
                    Err(error) => Reply::Error(error.wire()),
                };
                self.answer(id, reply).await;
            }
            request if !self.takes(&request) => {
                return self.refuse(id, &ApiError::Protocol("not on this stream")).await;
            }
            _ if self.running.len() >= self.call.api.limiter.limits().in_flight => {
                return self.refuse(id, &ApiError::TooMany(Bound::InFlight)).await;
            }
            request => {
                if let Request::SyncClock(clock) = &request {
                    self.pong(clock.ping_id).await;
                }
                self.take(id, request);
            }
        }
        Ok(())
    }

    /// Not async, so that the driver's own future does not hold a place for that of the request.
    fn take(&mut self, id: u64, request: Request) {
        let mut call = self.call.clone();
        call.received_at = self.now();
        call.round_trip = self.session.as_ref().and_then(|session| session.round_trip());
        self.running.push(async move {
            let dispatched = dispatch(call, request).await;
            // Requests that only streams have were dealt with before.
            let dispatched =
                dispatched.unwrap_or_else(|| Reply::Error(ApiError::Protocol("not on this stream").wire()).into());
            Box::new(Finished { id, dispatched })
        });
    }

    fn takes(&self, request: &Request) -> bool {
        matches!(request, Request::SyncClock(_) | Request::JoinRoom(_)) || (self.facet.takes)(request)
    }

    /// A guest who has come in is somebody from now on; everybody gets the answer.
    fn finished(&mut self, Finished { id, dispatched }: Finished) -> impl Future<Output = ()> {
        if let Some(guest) = dispatched.guest
            && self.call.principal.is_none()
        {
            self.is_somebody(guest);
        }
        self.answer(id, dispatched.reply)
    }

    /// Not async, so that the driver's own future does not hold a place for the answer.
    fn answer(&mut self, id: u64, reply: Reply) -> impl Future<Output = ()> {
        let asked = id > 0 || matches!(reply, Reply::Error(_));
        let answer = asked.then(|| encode::reply(id, reply));
        async move {
            if let Some(answer) = answer {
                self.frame(answer).await;
            }
        }
    }

    async fn refuse(&mut self, id: u64, error: &ApiError) -> Result<(), End> {
        self.answer(id, Reply::Error(error.wire())).await;
        Ok(())
    }

    /// The first ping goes with what is on its way already.
    async fn begin_burst(&mut self) {
        self.burst = PING_BURST;
        self.ping().await;
    }

    async fn ping(&mut self) {
        let Some(session) = &self.session else { return };
        let micros = self.call.api.runtime.clock().now_micros();
        let id = session.ping(micros);
        self.frame(encode::ping(id, Timestamp(micros / 1_000))).await;
        self.burst = self.burst.saturating_sub(1);
        let every = if self.burst > 0 { PING_BURST_EVERY } else { PING_EVERY };
        self.next_ping = Instant::now() + every;
    }

    async fn pong(&mut self, id: u64) {
        let now = self.call.api.runtime.clock().now_micros();
        if id > 0
            && let Some(round_trip) = self.session.as_ref().and_then(|session| session.pong(id, now))
        {
            self.item(Item::RoundTrip(round_trip)).await;
        }
    }

    async fn authenticate(&mut self, token: &str) -> Result<(), ApiError> {
        let principal = self.verify(token).await?;
        if self.call.user().is_some_and(|user| user != principal.user) {
            return Err(ApiError::Token(TokenError::OtherUser));
        }
        self.is_somebody(principal);
        Ok(())
    }

    fn is_somebody(&mut self, principal: Principal) {
        if let Some(session) = &self.session {
            session.set_user(principal.user.clone());
        }
        self.call.principal = Some(Arc::new(principal));
    }

    async fn verify(&mut self, token: &str) -> Result<Principal, ApiError> {
        let now = self.now();
        let verifying = self.call.api.authenticator.authenticate(token, now);
        Ok(self.running.alongside(verifying).await?)
    }

    /// When the token ends.
    fn expires_at(&self) -> Option<Instant> {
        let expires_at = self.call.principal.as_ref()?.expires_at;
        Some(Instant::now() + Duration::from_millis(expires_at.since(self.now()).0))
    }

    async fn go_away(&mut self, reason: v1::GoAwayReason, reconnect: bool, code: Code) -> End {
        let message = match reason {
            v1::GoAwayReason::Draining => "the server is going away",
            v1::GoAwayReason::TooSlow => "reading too slowly",
            v1::GoAwayReason::TokenExpired => "the token has ended",
            v1::GoAwayReason::Superseded => "another connection goes on with this session",
            v1::GoAwayReason::ProtocolError => "a second hello",
            v1::GoAwayReason::Unspecified => "",
        };
        // Everybody leaves at once when a server drains, and must not come back at once.
        let retry_after_ms = if reason == v1::GoAwayReason::Draining {
            rand::random_range(0..2_000)
        } else {
            0
        };
        self.frame(encode::go_away(v1::GoAway {
            reason: reason.into(),
            reconnect,
            retry_after_ms,
            message: message.to_owned(),
        }))
        .await;
        End(Status::new(code, message))
    }

    fn limits(&self) -> v1::Limits {
        let limits = self.call.api.limiter.limits();
        let number = convert::common::count_out;
        v1::Limits {
            max_message_bytes: number(limits.command_bytes),
            max_in_flight: number(limits.in_flight),
            max_subscriptions: number(limits.subscriptions),
            presence_grace_ms: convert::common::span_out(trivium_engine::presence::GRACE),
        }
    }

    fn road(&self) -> &'static str {
        match self.call.peer.road {
            Road::WebTransport => "webtransport",
            Road::Memory => "memory",
            Road::Http if self.call.web => "grpc-web",
            Road::Http => "grpc",
        }
    }

    fn now(&self) -> Timestamp {
        self.call.api.runtime.clock().now()
    }

    async fn frame(&mut self, frame: bytes::Bytes) {
        self.item(Item::Frame(frame)).await;
    }

    async fn item(&mut self, item: Item) {
        // A receiver that is gone takes this task with it.
        let _gone = self.running.alongside(self.items.send(item)).await;
    }
}

/// The session of a stream, which is taken out of the registry when the stream ends, however and whenever it ends.
struct Opened {
    api: Arc<Api>,
    session: Arc<Session>,
}

impl Deref for Opened {
    type Target = Arc<Session>;

    fn deref(&self) -> &Arc<Session> {
        &self.session
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.api.sessions.close(&self.session);
    }
}

/// Cancel-safe: a message is taken out of the stream only when it is whole.
async fn next(inbound: &mut Inbound) -> Input {
    match inbound {
        Inbound::Watch(_) => std::future::pending().await,
        Inbound::Stream(stream) => match stream.message().await {
            Ok(Some(request)) => Input::Request(Box::new(request)),
            Ok(None) => Input::HalfClosed,
            Err(status) => Input::Broken(status),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every session has a driver, most of them with nothing to do.
    #[test]
    fn a_driver_with_nothing_to_do_is_small() {
        fn size<A, F>(_: impl FnOnce(A) -> F) -> usize {
            size_of::<F>()
        }
        let run = size(|(driver, inbound): (Driver, Inbound)| driver.run(inbound, None));
        assert!(run <= 1_280, "{run} bytes");
    }
}
