//! What everybody did in a room: counted from the entries of all features, for hosts to look at.
//!
//! At most [`MAX_PEOPLE`] are counted. When somebody new comes, the one who has left and was last heard of longest ago is
//! forgotten; while all of them are members, newcomers are not counted.
//!
//! Neighbours: [`activity`](super) has the events of its own; [`room`](crate::room) passes every entry on.

use std::{collections::BTreeMap, ops::Bound};

use serde::{Deserialize, Serialize};

use super::ActivityEvent;
use crate::{
    Audience, ChatEvent, Entry, Event, Member, Millis, ModerationEvent, Reject, Room, RoomEvent, Timestamp, UserId,
    presence::{Known, visits::Visit},
    quiz,
    view::PAGE_MEMBERS,
};

/// Most users whose doings are counted.
pub const MAX_PEOPLE: usize = 10_000;

/// What somebody did in a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deeds {
    /// The nickname, the last one if the user has left.
    pub nickname: String,
    /// How long the user was connected, all visits together.
    pub present: Millis,
    /// How often the user came.
    pub visits: u32,
    /// When the user first came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// When the user was last there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// Messages sent.
    pub messages: u32,
    /// Reactions put.
    pub reactions: u32,
    /// Answers given.
    pub answers: u32,
    /// How often the hand was raised.
    pub hands: u32,
    /// When the user came in or left, whichever was last.
    pub moved_at: Timestamp,
    /// Is no member any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// What the log says of everybody's doings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    people: BTreeMap<UserId, Deeds>,
    /// Visits that are recorded as begun and not as ended.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    begun: BTreeMap<UserId, Timestamp>,
    /// Members who want to appear offline.
    #[serde(skip_serializing_if = "std::collections::BTreeSet::is_empty")]
    hidden: std::collections::BTreeSet<UserId>,
    /// Time of the newest entry, ends of visits left out: the last sign of life of a room that is loaded.
    last_at: Timestamp,
}

enum Deed {
    Message,
    Reaction,
    Answer,
}

impl State {
    /// Takes an event of its own into the state.
    pub(super) fn apply(&mut self, event: &ActivityEvent) {
        match event {
            ActivityEvent::HandChanged { user, raised } => {
                if let Some(deeds) = self.people.get_mut(user).filter(|_| *raised) {
                    deeds.hands = deeds.hands.saturating_add(1);
                }
            }
            ActivityEvent::VisitsBegan { visits } => self.begun.extend(visits.iter().cloned()),
            ActivityEvent::VisitEnded(visit) => {
                if self.begun.get(&visit.user) == Some(&visit.begin) {
                    self.begun.remove(&visit.user);
                }
                if let Some(deeds) = self.people.get_mut(&visit.user) {
                    deeds.add(visit);
                }
            }
            ActivityEvent::Hidden { user, hidden } => {
                if *hidden {
                    self.hidden.insert(user.clone());
                } else {
                    self.hidden.remove(user);
                }
            }
        }
    }

    /// Counts what an entry of any feature says.
    pub(crate) fn note(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Room(event) => self.note_members(entry.at, event),
            Event::Chat(event) => {
                if let Some((user, deed)) = said(event) {
                    self.count(user, &deed);
                }
            }
            // It was sent, whatever a host makes of it.
            Event::Moderation(ModerationEvent::Held { author, .. }) => self.count(author, &Deed::Message),
            Event::Quiz(quiz::Event::AnswerAccepted { user, .. }) => self.count(user, &Deed::Answer),
            // No sign of life: it comes when all is over.
            Event::Activity(ActivityEvent::VisitEnded(_)) => return,
            Event::Quiz(_)
            | Event::Receipt(_)
            | Event::Moderation(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => {}
        }
        self.last_at = self.last_at.max(entry.at);
    }

    /// The visits whose end is lost, as far as the log knows them.
    pub(crate) fn interrupted(&self) -> impl Iterator<Item = Visit> {
        self.begun.iter().map(|(user, begin)| Visit {
            user: user.clone(),
            begin: *begin,
            end: self.last_at.max(*begin),
        })
    }

