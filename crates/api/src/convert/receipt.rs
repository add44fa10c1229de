//! Receipts: requests in; marks, counts and events out.

use trivium_engine::{
    Command, Mark, Observation, ReceiptCommand, ReceiptEvent, RoomId, UserId,
    receipt::{Glance, MessageReceipts},
    view::Unread,
};
use trivium_proto::v1::{self, room_event::Event};

use super::{
    chat,
    common::{Addressed, Invalid, addressed, id},
    room,
};

/// Which room is told how far `user` has received and read it.
pub fn acknowledge(request: v1::AcknowledgeRequest, user: UserId) -> Result<(RoomId, Observation), Invalid> {
    let observation = Observation::Acknowledged {
        user,
        delivered: request.delivered_seq,
        read: request.read_seq,
    };
    Ok((id("room_id", request.room_id)?, observation))
}

/// Keep one's reading to oneself, or no longer.
pub fn set_privacy(request: v1::SetReceiptPrivacyRequest) -> Result<Addressed, Invalid> {
    let command = ReceiptCommand::SetPrivacy {
        private: request.private,
    };
    addressed(request.room_id, request.request_id, Command::Receipt(command))
}

/// One member's marks.
pub fn receipt(mark: &Mark) -> v1::Receipt {
    v1::Receipt {
        user_id: mark.user.to_string(),
        delivered_seq: mark.delivered,
        read_seq: mark.read,
    }
}

/// What is left to read.
pub fn unread(unread: Unread) -> v1::Unread {
    v1::Unread {
        message_count: unread.messages,
        mention_count: unread.mentions,
    }
}

/// Who has received and read a message.
pub fn of_message(found: &MessageReceipts) -> v1::GetMessageReceiptsResponse {
    v1::GetMessageReceiptsResponse {
        delivered_count: found.delivered,
        read_count: found.read,
        read_user_ids: found.readers.iter().map(ToString::to_string).collect(),
        member_count: found.members,
    }
}

/// A row of the list of the caller's rooms.
pub fn glance(id: &RoomId, glance: &Glance) -> v1::RoomActivity {
    let shown = v1::Room {
        member_count: glance.member_count,
        ..room::settings(id, glance.epoch, &glance.settings)
    };
    v1::RoomActivity {
        room: Some(shown),
        head_seq: glance.seq,
        last_message: glance.last_message.as_ref().map(|message| chat::message(id, message)),
        unread: Some(unread(glance.unread)),
        receipt: Some(receipt(&glance.mark)),
        others: glance.others.iter().map(room::member).collect(),
    }
}

/// An event on the wire.
pub fn event(event: &ReceiptEvent) -> Event {
    match event {
        ReceiptEvent::Moved { marks, .. } => Event::ReceiptsMoved(v1::ReceiptsMoved {
            receipts: marks.iter().map(receipt).collect(),
        }),
        ReceiptEvent::PrivacySet { user, private } => Event::ReceiptPrivacySet(v1::ReceiptPrivacySet {
            user_id: user.to_string(),
            private: *private,
        }),
    }
}
