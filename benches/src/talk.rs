//! What a connection says and understands: a member of a Trivium room, a watcher over gRPC-Web, a host, or a subscriber
//! of a peer.
//!
//! After the set-up a message costs a look at its first bytes, so that decoding is no part of what is measured.

mod host;
mod member;
mod peek;

use std::collections::VecDeque;

use anyhow::{Result, bail};
use trivium_proto::v1::{ConnectRequest, Cursor, Error, Subscribe, connect_request::Request};

pub(crate) use host::Host;
pub(crate) use member::{FIRST_ID, Member, Watcher};

/// What a message means. One may mean several things.
#[derive(Debug)]
pub(crate) enum Heard {
    /// There is a seat; the room is not heard yet.
    Joined,
    /// The room is heard from now on.
    Ready,
    /// One message, and its number if its text has one.
    Delivery(Option<usize>),
    /// The request with this number is acknowledged.
    Reply(usize),
    /// After a cut, everything that was missed is there.
    Whole,
    /// After a cut, the room was told anew instead of what was missed.
    Restarted,
}

/// What the scenario wants a connection to do.
#[derive(Clone, Debug)]
pub(crate) enum Order {
    /// Hear the room.
    Subscribe,
    /// Send these messages, in one write.
    Say(Vec<Vec<u8>>),
    /// Close the connection without a word.
    Cut,
    /// Open another one, and go on.
    Reopen,
    /// Read nothing any more, and stay.
    Stall,
    /// Read again.
    Read,
}

/// Messages on their way out.
pub(crate) type Outbox = VecDeque<Vec<u8>>;

/// One side of a conversation.
pub(crate) trait Talk {
    /// The connection is open for the first time.
    fn opened(&mut self, out: &mut Outbox, heard: &mut dyn FnMut(Heard));

    /// Another connection is open after a cut.
    ///
    /// # Errors
    ///
    /// There is nothing to go on with.
    fn reopened(&mut self, _: &mut Outbox) -> Result<()> {
        bail!("who comes again is nobody's guest here")
    }

    /// Takes a message.
    ///
    /// # Errors
    ///
    /// [`Lost`], or the server refused something.
    fn hear(&mut self, message: &[u8], out: &mut Outbox, heard: &mut dyn FnMut(Heard)) -> Result<()>;

    /// Subscribes.
    fn subscribe(&mut self, out: &mut Outbox);
}

/// Something did not arrive, or arrived twice. Nothing excuses that.
#[derive(Debug)]
pub(crate) struct Lost(String);

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Lost {}

/// A subscriber of a peer's server: it says `subscribe`, hears one answer, and then events. Its publisher says how many events
/// everybody shall get. What it [answers](plain_answer) is acknowledged.
#[derive(Default)]
pub(crate) struct Plain {
    is_ready: bool,
}

impl Talk for Plain {
    fn opened(&mut self, _: &mut Outbox, heard: &mut dyn FnMut(Heard)) {
        heard(Heard::Joined);
    }

    fn hear(&mut self, message: &[u8], _: &mut Outbox, heard: &mut dyn FnMut(Heard)) -> Result<()> {
        if let Some(number) = message.strip_prefix(b"ack ") {
            let digits = number.iter().take_while(|byte| byte.is_ascii_digit());
            let number = digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
            heard(Heard::Reply(number));
            return Ok(());
        }
        let was_ready = std::mem::replace(&mut self.is_ready, true);
        heard(if was_ready { Heard::Delivery(None) } else { Heard::Ready });
        Ok(())
    }

    fn subscribe(&mut self, out: &mut Outbox) {
        out.push_back(b"subscribe".to_vec());
    }
}

/// What a player with this number answers on a peer's server: about as long as Trivium's request.
pub(crate) fn plain_answer(number: u32, index: u32) -> Vec<u8> {
    format!(
        "answer {number} 019a5b2c-7c11-7e02-8b6a-000000000000 {index} {}",
        number % 4
    )
    .into_bytes()
}

/// A request as it goes over the wire.
pub(crate) fn say(id: u64, request: Request) -> Vec<u8> {
    use prost::Message as _;
    let request = Some(request);
    ConnectRequest { id, request }.encode_to_vec()
}

/// Of a room, from a position or from now on.
pub(crate) fn subscription(room: &str, cursor: Option<Cursor>) -> Subscribe {
    Subscribe {
        room_id: room.to_owned(),
        cursor,
    }
}

fn text(error: &Error) -> String {
    let fields = error.field_violations.iter();
    let fields: Vec<_> = fields.map(|one| format!("{} {}", one.field, one.description)).collect();
    format!("{} {} {}", error.reason, error.message, fields.join(", "))
}
