//! What was done with the power of a host, and what rules did: a projection over the room's log.
//!
//! The state keeps the numbers of the newest [`KEPT`] entries that belong to it, so that a page of them costs no more than
//! its own entries, however long the log is; older ones are in the log only. Who led a quiz is not part of it: its results
//! say that.
//!
//! Neighbours: who reads the entries is the shell; [`moderation`](super) notices every entry.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{ModerationEvent, report::Resolution};
use crate::{
    ChatEvent, Entry, Event, Room, RoomEvent, Seq, Timestamp, UserId, event::LeaveReason, member::Role,
    moderation::MessageState,
};

/// Entries that can be listed.
pub const KEPT: usize = 5_000;
/// Longest detail, in characters.
pub const MAX_DETAIL: usize = 500;

/// Something that somebody did with the power of a host, or that a rule did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// Its place in the log.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
    /// Who; none if a rule or time did.
    pub actor: Option<UserId>,
    /// The name of the event.
    pub action: &'static str,
    /// To whom.
    pub target: Option<UserId>,
    /// To which message.
    pub message: Option<Seq>,
    /// Reason or setting, in words.
    pub detail: String,
}

/// Numbers of the newest entries that belong to the audit, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Index(VecDeque<Seq>);

impl Index {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn notice(&mut self, entry: &Entry) {
        if audited(entry).is_some() {
            self.0.push_back(entry.seq);
        }
        while self.0.len() > KEPT {
            self.0.pop_front();
        }
    }
}

impl Room {
    /// Numbers of the entries that belong to the audit before a position (`None`: from the end), newest first, at most
    /// `limit`; and whether there are older ones. [`audited`] says what each is about.
    pub fn audit(&self, before: Option<Seq>, limit: usize) -> (Vec<Seq>, bool) {
        let index = self.moderation.audit.0.iter().rev();
        let mut older = index.filter(|seq| before.is_none_or(|before| **seq < before));
        let page = older.by_ref().take(limit).copied().collect();
        (page, older.next().is_some())
    }
}

/// What the audit says of an entry; none if it is not part of it.
pub fn audited(entry: &Entry) -> Option<Audited> {
    let about = match &entry.event {
        Event::Room(event) => room(entry, event)?,
        Event::Chat(event) => chat(event)?,
        Event::Moderation(event) => moderation(event)?,
        Event::Quiz(_) | Event::Receipt(_) | Event::Activity(_) | Event::Inbox(_) | Event::Keys(_) => return None,
    };
    let by_rule = matches!(
        entry.event,
        Event::Moderation(ModerationEvent::Held { .. } | ModerationEvent::FilterBlocked { .. })
    );
    Some(Audited {
        seq: entry.seq,
        at: entry.at,
        actor: entry.actor.clone().filter(|_| !by_rule),
        action: entry.event.name(),
        target: about.target,
        message: about.message,
        detail: about.detail.chars().take(MAX_DETAIL).collect(),
    })
}

#[derive(Default)]
struct About {
    target: Option<UserId>,
    message: Option<Seq>,
    detail: String,
}

impl About {
    fn detail(detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..Self::default()
        }
    }

    fn user(user: &UserId, detail: impl Into<String>) -> Self {
        Self {
            target: Some(user.clone()),
            ..Self::detail(detail)
        }
    }
}

fn room(entry: &Entry, event: &RoomEvent) -> Option<About> {
    match event {
        RoomEvent::Updated { settings } => Some(About::detail(settings.title.clone())),
        RoomEvent::Closed | RoomEvent::InvitationRevoked { .. } => Some(About::default()),
        RoomEvent::MemberLeft {
            user, reason, message, ..
        } => match reason {
            LeaveReason::Left => None,
            LeaveReason::Removed => Some(About::user(user, message.clone())),
            LeaveReason::Banned => Some(About::user(user, banned(message))),
        },
        RoomEvent::MemberUpdated { member, invitation } => {
            let by_other = entry.actor.as_ref() != Some(&member.user);
            (by_other && invitation.is_none())
                .then(|| About::user(&member.user, format!("{}, {}", role_name(member.role), member.nickname)))
        }
        RoomEvent::InvitationCreated { invitation } => Some(About::detail(role_name(invitation.role))),
        RoomEvent::Unbanned { user } => Some(About::user(user, "")),
        RoomEvent::Banned { user, message, .. } => Some(About::user(user, message.clone())),
        RoomEvent::Created { .. } | RoomEvent::MemberJoined { .. } | RoomEvent::MessagesExpired { .. } => None,
    }
}

fn banned(message: &str) -> String {
    if message.is_empty() {
        "banned".to_owned()
    } else {
        format!("banned: {message}")
    }
}

fn chat(event: &ChatEvent) -> Option<About> {
    match event {
        ChatEvent::Deleted {
            message, by_host: true, ..
        } => Some(About {
            message: Some(*message),
            ..About::default()
        }),
        ChatEvent::Pinned { message, present } => Some(About {
            message: Some(*message),
            ..About::detail(if *present { "pinned" } else { "pin taken out" })
        }),
        ChatEvent::Broadcast { event, .. } => Some(About::detail(event.clone())),
        ChatEvent::Deleted { by_host: false, .. }
        | ChatEvent::ResendRequested { .. }
        | ChatEvent::Sent(_)
        | ChatEvent::Edited { .. }
        | ChatEvent::Reacted { .. } => None,
    }
}

fn moderation(event: &ModerationEvent) -> Option<About> {
    match event {
        ModerationEvent::Updated { settings } => Some(About::detail(format!(
            "slow mode {} ms, approval {}, newcomers {} ms, {} rules",
            settings.slow_mode.0,
            if settings.approval { "on" } else { "off" },
            settings.newcomer.0,
            settings.rules.list().len()
        ))),
        ModerationEvent::Muted { user, reason, .. } => Some(About::user(user, reason.clone())),
        ModerationEvent::Unmuted { user } => Some(About::user(user, "")),
        // Where all messages wait, that they do says nothing.
        ModerationEvent::Held { rule: None, .. } | ModerationEvent::Reported { .. } => None,
        ModerationEvent::Held {
            author,
            rule: Some(rule),
            ..
        } => Some(About::user(author, format!("rule {rule}"))),
        ModerationEvent::Resolved {
            message, author, state, ..
        } => Some(About {
            message: Some(*message),
            ..About::user(author, state_name(*state))
        }),
        ModerationEvent::ReportResolved { resolution, .. } => Some(About::detail(resolution_name(*resolution))),
        ModerationEvent::FilterBlocked { user, rule, excerpt } => {
            Some(About::user(user, format!("rule {rule}: {excerpt}")))
        }
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Observer => "observer",
        Role::Member => "member",
        Role::CoHost => "co-host",
        Role::Host => "host",
    }
}

fn state_name(state: MessageState) -> &'static str {
    match state {
        MessageState::Pending => "pending",
        MessageState::Published => "published",
        MessageState::Rejected => "rejected",
        MessageState::Archived => "archived",
    }
}

fn resolution_name(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Dismissed => "dismissed",
        Resolution::Deleted => "deleted",
        Resolution::Muted => "deleted and muted",
        Resolution::Banned => "deleted and banned",
    }
}
