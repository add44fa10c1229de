//! An entry as readers see it: its encodings, and what it is to each of them.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use trivium_engine::{
    Audience, Entry, Event, Feature, HistoryPolicy, Role, RoomEvent, Seq, UserId, Visibility, gone::Gone,
};

use super::Ring;
use crate::waiters::Whom;

/// Which features a reader hears. Rooms and members are always heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features(u8);

impl Features {
    /// Everything.
    pub const ALL: Self = Self(u8::MAX);

    /// One feature beside rooms and members.
    pub const fn only(feature: Feature) -> Self {
        Self(Self::bit(feature) | Self::bit(Feature::Room))
    }

    /// Whether the feature is heard.
    pub fn contains(self, feature: Feature) -> bool {
        self.0 & Self::bit(feature) != 0
    }

    const fn bit(feature: Feature) -> u8 {
        1 << feature as u8
    }
}

/// An entry with its encodings.
pub(crate) struct Item {
    pub(crate) entry: Arc<Entry>,
    visibility: Visibility,
    pub(super) size: usize,
    hosts: OnceLock<Option<Bytes>>,
    others: OnceLock<Option<Bytes>>,
}

/// Through whose eyes a reader sees.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) user: UserId,
    pub(crate) who: Audience,
    pub(crate) features: Features,
    /// What the room let its members see of its past when the reader began.
    pub(crate) history: HistoryPolicy,
    /// Up to which position messages are not there for the reader.
    pub(crate) floor: Seq,
}

impl Reader {
    /// Whether the entry tells of a message that is not there for the reader.
    pub(super) fn is_below_floor(&self, entry: &Entry) -> bool {
        entry
            .event
            .tells_of(entry.seq)
            .is_some_and(|message| message <= self.floor)
    }
}

/// How the reader's own membership changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Left,
    Audience,
}

impl Item {
    pub(crate) fn new(entry: Arc<Entry>, size: usize) -> Self {
        let visibility = entry.visibility();
        Self {
            entry,
            visibility,
            size,
            hosts: OnceLock::new(),
            others: OnceLock::new(),
        }
    }

    /// Another in its place, if it tells of a message that was taken away.
    pub(super) fn shown(&self, gone: &Gone) -> Option<Arc<Self>> {
        match gone.shown(&self.entry) {
            Cow::Borrowed(_) => None,
            Cow::Owned(entry) => Some(Arc::new(Self::new(Arc::new(entry), self.size))),
        }
    }

    /// Whom the entry concerns beside hosts; `None` if hosts alone or nobody.
    pub(super) fn concerns(&self) -> Option<Whom<'_>> {
        match &self.visibility {
            Visibility::Everyone | Visibility::Split | Visibility::Personal => Some(Whom::Everyone),
            Visibility::Private(user) => Some(Whom::Member(user)),
            Visibility::Hosts | Visibility::Nobody => None,
        }
    }

    /// The frame that the reader gets.
    pub(super) fn frame(&self, ring: &Ring, reader: &Reader) -> Option<Bytes> {
        let seen_by = |who: &Audience| {
            let event = self.entry.event.seen_by(who)?;
            Some(ring.encode.entry(&ring.room, ring.epoch, who, &self.entry, &event))
        };
        let others = || self.others.get_or_init(|| seen_by(&Audience::Observers)).clone();
        match (&self.visibility, &reader.who) {
            (Visibility::Nobody, _) => None,
            (Visibility::Everyone, _) => others(),
            (_, Audience::Hosts) => self.hosts.get_or_init(|| seen_by(&Audience::Hosts)).clone(),
            (Visibility::Split, _) | (Visibility::Personal, Audience::Observers) => others(),
            (Visibility::Personal, Audience::Member(_)) => seen_by(&reader.who),
            (Visibility::Private(owner), Audience::Member(user)) if user == owner => seen_by(&reader.who),
            (Visibility::Private(_) | Visibility::Hosts, Audience::Member(_) | Audience::Observers) => None,
        }
    }

    /// Whether the entry changes the reader's own membership.
    pub(super) fn change(&self, reader: &Reader) -> Option<Change> {
        let Event::Room(event) = &self.entry.event else {
            return None;
        };
        match event {
            RoomEvent::MemberLeft { user, .. } => (*user == reader.user).then_some(Change::Left),
            RoomEvent::MemberUpdated { member, .. } if member.user == reader.user => {
                let same = match &reader.who {
                    Audience::Hosts => member.role.is_host(),
                    Audience::Member(_) => member.role == Role::Member,
                    Audience::Observers => member.role == Role::Observer,
                };
                (!same).then_some(Change::Audience)
            }
            // Those who run the room see all of its past either way.
            RoomEvent::Updated { settings } => {
                let same = reader.who == Audience::Hosts || settings.policy.history == reader.history;
                (!same).then_some(Change::Audience)
            }
            RoomEvent::Created { .. }
            | RoomEvent::Closed
            | RoomEvent::MessagesExpired { .. }
            | RoomEvent::MemberJoined { .. }
            | RoomEvent::MemberUpdated { .. }
            | RoomEvent::Unbanned { .. }
            | RoomEvent::Banned { .. }
            | RoomEvent::InvitationCreated { .. }
            | RoomEvent::InvitationRevoked { .. } => None,
        }
    }

    /// Whether every reader of an audience takes the same from it. Membership entries turn one reader in another
    /// direction than the rest.
    pub(super) fn is_shared(&self, reader: &Reader) -> bool {
        let membership = matches!(
            &self.entry.event,
            Event::Room(RoomEvent::MemberLeft { .. } | RoomEvent::MemberUpdated { .. })
        );
        let same = match self.visibility {
            Visibility::Everyone | Visibility::Split | Visibility::Hosts | Visibility::Nobody => true,
            Visibility::Personal | Visibility::Private(_) => reader.who == Audience::Hosts,
        };
        // What a later entry tells of an earlier message depends on when its reader came in.
        let floored = reader.floor > 0
            && self
                .entry
                .event
                .tells_of(self.entry.seq)
                .is_some_and(|of| of < self.entry.seq);
        same && !membership && !floored
    }
}
