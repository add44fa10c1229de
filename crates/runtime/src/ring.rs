//! The newest entries of a room, encoded once per audience, for any number of readers.
//!
//! A reader owns no queue: it holds a position and takes what it has not seen when it can take more. Readers of the same
//! audience at the same position share one buffer.

mod entries;
mod item;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Waker,
};

use bytes::Bytes;
use trivium_engine::{Audience, Entry, RoomId, Seq, gone::Gone};

use self::entries::{Entries, Look};
pub use self::item::Features;
pub(crate) use self::item::{Change, Item, Reader};
use crate::{
    Encode, RuntimeConfig,
    frames::Frames,
    signals::Board,
    waiters::{Waiters, Whom, wake},
};

/// Ranges whose concatenation is kept for the next reader.
const CACHED_RANGES: usize = 8;

/// What the room's task and its readers share.
pub(crate) struct Ring {
    pub(crate) room: RoomId,
    pub(crate) epoch: u64,
    pub(crate) waiters: Waiters,
    pub(crate) board: Board,
    pub(crate) config: Arc<RuntimeConfig>,
    pub(crate) encode: Arc<dyn Encode>,
    head: AtomicU64,
    closed: AtomicBool,
    state: Mutex<State>,
}

struct State {
    entries: Entries,
    /// What entries are shown without.
    gone: Gone,
    bytes: usize,
    /// What readers found, and where they stood then. For readers with no private entry in the range.
    cache: VecDeque<(CacheKey, Bytes, Position)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct CacheKey {
    told: Seq,
    from: Seq,
    to: Seq,
    hosts: bool,
    /// Whether some of the past is not there for them.
    floored: bool,
    features: Features,
}

/// A reader's place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// Everything up to here has been looked at.
    pub(crate) scanned: Seq,
    /// The receiver knows that it is here.
    pub(crate) told: Seq,
}

/// What a reader finds.
pub(crate) enum Found {
    /// Bytes for the receiver; the position has moved.
    Bytes(Bytes),
    /// Nothing for the receiver right now.
    Nothing,
    /// Something for the reader is before the ring; read the store.
    Behind,
    /// The reader's own membership ended or changed its audience with the bytes just found, if any.
    Turn(Option<Bytes>, Change),
}

impl Ring {
    pub(crate) fn new(
        room: RoomId,
        epoch: u64,
        head: Seq,
        gone: Gone,
        config: Arc<RuntimeConfig>,
        encode: Arc<dyn Encode>,
    ) -> Self {
        let state = State {
            entries: Entries::after(head),
            gone,
            bytes: 0,
            cache: VecDeque::new(),
        };
        Self {
            room,
            epoch,
            waiters: Waiters::default(),
            board: Board::default(),
            config,
            encode,
            head: AtomicU64::new(head),
            closed: AtomicBool::new(false),
            state: Mutex::new(state),
        }
    }

    /// Number of the newest published entry.
    pub(crate) fn head(&self) -> Seq {
        self.head.load(Ordering::Acquire)
    }

