//! The HTTP acceptor: HTTP/1.1 and HTTP/2 on one TCP port, with TLS or without, one tower service.
//!
//! ```text
//! TCP ──(connection caps)──> [TLS] ──> first_bytes ──> h2 ─────────────────> service, with a Peer in every request
//!                                           │                                  ↑
//!                                           └──> http1: calls of gRPC-Web ─────┤
//!                                                  └─(anything else)─> hyper ──┘
//! ```
//!
//! hyper leaves several protections off or without a bound; every one is set in [`Config`]. Neighbours: `first_bytes` tells the
//! protocols apart, [`h2`](crate::h2) is HTTP/2, [`http1`](crate::http1) is HTTP/1.1 as long as only calls of gRPC-Web come, `unread`
//! ends connections of hyper after an early answer, `limits` counts, [`cert`](crate::cert) holds the certificates.

mod first_bytes;
mod unread;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use http::header::ORIGIN;
use hyper::body::Incoming;
use hyper::server::conn::http1 as hyper_http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, warn};

use crate::cert::Certificates;
use crate::draining::Draining;
use crate::h2;
use crate::http1::{self, Outcome};
use crate::limits::Limiter;
use crate::peer::{Peer, Road, next_connection_id};
use crate::service::{Body, RoadService, respond};
use first_bytes::{First, Reread, first_bytes};

pub(crate) use unread::{DRAIN_BYTES, DRAIN_TIME};

/// How long accepting pauses when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Everything about the acceptor.
#[derive(Clone, Debug)]
pub struct Config {
    /// TCP address; port 0 takes any free one.
    pub bind: SocketAddr,
    /// For TLS; without, HTTP/2 is spoken with prior knowledge.
    pub certificates: Option<Certificates>,
    /// Connections in total; one more is closed at once.
    pub max_connections: usize,
    /// Connections from one IPv4 address or IPv6 /64.
    pub max_connections_per_ip: usize,
    /// How long TLS may take, and then again the bytes that tell HTTP/1.1 from HTTP/2.
    pub handshake_timeout: Duration,
    /// How long the head of an HTTP/1.1 request may take; also how long a connection may be idle between two.
    pub header_timeout: Duration,
    /// Most bytes of the headers of one request.
    pub max_header_bytes: u32,
    /// HTTP/2 streams, hence calls, at once on one connection.
    pub max_streams: u32,
    /// Calls that a client may cancel at once on one HTTP/2 connection; one more closes it (rapid reset). As many come back within
    /// ten seconds.
    pub max_cancelled_calls: usize,
    /// Streams that a client may lose at once because it broke the protocol or had too many; one more closes the connection. As
    /// many come back within ten seconds.
    pub max_faults: usize,
    /// Unread bytes of one request: per HTTP/2 stream, and of a call of gRPC-Web on HTTP/1.1.
    pub stream_window: u32,
    /// Unread bytes per HTTP/2 connection.
    pub connection_window: u32,
    /// How often an HTTP/2 connection is probed.
    pub keep_alive_interval: Duration,
    /// How long the answer to a probe may take.
    pub keep_alive_timeout: Duration,
    /// How long calls in flight may go on once draining begins; then their connections are dropped.
    pub drain_timeout: Duration,
}

impl Config {
    /// Defaults for everything but the address; no TLS.
    pub const fn new(bind: SocketAddr) -> Self {
        Self {
            bind,
            certificates: None,
            max_connections: 10_000,
            max_connections_per_ip: 1_000,
            handshake_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(5),
            max_header_bytes: 16 * 1024,
            max_streams: 100,
            max_cancelled_calls: 200,
            max_faults: 1_000,
            stream_window: 256 * 1024,
            connection_window: 1024 * 1024,
            keep_alive_interval: Duration::from_secs(15),
            keep_alive_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(20),
        }
    }

    fn http1(&self) -> hyper_http1::Builder {
        let mut builder = hyper_http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.header_timeout)
            .max_headers(128)
            // The head of a request has to fit into it; bodies are read in pieces of at most this size.
            .max_buf_size(
                usize::try_from(self.max_header_bytes)
                    .unwrap_or(usize::MAX)
                    .max(8 * 1024),
            );
        builder
    }
}

