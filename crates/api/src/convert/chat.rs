//! Chat: requests in; messages and events out.

use trivium_engine::{
    ChatCommand, ChatEvent, Command, Entry, QuizId, RoomId, Seq, Timestamp, UserId,
    chat::{Attachment, Draft, Sent, SharedLink, SharedQuestion},
    quiz::{Kind, Quiz},
    view::MessageView,
};
use trivium_proto::v1::{self, room_event::Event};

use super::common::{Addressed, Invalid, addressed, id, time_or_zero, time_out};
use super::sealed::{reason_out, sealed_out};

/// What is asked to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The draft, without what has to be looked up.
    pub draft: Draft,
    /// Files by their names in the room.
    pub attachments: Vec<String>,
    /// A question.
    pub question: Option<AskedQuestion>,
}

/// Which question is to be shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedQuestion {
    /// The quiz.
    pub quiz: QuizId,
    /// Its revision; none for the newest.
    pub revision: Option<u32>,
    /// The question, from 0.
    pub index: u32,
}

/// What is asked to be said.
pub fn said(request: v1::SendMessageRequest) -> Result<Said, Invalid> {
    let question = request.question.map(|asked| {
        Ok::<_, Invalid>(AskedQuestion {
            quiz: id("question.quiz_id", asked.quiz_id)?,
            revision: (asked.revision > 0).then_some(asked.revision),
            index: asked.index,
        })
    });
    Ok(Said {
        draft: Draft {
            text: request.text,
            reply_to: position(request.reply_to),
            thread: position(request.thread_seq),
            link: request.link.map(|link| SharedLink {
                url: link.url,
                title: link.title,
            }),
            ..Draft::default()
        },
        attachments: request.attachment_ids,
        question: question.transpose()?,
    })
}

/// Say something.
pub fn send(room_id: String, request_id: String, draft: Draft) -> Result<Addressed, Invalid> {
    addressed(room_id, request_id, ChatCommand::from(draft))
}

/// Pin a message, or take the pin out.
pub fn pin(request: v1::SetPinRequest) -> Result<Addressed, Invalid> {
    let command = ChatCommand::Pin {
        message: request.message_seq,
        present: request.present,
    };
    addressed(request.room_id, request.request_id, command)
}

/// Send data to all programs that listen.
pub fn broadcast(request: v1::BroadcastRequest) -> Result<Addressed, Invalid> {
    // Into a value and not past it, so that strings are whole and numbers can be held: what reads it may be strict.
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&request.payload_json) {
        return Err(Invalid::new("payload_json", format!("is no JSON: {error}")));
    }
    let command = ChatCommand::Broadcast {
        event: request.event,
        payload: request.payload_json,
    };
    addressed(request.room_id, request.request_id, command)
}

/// A question as it is shared: what it asks, and nothing that answers it.
pub fn shared_question(quiz: &Quiz, index: u32) -> Option<SharedQuestion> {
    let question = quiz.questions.get(usize::try_from(index).ok()?)?;
    let options = match &question.kind {
        Kind::SingleChoice { options, .. } | Kind::MultipleChoice { options, .. } => {
            options.iter().map(|option| option.text.clone()).collect()
        }
        Kind::Poll { options, .. } => options.clone(),
        // They are written in the right order.
        Kind::Ordering { items, .. } => {
            let mut items = items.clone();
            items.sort();
            items
        }
        // Which right side belongs to which is the answer.
        Kind::Matching { pairs, .. } => pairs.iter().map(|(left, _)| left.clone()).collect(),
        Kind::TrueFalse { .. }
        | Kind::TextEntry { .. }
        | Kind::NumberEntry { .. }
        | Kind::RangeEntry { .. }
        | Kind::Rating { .. }
        | Kind::WordCloud { .. } => Vec::new(),
    };
    Some(SharedQuestion {
        quiz: quiz.id.clone(),
        revision: quiz.revision,
        index,
        text: question.text.clone(),
        options,
    })
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
pub fn message(room: &RoomId, message: &MessageView) -> v1::Message {
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
        thread_seq: message.thread.unwrap_or_default(),
        thread_count: message.thread_count,
        thread_time_ms: time_or_zero(message.thread_at),
        mention_user_ids: users(&message.mentions.users),
        mentions_room: message.mentions.room,
        attachments: attachments(room, &message.attachments),
        link: message.link.as_ref().map(link),
        question: message.question.as_ref().map(question),
        sealed: message.sealed.as_deref().map(sealed_out),
        pin_time_ms: time_or_zero(message.pinned_at),
        edit_count: message.edit_count,
        ..v1::Message::default()
    }
}

