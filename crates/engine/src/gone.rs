//! Messages that were taken away. The log keeps what was in them, as it is never rewritten; whoever reads the log later gets
//! their entries without it, hosts too.
//!
//! Every reader still gets an entry with that number and author, and then the one by which the message went. So it comes to
//! the same state as one who heard all of it, and only what was said is missing.
//!
//! Bounds: the newest [`MAX_GONE`] are known one by one. Up to the newest that is forgotten everything is shown as if it had
//! been taken away, and cursors from there are worth nothing.
//!
//! Neighbours: [`room`](crate::room) passes every entry on; the shell asks for each entry that it shows.

use std::{borrow::Cow, collections::BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    ChatEvent, Entry, Event, ModerationEvent, Room, RoomEvent, Seq,
    chat::{Mentions, Sent},
    moderation::MessageState,
};

/// Messages taken away that are known one by one.
pub const MAX_GONE: usize = 10_000;

/// Which messages were taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gone {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    messages: BTreeSet<Seq>,
    /// All up to here count as taken away.
    #[serde(skip_serializing_if = "crate::omit::is_default")]
    through: Seq,
}

impl Gone {
    /// Takes an entry in. Says which message it took away, if any.
    pub fn take(&mut self, entry: &Entry) -> Option<Seq> {
        match &entry.event {
            Event::Chat(ChatEvent::Deleted { message, .. })
            | Event::Moderation(ModerationEvent::Resolved {
                message,
                state: MessageState::Archived,
                ..
            }) => {
                self.messages.insert(*message);
                while self.messages.len() > MAX_GONE {
                    let forgotten = self.messages.pop_first().unwrap_or_default();
                    self.through = self.through.max(forgotten);
                }
                return Some(*message);
            }
            Event::Moderation(ModerationEvent::Resolved {
                message,
                state: MessageState::Published,
                ..
            }) => drop(self.messages.remove(message)),
            Event::Room(RoomEvent::MessagesExpired { through }) => {
                self.messages = self.messages.split_off(&through.saturating_add(1));
                self.through = self.through.max(*through);
            }
            Event::Chat(_)
            | Event::Moderation(_)
            | Event::Room(_)
            | Event::Quiz(_)
            | Event::Receipt(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => {}
        }
        None
    }

    /// Up to where everything counts as taken away: no reader may go on from before.
    pub fn through(&self) -> Seq {
        self.through
    }

    /// The entry as it may be shown now: without what was in a message that was taken away.
    pub fn shown<'a>(&self, entry: &'a Entry) -> Cow<'a, Entry> {
        let about = entry.event.tells_of(entry.seq);
        if !about.is_some_and(|message| message <= self.through || self.messages.contains(&message)) {
            return Cow::Borrowed(entry);
        }
        match emptied(&entry.event) {
            Some(event) => Cow::Owned(Entry {
                seq: entry.seq,
                at: entry.at,
                actor: entry.actor.clone(),
                request: entry.request.clone(),
                event,
            }),
            None => Cow::Borrowed(entry),
        }
    }
}

/// The event without what was in its message; none if it has nothing of it.
fn emptied(event: &Event) -> Option<Event> {
    let emptied = match event {
        Event::Chat(ChatEvent::Sent(sent)) => Event::Chat(without_content(sent).into()),
        Event::Chat(ChatEvent::Edited { message, .. }) => Event::Chat(ChatEvent::Edited {
            message: *message,
            text: String::new(),
            mentions: Mentions::default(),
        }),
        Event::Moderation(ModerationEvent::Held { sent, author, rule }) => Event::Moderation(ModerationEvent::Held {
            sent: Box::new(without_content(sent)),
            author: author.clone(),
            rule: *rule,
        }),
        Event::Moderation(ModerationEvent::Resolved {
            message,
            author,
            state,
            published: Some(quote),
        }) => {
            let mut quote = quote.clone();
            quote.sent = without_content(&quote.sent);
            Event::Moderation(ModerationEvent::Resolved {
                message: *message,
                author: author.clone(),
                state: *state,
                published: Some(quote),
            })
        }
        // A report keeps what it is about, for hosts to judge.
        Event::Chat(_)
        | Event::Moderation(_)
        | Event::Room(_)
        | Event::Quiz(_)
        | Event::Receipt(_)
        | Event::Activity(_)
        | Event::Inbox(_)
        | Event::Keys(_) => return None,
    };
    Some(emptied)
}

/// What remains of a message that was taken away: who wrote it, and where it stood.
fn without_content(sent: &Sent) -> Sent {
    Sent {
        reply_to: sent.reply_to,
        thread: sent.thread,
        ..Sent::text(sent.author.clone(), sent.nickname.clone(), "")
    }
}

impl Room {
    /// Which messages were taken away.
    pub fn gone(&self) -> &Gone {
        &self.gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn entry(seq: Seq, event: impl Into<Event>) -> Entry {
        Entry {
            seq,
            at: Timestamp(seq),
            actor: None,
            request: None,
            event: event.into(),
        }
    }

    fn said(seq: Seq) -> Entry {
        let author = "ana".parse().expect("an id");
        entry(seq, ChatEvent::from(Sent::text(author, "Ana", "secret")))
    }

    fn deleted(seq: Seq, message: Seq) -> Entry {
        let deleted = ChatEvent::Deleted {
            message,
            by_host: false,
            waited: None,
            files: Vec::new(),
        };
        entry(seq, deleted)
    }

    #[test]
    fn what_is_forgotten_is_not_shown_again() {
        let mut gone = Gone::default();
        let most = MAX_GONE as Seq;
        for message in 1..=most {
            assert_eq!(gone.take(&deleted(most * 2, message * 2)), Some(message * 2));
        }
        let shows = |gone: &Gone, seq| matches!(gone.shown(&said(seq)), Cow::Borrowed(_));
        assert!(shows(&gone, 1) && !shows(&gone, 2) && shows(&gone, 3));
        gone.take(&deleted(most * 2 + 2, most * 2 + 1));
        assert_eq!((gone.messages.len(), gone.through()), (MAX_GONE, 2));
        assert!(!shows(&gone, 1) && !shows(&gone, 2) && shows(&gone, 3));
    }

    #[test]
    fn what_expired_is_gone() {
        let mut gone = Gone::default();
        gone.take(&deleted(8, 7));
        gone.take(&entry(9, Event::Room(RoomEvent::MessagesExpired { through: 7 })));
        assert_eq!(
            gone,
            Gone {
                messages: BTreeSet::new(),
                through: 7
            }
        );
        assert_eq!(
            gone.shown(&said(7)).event,
            Event::Chat(without_content(&sent(&said(7))).into())
        );
    }

    fn sent(entry: &Entry) -> Sent {
        let Event::Chat(ChatEvent::Sent(sent)) = &entry.event else {
            panic!("{entry:?}");
        };
        (**sent).clone()
    }
}
