//! Roads that a test holds in its hands: every kind of link, opened in turn, cut, listened to, and robbed of its answers.
//!
//! A [`Bench`] is the connector of an SDK client. [`Tape`] is what was heard on the way.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture};
use http::{Request, Response, Uri};
use http_body::Frame;
use hyper_util::{client::legacy::Client as Http, rt::TokioExecutor};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFutureOwned},
    task::AbortOnDropHandle,
};
use tonic::{Status, body::Body};
use tonic_web::{GrpcWebCall, GrpcWebClientLayer};
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneSyncService};
use trivium_api::Grpc;
use trivium_client::{BoxError, Client, ConnectError, Connector, Link, Road, backoff};
use trivium_tests::{Server, Way};
use trivium_transport::{
    MemoryChannel,
    client::{Config, Trust, WtChannel},
};

type Bare = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// Where a server is, for as long as it is there.
#[derive(Clone)]
struct Place {
    http: String,
    webtransport: String,
    hashes: Vec<[u8; 32]>,
    grpc: Grpc,
}

/// A connector that takes given roads in turn and obeys its test.
#[derive(Clone)]
pub(crate) struct Bench(Arc<Shared>);

struct Shared {
    place: Mutex<Place>,
    ways: Vec<Way>,
    turn: AtomicUsize,
    shut: AtomicBool,
    cut: Mutex<CancellationToken>,
    tape: Option<Tape>,
    /// Of every hundred unary answers, so many get lost.
    eaten_percent: u64,
    answers: Arc<AtomicUsize>,
    eaten: Arc<AtomicUsize>,
    _proxy: Option<AbortOnDropHandle<()>>,
}

impl Bench {
    /// Takes these roads in turn.
    pub(crate) fn new(server: &Server, ways: impl Into<Vec<Way>>) -> Self {
        Self::with(Place::of(server), ways.into(), None, 0, None)
    }

    /// One road, with an ear on it: decoded bodies on all roads, and the bytes of the socket where it is TCP.
    pub(crate) async fn taped(server: &Server, way: Way, tape: &Tape) -> Self {
        let mut place = Place::of(server);
        let (address, proxy) = record(server.http, tape.clone()).await;
        place.http = format!("http://{address}");
        Self::with(place, vec![way], Some(tape.clone()), 0, Some(proxy))
    }

    /// One road that loses so many of a hundred answers after the server gave them.
    pub(crate) fn eating(server: &Server, way: Way, percent: u64) -> Self {
        Self::with(Place::of(server), vec![way], None, percent, None)
    }

    fn with(
        place: Place,
        ways: Vec<Way>,
        tape: Option<Tape>,
        eaten_percent: u64,
        proxy: Option<AbortOnDropHandle<()>>,
    ) -> Self {
        Self(Arc::new(Shared {
            place: Mutex::new(place),
            ways,
            turn: AtomicUsize::new(0),
            shut: AtomicBool::new(false),
            cut: Mutex::default(),
            tape,
            eaten_percent,
            answers: Arc::default(),
            eaten: Arc::default(),
            _proxy: proxy,
        }))
    }

    /// A client that uses it. `shape` says whether its session is one stream both ways, or a stream down and calls up.
    pub(crate) fn client(&self, shape: Road, token: Option<String>) -> Client {
        // Rooms remember the newest 256 requests of a user: who writes a thousand per second has to ask again within a quarter of one.
        // Everybody else is told of each attempt, and would have too much to read.
        let cap = if self.0.eaten_percent > 0 { 50 } else { 200 };
        let quick = backoff::Policy {
            base: std::time::Duration::from_millis(20),
            cap: std::time::Duration::from_millis(cap),
            ..backoff::Policy::default()
        };
        let mut builder = Client::builder("http://bench.invalid")
            .road(shape)
            .backoff(quick)
            .connector(self.clone());
        if let Some(token) = token {
            builder = builder.token(token);
        }
        builder.build().expect("a client")
    }

    /// Breaks every link that stands. The next one is on the next road.
    pub(crate) fn cut(&self) {
        std::mem::take(&mut *self.0.cut.lock().expect("no panic")).cancel();
    }

    /// Breaks every link and lets nobody through until [`open`](Self::open).
    pub(crate) fn shut(&self) {
        self.0.shut.store(true, Relaxed);
        self.cut();
    }

    /// Lets people through again.
    pub(crate) fn open(&self) {
        self.0.shut.store(false, Relaxed);
    }

    /// Leads to another server from now on.
    pub(crate) fn lead_to(&self, server: &Server) {
        *self.0.place.lock().expect("no panic") = Place::of(server);
    }

    /// How many unary answers passed, and how many were lost.
    pub(crate) fn eaten(&self) -> (usize, usize) {
        (self.0.answers.load(Relaxed), self.0.eaten.load(Relaxed))
    }
}

impl Connector for Bench {
    fn connect(&self, _: Road) -> BoxFuture<'static, Result<Link, ConnectError>> {
        let shared = Arc::clone(&self.0);
        async move {
            if shared.shut.load(Relaxed) {
                return Err(ConnectError::Other("the bench is shut".into()));
            }
            let way = shared.ways[shared.turn.fetch_add(1, Relaxed) % shared.ways.len()];
            let place = shared.place.lock().expect("no panic").clone();
            let cut = shared.cut.lock().expect("no panic").clone();
            let mut link = place
                .link(way)
                .await
                .map_err(|error| ConnectError::Other(error.to_string()))?;
            if let Some(tape) = &shared.tape {
                link = taped(link, tape.clone());
            }
            if shared.eaten_percent > 0 {
                link = eating(link, &shared);
            }
            Ok(Link::new(cuttable(link, cut)))
        }
        .boxed()
    }
}

