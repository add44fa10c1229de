//! The WebTransport acceptor: one UDP port, one tower service.
//!
//! ```text
//! quinn::Incoming ──(half-open caps, Retry)──> QUIC + TLS ──> http3::accept ──(path, origin, session caps)──> bridge::serve
//! ```
//!
//! Neighbours: `http3` makes sessions of connections, [`bridge`] serves them, [`cert`](crate::cert) holds the certificates, `limits`
//! counts.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use quinn::crypto::rustls::QuicServerConfig;
use quinn::{Endpoint, EndpointConfig, IdleTimeout, Incoming, TransportConfig, VarInt};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info};
use wtransport::proto::ids::StatusCode;

use crate::bridge;
use crate::cert::Certificates;
use crate::http3::{self, Control, Session};
use crate::limits::{Limiter, Permit};
use crate::peer::{Peer, Road, next_connection_id};
use crate::service::RoadService;
use crate::udp::LeanRuntime;

/// How often it is checked whether a certificate must be exchanged.
const ROTATION_CHECK: Duration = Duration::from_hours(1);
/// How long the last packets may take to leave when the endpoint is closed.
const LAST_PACKETS: Duration = Duration::from_secs(1);

/// Which web origins may open a session. Native clients send no origin and are let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Exactly these, as browsers write them: `https://host[:port]`.
    Listed(Vec<String>),
    /// Every page on the web; for development.
    Any,
}

impl Origins {
    /// Whether somebody who says this, or nothing, of where it comes from is let in.
    pub fn allow(&self, origin: Option<&str>) -> bool {
        match (self, origin) {
            (Self::Listed(allowed), Some(origin)) => allowed.iter().any(|allowed| allowed == origin),
            (Self::Listed(_), None) | (Self::Any, _) => true,
        }
    }
}

/// Everything about the acceptor.
#[derive(Clone, Debug)]
pub struct Config {
    /// UDP address; port 0 takes any free one.
    pub bind: SocketAddr,
    /// The only path that sessions are opened on; it carries the version of the wire format.
    pub path: String,
    /// Shared with whoever publishes the hashes.
    pub certificates: Certificates,
    /// Checked before the session is accepted.
    pub origins: Origins,
    /// Sessions in total; one more is answered 429.
    pub max_sessions: usize,
    /// Sessions from one IPv4 address or IPv6 /64.
    pub max_sessions_per_ip: usize,
    /// Connections on their way to a session; one more is refused.
    pub max_half_open: usize,
    /// Connections on their way to a session from one address that proved itself.
    pub max_half_open_per_ip: usize,
    /// From this many half-open connections on, addresses have to prove themselves by a Retry.
    pub retry_above: usize,
    /// How long QUIC, TLS and CONNECT may take together.
    pub handshake_timeout: Duration,
    /// Unread bytes per stream.
    pub stream_window: u32,
    /// Unread bytes per session.
    pub session_window: u32,
    /// Unacknowledged bytes per session; a slow reader costs this much.
    pub send_window: u32,
    /// Unread or unsent bytes of datagrams per session; the oldest are dropped.
    pub datagram_buffer: usize,
    /// How often an idle session is probed; browsers never do it.
    pub keep_alive: Duration,
    /// Silence after which a session is gone.
    pub idle_timeout: Duration,
    /// For each session.
    pub bridge: bridge::Config,
}

impl Config {
    /// Defaults for everything that has one; no origin is allowed.
    pub fn new(bind: SocketAddr, certificates: Certificates) -> Self {
        Self {
            bind,
            path: "/wt/v1".to_owned(),
            certificates,
            origins: Origins::Listed(Vec::new()),
            max_sessions: 10_000,
            max_sessions_per_ip: 1_000,
            max_half_open: 1_024,
            max_half_open_per_ip: 64,
            retry_above: 256,
            handshake_timeout: Duration::from_secs(5),
            stream_window: 256 * 1024,
            session_window: 1024 * 1024,
            send_window: 1024 * 1024,
            datagram_buffer: 64 * 1024,
            keep_alive: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            bridge: bridge::Config::default(),
        }
    }

