//! What generated clients call through: a road with the caller's token on every request.
//!
//! [`Link`] is a bare connection as a [`Connector`] opens it. [`Channel`] adds the token and,
//! for calls that belong to a session, the session's id; it opens its link when it is first used and again when the
//! link is lost.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Request, Response};
use http_body_util::BodyExt as _;
use tokio::sync::Mutex;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

use crate::road::{Connector, Road};
use crate::token::Credentials;

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Names the session that a unary call belongs to.
pub(crate) const SESSION_ID: HeaderName = HeaderName::from_static("x-trivium-session");

/// A connection to the server; clones share it.
#[derive(Clone)]
pub struct Link {
    service: BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>,
    datagrams: Option<Arc<dyn Fn() -> Datagrams + Send + Sync>>,
}

/// The application's datagrams as they come: kind and body. They may be lost, doubled or late.
pub type Datagrams = BoxStream<'static, (u8, Bytes)>;

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("datagrams", &self.datagrams.is_some())
            .finish_non_exhaustive()
    }
}

impl Link {
    /// Any service that generated clients could call.
    pub fn new<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>, Future: Send + 'static>
            + Clone
            + Send
            + Sync
            + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let service = service
            .map_response(|response| response.map(|body| Body::new(body.map_err(|error| Broken(error.into())))))
            .map_err(Into::into);
        Self {
            service: BoxCloneSyncService::new(service),
            datagrams: None,
        }
    }

    /// The same with a way for datagrams, which is asked for those that come from then on.
    #[must_use]
    pub fn with_datagrams(self, receive: impl Fn() -> Datagrams + Send + Sync + 'static) -> Self {
        Self {
            datagrams: Some(Arc::new(receive)),
            ..self
        }
    }

    /// The datagrams that come from now on; none on a road without them.
    pub(crate) fn datagrams(&self) -> Option<Datagrams> {
        self.datagrams.as_ref().map(|receive| receive())
    }
}

/// The connection failed inside an answer. What the server has to say comes in trailers, never as an error of the body, but
/// some roads tell of a lost connection by a status as a server would give it; a status with this as its source is none.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off: {0}")]
struct Broken(#[source] BoxError);

/// A channel for generated clients; clones share one connection.
#[derive(Clone)]
pub struct Channel {
    source: Source,
    credentials: Credentials,
    session_id: Option<HeaderValue>,
}

#[derive(Clone)]
enum Source {
    Open(Link),
    OnDemand(Arc<OnDemand>),
}

struct OnDemand {
    connector: Arc<dyn Connector>,
    road: Road,
    /// With a count of the links opened so far, so that a late failure does not take down its successor.
    link: Mutex<(u64, Option<Link>)>,
}

impl Channel {
    pub(crate) const fn open(link: Link, credentials: Credentials) -> Self {
        Self {
            source: Source::Open(link),
            credentials,
            session_id: None,
        }
    }

    pub(crate) fn on_demand(connector: Arc<dyn Connector>, road: Road, credentials: Credentials) -> Self {
        let source = Source::OnDemand(Arc::new(OnDemand {
            connector,
            road,
            link: Mutex::new((0, None)),
        }));
        Self {
            source,
            credentials,
            session_id: None,
        }
    }

    /// The same channel for calls of a session.
    pub(crate) fn of_session(mut self, session_id: &str) -> Self {
        self.session_id = HeaderValue::from_str(session_id).ok();
        self
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if let Some(bearer) = self.credentials.header() {
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        if let Some(session_id) = &self.session_id {
            request.headers_mut().insert(SESSION_ID, session_id.clone());
        }
        match &self.source {
            Source::Open(link) => Box::pin(link.service.clone().oneshot(request)),
            Source::OnDemand(on_demand) => Box::pin(on_demand.clone().call(request)),
        }
    }
}

impl OnDemand {
    async fn call(self: Arc<Self>, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let (generation, link) = self.link().await?;
        let response = link.service.oneshot(request).await;
        if response.as_ref().map_or(true, tells_of_a_lost_road) {
            let mut current = self.link.lock().await;
            if current.0 == generation {
                current.1 = None;
            }
        }
        response
    }

    async fn link(&self) -> Result<(u64, Link), Status> {
        let mut current = self.link.lock().await;
        if let (generation, Some(link)) = &*current {
            return Ok((*generation, link.clone()));
        }
        let opened = self.connector.connect(self.road).await;
        let link = opened.map_err(|error| Status::unavailable(error.to_string()))?;
        *current = (current.0 + 1, Some(link.clone()));
        Ok((current.0, link))
    }
}

/// WebTransport tells of a lost session by a status, like a server that is not available; a new connection is right
/// for both.
fn tells_of_a_lost_road(response: &Response<Body>) -> bool {
    response
        .headers()
        .get("grpc-status")
        .is_some_and(|status| Code::from_bytes(status.as_bytes()) == Code::Unavailable)
}
