//! A whole connection of HTTP/2: what a client sends, and what it is told.
//!
//! ```text
//!  input ─> raw | calls ─> script ─> drive ─> trivium_transport::http::serve_connection ─> service
//!                                      └──> judge: what was said by both sides, and what must hold of it
//! ```
//!
//! `http2` takes the input for what a client writes behind the preface; `http2_calls` takes it for orders to write frames, most
//! of which are in order, so that it gets further.

mod calls;
mod drive;
mod judge;
mod raw;
mod service;
mod wire;

use std::{net::Ipv4Addr, time::Duration};

use trivium_transport::http::Config;

pub(super) use calls::orders;
pub(super) use raw::connections;

/// One connection.
struct Script {
    config: Config,
    /// Bytes that are under way in each direction.
    buffer: usize,
    steps: Vec<Step>,
    /// Whether the client closes the connection when it has said all, or falls silent.
    closes: bool,
}

/// What happens next.
enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// Whether the client reads, from now on.
    Read(bool),
    /// The server is told to end.
    Drain,
}

/// Whatever a client sends.
pub(super) fn http2(input: &[u8]) {
    drive::run(raw::script(input));
}

/// Whatever a client that knows frames does.
pub(super) fn http2_calls(input: &[u8]) {
    drive::run(calls::script(input));
}

/// The surroundings, by a byte of the input.
fn surroundings(byte: u8) -> Script {
    let mut config = Config::new((Ipv4Addr::LOCALHOST, 0).into());
    if byte & 1 != 0 {
        config.max_header_bytes = 1_024;
        config.max_streams = 3;
        config.max_cancelled_calls = 4;
        config.max_faults = 8;
        config.stream_window = 70_000;
        config.connection_window = 100_000;
    }
    Script {
        config,
        buffer: [65_536, 300, 5_000, 100_000][usize::from(byte >> 1 & 3)],
        steps: Vec::new(),
        closes: byte & 8 != 0,
    }
}
