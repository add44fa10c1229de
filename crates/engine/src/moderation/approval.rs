//! Messages that not everybody sees: those that wait for a host, those that a host refused or put aside.
//!
//! They are here and not in the chat, so that nothing which reads the chat has to know of them; published, they move there,
//! to the place in the order at which they were written. One that is put aside loses its reactions for good.
//!
//! A message can be published only while it would be among the newest that the chat holds: of what is older, clients may
//! rely on that it changes no more.
//!
//! Bounds: [`MAX_PENDING`] wait, [`MAX_PENDING_EACH`] of one author, and further ones are refused; of the rejected the
//! newest [`KEPT_REJECTED`] are kept; [`MAX_ARCHIVED`] are put aside, and further ones cannot be.
//!
//! Neighbours: [`gate`](super::gate) holds messages back; [`chat`](crate::chat) has those that everybody sees.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ModerationEvent;
use crate::{Cx, Event, Reject, Room, Seq, Timestamp, UserId, chat::Sent};

/// Most messages that wait.
pub const MAX_PENDING: usize = 500;
/// Most messages of one author that wait.
pub const MAX_PENDING_EACH: usize = 20;
/// Rejected messages that are kept; the oldest are let go first.
pub const KEPT_REJECTED: usize = 200;
/// Most messages put aside.
pub const MAX_ARCHIVED: usize = 500;

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// It waits for a host.
    Pending,
    /// Everybody sees it.
    Published,
    /// A host refused it.
    Rejected,
    /// It was published and has been put aside.
    Archived,
}

/// A message as it stood at some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// What was sent, with the text that it had then.
    pub sent: Sent,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was last edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// How often its text was replaced.
    #[serde(default, skip_serializing_if = "crate::omit::is_default")]
    pub edit_count: u32,
}

/// A message that not everybody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldView {
    /// Its number.
    pub seq: Seq,
    /// The message.
    pub quote: Quote,
    /// Where it stands.
    pub state: MessageState,
}

/// The messages held, by their numbers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Held(BTreeMap<Seq, Message>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Message {
    author: UserId,
    quote: Quote,
    state: MessageState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<u32>,
}

pub(super) fn resolve(room: &Room, message: Seq, state: MessageState) -> Result<Vec<Event>, Reject> {
    let held = &room.moderation.held;
    let resolved = |author: &UserId, published: Option<Quote>| {
        vec![Event::Moderation(ModerationEvent::Resolved {
            message,
            author: author.clone(),
            state,
            published: published.map(Box::new),
        })]
    };
    let Some(before) = held.0.get(&message) else {
        let quote = room.chat.quote(message).ok_or(Reject::NoSuchMessage)?;
        return match state {
            MessageState::Published => Ok(Vec::new()),
            MessageState::Archived if held.count(MessageState::Archived) >= MAX_ARCHIVED => {
                Err(Reject::LimitReached("messages put aside"))
            }
            MessageState::Archived => Ok(resolved(&quote.sent.author, None)),
            MessageState::Pending | MessageState::Rejected => Err(Reject::MessageState),
        };
    };
    match (before.state, state) {
        (MessageState::Pending | MessageState::Archived, MessageState::Published) => {
            if !room.chat.has_place_for(message) {
                return Err(Reject::LimitReached("newer messages"));
            }
            Ok(resolved(&before.author, Some(before.quote.clone())))
        }
        (MessageState::Pending, MessageState::Rejected) => Ok(resolved(&before.author, None)),
        (before, after) if before == after => Ok(Vec::new()),
        (
            MessageState::Pending | MessageState::Published | MessageState::Rejected | MessageState::Archived,
            MessageState::Pending | MessageState::Published | MessageState::Rejected | MessageState::Archived,
        ) => Err(Reject::MessageState),
    }
}

/// A message that waits and that the actor wrote, who may take it back.
pub(crate) fn waiting_of<'a>(room: &'a Room, message: Seq, cx: &Cx<'_>) -> Option<&'a Quote> {
    let held = room.moderation.held.0.get(&message);
    let own = held.filter(|held| held.state == MessageState::Pending && held.author == cx.actor.user);
    own.map(|held| &held.quote)
}

