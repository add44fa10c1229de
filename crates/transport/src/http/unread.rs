//! Ends a connection of hyper in order when a request is answered before it was read to its end.
//!
//! What is left of such a request cannot be told from the next one, so hyper closes the connection behind the answer. A client
//! that was not told may send its next request into the closing connection, and cannot know whether it was taken; and one
//! that is still sending gets a reset from the kernel instead of the answer. So the answer says `connection: close`, and the
//! rest is read and thrown away, within bounds.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Buf;
use http::header::CONNECTION;
use http::{HeaderValue, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// Most of a request that is thrown away, in bytes and in time; beyond, the connection is closed at once.
pub(crate) const DRAIN_BYTES: usize = 8 * 1024 * 1024;
pub(crate) const DRAIN_TIME: Duration = Duration::from_secs(5);

/// The body of a request, which says whether it was read to its end.
pub(super) struct Watched<B: Body + Send + Unpin + 'static> {
    /// Empty only while it is dropped.
    inner: Option<B>,
    read: Arc<AtomicBool>,
}

/// Whether a request was read to its end.
pub(super) struct Unread(Arc<AtomicBool>);

pub(super) fn watch<B: Body + Send + Unpin + 'static>(inner: B) -> (Watched<B>, Unread) {
    let read = Arc::new(AtomicBool::new(inner.is_end_stream()));
    let watched = Watched {
        inner: Some(inner),
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

impl<B: Body + Send + Unpin + 'static> Body for Watched<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(None);
        };
        let frame = ready!(Pin::new(&mut *inner).poll_frame(cx));
        if frame.is_none() || inner.is_end_stream() {
            self.read.store(true, Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B: Body + Send + Unpin + 'static> Drop for Watched<B> {
    fn drop(&mut self) {
        if let Some(rest) = self.inner.take()
            && !self.read.load(Relaxed)
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move {
                let _closed_at_once = timeout(DRAIN_TIME, drain(rest)).await;
            });
        }
    }
}

async fn drain(mut rest: impl Body + Unpin) {
    let mut bytes = 0;
    while bytes < DRAIN_BYTES
        && let Some(Ok(frame)) = rest.frame().await
    {
        bytes += frame.data_ref().map_or(0, Buf::remaining);
    }
}
