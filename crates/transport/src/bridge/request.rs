//! The client's half of a stream: first its HEADERS, then a body that ends at END_STREAM.
//!
//! Two readers share the half. The body, polled by whatever task the service likes, takes the messages; the RPC's own task
//! ([`rpc`](super::rpc)) watches for the client giving up, so that a call is cancelled even while its handler reads nothing. Both
//! read ahead of the service, at most [`READ_AHEAD`] bytes: a RESET is only seen by reading. A handler that leaves more than that
//! unread is not cancelled by a RESET until it reads on; STOP_SENDING and the end of the session cancel it at any time.
//! QUIC stacks keep one waker per stream, hence one waker here that wakes both.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http_body::Frame;

use crate::envelope::{Fault, HeadReader, Scanner};
use crate::service::BoxError;
use crate::session::RecvHalf;

/// Most bytes taken from the stream at once.
const MAX_READ: usize = 64 * 1024;
/// Messages are read ahead of the service up to this many bytes.
const READ_AHEAD: usize = 16 * 1024;

/// Why a request cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The framing is wrong.
    Framing(Fault),
    /// The client gave up, or is gone.
    GivenUp,
}

/// Reads HEADERS; what follows it in the same chunk comes back with it.
pub(super) async fn read_head<R: RecvHalf>(recv: &mut R) -> Result<(Bytes, Bytes), Broken> {
    let mut reader = HeadReader::default();
    loop {
        let chunk = poll_fn(|cx| recv.poll_chunk(cx, MAX_READ)).await;
        let mut chunk = match chunk {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Err(Broken::Framing(Fault::Truncated)),
            Err(_) => return Err(Broken::GivenUp),
        };
        if let Some(block) = reader.feed(&mut chunk).map_err(Broken::Framing)? {
            return Ok((block, chunk));
        }
    }
}

/// Reads and throws away until the client ends its half or `max` bytes came; whether it ended.
pub(super) async fn discard<R: RecvHalf>(recv: &mut R, max: usize) -> bool {
    let mut left = max;
    while left > 0 {
        match poll_fn(|cx| recv.poll_chunk(cx, MAX_READ)).await {
            Ok(Some(chunk)) => left = left.saturating_sub(chunk.len()),
            Ok(None) | Err(_) => return true,
        }
    }
    false
}

/// Splits the half behind HEADERS into the RPC's end and the service's body; `rest` was read already.
pub(super) fn split<R: RecvHalf>(recv: R, rest: Bytes) -> (Watch<R>, RequestBody<R>) {
    let mut state = State {
        recv: Some(recv),
        scanner: Scanner::for_requests(),
        ahead: VecDeque::new(),
        ahead_bytes: 0,
        phase: Phase::Open,
    };
    state.take(rest);
    let wakers = Wakers {
        body: AtomicWaker::new(),
        watch: AtomicWaker::new(),
        woken: AtomicBool::new(true),
    };
    let shared = Arc::new(Shared {
        state: Mutex::new(state),
        wakers: Arc::new(wakers),
    });
    (Watch(shared.clone()), RequestBody(shared))
}

/// The RPC's end.
pub(super) struct Watch<R>(Arc<Shared<R>>);

/// The service's end.
pub(super) struct RequestBody<R>(Arc<Shared<R>>);

struct Shared<R> {
    state: Mutex<State<R>>,
    wakers: Arc<Wakers>,
}

/// Apart from [`Shared`], because a stack drops wakers under its own lock, where it must not find a stream to drop.
struct Wakers {
    body: AtomicWaker,
    watch: AtomicWaker,
    /// Whether something happened since the watch last looked; spares it the stack's lock on every poll of the RPC.
    woken: AtomicBool,
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.body.wake();
        self.watch.wake();
    }
}

struct State<R> {
    recv: Option<R>,
    scanner: Scanner,
    /// Message bytes that the service has not taken.
    ahead: VecDeque<Bytes>,
    ahead_bytes: usize,
    phase: Phase,
}

#[derive(Clone, Copy)]
enum Phase {
    /// Messages may follow.
    Open,
    /// END_STREAM came; what follows is thrown away, and read only because a RESET may be in it.
    Ended,
    /// FIN came where it may.
    Finished,
    Broken(Broken),
}

