//! The one kind of service that every road serves, and the body of its requests.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty};
use tower::{Service, ServiceExt};

/// Any error.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The body of every request, whatever road it came on; for tonic, `tonic::body::Body::new(body)`.
///
/// A type of its own and not an alias, because the compiler cannot prove futures `Send` that are generic over a service
/// of requests with a trait object's lifetime in their type.
pub struct Body(UnsyncBoxBody<Bytes, BoxError>);

impl Body {
    /// Wraps a body.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        Self(body.map_err(Into::into).boxed_unsync())
    }

    /// A body without bytes.
    pub fn empty() -> Self {
        Self::new(Empty::new())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// A tower service that can be served on every road. Implemented for all that qualify; never by hand.
pub trait RoadService:
    Service<
        Request<Body>,
        Response = Response<Self::ResponseBody>,
        Error = Infallible,
        Future: Future<Output = Result<Response<Self::ResponseBody>, Infallible>> + Send + 'static,
    > + Clone
    + Send
    + 'static
{
    /// The body of its responses.
    type ResponseBody: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static;
}

impl<S, B> RoadService for S
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + 'static,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    type ResponseBody = B;
}

/// A call that is answered. The box keeps the futures of the acceptors small, however deep the service is.
pub(crate) type Call<B> = Pin<Box<dyn Future<Output = Response<B>> + Send>>;

/// Calls `service` when it is ready.
pub(crate) fn respond<S: RoadService>(service: S, request: Request<Body>) -> Call<S::ResponseBody> {
    let response = service.oneshot(request);
    Box::pin(async move {
        let Ok(response) = response.await;
        response
    })
}
