//! What a chat knows of its room, and how it tells of it in lines. Nothing that others wrote leaves here uncleaned.
//!
//! Neighbours: [`chat`](super) feeds it with what the session hears and shows what it tells.

use std::collections::{BTreeMap, BTreeSet};

use trivium_client::proto::v1::{Member, Message, RoomEvent, RoomSnapshot, Signals, room_event::Event, signal::Signal};

use crate::ui::{
    style::{Colour, Style},
    text::clean,
};

/// Messages that are remembered, to tell what is answered, changed or taken away.
const MESSAGES: usize = 1_000;
/// Names that are told of those who type.
const TYPISTS: usize = 3;

/// In place of a text that is not opened here.
const SEALED: &str = "[sealed; --sealed opens it]";

/// Behind a message that mentions the reader.
pub(super) const TO_YOU: &str = " (to you)";

/// What is known of a room.
#[derive(Debug)]
pub(super) struct Book {
    style: Style,
    pub(super) me: String,
    title: String,
    /// Empty where the reader is not told it, and where nobody comes in by one.
    join_code: String,
    members: BTreeMap<String, Member>,
    messages: BTreeMap<u64, Message>,
    typing: BTreeSet<String>,
    /// The newest message that was told.
    told: u64,
    pub(super) closed: bool,
}

impl Book {
    pub(super) fn new(style: Style, me: String) -> Self {
        Self {
            style,
            me,
            title: String::new(),
            join_code: String::new(),
            members: BTreeMap::new(),
            messages: BTreeMap::new(),
            typing: BTreeSet::new(),
            told: 0,
            closed: false,
        }
    }

    /// Begins anew; tells the newest messages that have not been told, at most `history`.
    pub(super) fn reset(&mut self, snapshot: RoomSnapshot, history: usize) -> Vec<String> {
        let room = snapshot.room.unwrap_or_default();
        self.title = clean(&room.title);
        self.join_code = clean(&room.join_code);
        self.closed = room.close_time_ms > 0;
        self.members = by_user(snapshot.members);
        self.typing.clear();
        let news: Vec<Message> = snapshot
            .messages
            .into_iter()
            .filter(|one| one.seq > self.told)
            .collect();
        let skipped = news.len().saturating_sub(history);
        news.into_iter()
            .skip(skipped)
            .map(|message| self.take(message))
            .collect()
    }

    /// What stands above the messages.
    pub(super) fn heading(&self) -> String {
        if self.join_code.is_empty() {
            self.title.clone()
        } else {
            format!("{} · {}", self.title, self.join_code)
        }
    }

    /// Members who were not part of the snapshot.
    pub(super) fn know(&mut self, members: Vec<Member>) {
        self.members.extend(by_user(members));
    }