impl<R> Shared<R> {
    fn state(&self) -> MutexGuard<'_, State<R>> {
        // No code that can panic runs while the state is half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: RecvHalf> Watch<R> {
    /// Resolves when the request cannot go on: at once when the client gave up, and when the service has taken everything in
    /// front of it when the framing is wrong. Cancel-safe.
    pub(super) async fn broken(&self) -> Broken {
        poll_fn(|cx| self.poll_broken(cx)).await
    }

    fn poll_broken(&self, cx: &mut Context<'_>) -> Poll<Broken> {
        self.0.wakers.watch.register(cx.waker());
        if !self.0.wakers.woken.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        let waker = Waker::from(self.0.wakers.clone());
        let mut state = self.0.state();
        let progress = state.read(&mut Context::from_waker(&waker));
        match state.phase {
            Phase::Broken(broken @ Broken::GivenUp) => Poll::Ready(broken),
            Phase::Broken(broken @ Broken::Framing(_)) if state.ahead.is_empty() => Poll::Ready(broken),
            Phase::Broken(Broken::Framing(_)) | Phase::Open | Phase::Ended | Phase::Finished => {
                drop(state);
                if progress {
                    // This took what the body may be waiting for, and nobody else will wake it.
                    self.0.wakers.body.wake();
                }
                Poll::Pending
            }
        }
    }

    /// Takes the half back; a body that is still being read somewhere fails from now on.
    pub(super) fn close(&self) -> Option<R> {
        let recv = self.0.state().recv.take();
        self.0.wakers.body.wake();
        recv
    }
}

/// A body that outlived its call.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the call is over")]
struct CallOver;

impl<R: RecvHalf> http_body::Body for RequestBody<R> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let wakers = &self.0.wakers;
        wakers.body.register(cx.waker());
        let waker = Waker::from(wakers.clone());
        let mut state = self.0.state();
        if state.recv.is_none() {
            return Poll::Ready(Some(Err(CallOver.into())));
        }
        let mut next = state.pop();
        state.read(&mut Context::from_waker(&waker));
        if next.is_none() {
            next = state.pop();
        }
        match (next, state.phase) {
            (Some(messages), _) => Poll::Ready(Some(Ok(Frame::data(messages)))),
            (None, Phase::Open) => Poll::Pending,
            (None, Phase::Ended | Phase::Finished) => Poll::Ready(None),
            (None, Phase::Broken(_)) => {
                // The RPC answers this itself, with the same status whatever the service would make of a broken body.
                // It then takes the half back, which wakes this body.
                drop(state);
                wakers.woken.store(true, Ordering::Release);
                wakers.watch.wake();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let state = self.0.state();
        state.ahead.is_empty() && matches!(state.phase, Phase::Ended | Phase::Finished)
    }
}

impl<R> State<R> {
    fn pop(&mut self) -> Option<Bytes> {
        let next = self.ahead.pop_front()?;
        self.ahead_bytes -= next.len();
        Some(next)
    }

    /// Takes in what came from the stream.
    fn take(&mut self, mut chunk: Bytes) {
        while !chunk.is_empty() && matches!(self.phase, Phase::Open) {
            match self.scanner.feed(&mut chunk) {
                Ok(messages) if messages.is_empty() => {}
                Ok(messages) => {
                    self.ahead_bytes += messages.len();
                    self.ahead.push_back(messages);
                }
                Err(fault) => self.phase = Phase::Broken(Broken::Framing(fault)),
            }
            if self.scanner.end().is_some() {
                self.phase = Phase::Ended;
            }
        }
    }
}

impl<R: RecvHalf> State<R> {
    /// Reads until nothing is there or enough is read ahead, and tells whether anything was; only a read that found nothing leaves
    /// `cx` to be woken.
    fn read(&mut self, cx: &mut Context<'_>) -> bool {
        let mut progress = false;
        let Some(mut recv) = self.recv.take() else {
            return progress;
        };
        while self.ahead_bytes < READ_AHEAD && matches!(self.phase, Phase::Open | Phase::Ended) {
            match recv.poll_chunk(cx, MAX_READ) {
                Poll::Pending => break,
                Poll::Ready(Ok(Some(chunk))) => self.take(chunk),
                Poll::Ready(Ok(None)) if self.scanner.at_boundary() => self.phase = Phase::Finished,
                Poll::Ready(Ok(None)) => self.phase = Phase::Broken(Broken::Framing(Fault::Truncated)),
                Poll::Ready(Err(_)) => self.phase = Phase::Broken(Broken::GivenUp),
            }
            progress = true;
        }
        self.recv = Some(recv);
        progress
    }
}
