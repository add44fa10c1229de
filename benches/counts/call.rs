//! One call over the WebTransport road without QUIC: the bridge serves a session whose one stream lies in memory.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::pending,
    mem,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use gungraun::{library_benchmark, library_benchmark_group};
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::{runtime::Runtime as Tokio, sync::watch};
use tokio_util::sync::CancellationToken;
use tower::service_fn;
use trivium_transport::{
    Body, Peer,
    bridge::{Config, serve},
    envelope::{END, HEADERS, MESSAGE, prefix},
    header_block,
    session::{Accepts, DatagramError, RecvHalf, SendHalf, Session, Stopped, StreamError},
};

use crate::crowd::tokio;

/// Bytes of a message: about those of a chat message on the wire.
const LENGTH: u8 = 120;
/// Bytes that a stream brings at once: about a datagram of QUIC.
const CHUNK: usize = 1_200;

/// A call that is not served yet.
struct Call {
    tokio: Tokio,
    session: OneStream,
    answer: Vec<Bytes>,
}

impl Call {
    /// With so many messages up and down.
    fn of(up: usize, down: usize) -> Self {
        let message = [&prefix(MESSAGE, LENGTH.into())[..], &vec![b'x'; LENGTH.into()]].concat();
        let fields = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/grpc"))]);
        let head = header_block::encode(HEADERS, Some((":path", "/trivium.v1.SessionService/Connect")), &fields);
        let end = prefix(END, 0);
        let up = [&head.expect("it is short")[..], &message.repeat(up), &end].concat();
        let stream = Stream {
            up: up.chunks(CHUNK).map(Bytes::copy_from_slice).collect(),
            ended: watch::Sender::new(false),
        };
        Self {
            tokio: tokio(),
            session: OneStream(Arc::new(Mutex::new(stream))),
            answer: vec![Bytes::from(message); down],
        }
    }

    fn is_served(&mut self) {
        let answer = mem::take(&mut self.answer);
        let service = service_fn(move |request: Request<Body>| respond(request, answer.clone()));
        let (session, shutdown) = (self.session.clone(), CancellationToken::new());
        self.tokio
            .block_on(serve(session, service, Peer::UNKNOWN, Config::default(), shutdown));
    }
}

// Messages from a client.
#[library_benchmark]
#[bench::messages_1000(Call::of(1_000, 1))]
fn bridge_reads(mut call: Call) -> Call {
    call.is_served();
    call
}

// Messages to a client, all of them ready.
#[library_benchmark]
#[bench::messages_1000(Call::of(1, 1_000))]
fn bridge_writes(mut call: Call) -> Call {
    call.is_served();
    call
}

/// Reads everything, then answers.
async fn respond(
    request: Request<Body>,
    answer: Vec<Bytes>,
) -> Result<Response<impl http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static>, Infallible> {
    let mut body = request.into_body();
    while let Some(Ok(_)) = body.frame().await {}
    let trailers = HeaderMap::from_iter([(http::HeaderName::from_static("grpc-status"), HeaderValue::from(0))]);
    let frames = answer.into_iter().map(Frame::data).chain([Frame::trailers(trailers)]);
    let mut response = Response::new(StreamBody::new(stream::iter(frames.map(Ok))));
    let grpc = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, grpc);
    Ok(response)
}

/// A session that ends with its one stream.
#[derive(Clone)]
struct OneStream(Arc<Mutex<Stream>>);

struct Stream {
    up: VecDeque<Bytes>,
    ended: watch::Sender<bool>,
}

struct Up(VecDeque<Bytes>);

struct Down(watch::Sender<bool>);

impl Session for OneStream {
    fn send_datagram(&self, _datagram: &[u8]) -> Result<(), DatagramError> {
        Err(DatagramError::Unsupported)
    }

    async fn recv_datagram(&self) -> Option<Bytes> {
        pending().await
    }

    fn close(&self, _reason: &str) {}

    async fn closed(&self) -> String {
        pending().await
    }

    fn remote_addr(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, 1).into()
    }

    fn rtt(&self) -> Duration {
        Duration::ZERO
    }
}

impl Accepts for OneStream {
    type Send = Down;
    type Recv = Up;

    async fn accept_bi(&self) -> Option<(Down, Up)> {
        let (up, ended) = {
            let mut stream = self.0.lock().expect("one thread");
            (mem::take(&mut stream.up), stream.ended.clone())
        };
        if up.is_empty() {
            let mut ended = ended.subscribe();
            let _open = ended.wait_for(|ended| *ended).await.is_ok();
            return None;
        }
        Some((Down(ended), Up(up)))
    }

    fn allow_streams(&self, _streams: u32) {}
}

impl SendHalf for Down {
    async fn write(&mut self, chunks: &mut [Bytes]) -> Result<(), StreamError> {
        std::hint::black_box(chunks);
        Ok(())
    }

    fn finish(&mut self) {
        self.0.send_replace(true);
    }

    fn reset(&mut self, code: u32) {
        panic!("the call failed with code {code}");
    }

    fn stopped(&self) -> impl Future<Output = Stopped> + Send + 'static {
        let mut ended = self.0.subscribe();
        async move {
            let _open = ended.wait_for(|ended| *ended).await.is_ok();
            Stopped::Done
        }
    }
}

impl RecvHalf for Up {
    fn poll_chunk(&mut self, _cx: &mut Context<'_>, _max: usize) -> Poll<Result<Option<Bytes>, StreamError>> {
        Poll::Ready(Ok(self.0.pop_front()))
    }

    fn stop(&mut self, code: u32) {
        panic!("the call failed with code {code}");
    }
}

library_benchmark_group!(name = bridge, benchmarks = [bridge_reads, bridge_writes]);
