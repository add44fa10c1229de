//! A subscription: one reader's cursor in one room.
//!
//! It is polled when the receiver's stream can take more, and only then. Live delivery, catching up from the store and
//! resuming are the same code: read on from the position.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::sync::mpsc;
use trivium_engine::{Audience, Millis, Observation, RoomId, Seq, UserId, View};
use trivium_store::{Page, Store, StoreError};

pub use crate::ring::Features;
use crate::{
    Common, codec,
    ring::{Change, Found, Item, Position, Reader, Ring},
    room_task::Input,
    waiters::Place,
};

/// How a subscription begins.
#[derive(Debug)]
pub enum Start {
    /// Where the receiver's cursor stands; what is missing follows.
    Resumed {
        /// Where the log stands now.
        head: Seq,
    },
    /// From a snapshot.
    Snapshot {
        /// Why not from the cursor.
        reason: SnapshotReason,
        /// The room as the receiver sees it, but for what it has in common with others. Entries after its `seq` follow.
        view: Box<View>,
        /// The rest.
        common: Common,
    },
}

impl Start {
    /// The room as the receiver sees it, if it begins with that.
    pub fn whole_view(&self) -> Option<View> {
        let Self::Snapshot { view, common, .. } = self else {
            return None;
        };
        let mut view = View::clone(view);
        if let Some(members) = &common.members {
            view.members = members.items().to_vec();
        }
        if let Some(messages) = &common.messages {
            view.messages = messages.items().to_vec();
        }
        Some(view)
    }
}

/// Why a subscription begins with a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotReason {
    /// No cursor was given.
    First,
    /// The log has begun anew since.
    EpochChanged,
    /// More is missing than is worth sending.
    TooFarBehind,
    /// The cursor is ahead of the log.
    AheadOfLog,
    /// Messages after the cursor are not there for the receiver: it came in later, or they are older than the room keeps
    /// them.
    Hidden,
}

/// What a subscription has for its receiver.
#[derive(Debug)]
pub enum Delivery {
    /// Framed messages, to be sent as they are.
    Frames(Bytes),
    /// One framed message of signals: to be sent as it is, and as a datagram too where there are any.
    Signals(Bytes),
    /// Nothing follows on this subscription.
    Interrupted(Interruption),
}

/// Why a subscription ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// The receiver read too slowly. It may resume.
    TooSlow,
    /// The room is being loaded again; subscribe again at the cursor.
    Reload,
    /// The receiver sees the room with other eyes now; subscribe again without a cursor.
    AudienceChanged,
    /// The receiver is no longer a member.
    Left,
}

type StoreRead = Pin<Box<dyn Future<Output = Result<Vec<Arc<Item>>, StoreError>> + Send + Sync>>;

/// One reader's cursor in one room. Dropping it tells the room that the session no longer hears it.
pub struct Subscription {
    ring: Arc<Ring>,
    inbox: mpsc::Sender<Input>,
    store: Arc<dyn Store>,
    reader: Reader,
    position: Position,
    signals_seen: u64,
    place: Place,
    reading: Option<StoreRead>,
    pending: Option<Interruption>,
    ended: bool,
}

impl Subscription {
    pub(crate) fn new(
        ring: Arc<Ring>,
        inbox: mpsc::Sender<Input>,
        store: Arc<dyn Store>,
        reader: Reader,
        after: Seq,
        resumed: bool,
    ) -> Self {
        let place = ring.waiters.join(&reader.who);
        // A snapshot has the presence of all; who goes on from a cursor has missed what changed meanwhile.
        let signals_seen = if resumed { 0 } else { ring.board.tick() };
        let position = Position {
            scanned: after,
            told: after,
        };
        Self {
            ring,
            inbox,
            store,
            reader,
            position,
            signals_seen,
            place,
            reading: None,
            pending: None,
            ended: false,
        }
    }

    /// The room.
    pub fn room(&self) -> &RoomId {
        &self.ring.room
    }

    /// Which life of the room's log.
    pub fn epoch(&self) -> u64 {
        self.ring.epoch
    }

    /// The position that the receiver knows.
    pub fn position(&self) -> Seq {
        self.position.told
    }

    /// The reader.
    pub fn user(&self) -> &UserId {
        &self.reader.user
    }

    /// Through whose eyes it reads.
    pub fn audience(&self) -> &Audience {
        &self.reader.who
    }

