//! `peer-bare PORT`: a room on Trivium's acceptor without Trivium's engine: each event is encoded once, and its bytes are put into
//! the channel of each subscriber. What ours costs beside it is what rooms, cursors, audiences and sessions cost.

mod speech;

use std::{
    convert::Infallible,
    env,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
};

use anyhow::{Context as _, Result};
use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::StreamBody;
use prost::Message as _;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio_stream::{Stream, StreamExt as _, wrappers::ReceiverStream};
use tokio_util::sync::CancellationToken;
use tonic::codec::Streaming;
use tonic_prost::ProstDecoder;
use tower::service_fn;
use trivium_proto::v1::{ConnectRequest, ConnectResponse};
use trivium_transport::{Body, HttpServer, http::Config};

use speech::heard;

/// Messages on their way to a connection; who lags more loses some.
const LAG: usize = 1_024;
/// More connections than a run has.
const MOST: usize = 100_000;

type Outgoing = mpsc::Sender<Bytes>;

#[derive(Clone, Default)]
struct Room {
    subscribers: Arc<Mutex<Vec<Outgoing>>>,
    /// Number of the newest event.
    head: Arc<AtomicU64>,
}

impl Room {
    fn subscribers(&self) -> MutexGuard<'_, Vec<Outgoing>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(
    request: Request<Body>,
    room: Room,
) -> Response<StreamBody<impl Stream<Item = Result<Frame<Bytes>, Infallible>>>> {
    let (out, told) = mpsc::channel(LAG);
    let decoder = ProstDecoder::<ConnectRequest>::default();
    let said = Streaming::new_request(decoder, request.into_body(), None, None);
    tokio::spawn(serve(said, room, out));
    let well = (HeaderName::from_static("grpc-status"), HeaderValue::from_static("0"));
    let end = tokio_stream::once(Frame::trailers(HeaderMap::from_iter([well])));
    let frames = ReceiverStream::new(told).map(Frame::data).chain(end).map(Ok);
    let mut response = Response::new(StreamBody::new(frames));
    let grpc = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, grpc);
    response
}

/// Serves one connection until either side is gone.
async fn serve(mut said: Streaming<ConnectRequest>, room: Room, out: Outgoing) {
    while let Some(Ok(request)) = said.next().await {
        let Some(heard) = heard(request, &room.head) else {
            return;
        };
        if heard.subscribes {
            room.subscribers().push(out.clone());
        }
        if let Some(event) = heard.event {
            let event = framed(&event);
            let is_there = |one: &Outgoing| !matches!(one.try_send(event.clone()), Err(TrySendError::Closed(_)));
            room.subscribers().retain(is_there);
        }
        if out.send(framed(&heard.answer)).await.is_err() {
            return;
        }
    }
}

/// A message behind gRPC's prefix.
fn framed(message: &ConnectResponse) -> Bytes {
    let length = message.encoded_len();
    let mut bytes = BytesMut::with_capacity(5 + length);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    message.encode(&mut bytes).expect("there is room");
    bytes.freeze()
}

#[tokio::main]
async fn main() -> Result<()> {
    let port: u16 = env::args().nth(1).context("PORT")?.parse()?;
    let config = Config {
        max_connections: MOST,
        max_connections_per_ip: MOST,
        ..Config::new(([127, 0, 0, 1], port).into())
    };
    let room = Room::default();
    let service = service_fn(move |request| {
        let response = open(request, room.clone());
        async move { Ok::<_, Infallible>(response) }
    });
    HttpServer::bind(config)
        .await?
        .serve(service, CancellationToken::new())
        .await;
    Ok(())
}
