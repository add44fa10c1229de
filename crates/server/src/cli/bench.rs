//! `trivium bench`: load for a server, here or elsewhere, and what it makes of it.
//!
//! The generator is a library of its own. It counts on everything being on one thread, so it gets one beside the runtime's.

use anyhow::Result;
use trivium_benches::{Scenario, Telling};

/// The command line.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    telling: Telling,
    #[command(subcommand)]
    scenario: Scenario,
}

pub(super) async fn run(args: Args) -> Result<()> {
    tokio::task::spawn_blocking(move || trivium_benches::run(args.scenario, &args.telling)).await?
}
