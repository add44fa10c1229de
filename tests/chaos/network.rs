//! A network in memory that is cut after a random number of bytes, in the middle of a frame if it falls so.
//!
//! ```text
//! SDK --Connector--> Weather --> link: request bodies  --|budget|--> MemoryChannel --> server
//!                                      response bodies <-|budget|--
//! ```
//!
//! A link ends in one of three ways: both ends notice, only the client notices, or nobody does until it asks for a sign of
//! life. After a cut nothing opens for a while.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::Router;
use bytes::Bytes;
use futures_util::{FutureExt as _, future::BoxFuture};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::BodyExt as _;
use rand::{RngExt as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use tokio::time::{Instant, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::body::Body;
use tonic_web::GrpcWebClientLayer;
use tower::{Layer as _, Service, ServiceExt as _, util::BoxCloneSyncService};
use trivium_client::{BoxError, ConnectError, Connector, Link, Road};
use trivium_tests::Server;
use trivium_transport::{MemoryChannel, webtransport::Origins};

/// What a request and the head of an answer count for.
const HEAD_BYTES: usize = 40;
/// Longest time in which nothing opens after a cut.
const OUTAGE_MS: u64 = 120_000;

type Stack = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// The network as one person has it; clones are the same.
#[derive(Clone)]
pub(crate) struct Weather(Arc<Sky>);

struct Sky {
    grpc: Stack,
    web: Stack,
    calm: AtomicBool,
    state: Mutex<State>,
    cuts: AtomicUsize,
    cuts_inside_frames: AtomicUsize,
}

struct State {
    dice: ChaCha8Rng,
    /// Nothing opens before.
    closed_until: Instant,
}

/// How the ends of a link learn that it is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Both at once.
    Reset,
    /// The client at once, the server by itself, as behind a proxy.
    ClientOnly,
    /// Neither.
    Silence,
}

impl Weather {
    pub(crate) fn new(server: &Server, seed: u64) -> Self {
        let web = trivium_api::http(server.grpc.clone(), Origins::Any, Router::new());
        Self(Arc::new(Sky {
            grpc: stack(server.memory()),
            web: stack(MemoryChannel::new(web)),
            calm: AtomicBool::new(false),
            state: Mutex::new(State {
                dice: ChaCha8Rng::seed_from_u64(seed),
                closed_until: Instant::now(),
            }),
            cuts: AtomicUsize::new(0),
            cuts_inside_frames: AtomicUsize::new(0),
        }))
    }

    /// Nothing is cut from now on.
    pub(crate) fn calm_down(&self) {
        self.0.calm.store(true, SeqCst);
        self.state().closed_until = Instant::now();
    }

    /// How many links were cut, and how many of them inside a chunk of bytes.
    pub(crate) fn cuts(&self) -> (usize, usize) {
        (self.0.cuts.load(SeqCst), self.0.cuts_inside_frames.load(SeqCst))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Some links hardly last a greeting, most some dozen messages.
    fn wire(&self) -> Wire {
        let mut state = self.state();
        let left = match state.dice.random_range(0..4) {
            0 => state.dice.random_range(0..800),
            _ => state.dice.random_range(0..8_000),
        };
        let endings = [Ending::Reset, Ending::ClientOnly, Ending::Silence];
        let ending = *endings.choose(&mut state.dice).expect("there are three");
        let linger = Duration::from_millis(state.dice.random_range(0..30_000));
        Wire(Arc::new(Line {
            sky: self.clone(),
            left: Mutex::new(left),
            cut: CancellationToken::new(),
            ending,
            linger,
        }))
    }

    fn was_cut(&self, inside_a_frame: bool) {
        self.0.cuts.fetch_add(1, SeqCst);
        self.0.cuts_inside_frames.fetch_add(usize::from(inside_a_frame), SeqCst);
        let mut state = self.state();
        let outage = if state.dice.random() {
            Duration::from_millis(state.dice.random_range(0..OUTAGE_MS))
        } else {
            Duration::ZERO
        };
        state.closed_until = Instant::now() + outage;
    }
}

impl Connector for Weather {
    fn connect(&self, road: Road) -> BoxFuture<'static, Result<Link, ConnectError>> {
        let weather = self.clone();
        async move {
            let (delay, blocked) = {
                let mut state = weather.state();
                let delay = Duration::from_millis(state.dice.random_range(1..200));
                (delay, road == Road::WebTransport && state.dice.random_ratio(1, 3))
            };
            sleep(delay).await;
            let is_calm = weather.0.calm.load(SeqCst);
            if !is_calm && (blocked || Instant::now() < weather.state().closed_until) {
                return Err(ConnectError::Other("no way".to_owned()));
            }
            let wire = weather.wire();
            Ok(match road {
                Road::Grpc | Road::WebTransport => Link::new(wire.over(weather.0.grpc.clone())),
                Road::GrpcWeb => Link::new(GrpcWebClientLayer::new().layer(wire.over(weather.0.web.clone()))),
            })
        }
        .boxed()
    }
}

fn stack<S, B, E>(service: S) -> Stack
where
    S: Service<Request<Body>, Response = Response<B>, Error = E, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    E: Into<BoxError> + 'static,
{
    let service = service.map_response(|response: Response<B>| response.map(Body::new));
    BoxCloneSyncService::new(service.map_err(Into::into))
}

/// One connection; clones are the same.
#[derive(Clone)]
struct Wire(Arc<Line>);

struct Line {
    sky: Weather,
    /// Bytes that still pass, both ways together.
    left: Mutex<usize>,
    cut: CancellationToken,
    ending: Ending,
    /// How long the server goes on sending into nothing.
    linger: Duration,
}

impl Wire {
    /// Lets bytes pass; fewer than asked for means that the wire is cut behind them.
    fn pass(&self, bytes: usize) -> usize {
        let mut left = self.0.left.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.sky.0.calm.load(SeqCst) {
            return bytes;
        }
        let passed = bytes.min(*left);
        *left -= passed;
        drop(left);
        if passed < bytes && !self.0.cut.is_cancelled() {
            self.0.cut.cancel();
            self.0.sky.was_cut(passed > 0);
        }
        passed
    }

    fn over(self, stack: Stack) -> Wired {
        Wired { wire: self, stack }
    }

    async fn call(self, stack: Stack, request: Request<Body>) -> Result<Response<Passing>, BoxError> {
        if self.0.cut.is_cancelled() || self.pass(HEAD_BYTES) < HEAD_BYTES {
            return self.broken().await;
        }
        let request = request.map(|body| Body::new(Passing::new(&self, body, To::Server)));
        let mut answering = Box::pin(stack.oneshot(request));
        let response = tokio::select! {
            response = &mut answering => response?,
            () = self.0.cut.cancelled() => {
                if self.0.ending != Ending::Reset {
                    let linger = self.0.linger;
                    tokio::spawn(async move {
                        if let Ok(response) = answering.await {
                            drain(response.into_body(), linger).await;
                        }
                    });
                }
                return self.broken().await;
            }
        };
        if self.pass(HEAD_BYTES) < HEAD_BYTES {
            tokio::spawn(drain(response.into_body(), self.0.linger));
            return self.broken().await;
        }
        Ok(response.map(|body| Passing::new(&self, body, To::Client)))
    }

    async fn broken<T>(&self) -> Result<T, BoxError> {
        if self.0.ending == Ending::Silence {
            std::future::pending::<()>().await;
        }
        Err(lost())
    }
}

/// The stack at the other end of a wire.
#[derive(Clone)]
struct Wired {
    wire: Wire,
    stack: Stack,
}

impl<B> Service<Request<B>> for Wired
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Passing>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Passing>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.wire
            .clone()
            .call(self.stack.clone(), request.map(Body::new))
            .boxed()
    }
}

