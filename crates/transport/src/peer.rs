//! Who is at the other end of a call, told by the acceptor that took it.
//!
//! Every acceptor inserts exactly one [`Peer`] into the request's extensions, and handlers read nothing else about the road.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The road that a call came in on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Road {
    /// HTTP/1.1 or HTTP/2: gRPC, gRPC-Web, plain HTTP.
    Http,
    /// A WebTransport stream.
    WebTransport,
    /// In the same process.
    Memory,
}

impl Road {
    /// A stable name for logs and metric labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::WebTransport => "webtransport",
            Self::Memory => "memory",
        }
    }
}

/// The other end of a call.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Where it calls from at this moment; it may change within a WebTransport session, so no state may be keyed on it.
    /// `None` in the same process.
    pub remote_addr: Option<SocketAddr>,
    /// How it came in.
    pub road: Road,
    /// Unique in this process; all calls on one connection or session share it.
    pub connection_id: u64,
    /// The web origin it claims, which only browsers are forced to tell truly.
    pub origin: Option<Arc<str>>,
    /// Whether the road is encrypted.
    pub tls: bool,
}

impl Peer {
    /// Of a request that no acceptor of ours made, such as a test's.
    pub const UNKNOWN: Self = Self {
        remote_addr: None,
        road: Road::Memory,
        connection_id: 0,
        origin: None,
        tls: false,
    };
}

/// The round-trip time of a WebTransport session as QUIC measures it; a request extension on that road only.
#[derive(Clone)]
pub struct Rtt(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Rtt {
    pub(crate) fn new(current: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(current))
    }

    /// The smoothed estimate at this moment.
    pub fn current(&self) -> Duration {
        (self.0)()
    }
}

impl std::fmt::Debug for Rtt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Rtt").field(&self.current()).finish()
    }
}

/// The next [`Peer::connection_id`].
pub(crate) fn next_connection_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
