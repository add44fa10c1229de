//! The task of a connection: reads, lets its calls go on, writes, and probes a client that is silent.

use std::future::Future;
use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep};

use super::frame::{Code, kind};
use super::state::State;
use crate::http::Config;
use crate::read::{SPACE, poll_read};
use crate::seldom::Seldom;
use crate::service::{Body, BoxError, Call};

/// Reads and writes of one turn; then other tasks have theirs.
const ROUNDS: usize = 16;
/// How long a connection that was ended for a fault is still read from: closing it at once would destroy what it was told.
const LINGER: Duration = Duration::from_secs(1);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{1} ({0:?})")]
    Fault(Code, &'static str),
    #[error("it does not answer a ping")]
    Silent,
}

pin_project! {
    /// A connection from behind its [`PREFACE`](super::PREFACE).
    #[project = Projected]
    pub(crate) struct Connection<T, F, B> {
        io: T,
        state: State<F, B>,
        #[pin]
        timer: Seldom<Sleep>,
        heard_at: Instant,
        probed: bool,
        // Whether nothing was written in the last turn, because an answer had only begun.
        held: bool,
        ending: Option<Ending>,
    }
}

/// The last things that happen.
#[derive(Clone, Copy)]
enum Ending {
    /// What is left is written, and nothing follows.
    Flushing(Option<(Code, &'static str)>),
    Lingering(Code, &'static str),
}

impl<T, F, B> Connection<T, F, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    /// Of which `read` was read already. `serve` answers requests.
    pub(crate) fn new(io: T, read: Vec<u8>, config: Arc<Config>, serve: F) -> Self {
        let timer = Seldom::new(sleep(config.keep_alive_interval));
        Self {
            io,
            state: State::new(read, config, serve),
            timer,
            heard_at: Instant::now(),
            probed: false,
            held: false,
            ending: None,
        }
    }

    /// Takes no more calls, and ends when those in flight have.
    pub(crate) fn graceful_shutdown(self: Pin<&mut Self>) {
        self.project().state.go_away();
    }
}

impl<T, F, B> Future for Connection<T, F, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Output = Result<(), Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut this = self.project();
        for _ in 0..ROUNDS {
            let read = match this.ending {
                None => this.proceed(cx)?,
                Some(_) => Read::Nothing,
            };
            if read == Read::End {
                return Poll::Ready(Ok(()));
            }
            if let Poll::Ready(error) = this.poll_patience(cx) {
                return Poll::Ready(Err(error));
            }
            // What follows the head of an answer is mostly made by a task that is awake by now, and leaves with it if that has
            // its turn first.
            *this.held = mem::take(&mut this.state.begun) && !*this.held;
            if *this.held {
                break;
            }
            let written = this.state.out.poll_write(Pin::new(this.io), cx)?.is_ready();
            if written && let Poll::Ready(ended) = this.poll_end(cx) {
                return Poll::Ready(ended);
            }
            // Where too much was waiting to be written, something was held back.
            let held_back = written && this.state.out.was_full();
            if read == Read::Nothing && !held_back {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl<T, F, B> Projected<'_, T, F, B>
where
    T: AsyncRead + AsyncWrite + Unpin,
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    /// Reads, and lets calls go on. A fault of the client begins the end.
    fn proceed(&mut self, cx: &mut Context<'_>) -> Result<Read, Error> {
        match self.state.proceed(Pin::new(self.io), cx) {
            Ok(read) => {
                if read == Read::Bytes {
                    (*self.heard_at, *self.probed) = (Instant::now(), false);
                }
                if self.state.is_done() {
                    *self.ending = Some(Ending::Flushing(None));
                }
                Ok(read)
            }
            Err(Error::Fault(code, why)) => {
                self.state.fail(code);
                *self.ending = Some(Ending::Flushing(Some((code, why))));
                let (_, patience) = self.state.keep_alive();
                self.timer.as_mut().change().reset(Instant::now() + patience);
                Ok(Read::Nothing)
            }
            Err(error) => Err(error),
        }
    }

    /// Probes a client that is silent. Ready when it has been for too long, or had its time to read why the connection ends.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let (interval, patience) = self.state.keep_alive();
        loop {
            ready!(self.timer.as_mut().poll(Sleep::is_elapsed, cx));
            if let Some(Ending::Lingering(code, why) | Ending::Flushing(Some((code, why)))) = *self.ending {
                return Poll::Ready(Error::Fault(code, why));
            }
            if *self.probed {
                return Poll::Ready(Error::Silent);
            }
            let now = Instant::now();
            let mut due = *self.heard_at + interval;
            if due <= now {
                self.state.out.frame(kind::PING, 0, 0, &[0; 8]);
                *self.probed = true;
                due = now + patience;
            }
            self.timer.as_mut().change().reset(due);
        }
    }

    /// Goes on with the end, if it has begun, once everything is written.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match *self.ending {
            None => return Poll::Pending,
            Some(Ending::Flushing(why)) => {
                ready!(Pin::new(&mut *self.io).poll_shutdown(cx))?;
                let Some((code, why)) = why else {
                    return Poll::Ready(Ok(()));
                };
                *self.ending = Some(Ending::Lingering(code, why));
                self.timer.as_mut().change().reset(Instant::now() + LINGER);
            }
            Some(Ending::Lingering(code, why)) => {
                let read = ready!(poll_read(Pin::new(self.io), cx, SPACE, |_| ()));
                if !matches!(read, Ok(1..)) {
                    return Poll::Ready(Err(Error::Fault(code, why)));
                }
            }
        }
        // There is more to do, and the timer has to be asked again or it wakes nobody.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// What came of reading once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Nothing,
    Bytes,
    /// The client has closed the connection.
    End,
}
