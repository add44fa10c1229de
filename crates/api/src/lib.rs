//! The service stack: wire messages to engine commands and back, authentication, authorization, limits, sessions.

pub mod convert;
pub mod encode;
