//! A load generator: it loads a server that runs in a process of its own, here or elsewhere, counts what arrives, and reads from
//! the kernel what that cost the server if it is here.
//!
//! ```text
//!  scenario ── orders ──> connection ── wire, talk ──> server     (many, all on one thread)
//!      ^                      │
//!      └────── tally <────────┘            measure ── /proc/PID ──> server
//! ```
//!
//! The program `trivium-load` and the subcommand `trivium bench` are both this. `against`, in the program only, starts the servers
//! itself, ours and the peers' in `peers/`, and writes `RESULTS.md`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it writes tables for who looks on"
)]
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the generator looks for one message among many"
)]

mod connection;
mod dial;
mod measure;
pub mod plot;
pub mod report;
mod scenario;
mod schedule;
mod stage;
mod swarm;
mod talk;
mod tally;
mod target;
mod wire;

use std::path::PathBuf;

use anyhow::Result;
use tokio::{runtime, task::LocalSet};

use scenario::{answers, fan_out, idle, join_wave, mesh, quiz_day, reconnect, slow, soak};

/// How to tell what a scenario found.
#[derive(Clone, Debug, clap::Args)]
pub struct Telling {
    /// Print a line of JSON per distribution instead of a table.
    #[arg(long, global = true)]
    json: bool,
    /// Write a plot of each distribution into this directory.
    #[arg(long, global = true, value_name = "DIR")]
    plots: Option<PathBuf>,
}

/// What to do to the server.
#[derive(Debug, clap::Subcommand)]
pub enum Scenario {
    /// One event, or a burst, to everybody, again and again.
    FanOut(fan_out::Args),
    /// Everybody says something now and then, and everybody hears it.
    Mesh(mesh::Args),
    /// Everybody answers the questions of a quiz.
    Answers(answers::Args),
    /// Many rooms play a quiz at once.
    QuizDay(quiz_day::Args),
    /// Guests come into a room at a rate.
    JoinWave(join_wave::Args),
    /// Everybody is cut at once, comes back and resumes.
    Reconnect(reconnect::Args),
    /// Some stand still while the others read.
    Slow(slow::Args),
    /// Everybody is there and nothing happens.
    Idle(idle::Args),
    /// Moderate load for long; nothing may grow.
    Soak(soak::Args),
}

/// Runs a scenario on this thread, and tells what it found.
///
/// # Errors
///
/// The server refused something, something was lost or came twice, or a figure is worse than it may be.
pub fn run(scenario: Scenario, telling: &Telling) -> Result<()> {
    let load = async {
        match scenario {
            Scenario::FanOut(args) => fan_out::run(args).await,
            Scenario::Mesh(args) => mesh::run(args).await,
            Scenario::Answers(args) => answers::run(args).await,
            Scenario::QuizDay(args) => quiz_day::run(args).await,
            Scenario::JoinWave(args) => join_wave::run(args).await,
            Scenario::Reconnect(args) => reconnect::run(args).await,
            Scenario::Slow(args) => slow::run(args).await,
            Scenario::Idle(args) => idle::run(args).await,
            Scenario::Soak(args) => soak::run(args).await,
        }
    };
    let reports = on_this_thread(load)?;
    if let Some(directory) = &telling.plots {
        report::plots(&reports, directory)?;
    }
    if telling.json {
        for report in reports {
            println!("{}", serde_json::to_string(&report)?);
        }
    } else {
        print!("{}", report::table(&reports));
    }
    Ok(())
}

/// Runs a future that keeps everything on one thread.
///
/// # Errors
///
/// What the future returns, or there is no runtime.
pub fn on_this_thread<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, future)
}
