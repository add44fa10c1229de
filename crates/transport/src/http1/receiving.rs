//! The body of a request, as long as its head has said.

use std::sync::Arc;
use std::task::Context;

use futures_util::task::AtomicWaker;

use crate::inbound::{self, End, Inbound};
use crate::service::Body;

/// What is still to come of the body.
pub(super) struct Receiving {
    left: u64,
    /// None when everything has come, so that nothing is kept of it here.
    open: Option<Open>,
}

struct Open {
    inbound: Inbound,
    /// Bytes that have come and were not seen to be taken.
    unread: usize,
    /// Most of them.
    window: usize,
    /// Wakes the connection when the reader has taken enough.
    waker: Arc<AtomicWaker>,
}

impl Receiving {
    /// A body of `length` bytes, of which at most `window` wait to be read.
    pub(super) fn new(length: u64, window: u32) -> (Self, Body) {
        if length == 0 {
            return (Self { left: 0, open: None }, Body::empty());
        }
        let window = usize::try_from(window).unwrap_or(usize::MAX).max(1);
        let waker = Arc::<AtomicWaker>::default();
        // Where there is no room at all, as many unread bytes are there to be taken.
        let (inbound, incoming) = inbound::pair(Arc::clone(&waker), window.div_ceil(2));
        let open = Open {
            inbound,
            unread: 0,
            window,
            waker,
        };
        let receiving = Self {
            left: length,
            open: Some(open),
        };
        (receiving, Body::new(incoming))
    }

    /// Bytes that are still to come.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Bytes that can be taken now. Where there is no room for more, the reader wakes this task when there is.
    pub(super) fn room(&mut self, cx: &mut Context<'_>) -> usize {
        let Some(open) = &mut self.open else {
            return 0;
        };
        // Before looking: what is taken between the look and the return wakes this task.
        open.waker.register(cx.waker());
        let taken = open.inbound.credit(1).unwrap_or(0);
        open.unread = open.unread.saturating_sub(taken);
        let room = open.window.saturating_sub(open.unread);
        usize::try_from(self.left).map_or(room, |left| left.min(room))
    }

    /// Takes bytes for which there is [room](Self::room).
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let Some(open) = &mut self.open else {
            return;
        };
        open.inbound.push(bytes, 0);
        open.unread += bytes.len();
        self.left = self.left.saturating_sub(bytes.len() as u64);
        if self.left == 0 {
            open.inbound.end(End::Whole);
            self.open = None;
        }
    }
}
