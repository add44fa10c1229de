//! `trivium-load`: loads a server that runs in a process of its own, counts what arrives, and reads from the kernel what that
//! cost the server.
//!
//! ```text
//!  scenario ── orders ──> connection ── wire, talk ──> server     (many, all on one thread)
//!      ^                      │
//!      └────── tally <────────┘            measure ── /proc/PID ──> server
//! ```
//!
//! `against` starts the servers itself, ours and the peers' in `peers/`, and writes `RESULTS.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the command line"
)]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the generator looks for one message among many"
)]

mod against;
mod connection;
mod measure;
mod report;
mod scenario;
mod stage;
mod swarm;
mod talk;
mod tally;
mod wire;

use anyhow::Result;
use clap::Parser;
use tokio::{runtime, task::LocalSet};

use scenario::{answers, fan_out, idle};

/// Load for a Trivium server or a peer, on one thread.
#[derive(Debug, Parser)]
struct Arguments {
    /// Print a line of JSON per shape instead of a table.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, clap::Subcommand)]
enum Scenario {
    /// One event, or a burst, to everybody, again and again.
    FanOut(fan_out::Args),
    /// Everybody answers the questions of a quiz.
    Answers(answers::Args),
    /// Everybody is there and nothing happens.
    Idle(idle::Args),
    /// Ours and the peers in turn; writes the results.
    Against(against::Args),
}

fn main() -> Result<()> {
    let Arguments { json, scenario } = Arguments::parse();
    let run = async {
        match scenario {
            Scenario::FanOut(args) => fan_out::run(args).await,
            Scenario::Answers(args) => answers::run(args).await,
            Scenario::Idle(args) => idle::run(args).await,
            Scenario::Against(args) => against::run(args).await.map(|()| Vec::new()),
        }
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let reports = LocalSet::new().block_on(&runtime, run)?;
    if json {
        for report in reports {
            println!("{}", serde_json::to_string(&report)?);
        }
    } else if !reports.is_empty() {
        print!("{}", report::table(&reports));
    }
    Ok(())
}
