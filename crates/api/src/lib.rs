//! The service stack: wire messages to engine commands and back, authentication, authorization, limits, sessions.
//!
//! ```text
//!  acceptor --> layers: recover, deadline, span --> services (unary) --\
//!                                               \-> stream (Connect, Watch, Play, Converse, Track)
//!                                                        |                  both: Call --> Runtime
//!                                                        \-- dispatch ------/
//! ```
//!
//! Wire types stop here: [`convert`] is the only place that knows both sides. No code here knows the road of a call.
//!
//! Neighbours: below is `trivium-runtime`; `trivium-transport` serves what [`grpc()`] and [`http()`] build; `trivium-server`
//! puts it together.

pub mod attachments;
pub mod auth;
pub mod authz;
pub mod call;
pub mod convert;
pub mod encode;
pub mod error;
pub mod files;
pub mod ids;
pub mod join_code;
mod layers;
pub mod limits;
mod services;
pub mod sessions;
pub mod statement;
mod stream;
mod wire;

pub use call::{Api, Call};
pub use error::ApiError;
pub use layers::{Grpc, GrpcBody, Http, Options, grpc, http};
pub use wire::WireEncode;
