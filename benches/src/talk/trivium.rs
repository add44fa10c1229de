//! The words of Trivium: members on a stream of both directions, watchers on gRPC-Web, and the host of the room.

use anyhow::{Context as _, Result, bail};
use prost::Message as _;
use tokio::sync::mpsc;
use trivium_proto::v1::{
    ConnectRequest, ConnectResponse, Error, Hello, JoinRoomRequest, JoinRoomResponse, Pong, Reply, Subscribe,
    WatchRequest, connect_request::Request, connect_response::Response, reply,
};

use super::{Heard, Outbox, Talk};

/// Ids of the requests that set a member up; those above belong to the scenario.
const JOIN: u64 = 1;
const SUBSCRIBE: u64 = 2;
/// The first id of the scenario's requests.
pub(crate) const FIRST_ID: u64 = 16;
/// Tags of `ConnectResponse.event` and of the one event that is counted, `RoomEvent.message_sent`.
const EVENT: u64 = 3;
const MESSAGE_SENT: u64 = 50;

/// A request as it goes over the wire.
pub(crate) fn say(id: u64, request: Request) -> Vec<u8> {
    let request = Some(request);
    ConnectRequest { id, request }.encode_to_vec()
}

/// Somebody who joins a room by its code and hears it.
pub(crate) struct Member {
    name: String,
    code: String,
    room: String,
}

impl Member {
    /// `name` has to differ from those of all other members.
    pub(crate) fn new(name: String, code: &str, room: &str) -> Self {
        Self {
            name,
            code: code.to_owned(),
            room: room.to_owned(),
        }
    }
}

impl Talk for Member {
    fn opened(&mut self, out: &mut Outbox) -> Heard {
        out.push_back(say(0, Request::Hello(Hello::default())));
        out.push_back(say(JOIN, Request::JoinRoom(join(&self.name, &self.code))));
        Heard::Nothing
    }

    fn hear(&mut self, message: &[u8], out: &mut Outbox) -> Result<Heard> {
        if is_delivery(message) {
            return Ok(Heard::Delivery);
        }
        Ok(match decode(message)? {
            Response::Reply(Reply { id, result }) => match result.context("an empty reply")? {
                reply::Result::Error(error) => bail!("{} was refused {id}: {}", self.name, text(&error)),
                reply::Result::JoinRoom(_) => Heard::Joined,
                _ if id >= FIRST_ID => Heard::Reply(usize::try_from(id - FIRST_ID)?),
                _ => Heard::Nothing,
            },
            Response::Reset(_) => Heard::Ready,
            Response::Ping(ping) => {
                let ping_id = ping.ping_id;
                out.push_back(say(0, Request::Pong(Pong { ping_id })));
                Heard::Nothing
            }
            Response::GoAway(away) => bail!("told to go away: {}", away.message),
            Response::SubscriptionEnded(ended) => bail!("heard no longer: {ended:?}"),
            Response::Welcome(_)
            | Response::Event(_)
            | Response::Signals(_)
            | Response::Resumed(_)
            | Response::Progress(_) => Heard::Nothing,
        })
    }

    fn subscribe(&mut self, out: &mut Outbox) {
        let subscribe = Request::Subscribe(subscription(&self.room));
        out.push_back(say(SUBSCRIBE, subscribe));
    }
}

/// Somebody who joins by a call, and then watches with the token of the seat.
pub(crate) struct Watcher {
    member: Member,
    token: Option<String>,
}

impl Watcher {
    pub(crate) fn new(member: Member) -> Self {
        Self { member, token: None }
    }
}

impl Talk for Watcher {
    fn opened(&mut self, out: &mut Outbox) -> Heard {
        out.push_back(join(&self.member.name, &self.member.code).encode_to_vec());
        Heard::Nothing
    }

    fn hear(&mut self, message: &[u8], _: &mut Outbox) -> Result<Heard> {
        if self.token.is_none() {
            self.token = Some(JoinRoomResponse::decode(message)?.seat_token);
            return Ok(Heard::Joined);
        }
        // Nobody answers pings on a stream of one direction.
        self.member.hear(message, &mut Outbox::new())
    }

    fn subscribe(&mut self, out: &mut Outbox) {
        let hello = Hello {
            token: self.token.clone().unwrap_or_default(),
            subscriptions: vec![subscription(&self.member.room)],
            ..Hello::default()
        };
        out.push_back(WatchRequest { hello: Some(hello) }.encode_to_vec());
    }
}

