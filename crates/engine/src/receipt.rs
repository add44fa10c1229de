//! Receipts: how far each member has received and read the room.
//!
//! A mark says that everything up to it counts. Marks only move forwards, begin at 0 and never pass the end of the log;
//! what was read was delivered. An acknowledgement is no command: it is noted beside the log ([`Notes`]), and all that
//! were noted within [`GATHER`] become one entry, so that a thousand readers of a message cost one entry and not a
//! thousand. It is durable within that time; a client that was cut off repeats its newest marks.
//!
//! Neighbours: [`room`](crate::room) dispatches here; `receipt/sight.rs` says who may see which mark, `receipt/look.rs`
//! what is left to read; [`chat`](crate::chat) counts messages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Audience, Cx, Entry, Millis, Role, Room, RoomEvent, Seq, Timestamp, UserId, Visibility, event::Event,
    permission::Need,
};

mod look;
mod sight;

pub use look::{Glance, MessageReceipts};

/// How long acknowledgements are gathered before they become an entry, and so the time within which they are durable.
pub const GATHER: Millis = Millis::secs(1);
/// Members up to which everybody sees everybody's marks. In larger rooms members see their own, hosts all.
pub const SHARED_UP_TO: usize = 50;
/// Most marks in one entry; further ones go into the next, of the same moment.
pub const MAX_MOVED: usize = 2_000;

/// What one may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptCommand {
    /// Keep one's reading to oneself, and be told nothing of that of others; or no longer.
    SetPrivacy {
        /// Whether.
        private: bool,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptEvent {
    /// Marks moved.
    Moved {
        /// The marks as they stand, in the order of users, at most [`MAX_MOVED`].
        marks: Vec<Mark>,
        /// Whether the room was small enough for everybody to see them.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        shared: bool,
        /// Who keeps its reading to itself, in the order of users: where marks are shared all who do, else those among
        /// the marks. Nobody sees it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        private: Vec<UserId>,
        /// Whose mark of what was delivered has not moved, among those who keep their reading to themselves, in the order of
        /// users: that anything moved would tell that they have read. Nobody but themselves sees their marks, and nobody this.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        silent: Vec<UserId>,
    },
    /// A member keeps its reading to itself, or no longer. The member and hosts see it.
    PrivacySet {
        /// The member.
        user: UserId,
        /// Whether.
        private: bool,
    },
}

/// How far a member has received and read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The member.
    pub user: UserId,
    /// Everything up to here has reached a device.
    pub delivered: Seq,
    /// Everything up to here was shown; 0 where the receiver may not know.
    #[serde(default, skip_serializing_if = "crate::omit::is_default")]
    pub read: Seq,
}

/// The marks of the members: one for each, and for nobody else.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    members: BTreeMap<UserId, Standing>,
}

/// How far one member is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    /// Where the member came in: what was said before is there to read, and not unread.
    since: Seq,
    #[serde(default, skip_serializing_if = "crate::omit::is_default")]
    delivered: Seq,
    #[serde(default, skip_serializing_if = "crate::omit::is_default")]
    read: Seq,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    private: bool,
}

/// Acknowledgements that are not in the log yet: kept beside it, and lost with the task that owns the room.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    /// One for each member at most.
    moved: BTreeMap<UserId, (Seq, Seq)>,
    /// When they become an entry; none while there are none.
    due: Option<Timestamp>,
}

impl ReceiptCommand {
    /// What it takes to ask this.
    pub(crate) fn need(&self) -> Need {
        match self {
            Self::SetPrivacy { .. } => Need::Seat(Role::Observer),
        }
    }

    /// Whether the first event that this command makes can be `event`.
    pub(crate) fn can_make(&self, event: &Event) -> bool {
        match self {
            Self::SetPrivacy { private } => {
                matches!(event, Event::Receipt(ReceiptEvent::PrivacySet { private: made, .. }) if made == private)
            }
        }
    }
}

impl ReceiptEvent {
    /// A short name, for people and queries.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Moved { .. } => "receipt.moved",
            Self::PrivacySet { .. } => "receipt.privacy_set",
        }
    }

    /// For whom it looks how.
    pub(crate) fn visibility(&self) -> Visibility {
        match self {
            Self::Moved { shared, private, .. } if *shared && private.is_empty() => Visibility::Everyone,
            Self::Moved { .. } => Visibility::Personal,
            Self::PrivacySet { user, .. } => Visibility::Private(user.clone()),
        }
    }

    /// As an audience may see it.
    pub(crate) fn seen_by(&self, who: &Audience) -> Option<Self> {
        match self {
            Self::Moved {
                marks,
                shared,
                private,
                silent,
            } => {
                let mut marks = sight::moved(marks, who, *shared, private);
                marks.retain(|mark| who.is(&mark.user) || silent.binary_search(&mark.user).is_err());
                (!marks.is_empty()).then(|| Self::Moved {
                    marks,
                    shared: *shared,
                    private: Vec::new(),
                    silent: Vec::new(),
                })
            }
            Self::PrivacySet { user, .. } => who.is_host_or(user).then(|| self.clone()),
        }
    }
}