/// A bound listener.
#[derive(Debug)]
pub struct HttpServer {
    listener: TcpListener,
    config: Arc<Config>,
}

impl HttpServer {
    /// Binds the port.
    ///
    /// # Errors
    /// Those of the socket.
    pub async fn bind(config: Config) -> std::io::Result<Self> {
        let listener = TcpListener::bind(config.bind).await?;
        Ok(Self {
            listener,
            config: Arc::new(config),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves `service` until `shutdown`, then drains: the port is closed, connections get GOAWAY or `connection: close`, and what
    /// is left after [`Config::drain_timeout`] is dropped. Returns when no connection is left.
    pub async fn serve<S: RoadService>(self, service: S, shutdown: CancellationToken) {
        let config = self.config;
        let limiter = Limiter::new(config.max_connections, config.max_connections_per_ip);
        let tls = config.certificates.as_ref().map(|certificates| {
            let versions = [&rustls::version::TLS13, &rustls::version::TLS12];
            TlsAcceptor::from(Arc::new(certificates.tls_config(&[b"h2", b"http/1.1"], &versions)))
        });
        let http1 = Arc::new(config.http1());
        let draining = Draining::default();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, from) = match accepted {
                        Ok(accepted) => accepted,
                        Err(error) => {
                            warn!(%error, "cannot accept a connection");
                            sleep(ACCEPT_PAUSE).await;
                            continue;
                        }
                    };
                    let Some(permit) = limiter.acquire(from.ip()) else {
                        debug!(%from, "too many connections");
                        continue;
                    };
                    let connection = Connection {
                        service: service.clone(),
                        config: config.clone(),
                        http1: http1.clone(),
                        peer: Peer {
                            remote_addr: Some(from),
                            road: Road::Http,
                            connection_id: next_connection_id(),
                            origin: None,
                            tls: tls.is_some(),
                        },
                        draining: draining.clone(),
                    };
                    let tls = tls.clone();
                    connections.spawn(async move {
                        connection.accept(stream, tls).await;
                        drop(permit);
                    });
                }
                Some(ended) = connections.join_next() => {
                    if let Err(panic) = ended {
                        error!(%panic, "an HTTP connection panicked");
                    }
                }
                () = shutdown.cancelled() => break,
            }
        }
        drop(self.listener);
        draining.begin();
        // Each connection has its own deadline, and only this one if it hangs in spite of it.
        let all = async { while connections.join_next().await.is_some() {} };
        let longest = config.drain_timeout + config.handshake_timeout;
        if timeout(longest, all).await.is_err() {
            connections.shutdown().await;
        }
    }
}

/// Serves `service` on one connection that did not come by a port of ours: in memory, or from a socket of another kind. Without TLS,
/// and as [`HttpServer::serve`] does once it has a permit: the first bytes tell HTTP/1.1 from HTTP/2, and `shutdown` drains it.
/// Returns when the connection has ended, whatever the reason.
pub async fn serve_connection<T, S>(io: T, service: S, config: Arc<Config>, shutdown: CancellationToken)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: RoadService,
{
    let draining = Draining::default();
    let connection = Connection {
        service,
        http1: Arc::new(config.http1()),
        config,
        peer: Peer {
            remote_addr: None,
            road: Road::Http,
            connection_id: next_connection_id(),
            origin: None,
            tls: false,
        },
        draining: draining.clone(),
    };
    let mut serving = pin!(connection.serve(io));
    tokio::select! {
        () = serving.as_mut() => return,
        () = shutdown.cancelled() => draining.begin(),
    }
    serving.await;
}

/// One connection.
struct Connection<S> {
    service: S,
    config: Arc<Config>,
    http1: Arc<hyper_http1::Builder>,
    peer: Peer,
    draining: Draining,
}