/// Whoever makes and runs the room; what it hears goes to the scenario.
pub(crate) struct Host {
    token: String,
    said: mpsc::Sender<Response>,
}

impl Host {
    pub(crate) fn new(token: &str, said: mpsc::Sender<Response>) -> Self {
        Self {
            token: token.to_owned(),
            said,
        }
    }
}

impl Talk for Host {
    fn opened(&mut self, out: &mut Outbox) -> Heard {
        let hello = Hello {
            token: self.token.clone(),
            ..Hello::default()
        };
        out.push_back(say(0, Request::Hello(hello)));
        Heard::Nothing
    }

    fn hear(&mut self, message: &[u8], out: &mut Outbox) -> Result<Heard> {
        match decode(message)? {
            Response::Ping(ping) => {
                let ping_id = ping.ping_id;
                out.push_back(say(0, Request::Pong(Pong { ping_id })));
            }
            Response::Reply(Reply {
                id,
                result: Some(reply::Result::Error(error)),
            }) => bail!("the host was refused {id}: {}", text(&error)),
            // Messages are counted where they arrive.
            Response::Reply(Reply {
                result: Some(reply::Result::SendMessage(_)),
                ..
            })
            | Response::Signals(_)
            | Response::Progress(_) => {}
            // The scenario reads what it waits for; of the rest, it may miss any.
            response @ (Response::Reply(_)
            | Response::Welcome(_)
            | Response::Event(_)
            | Response::Resumed(_)
            | Response::Reset(_)
            | Response::GoAway(_)
            | Response::SubscriptionEnded(_)) => {
                let _full = self.said.try_send(response);
            }
        }
        Ok(Heard::Nothing)
    }

    /// The scenario makes every request of the host itself.
    fn subscribe(&mut self, _: &mut Outbox) {}
}

fn join(name: &str, code: &str) -> JoinRoomRequest {
    JoinRoomRequest {
        request_id: format!("join-{name}"),
        join_code: code.to_owned(),
        nickname: name.to_owned(),
        ..JoinRoomRequest::default()
    }
}

/// Of a room, from now on.
pub(crate) fn subscription(room: &str) -> Subscribe {
    Subscribe {
        room_id: room.to_owned(),
        cursor: None,
    }
}

fn decode(message: &[u8]) -> Result<Response> {
    ConnectResponse::decode(message)?.response.context("an empty message")
}

fn text(error: &Error) -> String {
    let fields = error.field_violations.iter();
    let fields: Vec<_> = fields.map(|one| format!("{} {}", one.field, one.description)).collect();
    format!("{} {} {}", error.reason, error.message, fields.join(", "))
}

/// Whether a message is a chat message, found by walking over the fields in front of it.
fn is_delivery(message: &[u8]) -> bool {
    field(message).is_some_and(|(number, mut event, _)| {
        number == EVENT
            && loop {
                match field(event) {
                    None => break false,
                    Some((MESSAGE_SENT, ..)) => break true,
                    Some((_, _, rest)) => event = rest,
                }
            }
    })
}

/// Number and content of the first field, and what follows it.
fn field(bytes: &[u8]) -> Option<(u64, &[u8], &[u8])> {
    let (key, rest) = varint(bytes)?;
    match key & 7 {
        0 => varint(rest).map(|(_, after)| (key >> 3, &rest[..0], after)),
        2 => {
            let (length, rest) = varint(rest)?;
            let (content, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            Some((key >> 3, content, after))
        }
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    let value = bytes[..=end]
        .iter()
        .rev()
        .fold(0, |value, byte| (value << 7) | u64::from(byte & 0x7f));
    Some((value, &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use trivium_proto::v1::{MessageSent, Ping, QuizPaused, RoomEvent, room_event::Event};

    use super::*;

    #[test]
    fn chat_messages_are_told_from_everything_else() {
        let event = |event| {
            Response::Event(RoomEvent {
                room_id: "a room".into(),
                seq: 70_000,
                time_ms: 1_700_000_000_000,
                actor_id: "somebody".into(),
                event: Some(event),
            })
        };
        for (response, expected) in [
            (event(Event::MessageSent(MessageSent::default())), true),
            (event(Event::QuizPaused(QuizPaused::default())), false),
            (Response::Ping(Ping::default()), false),
        ] {
            let message = ConnectResponse {
                response: Some(response),
            };
            assert_eq!(is_delivery(&message.encode_to_vec()), expected, "{message:?}");
        }
    }
}
