//! The road inside one process: generated clients call the service directly, without sockets and without a copy.

use std::convert::Infallible;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use tower::Service;

use crate::peer::{Peer, Road, next_connection_id};
use crate::service::{Body, BoxError, RoadService};

/// A channel to a service in the same process; clones are one connection.
#[derive(Clone, Debug)]
pub struct MemoryChannel<S> {
    service: S,
    peer: Peer,
}

impl<S: RoadService> MemoryChannel<S> {
    /// A new connection.
    pub fn new(service: S) -> Self {
        let peer = Peer {
            remote_addr: None,
            road: Road::Memory,
            connection_id: next_connection_id(),
            origin: None,
            tls: false,
        };
        Self { service, peer }
    }
}

impl<S, B> Service<Request<B>> for MemoryChannel<S>
where
    S: RoadService,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<S::ResponseBody>;
    type Error = Infallible;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut request = request.map(Body::new);
        request
            .headers_mut()
            .insert(http::header::TE, HeaderValue::from_static("trailers"));
        request.extensions_mut().insert(self.peer.clone());
        self.service.call(request)
    }
}
