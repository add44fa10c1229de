//! HTTP/2 for servers (RFC 9113), made for streams of events: one task and one buffer per connection, and no more memory on an idle
//! one than its calls need.
//!
//! ```text
//!  bytes ─> receive: frames ─> request ─> service ─> stream: body polled while the windows and `out` have room ─> out ─> bytes
//! ```
//!
//! hyper's HTTP/2 gives each call a task beside the connection's, and both 30 KB of buffers; for an event to a thousand
//! subscribers that costs more than the event. Parts: [`frame`], [`hpack`] and [`request`] are pure; [`stream`] is a call; [`out`]
//! is what waits to be written; [`closed`] and [`budget`] are what is remembered of the past. The bodies of requests
//! ([`inbound`](crate::inbound)) and the buffer behind `out` ([`outbox`](crate::outbox)) are also those of HTTP/1.1.
//! `tests/interop` puts h2spec, grpcio, grpc-js and browsers before it, `tests/hostile` their opposite, `tests/fuzz` anything at
//! all.
//!
//! Invariants:
//! 1. What a client has sent and nobody has read is bounded by the windows, what it has not read by one chunk of a body per call.
//! 2. Nothing is read while what has to be answered cannot be written.
//! 3. What is cheap for a client and dear for the server has a [`budget`]; beyond it, the connection ends with ENHANCE_YOUR_CALM.

mod budget;
mod closed;
mod connection;
mod frame;
pub mod hpack;
mod out;
mod receive;
mod request;
mod state;
mod stream;

pub(crate) use connection::Connection;
pub(crate) use frame::PREFACE;
