//! What streams send, as bytes that are ready for the wire: encoded once, then shared by every receiver of a class.
//!
//! A frame is a gRPC message: a zero byte (not compressed), the length as four bytes, the message. The responses of
//! `Connect`, `Watch`, `Play`, `Converse` and `Track` have the same fields, so one frame serves all five.

use bytes::{BufMut, Bytes};
use prost::{
    Message,
    encoding::{WireType, encode_key, encode_varint, encoded_len_varint, key_len},
};
use trivium_engine::{RoomId, Seq, Timestamp};
use trivium_proto::v1::{self, connect_response::Response};

use crate::convert::common::time_out;

/// Bytes before each message.
pub const PREFIX_LEN: usize = 5;

/// A message as a gRPC frame, in one allocation of exactly its size.
pub fn frame(message: &impl Message) -> Bytes {
    let mut bytes = begin_frame(message.encoded_len());
    message.encode(&mut bytes).expect("a vector grows");
    bytes.into()
}

/// A frame for a message of this length, with room for it.
fn begin_frame(len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PREFIX_LEN + len);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(len).expect("no message comes near 4 GiB"));
    bytes
}

/// The session stands.
pub fn welcome(welcome: v1::Welcome) -> Bytes {
    response(Response::Welcome(welcome))
}

/// The answer to the request with this id.
pub fn reply(id: u64, result: v1::reply::Result) -> Bytes {
    response(Response::Reply(v1::Reply {
        id,
        result: Some(result),
    }))
}

/// One entry of a room's log.
pub fn event(event: v1::RoomEvent) -> Bytes {
    response(Response::Event(event))
}

/// Entries up to `seq` have been passed that this receiver does not get.
pub fn progress(room: &RoomId, seq: Seq) -> Bytes {
    response(Response::Progress(v1::Progress {
        room_id: room.to_string(),
        seq,
    }))
}

/// Values that may be lost. `tick` is that of the newest.
pub fn signals(room: &RoomId, tick: u64, signals: Vec<v1::Signal>) -> Bytes {
    response(Response::Signals(v1::Signals {
        room_id: room.to_string(),
        tick,
        signals,
    }))
}

/// A subscription goes on after the client's cursor.
pub fn resumed(cursor: v1::Cursor, head: Seq) -> Bytes {
    response(Response::Resumed(v1::Resumed {
        cursor: Some(cursor),
        head_seq: head,
    }))
}

/// Fields of a snapshot, for [`reset`] to put into those of many receivers.
pub fn part(fields: &v1::RoomSnapshot) -> Bytes {
    fields.encode_to_vec().into()
}

/// A subscription starts from a snapshot: one of the receiver's own, with [parts](part) that are fields of the same message,
/// encoded once for many. A message's fields may stand in any order.
pub fn reset(reason: v1::ResetReason, own: &v1::RoomSnapshot, parts: &[Bytes]) -> Bytes {
    /// Of `Reset.snapshot` and of `reset` in the responses.
    const SNAPSHOT: u32 = 2;
    const RESET: u32 = 6;
    let begun = v1::Reset {
        reason: reason.into(),
        snapshot: None,
    };
    let snapshot_len = own.encoded_len() + parts.iter().map(Bytes::len).sum::<usize>();
    let reset_len = begun.encoded_len() + head_len(SNAPSHOT, snapshot_len) + snapshot_len;
    let len = head_len(RESET, reset_len) + reset_len;
    let mut bytes = begin_frame(len);
    head(RESET, reset_len, &mut bytes);
    begun.encode(&mut bytes).expect("a vector grows");
    head(SNAPSHOT, snapshot_len, &mut bytes);
    own.encode(&mut bytes).expect("a vector grows");
    for part in parts {
        bytes.put_slice(part);
    }
    bytes.into()
}

/// Measures the round trip.
pub fn ping(ping_id: u64, now: Timestamp) -> Bytes {
    response(Response::Ping(v1::Ping {
        ping_id,
        server_time_ms: time_out(now),
    }))
}

/// The server ends the stream.
pub fn go_away(go_away: v1::GoAway) -> Bytes {
    response(Response::GoAway(go_away))
}

/// A subscription has ended.
pub fn subscription_ended(room: &RoomId, error: v1::Error) -> Bytes {
    response(Response::SubscriptionEnded(v1::SubscriptionEnded {
        room_id: room.to_string(),
        error: Some(error),
    }))
}

/// What stands before a field that is a message of this length.
fn head(field: u32, len: usize, bytes: &mut Vec<u8>) {
    encode_key(field, WireType::LengthDelimited, bytes);
    encode_varint(len as u64, bytes);
}

fn head_len(field: u32, len: usize) -> usize {
    key_len(field) + encoded_len_varint(len as u64)
}

