//! Why a message could not be sealed, and why one could not be read.
//!
//! Neighbours: [`sealer`](super::sealer) fails with the first, [`envelope`](super::envelope) with the second.

use trivium_proto::v1::ResendReason;

use crate::error::Error;

/// Why something about private messages failed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The server could not be asked, or refused.
    #[error(transparent)]
    Server(#[from] Error),
    /// The key log of this user is not the one that was seen before, or breaks its rules. Nothing is sealed for the user
    /// until the person has decided: [`Directory::forget`](super::Directory::forget).
    #[error("the keys of {user} were rewritten: {why}")]
    Rewritten {
        /// Whose.
        user: String,
        /// What does not fit.
        why: super::Rewritten,
    },
    /// A user who was verified has devices that the person has not accepted.
    #[error("{user} has a new device, which has not been accepted")]
    NotAccepted {
        /// Who.
        user: String,
    },
    /// This device is not in its user's key log: it was never registered, or it was revoked.
    #[error("this device is not registered")]
    NotRegistered,
    /// A message is not shown.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The text is longer than a message may be.
    #[error("the text is longer than a message may be")]
    TooLong,
    /// A key that the server gave cannot be sealed for.
    #[error("the key of {user}'s device {device} is not good")]
    BadKey {
        /// Whose.
        user: String,
        /// The device.
        device: String,
    },
    /// A user without devices has no safety number.
    #[error("{user} has no device")]
    NoDevices {
        /// Who.
        user: String,
    },
    /// A file of keys could not be read or written.
    #[error("the file of keys: {0}")]
    File(String),
}

/// Why a sealed message is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is not a sealed message.
    #[error("the message is not sealed")]
    NotSealed,
    /// The device that is said to have sent it is not in its author's key log, or was revoked before.
    #[error("the message is from an unknown device")]
    UnknownDevice,
    /// Whoever made it is not the author.
    #[error("the signature is wrong")]
    SignatureWrong,
    /// It was shown before, under another number.
    #[error("the message was shown before")]
    Replayed,
    /// It was not sealed for this device.
    #[error("the message was not sealed for this device")]
    NoEnvelope,
    /// It was sealed for a key that this device no longer has.
    #[error("the message was sealed for an old key")]
    KeyChanged,
    /// The envelope or what is in it is damaged.
    #[error("the message is damaged")]
    Damaged,
}

impl Unreadable {
    /// What to ask for, where asking again can help.
    pub fn resend_reason(self) -> Option<ResendReason> {
        match self {
            Self::NoEnvelope => Some(ResendReason::NoEnvelope),
            Self::KeyChanged => Some(ResendReason::KeyChanged),
            Self::Damaged => Some(ResendReason::Damaged),
            Self::NotSealed | Self::UnknownDevice | Self::SignatureWrong | Self::Replayed => None,
        }
    }
}
