//! Calls with bytes instead of messages, over every road: for what generated clients would never send, and for tests
//! that know a method by its name only.
//!
//! Neighbours: [`people`](crate::people) are proper clients.

use bytes::{Buf, BufMut, Bytes};
use futures_util::Stream;
use http::{Request, Response, Uri, uri::PathAndQuery};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tonic::{
    Status, Streaming,
    body::Body,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Endpoint,
};
use tonic_web::{GrpcWebCall, GrpcWebClientLayer};
use tower::{Layer, ServiceExt, util::BoxCloneSyncService};
use trivium_transport::{
    client::{Config, Trust, WtChannel},
    service::BoxError,
};

use crate::{Server, Way};

/// A connection on one road; clones share it.
#[derive(Clone, Debug)]
pub struct Raw {
    channel: BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>,
    origin: Uri,
}

impl Raw {
    /// Opens a road.
    pub async fn open(server: &Server, way: Way) -> Self {
        let origin: Uri = server.url().parse().expect("a server's own URL");
        let channel = match way {
            Way::Grpc => {
                let endpoint = Endpoint::from(origin.clone());
                boxed(endpoint.connect().await.expect("the server is there"))
            }
            Way::GrpcWeb => {
                let http = Client::builder(TokioExecutor::new()).build_http::<GrpcWebCall<Body>>();
                boxed(GrpcWebClientLayer::new().layer(http))
            }
            Way::WebTransport => {
                let config = Config::new(Trust::Hashes(server.hashes.clone()));
                let connected = WtChannel::connect(&server.webtransport_url(), config).await;
                boxed(connected.expect("the server is there"))
            }
            Way::Memory => boxed(server.memory()),
        };
        Self { channel, origin }
    }

    /// One message there, one back. `method` is a full name such as `trivium.v1.RoomService/GetRoom`.
    ///
    /// # Errors
    ///
    /// The status of the call.
    pub async fn unary(&self, method: &str, token: Option<&str>, message: Bytes) -> Result<Bytes, Status> {
        let mut client = self.client().await?;
        let request = request(message, token);
        let response = client.unary(request, path(method), BytesCodec).await?;
        Ok(response.into_inner())
    }

    /// Messages there, messages back.
    ///
    /// # Errors
    ///
    /// The status of the call, if it ended before it began to answer.
    pub async fn stream(
        &self,
        method: &str,
        token: Option<&str>,
        messages: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Result<Streaming<Bytes>, Status> {
        let mut client = self.client().await?;
        let request = request(messages, token);
        let response = client.streaming(request, path(method), BytesCodec).await?;
        Ok(response.into_inner())
    }

    async fn client(&self) -> Result<Grpc<BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>>, Status> {
        let mut client = Grpc::with_origin(self.channel.clone(), self.origin.clone());
        let ready = client.ready().await;
        ready.map_err(|error| Status::unavailable(error.to_string()))?;
        Ok(client)
    }
}

fn boxed<S, B>(service: S) -> BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>
where
    S: tower::Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let service = service.map_response(|response: Response<B>| response.map(Body::new));
    BoxCloneSyncService::new(service.map_err(Into::into))
}

fn path(method: &str) -> PathAndQuery {
    format!("/{method}").parse().expect("names of methods are paths")
}

fn request<T>(content: T, token: Option<&str>) -> tonic::Request<T> {
    let mut request = tonic::Request::new(content);
    if let Some(token) = token {
        let bearer = format!("Bearer {token}").parse().expect("tokens are ASCII");
        request.metadata_mut().insert("authorization", bearer);
    }
    request
}

/// Messages as they are.
#[derive(Debug, Clone, Copy, Default)]
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
