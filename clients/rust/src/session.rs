//! A session as the application holds it: a handle that asks the driver.
//!
//! Neighbours: [`driver`](crate::driver) does the work, [`event`](crate::event) is what it tells,
//! [`helpers`](crate::helpers) are commands with names.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use trivium_proto::v1::{Cursor, connect_request, reply};

use crate::clock::Clock;
use crate::command::{Command, new_request_id};
use crate::error::Error;
use crate::outbox::Kind;
use crate::road::Road;
use crate::token::Token;

/// A session; clones are handles to the same one, and it is closed when the last is dropped.
#[derive(Clone, Debug)]
pub struct Session {
    asks: mpsc::Sender<Ask>,
    status: watch::Receiver<Status>,
    clock: Clock,
}

/// Where a session stands.
#[derive(Clone, Debug)]
pub enum Status {
    /// On no road at the moment.
    Connecting,
    /// On this road.
    Connected(Road),
    /// Over.
    Stopped(Error),
}

/// What the driver is asked.
pub(crate) enum Ask {
    Execute {
        request: Box<connect_request::Request>,
        kind: Kind,
        answer: oneshot::Sender<Result<reply::Result, Error>>,
    },
    Subscribe {
        room_id: String,
        cursor: Option<Cursor>,
        done: oneshot::Sender<Result<(), Error>>,
    },
    Unsubscribe {
        room_id: String,
    },
    Authenticate(Token),
    NetworkChanged,
    Suspend,
    Resume,
    Close(oneshot::Sender<()>),
}

impl Session {
    pub(crate) const fn new(asks: mpsc::Sender<Ask>, status: watch::Receiver<Status>, clock: Clock) -> Self {
        Self { asks, status, clock }
    }

    /// Executes a command or a query and waits for the answer, over lost connections and changes of the road. A
    /// command is given a `request_id` unless it has one, so that the server recognises it when it is sent again.
    /// Once the command is given, dropping the future does not take it back. There is no time limit; put
    /// `tokio::time::timeout` around it.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the server refuses, [`Error::OutboxFull`], [`Error::Disconnected`] for what is not
    /// worth sending again, and whatever ended the session.
    pub async fn execute<C: Command>(&self, mut command: C) -> Result<C::Response, Error> {
        if let Some(request_id) = command.request_id()
            && request_id.is_empty()
        {
            *request_id = new_request_id();
        }
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Execute {
            request: Box::new(command.into_request()),
            kind: C::KIND,
            answer,
        })
        .await?;
        let answer = answered.await.map_err(|_| self.gone())??;
        C::output(answer).ok_or(Error::Protocol("the answer is to something else"))
    }

    /// Hears a room, after `cursor` or from a snapshot, until [`unsubscribe`](Self::unsubscribe). Resolves when the
    /// server has said where it begins. Goes on by itself over lost connections.
    ///
    /// # Errors
    /// [`Error::Rejected`] if the caller may not hear it, [`Error::TooManySubscriptions`], [`Error::Replaced`].
    pub async fn subscribe(&self, room_id: impl Into<String>, cursor: Option<Cursor>) -> Result<(), Error> {
        let (done, heard) = oneshot::channel();
        self.ask(Ask::Subscribe {
            room_id: room_id.into(),
            cursor,
            done,
        })
        .await?;
        heard.await.map_err(|_| self.gone())?
    }

    /// Hears a room no longer.
    ///
    /// # Errors
    /// Whatever ended the session.
    pub async fn unsubscribe(&self, room_id: impl Into<String>) -> Result<(), Error> {
        self.ask(Ask::Unsubscribe {
            room_id: room_id.into(),
        })
        .await
    }

    /// Goes on with another token of the same user. Not needed with a [`TokenSource`](crate::TokenSource).
    ///
    /// # Errors
    /// Whatever ended the session.
    pub async fn authenticate(&self, token: impl Into<Token>) -> Result<(), Error> {
        self.ask(Ask::Authenticate(token.into())).await
    }

    /// Tells that the device is on another network: a connection that no longer works is given up within two seconds
    /// instead of by its timeout, the next attempt is made at once, and WebTransport is given another chance.
    ///
    /// # Errors
    /// Whatever ended the session.
    pub async fn network_changed(&self) -> Result<(), Error> {
        self.ask(Ask::NetworkChanged).await
    }

    /// Leaves the road, such as when the app goes to the background, until [`resume`](Self::resume). Commands wait
    /// meanwhile.
    ///
    /// # Errors
    /// Whatever ended the session.
    pub async fn suspend(&self) -> Result<(), Error> {
        self.ask(Ask::Suspend).await
    }

    /// Connects again after [`suspend`](Self::suspend).
    ///
    /// # Errors
    /// Whatever ended the session.
    pub async fn resume(&self) -> Result<(), Error> {
        self.ask(Ask::Resume).await
    }

    /// Ends the session in good order; commands without an answer get [`Error::Closed`].
    pub async fn close(self) {
        let (done, closed) = oneshot::channel();
        if self.ask(Ask::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }

    /// The server's clock.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Where the session stands.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Waits until the session stands on a road.
    ///
    /// # Errors
    /// Whatever ended the session.
    pub async fn connected(&self) -> Result<Road, Error> {
        let mut status = self.status.clone();
        loop {
            match &*status.borrow_and_update() {
                Status::Connected(road) => return Ok(*road),
                Status::Stopped(error) => return Err(error.clone()),
                Status::Connecting => {}
            }
            status.changed().await.map_err(|_| Error::Closed)?;
        }
    }

    async fn ask(&self, ask: Ask) -> Result<(), Error> {
        self.asks.send(ask).await.map_err(|_| self.gone())
    }

    fn gone(&self) -> Error {
        match &*self.status.borrow() {
            Status::Stopped(error) => error.clone(),
            Status::Connecting | Status::Connected(_) => Error::Closed,
        }
    }
}

/// How long a session waits for what. The defaults suit people; tests and machines may want others.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Silence on WebTransport after which the server is asked for a sign of life. UDP can be cut off without notice,
    /// so this is short.
    pub quiet_webtransport: Duration,
    /// The same on TCP, which notices by itself in most cases.
    pub quiet_tcp: Duration,
    /// How long the sign of life may take before the connection is given up.
    pub answer: Duration,
    /// Silence on gRPC-Web's way down, where the server pings every 15 seconds, after which it is given up although
    /// calls are answered.
    pub deaf: Duration,
    /// How long WebTransport is left alone after it failed, and between attempts to return to it.
    pub webtransport_pause: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            quiet_webtransport: Duration::from_secs(2),
            quiet_tcp: Duration::from_secs(15),
            answer: Duration::from_secs(2),
            deaf: Duration::from_secs(45),
            webtransport_pause: Duration::from_mins(1),
        }
    }
}