/// Moves a message to where its new state belongs.
pub(super) fn apply(
    room: &mut Room,
    by: Seq,
    message: Seq,
    author: &UserId,
    state: MessageState,
    published: Option<&Quote>,
) {
    let held = &mut room.moderation.held;
    match state {
        MessageState::Published => {
            held.0.remove(&message);
            if let Some(quote) = published {
                room.chat.publish(message, quote, by);
            }
        }
        MessageState::Archived => {
            if let Some(quote) = room.chat.withdraw(message) {
                let author = author.clone();
                let archived = Message {
                    author,
                    quote,
                    state,
                    rule: None,
                };
                held.0.insert(message, archived);
                held.let_go(MessageState::Archived, MAX_ARCHIVED);
            }
        }
        MessageState::Pending | MessageState::Rejected => {
            if let Some(message) = held.0.get_mut(&message) {
                message.state = state;
            }
            held.let_go(MessageState::Rejected, KEPT_REJECTED);
        }
    }
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn check_room_for(&self, author: &UserId) -> Result<(), Reject> {
        let pending = || self.0.values().filter(|held| held.state == MessageState::Pending);
        let full = pending().count() >= MAX_PENDING;
        if full || pending().filter(|held| held.author == *author).count() >= MAX_PENDING_EACH {
            Err(Reject::LimitReached("messages that wait for a host"))
        } else {
            Ok(())
        }
    }

    pub(super) fn add(&mut self, seq: Seq, at: Timestamp, sent: &Sent, author: &UserId, rule: Option<u32>) {
        let message = Message {
            author: author.clone(),
            quote: Quote {
                sent: sent.clone(),
                sent_at: at,
                edited_at: None,
                edit_count: 0,
            },
            state: MessageState::Pending,
            rule,
        };
        self.0.insert(seq, message);
        self.let_go(MessageState::Pending, MAX_PENDING);
    }

    pub(super) fn has(&self, message: Seq) -> bool {
        self.0.contains_key(&message)
    }

    pub(super) fn expire(&mut self, through: Seq) {
        self.0 = self.0.split_off(&through.saturating_add(1));
    }

    /// Forgets a message that waited.
    pub(super) fn withdraw(&mut self, message: Seq) {
        if self
            .0
            .get(&message)
            .is_some_and(|held| held.state == MessageState::Pending)
        {
            self.0.remove(&message);
        }
    }

    fn count(&self, state: MessageState) -> usize {
        self.0.values().filter(|held| held.state == state).count()
    }

    /// Lets the oldest of a state go until there are few enough.
    fn let_go(&mut self, state: MessageState, most: usize) {
        let many = self.count(state).saturating_sub(most);
        let of_state = self.0.iter().filter(|(_, held)| held.state == state);
        let oldest: Vec<Seq> = of_state.map(|(seq, _)| *seq).take(many).collect();
        for seq in oldest {
            self.0.remove(&seq);
        }
    }
}

impl Room {
    /// Messages of a state after a position, oldest first, at most `limit`; and whether there are more.
    pub fn held_messages(&self, state: MessageState, after: Seq, limit: usize) -> (Vec<HeldView>, bool) {
        let newer = self.moderation.held.0.range(after.saturating_add(1)..);
        let mut newer = newer.filter(|(_, held)| held.state == state);
        let page = newer.by_ref().take(limit);
        let page = page.map(|(seq, held)| HeldView {
            seq: *seq,
            quote: held.quote.clone(),
            state,
        });
        (page.collect(), newer.next().is_some())
    }

    /// The messages of a user that wait, oldest first.
    pub fn waiting_of(&self, user: &UserId) -> Vec<HeldView> {
        let held = self.moderation.held.0.iter();
        let own = held.filter(|(_, held)| held.state == MessageState::Pending && held.author == *user);
        own.map(|(seq, held)| HeldView {
            seq: *seq,
            quote: held.quote.clone(),
            state: held.state,
        })
        .collect()
    }

    /// How many messages wait for a host.
    pub fn pending_count(&self) -> u32 {
        u32::try_from(self.moderation.held.count(MessageState::Pending)).unwrap_or(u32::MAX)
    }
}
