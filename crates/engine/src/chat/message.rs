//! A message that is held, and how it looks.
//!
//! Neighbours: [`chat`](super) holds it; [`reaction`](super::reaction) counts what is put on it.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    event::{Attachment, Mentions, Sent, SharedLink, SharedQuestion},
    reaction::{self, Reaction},
    sealed::Sealed,
};
use crate::{DeviceId, Seq, Timestamp, UserId, moderation::Quote, view::MessageView};

/// A message that is held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) author: UserId,
    pub(crate) nickname: String,
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) thread: Option<Seq>,
    pub(crate) sent_at: Timestamp,
    /// The entry by which it came to be seen, if that was not the one that it is known by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shown_by: Option<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) edited_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "crate::omit::is_default")]
    pub(crate) edit_count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deleted_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pinned_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Mentions::is_none")]
    pub(crate) mentions: Mentions,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) attachments: Vec<Attachment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<SharedLink>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) question: Option<SharedQuestion>,
    /// The ciphertexts, of a message that the room cannot read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sealed: Option<Arc<Sealed>>,
    /// Which devices have asked for it again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) asked: BTreeSet<(UserId, DeviceId)>,
    /// How many messages its own thread has, deleted ones among them.
    #[serde(default, skip_serializing_if = "crate::omit::is_default")]
    pub(crate) thread_count: u32,
    /// When the last of them was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) thread_at: Option<Timestamp>,
    /// In the order in which they were first put; none is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) reactions: Vec<Reaction>,
}

impl Message {
    /// A message that was sent just now.
    pub(super) fn new(sent: &Sent, at: Timestamp) -> Self {
        Self {
            author: sent.author.clone(),
            nickname: sent.nickname.clone(),
            text: sent.text.clone(),
            reply_to: sent.reply_to,
            thread: sent.thread,
            sent_at: at,
            shown_by: None,
            edited_at: None,
            edit_count: 0,
            deleted_at: None,
            pinned_at: None,
            mentions: sent.mentions.clone(),
            attachments: sent.attachments.clone(),
            link: sent.link.clone(),
            question: sent.question.clone(),
            sealed: sent.sealed.clone(),
            asked: BTreeSet::new(),
            thread_count: 0,
            thread_at: None,
            reactions: Vec::new(),
        }
    }

    /// Has a new text.
    pub(super) fn edit(&mut self, at: Timestamp, text: &str, mentions: &Mentions) {
        text.clone_into(&mut self.text);
        self.mentions.clone_from(mentions);
        self.edited_at = Some(at);
        self.edit_count = self.edit_count.saturating_add(1);
    }

    /// Loses all that was in it. What remains: who wrote it and when, what it answers, and how many answer in its thread.
    pub(super) fn delete(&mut self, at: Timestamp) {
        self.text.clear();
        self.mentions = Mentions::default();
        self.attachments.clear();
        self.link = None;
        self.question = None;
        self.sealed = None;
        self.asked.clear();
        self.reactions.clear();
        self.pinned_at = None;
        self.deleted_at = Some(at);
    }

    /// Bytes of its ciphertexts.
    pub(super) fn sealed_size(&self) -> usize {
        self.sealed.as_ref().map_or(0, |sealed| sealed.size())
    }

    /// How many reactions were put on it, whatever their emoji.
    pub(super) fn reaction_count(&self) -> usize {
        self.reactions.iter().map(Reaction::count).sum()
    }

    /// As it stands, without what others put on it.
    pub(super) fn quote(&self) -> Quote {
        Quote {
            sent: Sent {
                author: self.author.clone(),
                nickname: self.nickname.clone(),
                text: self.text.clone(),
                reply_to: self.reply_to,
                thread: self.thread,
                mentions: self.mentions.clone(),
                attachments: self.attachments.clone(),
                link: self.link.clone(),
                question: self.question.clone(),
                sealed: self.sealed.clone(),
            },
            sent_at: self.sent_at,
            edited_at: self.edited_at,
            edit_count: self.edit_count,
        }
    }

    /// As it stands.
    pub(crate) fn view(&self, seq: Seq) -> MessageView {
        MessageView {
            seq,
            author: self.author.clone(),
            nickname: self.nickname.clone(),
            text: self.text.clone(),
            reply_to: self.reply_to,
            thread: self.thread,
            thread_count: self.thread_count,
            thread_at: self.thread_at,
            sent_at: self.sent_at,
            edited_at: self.edited_at,
            edit_count: self.edit_count,
            deleted_at: self.deleted_at,
            pinned_at: self.pinned_at,
            mentions: self.mentions.clone(),
            attachments: self.attachments.clone(),
            link: self.link.clone(),
            question: self.question.clone(),
            sealed: self.sealed.clone(),
            reactions: reaction::views(&self.reactions),
        }
    }
}
