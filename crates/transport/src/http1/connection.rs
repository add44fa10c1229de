//! The task of a connection: reads heads, serves what is plainly a call of gRPC-Web, and says when the connection is not ours any
//! more.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Sleep, sleep};

use super::answer::Answer;
use super::exchange::consume;
use super::head::{Head, Verdict, judge};
use super::receiving::Receiving;
use crate::http::Config;
use crate::outbox::Outbox;
use crate::read::poll_read;
use crate::service::{Body, BoxError, Call};

/// Steps of one turn; then other tasks have theirs.
const ROUNDS: usize = 16;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("no request in time")]
    Slow,
    #[error("it does not stop sending a request that is answered")]
    Unread,
}

/// What becomes of a connection without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ended,
    /// What follows is not ours: see [`Connection::into_parts`].
    HandOn,
}

/// A connection from its first byte, or from between two requests, until it ends or is handed on.
pub(crate) struct Connection<T, F, B> {
    pub(super) io: T,
    pub(super) config: Arc<Config>,
    serve: F,
    /// Read and not consumed: the beginning of a head, or what follows one.
    pub(super) rest: Vec<u8>,
    /// How many of these bytes are known to be no whole head.
    known: usize,
    pub(super) phase: Phase<B>,
    pub(super) out: Outbox,
    /// Of what must come to an end. A call has no such thing, so nothing is kept for it.
    pub(super) timer: Option<Pin<Box<Sleep>>>,
    /// Takes no more calls.
    pub(super) going: bool,
}

pub(super) enum Phase<B> {
    /// Between requests, and in the head of one.
    Head,
    Call(Receiving, Answer<B>),
    /// The answer is in the outbox.
    Answered {
        /// Bytes of the request that nobody will read, to come.
        left: u64,
        /// Most of them that are read.
        patience: usize,
        close: bool,
    },
    Closing,
}

/// What comes of a step.
pub(super) enum Step {
    /// There is more to do.
    Done,
    Waiting,
    Over(Outcome),
}

/// Nothing in it is pinned.
impl<T, F, B> Unpin for Connection<T, F, B> {}

impl<T, F, B> Connection<T, F, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    /// Of which `read` was read already. `serve` answers requests.
    pub(crate) fn new(io: T, read: Vec<u8>, config: Arc<Config>, serve: F) -> Self {
        Self {
            io,
            config,
            serve,
            rest: read,
            known: 0,
            phase: Phase::Head,
            out: Outbox::default(),
            timer: None,
            going: false,
        }
    }

    /// Takes no more calls, and ends when the one in flight has.
    pub(crate) fn graceful_shutdown(mut self: Pin<&mut Self>) {
        self.going = true;
    }

    /// The connection, the bytes of it that were read and not consumed, and what answers requests.
    pub(crate) fn into_parts(self) -> (T, Vec<u8>, F) {
        (self.io, self.rest, self.serve)
    }

    fn step(&mut self, cx: &mut Context<'_>) -> Result<Step, Error> {
        match self.phase {
            Phase::Head => self.head(cx),
            Phase::Call(..) => self.call(cx),
            Phase::Answered { .. } => self.answered(cx),
            Phase::Closing => Ok(match Pin::new(&mut self.io).poll_shutdown(cx)? {
                Poll::Ready(()) => Step::Over(Outcome::Ended),
                Poll::Pending => Step::Waiting,
            }),
        }
    }

    /// Reads the head of a request.
    fn head(&mut self, cx: &mut Context<'_>) -> Result<Step, Error> {
        let most = self.config.max_header_bytes as usize;
        match judge(&self.rest, self.known, most) {
            Verdict::Call(head) => {
                self.begin(head);
                return Ok(Step::Done);
            }
            Verdict::Other => return Ok(Step::Over(Outcome::HandOn)),
            Verdict::Unfinished if self.going => {
                if !self.rest.is_empty() {
                    return Ok(Step::Over(Outcome::HandOn));
                }
                self.phase = Phase::Closing;
                return Ok(Step::Done);
            }
            Verdict::Unfinished => self.known = self.rest.len(),
        }
        let room = most.saturating_sub(self.rest.len());
        let rest = &mut self.rest;
        match poll_read(Pin::new(&mut self.io), cx, room, |bytes| rest.extend_from_slice(bytes))? {
            Poll::Ready(0) if self.rest.is_empty() => Ok(Step::Over(Outcome::Ended)),
            // What was cut off is judged by who judges all that is odd.
            Poll::Ready(0) => Ok(Step::Over(Outcome::HandOn)),
            Poll::Ready(_) => Ok(Step::Done),
            Poll::Pending => match self.poll_timer(self.config.header_timeout, cx) {
                Poll::Ready(()) => Err(Error::Slow),
                Poll::Pending => Ok(Step::Waiting),
            },
        }
    }

    fn begin(&mut self, head: Head) {
        self.timer = None;
        consume(&mut self.rest, head.size);
        self.known = 0;
        let (receiving, body) = Receiving::new(head.length, self.config.stream_window);
        let call = (self.serve)(head.request.map(|()| body));
        self.phase = Phase::Call(receiving, Answer::new(call, head.close));
    }

    /// Ready when `time` is over since the timer was first asked.
    pub(super) fn poll_timer(&mut self, time: Duration, cx: &mut Context<'_>) -> Poll<()> {
        self.timer
            .get_or_insert_with(|| Box::pin(sleep(time)))
            .as_mut()
            .poll(cx)
    }
}

impl<T, F, B> Future for Connection<T, F, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Output = Result<Outcome, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Outcome, Error>> {
        for _ in 0..ROUNDS {
            match self.step(cx)? {
                Step::Done => {}
                Step::Waiting => return Poll::Pending,
                Step::Over(outcome) => return Poll::Ready(Ok(outcome)),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
