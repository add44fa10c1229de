//! Ours and the peers in turn, A B C A B C, each round on fresh servers: only ratios within a round are worth anything on a machine
//! that others use too.
//!
//! Parts: `contender` starts the servers, `results` writes what came out.

mod contender;
mod results;

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::report::Report;
use contender::{CONTENDERS, Contender, Programs};
use results::{Results, Run};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// Where `ws.mjs` and `socketio.mjs` are, beside what they import.
    #[arg(long)]
    peers: PathBuf,
    /// Where to write the results.
    #[arg(long, default_value = "benches/RESULTS.md")]
    out: PathBuf,
    /// What people have to say about them, put behind the tables as it is.
    #[arg(long, default_value = "benches/reading.md")]
    reading: PathBuf,
    /// How often each contender has its turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Subscribers of the large room; the small one has 10.
    #[arg(long, default_value_t = 1_000)]
    sessions: usize,
    /// Seconds to measure each shape.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Leave out contenders of these names.
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
}

/// # Errors
///
/// A server does not start, or an event was lost.
pub(crate) async fn run(args: Args) -> Result<()> {
    let programs = Programs::beside_this(&args.peers)?;
    let (sessions, seconds) = (args.sessions.to_string(), args.seconds.to_string());
    let large = [
        "fan-out",
        "--sessions",
        &sessions,
        "--burst",
        "1,16",
        "--seconds",
        &seconds,
    ];
    let small = [
        "fan-out",
        "--sessions",
        "10",
        "--burst",
        "1",
        "--every-ms",
        "4",
        "--seconds",
        &seconds,
    ];
    let spread = [
        "answers",
        "--sessions",
        "2000",
        "--questions",
        "2",
        "--window-ms",
        "2000",
    ];
    let at_once = ["answers", "--sessions", "2000", "--window-ms", "0"];
    let mut runs = Vec::new();
    for round in 0..args.rounds {
        for contender in CONTENDERS
            .iter()
            .filter(|one| !args.without.iter().any(|name| name == one.name))
        {
            let mut scenarios = vec![("large", &large[..]), ("small", &small[..])];
            if contender.plays {
                scenarios.extend([("spread", &spread[..]), ("at once", &at_once[..])]);
            }
            for (shape, scenario) in scenarios {
                println!("round {} of {}: {}, {shape}", round + 1, args.rounds, contender.name);
                let reports = once(&programs, contender, scenario).await;
                let reports = reports.with_context(|| format!("{}, {shape}", contender.name))?;
                for report in reports {
                    let shape = match (shape, report.burst) {
                        ("large", 2..) => "burst",
                        (shape, _) => shape,
                    };
                    runs.push(Run {
                        round,
                        shape,
                        contender: contender.name,
                        report,
                    });
                }
            }
        }
    }
    let reading = fs::read_to_string(&args.reading).with_context(|| args.reading.display().to_string())?;
    let results = Results {
        runs,
        rounds: args.rounds,
        sessions: args.sessions,
        seconds: args.seconds,
    };
    fs::write(&args.out, results.markdown(&reading)).with_context(|| args.out.display().to_string())?;
    println!("written to {}", args.out.display());
    Ok(())
}

/// One scenario on a fresh server.
async fn once(programs: &Programs, contender: &Contender, scenario: &[&str]) -> Result<Vec<Report>> {
    let server = programs.start(contender).await?;
    let printed = programs.load(contender, &server, scenario).await?;
    let reports = printed.lines().map(|line| Ok(serde_json::from_str(line)?));
    reports.collect()
}