    /// Whether the task is gone. Readers have to subscribe again.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Tells readers that the task is gone.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let mut woken = Vec::new();
        self.waiters.take(Whom::Everyone, &mut woken);
        wake(woken, usize::MAX);
    }

    /// Publishes committed entries, and moves the wakers of hosts and of single members whom they concern into `woken`. Returns
    /// whether somebody else is concerned; the caller says when those are woken.
    pub(crate) fn publish(&self, items: &[Arc<Item>], woken: &mut Vec<Waker>) -> bool {
        let Some(last) = items.last() else { return false };
        let head = last.entry.seq;
        let mut everyone = false;
        let mut state = self.lock();
        for item in items {
            state.bytes += item.size;
            state.entries.push(item);
            if let Some(message) = state.gone.take(&item.entry) {
                let State { entries, gone, .. } = &mut *state;
                entries.change(message, |item| item.shown(gone));
            }
        }
        while state.entries.len() > self.config.ring_entries
            || (state.bytes > self.config.ring_bytes && state.entries.len() > 1)
        {
            let oldest = state.entries.pop().map_or(0, |item| item.size);
            state.bytes -= oldest;
        }
        state.cache.clear();
        drop(state);
        self.head.store(head, Ordering::Release);
        for item in items {
            match item.concerns() {
                Some(Whom::Everyone) => everyone = true,
                Some(whom) => self.waiters.take(whom, woken),
                None => {}
            }
        }
        self.waiters.take(Whom::Hosts, woken);
        everyone
    }

    /// Wakes every reader.
    pub(crate) fn wake_everyone(&self) {
        let mut woken: Vec<Waker> = Vec::new();
        self.waiters.take(Whom::Everyone, &mut woken);
        wake(woken, self.config.wake_chunk);
    }

    /// Entries of a range that the ring still holds; `None` if it does not hold all of them.
    pub(crate) fn entries(&self, first: Seq, last: Seq) -> Option<Vec<Arc<Entry>>> {
        let state = self.lock();
        if first < state.entries.first()? || last > self.head() {
            return None;
        }
        let entry = |seq| Some(Arc::clone(&state.entries.get(seq)?.entry));
        (first..=last).map(entry).collect()
    }

    /// Reads on from a position.
    pub(crate) fn read(&self, position: &mut Position, reader: &Reader) -> Found {
        let head = self.head();
        if position.scanned >= head {
            return Found::Nothing;
        }
        let began = *position;
        let (range, common) = {
            let state = self.lock();
            if state.entries.misses(position.scanned, &reader.who) {
                return Found::Behind;
            }
            let look = state.entries.look(position.scanned, head, &reader.who);
            if look == Look::Nothing && head - position.told < self.config.progress_every {
                position.scanned = head;
                return Found::Nothing;
            }
            let common = look != Look::Own;
            if common {
                let key = CacheKey::new(began, head, reader);
                if let Some((_, bytes, after)) = state.cache.iter().find(|(cached, ..)| *cached == key) {
                    *position = *after;
                    return Found::Bytes(bytes.clone());
                }
            }
            (state.entries.range(position.scanned, head, &reader.who), common)
        };
        let (found, shared) = self.put_together(&range.items, range.through, position, reader);
        if let Found::Bytes(bytes) = &found
            && shared
            && common
            && position.scanned == head
        {
            let mut state = self.lock();
            if state.cache.len() == CACHED_RANGES {
                state.cache.pop_front();
            }
            let key = CacheKey::new(began, head, reader);
            state.cache.push_back((key, bytes.clone(), *position));
        }
        found
    }

    /// Puts the frames of entries from the store that follow the position without a gap together, up to the byte bound.
    pub(crate) fn assemble(&self, items: &[Arc<Item>], position: &mut Position, reader: &Reader) -> Found {
        let through = items.last().map_or(position.scanned, |item| item.entry.seq);
        let items: Vec<Arc<Item>> = {
            let state = self.lock();
            let shown = |item: &Arc<Item>| item.shown(&state.gone).unwrap_or_else(|| Arc::clone(item));
            items.iter().map(shown).collect()
        };
        self.put_together(&items, through, position, reader).0
    }

    /// As [`assemble`](Self::assemble), where entries up to `through` that do not concern the reader may be left out. Also
    /// whether every reader of the audience takes the same from these entries.
    fn put_together(
        &self,
        items: &[Arc<Item>],
        through: Seq,
        position: &mut Position,
        reader: &Reader,
    ) -> (Found, bool) {
        let mut frames = Frames::default();
        let mut shared = true;
        let mut change = None;
        let mut rest = items.iter();
        for item in rest.by_ref() {
            let seq = item.entry.seq;
            let heard = reader.features.contains(item.entry.event.feature());
            let wanted = heard && !reader.is_below_floor(&item.entry);
            let frame = if wanted { item.frame(self, reader) } else { None };
            shared &= item.is_shared(reader);
            if let Some(frame) = frame {
                if position.told + 1 < seq {
                    frames.push(self.encode.progress(&self.room, seq - 1));
                }
                frames.push(frame);
                position.told = seq;
            }
            position.scanned = seq;
            change = item.change(reader);
            if change.is_some() || frames.size() >= self.config.read_bytes {
                break;
            }
        }
        if change.is_none() && rest.len() == 0 {
            position.scanned = through;
        }
        if position.scanned - position.told >= self.config.progress_every {
            frames.push(self.encode.progress(&self.room, position.scanned));
            position.told = position.scanned;
        }
        let bytes = frames.join();
        let found = match (change, bytes) {
            (Some(change), bytes) => Found::Turn(bytes, change),
            (None, Some(bytes)) => Found::Bytes(bytes),
            (None, None) => Found::Nothing,
        };
        (found, shared)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CacheKey {
    fn new(began: Position, head: Seq, reader: &Reader) -> Self {
        Self {
            told: began.told,
            from: began.scanned,
            to: head,
            hosts: reader.who == Audience::Hosts,
            floored: reader.floor > 0,
            features: reader.features,
        }
    }
}

impl std::fmt::Debug for Ring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ring")
            .field("room", &self.room)
            .field("head", &self.head())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
