//! As much of Trivium's `Connect` as the generator speaks, for peers that have one room, and no store, rules or limits.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the generator says a few things among many"
)]

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::SystemTime,
};

use trivium_proto::v1::{
    ConnectRequest, ConnectResponse, CreateRoomResponse, Cursor, JoinRoomResponse, Message, MessageSent, Reply, Reset,
    Room, RoomEvent, RoomSnapshot, SendMessageResponse, Welcome, connect_request::Request as Said,
    connect_response::Response as Told, reply::Result as Answer, room_event::Event,
};

const ROOM: &str = "019a5b2c-7c11-7e02-8b6a";

/// What to do about a request.
pub(crate) struct Heard {
    /// What its sender is told.
    pub(crate) answer: ConnectResponse,
    /// Whether the sender is told of every event from now on.
    pub(crate) subscribes: bool,
    /// What everybody is told.
    pub(crate) event: Option<ConnectResponse>,
}

/// Understands a request; none if it is not one of the generator's. `head` is the number of the newest event.
pub(crate) fn heard(ConnectRequest { id, request }: ConnectRequest, head: &AtomicU64) -> Option<Heard> {
    let (mut subscribes, mut told) = (false, None);
    let answer = match request? {
        Said::Hello(_) => say(Told::Welcome(Welcome::default())),
        Said::Subscribe(_) => {
            subscribes = true;
            reset(head.load(Relaxed))
        }
        Said::CreateRoom(_) => {
            let room = Room {
                id: ROOM.into(),
                join_code: "CODE".into(),
                ..Room::default()
            };
            let created = CreateRoomResponse { room: Some(room) };
            reply(id, Answer::CreateRoom(created))
        }
        Said::JoinRoom(_) => reply(id, Answer::JoinRoom(JoinRoomResponse::default())),
        Said::SendMessage(message) => {
            told = Some(event(head.fetch_add(1, Relaxed) + 1, message.text));
            reply(id, Answer::SendMessage(SendMessageResponse::default()))
        }
        _ => return None,
    };
    Some(Heard {
        answer,
        subscribes,
        event: told,
    })
}

fn say(told: Told) -> ConnectResponse {
    ConnectResponse { response: Some(told) }
}

fn reply(id: u64, answer: Answer) -> ConnectResponse {
    let result = Some(answer);
    say(Told::Reply(Reply { id, result }))
}

fn reset(seq: u64) -> ConnectResponse {
    let cursor = Some(Cursor {
        seq,
        ..Cursor::default()
    });
    say(Told::Reset(Reset {
        snapshot: Some(RoomSnapshot {
            cursor,
            ..RoomSnapshot::default()
        }),
        ..Reset::default()
    }))
}

fn event(seq: u64, text: String) -> ConnectResponse {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let time_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    say(Told::Event(RoomEvent {
        room_id: ROOM.into(),
        seq,
        time_ms,
        actor_id: "operator".into(),
        event: Some(Event::MessageSent(MessageSent {
            message: Some(Message {
                seq,
                author_id: "operator".into(),
                author_nickname: "Host".into(),
                text,
                send_time_ms: time_ms,
                ..Message::default()
            }),
        })),
    }))
}
