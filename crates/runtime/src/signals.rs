//! The newest value of each signal of a room, and which readers have not seen it yet.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use trivium_engine::{RoomId, Signal, SignalKey};

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
    /// Frames of the present tick, by the tick they start after and by whether hosts read them.
    frames: BTreeMap<(u64, bool), (Bytes, u64)>,
}

#[derive(Debug)]
struct Posted {
    tick: u64,
    hosts_only: bool,
    signal: Signal,
}

impl Board {
    /// The newest tick.
    pub(crate) fn tick(&self) -> u64 {
        self.tick.load(Ordering::Acquire)
    }

    /// Posts values. `presence_to_all` says whether others than hosts hear of presence.
    pub(crate) fn post(&self, signals: BTreeMap<SignalKey, Signal>, presence_to_all: bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tick = self.tick.load(Ordering::Relaxed);
        for (key, signal) in signals {
            // A tick of its own for each value, so that a frame may end between any two.
            tick += 1;
            let hosts_only = signal.is_for_hosts() || !presence_to_all && matches!(signal, Signal::Presence(_));
            state.newest.insert(
                key,
                Posted {
                    tick,
                    hosts_only,
                    signal,
                },
            );
        }
        state
            .newest
            .retain(|_, posted| matches!(posted.signal, Signal::Presence(_)) || posted.tick + FORGET_AFTER > tick);
        state.frames.clear();
        self.tick.store(tick, Ordering::Release);
    }

    /// What a reader who has seen everything up to `seen` has not seen yet, and what it has seen then.
    pub(crate) fn read(&self, seen: u64, host: bool, room: &RoomId, encode: &dyn Encode) -> (Option<Bytes>, u64) {
        let head = self.tick();
        if seen >= head {
            return (None, head);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((frame, through)) = state.frames.get(&(seen, host)) {
            return (Some(frame.clone()), *through);
        }
        let mut fresh: Vec<(u64, Signal)> = state
            .newest
            .values()
            .filter(|posted| posted.tick > seen && (host || !posted.hosts_only))
            .map(|posted| (posted.tick, posted.signal.clone()))
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
        state.frames.insert((seen, host), (frame.clone(), through));
        (Some(frame), through)
    }
}
