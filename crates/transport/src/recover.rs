//! Turns a panic of a service into INTERNAL, so that it costs one call and not its connection.
//!
//! Covers the call, the response's future and its body. For a request that is not gRPC the answer is a plain 500. The panic hook has
//! reported the panic by then; the service's own state must be fit to be used after one, as with every catch of a panic.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower::{Layer, Service};
use tracing::error;

use crate::status::{Code, Status, is_grpc};

const PANICKED: Status = Status::new(Code::Internal, "internal error");

/// See the [module](self).
#[derive(Clone, Copy, Debug, Default)]
pub struct RecoverLayer;

impl<S> Layer<S> for RecoverLayer {
    type Service = Recover<S>;

    fn layer(&self, inner: S) -> Recover<S> {
        Recover { inner }
    }
}

/// A service whose panics are answers.
#[derive(Clone, Debug)]
pub struct Recover<S> {
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Recover<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<RecoverBody<R>>;
    type Error = S::Error;
    type Future = RecoverFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let grpc = is_grpc(request.headers());
        let path = request.uri().path().to_owned();
        let inner = catch(&path, || self.inner.call(request));
        RecoverFuture { inner, path, grpc }
    }
}

/// Runs `step`; `None` if it panics.
fn catch<T>(path: &str, step: impl FnOnce() -> T) -> Option<T> {
    // Whatever panicked is dropped by the caller and never looked at again.
    let result = catch_unwind(AssertUnwindSafe(step));
    if result.is_err() {
        error!(path, "a call panicked");
    }
    result.ok()
}

pin_project! {
    /// The future of [`Recover`].
    #[derive(Debug)]
    pub struct RecoverFuture<F> {
        #[pin]
        inner: Option<F>,
        path: String,
        grpc: bool,
    }
}

impl<F, R, E> Future for RecoverFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<RecoverBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(inner) = this.inner.as_mut().as_pin_mut() {
            if let Some(polled) = catch(this.path, || inner.poll(cx)) {
                let response = ready!(polled);
                let path = std::mem::take(this.path);
                return Poll::Ready(response.map(|response| {
                    let grpc = is_grpc(response.headers());
                    response.map(|body| RecoverBody {
                        inner: Some(body),
                        path,
                        grpc,
                    })
                }));
            }
            this.inner.set(None);
        }
        let empty = RecoverBody {
            inner: None,
            path: String::new(),
            grpc: *this.grpc,
        };
        Poll::Ready(Ok(if *this.grpc {
            PANICKED.response(empty)
        } else {
            let mut response = Response::new(empty);
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }))
    }
}

pin_project! {
    /// A body that ends with INTERNAL when it panics; one that is not gRPC simply ends.
    #[derive(Debug)]
    pub struct RecoverBody<R> {
        #[pin]
        inner: Option<R>,
        path: String,
        grpc: bool,
    }
}

impl<R: Body> Body for RecoverBody<R> {
    type Data = R::Data;
    type Error = R::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<R::Data>, R::Error>>> {
        let mut this = self.project();
        let Some(inner) = this.inner.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        if let Some(polled) = catch(this.path, || inner.poll_frame(cx)) {
            return polled;
        }
        this.inner.set(None);
        Poll::Ready(this.grpc.then(|| Ok(Frame::trailers(PANICKED.headers()))))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}
