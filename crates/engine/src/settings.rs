//! A room's settings.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Millis, Timestamp, UserId};

/// Most members where nothing else is said.
pub const DEFAULT_CAPACITY: u32 = 2_000;
/// Most members that a room may be made for.
pub const MAX_CAPACITY: u32 = 100_000;
/// Longest title, in characters.
pub const MAX_TITLE: usize = 120;
/// Most teams.
pub const MAX_TEAMS: usize = 16;
/// Longest team name, in characters.
pub const MAX_TEAM_NAME: usize = 40;
/// Longest description, in characters.
pub const MAX_DESCRIPTION: usize = 500;
/// Most members who are named as those who may write.
pub const MAX_WRITERS: usize = 200;
/// Longest time that messages may be kept where they are not kept for ever, in days.
pub const MAX_RETENTION_DAYS: u32 = 3_650;
/// Most users in a conversation.
pub const MAX_PEOPLE: usize = 32;

/// What a room is for. Kinds differ by their default policy only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// A live quiz: by code, late join allowed, guests welcome.
    Quiz,
    /// A classroom: by code, stays open.
    Classroom,
    /// A study group: by invitation.
    StudyGroup,
    /// A channel that everybody with an account may join.
    Channel,
    /// A conversation of a few users.
    Conversation,
    /// A user's inbox.
    Inbox,
    /// Announcements to everybody.
    System,
    /// A user's key log.
    Keys,
}

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinPolicy {
    /// Everybody who knows the code, guests too.
    Code,
    /// Everybody with a token.
    Open,
    /// Only users whose token grants this room.
    Invited,
}

impl RoomKind {
    /// Who may come in where nothing else is said.
    pub fn default_join_policy(self) -> JoinPolicy {
        match self {
            Self::Quiz | Self::Classroom => JoinPolicy::Code,
            Self::StudyGroup | Self::Conversation | Self::Inbox | Self::System | Self::Keys => JoinPolicy::Invited,
            Self::Channel => JoinPolicy::Open,
        }
    }

    /// What members may see of what came before them where nothing else is said.
    pub fn default_history_policy(self) -> HistoryPolicy {
        match self {
            Self::StudyGroup => HistoryPolicy::SinceJoin,
            Self::Quiz
            | Self::Classroom
            | Self::Channel
            | Self::Conversation
            | Self::Inbox
            | Self::System
            | Self::Keys => HistoryPolicy::All,
        }
    }
}

/// Who may write in a room's chat. Hosts always may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WritePolicy {
    /// Every member.
    #[default]
    Members,
    /// Hosts and co-hosts.
    Hosts,
    /// Hosts, co-hosts and the members named.
    Named,
}

/// What those who do not run the room may see of what was said before they came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryPolicy {
    /// Everything.
    #[default]
    All,
    /// Nothing.
    SinceJoin,
}

/// How people talk in a room, and who finds it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Who may write.
    pub write: WritePolicy,
    /// Who may under [`WritePolicy::Named`]; at most [`MAX_WRITERS`].
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub writers: BTreeSet<UserId>,
    /// What members may see of what came before them.
    pub history: HistoryPolicy,
    /// Whether a search finds it for those who are not in it.
    pub listed: bool,
    /// When it was put into the archive, where nobody writes any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// After how many whole days messages are deleted; 0 for never.
    pub retention_days: u32,
    /// What it is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether only sealed messages are taken; chosen when a conversation is made, for ever.
    pub end_to_end: bool,
    /// Time between two messages of one member, as the moderation has it.
    #[serde(skip_serializing_if = "crate::omit::is_default")]
    pub slow_mode: Millis,
    /// Whether messages wait for a host, as the moderation has it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub approval: bool,
}

/// What is to be different in a [`Policy`]; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// Who may write.
    pub write: Option<WritePolicy>,
    /// Who may under [`WritePolicy::Named`], in place of all who might before.
    pub writers: Option<BTreeSet<UserId>>,
    /// What members may see of what came before them.
    pub history: Option<HistoryPolicy>,
    /// Whether a search finds it.
    pub listed: Option<bool>,
    /// Into the archive, or out of it.
    pub archived: Option<bool>,
    /// Days, or 0 for ever.
    pub retention_days: Option<u32>,
    /// What it is about.
    pub description: Option<String>,
}

impl Policy {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl PolicyChange {
    /// Whether nothing is to change but words.
    pub(crate) fn is_words_only(&self) -> bool {
        let words = Self {
            description: self.description.clone(),
            ..Self::default()
        };
        *self == words
    }
}

/// A room's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What the room is for.
    pub kind: RoomKind,
    /// Shown to everybody.
    pub title: String,
    /// Join code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Who may come in.
    pub join_policy: JoinPolicy,
    /// Nobody new may come in while true.
    pub locked: bool,
    /// Most members at a time.
    pub capacity: u32,
    /// Whether one may come in after the quiz has started.
    pub late_join: bool,
    /// Team names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<String>,
    /// Whether members may write in the chat.
    pub chat_enabled: bool,
    /// Who made the room.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// How people talk in it, and who finds it.
    #[serde(default, skip_serializing_if = "Policy::is_default")]
    pub policy: Policy,
}
