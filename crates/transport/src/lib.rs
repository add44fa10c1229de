//! Any tower service over HTTP/1.1, HTTP/2 and WebTransport, and the client channel; knows no proto and no engine.
//!
mod batch;
pub mod bridge;
pub mod cert;
pub mod client;
pub mod datagram;
pub mod datagrams;
pub mod envelope;
pub mod header_block;
mod limits;
pub mod memory;
pub mod peer;
pub mod service;
pub mod session;
pub mod status;
pub mod webtransport;
mod wtransport_session;
