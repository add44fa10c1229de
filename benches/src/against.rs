//! Ours and the peers in turn, A B C A B C, each round on fresh servers: only ratios within a round are worth anything on a machine
//! that others use too.
//!
//! Parts: `contender` starts the servers, `shapes` says what they go through, `targets` what should come out, `results` writes what
//! did.

mod contender;
mod results;
mod shapes;
mod targets;

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use trivium_benches::report::Report;

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
    /// Subscribers of the huge room; it is left out if they are more than descriptors.
    #[arg(long, default_value_t = 10_000)]
    huge: usize,
    /// Seconds to measure each shape.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Leave out contenders of these names.
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
    /// Only these shapes: large, small, steady, huge, woken, joins, acks, spread, at once, mesh, quiz day, storm, slow.
    #[arg(long, value_delimiter = ',')]
    shapes: Vec<String>,
}

/// # Errors
///
/// A server does not start, or something was lost.
pub(crate) async fn run(args: Args) -> Result<()> {
    let programs = Programs::beside_this(&args.peers)?;
    let reading = fs::read_to_string(&args.reading).with_context(|| args.reading.display().to_string())?;
    let huge = shapes::allowed(args.huge);
    let mut shapes = shapes::shapes(args.sessions, args.huge, args.seconds);
    shapes.retain(|shape| {
        let wanted = args.shapes.is_empty() || args.shapes.iter().any(|name| name == shape.name);
        wanted && (!["huge", "woken"].contains(&shape.name) || huge.is_some())
    });
    let wanted = |one: &&Contender| !args.without.iter().any(|name| name == one.name);
    let (contenders, absent): (Vec<&Contender>, Vec<&Contender>) =
        CONTENDERS.iter().filter(wanted).partition(|one| one.is_there());
    for one in absent {
        println!("{} is not on the path, and left out", one.name);
    }
    let (mut runs, mut failures) = (Vec::new(), Vec::new());
    for round in 0..args.rounds {
        for shape in &shapes {
            for contender in contenders.iter().filter(|one| (shape.who)(one)) {
                println!(
                    "round {} of {}: {}, {}",
                    round + 1,
                    args.rounds,
                    shape.name,
                    contender.name
                );
                // What failed is told at the end, and does not cost what was measured in the hour before.
                let reports = match once(&programs, contender, &shape.words).await {
                    Ok(reports) => reports,
                    Err(error) => {
                        let failure = format!("round {}: {}, {}: {error:#}", round + 1, shape.name, contender.name);
                        println!("{failure}");
                        failures.push(failure);
                        continue;
                    }
                };
                runs.extend(reports.into_iter().enumerate().map(|(nth, report)| Run {
                    round,
                    key: shapes::key(shape.name, nth, &report.scenario, report.burst),
                    contender: contender.name,
                    report,
                }));
            }
        }
    }
    let results = Results {
        runs,
        rounds: args.rounds,
        seconds: args.seconds,
        titles: shapes::titles(args.sessions, args.huge),
    };
    let plots = args.out.with_file_name("plots");
    results.plot(&plots)?;
    fs::write(&args.out, results.markdown(&reading)).with_context(|| args.out.display().to_string())?;
    println!("written to {}, with plots in {}", args.out.display(), plots.display());
    ensure!(failures.is_empty(), "failed:\n{}", failures.join("\n"));
    Ok(())
}

/// One scenario on a fresh server.
async fn once(programs: &Programs, contender: &Contender, scenario: &[String]) -> Result<Vec<Report>> {
    let server = programs.start(contender).await?;
    let printed = programs.load(contender, &server, scenario).await?;
    let reports = printed.lines().map(|line| Ok(serde_json::from_str(line)?));
    reports.collect()
}
