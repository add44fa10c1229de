//! A room's settings.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, UserId};

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
            Self::StudyGroup => JoinPolicy::Invited,
            Self::Channel => JoinPolicy::Open,
        }
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
}
