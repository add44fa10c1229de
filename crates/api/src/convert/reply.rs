//! Replies, made from the entries that a command brought about.
//!
//! A retry of a command is answered from the same entries, read back from the log, and so in the same words.

use std::sync::Arc;

use trivium_engine::{ChatEvent, Entry, Event, Member, ModerationEvent, RoomEvent, RoomId, Seq, Timestamp, quiz};
use trivium_proto::v1;

use super::{
    chat,
    common::{span_out, time_or_zero},
    invitation, moderation, room,
};

/// The position of the last entry; 0 if nothing had to change.
pub fn seq(entries: &[Arc<Entry>]) -> Seq {
    entries.last().map_or(0, |entry| entry.seq)
}

/// To CreateRoom; none if the entries are not those of a new room.
pub fn create_room(room: &RoomId, epoch: u64, entries: &[Arc<Entry>]) -> Option<v1::CreateRoomResponse> {
    entries.iter().find_map(|entry| {
        let Event::Room(RoomEvent::Created { settings }) = &entry.event else {
            return None;
        };
        let room = Some(room::settings(room, epoch, settings));
        Some(v1::CreateRoomResponse { room })
    })
}

/// To CreateInvitation; none if the entries are not those of a new invitation.
pub fn create_invitation(entries: &[Arc<Entry>]) -> Option<v1::CreateInvitationResponse> {
    entries.iter().find_map(|entry| {
        let Event::Room(RoomEvent::InvitationCreated { invitation: made }) = &entry.event else {
            return None;
        };
        let invitation = Some(invitation::invitation(made));
        Some(v1::CreateInvitationResponse { invitation })
    })
}

/// Who came in; none if nobody did, because the caller was in the room already.
pub fn joined(entries: &[Arc<Entry>]) -> Option<&Member> {
    entries.iter().find_map(|entry| {
        let Event::Room(RoomEvent::MemberJoined { member, .. }) = &entry.event else {
            return None;
        };
        Some(member)
    })
}

/// To JoinRoom. `seat` is the token of a guest and when it ends.
pub fn join_room(room: &RoomId, member: &Member, seat: Option<(String, Timestamp)>) -> v1::JoinRoomResponse {
    let (seat_token, ends_at) = seat.unzip();
    v1::JoinRoomResponse {
        room_id: room.to_string(),
        member: Some(room::member(member)),
        seat_token: seat_token.unwrap_or_default(),
        seat_token_expire_time_ms: time_or_zero(ends_at),
    }
}

/// To SendMessage; none if the entries are not those of a message.
pub fn send_message(room: &RoomId, entries: &[Arc<Entry>]) -> Option<v1::SendMessageResponse> {
    entries.iter().find_map(|entry| {
        let message = if let Event::Chat(ChatEvent::Sent(sent)) = &entry.event {
            chat::sent(room, entry.seq, entry.at, sent)
        } else if let Event::Moderation(ModerationEvent::Held { sent, .. }) = &entry.event {
            moderation::pending(room, entry, sent)
        } else {
            return None;
        };
        Some(v1::SendMessageResponse { message: Some(message) })
    })
}

/// To SubmitAnswer; none if the entries are not those of an answer.
pub fn submit_answer(entries: &[Arc<Entry>]) -> Option<v1::SubmitAnswerResponse> {
    entries.iter().find_map(|entry| {
        let Event::Quiz(quiz::Event::AnswerAccepted {
            response,
            credit,
            order,
            ..
        }) = &entry.event
        else {
            return None;
        };
        Some(v1::SubmitAnswerResponse {
            seq: entry.seq,
            response_ms: span_out(*response),
            credit_ms: span_out(*credit),
            received_order: *order,
        })
    })
}

#[cfg(test)]
mod tests {
    use trivium_engine::{Millis, chat::Sent, quiz::Answer};

    use super::*;

    fn entry(seq: Seq, event: Event) -> Arc<Entry> {
        Arc::new(Entry {
            seq,
            at: Timestamp(50),
            actor: None,
            request: None,
            event,
        })
    }

    fn said(seq: Seq) -> Arc<Entry> {
        let mut sent = Sent::text("ana".parse().expect("an id"), "Ana", "hi");
        sent.reply_to = Some(2);
        entry(seq, Event::Chat(sent.into()))
    }

    #[test]
    fn a_message_is_answered_with_itself() {
        let room: RoomId = "r".parse().expect("an id");
        let reply = send_message(&room, &[said(9)])
            .and_then(|reply| reply.message)
            .expect("a message");
        assert_eq!((reply.seq, reply.reply_to, reply.send_time_ms), (9, 2, 50));
        assert_eq!(reply.text, "hi");
        assert_eq!(send_message(&room, &[]), None);
    }

    #[test]
    fn an_answer_is_answered_with_its_time_and_place() {
        let accepted = quiz::Event::AnswerAccepted {
            user: "ana".parse().expect("an id"),
            index: 1,
            answer: Answer::Truth(true),
            response: Millis(740),
            credit: Millis(60),
            order: 3,
        };
        let entries = [entry(12, Event::Quiz(accepted)), said(13)];
        let expected = v1::SubmitAnswerResponse {
            seq: 12,
            response_ms: 740,
            credit_ms: 60,
            received_order: 3,
        };
        assert_eq!(submit_answer(&entries), Some(expected));
        assert_eq!(submit_answer(&[said(13)]), None);
        assert_eq!((seq(&entries), seq(&[])), (13, 0));
    }
}
