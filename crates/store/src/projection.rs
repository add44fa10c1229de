//! What an entry changes in what can be listed and searched. Written in the transaction of the entry, so that nothing is
//! found that did not happen, and nothing that happened is not found.
//!
//! Neighbours: an [`Append`](crate::Append) carries projections, the runtime derives them from entries, and
//! [`directory`](crate::directory) reads what they leave. All of it can be made again from the logs
//! ([`Directory::reproject`](crate::Directory::reproject)).

use trivium_engine::{Role, Seq, Timestamp, UserId};

use crate::{
    FileId, StoreError,
    catalogue::{check_text, check_time},
    file::check_batch,
    log::MAX_SEQ,
};

/// Longest text of a message, and longest description, in bytes.
pub const MAX_PROJECTED: usize = 64 * 1024;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    /// What lists and searches show of the room, in place of what they showed before.
    Face(Face),
    /// The room is over; it gives back its code and its invitations.
    Closed {
        /// Since when.
        at: Timestamp,
    },
    /// An invitation no longer leads to the room.
    InvitationRevoked {
        /// Its code.
        code: String,
    },
    /// Somebody is a member, in place of what was known of the same user.
    MemberIn(Membership),
    /// Somebody is no member any more.
    MemberOut {
        /// Who.
        user: UserId,
    },
    /// A message can be found, in place of one of the same number.
    Text(Text),
    /// A message that can be found has another text. Nothing for one that cannot.
    TextEdited {
        /// The message.
        seq: Seq,
        /// All of its text.
        text: String,
    },
    /// A message cannot be found any more.
    TextGone {
        /// The message.
        seq: Seq,
    },
    /// No message up to here can be found any more.
    TextsGone {
        /// The last of them.
        through: Seq,
    },
    /// Files of the room are in no message any more; they are swept as those that never were.
    FilesGone {
        /// Which.
        files: Vec<FileId>,
    },
    /// The same for all that came before a time.
    FilesExpired {
        /// When.
        before: Timestamp,
    },
}

/// What lists and searches show of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// What people call it.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Whether those who are not in it find it.
    pub listed: bool,
    /// When it was put into the archive.
    pub archived_at: Option<Timestamp>,
    /// Whether members who do not run it find only what was said after they came in.
    pub since_join: bool,
    /// Whether messages are kept for a time only, so that the room has to be looked at now and then.
    pub forgets: bool,
}

/// Somebody in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Who.
    pub user: UserId,
    /// In which role.
    pub role: Role,
    /// The entry that brought the member in.
    pub since: Seq,
    /// Came in without an account.
    pub guest: bool,
    /// Under which name.
    pub nickname: String,
}

/// A message that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its number.
    pub seq: Seq,
    /// Who wrote it.
    pub author: UserId,
    /// When it was sent.
    pub at: Timestamp,
    /// All of its text.
    pub text: String,
}

impl Projection {
    /// Refuses what no backend may store.
    pub fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Face(face) => {
                check_text(&face.title)?;
                check_long(&face.description)?;
                check_time(face.archived_at.unwrap_or_default())
            }
            Self::Closed { at } => check_time(*at),
            Self::InvitationRevoked { code } => check_text(code),
            Self::MemberIn(member) => {
                check_text(&member.nickname)?;
                check_seq(member.since)
            }
            Self::MemberOut { .. } => Ok(()),
            Self::Text(text) => {
                check_seq(text.seq)?;
                check_time(text.at)?;
                check_long(&text.text)
            }
            Self::TextEdited { seq, text } => {
                check_seq(*seq)?;
                check_long(text)
            }
            Self::TextGone { seq } | Self::TextsGone { through: seq } => check_seq(*seq),
            Self::FilesGone { files } => check_batch(files),
            Self::FilesExpired { before } => check_time(*before),
        }
    }
}

fn check_seq(seq: Seq) -> Result<(), StoreError> {
    if seq > MAX_SEQ {
        return Err(StoreError::invalid("a number is out of range"));
    }
    Ok(())
}

fn check_long(text: &str) -> Result<(), StoreError> {
    if text.len() > MAX_PROJECTED || text.contains('\0') {
        return Err(StoreError::invalid("a text is too long or contains NUL"));
    }
    Ok(())
}
