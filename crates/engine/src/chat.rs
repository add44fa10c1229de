//! Chat in a room. A message is known by the number of the entry that sent it.
//!
//! The newest [`KEPT`] messages are part of the state; older ones are in the log only, can be read through [`History`],
//! and can no longer be changed. Exception: a pinned message stays in the state however old it is, and can be deleted
//! and lose its pin.
//!
//! Neighbours: [`decide`](mod@decide) says what may be said, [`message`] is what is held, [`page`] how it is read;
//! [`room`](crate::room) dispatches here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Reject, Seq, Timestamp, moderation::Quote};

mod command;
mod decide;
mod emoji;
mod event;
mod history;
mod mention;
mod message;
mod page;
mod reaction;
pub mod sealed;
mod unread;

pub use command::{ChatCommand, Draft};
pub(crate) use decide::decide;
pub use event::{Attachment, ChatEvent, Mentions, Sent, SharedLink, SharedQuestion};
pub use history::{Backwards, History, fold};
pub(crate) use mention::find as mentions;
pub(crate) use message::Message;
pub use page::{Page, Span};

/// Messages that can be answered, changed and reacted to; the oldest are let go first.
pub const KEPT: usize = 1_000;
/// Longest message, in characters.
pub const MAX_TEXT: usize = 4_000;
/// Most different emoji on a message.
pub const MAX_EMOJI: usize = 16;
/// Most reactions to a message, whatever their emoji.
pub const MAX_REACTIONS: usize = 10_000;
/// Most reactions to all messages that a room holds.
pub const MAX_HELD_REACTIONS: usize = 100_000;
/// Most users named with a reaction in a view.
pub const VIEW_REACTORS: usize = 20;
/// Most users whom a message mentions; names beyond are text.
pub const MAX_MENTIONS: usize = 50;
/// Most pinned messages.
pub const MAX_PINS: usize = 50;
/// Most files attached to a message.
pub const MAX_ATTACHMENTS: usize = 10;
/// Longest address of a link, in characters.
pub const MAX_URL: usize = 2_000;
/// Longest title of a link, in characters.
pub const MAX_LINK_TITLE: usize = 200;
/// Most pinned messages that may be deleted once they are no longer among the newest.
pub const MAX_LATE: usize = 10_000;

/// The messages held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    messages: BTreeMap<Seq, Message>,
    /// Whether older messages have been let go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    more: bool,
    /// The pinned ones, oldest pin first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pins: Vec<Seq>,
    /// Pinned messages that are no longer among the newest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    aside: BTreeMap<Seq, Message>,
    /// When those were deleted that were held for their pins only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    late: BTreeMap<Seq, Timestamp>,
    #[serde(skip, default = "kept")]
    keep: usize,
    #[serde(skip, default = "kept_bytes")]
    keep_bytes: usize,
}

fn kept() -> usize {
    KEPT
}

fn kept_bytes() -> usize {
    sealed::KEPT_BYTES
}

impl Default for State {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

impl State {
    fn keeping(keep: usize) -> Self {
        Self {
            messages: BTreeMap::new(),
            more: false,
            pins: Vec::new(),
            aside: BTreeMap::new(),
            late: BTreeMap::new(),
            keep,
            keep_bytes: if keep == KEPT { sealed::KEPT_BYTES } else { usize::MAX },
        }
    }

    /// A message that is held and not deleted.
    pub(crate) fn standing(&self, message: Seq) -> Result<&Message, Reject> {
        self.messages
            .get(&message)
            .filter(|message| message.deleted_at.is_none())
            .ok_or(Reject::NoSuchMessage)
    }

    /// The same, or a pinned one of any age.
    pub(crate) fn standing_or_pinned(&self, message: Seq) -> Result<&Message, Reject> {
        self.standing(message)
            .or_else(|reject| self.aside.get(&message).ok_or(reject))
    }

    /// A message that is held or pinned, deleted or not.
    pub(crate) fn get(&self, message: Seq) -> Option<&Message> {
        self.messages.get(&message).or_else(|| self.aside.get(&message))
    }

    /// Files of a message that no other message has, of those that are held.
    pub(crate) fn files_of(&self, message: Seq) -> Vec<String> {
        let found = self.get(message);
        found
            .map(|found| self.only_in(message, &found.attachments))
            .unwrap_or_default()
    }

    /// Those of the files of a message that no other message has, of those that are held.
    pub(crate) fn only_in(&self, message: Seq, files: &[Attachment]) -> Vec<String> {
        let elsewhere = |file: &Attachment| {
            let others = self.messages.iter().chain(&self.aside);
            let mut others = others.filter(|(seq, _)| **seq != message);
            others.any(|(_, other)| other.attachments.iter().any(|its| its.id == file.id))
        };
        let alone = files.iter().filter(|file| !elsewhere(file));
        alone.map(|file| file.id.clone()).collect()
    }

    /// How many reactions there are to all messages that are held.
    pub(crate) fn reactions(&self) -> usize {
        let messages = self.messages.values().chain(self.aside.values());
        messages.map(Message::reaction_count).sum()
    }

    /// Whether it is held for its pin only.
    pub(crate) fn is_aside(&self, message: Seq) -> bool {
        self.aside.contains_key(&message)
    }

    /// How many messages were deleted when they were held for their pins only.
    pub(crate) fn late_deletions(&self) -> usize {
        self.late.len()
    }

    /// How many are pinned.
    pub(crate) fn pin_count(&self) -> usize {
        self.pins.len()
    }

