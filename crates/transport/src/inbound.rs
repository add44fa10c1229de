//! The body of a request of HTTP/1.1 or HTTP/2: what the connection has received of it, and what its reader has taken.
//!
//! Everything received waits in one buffer, so that a million DATA frames of one byte cost no more than one of a million. The
//! connection keeps it within [`Config::stream_window`](crate::http::Config::stream_window).

use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use futures_util::task::AtomicWaker;
use http::HeaderMap;
use http_body::{Body, Frame};

/// The side of the connection.
pub(crate) struct Inbound(Arc<Shared>);

/// The side of the service.
pub(crate) struct Incoming {
    shared: Arc<Shared>,
    /// The connection, for when enough was taken for the client to send more.
    connection: Arc<AtomicWaker>,
    enough: usize,
}

#[derive(Default)]
struct Shared(Mutex<State>);

#[derive(Default)]
struct State {
    data: BytesMut,
    end: Option<End>,
    /// Bytes that were taken and are not yet credited to the client.
    taken: usize,
    /// Nobody reads any more.
    left: bool,
    reader: Option<Waker>,
}

/// How a body ends, behind its data.
pub(crate) enum End {
    Whole,
    Trailers(HeaderMap),
    /// The stream of HTTP/2 was reset, or the connection ended.
    Cut,
}

/// A body whose reader wakes `connection` when it has taken `enough` bytes since they were last [credited](Inbound::credit).
pub(crate) fn pair(connection: Arc<AtomicWaker>, enough: usize) -> (Inbound, Incoming) {
    let shared = Arc::<Shared>::default();
    let incoming = Incoming {
        shared: Arc::clone(&shared),
        connection,
        enough,
    };
    (Inbound(shared), incoming)
}

impl Inbound {
    /// Adds bytes, which came with so much padding.
    pub(crate) fn push(&self, bytes: &[u8], padding: usize) {
        let mut state = self.0.lock();
        state.taken += padding;
        if state.left {
            state.taken += bytes.len();
        } else {
            state.data.extend_from_slice(bytes);
        }
        wake(state);
    }

    /// Nothing follows.
    pub(crate) fn end(&self, end: End) {
        let mut state = self.0.lock();
        state.end.get_or_insert(end);
        wake(state);
    }

    /// Bytes taken since they were last asked for, if they are enough.
    pub(crate) fn credit(&self, enough: usize) -> Option<usize> {
        let mut state = self.0.lock();
        (state.taken >= enough).then(|| mem::take(&mut state.taken))
    }
}

impl Drop for Inbound {
    fn drop(&mut self) {
        self.end(End::Cut);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(mut state: MutexGuard<'_, State>) {
    let reader = state.reader.take();
    drop(state);
    if let Some(reader) = reader {
        reader.wake();
    }
}

impl Incoming {
    fn took(&self, mut state: MutexGuard<'_, State>, bytes: usize) {
        state.taken += bytes;
        let enough = state.taken >= self.enough;
        drop(state);
        if enough {
            self.connection.wake();
        }
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let mut state = self.shared.lock();
        if !state.data.is_empty() {
            let data = mem::take(&mut state.data).freeze();
            self.took(state, data.len());
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match state.end {
            None => {
                state.reader = Some(cx.waker().clone());
                Poll::Pending
            }
            Some(End::Whole) => Poll::Ready(None),
            Some(End::Cut) => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
            Some(End::Trailers(_)) => {
                let Some(End::Trailers(trailers)) = state.end.replace(End::Whole) else {
                    return Poll::Ready(None);
                };
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let state = self.shared.lock();
        state.data.is_empty() && matches!(state.end, Some(End::Whole))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.left = true;
        let rest = mem::take(&mut state.data).len();
        self.took(state, rest);
    }
}
