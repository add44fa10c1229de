//! Notifications that nobody writes: what an entry of a room means to users who may not be looking.
//!
//! Neighbours: the runtime's courier asks here for every committed entry and puts the answers into inboxes; the inbox of each
//! user recognises what it has been told before.
//!
//! A notification has no words of the message: those stay where they can be deleted. Guests have no inbox.

use std::collections::BTreeMap;

use super::{Kind, MAX_FOLLOWS, Notification, Severity};
use crate::{
    Audience, ChatEvent, Entry, Event, Member, ModerationEvent, Role, Room, RoomKind, Seq, UserId,
    chat::{Mentions, Sent},
};

/// Who should hear of an entry that the room has applied, and what: at most one notification for each user and at most
/// [`MAX_FOLLOWS`] users.
pub fn follows(room: &Room, entry: &Entry) -> Vec<(UserId, Notification)> {
    let (message, author, told) = match &entry.event {
        Event::Chat(ChatEvent::Sent(sent)) => (entry.seq, &sent.author, of_message(room, entry.seq, sent)),
        // What waited for a host is told of when it can be seen.
        Event::Moderation(ModerationEvent::Resolved {
            message,
            published: Some(quote),
            ..
        }) => (*message, &quote.sent.author, of_message(room, entry.seq, &quote.sent)),
        Event::Chat(ChatEvent::Edited { message, mentions, .. }) => {
            let Some(author) = &entry.actor else { return Vec::new() };
            let mut told = BTreeMap::new();
            mention(room, mentions, &mut told);
            (*message, author, told)
        }
        Event::Chat(
            ChatEvent::Deleted { .. }
            | ChatEvent::Reacted { .. }
            | ChatEvent::Pinned { .. }
            | ChatEvent::Broadcast { .. }
            | ChatEvent::ResendRequested { .. },
        )
        | Event::Room(_)
        | Event::Quiz(_)
        | Event::Receipt(_)
        | Event::Moderation(_)
        | Event::Activity(_)
        | Event::Inbox(_)
        | Event::Keys(_) => return Vec::new(),
    };
    if told.is_empty() {
        return Vec::new();
    }
    let actor_name = room.member(author).map(|member| member.nickname.clone());
    let actor_name = actor_name.unwrap_or_default();
    let addressed = told
        .into_iter()
        .filter(|(user, _)| user != author && hears(room, user, message, entry));
    addressed
        .take(MAX_FOLLOWS)
        .map(|(user, kind)| (user, notification(room, message, kind, actor_name.clone())))
        .collect()
}

/// Whom a message concerns, and how most. `shown` is the entry by which it came to be seen.
fn of_message(room: &Room, shown: Seq, sent: &Sent) -> BTreeMap<UserId, Kind> {
    let mut told = BTreeMap::new();
    if room
        .settings()
        .is_some_and(|settings| settings.kind == RoomKind::Conversation)
    {
        let away = room.seats.members.iter().filter(|member| !has_it(room, member, shown));
        told.extend(away.map(|member| (member.user.clone(), Kind::Message)));
    }
    if let Some(author) = sent.reply_to.and_then(|answered| author_of(room, answered)) {
        told.insert(author, Kind::Reply);
    }
    mention(room, &sent.mentions, &mut told);
    told
}

fn mention(room: &Room, mentions: &Mentions, told: &mut BTreeMap<UserId, Kind>) {
    if mentions.room {
        let everybody = room.seats.members.iter().map(|member| member.user.clone());
        told.extend(everybody.map(|user| (user, Kind::Mention)));
    }
    told.extend(mentions.users.iter().map(|user| (user.clone(), Kind::Mention)));
}

/// Whether what an entry shows reaches the member without being told: by a session, or, where this is asked anew after a crash, as
/// marked since.
fn has_it(room: &Room, member: &Member, shown: Seq) -> bool {
    room.board.is_connected(&member.user) || room.has_received(&member.user, shown)
}

fn author_of(room: &Room, message: Seq) -> Option<UserId> {
    room.message(message).map(|message| message.author)
}

/// Whether the user has an inbox, is still in the room and may see the message and what happened to it.
fn hears(room: &Room, user: &UserId, message: Seq, entry: &Entry) -> bool {
    let Some(member) = room.member(user).filter(|member| !member.guest) else {
        return false;
    };
    if message <= room.floor_of(member) {
        return false;
    }
    let eyes = match member.role {
        Role::Host | Role::CoHost => Audience::Hosts,
        Role::Member => Audience::Member(user.clone()),
        Role::Observer => Audience::Observers,
    };
    entry.event.seen_by(&eyes).is_some()
}

fn notification(room: &Room, message: Seq, kind: Kind, actor_name: String) -> Notification {
    let title = room.settings().map(|settings| settings.title.clone());
    Notification {
        kind,
        severity: Severity::Info,
        // Conversations may have none, and then who writes is what it is about.
        title: title
            .filter(|title| !title.trim().is_empty())
            .unwrap_or_else(|| actor_name.clone()),
        text: String::new(),
        link: String::new(),
        room: Some(room.id().clone()),
        message: Some(message),
        actor_name,
    }
}
