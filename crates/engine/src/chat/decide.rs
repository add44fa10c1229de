//! What may be said, and what comes of it.
//!
//! Neighbours: [`permission`](crate::permission) has refused strangers and observers; [`mention`](super::mention) reads
//! texts; [`reaction`](super::reaction) decides on emoji.

use super::{
    MAX_ATTACHMENTS, MAX_HELD_REACTIONS, MAX_LATE, MAX_LINK_TITLE, MAX_PINS, MAX_TEXT, MAX_URL,
    command::{ChatCommand, Draft},
    event::{ChatEvent, Sent, SharedLink},
    mention, reaction, sealed,
};
use crate::{Cx, Reject, Role, Room, RoomKind, Seq, event::Event, moderation::approval, permission, text};

/// What the command brings about, or why it is refused. No events means that nothing had to change.
pub(crate) fn decide(room: &Room, command: &ChatCommand, cx: &Cx<'_>) -> Result<Vec<Event>, Reject> {
    let user = &cx.actor.user;
    let event = match command {
        ChatCommand::Send(draft) => {
            sealed::check_plain(room)?;
            may_write(room, cx)?;
            Some(compose(room, draft, cx)?.into())
        }
        ChatCommand::Edit { message, text } => {
            sealed::check_plain(room)?;
            may_write(room, cx)?;
            edit(room, *message, text, cx)?
        }
        ChatCommand::Delete { message } => Some(delete(room, *message, cx)?),
        ChatCommand::React {
            message,
            emoji,
            present,
        } => {
            may_write(room, cx)?;
            let event = reaction::react(*message, room.chat.standing(*message)?, user, emoji, *present)?;
            if event.is_some() && *present && room.chat.reactions() >= MAX_HELD_REACTIONS {
                return Err(Reject::LimitReached("reactions"));
            }
            event
        }
        ChatCommand::Pin { message, present } => pin(room, *message, *present, cx)?,
        ChatCommand::Broadcast { event, payload } => {
            sealed::check_plain(room)?;
            Some(ChatEvent::Broadcast {
                event: event.clone(),
                payload: payload.clone(),
            })
        }
        ChatCommand::SendSealed {
            sealed,
            reply_to,
            readers,
        } => Some(sealed::send(room, sealed, *reply_to, readers, cx)?),
        ChatCommand::RequestResend {
            message,
            device,
            reason,
        } => sealed::ask(room, *message, device, *reason, cx)?,
    };
    Ok(event.into_iter().map(Event::Chat).collect())
}

/// Refuses those who may not write as the room is set.
pub(crate) fn may_write(room: &Room, cx: &Cx<'_>) -> Result<(), Reject> {
    room.seats.check_writes(cx.actor)
}

/// The message that a draft becomes, if it may be sent.
pub(crate) fn compose(room: &Room, draft: &Draft, cx: &Cx<'_>) -> Result<Sent, Reject> {
    let user = &cx.actor.user;
    let nickname = room.member(user).ok_or(Reject::NotMember)?.nickname.clone();
    let text = if draft.shows_more() && !draft.text.chars().any(text::is_visible) {
        String::new()
    } else {
        text::lines(&draft.text, MAX_TEXT)?
    };
    place(room, draft)?;
    if draft.attachments.len() > MAX_ATTACHMENTS {
        return Err(Reject::LimitReached("attachments"));
    }
    Ok(Sent {
        author: user.clone(),
        nickname,
        mentions: mention::find(&text, room, may_mention_everybody(room, cx)),
        text,
        reply_to: draft.reply_to,
        thread: draft.thread,
        attachments: draft.attachments.clone(),
        link: draft.link.as_ref().map(link).transpose()?,
        question: draft.question.clone(),
        sealed: None,
    })
}