    /// The next thing for the receiver. After an interruption nothing follows. Wakes the task of the newest call that was told to
    /// wait, and no other.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Delivery> {
        if self.ended {
            return Poll::Pending;
        }
        if let Some(interruption) = self.pending.take() {
            return self.end(interruption);
        }
        if let Poll::Ready(delivery) = self.look(cx) {
            return Poll::Ready(delivery);
        }
        // Looks again: what was published between the look and this wakes nobody.
        self.ring.waiters.park(&self.place, cx.waker());
        self.look(cx)
    }

    fn look(&mut self, cx: &mut Context<'_>) -> Poll<Delivery> {
        let (frame, seen) = loop {
            if let Some(reading) = &mut self.reading {
                let Poll::Ready(result) = reading.as_mut().poll(cx) else {
                    return Poll::Pending;
                };
                self.reading = None;
                let Ok(items) = result else {
                    return self.end(Interruption::Reload);
                };
                if items.is_empty() {
                    return self.end(Interruption::Reload);
                }
                let found = self.ring.assemble(&items, &mut self.position, &self.reader);
                if let Some(delivery) = self.deliver(found) {
                    return delivery;
                }
                continue;
            }
            match self.ring.read(&mut self.position, &self.reader) {
                Found::Behind => {
                    if self.ring.head().saturating_sub(self.position.scanned) > self.ring.config.max_lag {
                        return self.end(Interruption::TooSlow);
                    }
                    self.reading = Some(self.read_store());
                }
                Found::Nothing if self.position.scanned >= self.ring.head() => {
                    let read = self.read_signals();
                    // What they are about may have been published since: entries come first, or a reader would learn of
                    // somebody's presence before it learns of the member.
                    if self.position.scanned >= self.ring.head() {
                        break read;
                    }
                }
                found @ (Found::Bytes(_) | Found::Nothing | Found::Turn(..)) => {
                    if let Some(delivery) = self.deliver(found) {
                        return delivery;
                    }
                }
            }
        };
        self.signals_seen = seen;
        if let Some(frame) = frame {
            return Poll::Ready(Delivery::Signals(frame));
        }
        if self.ring.is_closed() {
            return self.end(Interruption::Reload);
        }
        Poll::Pending
    }

    /// Tells the room a round trip that the server measured on the reader's connection. Dropped if the room is busy.
    pub fn report_round_trip(&self, round_trip: Millis) {
        let _busy = self.inbox.try_send(Input::RoundTrip {
            user: self.reader.user.clone(),
            round_trip,
        });
    }

    fn read_signals(&self) -> (Option<Bytes>, u64) {
        let Reader { who, user, .. } = &self.reader;
        let ring = &self.ring;
        ring.board.read(self.signals_seen, who, user, &ring.room, &*ring.encode)
    }

    fn deliver(&mut self, found: Found) -> Option<Poll<Delivery>> {
        match found {
            Found::Bytes(bytes) => Some(Poll::Ready(Delivery::Frames(bytes))),
            Found::Nothing | Found::Behind => None,
            Found::Turn(bytes, change) => {
                let interruption = match change {
                    Change::Left => Interruption::Left,
                    Change::Audience => Interruption::AudienceChanged,
                };
                Some(match bytes {
                    Some(bytes) => {
                        self.pending = Some(interruption);
                        Poll::Ready(Delivery::Frames(bytes))
                    }
                    None => self.end(interruption),
                })
            }
        }
    }

    fn end(&mut self, interruption: Interruption) -> Poll<Delivery> {
        self.ended = true;
        Poll::Ready(Delivery::Interrupted(interruption))
    }

    fn read_store(&self) -> StoreRead {
        let (store, room, after) = (Arc::clone(&self.store), self.ring.room.clone(), self.position.scanned);
        let page = Page {
            records: self.ring.config.store_page,
            bytes: self.ring.config.store_page_bytes,
        };
        // A task of its own: a receiver that goes away must not cancel a database call half way.
        let task = tokio::spawn(async move {
            let records = store.read(&room, after, page).await?;
            let item = |record| {
                let entry = codec::entry(record).map_err(|error| StoreError::corrupt(error.to_string()))?;
                Ok(Arc::new(Item::new(Arc::new(entry), record.size())))
            };
            records.iter().map(item).collect()
        });
        Box::pin(async move {
            task.await
                .unwrap_or_else(|stopped| Err(StoreError::unavailable(stopped)))
        })
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.ring.waiters.leave(&self.place);
        let gone = Input::Observe(Observation::Disconnected(self.reader.user.clone()));
        if let Err(mpsc::error::TrySendError::Full(gone)) = self.inbox.try_send(gone)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let inbox = self.inbox.clone();
            runtime.spawn(async move {
                let _gone_too = inbox.send(gone).await;
            });
        }
    }
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription")
            .field("room", &self.ring.room)
            .field("reader", &self.reader)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
