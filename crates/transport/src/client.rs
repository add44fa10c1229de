//! The client's end of the WebTransport road: a channel that generated clients take in place of an HTTP/2 one.
//!
//! One session, one stream per call (`call`). A failure of the road is told as a gRPC status, in the answer's headers or trailers,
//! because generated clients make UNKNOWN of every other error: UNAVAILABLE when the session is gone, the code of a RESET.
//! The wire format is [`envelope`](crate::envelope) and [`header_block`](crate::header_block), as on the server's side.

mod call;
mod session;

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use quinn::{IdleTimeout, RecvStream, TransportConfig, VarInt};
use rustls::RootCertStore;
use tokio::time::timeout;
use tower::Service;
use wtransport::config::IpBindConfig;
use wtransport::endpoint::endpoint_side::Client;
use wtransport::endpoint::{ConnectOptions, Endpoint};
use wtransport::error::ConnectingError;
use wtransport::tls::Sha256Digest;
use wtransport::{ClientConfig, Connection};

use crate::datagram::{Datagram, MAX_LEN};
use crate::service::BoxError;
use crate::session::{DatagramError, Session};

pub use call::ResponseBody;

/// Which servers to trust.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Those with a certificate from one of the system's authorities.
    System,
    /// Those with a certificate from one of these authorities.
    Roots(Arc<RootCertStore>),
    /// Those whose certificate has one of these SHA-256 hashes, under the rules that browsers have: ECDSA P-256, valid now, for
    /// at most 14 days.
    Hashes(Vec<[u8; 32]>),
}

/// How to open a session.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which servers to trust.
    pub trust: Trust,
    /// How long everything up to the open session may take.
    pub connect_timeout: Duration,
    /// What to send as `origin`; native clients need none.
    pub origin: Option<String>,
}

impl Config {
    /// Five seconds, no origin.
    pub const fn new(trust: Trust) -> Self {
        Self {
            trust,
            connect_timeout: Duration::from_secs(5),
            origin: None,
        }
    }
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No local UDP socket.
    #[error("cannot open a UDP socket: {0}")]
    Socket(#[from] std::io::Error),
    /// [`Config::connect_timeout`] passed.
    #[error("no session in time")]
    TimedOut,
    /// The server, or something on the way to it, said no.
    #[error("no session: {0}")]
    Refused(#[from] ConnectingError),
}

/// A WebTransport session as a channel; clones are handles to the same session, which is closed when the last of them
/// and the last call are gone.
#[derive(Clone)]
pub struct WtChannel(Arc<Inner>);

struct Inner {
    connection: Connection,
    /// Kept because the session needs its socket.
    endpoint: Endpoint<Client>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        Session::close(&self.connection, "");
    }
}

impl fmt::Debug for WtChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WtChannel")
            .field("server", &self.0.connection.remote_address())
            .finish_non_exhaustive()
    }
}

impl WtChannel {
    /// Opens a session at `url`, `https://host:port/wt/v1`.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(url: &str, config: Config) -> Result<Self, ConnectError> {
        let endpoint = endpoint(&config.trust)?;
        let mut options = ConnectOptions::builder(url);
        if let Some(origin) = config.origin {
            options = options.add_header("origin", origin);
        }
        let connecting = endpoint.connect(options.build());
        let connecting = timeout(config.connect_timeout, connecting).await;
        let connection = connecting.map_err(|_| ConnectError::TimedOut)??;
        Ok(Self(Arc::new(Inner { connection, endpoint })))
    }

    /// Resolves with a reason for a log when the session is gone.
    pub async fn closed(&self) -> String {
        Session::closed(&self.0.connection).await
    }

    /// Ends the session; calls in flight fail with UNAVAILABLE. Waits, at most a second, until the server has been told.
    pub async fn close(&self) {
        Session::close(&self.0.connection, "");
        let _ = timeout(Duration::from_secs(1), self.0.endpoint.wait_idle()).await;
    }

    /// The round-trip time as QUIC measures it.
    pub fn rtt(&self) -> Duration {
        Session::rtt(&self.0.connection)
    }

    /// Queues a datagram.
    ///
    /// # Errors
    /// [`DatagramError`]; nothing was sent.
    pub fn send_datagram(&self, datagram: &Datagram) -> Result<(), DatagramError> {
        let bytes = datagram.encode();
        if bytes.len() > MAX_LEN {
            return Err(DatagramError::TooLarge);
        }
        Session::send_datagram(&self.0.connection, &bytes)
    }

    /// The next datagram of a known kind; `None` once the session is gone. Cancel-safe.
    pub async fn recv_datagram(&self) -> Option<Datagram> {
        loop {
            let datagram = Session::recv_datagram(&self.0.connection).await?;
            if let Some(datagram) = Datagram::decode(datagram) {
                return Some(datagram);
            }
        }
    }
}

impl<B> Service<Request<B>> for WtChannel
where
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<ResponseBody<RecvStream>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (connection, keep) = (self.0.connection.clone(), self.0.clone());
        Box::pin(async move { Ok(call::start(connection, keep, request).await) })
    }
}

fn endpoint(trust: &Trust) -> std::io::Result<Endpoint<Client>> {
    let client = |ip| {
        let builder = ClientConfig::builder().with_bind_config(ip);
        let builder = match trust {
            Trust::System => builder.with_native_certs(),
            Trust::Roots(roots) => builder.with_custom_tls(tls(roots)),
            Trust::Hashes(hashes) => {
                builder.with_server_certificate_hashes(hashes.iter().copied().map(Sha256Digest::new))
            }
        };
        let mut config = builder.build();
        config.quic_config_mut().transport_config(Arc::new(transport()));
        Endpoint::client(config)
    };
    // Some machines have no IPv6 at all.
    client(IpBindConfig::InAddrAnyDual).or_else(|_| client(IpBindConfig::InAddrAnyV4))
}

fn tls(roots: &RootCertStore) -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("ring has suites for TLS 1.3")
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    tls.alpn_protocols = vec![wtransport::proto::WEBTRANSPORT_ALPN.to_vec()];
    tls
}

/// The server opens no bidirectional streams; windows bound what an unread response costs here.
fn transport() -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(VarInt::from_u32(0))
        .max_concurrent_uni_streams(VarInt::from_u32(8))
        .stream_receive_window(VarInt::from_u32(1024 * 1024))
        .receive_window(VarInt::from_u32(4 * 1024 * 1024))
        .send_window(1024 * 1024)
        .datagram_receive_buffer_size(Some(64 * 1024))
        .datagram_send_buffer_size(64 * 1024)
        .keep_alive_interval(Some(Duration::from_secs(10)))
        .max_idle_timeout(IdleTimeout::try_from(Duration::from_secs(30)).ok());
    transport
}
