//! The newest value of each signal of a room, and which readers have not seen it yet.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use trivium_engine::{Audience, Hearers, RoomId, Signal, SignalKey, UserId};

use crate::Encode;

/// Most signals in one frame; the rest follows in the next.
const FRAME_SIGNALS: usize = 256;
/// Ticks after which typing and progress are forgotten: who has not read them by then does not need them.
const FORGET_AFTER: u64 = 4_096;

/// What readers share.
#[derive(Debug, Default)]
pub(crate) struct Board {
    tick: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    newest: BTreeMap<SignalKey, Posted>,
    /// The newest tick of what one user hears beside hosts.
    personal: u64,
    /// Frames of the present tick, by the tick they start after and by whether hosts read them. Frames with something for
    /// one reader only are not kept.
    frames: BTreeMap<(u64, bool), (Bytes, u64)>,
}

#[derive(Debug)]
struct Posted {
    tick: u64,
    to: To,
    signal: Signal,
}

/// Who hears a signal in a room of this size.
#[derive(Debug)]
enum To {
    Everyone,
    Hosts,
    HostsAnd(UserId),
    Others,
}

impl Board {
    /// The newest tick.
    pub(crate) fn tick(&self) -> u64 {
        self.tick.load(Ordering::Acquire)
    }

    /// Posts values. `counts_only` says that others than hosts hear of nobody's presence but their own.
    pub(crate) fn post(&self, signals: BTreeMap<SignalKey, Signal>, counts_only: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tick = self.tick.load(Ordering::Relaxed);
        for (key, signal) in signals {
            // A tick of its own for each value, so that a frame may end between any two.
            tick += 1;
            let to = To::whom(&signal, counts_only);
            if matches!(to, To::HostsAnd(_)) {
                state.personal = tick;
            }
            state.newest.insert(key, Posted { tick, to, signal });
        }
        state
            .newest
            .retain(|_, posted| lasts(&posted.signal) || posted.tick + FORGET_AFTER > tick);
        state.frames.clear();
        self.tick.store(tick, Ordering::Release);
    }

    /// Forgets what there is of somebody who is no member any more.
    pub(crate) fn forget(&self, user: &UserId) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for key in [SignalKey::Presence(user.clone()), SignalKey::Unseen(user.clone())] {
            state.newest.remove(&key);
        }
        state.frames.clear();
    }

    /// What a reader who has seen everything up to `seen` has not seen yet, and what it has seen then.
    pub(crate) fn read(
        &self,
        seen: u64,
        who: &Audience,
        user: &UserId,
        room: &RoomId,
        encode: &dyn Encode,
    ) -> (Option<Bytes>, u64) {
        let host = *who == Audience::Hosts;
        let head = self.tick();
        if seen >= head {
            return (None, head);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = host || !state.has_for(user, seen);
        if let Some((frame, through)) = state.frames.get(&(seen, host)).filter(|_| shared) {
            return (Some(frame.clone()), *through);
        }
        let mut fresh: Vec<(u64, Signal)> = state
            .newest
            .values()
            .filter(|posted| posted.tick > seen && posted.to.has(host, user))
            .map(|posted| (posted.tick, posted.seen_by(host)))
            .collect();
        fresh.sort_by_key(|(tick, _)| *tick);
        if fresh.is_empty() {
            return (None, head);
        }
        let through = if fresh.len() > FRAME_SIGNALS {
            fresh[FRAME_SIGNALS - 1].0
        } else {
            head
        };
        fresh.truncate(FRAME_SIGNALS);
        let frame = encode.signals(room, &fresh);
        if shared {
            state.frames.insert((seen, host), (frame.clone(), through));
        }
        (Some(frame), through)
    }
}

impl State {
    /// Whether there is something new that a user hears beside hosts, and nobody else does.
    fn has_for(&self, user: &UserId, seen: u64) -> bool {
        // Looking for a user takes longer than all else that a reader does here.
        if self.personal <= seen {
            return false;
        }
        let keys = [SignalKey::Presence(user.clone()), SignalKey::Unseen(user.clone())];
        let own = keys.iter().filter_map(|key| self.newest.get(key));
        own.into_iter()
            .any(|posted| posted.tick > seen && matches!(posted.to, To::HostsAnd(_)))
    }
}

impl Posted {
    fn seen_by(&self, host: bool) -> Signal {
        if host {
            self.signal.clone()
        } else {
            self.signal.for_others()
        }
    }
}

impl To {
    fn whom(signal: &Signal, counts_only: bool) -> Self {
        match (signal.hearers(), signal) {
            (Hearers::Everyone, Signal::Presence(presence)) if counts_only => Self::HostsAnd(presence.user.clone()),
            (Hearers::Everyone, _) => Self::Everyone,
            (Hearers::Hosts, _) => Self::Hosts,
            (Hearers::HostsAnd(user), _) => Self::HostsAnd(user.clone()),
            (Hearers::Others, _) => Self::Others,
        }
    }

    fn has(&self, host: bool, user: &UserId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Hosts => host,
            Self::HostsAnd(one) => host || one == user,
            Self::Others => !host,
        }
    }
}

/// Whether a value is of use to whoever comes back, however long ago it was posted: one for each member, and the counts.
fn lasts(signal: &Signal) -> bool {
    match signal {
        Signal::Presence(_) | Signal::Unseen(_) | Signal::PresenceCounts { .. } => true,
        Signal::Typing { .. } | Signal::AnswerProgress { .. } | Signal::Screens { .. } => false,
    }
}
