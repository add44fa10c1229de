//! Starts servers on loopback and speaks to them, as a proper client and in raw bytes.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};
use trivium_transport::cert::Certificates;
use trivium_transport::client::{self, Trust, WtChannel};
use trivium_transport::envelope::{HEADERS, HeadReader, Scanner};
use trivium_transport::header_block::{self, Block, encode};
use trivium_transport::http::{self as http_road, HttpServer};
use trivium_transport::service::{Body, BoxError, RoadService};
use trivium_transport::webtransport::{self, WebTransportServer};

use crate::echo::{self, Probe};

/// Nothing on loopback takes this long.
pub(crate) const SOON: Duration = Duration::from_secs(5);

/// A running WebTransport server.
pub(crate) struct Server {
    pub(crate) addr: SocketAddr,
    pub(crate) hashes: Vec<[u8; 32]>,
    pub(crate) probe: Arc<Probe>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

/// The echo service as a value.
pub(crate) fn service(
    probe: &Arc<Probe>,
) -> impl Service<
    Request<Body>,
    Response = Response<echo::Frames>,
    Error = Infallible,
    Future: Future<Output = Result<Response<echo::Frames>, Infallible>> + Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static {
    let probe = probe.clone();
    tower::service_fn(move |request| echo::serve(request, probe.clone()))
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub(crate) fn start_with(configure: impl FnOnce(&mut webtransport::Config)) -> Self {
        let probe = Arc::new(Probe::default());
        Self::start_serving(service(&probe), &probe, configure)
    }

    pub(crate) fn start_serving(
        service: impl RoadService,
        probe: &Arc<Probe>,
        configure: impl FnOnce(&mut webtransport::Config),
    ) -> Self {
        let certificates = Certificates::self_made(&[], SystemTime::now()).unwrap();
        let mut config = webtransport::Config::new("127.0.0.1:0".parse().unwrap(), certificates);
        config.bridge.linger = Duration::from_millis(500);
        configure(&mut config);
        let server = WebTransportServer::bind(config).unwrap();
        let (addr, hashes) = (server.local_addr().unwrap(), server.certificate_hashes());
        let (probe, shutdown) = (probe.clone(), CancellationToken::new());
        let task = tokio::spawn(server.serve(service, shutdown.clone()));
        Self {
            addr,
            hashes,
            probe,
            shutdown,
            task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}/wt/v1", self.addr)
    }

    pub(crate) fn client_config(&self) -> client::Config {
        client::Config::new(Trust::Hashes(self.hashes.clone()))
    }

    pub(crate) async fn connect(&self) -> WtChannel {
        WtChannel::connect(&self.url(), self.client_config()).await.unwrap()
    }

    /// A QUIC connection without HTTP/3 on it, on which the server may open `uni` streams in one direction.
    pub(crate) async fn connect_quic(&self, uni: u32) -> quinn::Connection {
        let mut config = self.raw_config();
        let mut transport = quinn::TransportConfig::default();
        transport.max_concurrent_uni_streams(quinn::VarInt::from_u32(uni));
        config.quic_config_mut().transport_config(transport.into());
        let endpoint = quinn::Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
        let connecting = endpoint.connect_with(config.quic_config().clone(), self.addr, "localhost");
        connecting.unwrap().await.unwrap()
    }

    /// A session without the client channel in front of it.
    pub(crate) async fn connect_raw(&self) -> wtransport::Connection {
        wtransport::Endpoint::client(self.raw_config())
            .unwrap()
            .connect(self.url())
            .await
            .unwrap()
    }

    fn raw_config(&self) -> wtransport::ClientConfig {
        let hashes = self.hashes.iter().copied().map(wtransport::tls::Sha256Digest::new);
        wtransport::ClientConfig::builder()
            .with_bind_address("127.0.0.1:0".parse().unwrap())
            .with_server_certificate_hashes(hashes)
            .build()
    }
}

/// A running HTTP server.
pub(crate) struct Http {
    pub(crate) addr: SocketAddr,
    pub(crate) probe: Arc<Probe>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

impl Http {
    pub(crate) async fn start(configure: impl FnOnce(&mut http_road::Config)) -> Self {
        let probe = Arc::new(Probe::default());
        Self::start_serving(service(&probe), &probe, configure).await
    }

    pub(crate) async fn start_serving(
        service: impl RoadService,
        probe: &Arc<Probe>,
        configure: impl FnOnce(&mut http_road::Config),
    ) -> Self {
        let mut config = http_road::Config::new("127.0.0.1:0".parse().unwrap());
        configure(&mut config);
        let server = HttpServer::bind(config).await.unwrap();
        let addr = server.local_addr().unwrap();
        let (probe, shutdown) = (probe.clone(), CancellationToken::new());
        let task = tokio::spawn(server.serve(service, shutdown.clone()));
        Self {
            addr,
            probe,
            shutdown,
            task,
        }
    }

