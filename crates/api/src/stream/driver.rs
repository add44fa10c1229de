//! The driver of a stream: one task, one loop, from the first message to the end.
//!
//! It greets, runs requests, hears rooms, measures round trips, and decides when and why the stream ends. What goes to the client goes
//! through one bounded channel to [`Outbound`].

mod greeting;
mod hearing;
mod pings;
mod requests;

use std::{collections::BTreeSet, ops::Deref, pin::pin, sync::Arc, time::Duration};

use futures_channel::mpsc;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::time::{Instant, sleep_until};
use tokio_util::task::AbortOnDropHandle;
use tonic::{Code, Status, codec::Streaming};
use trivium_engine::{RoomId, Timestamp};
use trivium_proto::v1;
use trivium_transport::datagrams::Datagrams;

use super::{
    dispatch::Dispatched,
    facet::Facet,
    outbound::{Interrupted, Item, Outbound},
    running::Running,
};
use crate::{
    call::{Api, Call},
    encode,
    sessions::{Ending, Session},
};
use pings::PING_EVERY;

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
