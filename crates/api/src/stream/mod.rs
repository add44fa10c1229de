//! Streams: `Connect`, `Watch` and the typed facets `Play`, `Converse`, `Track`.
//!
//! ```text
//!  request body --decode--> Driver: one loop; runs commands, subscribes, pings, ends the stream
//!                              | bounded channel: frames, subscriptions
//!                              v
//!  response body <-- Outbound: polled when the transport can take more; reads on from each subscription's cursor
//! ```
//!
//! All of them are one thing seen through a [`Facet`]: the same session, fewer requests and features. The response body
//! is made of frames that the runtime shares between receivers, so it is mounted beside the generated services, whose
//! codec would encode every message for every receiver.

mod dispatch;
mod driver;
mod facet;
mod outbound;
mod running;

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{Request, Response, header};
use http_body_util::BodyExt;
use prost::Message;
use tonic::{
    Status,
    codec::{BufferSettings, Streaming},
    metadata::MetadataMap,
};
use tonic_prost::ProstDecoder;
use tower::Service;
use trivium_proto::v1;
use trivium_transport::datagrams::Datagrams;

pub(crate) use facet::{FACETS, Facet};

use crate::{call::Api, layers::caller};
use driver::{Driver, Inbound};

const GRPC: &str = "application/grpc";
/// Bytes that a stream keeps for reading requests. It grows for a larger one; tonic's own 8 KiB would be a fifth of
/// what an idle session costs.
const REQUEST_BUFFER: usize = 512;

/// Serves one streaming method.
#[derive(Debug, Clone)]
pub(crate) struct StreamService {
    api: Arc<Api>,
    facet: &'static Facet,
}

impl StreamService {
    pub(crate) fn new(api: Arc<Api>, facet: &'static Facet) -> Self {
        Self { api, facet }
    }

    async fn serve<B>(self, request: Request<B>) -> Result<Response<Body>, Status>
    where
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<tonic::codegen::StdError>,
    {
        let (parts, body) = request.into_parts();
        let metadata = MetadataMap::from_headers(parts.headers);
        let call = caller::call(&self.api, &metadata, &parts.extensions).await?;
        let max_bytes = self.api.limiter.limits().quiz_bytes;
        let datagrams = parts.extensions.get::<Datagrams>().cloned();
        let inbound = if self.facet.watches {
            let mut stream = decode::<v1::WatchRequest, _>(body, &metadata, max_bytes)?;
            let request = stream
                .message()
                .await?
                .ok_or_else(|| Status::invalid_argument("a request is missing"))?;
            trivium_proto::validate(&request).map_err(crate::error::ApiError::Invalid)?;
            Inbound::Watch(request.hello.unwrap_or_default())
        } else {
            Inbound::Stream(Box::new(decode::<v1::ConnectRequest, _>(body, &metadata, max_bytes)?))
        };
        Ok(Response::builder()
            .header(header::CONTENT_TYPE, GRPC)
            .body(Body::new(Driver::start(call, self.facet, inbound, datagrams)))
            .expect("the header is a constant"))
    }
}

/// Facets are subsets of Connect with the same field numbers, so that one decoder serves them all.
fn decode<M, B>(body: B, metadata: &MetadataMap, max_bytes: usize) -> Result<Streaming<M>, Status>
where
    M: Message + Default + Send + 'static,
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<tonic::codegen::StdError>,
{
    let encoding = match metadata
        .get("grpc-encoding")
        .map(tonic::metadata::MetadataValue::as_bytes)
    {
        None | Some(b"identity") => None,
        Some(b"gzip") => Some(tonic::codec::CompressionEncoding::Gzip),
        Some(_) => return Err(Status::unimplemented("only gzip and identity are understood")),
    };
    let body = body.map_err(|error| Status::from_error(error.into()));
    Ok(Streaming::new_request(
        ProstDecoder::<M>::new(BufferSettings::new(REQUEST_BUFFER, REQUEST_BUFFER)),
        body,
        encoding,
        Some(max_bytes),
    ))
}

impl<B> Service<Request<B>> for StreamService
where
    B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<tonic::codegen::StdError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let serving = self.clone().serve(request);
        Box::pin(async move { Ok(serving.await.unwrap_or_else(Status::into_http)) })
    }
}
