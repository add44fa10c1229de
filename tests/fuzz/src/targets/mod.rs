//! The targets, and what must hold of each whatever it is given.

mod access;
mod frames;
mod hpack;
mod http1;
mod http2;
mod orders;
mod paused;
mod stored;
mod words;

/// A decoder under test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name of its folder in `corpus/`.
    pub name: &'static str,
    /// Panics when something does not hold.
    pub run: fn(&[u8]),
    /// Inputs that are in order, to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How many mutations the test makes.
    pub mutations: u32,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "envelope",
        run: frames::envelope,
        seeds: frames::envelopes,
        mutations: 100_000,
    },
    Target {
        name: "header_block",
        run: frames::header_block,
        seeds: frames::header_blocks,
        mutations: 100_000,
    },
    Target {
        name: "datagram",
        run: frames::datagram,
        seeds: frames::datagrams,
        mutations: 100_000,
    },
    Target {
        name: "hpack",
        run: hpack::hpack,
        seeds: hpack::blocks,
        mutations: 10_000,
    },
    Target {
        name: "http2",
        run: http2::http2,
        seeds: http2::connections,
        mutations: 1_000,
    },
    Target {
        name: "http2_calls",
        run: http2::http2_calls,
        seeds: http2::orders,
        mutations: 1_000,
    },
    Target {
        name: "http1_calls",
        run: http1::http1_calls,
        seeds: http1::orders,
        mutations: 1_000,
    },
    Target {
        name: "request",
        run: words::request,
        seeds: words::requests,
        mutations: 60_000,
    },
    Target {
        name: "resume_token",
        run: access::resume_token,
        seeds: access::resume_tokens,
        mutations: 30_000,
    },
    Target {
        name: "join_code",
        run: access::join_code,
        seeds: access::join_codes,
        mutations: 100_000,
    },
    Target {
        name: "access_token",
        run: access::access_token,
        seeds: access::access_tokens,
        mutations: 30_000,
    },
    Target {
        name: "entry",
        run: stored::entry,
        seeds: stored::entries,
        mutations: 60_000,
    },
    Target {
        name: "quiz_file",
        run: stored::quiz_file,
        seeds: stored::quiz_files,
        mutations: 4_000,
    },
];
