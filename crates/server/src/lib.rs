//! The binary trivium: configuration, wiring, telemetry, drain and the command line.
//!
//! ```text
//!  main ──> cli ─┬─> serve ──> config ──> telemetry, serve::start ──> Running ──(signal)──> Running::shutdown
//!                ├─> token ──> secrets, tokens
//!                └─> host, play, watch, quiz ──> trivium-client (the SDK) ──> game ──> view, ui
//! ```
//!
//! This crate is the only one that knows every other. It is a library too, so that tests run servers in their own process:
//! [`serve::start`] takes a [`config::Config`] and touches nothing global.

pub mod cli;
pub mod config;
pub mod game;
pub mod metrics;
pub mod secrets;
pub mod serve;
pub mod telemetry;
pub mod tokens;
pub mod ui;
pub mod web;

pub use config::Config;
pub use serve::{Running, start};
