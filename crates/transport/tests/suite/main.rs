//! The loopback suite: a hand-written gRPC-framed service, served on every road and called over real sockets.
//!
//! [`echo`] is the service, [`harness`] starts servers and speaks raw bytes to them; every other module is a subject.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod calls;
mod client;
mod documented;
mod echo;
mod h2;
mod harness;
mod http;
mod http1;
mod http3;
mod layers;
mod malformed;
mod sessions;
mod writes;
