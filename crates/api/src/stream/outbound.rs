//! The response body of a stream.
//!
//! Polled when the transport can take more, and only then: a slow receiver costs a position in each log, not a queue.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_channel::mpsc;
use futures_util::Stream as _;
use http::HeaderMap;
use http_body::{Body, Frame};
use smallvec::SmallVec;
use tokio_util::task::AbortOnDropHandle;
use tonic::Status;
use trivium_engine::{Millis, RoomId, Seq};
use trivium_runtime::{Delivery, Interruption, Subscription, frames::Frames};
use trivium_transport::datagrams::Datagrams;

use crate::encode::PREFIX_LEN;

/// Most bytes in one DATA frame, as far as whole messages allow.
const FRAME_BYTES: usize = 16 * 1024;

/// Kind of the datagrams that carry a message of signals.
const SIGNALS_DATAGRAM: u8 = 0x10;

/// What the driver hands to the body.
pub(super) enum Item {
    /// A frame for the client.
    Frame(Bytes),
    /// A subscription to read from, behind what was handed over before.
    Add(Box<Subscription>),
    /// A subscription to read no longer.
    Remove(RoomId),
    /// A round trip to report to every room heard.
    RoundTrip(Millis),
    /// Send signals here as well.
    Datagrams(Datagrams),
    /// The end of the stream.
    End(Status),
}

/// A subscription ended by itself. The driver decides what follows.
#[derive(Debug)]
pub(super) struct Interrupted {
    pub(super) room: RoomId,
    pub(super) epoch: u64,
    pub(super) position: Seq,
    pub(super) why: Interruption,
}

/// The response body.
pub(super) struct Outbound {
    items: mpsc::Receiver<Item>,
    interruptions: mpsc::Sender<Interrupted>,
    /// Nearly always one, which is then in the same piece of memory.
    subscriptions: SmallVec<[Subscription; 1]>,
    /// Where the next round over the subscriptions begins, so that a busy room does not starve the others.
    turn: usize,
    datagrams: Option<Datagrams>,
    end: Option<Status>,
    finished: bool,
    _driver: AbortOnDropHandle<()>,
}

impl Outbound {
    pub(super) fn new(
        items: mpsc::Receiver<Item>,
        interruptions: mpsc::Sender<Interrupted>,
        driver: AbortOnDropHandle<()>,
    ) -> Self {
        Self {
            items,
            interruptions,
            subscriptions: SmallVec::new(),
            turn: 0,
            datagrams: None,
            end: None,
            finished: false,
            _driver: driver,
        }
    }

    /// Takes what the driver has handed over. Returns frames.
    fn take_items(&mut self, cx: &mut Context<'_>, frames: &mut Frames) {
        while self.end.is_none() && has_room(frames) {
            match Pin::new(&mut self.items).poll_next(cx) {
                Poll::Ready(Some(Item::Frame(frame))) => frames.push(frame),
                Poll::Ready(Some(Item::Add(subscription))) => {
                    self.subscriptions.retain(|other| other.room() != subscription.room());
                    self.subscriptions.push(*subscription);
                }
                Poll::Ready(Some(Item::Remove(room))) => self.subscriptions.retain(|other| *other.room() != room),
                Poll::Ready(Some(Item::RoundTrip(round_trip))) => {
                    self.subscriptions
                        .iter()
                        .for_each(|subscription| subscription.report_round_trip(round_trip));
                }
                Poll::Ready(Some(Item::Datagrams(datagrams))) => self.datagrams = Some(datagrams),
                Poll::Ready(Some(Item::End(status))) => self.end = Some(status),
                // The driver has ended without a word, which only a panic makes it do.
                Poll::Ready(None) => self.end = Some(Status::internal("the session ended unexpectedly")),
                Poll::Pending => return,
            }
        }
    }

    /// Reads on in the rooms, each once. What a room still has then waits for the next poll, which follows at once while the
    /// transport can take more.
    fn take_deliveries(&mut self, cx: &mut Context<'_>, frames: &mut Frames) {
        let mut turns = self.subscriptions.len();
        let mut quiet = 0;
        // Without a frame, every room has to have said that it wakes this task.
        while quiet < self.subscriptions.len() && has_room(frames) && (turns > 0 || frames.is_empty()) {
            turns = turns.saturating_sub(1);
            self.turn = (self.turn + 1) % self.subscriptions.len();
            match self.subscriptions[self.turn].poll_next(cx) {
                Poll::Ready(Delivery::Frames(bytes)) => frames.push(bytes),
                Poll::Ready(Delivery::Signals(bytes)) => {
                    if let Some(datagrams) = &self.datagrams {
                        // The stream carries it as well, so a datagram that is too large or lost loses nothing.
                        let _lost = datagrams.try_send(SIGNALS_DATAGRAM, &bytes[PREFIX_LEN..]);
                    }
                    frames.push(bytes);
                }
                Poll::Ready(Delivery::Interrupted(why)) => {
                    quiet = 0;
                    let ended = self.subscriptions.swap_remove(self.turn);
                    let interrupted = Interrupted {
                        room: ended.room().clone(),
                        epoch: ended.epoch(),
                        position: ended.position(),
                        why,
                    };
                    // There is a place for every subscription that a session may have.
                    if self.interruptions.try_send(interrupted).is_err() {
                        self.end = Some(Status::unavailable("too many interruptions; reconnect and resume"));
                    }
                }
                Poll::Pending => quiet += 1,
            }
        }
    }
}

fn has_room(frames: &Frames) -> bool {
    frames.size() < FRAME_BYTES
}

impl Body for Outbound {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.finished {
            return Poll::Ready(None);
        }
        let mut frames = Frames::default();
        self.take_items(cx, &mut frames);
        if self.end.is_none() {
            self.take_deliveries(cx, &mut frames);
        }
        if let Some(bytes) = frames.join() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        let Some(status) = self.end.take() else {
            return Poll::Pending;
        };
        self.finished = true;
        self.subscriptions.clear();
        let mut trailers = HeaderMap::new();
        Poll::Ready(Some(
            status.add_header(&mut trailers).map(|()| Frame::trailers(trailers)),
        ))
    }

    fn is_end_stream(&self) -> bool {
        self.finished
    }
}