    fn quic(&self) -> quinn::ServerConfig {
        let tls = self
            .certificates
            .tls_config(&[wtransport::proto::WEBTRANSPORT_ALPN], &[&rustls::version::TLS13]);
        let crypto = QuicServerConfig::try_from(tls).expect("ring has the suite that QUIC begins with");
        let mut transport = TransportConfig::default();
        transport
            // CONNECT itself takes a stream.
            .max_concurrent_bidi_streams(VarInt::from_u32(self.bridge.first_streams.saturating_add(1)))
            // HTTP/3 has three, and may grease with more.
            .max_concurrent_uni_streams(VarInt::from_u32(8))
            .stream_receive_window(VarInt::from_u32(self.stream_window))
            .receive_window(VarInt::from_u32(self.session_window))
            .send_window(u64::from(self.send_window))
            .datagram_receive_buffer_size(Some(self.datagram_buffer))
            .datagram_send_buffer_size(self.datagram_buffer)
            .keep_alive_interval(Some(self.keep_alive))
            .max_idle_timeout(IdleTimeout::try_from(self.idle_timeout).ok());
        let mut quic = quinn::ServerConfig::with_crypto(Arc::new(crypto));
        quic.transport_config(Arc::new(transport))
            .max_incoming(self.max_half_open)
            .migration(true);
        quic
    }
}

/// A bound endpoint.
#[derive(Debug)]
pub struct WebTransportServer {
    endpoint: Endpoint,
    config: Arc<Config>,
    sessions: Limiter,
    half_open: Arc<Semaphore>,
    half_open_by_ip: Limiter,
}

impl WebTransportServer {
    /// Binds the port; must be called inside a tokio runtime.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn bind(config: Config) -> std::io::Result<Self> {
        let socket = UdpSocket::bind(config.bind)?;
        let runtime = Arc::new(LeanRuntime);
        let endpoint = Endpoint::new(EndpointConfig::default(), Some(config.quic()), socket, runtime)?;
        Ok(Self {
            endpoint,
            sessions: Limiter::new(config.max_sessions, config.max_sessions_per_ip),
            half_open: Arc::new(Semaphore::new(config.max_half_open)),
            half_open_by_ip: Limiter::new(config.max_half_open, config.max_half_open_per_ip),
            config: Arc::new(config),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.endpoint.local_addr()
    }

    /// The hashes to publish, see [`Certificates::hashes`]; they change as certificates rotate, so ask each time.
    pub fn certificate_hashes(&self) -> Vec<[u8; 32]> {
        self.config.certificates.hashes()
    }

    /// Serves `service` until `shutdown`, then drains: new sessions are refused, sessions without a call in flight are closed, the
    /// others end as [`bridge::serve`] says. Returns when no session is left. Also rotates self-made certificates.
    pub async fn serve<S: RoadService>(self, service: S, shutdown: CancellationToken) {
        let mut sessions = JoinSet::new();
        let mut rotation = interval(ROTATION_CHECK);
        rotation.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let draining = shutdown.is_cancelled();
            if draining && sessions.is_empty() {
                break;
            }
            tokio::select! {
                incoming = self.endpoint.accept() => {
                    let Some(incoming) = incoming else { break };
                    if draining {
                        incoming.refuse();
                    } else {
                        self.admit(incoming, &service, &shutdown, &mut sessions);
                    }
                }
                Some(ended) = sessions.join_next() => {
                    if let Err(panic) = ended {
                        error!(%panic, "a WebTransport session panicked");
                    }
                }
                _ = rotation.tick() => match self.config.certificates.rotate_if_due(SystemTime::now()) {
                    Ok(true) => info!("the next self-made certificate is in use"),
                    Ok(false) => {}
                    Err(error) => error!(%error, "cannot make the next certificate"),
                },
                () = shutdown.cancelled(), if !draining => {}
            }
        }
        self.endpoint.close(VarInt::from_u32(0x100), b"");
        let _ = timeout(LAST_PACKETS, self.endpoint.wait_idle()).await;
    }

