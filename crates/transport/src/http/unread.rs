//! Ends an HTTP/1 connection in the open when a request is answered before it was read to its end.
//!
//! What is left of such a request cannot be told from the next one, so hyper closes the connection behind the answer. A client
//! that was not told may send its next request into the closing connection, and cannot know whether it was taken.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, ready};

use http::header::CONNECTION;
use http::{HeaderValue, Response};
use http_body::{Body, Frame, SizeHint};

/// The body of a request, which says whether it was read to its end.
pub(super) struct Watched<B> {
    inner: B,
    read: Arc<AtomicBool>,
}

/// Whether a request was read to its end.
pub(super) struct Unread(Arc<AtomicBool>);

pub(super) fn watch<B: Body>(inner: B) -> (Watched<B>, Unread) {
    let read = Arc::new(AtomicBool::new(inner.is_end_stream()));
    let watched = Watched {
        inner,
        read: Arc::clone(&read),
    };
    (watched, Unread(read))
}

impl Unread {
    /// Says `connection: close` in the answer to a request that was not read to its end.
    pub(super) fn told<R>(&self, mut response: Response<R>) -> Response<R> {
        if !self.0.load(Relaxed) {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        response
    }
}

impl<B: Body + Unpin> Body for Watched<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        if frame.is_none() || self.inner.is_end_stream() {
            self.read.store(true, Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
