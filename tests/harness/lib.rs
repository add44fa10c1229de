//! What every suite shares: a server in a box, people who use it, and every road to it.
//!
//! [`Server`] runs the whole stack in this process on free ports, [`Process`] in one of its own that can be killed.
//! [`Person`] is somebody with a token and an SDK client on one road, [`Raw`] a connection that sends any bytes. [`quizzes`]
//! has quizzes with every kind of question. [`ROADS`] is what suites iterate over.

#![expect(clippy::wildcard_enum_match_arm, reason = "suites look for one event among many")]

pub mod game;
pub mod people;
pub mod process;
pub mod quizzes;
pub mod raw;
pub mod server;

pub use people::{Person, eventually};
pub use process::Process;
pub use raw::Raw;
pub use server::{HEARD, Options, Server};

/// A way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web over HTTP/1.1: Watch and unary calls.
    GrpcWeb,
    /// WebTransport over QUIC.
    WebTransport,
    /// In this process, without a socket.
    Memory,
}

/// All of them.
pub const ROADS: [Way; 4] = [Way::Grpc, Way::GrpcWeb, Way::WebTransport, Way::Memory];
