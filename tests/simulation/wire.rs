//! A wire of seventeen bytes per message: what it is, its number, and where the event itself lies.
//!
//! Neighbours: [`node`](crate::node) gives it to the runtime; [`checks::prefix`](crate::checks::prefix) reads what arrives.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use trivium_engine::{Audience, Entry, Event, RoomId, Seq, Signal};
use trivium_runtime::Encode;

use crate::world::{World, lock};

/// Bytes of one message.
pub(crate) const FRAME: usize = 17;

/// What a message says.
#[derive(Debug, Clone)]
pub(crate) enum Message {
    /// An entry as its receiver sees it.
    Entry { seq: Seq, event: Arc<Event> },
    /// The position moved.
    Progress { seq: Seq },
    /// Signals with their ticks.
    Signals(Arc<Vec<(u64, Signal)>>),
}

/// What a message refers to.
#[derive(Debug, Clone)]
pub(crate) enum Cargo {
    Event(Arc<Event>),
    Signals(Arc<Vec<(u64, Signal)>>),
}

/// The encoder of one incarnation of a node.
pub(crate) struct Wire {
    pub(crate) world: Weak<World>,
    pub(crate) incarnation: u64,
}

impl Wire {
    fn load(&self, cargo: Cargo) -> u64 {
        let Some(world) = self.world.upgrade() else { return 0 };
        let mut cargoes = lock(&world.cargo);
        cargoes.push(cargo);
        cargoes.len() as u64 - 1
    }
}

impl Encode for Wire {
    fn entry(&self, room: &RoomId, _: u64, _: &Audience, entry: &Entry, event: &Event) -> Bytes {
        if let Some(world) = self.world.upgrade() {
            let truth = lock(&world.truth);
            let encoded = truth.fence.encoded(self.incarnation, truth.log(room), entry);
            drop(truth);
            world.check("5 fence", encoded);
        }
        frame(1, entry.seq, self.load(Cargo::Event(Arc::new(event.clone()))))
    }

    fn progress(&self, _: &RoomId, seq: Seq) -> Bytes {
        frame(2, seq, 0)
    }

    fn signals(&self, _: &RoomId, signals: &[(u64, Signal)]) -> Bytes {
        frame(3, 0, self.load(Cargo::Signals(Arc::new(signals.to_vec()))))
    }
}

fn frame(kind: u8, seq: Seq, cargo: u64) -> Bytes {
    let mut bytes = vec![kind];
    bytes.extend(seq.to_be_bytes());
    bytes.extend(cargo.to_be_bytes());
    bytes.into()
}

/// The messages of a delivery.
pub(crate) fn messages(world: &World, bytes: &[u8]) -> Result<Vec<Message>, String> {
    if !bytes.len().is_multiple_of(FRAME) {
        return Err(format!("{} bytes are no whole messages", bytes.len()));
    }
    let cargoes = lock(&world.cargo);
    let message = |frame: &[u8]| {
        let number = |at: usize| {
            let bytes = frame[at..at + 8].try_into().expect("eight bytes");
            u64::from_be_bytes(bytes)
        };
        let cargo = usize::try_from(number(9)).ok().and_then(|index| cargoes.get(index));
        match (frame[0], cargo) {
            (1, Some(Cargo::Event(event))) => Ok(Message::Entry {
                seq: number(1),
                event: Arc::clone(event),
            }),
            (2, _) => Ok(Message::Progress { seq: number(1) }),
            (3, Some(Cargo::Signals(signals))) => Ok(Message::Signals(Arc::clone(signals))),
            (kind, _) => Err(format!("a message of kind {kind}")),
        }
    };
    bytes.chunks_exact(FRAME).map(message).collect()
}