fn response(response: Response) -> Bytes {
    frame(&v1::ConnectResponse {
        response: Some(response),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> RoomId {
        "r".parse().expect("an id")
    }

    /// One of each, with something in it.
    fn all() -> Vec<Bytes> {
        let cursor = v1::Cursor {
            room_id: "r".into(),
            epoch: 1,
            seq: 2,
        };
        let snapshot = v1::RoomSnapshot {
            cursor: Some(cursor.clone()),
            member_count: 3,
            ..v1::RoomSnapshot::default()
        };
        let said = v1::RoomEvent {
            room_id: "r".into(),
            seq: 9,
            event: Some(v1::room_event::Event::RoomClosed(v1::RoomClosed {})),
            ..v1::RoomEvent::default()
        };
        let typing = v1::Signal {
            tick: 4,
            signal: Some(v1::signal::Signal::Typing(v1::Typing {
                user_id: "u".into(),
                typing: true,
            })),
        };
        vec![
            welcome(v1::Welcome {
                session_id: "s".into(),
                ..v1::Welcome::default()
            }),
            reply(7, v1::reply::Result::Done(v1::Done {})),
            event(said),
            progress(&room(), 5),
            signals(&room(), 4, vec![typing]),
            resumed(cursor, 8),
            reset(v1::ResetReason::First, &snapshot, &[]),
            ping(6, Timestamp(1_000)),
            go_away(v1::GoAway {
                reason: v1::GoAwayReason::Draining.into(),
                reconnect: true,
                ..v1::GoAway::default()
            }),
            subscription_ended(&room(), v1::Error::default()),
        ]
    }

    /// Decodes the message of a frame as `M`; equal bytes afterwards mean that every field was known to it.
    fn decodes_wholly_as<M: Message + Default>(frame: &Bytes) {
        let (prefix, payload) = frame.split_at(PREFIX_LEN);
        assert_eq!(prefix[0], 0, "not compressed");
        let len = u32::from_be_bytes(prefix[1..].try_into().expect("four bytes"));
        assert_eq!(usize::try_from(len), Ok(payload.len()));
        assert!(!payload.is_empty());
        let message = M::decode(payload).expect("a message");
        assert_eq!(message.encode_to_vec(), payload);
    }

    #[test]
    fn the_same_frame_is_a_response_of_every_stream() {
        for frame in all() {
            decodes_wholly_as::<v1::ConnectResponse>(&frame);
            decodes_wholly_as::<v1::WatchResponse>(&frame);
            decodes_wholly_as::<v1::PlayResponse>(&frame);
            decodes_wholly_as::<v1::ConverseResponse>(&frame);
            decodes_wholly_as::<v1::TrackResponse>(&frame);
        }
    }

    #[test]
    fn a_snapshot_in_parts_is_the_snapshot() {
        let member = |user: &str| v1::Member {
            user_id: user.into(),
            ..v1::Member::default()
        };
        let own = v1::RoomSnapshot {
            me: Some(member("u1")),
            member_count: 2,
            ..v1::RoomSnapshot::default()
        };
        let members = v1::RoomSnapshot {
            members: vec![member("u1"), member("u2")],
            ..v1::RoomSnapshot::default()
        };
        let messages = v1::RoomSnapshot {
            messages: vec![v1::Message {
                text: "x".repeat(300),
                ..v1::Message::default()
            }],
            ..v1::RoomSnapshot::default()
        };
        let whole = v1::RoomSnapshot {
            members: members.members.clone(),
            messages: messages.messages.clone(),
            ..own.clone()
        };
        let parts = [members, messages].map(|fields| part(&fields));
        let frame = reset(v1::ResetReason::RoleChanged, &own, &parts);
        let (prefix, payload) = frame.split_at(PREFIX_LEN);
        assert_eq!(prefix[1..], u32::try_from(payload.len()).expect("short").to_be_bytes());
        assert_eq!(
            frame.len(),
            Vec::from(frame.clone()).capacity(),
            "one allocation of its size"
        );
        let message = v1::ConnectResponse::decode(payload).expect("a message");
        let reset = v1::Reset {
            reason: v1::ResetReason::RoleChanged.into(),
            snapshot: Some(whole),
        };
        assert_eq!(message.response, Some(Response::Reset(reset)));
    }

    #[test]
    fn each_frame_is_what_it_says() {
        let named = |frame: &Bytes| {
            let message = v1::ConnectResponse::decode(&frame[PREFIX_LEN..]).expect("a message");
            match message.response.expect("something said") {
                Response::Welcome(_) => 1,
                Response::Reply(_) => 2,
                Response::Event(_) => 3,
                Response::Signals(_) => 4,
                Response::Resumed(_) => 5,
                Response::Reset(_) => 6,
                Response::Progress(_) => 7,
                Response::Ping(_) => 8,
                Response::GoAway(_) => 9,
                Response::SubscriptionEnded(_) => 10,
            }
        };
        assert_eq!(
            all().iter().map(named).collect::<Vec<_>>(),
            [1, 2, 3, 7, 4, 5, 6, 8, 9, 10]
        );
    }

    #[test]
    fn an_empty_message_is_five_zero_bytes() {
        assert_eq!(frame(&v1::Done {}).as_ref(), [0; PREFIX_LEN]);
    }
}