/// Refuses drafts that answer what is not there, or go into what is no thread.
fn place(room: &Room, draft: &Draft) -> Result<(), Reject> {
    if let Some(root) = draft.thread
        && room.chat.standing(root)?.thread.is_some()
    {
        return Err(Reject::WrongThread);
    }
    if let Some(answered) = draft.reply_to {
        let message = room.chat.standing(answered)?;
        if draft.thread.is_some() && draft.thread != Some(answered) && message.thread != draft.thread {
            return Err(Reject::WrongThread);
        }
    }
    Ok(())
}

fn link(link: &SharedLink) -> Result<SharedLink, Reject> {
    let web = link.url.starts_with("https://") || link.url.starts_with("http://");
    let hides = |c: char| c.is_whitespace() || c.is_control() || text::is_invisible(c);
    if !web || link.url.chars().count() > MAX_URL || link.url.chars().any(hides) {
        return Err(Reject::TextInvalid("link"));
    }
    Ok(SharedLink {
        url: link.url.clone(),
        title: text::line(&link.title, MAX_LINK_TITLE, "title of the link")?,
    })
}

fn edit(room: &Room, seq: Seq, text: &str, cx: &Cx<'_>) -> Result<Option<ChatEvent>, Reject> {
    let before = room.chat.standing(seq)?;
    if before.author != cx.actor.user {
        return Err(Reject::NotPermitted);
    }
    // What was sealed never becomes plain.
    if before.sealed.is_some() {
        return Err(Reject::SealedOnly);
    }
    let text = text::lines(text, MAX_TEXT)?;
    Ok((text != before.text).then(|| ChatEvent::Edited {
        message: seq,
        mentions: mention::find(&text, room, may_mention_everybody(room, cx)),
        text,
    }))
}

fn delete(room: &Room, seq: Seq, cx: &Cx<'_>) -> Result<ChatEvent, Reject> {
    if let Some(waiting) = approval::waiting_of(room, seq, cx) {
        return Ok(ChatEvent::Deleted {
            message: seq,
            by_host: false,
            waited: Some(cx.actor.user.clone()),
            files: room.chat.only_in(seq, &waiting.sent.attachments),
        });
    }
    let by_host = room.chat.standing_or_pinned(seq)?.author != cx.actor.user;
    if by_host && !is_host(room, cx) {
        return Err(Reject::NotPermitted);
    }
    if room.chat.is_aside(seq) && room.chat.late_deletions() >= MAX_LATE {
        return Err(Reject::LimitReached("deletions of old messages"));
    }
    Ok(deleted(room, seq, by_host))
}

/// The end of a message that is there.
pub(crate) fn deleted(room: &Room, seq: Seq, by_host: bool) -> ChatEvent {
    // What hosts have still to judge stays whole until they have.
    let files = if room.moderation.is_reported(seq) {
        Vec::new()
    } else {
        room.chat.files_of(seq)
    };
    ChatEvent::Deleted {
        message: seq,
        by_host,
        waited: None,
        files,
    }
}

fn pin(room: &Room, seq: Seq, present: bool, cx: &Cx<'_>) -> Result<Option<ChatEvent>, Reject> {
    if is_conversation(room) {
        may_write(room, cx)?;
    } else if !is_host(room, cx) {
        return Err(Reject::NotPermitted);
    }
    let message = room.chat.standing_or_pinned(seq)?;
    if message.pinned_at.is_some() == present {
        return Ok(None);
    }
    if present && room.chat.pin_count() >= MAX_PINS {
        return Err(Reject::LimitReached("pins"));
    }
    Ok(Some(ChatEvent::Pinned { message: seq, present }))
}

fn may_mention_everybody(room: &Room, cx: &Cx<'_>) -> bool {
    is_host(room, cx) || (is_conversation(room) && room.member_count() <= mention::SMALL_ROOM)
}

pub(super) fn is_conversation(room: &Room) -> bool {
    room.settings()
        .is_some_and(|settings| settings.kind == RoomKind::Conversation)
}

fn is_host(room: &Room, cx: &Cx<'_>) -> bool {
    permission::acting_role(&room.seats.members, cx.actor).is_some_and(Role::is_host)
}