/// What the command brings about; whoever has a seat may ask.
pub(crate) fn decide(room: &Room, command: &ReceiptCommand, cx: &Cx<'_>) -> Vec<Event> {
    match command {
        ReceiptCommand::SetPrivacy { private } => {
            let user = &cx.actor.user;
            if room.receipts.is_private(user) == *private {
                return Vec::new();
            }
            vec![Event::Receipt(ReceiptEvent::PrivacySet {
                user: user.clone(),
                private: *private,
            })]
        }
    }
}

/// What time alone brings about: what was noted becomes an entry.
pub(crate) fn settle(room: &Room, now: Timestamp) -> Vec<ReceiptEvent> {
    if room.notes.due.is_none_or(|due| due > now) {
        return Vec::new();
    }
    flush(room)
}

/// What was noted, as entries.
pub(crate) fn flush(room: &Room) -> Vec<ReceiptEvent> {
    let shared = room.seats.members.len() <= SHARED_UP_TO;
    let marks: Vec<Mark> = room
        .notes
        .moved
        .iter()
        .map(|(user, &(delivered, read))| Mark {
            user: user.clone(),
            delivered,
            read,
        })
        .collect();
    let entry = |marks: &[Mark]| ReceiptEvent::Moved {
        marks: marks.to_vec(),
        shared,
        private: if shared {
            room.receipts.private().cloned().collect()
        } else {
            let among = marks.iter().filter(|mark| room.receipts.is_private(&mark.user));
            among.map(|mark| mark.user.clone()).collect()
        },
        silent: (marks.iter())
            .filter(|mark| room.receipts.reads_silently(mark))
            .map(|mark| mark.user.clone())
            .collect(),
    };
    marks.chunks(MAX_MOVED).map(entry).collect()
}

/// When [`settle`] has something to do next.
pub(crate) fn next_deadline(room: &Room) -> Option<Timestamp> {
    room.notes.due
}

impl State {
    /// Takes an event into the state.
    pub(crate) fn apply(&mut self, event: &ReceiptEvent) {
        match event {
            ReceiptEvent::Moved { marks, .. } => {
                for mark in marks {
                    if let Some(standing) = self.members.get_mut(&mark.user) {
                        *standing = standing.moved(mark.delivered, mark.read);
                    }
                }
            }
            ReceiptEvent::PrivacySet { user, private } => {
                if let Some(standing) = self.members.get_mut(user) {
                    standing.private = *private;
                }
            }
        }
    }

    /// Takes in who comes and who goes.
    pub(crate) fn note(&mut self, entry: &Entry) {
        match &entry.event {
            Event::Room(RoomEvent::MemberJoined { member, .. }) => {
                let standing = Standing {
                    since: entry.seq,
                    ..Standing::default()
                };
                self.members.insert(member.user.clone(), standing);
            }
            Event::Room(RoomEvent::MemberLeft { user, .. }) => drop(self.members.remove(user)),
            Event::Room(_)
            | Event::Quiz(_)
            | Event::Chat(_)
            | Event::Receipt(_)
            | Event::Moderation(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => {}
        }
    }

    fn is_private(&self, user: &UserId) -> bool {
        self.members.get(user).is_some_and(|standing| standing.private)
    }

    /// Whether all that a mark would tell others is that a private reader has read.
    fn reads_silently(&self, mark: &Mark) -> bool {
        let before = self.members.get(&mark.user);
        before.is_some_and(|before| before.private && before.delivered == mark.delivered)
    }

    /// Who keeps its reading to itself, in the order of users.
    fn private(&self) -> impl Iterator<Item = &UserId> {
        let private = self.members.iter().filter(|(_, standing)| standing.private);
        private.map(|(user, _)| user)
    }
}

impl Standing {
    /// With both marks moved, which never go back.
    fn moved(self, delivered: Seq, read: Seq) -> Self {
        let read = self.read.max(read);
        Self {
            delivered: self.delivered.max(delivered).max(read),
            read,
            ..self
        }
    }
}

impl Notes {
    /// Notes what a member has received and read. `head` is the end of the log, which no mark passes.
    pub(crate) fn take(
        &mut self,
        state: &State,
        user: &UserId,
        (delivered, read): (Seq, Seq),
        head: Seq,
        now: Timestamp,
    ) {
        let Some(logged) = state.members.get(user) else { return };
        let before = self.over(user, *logged);
        let after = before.moved(delivered.min(head), read.min(head));
        if before != after {
            self.moved.insert(user.clone(), (after.delivered, after.read));
            self.due.get_or_insert(now + GATHER);
        }
    }

    /// Strikes out what an entry says, or makes void.
    pub(crate) fn strike(&mut self, event: &Event) {
        match event {
            Event::Receipt(ReceiptEvent::Moved { marks, .. }) => {
                for mark in marks {
                    self.moved.remove(&mark.user);
                }
            }
            Event::Room(RoomEvent::MemberLeft { user, .. }) => drop(self.moved.remove(user)),
            Event::Room(RoomEvent::Closed) => self.moved.clear(),
            Event::Room(_)
            | Event::Quiz(_)
            | Event::Chat(_)
            | Event::Receipt(_)
            | Event::Moderation(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => {}
        }
        if self.moved.is_empty() {
            self.due = None;
        }
    }

    /// A standing in the log, as it is with what was noted since.
    fn over(&self, user: &UserId, logged: Standing) -> Standing {
        match self.moved.get(user) {
            Some(&(delivered, read)) => logged.moved(delivered, read),
            None => logged,
        }
    }
}