    /// Takes an event in, and says what people should hear of it.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever else happens in a room is not told in a chat"
    )]
    pub(super) fn happened(&mut self, event: RoomEvent) -> Option<String> {
        match event.event? {
            Event::MessageSent(sent) => {
                let message = sent.message?;
                self.typing.remove(&message.author_id);
                (message.seq > self.told).then(|| self.take(message))
            }
            Event::MessageEdited(edited) => {
                let message = self.messages.get_mut(&edited.message_seq)?;
                // Nobody can edit what is sealed, and what says so is not its author.
                if message.sealed.is_some() {
                    return None;
                }
                message.text = edited.text;
                message.mention_user_ids = edited.mention_user_ids;
                message.mentions_room = edited.mentions_room;
                let message = message.clone();
                Some(format!("{} (edited)", self.tell(&message)))
            }
            Event::MessageDeleted(deleted) => {
                let message = self.messages.get_mut(&deleted.message_seq)?;
                message.text.clear();
                message.delete_time_ms = event.time_ms;
                Some(self.dim(&format!("#{} was deleted", deleted.message_seq)))
            }
            Event::ReactionChanged(changed) => {
                let (who, sign) = (self.name(&changed.user_id), if changed.present { '+' } else { '-' });
                let emoji = clean(&changed.emoji);
                Some(self.dim(&format!(
                    "#{} {sign}{emoji} {who} ({})",
                    changed.message_seq, changed.count
                )))
            }
            Event::PinChanged(changed) => {
                let what = if changed.present { "pinned" } else { "no longer pinned" };
                Some(self.dim(&format!("#{} is {what}", changed.message_seq)))
            }
            Event::MemberJoined(joined) => {
                let member = joined.member?;
                let line = format!(
                    "{} is here ({} in the room)",
                    clean(&member.nickname),
                    joined.member_count
                );
                self.members.insert(member.user_id.clone(), member);
                Some(self.dim(&line))
            }
            Event::MemberUpdated(updated) => {
                let member = updated.member?;
                self.members.insert(member.user_id.clone(), member);
                None
            }
            Event::MemberLeft(left) => {
                let line = format!(
                    "{} has left ({} in the room)",
                    self.name(&left.user_id),
                    left.member_count
                );
                self.members.remove(&left.user_id);
                self.typing.remove(&left.user_id);
                Some(self.dim(&line))
            }
            Event::RoomUpdated(updated) => {
                let room = updated.room?;
                self.title = clean(&room.title);
                self.join_code = clean(&room.join_code);
                None
            }
            Event::RoomClosed(_) => {
                self.closed = true;
                Some(self.dim("The room is closed"))
            }
            _ => None,
        }
    }

    /// Takes in who types.
    pub(super) fn signals(&mut self, signals: Signals) {
        for signal in signals.signals {
            if let Some(Signal::Typing(one)) = signal.signal
                && one.user_id != self.me
            {
                if one.typing {
                    self.typing.insert(one.user_id);
                } else {
                    self.typing.remove(&one.user_id);
                }
            }
        }
    }

    /// Who types; empty if nobody does.
    pub(super) fn typing(&self) -> String {
        let names: Vec<String> = self.typing.iter().take(TYPISTS).map(|user| self.name(user)).collect();
        match self.typing.len().checked_sub(names.len()) {
            _ if names.is_empty() => String::new(),
            Some(0) | None if names.len() == 1 => format!("{} is typing…", names[0]),
            Some(0) | None => format!("{} are typing…", names.join(", ")),
            Some(others) => format!("{} and {others} more are typing…", names.join(", ")),
        }
    }

    /// Who is in the room, a line each.
    pub(super) fn who(&self) -> Vec<String> {
        let line = |member: &Member| {
            let role = member.role().as_str_name().trim_start_matches("ROLE_").to_lowercase();
            let me = if member.user_id == self.me { ", you" } else { "" };
            format!("{} ({role}{me})", clean(&member.nickname))
        };
        self.members.values().map(line).collect()
    }

    /// The users who are in the room beside the reader.
    pub(super) fn others(&self) -> Vec<String> {
        self.members.keys().filter(|user| **user != self.me).cloned().collect()
    }

    /// The oldest message that is known.
    pub(super) fn oldest(&self) -> u64 {
        self.messages.keys().next().copied().unwrap_or_default()
    }

    /// Remembers a message and tells it.
    pub(super) fn take(&mut self, message: Message) -> String {
        let line = self.tell(&message);
        self.told = self.told.max(message.seq);
        self.messages.insert(message.seq, message);
        while self.messages.len() > MESSAGES {
            self.messages.pop_first();
        }
        line
    }

    /// A message in one line.
    pub(super) fn tell(&self, message: &Message) -> String {
        let number = self.style.paint(Colour::Dim, &format!("#{}", message.seq));
        let place = match (message.thread_seq, message.reply_to) {
            (0, 0) => String::new(),
            (0, answered) => format!(" > #{answered}"),
            (root, 0) => format!(" [#{root}]"),
            (root, answered) => format!(" [#{root}] > #{answered}"),
        };
        let author = self.style.bold(&clean(&message.author_nickname));
        if message.delete_time_ms > 0 {
            return format!("{number} {author}{place}: {}", self.dim("(deleted)"));
        }
        let mut parts = vec![self.highlighted(message)];
        if message.sealed.is_some() && message.text.is_empty() {
            parts.push(self.dim(SEALED));
        }
        parts.extend(
            message
                .link
                .iter()
                .map(|link| format!("<{}> {}", clean(&link.url), clean(&link.title))),
        );
        parts.extend(message.question.iter().map(|question| {
            let options: Vec<String> = question.options.iter().map(|option| clean(option)).collect();
            format!("[question: {} ({})]", clean(&question.text), options.join(" / "))
        }));
        parts.extend(
            message
                .attachments
                .iter()
                .map(|file| format!("[file: {}]", clean(&file.name))),
        );
        parts.retain(|part| !part.trim().is_empty());
        let for_me = message.mentions_room || message.mention_user_ids.contains(&self.me);
        let mark = if for_me && message.author_id != self.me {
            TO_YOU
        } else {
            ""
        };
        format!("{number} {author}{place}: {}{mark}", parts.join(" "))
    }

    /// A text in which the names of those whom it mentions stand out.
    fn highlighted(&self, message: &Message) -> String {
        let mut text = clean(&message.text);
        let names = message
            .mention_user_ids
            .iter()
            .filter_map(|user| self.members.get(user));
        let mut names: Vec<String> = names.map(|member| format!("@{}", clean(&member.nickname))).collect();
        names.extend(message.mentions_room.then(|| "@room".to_owned()));
        for name in names {
            text = text.replace(&name, &self.style.bold(&name));
        }
        text
    }

    fn name(&self, user: &str) -> String {
        self.members
            .get(user)
            .map_or_else(|| clean(user), |member| clean(&member.nickname))
    }

    fn dim(&self, text: &str) -> String {
        self.style.paint(Colour::Dim, text)
    }
}