    pub(crate) async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    /// An HTTP/2 connection with prior knowledge.
    pub(crate) async fn h2<B>(&self) -> impl Channel<B> + use<B>
    where
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
    {
        h2_over(self.tcp().await).await
    }
}

/// A service that can be called again and again; a request that fails on the road panics.
pub(crate) trait Channel<B>:
    Service<Request<B>, Response = Response<hyper::body::Incoming>, Error = Infallible, Future: Send> + Clone + Send
{
}

impl<B, S> Channel<B> for S where
    S: Service<Request<B>, Response = Response<hyper::body::Incoming>, Error = Infallible, Future: Send> + Clone + Send
{
}

/// HTTP/2 over `io`.
pub(crate) async fn h2_over<B>(io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> impl Channel<B>
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let handshake = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(io));
    let (send, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    tower::service_fn(move |request| {
        let mut send = send.clone();
        async move { Ok(send.send_request(request).await.expect("an answer")) }
    })
}

/// Waits until `condition` holds.
pub(crate) async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let polling = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(SOON, polling)
        .await
        .unwrap_or_else(|_| panic!("not in time: {what}"));
}

/// A request for `path` with `body` as it is.
pub(crate) fn request(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(format!("https://example{path}"))
        .header("content-type", "application/grpc")
        .body(Full::new(body.into()))
        .unwrap()
}

/// A request body that the test feeds, and the feeding end.
pub(crate) fn channel_body() -> (mpsc::Sender<Bytes>, ChannelBody) {
    let (send, recv) = mpsc::channel(8);
    (send, ChannelBody(recv))
}

pub(crate) struct ChannelBody(mpsc::Receiver<Bytes>);

impl http_body::Body for ChannelBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0
            .poll_recv(cx)
            .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Everything about an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) messages: Bytes,
    pub(crate) trailers: HeaderMap,
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        let status = self
            .trailers
            .get("grpc-status")
            .or_else(|| self.headers.get("grpc-status"));
        status
            .expect("an answer has a status")
            .to_str()
            .unwrap()
            .parse()
            .unwrap()
    }
}

/// Calls `service` and collects the answer; `Err` when its body fails.
pub(crate) async fn call<S, B, R>(service: S, request: Request<B>) -> Result<Answer, String>
where
    S: Service<Request<B>, Response = Response<R>, Error = Infallible>,
    R: http_body::Body<Data = Bytes, Error: std::fmt::Display>,
{
    let Ok(response) = service.oneshot(request).await;
    let (head, body) = response.into_parts();
    let collected = body.collect().await.map_err(|error| error.to_string())?;
    let trailers = collected.trailers().cloned().unwrap_or_default();
    Ok(Answer {
        headers: head.headers,
        messages: collected.to_bytes(),
        trailers,
    })
}

/// The HEADERS envelope of a request.
pub(crate) fn head(path: &str) -> Bytes {
    encode(HEADERS, Some((":path", path)), &HeaderMap::new()).unwrap()
}

/// What came back on a raw stream.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) head: Option<Block>,
    pub(crate) messages: Vec<u8>,
    pub(crate) trailers: Option<Block>,
    /// The QUIC code when the stream was reset.
    pub(crate) reset: Option<u64>,
}

impl RawAnswer {
    pub(crate) fn status(&self) -> Option<u16> {
        let last = self.trailers.as_ref().or(self.head.as_ref())?;
        last.fields.get("grpc-status")?.to_str().ok()?.parse().ok()
    }
}

/// Reads an answer to its end and checks that it is well-formed as far as it goes.
pub(crate) async fn read_raw(recv: &mut quinn::RecvStream) -> RawAnswer {
    let mut bytes = Vec::new();
    let reset = loop {
        match timeout(SOON, recv.read_chunk(usize::MAX, true))
            .await
            .expect("an answer in time")
        {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk.bytes),
            Ok(None) => break None,
            Err(quinn::ReadError::Reset(code)) => break Some(code.into_inner()),
            Err(error) => panic!("{error}"),
        }
    };
    let mut bytes = Bytes::from(bytes);
    let head = HeadReader::default()
        .feed(&mut bytes)
        .unwrap()
        .map(|block| header_block::decode(&block).unwrap());
    let mut scanner = Scanner::for_responses();
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        messages.extend_from_slice(&scanner.feed(&mut bytes).unwrap());
        assert!(scanner.end().is_none() || bytes.is_empty(), "nothing follows TRAILERS");
    }
    let trailers = scanner.end().map(|block| header_block::decode(block).unwrap());
    RawAnswer {
        head,
        messages,
        trailers,
        reset,
    }
}
