//! A session at the fake server, and what tests wait for from it.

use std::time::Duration;

use tokio::time::timeout;
use trivium_client::{Choice, Client, DisconnectReason, Error, Events, Road, Session, SessionEvent};

use crate::fake::roads::Roads;
use crate::fake::{Server, text};

pub const ROADS: [Road; 3] = [Road::Grpc, Road::GrpcWeb, Road::WebTransport];

pub struct Table {
    pub server: Server,
    pub roads: Roads,
    pub session: Session,
    pub events: Events,
}

/// A connected session.
pub async fn sit(choice: impl Into<Choice>) -> Table {
    let server = Server::new();
    let roads = Roads::new(&server);
    sit_at(server, roads, choice).await
}

pub async fn sit_at(server: Server, roads: Roads, choice: impl Into<Choice>) -> Table {
    let client = Client::builder("http://fake")
        .road(choice)
        .token("token")
        .connector(roads.clone())
        .build();
    let (session, events) = client
        .expect("nothing is wrong with it")
        .connect()
        .await
        .expect("the server takes it");
    Table {
        server,
        roads,
        session,
        events,
    }
}

impl Table {
    pub async fn next(&mut self) -> SessionEvent {
        let next = timeout(Duration::from_secs(200), self.events.next()).await;
        next.expect("an event comes").expect("the session goes on")
    }

    /// Reads on until `found` finds what it wants.
    pub async fn until<T>(&mut self, mut found: impl FnMut(&SessionEvent) -> Option<T>) -> T {
        loop {
            let event = self.next().await;
            if let Some(found) = found(&event) {
                return found;
            }
        }
    }

    pub async fn connected(&mut self) -> (Road, bool) {
        self.until(|event| match event {
            SessionEvent::Connected { road, resumed } => Some((*road, *resumed)),
            _ => None,
        })
        .await
    }

    pub async fn disconnected(&mut self) -> DisconnectReason {
        self.until(|event| match event {
            SessionEvent::Disconnected { reason, .. } => Some(reason.clone()),
            _ => None,
        })
        .await
    }

    pub async fn stopped(&mut self) -> Error {
        let error = self.until(|event| match event {
            SessionEvent::Stopped { error } => Some(error.clone()),
            _ => None,
        });
        let error = error.await;
        assert!(self.events.next().await.is_none(), "it is the last event");
        error
    }

    /// The next `count` events of the room, checked to be dense from `first` on.
    pub async fn read(&mut self, first: u64, count: usize) -> Vec<String> {
        let (mut texts, mut expected) = (Vec::new(), first);
        while texts.len() < count {
            if let SessionEvent::Event(event) = self.next().await {
                assert_eq!(event.seq, expected, "the next entry, once");
                expected += 1;
                texts.push(text(&event));
            }
        }
        texts
    }
}
