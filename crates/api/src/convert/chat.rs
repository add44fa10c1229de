//! Chat: requests in; messages and events out.

use trivium_engine::{ChatCommand, ChatEvent, Command, Entry, UserId, view::MessageView};
use trivium_proto::v1::{self, room_event::Event};

use super::common::{Addressed, Invalid, addressed, time_or_zero, time_out};

/// Say something.
pub fn send(request: v1::SendMessageRequest) -> Result<Addressed, Invalid> {
    let command = ChatCommand::Send {
        text: request.text,
        reply_to: (request.reply_to > 0).then_some(request.reply_to),
    };
    addressed(request.room_id, request.request_id, Command::Chat(command))
}

/// Replace the text of a message.
pub fn edit(request: v1::EditMessageRequest) -> Result<Addressed, Invalid> {
    let command = ChatCommand::Edit {
        message: request.message_seq,
        text: request.text,
    };
    addressed(request.room_id, request.request_id, Command::Chat(command))
}

/// Take a message away.
pub fn delete(request: v1::DeleteMessageRequest) -> Result<Addressed, Invalid> {
    let command = ChatCommand::Delete {
        message: request.message_seq,
    };
    addressed(request.room_id, request.request_id, Command::Chat(command))
}

/// Put a reaction or take it back.
pub fn react(request: v1::SetReactionRequest) -> Result<Addressed, Invalid> {
    let command = ChatCommand::React {
        message: request.message_seq,
        emoji: request.emoji,
        present: request.present,
    };
    addressed(request.room_id, request.request_id, Command::Chat(command))
}

/// A message as it stands.
pub fn message(message: &MessageView) -> v1::Message {
    v1::Message {
        seq: message.seq,
        author_id: message.author.to_string(),
        author_nickname: message.nickname.clone(),
        text: message.text.clone(),
        reply_to: message.reply_to.unwrap_or_default(),
        send_time_ms: time_out(message.sent_at),
        edit_time_ms: time_or_zero(message.edited_at),
        delete_time_ms: time_or_zero(message.deleted_at),
        reactions: message.reactions.iter().map(reaction).collect(),
    }
}

/// An event of the chat. The entry gives what the event leaves out: number and time.
pub fn event(entry: &Entry, event: &ChatEvent) -> Event {
    match event {
        ChatEvent::Sent { .. } => Event::MessageSent(v1::MessageSent {
            message: sent(entry, event),
        }),
        ChatEvent::Edited { message, text } => Event::MessageEdited(v1::MessageEdited {
            message_seq: *message,
            text: text.clone(),
        }),
        ChatEvent::Deleted { message, by_host } => Event::MessageDeleted(v1::MessageDeleted {
            message_seq: *message,
            by_host: *by_host,
        }),
        ChatEvent::Reacted {
            message,
            user,
            emoji,
            present,
            count,
        } => Event::ReactionChanged(v1::ReactionChanged {
            message_seq: *message,
            user_id: user.to_string(),
            emoji: emoji.clone(),
            present: *present,
            count: *count,
        }),
    }
}

/// A message as it was sent; none for any other event.
pub fn sent(entry: &Entry, event: &ChatEvent) -> Option<v1::Message> {
    let ChatEvent::Sent {
        author,
        nickname,
        text,
        reply_to,
    } = event
    else {
        return None;
    };
    Some(v1::Message {
        seq: entry.seq,
        author_id: author.to_string(),
        author_nickname: nickname.clone(),
        text: text.clone(),
        reply_to: reply_to.unwrap_or_default(),
        send_time_ms: time_out(entry.at),
        ..v1::Message::default()
    })
}

fn reaction((emoji, users, count): &(String, Vec<UserId>, u32)) -> v1::Reaction {
    v1::Reaction {
        emoji: emoji.clone(),
        user_ids: users.iter().map(ToString::to_string).collect(),
        count: *count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reply_is_zero_on_the_wire() {
        let request = |reply_to| v1::SendMessageRequest {
            request_id: "q".into(),
            room_id: "r".into(),
            text: "hi".into(),
            reply_to,
        };
        let sent = |reply_to| {
            Command::Chat(ChatCommand::Send {
                text: "hi".into(),
                reply_to,
            })
        };
        assert_eq!(send(request(0)).expect("valid").command, sent(None));
        assert_eq!(send(request(7)).expect("valid").command, sent(Some(7)));
    }
}