impl Place {
    fn of(server: &Server) -> Self {
        Self {
            http: server.url(),
            webtransport: server.webtransport_url(),
            hashes: server.hashes.clone(),
            grpc: server.grpc.clone(),
        }
    }

    async fn link(&self, way: Way) -> Result<Bare, BoxError> {
        let origin: Uri = self.http.parse()?;
        Ok(match way {
            // Not tonic's channel, which keeps to deadlines by itself.
            Way::Grpc => {
                let http = Http::builder(TokioExecutor::new())
                    .http2_only(true)
                    .build_http::<Body>();
                boxed(http.map_request(move |request| at(&origin, request)))
            }
            Way::GrpcWeb => {
                let http = Http::builder(TokioExecutor::new()).build_http::<GrpcWebCall<Body>>();
                let http = http.map_request(move |request| at(&origin, request));
                boxed(GrpcWebClientLayer::new().layer(http))
            }
            Way::WebTransport => {
                let config = Config::new(Trust::Hashes(self.hashes.clone()));
                boxed(WtChannel::connect(&self.webtransport, config).await?)
            }
            Way::Memory => boxed(MemoryChannel::new(self.grpc.clone())),
        })
    }
}

fn boxed<S, B>(service: S) -> Bare
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

/// Generated clients name the path only.
fn at<B>(origin: &Uri, mut request: Request<B>) -> Request<B> {
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = origin.scheme().cloned();
    parts.authority = origin.authority().cloned();
    *request.uri_mut() = Uri::from_parts(parts).expect("an origin and a path");
    request
}

fn cuttable(link: Bare, cut: CancellationToken) -> Bare {
    let call = move |request| {
        let (link, cut) = (link.clone(), cut.clone());
        async move {
            tokio::select! {
                biased;
                () = cut.cancelled() => Err(BoxError::from("the link is cut")),
                response = link.oneshot(request) => Ok(response?.map(|body| {
                    Body::new(Cuttable { inner: Some(body), cut: Box::pin(cut.clone().cancelled_owned()) })
                })),
            }
        }
    };
    BoxCloneSyncService::new(service_fn(call))
}

struct Cuttable {
    inner: Option<Body>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl http_body::Body for Cuttable {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.inner.is_some() && self.cut.as_mut().poll(cx).is_ready() {
            self.inner = None;
            return Poll::Ready(Some(Err(Status::unavailable("the link is cut"))));
        }
        match &mut self.inner {
            Some(inner) => Pin::new(inner).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }
}

fn eating(link: Bare, shared: &Shared) -> Bare {
    let (percent, answers, eaten) = (shared.eaten_percent, shared.answers.clone(), shared.eaten.clone());
    let call = move |request| {
        let (link, answers, eaten) = (link.clone(), answers.clone(), eaten.clone());
        async move {
            let response = link.oneshot(request).await?;
            if scattered(answers.fetch_add(1, Relaxed)) % 100 < percent {
                eaten.fetch_add(1, Relaxed);
                return Ok::<_, BoxError>(Status::unavailable("the answer got lost").into_http());
            }
            Ok(response)
        }
    };
    BoxCloneSyncService::new(service_fn(call))
}

/// The same sequence of numbers every time, without a pattern (splitmix64).
fn scattered(n: usize) -> u64 {
    let mut z = (n as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Every byte that came down.
#[derive(Clone, Default)]
pub(crate) struct Tape(Arc<Mutex<Vec<u8>>>);

impl Tape {
    fn push(&self, bytes: &[u8]) {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
    }

    /// How many bytes were heard.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().expect("no panic").len()
    }

    /// Whether this was heard.
    pub(crate) fn has(&self, text: &str) -> bool {
        let heard = self.0.lock().expect("no panic");
        heard.windows(text.len()).any(|window| window == text.as_bytes())
    }
}

fn taped(link: Bare, tape: Tape) -> Bare {
    boxed(link.map_response(move |response: Response<Body>| {
        tape.push(format!("{:?}", response.headers()).as_bytes());
        let tape = tape.clone();
        response.map(|inner| Taped { inner, tape })
    }))
}

struct Taped {
    inner: Body,
    tape: Tape,
}

impl http_body::Body for Taped {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            match (frame.data_ref(), frame.trailers_ref()) {
                (Some(data), _) => self.tape.push(data),
                (None, trailers) => self.tape.push(format!("{trailers:?}").as_bytes()),
            }
        }
        polled
    }
}

/// A proxy that writes down what the server says.
async fn record(server: std::net::SocketAddr, tape: Tape) -> (std::net::SocketAddr, AbortOnDropHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let task = tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let tape = tape.clone();
            tokio::spawn(async move {
                if let Ok(server) = TcpStream::connect(server).await {
                    pass(client, server, &tape).await;
                }
            });
        }
    });
    (address, AbortOnDropHandle::new(task))
}

async fn pass(mut client: TcpStream, mut server: TcpStream, tape: &Tape) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let up = tokio::io::copy(&mut from_client, &mut to_server);
    let down = async {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(count @ 1..) = from_server.read(&mut buffer).await {
            tape.push(&buffer[..count]);
            if to_client.write_all(&buffer[..count]).await.is_err() {
                break;
            }
        }
    };
    // Whichever side ends, both do.
    tokio::select! {
        _ = up => {}
        () = down => {}
    }
}
