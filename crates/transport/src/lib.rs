//! Any tower service over HTTP/1.1, HTTP/2 and WebTransport, and the client channel; knows no proto and no engine.
//!
//! ```text
//!  gRPC, gRPC-Web, HTTP ──TCP──> http ─────────────┐
//!  WebTransport ──────────UDP──> webtransport ──> bridge ──> recover ──> deadline ──> any RoadService
//!  the same process ───────────> memory ───────────┘         (layers)    (layers)    (tonic's Routes, axum, ...)
//!
//!  client::WtChannel ──UDP──> webtransport        memory::MemoryChannel ──> RoadService
//! ```
//!
//! The acceptors, [`http`] and [`webtransport`], take connections and hand every request to one service, with a
//! [`Peer`] in its extensions. The layers, [`recover`] and [`deadline`], give every road the same behaviour where the roads
//! differ. The clients, [`client`] and [`memory`], go where a generated client expects a channel. The wire format of the
//! WebTransport road is written down in `docs/webtransport.md`; [`envelope`], [`header_block`] and [`datagram`] are its pure
//! codecs, as [`hpack`] is one of HTTP/2.
//!
//! Invariants:
//! 1. A service cannot tell the roads apart except by asking [`Peer`].
//! 2. A client that sends anything at all harms its own call, at worst its own connection.
//! 3. Everything that waits has a bound and a deadline, and both are in a `Config`.
//! 4. Draining ends: every acceptor drops what is left when its drain timeout is over.

mod batch;
pub mod bridge;
pub mod cert;
pub mod client;
pub mod datagram;
pub mod datagrams;
pub mod deadline;
mod draining;
pub mod envelope;
mod fields;
mod h2;
pub mod header_block;
pub mod http;
mod http1;
mod http3;
mod inbound;
mod limits;
pub mod memory;
mod outbox;
pub mod peer;
mod quic;
mod read;
pub mod recover;
mod seldom;
pub mod service;
pub mod session;
pub mod status;
mod udp;
pub mod webtransport;

pub use self::http::HttpServer;
pub use client::WtChannel;
pub use deadline::DeadlineLayer;
pub use h2::hpack;
pub use memory::MemoryChannel;
pub use peer::{Peer, Road};
pub use recover::RecoverLayer;
pub use service::{Body, BoxError, RoadService};
pub use webtransport::WebTransportServer;
