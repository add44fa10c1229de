//! gRPC-Web calls on HTTP/1.1 (RFC 9112), made for streams of events: no buffer but while something is in it.
//!
//! ```text
//!  bytes ─> head: is it plainly a call of gRPC-Web? ─ no ─> hyper, with every byte that is not consumed, for good
//!                          │ yes
//!                          └─> receiving: its body ─> service ─> answer: head, and the body in chunks ─> outbox ─> bytes
//! ```
//!
//! hyper's HTTP/1.1 keeps 16 KB of buffers for each connection, which for a subscriber that waits for events is most of what it
//! costs. What is no call of gRPC-Web, or is one in an unusual form, is hyper's: it alone judges what is odd, and no byte is read by
//! two parsers that could disagree about it. Parts: [`head`] and what [`answer`] writes are pure; [`receiving`] bounds the body of the
//! request; [`connection`] is the task, and [`exchange`] what it does behind a head. `tests/fuzz` puts anything at all before it.
//!
//! Invariants:
//! 1. What a client has sent and nobody has read is bounded by [`Config::stream_window`](crate::http::Config::stream_window); what
//!    came along with a head, and what belongs to later requests, by
//!    [`Config::max_header_bytes`](crate::http::Config::max_header_bytes).
//! 2. A connection is used again only if its request was received to the end.
//! 3. A client that closes its side has left: its call is dropped.

mod answer;
mod connection;
mod exchange;
mod head;
mod receiving;

pub(crate) use connection::{Connection, Outcome};
