//! The task of a connection: reads, lets its calls go on, writes, and probes a client that is silent.

use std::future::Future;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::frame::{Code, kind};
use super::state::State;
use super::stream::Call;
use crate::http::Config;
use crate::service::{Body, BoxError};

/// Bytes of one read.
const READ: usize = 16 * 1024;
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
    /// A connection whose first bytes are those of [`PREFACE`](super::PREFACE), or have been read already.
    pub(crate) struct Connection<T, F, B> {
        io: T,
        state: State<F, B>,
        #[pin]
        timer: Sleep,
        heard_at: Instant,
        probed: bool,
        ending: Option<Ending>,
    }
}

/// The last things that happen.
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
    /// `read` is what was read of it to find out its protocol. `serve` answers requests.
    pub(crate) fn new(io: T, read: Vec<u8>, config: Arc<Config>, serve: F) -> Self {
        let timer = sleep(config.keep_alive_interval);
        Self {
            io,
            state: State::new(read, config, serve),
            timer,
            heard_at: Instant::now(),
            probed: false,
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
        let (interval, patience) = this.state.keep_alive();
        let mut rounds = 0;
        loop {
            let mut again = false;
            if this.ending.is_none() {
                match this.state.proceed(Pin::new(this.io), cx) {
                    Ok(Proceeded { end: true, .. }) => return Poll::Ready(Ok(())),
                    Ok(proceeded) => {
                        if proceeded.heard {
                            (*this.heard_at, *this.probed) = (Instant::now(), false);
                        }
                        again = proceeded.again;
                        if this.state.is_done() {
                            *this.ending = Some(Ending::Flushing(None));
                        }
                    }
                    Err(Error::Fault(code, why)) => {
                        this.state.fail(code);
                        *this.ending = Some(Ending::Flushing(Some((code, why))));
                        this.timer.as_mut().reset(Instant::now() + patience);
                    }
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            let written = this.state.out.poll_write(Pin::new(this.io), cx)?.is_ready();
            match this.ending {
                Some(Ending::Flushing(why)) if written => {
                    let why = *why;
                    if Pin::new(&mut *this.io).poll_shutdown(cx)?.is_ready() {
                        let Some((code, why)) = why else {
                            return Poll::Ready(Ok(()));
                        };
                        this.timer.as_mut().reset(Instant::now() + LINGER);
                        *this.ending = Some(Ending::Lingering(code, why));
                        again = true;
                    }
                }
                Some(Ending::Lingering(code, why)) => {
                    let fault = Error::Fault(*code, why);
                    match poll_discard(Pin::new(this.io), cx) {
                        Poll::Ready(Ok(1..)) => again = true,
                        Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Err(fault)),
                        Poll::Pending => {}
                    }
                }
                Some(Ending::Flushing(_)) | None => {}
            }
            if this.timer.as_mut().poll(cx).is_ready() {
                match this.ending {
                    Some(Ending::Lingering(code, why) | Ending::Flushing(Some((code, why)))) => {
                        return Poll::Ready(Err(Error::Fault(*code, why)));
                    }
                    Some(Ending::Flushing(None)) | None if *this.probed => return Poll::Ready(Err(Error::Silent)),
                    Some(Ending::Flushing(None)) | None => {
                        let due = *this.heard_at + interval;
                        let now = Instant::now();
                        if due > now {
                            this.timer.as_mut().reset(due);
                        } else {
                            this.state.out.frame(kind::PING, 0, 0, &[0; 8]);
                            *this.probed = true;
                            this.timer.as_mut().reset(now + patience);
                        }
                        // The timer has to be asked again, or it wakes nobody.
                        again = true;
                    }
                }
            }
            // What was held back because too much was waiting to be written.
            again |= written && this.state.was_full();
            if !again {
                return Poll::Pending;
            }
            rounds += 1;
            if rounds == ROUNDS {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }
}

/// What came of [`State::proceed`].
#[derive(Default)]
pub(super) struct Proceeded {
    /// Bytes have come.
    pub(super) heard: bool,
    /// The client has closed the connection.
    pub(super) end: bool,
    /// There may be more to read.
    pub(super) again: bool,
}

/// Reads once; how much came.
pub(super) fn poll_read(
    io: Pin<&mut impl AsyncRead>,
    cx: &mut Context<'_>,
    take: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>> {
    let mut space = [const { MaybeUninit::uninit() }; READ];
    let mut space = ReadBuf::uninit(&mut space);
    io.poll_read(cx, &mut space).map_ok(|()| {
        take(space.filled());
        space.filled().len()
    })
}

fn poll_discard(io: Pin<&mut impl AsyncRead>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
    poll_read(io, cx, |_| ())
}
