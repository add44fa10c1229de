//! What a connection says and understands: a member of a Trivium room, a watcher over gRPC-Web, a host, or a subscriber
//! of a peer.
//!
//! After the set-up a message costs a look at its first bytes, so that decoding is no part of what is measured.

mod trivium;

use std::collections::VecDeque;

use anyhow::Result;

pub(crate) use trivium::{FIRST_ID, Host, Member, Watcher, say, subscription};

/// What a message means.
#[derive(Debug)]
pub(crate) enum Heard {
    Nothing,
    /// There is a seat; the room is not heard yet.
    Joined,
    /// The room is heard from now on.
    Ready,
    /// One event.
    Delivery,
    /// The request with this number is acknowledged.
    Reply(usize),
}

/// What the scenario wants a connection to do.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Hear the room.
    Subscribe,
    /// Send these messages, in one write.
    Say(Vec<Vec<u8>>),
}

/// Messages on their way out.
pub(crate) type Outbox = VecDeque<Vec<u8>>;

/// One side of a conversation.
pub(crate) trait Talk {
    /// The connection is open.
    fn opened(&mut self, out: &mut Outbox) -> Heard;

    /// Takes a message.
    ///
    /// # Errors
    ///
    /// The server refused something.
    fn hear(&mut self, message: &[u8], out: &mut Outbox) -> Result<Heard>;

    /// Subscribes.
    fn subscribe(&mut self, out: &mut Outbox);
}

/// A subscriber of a peer's server: it says `subscribe`, hears one answer, and then events. Its publisher says how many events
/// everybody shall get.
#[derive(Default)]
pub(crate) struct Plain {
    is_ready: bool,
}

impl Talk for Plain {
    fn opened(&mut self, _: &mut Outbox) -> Heard {
        Heard::Joined
    }

    fn hear(&mut self, _: &[u8], _: &mut Outbox) -> Result<Heard> {
        let was_ready = std::mem::replace(&mut self.is_ready, true);
        Ok(if was_ready { Heard::Delivery } else { Heard::Ready })
    }

    fn subscribe(&mut self, out: &mut Outbox) {
        out.push_back(b"subscribe".to_vec());
    }
}
