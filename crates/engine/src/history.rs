//! What of a room's past its readers may see: nothing that was said before they came in, where the room says so, and
//! nothing that is older than the room keeps it.
//!
//! Neighbours: [`audience`](crate::audience) hides by role, and does not know when somebody came in; the shell hides by
//! position, with what it is told here. [`settings`](crate::settings) has the policy.

use crate::{Actor, ChatEvent, Event, HistoryPolicy, Member, Role, Room, Seq, UserId, permission};

impl Room {
    /// Up to which position messages are not there for the actor. Those who run the room see all that is kept.
    pub fn history_floor(&self, actor: &Actor) -> Seq {
        let role = permission::acting_role(&self.seats.members, actor);
        self.floor(&actor.user, role)
    }

    /// The same for a member, by its seat alone.
    pub(crate) fn floor_of(&self, member: &Member) -> Seq {
        self.floor(&member.user, Some(member.role))
    }

    /// Which entry brought the member in; 0 if that is not known.
    pub fn member_since(&self, user: &UserId) -> Seq {
        self.seats.since.get(user).copied().unwrap_or_default()
    }

    fn floor(&self, user: &UserId, role: Option<Role>) -> Seq {
        let expired = self.retention.through();
        let since_join = self
            .settings()
            .is_some_and(|settings| settings.policy.history == HistoryPolicy::SinceJoin);
        if !since_join || role.is_none_or(Role::is_host) {
            return expired;
        }
        expired.max(self.member_since(user))
    }
}

impl Event {
    /// The message that an entry at `seq` with this event tells something of; none if it tells of none. It is not for those
    /// whose [floor](Room::history_floor) is not below that message.
    pub fn tells_of(&self, seq: Seq) -> Option<Seq> {
        match self {
            Self::Chat(event) => Some(match event {
                ChatEvent::Sent(_) | ChatEvent::Broadcast { .. } => seq,
                ChatEvent::Edited { message, .. }
                | ChatEvent::Deleted { message, .. }
                | ChatEvent::Reacted { message, .. }
                | ChatEvent::Pinned { message, .. }
                | ChatEvent::ResendRequested { message, .. } => *message,
            }),
            Self::Moderation(event) => event.tells_of(seq),
            Self::Room(_) | Self::Quiz(_) | Self::Receipt(_) | Self::Activity(_) | Self::Inbox(_) | Self::Keys(_) => {
                None
            }
        }
    }
}