/// Messages as they stand.
pub fn messages(room: &RoomId, messages: &[MessageView]) -> Vec<v1::Message> {
    messages.iter().map(|one| message(room, one)).collect()
}

/// An event of the chat. The entry gives what the event leaves out: number and time.
pub fn event(room: &RoomId, entry: &Entry, event: &ChatEvent) -> Event {
    match event {
        ChatEvent::Sent(message) => Event::MessageSent(v1::MessageSent {
            message: Some(sent(room, entry.seq, entry.at, message)),
        }),
        ChatEvent::Edited {
            message,
            text,
            mentions,
        } => Event::MessageEdited(v1::MessageEdited {
            message_seq: *message,
            text: text.clone(),
            mention_user_ids: users(&mentions.users),
            mentions_room: mentions.room,
        }),
        ChatEvent::Deleted { message, by_host, .. } => Event::MessageDeleted(v1::MessageDeleted {
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
        ChatEvent::Pinned { message, present } => Event::PinChanged(v1::PinChanged {
            message_seq: *message,
            present: *present,
        }),
        ChatEvent::ResendRequested {
            message,
            user,
            device,
            reason,
            ..
        } => Event::ResendRequested(v1::ResendRequested {
            message_seq: *message,
            user_id: user.to_string(),
            device_id: device.to_string(),
            reason: reason_out(*reason).into(),
        }),
        ChatEvent::Broadcast { event, payload } => Event::BroadcastSent(v1::BroadcastSent {
            event: event.clone(),
            payload_json: payload.clone(),
        }),
    }
}

/// A message as it was sent.
pub fn sent(room: &RoomId, seq: Seq, at: Timestamp, sent: &Sent) -> v1::Message {
    v1::Message {
        seq,
        author_id: sent.author.to_string(),
        author_nickname: sent.nickname.clone(),
        text: sent.text.clone(),
        reply_to: sent.reply_to.unwrap_or_default(),
        send_time_ms: time_out(at),
        thread_seq: sent.thread.unwrap_or_default(),
        mention_user_ids: users(&sent.mentions.users),
        mentions_room: sent.mentions.room,
        attachments: attachments(room, &sent.attachments),
        link: sent.link.as_ref().map(link),
        question: sent.question.as_ref().map(question),
        sealed: sent.sealed.as_deref().map(sealed_out),
        ..v1::Message::default()
    }
}

/// The texts that a message has had, in the order in which it had them.
pub fn edit_out(seq: Seq, text: &str, at: Timestamp) -> v1::MessageEdit {
    v1::MessageEdit {
        seq,
        text: text.to_owned(),
        time_ms: time_out(at),
    }
}

fn position(seq: Seq) -> Option<Seq> {
    (seq > 0).then_some(seq)
}

fn users(users: &[UserId]) -> Vec<String> {
    users.iter().map(ToString::to_string).collect()
}

fn attachments(room: &RoomId, files: &[Attachment]) -> Vec<v1::Attachment> {
    let file = |file: &Attachment| v1::Attachment {
        id: file.id.clone(),
        name: file.name.clone(),
        content_type: file.content_type.clone(),
        size_bytes: file.size,
        width: file.width.unwrap_or_default(),
        height: file.height.unwrap_or_default(),
        url: format!("/rooms/{room}/files/{}", file.id),
    };
    files.iter().map(file).collect()
}

fn link(link: &SharedLink) -> v1::SharedLink {
    v1::SharedLink {
        url: link.url.clone(),
        title: link.title.clone(),
    }
}

fn question(question: &SharedQuestion) -> v1::SharedQuestion {
    v1::SharedQuestion {
        quiz_id: question.quiz.to_string(),
        revision: question.revision,
        index: question.index,
        text: question.text.clone(),
        options: question.options.clone(),
    }
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
        for (wire, expected) in [(0, None), (7, Some(7))] {
            let request = v1::SendMessageRequest {
                text: "hi".into(),
                reply_to: wire,
                thread_seq: wire,
                ..v1::SendMessageRequest::default()
            };
            let draft = said(request).expect("valid").draft;
            assert_eq!((draft.reply_to, draft.thread), (expected, expected));
        }
    }
}
