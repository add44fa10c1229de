//! What is told to the operator, on standard error. Tokens, join codes and bodies are in none of it: who logs one has a bug.

use std::io;

use anyhow::{Context as _, Result};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// Installs the subscriber of the process.
///
/// # Errors
///
/// The filter cannot be read, or there is a subscriber already.
pub fn install(config: &Log) -> Result<()> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(config.filter()?)
        .with_writer(io::stderr);
    let installed = match config.format {
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init(),
        LogFormat::Pretty => {
            let colours = io::IsTerminal::is_terminal(&io::stderr())
                && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
            builder.with_ansi(colours).finish().try_init()
        }
    };
    installed.context("log: cannot be installed")
}