/// Who reads a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Server,
    Client,
}

/// A body on a wire.
struct Passing {
    wire: Wire,
    /// None after the cut.
    body: Option<Body>,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    to: To,
}

impl Passing {
    fn new(wire: &Wire, body: Body, to: To) -> Self {
        Self {
            wire: wire.clone(),
            body: Some(body),
            cut: Box::pin(wire.0.cut.clone().cancelled_owned()),
            to,
        }
    }

    /// What the reader sees behind the cut.
    fn broken(&mut self) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let ending = self.wire.0.ending;
        if let Some(body) = self.body.take()
            && self.to == To::Client
            && ending != Ending::Reset
        {
            tokio::spawn(drain(body, self.wire.0.linger));
        }
        match (ending, self.to) {
            (Ending::Reset, _) | (Ending::ClientOnly, To::Client) => Poll::Ready(Some(Err(lost()))),
            (Ending::ClientOnly, To::Server) | (Ending::Silence, _) => Poll::Pending,
        }
    }
}

impl http_body::Body for Passing {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            if self.cut.as_mut().poll(cx).is_ready() {
                return self.broken();
            }
            let Some(body) = &mut self.body else {
                return Poll::Ready(None);
            };
            let frame = match Pin::new(body).poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(status))) => return Poll::Ready(Some(Err(status.into()))),
                Poll::Ready(Some(Ok(frame))) => frame,
            };
            match frame.into_data() {
                Ok(data) => {
                    let passed = self.wire.pass(data.len());
                    if passed > 0 || data.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(data.slice(..passed)))));
                    }
                }
                Err(trailers) => {
                    if self.wire.pass(HEAD_BYTES) == HEAD_BYTES {
                        return Poll::Ready(Some(Ok(trailers)));
                    }
                }
            }
        }
    }
}

/// Reads what nobody gets.
async fn drain(mut body: Body, linger: Duration) {
    let reading = async { while let Some(Ok(_)) = body.frame().await {} };
    let _given_up = tokio::time::timeout(linger, reading).await;
}

fn lost() -> BoxError {
    io::Error::from(io::ErrorKind::ConnectionReset).into()
}
