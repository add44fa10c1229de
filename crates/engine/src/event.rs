//! What happened in a room. Events are the truth: state is what remains after applying them in order.
//!
//! They are also the storage format, under the names given here by serde. A log that was ever written must be read for
//! ever: add variants and optional fields, and never rename without an upcaster.

use serde::{Deserialize, Serialize};

use crate::{
    ActivityEvent, ChatEvent, InboxEvent, KeysEvent, ModerationEvent, ReceiptEvent, RequestId, Seq, Timestamp, UserId,
    member::Member, membership::Invitation, quiz, settings::Settings,
};

/// One entry of a room's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the log, dense from 1.
    pub seq: Seq,
    /// When the room decided it.
    pub at: Timestamp,
    /// Who caused it; none if time did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserId>,
    /// The request that caused it, so that a retry is recognised. All entries of one request carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// What happened.
    pub event: Event,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// To the room and its members.
    Room(RoomEvent),
    /// To the quiz.
    Quiz(quiz::Event),
    /// In the chat.
    Chat(ChatEvent),
    /// To the marks of what was received and read.
    Receipt(ReceiptEvent),
    /// By moderators and their rules.
    Moderation(ModerationEvent),
    /// To hands and visits.
    Activity(ActivityEvent),
    /// To an inbox, or to the announcements.
    Inbox(InboxEvent),
    /// To somebody's keys.
    Keys(KeysEvent),
}

/// To the room and its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomEvent {
    /// The room exists.
    Created {
        /// Its settings.
        settings: Settings,
    },
    /// Settings changed.
    Updated {
        /// The settings after the change.
        settings: Settings,
    },
    /// The room is over.
    Closed,
    /// Messages that are older than the room keeps them are gone.
    MessagesExpired {
        /// All up to this entry.
        through: Seq,
    },
    /// Somebody came in.
    MemberJoined {
        /// The new member.
        member: Member,
        /// How many members there are.
        member_count: u32,
        /// Code of the invitation that this was a use of. Hosts see it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invitation: Option<String>,
    },
    /// Somebody is no longer in the room.
    MemberLeft {
        /// The user.
        user: UserId,
        /// Why.
        reason: LeaveReason,
        /// What the host said; the member and hosts see it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        message: String,
        /// How many members there are.
        member_count: u32,
        /// When a ban ends; none for when a host ends it. The member and hosts see it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Somebody changed.
    MemberUpdated {
        /// The member after the change.
        member: Member,
        /// Code of the invitation that raised the member. Hosts see it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invitation: Option<String>,
    },
    /// A host made an invitation. Hosts see it.
    InvitationCreated {
        /// The invitation.
        invitation: Invitation,
    },
    /// A host took an invitation back. Hosts see it.
    InvitationRevoked {
        /// Its code.
        code: String,
    },
    /// A ban ended. Hosts see it.
    Unbanned {
        /// The user.
        user: UserId,
    },
    /// A user who was not a member may not come in any more. Hosts see it.
    Banned {
        /// The user.
        user: UserId,
        /// What the host said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        message: String,
        /// When it ends; none for when a host ends it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
}

/// Why a member is no longer in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// By own wish.
    Left,
    /// Removed by a host.
    Removed,
    /// Banned by a host.
    Banned,
}

/// Which feature an event belongs to. Typed streams hear some features only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Settings and membership; every stream hears them.
    Room,
    /// The live quiz.
    Quiz,
    /// Chat.
    Chat,
    /// Raised hands and visits, and who is there, which is told in signals.
    Presence,
}

impl Event {
    /// The feature it belongs to.
    pub fn feature(&self) -> Feature {
        match self {
            Self::Room(_) | Self::Inbox(_) | Self::Keys(_) => Feature::Room,
            Self::Quiz(_) => Feature::Quiz,
            Self::Chat(_) | Self::Receipt(_) | Self::Moderation(_) => Feature::Chat,
            Self::Activity(_) => Feature::Presence,
        }
    }
}

impl Event {
    /// A short name such as `quiz.question_opened`, for people and queries.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Room(event) => match event {
                RoomEvent::Created { .. } => "room.created",
                RoomEvent::Updated { .. } => "room.updated",
                RoomEvent::Closed => "room.closed",
                RoomEvent::MessagesExpired { .. } => "room.messages_expired",
                RoomEvent::MemberJoined { .. } => "room.member_joined",
                RoomEvent::MemberLeft { .. } => "room.member_left",
                RoomEvent::MemberUpdated { .. } => "room.member_updated",
                RoomEvent::Unbanned { .. } => "room.unbanned",
                RoomEvent::Banned { .. } => "room.banned",
                RoomEvent::InvitationCreated { .. } => "room.invitation_created",
                RoomEvent::InvitationRevoked { .. } => "room.invitation_revoked",
            },
            Self::Quiz(event) => event.name(),
            Self::Chat(event) => event.name(),
            Self::Receipt(event) => event.name(),
            Self::Moderation(event) => event.name(),
            Self::Activity(event) => event.name(),
            Self::Inbox(event) => event.name(),
            Self::Keys(event) => event.name(),
        }
    }
}
