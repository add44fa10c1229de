//! Marks and what is left to read, as they are asked for.
//!
//! Who asks sees its own newest marks, noted or logged; of others only what the log says.

use super::{Mark, SHARED_UP_TO, Standing, sight};
use crate::{
    Actor, Audience, Member, MessageView, Reject, Role, Room, RoomKind, Seq, Settings, UserId,
    view::{PAGE_MEMBERS, Unread},
};

/// Most readers of a message that are named.
const MAX_READERS: usize = 50;
/// Most others of a conversation in a [`Glance`].
const MAX_OTHERS: usize = 8;

/// Who has received and read one message, its author left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageReceipts {
    /// How many have received it.
    pub delivered: u32,
    /// How many have read it, as far as the receiver may know.
    pub read: u32,
    /// Who has read it, in the order of users, where the receiver may know; at most 50.
    pub readers: Vec<UserId>,
    /// How many there are.
    pub members: u32,
}

/// What goes on in a room, for a member's list of rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// Settings, with the join code, which all inside may know.
    pub settings: Settings,
    /// How many members there are.
    pub member_count: u32,
    /// Which life of the log.
    pub epoch: u64,
    /// Where the log ends.
    pub seq: Seq,
    /// The newest message that is held and that the member may see.
    pub last_message: Option<MessageView>,
    /// What is left to read.
    pub unread: Unread,
    /// The member's marks.
    pub mark: Mark,
    /// In conversations: the other members, in the order of users; at most 8.
    pub others: Vec<Member>,
}

impl Room {
    /// A member's own marks, and what is left for it to read; none for who has no seat.
    pub fn reading(&self, user: &UserId) -> Option<(Mark, Unread)> {
        let standing = self.standing(user)?;
        Some((standing.mark(user), self.unread_after(user, standing)))
    }

    /// Whether a member keeps its reading to itself.
    pub fn reads_privately(&self, user: &UserId) -> bool {
        self.receipts.is_private(user)
    }

    /// Marks of members in the order of their ids after `after`, as the audience may see them, at most `limit` and
    /// [`PAGE_MEMBERS`]. `me` sees its own mark whole.
    pub fn receipts(&self, who: &Audience, me: Option<&UserId>, after: Option<&UserId>, limit: usize) -> Vec<Mark> {
        let limit = limit.min(PAGE_MEMBERS);
        let shared = self.marks_are_shared();
        if !shared && *who != Audience::Hosts {
            let own = me.filter(|me| after.is_none_or(|after| *me > after));
            let own = own.and_then(|me| Some(self.standing(me)?.mark(me)));
            return own.into_iter().take(limit).collect();
        }
        let members = self.seats.members.after(after).take(limit);
        let seen = members.filter_map(|member| {
            if Some(&member.user) == me {
                return Some(self.standing(&member.user)?.mark(&member.user));
            }
            let logged = self.receipts.members.get(&member.user)?.mark(&member.user);
            sight::mark(&logged, who, shared, |user| self.receipts.is_private(user))
        });
        seen.collect()
    }

    /// Who has received and read a message that is still held.
    ///
    /// # Errors
    ///
    /// `NotMember` for whoever may not look into the room; `NoSuchMessage` if it is not held, was deleted, or is not for
    /// the actor.
    pub fn message_receipts(&self, actor: &Actor, message: Seq) -> Result<MessageReceipts, Reject> {
        let who = &self.audience(actor).ok_or(Reject::NotMember)?;
        let (author, shown_at) = self.chat.author(message, who).ok_or(Reject::NoSuchMessage)?;
        if message <= self.history_floor(actor) {
            return Err(Reject::NoSuchMessage);
        }
        let named = self.marks_are_shared() || *who == Audience::Hosts;
        let mut found = MessageReceipts::default();
        for (user, standing) in self.receipts.members.iter().filter(|(user, _)| *user != author) {
            found.members += 1;
            if standing.delivered < shown_at {
                continue;
            }
            found.delivered += 1;
            // Counts are no names: whoever may not see whose mark it is still learns how many there are.
            let mark = sight::mark(&standing.mark(user), who, true, |user| self.receipts.is_private(user));
            if mark.is_some_and(|mark| mark.read >= shown_at) {
                found.read += 1;
                if named && found.readers.len() < MAX_READERS {
                    found.readers.push(user.clone());
                }
            }
        }
        Ok(found)
    }

    /// What goes on in the room, for the list of a member's rooms; none for who has no seat.
    pub fn glance(&self, actor: &Actor) -> Option<Glance> {
        let settings = self.settings()?.clone();
        let (mark, unread) = self.reading(&actor.user)?;
        let who = self.audience(actor)?;
        let newest = self.chat.newest(&who);
        let floor = self.history_floor(actor);
        let others = self.seats.members.iter().filter(|member| member.user != actor.user);
        let others = match settings.kind {
            RoomKind::Conversation => others.take(MAX_OTHERS).map(|member| who.sees(member)).collect(),
            RoomKind::Quiz
            | RoomKind::Classroom
            | RoomKind::StudyGroup
            | RoomKind::Channel
            | RoomKind::Inbox
            | RoomKind::System
            | RoomKind::Keys => Vec::new(),
        };
        Some(Glance {
            settings,
            member_count: self.member_count(),
            epoch: self.epoch(),
            seq: self.seq(),
            last_message: newest.filter(|message| message.seq > floor),
            unread,
            mark,
            others,
        })
    }

    /// What an acknowledgement needs: a seat in a room that is not over.
    ///
    /// # Errors
    ///
    /// `RoomClosed`, or `NotMember` without a seat.
    pub fn may_acknowledge(&self, actor: &Actor) -> Result<(), Reject> {
        self.seats.check_open()?;
        self.member(&actor.user).map(|_| ()).ok_or(Reject::NotMember)
    }

    /// Whether everything up to there has reached a device of the member's, as far as it is known.
    pub(crate) fn has_received(&self, user: &UserId, seq: Seq) -> bool {
        self.standing(user).is_some_and(|standing| standing.delivered >= seq)
    }

    fn standing(&self, user: &UserId) -> Option<Standing> {
        let logged = self.receipts.members.get(user)?;
        Some(self.notes.over(user, *logged))
    }

    fn unread_after(&self, user: &UserId, standing: Standing) -> Unread {
        let Some(member) = self.member(user) else {
            return Unread::default();
        };
        let who = match member.role {
            Role::Host | Role::CoHost => Audience::Hosts,
            Role::Member => Audience::Member(user.clone()),
            Role::Observer => Audience::Observers,
        };
        let after = standing.since.max(standing.read);
        self.chat.unread(user, &who, after, self.floor_of(member))
    }

    fn marks_are_shared(&self) -> bool {
        self.seats.members.len() <= SHARED_UP_TO
    }
}

impl Standing {
    fn mark(self, user: &UserId) -> Mark {
        Mark {
            user: user.clone(),
            delivered: self.delivered,
            read: self.read,
        }
    }
}