fn by_user(members: Vec<Member>) -> BTreeMap<String, Member> {
    members
        .into_iter()
        .map(|member| (member.user_id.clone(), member))
        .collect()
}

#[cfg(test)]
mod tests {
    use trivium_client::proto::v1::{MessageDeleted, MessageSent, Typing};

    use super::*;

    fn book() -> Book {
        let mut book = Book::new(Style::PLAIN, "me".to_owned());
        let member = |user: &str, nickname: &str| Member {
            user_id: user.to_owned(),
            nickname: nickname.to_owned(),
            ..Member::default()
        };
        book.know(vec![member("me", "Me"), member("ana", "A\u{1b}[31mna\u{202e}")]);
        book
    }

    fn sent(message: Message) -> RoomEvent {
        RoomEvent {
            event: Some(Event::MessageSent(MessageSent { message: Some(message) })),
            ..RoomEvent::default()
        }
    }

    fn message(seq: u64, text: &str) -> Message {
        Message {
            seq,
            author_id: "ana".to_owned(),
            author_nickname: "Ana".to_owned(),
            text: text.to_owned(),
            ..Message::default()
        }
    }

    #[test]
    fn a_message_is_one_harmless_line() {
        let mut book = book();
        for (seq, text, told) in [
            (1, "hi", "#1 Ana: hi"),
            (2, "a\nb\u{1b}[2J\u{202e}c\r", "#2 Ana: a b[2Jc "),
            (3, "\u{7}\u{9b}31m", "#3 Ana: 31m"),
        ] {
            assert_eq!(
                book.happened(sent(message(seq, text))).as_deref(),
                Some(told),
                "{text:?}"
            );
        }
        assert_eq!(book.happened(sent(message(2, "again"))), None, "told once");
        let answer = Message {
            reply_to: 1,
            thread_seq: 1,
            mention_user_ids: vec!["me".to_owned()],
            ..message(4, "@Me yes")
        };
        assert_eq!(book.take(answer), "#4 Ana [#1] > #1: @Me yes (to you)");
        let deleted = RoomEvent {
            time_ms: 7,
            event: Some(Event::MessageDeleted(MessageDeleted {
                message_seq: 4,
                by_host: false,
            })),
            ..RoomEvent::default()
        };
        assert_eq!(book.happened(deleted).as_deref(), Some("#4 was deleted"));
        assert_eq!(book.tell(&book.messages[&4].clone()), "#4 Ana [#1] > #1: (deleted)");
    }

    #[test]
    fn who_types_is_told_by_name() {
        let mut book = book();
        let typing = |user: &str, typing| Signals {
            signals: vec![trivium_client::proto::v1::Signal {
                signal: Some(Signal::Typing(Typing {
                    user_id: user.to_owned(),
                    typing,
                })),
                ..Default::default()
            }],
            ..Signals::default()
        };
        book.signals(typing("me", true));
        assert_eq!(book.typing(), "");
        book.signals(typing("ana", true));
        assert_eq!(book.typing(), "A[31mna is typing…");
        book.signals(typing("ben", true));
        assert_eq!(book.typing(), "A[31mna, ben are typing…");
        book.signals(typing("ana", false));
        assert_eq!(book.typing(), "ben is typing…");
    }
}
