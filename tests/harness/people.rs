//! Somebody with a token and an SDK session on one road.

use std::{fmt::Debug, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use trivium_client::{
    Client, ConnectError, Connector, Events, Link, Road, Session, SessionEvent,
    proto::v1::{RoomEvent, RoomSnapshot, room_event},
};

use crate::{Server, Way};

/// How long anything may take before a test gives up. Generous: it is not what is measured.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody who is connected.
#[expect(missing_debug_implementations, reason = "nobody prints a person")]
pub struct Person {
    /// Nickname and, for accounts, user.
    pub name: String,
    /// How it comes in.
    pub way: Way,
    /// Unary calls.
    pub client: Client,
    /// The live session.
    pub session: Session,
    /// Every event of every room heard so far, in the order of arrival.
    pub seen: Vec<RoomEvent>,
    /// The newest snapshot.
    pub snapshot: Option<RoomSnapshot>,
    events: Events,
}

/// Waits for something that has to come.
pub async fn eventually<F: Future>(what: impl Debug, future: F) -> F::Output {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(output) => output,
        Err(elapsed) => panic!("{what:?} did not come within {PATIENCE:?}: {elapsed}"),
    }
}

impl Person {
    /// Somebody with an account.
    pub async fn account(server: &Server, way: Way, name: &str) -> Self {
        let client = client(server, way, Some(server.token(name)));
        Self::connected(client, way, name).await
    }

    /// A guest who comes in by code, and hears the room.
    pub async fn guest(server: &Server, way: Way, code: &str, name: &str) -> Self {
        let client = client(server, way, None);
        let seat = client.join(code, name).await.expect("joined");
        let mut person = Self::connected(client, way, name).await;
        person.hear(&seat.room_id).await;
        person
    }

    /// Somebody with a client of its own.
    pub async fn connected(client: Client, way: Way, name: &str) -> Self {
        let (session, events) = eventually(("connect", way), client.connect()).await.expect("connected");
        Self {
            name: name.to_owned(),
            way,
            client,
            session,
            seen: Vec::new(),
            snapshot: None,
            events,
        }
    }

    /// Begins to hear a room, and waits for its snapshot.
    pub async fn hear(&mut self, room: &str) {
        self.session.subscribe(room, None).await.expect("subscribed");
        self.until("a snapshot", |event| match event {
            SessionEvent::Reset { room_id, .. } if room_id == room => Some(()),
            _ => None,
        })
        .await;
    }

    /// Reads on until `pick` finds what it wants.
    pub async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(&SessionEvent) -> Option<T>) -> T {
        let name = self.name.clone();
        eventually((name, what), async {
            loop {
                let event = self.next().await;
                if let Some(found) = pick(&event) {
                    return found;
                }
            }
        })
        .await
    }

    /// Reads on until an event of a room is what `pick` wants.
    pub async fn event<T>(&mut self, what: &str, mut pick: impl FnMut(&room_event::Event) -> Option<T>) -> T {
        self.until(what, |event| match event {
            SessionEvent::Event(event) => event.event.as_ref().and_then(&mut pick),
            _ => None,
        })
        .await
    }

    /// Reads on until the event with this number has been seen or passed.
    pub async fn reach(&mut self, seq: u64) {
        while self.seen.last().is_none_or(|last| last.seq < seq) {
            let name = (self.name.clone(), "seq", seq);
            eventually(name, self.next()).await;
        }
    }

    /// Everything that is there already.
    pub fn drain(&mut self) {
        while let Some(event) = self.next().now_or_never() {
            drop(event);
        }
    }

    async fn next(&mut self) -> SessionEvent {
        let event = self.events.next().await.expect("the session goes on");
        match &event {
            SessionEvent::Event(event) => self.seen.push((**event).clone()),
            SessionEvent::Reset { snapshot, .. } => self.snapshot = Some((**snapshot).clone()),
            SessionEvent::Gap { .. } => panic!("{}: {event:?}", self.name),
            _ => {}
        }
        event
    }
}

/// An SDK client on one road.
pub fn client(server: &Server, way: Way, token: Option<String>) -> Client {
    let road = match way {
        Way::Grpc | Way::Memory => Road::Grpc,
        Way::GrpcWeb => Road::GrpcWeb,
        Way::WebTransport => Road::WebTransport,
    };
    let mut builder = Client::builder(server.url()).road(road);
    if let Some(token) = token {
        builder = builder.token(token);
    }
    if way == Way::Memory {
        builder = builder.connector(InMemory(Link::new(server.memory())));
    }
    builder.build().expect("a client")
}

/// Every road leads into this process.
struct InMemory(Link);

impl Connector for InMemory {
    fn connect(&self, _: Road) -> BoxFuture<'static, Result<Link, ConnectError>> {
        let link = self.0.clone();
        async move { Ok(link) }.boxed()
    }
}
