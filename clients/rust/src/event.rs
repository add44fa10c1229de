//! What a session tells the application.
//!
//! [`driver`](crate::driver) sends these through a bounded queue. While it is full nothing is read from the server,
//! so an application that stops reading slows its own stream down and nothing else.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use tokio::sync::mpsc;
use trivium_proto::v1::{GoAwayReason, ResetReason, RoomEvent, RoomSnapshot, Signals};

use crate::error::{Error, Rejection};
use crate::road::Road;

/// Something that the application may want to know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionEvent {
    /// The session stands on a road. Also told when it moved to another one without a pause.
    Connected {
        /// The road.
        road: Road,
        /// Whether the server knew the session.
        resumed: bool,
    },
    /// The session stands on no road.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
        /// When the next attempt is made; `None` while the session is suspended.
        retry_in: Option<Duration>,
    },
    /// Forget what was known of the room: it starts over from a snapshot, and events follow from there.
    Reset {
        /// The room.
        room_id: String,
        /// The room as the caller sees it.
        snapshot: Box<RoomSnapshot>,
        /// Why.
        reason: ResetReason,
    },
    /// The next entry of a room's log that the caller may see.
    Event(Box<RoomEvent>),
    /// Values that may be lost, newest only.
    Signals(Signals),
    /// The server left something out; the session has asked it to go on where it should have. Nothing for the
    /// application to do: what is missing, or a [`Reset`](Self::Reset), follows.
    Gap {
        /// The room.
        room_id: String,
        /// The number that was expected.
        expected: u64,
        /// The number that came.
        received: u64,
    },
    /// The room is no longer heard.
    SubscriptionEnded {
        /// The room.
        room_id: String,
        /// Why, with the code that subscribing again would give.
        error: Box<Rejection>,
    },
    /// The server ends the connection. What follows is told by the next event.
    GoAway {
        /// Why.
        reason: GoAwayReason,
        /// Whether it wants the session back.
        reconnect: bool,
        /// How long it wants it to wait, at least.
        retry_after: Duration,
        /// A sentence for people.
        message: String,
    },
    /// The session is over, and this is its last event.
    Stopped {
        /// Why; also what every unanswered command got.
        error: Error,
    },
}

/// Why a session stands on no road.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The server ended the connection.
    GoAway(GoAwayReason),
    /// The connection broke, or ended without a word.
    Lost(String),
    /// Nothing was heard for too long.
    Silent,
    /// An attempt to connect failed.
    Failed(Error),
    /// [`Session::suspend`](crate::Session::suspend) was called.
    Suspended,
}

/// The events of a session: a stream that ends after [`SessionEvent::Stopped`]. Read it all the time, or drop it: a
/// session without it goes on and tells nobody.
#[derive(Debug)]
pub struct Events(pub(crate) mpsc::Receiver<SessionEvent>);

impl Events {
    /// The next event; `None` once the session is over. Cancel-safe.
    pub async fn next(&mut self) -> Option<SessionEvent> {
        self.0.recv().await
    }
}

impl Stream for Events {
    type Item = SessionEvent;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<SessionEvent>> {
        self.0.poll_recv(cx)
    }
}
