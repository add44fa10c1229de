//! Who may see which message, read from the logs from the beginning each time, as simply as possible.

use std::collections::BTreeMap;

use trivium_engine::{
    ChatEvent, Entry, Event, HistoryPolicy, ModerationEvent, Role, RoomEvent, Seq, Timestamp, UserId,
    moderation::MessageState,
};

/// Milliseconds of a day.
const DAY: u64 = 24 * 60 * 60 * 1_000;

/// A room as its whole log says.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    pub(crate) members: BTreeMap<UserId, (Role, Seq)>,
    pub(crate) messages: BTreeMap<Seq, (UserId, String)>,
    /// Messages that wait, were rejected or put aside.
    held: BTreeMap<Seq, (UserId, String)>,
    history: HistoryPolicy,
    retention_days: u64,
}

impl Truth {
    pub(crate) fn read(log: &[Entry], now: Timestamp) -> Self {
        let mut truth = Self::default();
        let written_at = |seq: Seq| {
            let entry = log.iter().find(|entry| entry.seq == seq);
            entry.expect("every message has an entry").at
        };
        for entry in log {
            match &entry.event {
                Event::Room(RoomEvent::Created { settings } | RoomEvent::Updated { settings }) => {
                    truth.history = settings.policy.history;
                    truth.retention_days = settings.policy.retention_days.into();
                }
                Event::Room(RoomEvent::MemberJoined { member, .. }) => {
                    truth.members.insert(member.user.clone(), (member.role, entry.seq));
                }
                Event::Room(RoomEvent::MemberUpdated { member, .. }) => {
                    let seat = truth.members.get_mut(&member.user).expect("only members change");
                    seat.0 = member.role;
                }
                Event::Room(RoomEvent::MemberLeft { user, .. }) => drop(truth.members.remove(user)),
                Event::Room(RoomEvent::MessagesExpired { through }) => {
                    let young = truth.messages.keys().filter(|seq| **seq <= *through);
                    for seq in young {
                        let age = entry.at.0 - written_at(*seq).0;
                        assert!(age >= truth.retention_days * DAY, "{seq} went after {age} ms");
                    }
                    truth.messages.retain(|seq, _| seq > through);
                    truth.held.retain(|seq, _| seq > through);
                }
                Event::Moderation(ModerationEvent::Held { sent, author, .. }) => {
                    truth.held.insert(entry.seq, (author.clone(), sent.text.clone()));
                }
                Event::Moderation(ModerationEvent::Resolved { message, state, .. }) => {
                    let (from, to) = if *state == MessageState::Published {
                        (&mut truth.held, &mut truth.messages)
                    } else {
                        (&mut truth.messages, &mut truth.held)
                    };
                    if let Some(moved) = from.remove(message) {
                        to.insert(*message, moved);
                    }
                }
                Event::Chat(ChatEvent::Sent(sent)) => {
                    truth
                        .messages
                        .insert(entry.seq, (sent.author.clone(), sent.text.clone()));
                }
                Event::Chat(ChatEvent::Edited { message, text, .. }) => {
                    if let Some(said) = truth.messages.get_mut(message) {
                        said.1.clone_from(text);
                    }
                }
                Event::Chat(ChatEvent::Deleted { message, .. }) => {
                    truth.messages.remove(message);
                    truth.held.remove(message);
                }
                _ => {}
            }
        }
        if truth.retention_days > 0 {
            for seq in truth.messages.keys() {
                let age = now.0 - written_at(*seq).0;
                assert!(age < (truth.retention_days + 1) * DAY, "{seq} is there after {age} ms");
            }
        }
        truth
    }

    /// Whether the user may see the message now.
    pub(crate) fn sees(&self, user: &UserId, message: Seq) -> bool {
        match self.members.get(user) {
            None => false,
            Some((Role::CoHost | Role::Host, _)) => true,
            Some((Role::Member | Role::Observer, since)) => self.history == HistoryPolicy::All || message > *since,
        }
    }
}

/// Whether all words are in the text, the last one at least as the beginning of a word.
pub(crate) fn has(text: &str, query: &str) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let query = query.to_lowercase();
    let mut wanted: Vec<&str> = query.split_whitespace().collect();
    let Some(last) = wanted.pop() else { return false };
    wanted.iter().all(|word| words.contains(word)) && words.iter().any(|word| word.starts_with(last))
}