    /// Starts a task for `incoming` unless a cap forbids it.
    fn admit<S: RoadService>(
        &self,
        incoming: Incoming,
        service: &S,
        shutdown: &CancellationToken,
        tasks: &mut JoinSet<()>,
    ) {
        let validated = incoming.remote_address_validated();
        // Connections that never became sessions are not in `sessions`, but they are open.
        let open_cap = self.config.max_sessions.saturating_add(self.config.max_half_open);
        let half_open = self.config.max_half_open - self.half_open.available_permits();
        if !validated && half_open >= self.config.retry_above && incoming.may_retry() {
            // An address that cannot be retried has been validated.
            let _ = incoming.retry();
            return;
        }
        // Until it is validated the address may be a victim's, so nothing is counted on it.
        let by_ip = validated.then(|| self.half_open_by_ip.acquire(incoming.remote_address().ip()));
        let (Ok(place), None | Some(Some(_))) = (self.half_open.clone().try_acquire_owned(), &by_ip) else {
            return incoming.refuse();
        };
        if self.endpoint.open_connections() >= open_cap {
            return incoming.refuse();
        }
        let (config, sessions) = (self.config.clone(), self.sessions.clone());
        let (service, shutdown) = (service.clone(), shutdown.clone());
        tasks.spawn(async move {
            let from = incoming.remote_address();
            // In a box, which is gone when the session begins.
            let accepted = Box::pin(accept(incoming, &config, &sessions));
            let accepted = timeout(config.handshake_timeout, accepted).await;
            drop((place, by_ip));
            match accepted {
                Ok(Ok((session, control, peer, permit))) => {
                    tokio::select! {
                        () = bridge::serve(session, service, peer, config.bridge.clone(), shutdown) => {}
                        never = control.attend() => match never {},
                    }
                    drop(permit);
                }
                Ok(Err(refused)) => debug!(%from, refused, "no WebTransport session"),
                Err(_) => debug!(%from, "no WebTransport session in time"),
            }
        });
    }
}

/// Takes a connection through CONNECT, or says why not. The browser only learns that it failed.
async fn accept(
    incoming: Incoming,
    config: &Config,
    sessions: &Limiter,
) -> Result<(Session, Control, Peer, Permit), &'static str> {
    let request = http3::accept(incoming).await?;
    if request.path().split('?').next() != Some(config.path.as_str()) {
        request.refuse(StatusCode::NOT_FOUND).await;
        return Err("unknown path");
    }
    if !config.origins.allow(request.origin()) {
        request.refuse(StatusCode::FORBIDDEN).await;
        return Err("origin not allowed");
    }
    let remote_addr = request.remote_address();
    let Some(permit) = sessions.acquire(remote_addr.ip()) else {
        request.refuse(StatusCode::TOO_MANY_REQUESTS).await;
        return Err("too many sessions");
    };
    let peer = Peer {
        remote_addr: Some(remote_addr),
        road: Road::WebTransport,
        connection_id: next_connection_id(),
        origin: request.origin().map(Into::into),
        tls: true,
    };
    let (session, control) = request.accept().await?;
    Ok((session, control, peer, permit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_exactly() {
        let listed = Origins::Listed(vec!["https://quiz.example".to_owned()]);
        for (origins, origin, allowed) in [
            (&listed, Some("https://quiz.example"), true),
            (&listed, Some("https://quiz.example:444"), false),
            (&listed, Some("http://quiz.example"), false),
            (&listed, Some("https://quiz.example.evil"), false),
            (&listed, Some("null"), false),
            (&listed, None, true),
            (&Origins::Any, Some("https://anywhere.example"), true),
        ] {
            assert_eq!(origins.allow(origin), allowed, "{origin:?}");
        }
    }
}
