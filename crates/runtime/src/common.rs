//! What snapshots of one room have in common, worked out once and encoded once.
//!
//! A crowd that comes in sees the same members and messages, which are most of a snapshot. As long as the room stands where it
//! stood, the next one gets what the one before got; a while after the last one it is let go.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use trivium_engine::{Audience, Member, MessageView, Millis, OwnView, Room, Seq, Timestamp};

/// How long it is kept after somebody has used it.
const KEPT: Millis = Millis(1_000);

/// A part that receivers share.
#[derive(Debug)]
pub struct Part<T> {
    items: Vec<T>,
    encoded: OnceLock<Bytes>,
}

/// What a snapshot has beside its view.
#[derive(Debug, Clone, Default)]
pub struct Common {
    /// The members, if the view lacks them.
    pub members: Option<Arc<Part<Member>>>,
    /// The messages, if the view lacks them.
    pub messages: Option<Arc<Part<MessageView>>>,
}

/// The parts of a room at one position.
#[derive(Default)]
pub(crate) struct Parts {
    at: Option<(Seq, Timestamp)>,
    hosts_members: Option<Arc<Part<Member>>>,
    members: Option<Arc<Part<Member>>>,
    messages: Option<Arc<Part<MessageView>>>,
}

impl<T> Part<T> {
    fn new(items: Vec<T>) -> Arc<Self> {
        Arc::new(Self {
            items,
            encoded: OnceLock::new(),
        })
    }

    /// What it consists of.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Its wire form, made by whoever asks first; all who ask have to make the same of it.
    pub fn encoded(&self, encode: impl FnOnce(&[T]) -> Bytes) -> Bytes {
        self.encoded.get_or_init(|| encode(&self.items)).clone()
    }
}

impl Parts {
    /// What a view for this audience lacks.
    pub(crate) fn of(&mut self, room: &Room, who: &Audience, own: &OwnView, now: Timestamp) -> Common {
        if self.at.is_none_or(|(seq, _)| seq != room.seq()) {
            *self = Self::default();
        }
        self.at = Some((room.seq(), now + KEPT));
        let members = match who {
            Audience::Hosts => &mut self.hosts_members,
            Audience::Member(_) | Audience::Observers => &mut self.members,
        };
        let make_members = || Part::new(room.common_members(who));
        let make_messages = || Part::new(room.common_messages());
        Common {
            members: (own.lacks_members).then(|| Arc::clone(members.get_or_insert_with(make_members))),
            messages: (own.lacks_messages).then(|| Arc::clone(self.messages.get_or_insert_with(make_messages))),
        }
    }

    /// When they are let go, if there are any.
    pub(crate) fn kept_until(&self) -> Option<Timestamp> {
        self.at.map(|(_, until)| until)
    }

    /// Lets go of what nobody has used for a while.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        if self.kept_until().is_some_and(|until| until <= now) {
            *self = Self::default();
        }
    }
}
