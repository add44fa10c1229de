//! Who may see what.
//!
//! This is the only place that hides anything: what a receiver may not see is removed here, not in `api` and not in a
//! client. Every entry has a [`Visibility`], from which the shell knows how many encodings it needs, and
//! [`Event::seen_by`](crate::Event::seen_by) gives the event as one audience sees it.
//!
//! Neighbours: [`quiz`](crate::quiz) has the same two functions for its own events.

use crate::{Accommodations, Entry, Event, Member, RoomEvent, UserId};

/// Through whose eyes an event is seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Hosts, co-hosts, and services and admins by their global role.
    Hosts,
    /// One member.
    Member(UserId),
    /// Somebody who takes no part.
    Observers,
}

/// For whom an entry looks how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// The same for everybody.
    Everyone,
    /// One look for hosts, one for everybody else.
    Split,
    /// One look for hosts, one for observers, and one for each member.
    Personal,
    /// Hosts and one member.
    Private(UserId),
    /// Hosts only.
    Hosts,
    /// Nobody.
    Nobody,
}

impl Audience {
    /// Whether hosts' knowledge, or that of this user about itself, may be seen.
    pub(crate) fn is_host_or(&self, user: &UserId) -> bool {
        match self {
            Self::Hosts => true,
            Self::Member(member) => member == user,
            Self::Observers => false,
        }
    }

    /// Whether this is the member itself.
    pub(crate) fn is(&self, user: &UserId) -> bool {
        match self {
            Self::Member(member) => member == user,
            Self::Hosts | Self::Observers => false,
        }
    }

    /// A member with what this audience may see of it.
    pub(crate) fn sees(&self, member: &Member) -> Member {
        let mut seen = member.clone();
        if !self.is_host_or(&member.user) {
            seen.accommodations = Accommodations::default();
            seen.mute = None;
        }
        seen
    }
}

impl Entry {
    /// For whom the entry looks how.
    pub fn visibility(&self) -> Visibility {
        match &self.event {
            Event::Room(event) => room_visibility(event),
            Event::Quiz(event) => event.visibility(),
            Event::Chat(event) => event.visibility(),
            Event::Receipt(event) => event.visibility(),
            Event::Moderation(event) => event.visibility(),
            Event::Activity(event) => event.visibility(),
            Event::Inbox(event) => event.visibility(),
            Event::Keys(event) => event.visibility(),
        }
    }
}

impl Event {
    /// The event as an audience may see it; none if it may not see it at all.
    pub fn seen_by(&self, who: &Audience) -> Option<Self> {
        match self {
            Self::Room(event) => room_seen_by(event, who).map(Self::Room),
            Self::Quiz(event) => event.seen_by(who).map(Self::Quiz),
            Self::Chat(event) => event.seen_by(who).map(Self::Chat),
            Self::Receipt(event) => event.seen_by(who).map(Self::Receipt),
            Self::Moderation(event) => event.seen_by(who).map(Self::Moderation),
            Self::Activity(event) => event.seen_by(who).map(Self::Activity),
            Self::Inbox(event) => event.seen_by(who).map(Self::Inbox),
            // Nobody but its owner is in a key log.
            Self::Keys(_) => Some(self.clone()),
        }
    }
}

fn room_visibility(event: &RoomEvent) -> Visibility {
    match event {
        RoomEvent::Created { .. }
        | RoomEvent::Updated { .. }
        | RoomEvent::Closed
        | RoomEvent::MessagesExpired { .. } => Visibility::Everyone,
        RoomEvent::MemberJoined { member, invitation, .. } | RoomEvent::MemberUpdated { member, invitation } => {
            if member.has_secrets() {
                Visibility::Personal
            } else if invitation.is_some() {
                Visibility::Split
            } else {
                Visibility::Everyone
            }
        }
        RoomEvent::MemberLeft { message, until, .. } => {
            if message.is_empty() && until.is_none() {
                Visibility::Everyone
            } else {
                Visibility::Personal
            }
        }
        RoomEvent::Banned { .. }
        | RoomEvent::Unbanned { .. }
        | RoomEvent::InvitationCreated { .. }
        | RoomEvent::InvitationRevoked { .. } => Visibility::Hosts,
    }
}

fn room_seen_by(event: &RoomEvent, who: &Audience) -> Option<RoomEvent> {
    match event {
        RoomEvent::Created { .. }
        | RoomEvent::Updated { .. }
        | RoomEvent::Closed
        | RoomEvent::MessagesExpired { .. } => Some(event.clone()),
        RoomEvent::MemberJoined {
            member,
            member_count,
            invitation,
        } => Some(RoomEvent::MemberJoined {
            member: who.sees(member),
            member_count: *member_count,
            invitation: invitation.clone().filter(|_| *who == Audience::Hosts),
        }),
        RoomEvent::MemberUpdated { member, invitation } => Some(RoomEvent::MemberUpdated {
            member: who.sees(member),
            invitation: invitation.clone().filter(|_| *who == Audience::Hosts),
        }),
        RoomEvent::MemberLeft {
            user,
            reason,
            message,
            member_count,
            until,
        } => Some(RoomEvent::MemberLeft {
            user: user.clone(),
            reason: *reason,
            message: if who.is_host_or(user) {
                message.clone()
            } else {
                String::new()
            },
            member_count: *member_count,
            until: until.filter(|_| who.is_host_or(user)),
        }),
        RoomEvent::Banned { .. }
        | RoomEvent::Unbanned { .. }
        | RoomEvent::InvitationCreated { .. }
        | RoomEvent::InvitationRevoked { .. } => match who {
            Audience::Hosts => Some(event.clone()),
            Audience::Member(_) | Audience::Observers => None,
        },
    }
}