impl<S: RoadService> Connection<S> {
    async fn accept(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Small messages must not wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls else {
            return self.serve(stream).await;
        };
        // Both in boxes: the handshake is gone when the connection begins, and the stream is handed on by its address.
        let handshake = Box::pin(timeout(self.config.handshake_timeout, tls.accept(stream)));
        let stream = match handshake.await {
            Ok(Ok(stream)) => Box::new(stream),
            Ok(Err(error)) => return debug!(connection = self.peer.connection_id, %error, "no TLS"),
            Err(_) => return debug!(connection = self.peer.connection_id, "no TLS in time"),
        };
        self.serve(stream).await;
    }

    async fn serve<T>(self, mut io: T)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let first = tokio::select! {
            first = first_bytes(&mut io, self.config.handshake_timeout) => first,
            () = self.draining.begun() => return,
        };
        match first {
            // HTTP/2 is what there are many of, so it is part of the task, and the other is not.
            Ok(First::Http2(read)) => self.http2(io, read).await,
            Ok(First::Http1(read)) => Box::pin(self.http1(io, read)).await,
            Err(error) => debug!(connection = self.peer.connection_id, %error, "it says nothing"),
        }
    }

    async fn http2<T>(self, io: T, read: Vec<u8>)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (service, peer) = (self.service, self.peer);
        let (id, patience) = (peer.connection_id, self.config.drain_timeout);
        let serve = move |request| respond(service.clone(), from(&peer, request));
        let connection = pin!(h2::Connection::new(io, read, self.config, serve));
        serve_out(
            connection,
            h2::Connection::graceful_shutdown,
            &self.draining,
            patience,
            id,
        )
        .await;
    }

    async fn http1<T>(self, io: T, read: Vec<u8>)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (service, peer) = (self.service, self.peer);
        let (id, patience) = (peer.connection_id, self.config.drain_timeout);
        let serve = move |request| respond(service.clone(), from(&peer, request));
        let mut connection = http1::Connection::new(io, read, self.config, serve);
        let outcome = serve_out(
            Pin::new(&mut connection),
            http1::Connection::graceful_shutdown,
            &self.draining,
            patience,
            id,
        )
        .await;
        if outcome != Some(Outcome::HandOn) {
            return;
        }
        let (io, read, serve) = connection.into_parts();
        let service = service_fn(move |request: Request<Incoming>| {
            let (parts, body) = request.into_parts();
            let (body, unread) = unread::watch(body);
            let response = serve(Request::from_parts(parts, Body::new(body)));
            async move { Ok::<_, Infallible>(unread.told(response.await)) }
        });
        let io = TokioIo::new(Reread::new(io, read));
        // In a box, so that a connection that stays ours is no larger for it.
        let mut connection = Box::pin(self.http1.serve_connection(io, service));
        serve_out(
            connection.as_mut(),
            hyper_http1::Connection::graceful_shutdown,
            &self.draining,
            patience,
            id,
        )
        .await;
    }
}

/// Serves a connection to its end; once `draining` has begun it is told to `go_away`, and has `patience` for the calls in flight.
/// What comes of it, unless it fails or has to be dropped.
async fn serve_out<C, O, E: std::error::Error>(
    mut connection: Pin<&mut C>,
    go_away: impl FnOnce(Pin<&mut C>),
    draining: &Draining,
    patience: Duration,
    id: u64,
) -> Option<O>
where
    C: Future<Output = Result<O, E>>,
{
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => Ok(ended),
        () = draining.begun() => {
            go_away(connection.as_mut());
            // hyper waits for ever for a client that has begun a request and says no more.
            timeout(patience, connection).await
        }
    };
    match ended {
        Ok(Ok(outcome)) => return Some(outcome),
        Ok(Err(error)) => debug!(connection = id, %error, "the connection failed"),
        Err(_) => debug!(connection = id, "dropped with calls in flight"),
    }
    None
}

/// The request with who sent it.
fn from(peer: &Peer, mut request: Request<Body>) -> Request<Body> {
    let origin = request.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let peer = Peer {
        origin: origin.map(Into::into),
        ..peer.clone()
    };
    request.extensions_mut().insert(peer);
    request
}