    /// What presence has to know of a member who comes back.
    pub(crate) fn known(&self, user: &UserId) -> Known {
        Known {
            last_seen: self.people.get(user).and_then(|deeds| deeds.last_seen),
            invisible: self.hidden.contains(user),
        }
    }

    fn note_members(&mut self, at: Timestamp, event: &RoomEvent) {
        match event {
            RoomEvent::MemberJoined { member, .. } => self.meet(member, at),
            RoomEvent::MemberUpdated { member, .. } => {
                if let Some(deeds) = self.people.get_mut(&member.user) {
                    deeds.nickname.clone_from(&member.nickname);
                }
            }
            RoomEvent::MemberLeft { user, .. } => {
                self.hidden.remove(user);
                if let Some(deeds) = self.people.get_mut(user) {
                    deeds.gone = true;
                    deeds.moved_at = at;
                }
            }
            RoomEvent::Created { .. }
            | RoomEvent::Updated { .. }
            | RoomEvent::Closed
            | RoomEvent::MessagesExpired { .. }
            | RoomEvent::InvitationCreated { .. }
            | RoomEvent::InvitationRevoked { .. }
            | RoomEvent::Unbanned { .. }
            | RoomEvent::Banned { .. } => {}
        }
    }

    fn meet(&mut self, member: &Member, at: Timestamp) {
        if !self.people.contains_key(&member.user) && self.people.len() >= MAX_PEOPLE {
            let gone = self.people.iter().filter(|(_, deeds)| deeds.gone);
            let Some(oldest) = gone
                .min_by_key(|(_, deeds)| deeds.moved_at)
                .map(|(user, _)| user.clone())
            else {
                return;
            };
            self.people.remove(&oldest);
        }
        let deeds = self.people.entry(member.user.clone()).or_default();
        deeds.nickname.clone_from(&member.nickname);
        deeds.gone = false;
        deeds.moved_at = at;
    }

    fn count(&mut self, user: &UserId, deed: &Deed) {
        let Some(deeds) = self.people.get_mut(user) else { return };
        let count = match deed {
            Deed::Message => &mut deeds.messages,
            Deed::Reaction => &mut deeds.reactions,
            Deed::Answer => &mut deeds.answers,
        };
        *count = count.saturating_add(1);
    }
}

/// Who did what in the chat, if it is something that counts.
fn said(event: &ChatEvent) -> Option<(&UserId, Deed)> {
    if let ChatEvent::Sent(sent) = event {
        Some((&sent.author, Deed::Message))
    } else if let ChatEvent::Reacted {
        user, present: true, ..
    } = event
    {
        Some((user, Deed::Reaction))
    } else {
        None
    }
}

impl Deeds {
    fn add(&mut self, visit: &Visit) {
        self.present = self.present + visit.end.since(visit.begin);
        self.visits = self.visits.saturating_add(1);
        self.first_seen = Some(self.first_seen.map_or(visit.begin, |first| first.min(visit.begin)));
        self.last_seen = self.last_seen.max(Some(visit.end));
    }
}

impl Room {
    /// What everybody who is or was in the room did, in the order of their ids after `after`, at most `limit` and
    /// [`PAGE_MEMBERS`]; visits that go on count up to `now`. Says of each whether it is connected.
    ///
    /// # Errors
    ///
    /// `NotPermitted` for others than hosts.
    pub fn activity(
        &self,
        who: &Audience,
        after: Option<&UserId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<(UserId, Deeds, bool)>, Reject> {
        match who {
            Audience::Hosts => {}
            Audience::Member(_) | Audience::Observers => return Err(Reject::NotPermitted),
        }
        let from = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let people = self
            .activity
            .people
            .range::<UserId, _>(from)
            .take(limit.min(PAGE_MEMBERS));
        let found = people.map(|(user, deeds)| {
            let mut deeds = deeds.clone();
            let connected = self.board.is_connected(user);
            if let Some(begin) = self.board.visits.begin(user) {
                let lost_at = self.board.lost_since(user);
                deeds.add(&Visit {
                    user: user.clone(),
                    begin,
                    end: lost_at.unwrap_or(now).max(begin),
                });
            }
            (user.clone(), deeds, connected)
        });
        Ok(found.collect())
    }
}