    /// Takes an event into the state.
    pub(crate) fn apply(&mut self, seq: Seq, at: Timestamp, event: &ChatEvent) {
        match event {
            ChatEvent::Sent(sent) => {
                self.answer(at, sent);
                self.insert(seq, at, sent);
            }
            ChatEvent::Edited {
                message,
                text,
                mentions,
            } => {
                if let Some(message) = self.get_mut(*message) {
                    message.edit(at, text, mentions);
                }
            }
            ChatEvent::Deleted { message, .. } => {
                self.pins.retain(|pinned| pinned != message);
                if self.aside.remove(message).is_some() {
                    self.late.insert(*message, at);
                } else if let Some(message) = self.get_mut(*message) {
                    message.delete(at);
                }
            }
            ChatEvent::Reacted {
                message,
                user,
                emoji,
                present,
                ..
            } => {
                if let Some(message) = self.get_mut(*message) {
                    reaction::apply(&mut message.reactions, user, emoji, *present);
                }
            }
            ChatEvent::Pinned { message, present } => self.pin(*message, at, *present),
            ChatEvent::ResendRequested {
                message, user, device, ..
            } => {
                if let Some(message) = self.get_mut(*message) {
                    message.asked.insert((user.clone(), device.clone()));
                }
            }
            ChatEvent::Broadcast { .. } => {}
        }
    }

    /// Forgets all messages up to a position, and that there ever were any.
    pub(crate) fn expire(&mut self, through: Seq) {
        let kept = through.saturating_add(1);
        self.messages = self.messages.split_off(&kept);
        self.aside = self.aside.split_off(&kept);
        self.late = self.late.split_off(&kept);
        self.pins.retain(|pinned| *pinned > through);
        self.more = false;
    }

    fn sealed_bytes(&self) -> usize {
        self.messages.values().map(Message::sealed_size).sum()
    }

    /// A message as it stands, if it is held and not deleted.
    pub(crate) fn quote(&self, message: Seq) -> Option<Quote> {
        self.standing(message).ok().map(Message::quote)
    }

    /// Whether a message that was written there would be among the newest.
    pub(crate) fn has_place_for(&self, message: Seq) -> bool {
        let oldest = self.messages.keys().next();
        self.messages.len() < self.keep || oldest.is_some_and(|oldest| *oldest < message)
    }

    /// Puts a message to the place where it was written. It is unread for those who had read up to the entry by which it
    /// comes.
    pub(crate) fn publish(&mut self, message: Seq, quote: &Quote, by: Seq) {
        self.answer(quote.sent_at, &quote.sent);
        self.insert(message, quote.sent_at, &quote.sent);
        let thread: Vec<Timestamp> = self
            .messages
            .values()
            .filter(|answer| answer.thread == Some(message))
            .map(|answer| answer.sent_at)
            .collect();
        if let Some(published) = self.messages.get_mut(&message) {
            published.edited_at = quote.edited_at;
            published.edit_count = quote.edit_count;
            published.shown_by = Some(by);
        }
        self.add_answers(message, thread);
    }

    /// Counts messages in a thread, which were sent at these times.
    fn add_answers(&mut self, root: Seq, sent_at: impl IntoIterator<Item = Timestamp>) {
        let Some(root) = self.get_mut(root) else { return };
        for at in sent_at {
            root.thread_count = root.thread_count.saturating_add(1);
            root.thread_at = root.thread_at.max(Some(at));
        }
    }

    /// Takes a message out, as if it had not been sent.
    pub(crate) fn withdraw(&mut self, message: Seq) -> Option<Quote> {
        let quote = self.quote(message)?;
        self.messages.remove(&message);
        self.pins.retain(|pinned| *pinned != message);
        if let Some(root) = quote.sent.thread {
            self.lose_answer(root);
        }
        Some(quote)
    }

    /// Counts a message in the thread that it is in.
    fn answer(&mut self, at: Timestamp, sent: &Sent) {
        if let Some(root) = sent.thread {
            self.add_answers(root, [at]);
        }
    }

    /// Counts one message fewer in a thread.
    fn lose_answer(&mut self, root: Seq) {
        if let Some(root) = self.get_mut(root) {
            root.thread_count = root.thread_count.saturating_sub(1);
        }
    }

    /// Takes a message in, and lets go of the oldest if there are too many.
    fn insert(&mut self, seq: Seq, at: Timestamp, sent: &Sent) {
        self.messages.insert(seq, Message::new(sent, at));
        let mut bytes = if sent.sealed.is_some() { self.sealed_bytes() } else { 0 };
        while self.messages.len() > self.keep || bytes > self.keep_bytes {
            if let Some((seq, message)) = self.messages.pop_first() {
                bytes = bytes.saturating_sub(message.sealed_size());
                if message.pinned_at.is_some() {
                    self.aside.insert(seq, message);
                }
            }
            self.more = true;
        }
    }

    fn pin(&mut self, seq: Seq, at: Timestamp, present: bool) {
        let Some(message) = self.get_mut(seq) else { return };
        message.pinned_at = present.then_some(at);
        self.pins.retain(|pinned| *pinned != seq);
        if present {
            self.pins.push(seq);
        } else {
            self.aside.remove(&seq);
        }
    }

    fn get_mut(&mut self, message: Seq) -> Option<&mut Message> {
        self.messages.get_mut(&message).or_else(|| self.aside.get_mut(&message))
    }
}
