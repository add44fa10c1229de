//! What one may ask of the chat.
//!
//! Neighbours: [`decide`](super::decide) answers; [`event`](super::event) is what comes of it.

use std::{collections::BTreeSet, sync::Arc};

use super::event::{Attachment, ChatEvent, SharedLink, SharedQuestion};
use super::sealed::{ResendReason, Sealed};
use crate::{DeviceId, ModerationEvent, Role, Seq, UserId, event::Event, permission::Need};

/// Chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatCommand {
    /// Say something.
    Send(Box<Draft>),
    /// Replace the text of a message.
    Edit {
        /// The message.
        message: Seq,
        /// The new text.
        text: String,
    },
    /// Take a message away.
    Delete {
        /// The message.
        message: Seq,
    },
    /// Put a reaction or take it back.
    React {
        /// The message.
        message: Seq,
        /// One emoji.
        emoji: String,
        /// Put or take back.
        present: bool,
    },
    /// Pin a message or take the pin out.
    Pin {
        /// The message.
        message: Seq,
        /// Pin or take out.
        present: bool,
    },
    /// Send data to all programs that listen.
    Broadcast {
        /// Name of the event.
        event: String,
        /// JSON, which whoever asks has checked: rooms pass it on unread.
        payload: String,
    },
    /// Say something that only the devices of the members can read.
    SendSealed {
        /// The ciphertexts, whose signature and devices whoever asks has checked.
        sealed: Arc<Sealed>,
        /// The message that this one answers.
        reply_to: Option<Seq>,
        /// The members whose devices were looked up.
        readers: BTreeSet<UserId>,
    },
    /// Ask for a sealed message again.
    RequestResend {
        /// The message.
        message: Seq,
        /// A device of the actor's, which whoever asks has looked up.
        device: DeviceId,
        /// Why.
        reason: ResendReason,
    },
}

/// A message before it is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Plain text; may be empty if something is attached or shared.
    pub text: String,
    /// The message that this one answers.
    pub reply_to: Option<Seq>,
    /// The message whose thread it goes into.
    pub thread: Option<Seq>,
    /// Files of this room, which whoever asks has looked up.
    pub attachments: Vec<Attachment>,
    /// A link.
    pub link: Option<SharedLink>,
    /// A question that the author may read, which whoever asks has looked up.
    pub question: Option<SharedQuestion>,
}

impl Draft {
    /// Nothing but a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Whether there is something beside the text.
    pub(crate) fn shows_more(&self) -> bool {
        !self.attachments.is_empty() || self.link.is_some() || self.question.is_some()
    }
}

impl From<Draft> for ChatCommand {
    fn from(draft: Draft) -> Self {
        Self::Send(Box::new(draft))
    }
}

impl ChatCommand {
    /// Says a text.
    pub fn say(text: impl Into<String>) -> Self {
        Draft::text(text).into()
    }

    /// What it takes to ask this.
    pub(crate) fn need(&self) -> Need {
        match self {
            Self::Send(_)
            | Self::Edit { .. }
            | Self::React { .. }
            | Self::SendSealed { .. }
            | Self::RequestResend { .. } => Need::Seat(Role::Member),
            Self::Delete { .. } | Self::Pin { .. } => Need::Right(Role::Member),
            Self::Broadcast { .. } => Need::Right(Role::CoHost),
        }
    }

    /// Whether the first event that this command makes can be `event`.
    pub(crate) fn can_make(&self, event: &Event) -> bool {
        if let (Self::Send(_), Event::Moderation(ModerationEvent::Held { .. })) = (self, event) {
            return true;
        }
        let Event::Chat(event) = event else { return false };
        match self {
            Self::Send(_) => matches!(event, ChatEvent::Sent(sent) if sent.sealed.is_none()),
            Self::SendSealed { .. } => matches!(event, ChatEvent::Sent(sent) if sent.sealed.is_some()),
            Self::RequestResend { message, device, .. } => matches!(
                event,
                ChatEvent::ResendRequested { message: made, device: by, .. } if (made, by) == (message, device)
            ),
            Self::Edit { message, .. } => matches!(event, ChatEvent::Edited { message: made, .. } if made == message),
            Self::Delete { message } => matches!(event, ChatEvent::Deleted { message: made, .. } if made == message),
            Self::React { message, .. } => matches!(event, ChatEvent::Reacted { message: made, .. } if made == message),
            Self::Pin { message, present } => matches!(
                event,
                ChatEvent::Pinned { message: made, present: pinned } if (made, pinned) == (message, present)
            ),
            Self::Broadcast { event: name, .. } => {
                matches!(event, ChatEvent::Broadcast { event: made, .. } if made == name)
            }
        }
    }
}
