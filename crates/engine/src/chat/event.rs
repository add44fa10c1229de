//! What happened in the chat. A message is known by the number of its `Sent` entry.
//!
//! Neighbours: [`chat`](super) takes it into the state.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::sealed::{ResendReason, Sealed};
use crate::{Audience, DeviceId, Seq, UserId, Visibility, event::Event};

/// In the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatEvent {
    /// Somebody said something.
    Sent(Box<Sent>),
    /// A message has a new text.
    Edited {
        /// The message.
        message: Seq,
        /// The new text.
        text: String,
        /// Whom it mentions now.
        #[serde(default, skip_serializing_if = "Mentions::is_none")]
        mentions: Mentions,
    },
    /// A message was taken away, with all that was in it.
    Deleted {
        /// The message.
        message: Seq,
        /// Whether a host did it instead of the author.
        by_host: bool,
        /// Who wrote it, if it waited for a host: nobody else but hosts knows of it then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waited: Option<UserId>,
        /// Its files, which go with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<String>,
    },
    /// A reaction was put or taken back.
    Reacted {
        /// The message.
        message: Seq,
        /// Who.
        user: UserId,
        /// The emoji.
        emoji: String,
        /// Put or taken back.
        present: bool,
        /// How many users have put this emoji on the message.
        count: u32,
    },
    /// A message was pinned, or a pin taken out.
    Pinned {
        /// The message.
        message: Seq,
        /// Pinned or not.
        present: bool,
    },
    /// A host sent data to all programs that listen. No state remembers it.
    Broadcast {
        /// Name of the event.
        event: String,
        /// JSON.
        payload: String,
    },
    /// A device could not open a sealed message. Its author sees it.
    ResendRequested {
        /// The message.
        message: Seq,
        /// Who wrote it.
        author: UserId,
        /// Whose device.
        user: UserId,
        /// The device.
        device: DeviceId,
        /// Why.
        reason: ResendReason,
    },
}

/// A message as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Who.
    pub author: UserId,
    /// The author's nickname at the time.
    pub nickname: String,
    /// The text; may be empty if something is attached or shared.
    pub text: String,
    /// The message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    /// The message whose thread it is in, which is in no thread itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Seq>,
    /// Whom it mentions.
    #[serde(default, skip_serializing_if = "Mentions::is_none")]
    pub mentions: Mentions,
    /// Files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// A link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<SharedLink>,
    /// A question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<SharedQuestion>,
    /// The ciphertexts, of a message that only its readers' devices can open; it has nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Arc<Sealed>>,
}

/// Whom a text mentions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mentions {
    /// Members by name, in the order in which they come in the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserId>,
    /// Everybody.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub room: bool,
}

/// A file of the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Identifier, good for this room.
    pub id: String,
    /// Name for people; no path.
    pub name: String,
    /// What it was found to be.
    pub content_type: String,
    /// Size in bytes.
    pub size: u64,
    /// Width in pixels, of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels, of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// A link that was shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedLink {
    /// An http or https address.
    pub url: String,
    /// What its sender calls it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
}

/// A question that was shared, without its solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedQuestion {
    /// The quiz.
    pub quiz: crate::QuizId,
    /// Its revision.
    pub revision: u32,
    /// The question, from 0.
    pub index: u32,
    /// Its text.
    pub text: String,
    /// Its options, in the author's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

impl Sent {
    /// Nothing but a text.
    pub fn text(author: UserId, nickname: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            author,
            nickname: nickname.into(),
            text: text.into(),
            reply_to: None,
            thread: None,
            mentions: Mentions::default(),
            attachments: Vec::new(),
            link: None,
            question: None,
            sealed: None,
        }
    }
}

impl Mentions {
    /// Whether nobody is mentioned.
    pub fn is_none(&self) -> bool {
        self.users.is_empty() && !self.room
    }
}

impl From<Sent> for ChatEvent {
    fn from(sent: Sent) -> Self {
        Self::Sent(Box::new(sent))
    }
}

impl From<ChatEvent> for Event {
    fn from(event: ChatEvent) -> Self {
        Self::Chat(event)
    }
}

impl ChatEvent {
    /// A short name, for people and queries.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sent(_) => "chat.sent",
            Self::Edited { .. } => "chat.edited",
            Self::Deleted { .. } => "chat.deleted",
            Self::Reacted { .. } => "chat.reacted",
            Self::Pinned { .. } => "chat.pinned",
            Self::Broadcast { .. } => "chat.broadcast",
            Self::ResendRequested { .. } => "chat.resend_requested",
        }
    }

    /// For whom it looks how.
    pub(crate) fn visibility(&self) -> Visibility {
        match self {
            Self::ResendRequested { author, .. }
            | Self::Deleted {
                waited: Some(author), ..
            } => Visibility::Private(author.clone()),
            Self::Sent(_)
            | Self::Edited { .. }
            | Self::Deleted { waited: None, .. }
            | Self::Reacted { .. }
            | Self::Pinned { .. }
            | Self::Broadcast { .. } => Visibility::Everyone,
        }
    }

    /// As an audience may see it.
    pub(crate) fn seen_by(&self, who: &Audience) -> Option<Self> {
        match self {
            Self::ResendRequested { author, .. }
            | Self::Deleted {
                waited: Some(author), ..
            } => who.is_host_or(author).then(|| self.clone()),
            Self::Sent(_)
            | Self::Edited { .. }
            | Self::Deleted { waited: None, .. }
            | Self::Reacted { .. }
            | Self::Pinned { .. }
            | Self::Broadcast { .. } => Some(self.clone()),
        }
    }
}
