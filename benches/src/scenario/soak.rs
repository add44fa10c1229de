//! The same moderate load for a long time: a room in which something is said, and sessions that are cut and come back. What the
//! server holds must not grow: memory, tasks, descriptors, sessions, as it tells them at `/metrics`.
//!
//! The first third is for warming up: pools, caches and the room's ring fill. Of the rest, a line is laid through the samples.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use trivium_proto::v1::RoomKind;

use super::fan_out::TEXT;
use crate::{
    dial::Dial,
    measure::per,
    report::{Latency, Report, rate},
    schedule::{self, Schedule, moments},
    stage::Stage,
    swarm::{Door, Swarm},
    talk::Order,
    tally::{Count, tell},
    target::{Protocol, Target},
};

/// How long who was cut stays away: the server knows by then.
const AWAY: Duration = Duration::from_secs(2);
/// Samples without which a line says nothing.
const FEWEST: usize = 6;
/// What counts may grow by, in percent per hour: in ten minutes, a session that is a second late more often at the end than at
/// the beginning comes to one or two.
const MOST_OF_COUNTS: f64 = 25.0;

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Sessions, each on a connection of its own.
    #[arg(long, default_value_t = 500)]
    sessions: usize,
    /// How long.
    #[arg(long, default_value_t = 10.0, value_parser = schedule::rate)]
    minutes: f64,
    /// Messages per second.
    #[arg(long, default_value_t = 10.0, value_parser = schedule::rate)]
    rate: f64,
    /// Sessions that are cut per second, one after the other.
    #[arg(long, default_value_t = 2.0, value_parser = schedule::rate)]
    cuts: f64,
    /// Seconds between two samples.
    #[arg(long, default_value_t = 5.0, value_parser = schedule::rate)]
    sample: f64,
    /// Fail if memory grows by more than so many percent per hour, or tasks, descriptors or sessions by more than 25.
    #[arg(long)]
    most: Option<f64>,
}

/// What is watched: the name at `/metrics`, and the name in the report. Memory is the first.
const WATCHED: [(&str, &str); 4] = [
    ("process_resident_memory_bytes", "memory, bytes"),
    ("trivium_tasks", "tasks"),
    ("process_open_fds", "descriptors"),
    ("trivium_sessions", "sessions"),
];

/// # Errors
///
/// Somebody was refused, a message was lost or came twice, or memory grows more than it may.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    target.only(&[Protocol::Grpc, Protocol::GrpcWeb, Protocol::Webtransport])?;
    let metrics = Dial::speaking(target, Protocol::GrpcWeb).await?;
    let mut stage = Stage::build(target, RoomKind::Channel, args.sessions).await?;
    let swarm = Swarm::open(target, Some(&Door::of(&stage)), args.sessions).await?;
    let (usage, begun) = (target.usage()?, Instant::now());
    let span = Duration::from_secs_f64(args.minutes * 60.0);
    let mut samples = Samples::default();
    let (mut talking, mut cutting, mut sampling) = (
        Schedule::new(args.rate),
        Schedule::new(args.cuts),
        Schedule::new(1.0 / args.sample),
    );
    let mut left = moments(args.rate, span);
    let (mut said, mut cut, mut away) = (0_u64, 0_usize, VecDeque::new());
    let (mut due_talk, mut due_cut, mut due_sample) = (talking.at(), cutting.at(), sampling.at());
    while left > 0 {
        let back = away.front().map_or(due_talk + AWAY, |(_, at)| *at);
        let next = due_talk.min(due_cut).min(due_sample).min(back);
        tokio::time::sleep_until(next.into()).await;
        if next == due_talk {
            due_talk = talking.following();
            left -= 1;
            said += 1;
            swarm.tally.due.borrow_mut().push(next);
            stage.say([stage.message(said, TEXT)]).await?;
        } else if next == due_sample {
            due_sample = sampling.following();
            samples.take(begun.elapsed(), &metrics.get("/metrics").await?)?;
            swarm.tally.is_well()?;
            let minutes = begun.elapsed().as_secs_f64() / 60.0;
            tell(&format!("{minutes:.1} of {} minutes", args.minutes));
        } else if next == due_cut {
            due_cut = cutting.following();
            // Nobody is cut who is away already.
            if away.len() < args.sessions {
                swarm.orders[cut % args.sessions].send(Order::Cut).await?;
                away.push_back((cut % args.sessions, next + AWAY));
                cut += 1;
            }
        } else if let Some((index, _)) = away.pop_front() {
            swarm.orders[index].send(Order::Reopen).await?;
        }
    }
    for (index, at) in away {
        tokio::time::sleep_until(at.into()).await;
        swarm.orders[index].send(Order::Reopen).await?;
    }
    swarm.tally.reach(Count::Whole, cut as u64).await?;
    let work = said * args.sessions as u64;
    swarm.tally.reach(Count::Delivery, work).await?;
    let mut report = Report {
        scenario: "soak".into(),
        protocol: target.protocol.name(),
        sessions: u64::try_from(args.sessions)?,
        burst: 1,
        work,
        per_second: rate(work, begun.elapsed()),
        cpu: target.used(usage.as_ref(), work)?,
        bytes: per(swarm.tally.bytes.get(), work),
        latency: Latency::of(&swarm.tally.take_latencies(Count::Delivery)),
        joined: swarm.joined,
        ..Report::default()
    };
    report
        .figures
        .insert("sessions cut and resumed".into(), per(cut as u64, 1));
    let grown = samples.judge(&mut report.figures)?;
    if let Some(most) = args.most {
        for (nth, ((_, name), percent)) in WATCHED.iter().zip(grown).enumerate() {
            let most = if nth == 0 { most } else { MOST_OF_COUNTS };
            ensure!(
                percent <= most,
                "{name}: grows by {percent:.2} % per hour, more than {most}"
            );
        }
    }
    Ok(vec![report])
}

/// What was watched, over time.
#[derive(Default)]
struct Samples([Vec<(f64, f64)>; WATCHED.len()]);

impl Samples {
    fn take(&mut self, at: Duration, metrics: &str) -> Result<()> {
        for ((name, _), samples) in WATCHED.iter().zip(&mut self.0) {
            let line = metrics
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            let value = line.with_context(|| format!("/metrics says nothing of {name}"))?;
            samples.push((at.as_secs_f64() / 3_600.0, value.trim().parse()?));
        }
        Ok(())
    }

    /// Writes down how each has grown; returns by how many percent of itself per hour.
    fn judge(&self, figures: &mut BTreeMap<String, f64>) -> Result<[f64; WATCHED.len()]> {
        let mut grown = [0.0; WATCHED.len()];
        for (((_, name), samples), growth) in WATCHED.iter().zip(&self.0).zip(&mut grown) {
            let settled = &samples[samples.len() / 3..];
            ensure!(settled.len() >= FEWEST, "too short: {} samples", settled.len());
            let (mean, slope) = line(settled);
            let least = settled.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
            let most = settled.iter().map(|(_, value)| *value).fold(0.0, f64::max);
            *growth = slope / mean.max(1.0) * 100.0;
            figures.insert(format!("{name}: least"), least);
            figures.insert(format!("{name}: most"), most);
            figures.insert(format!("{name}: growth in % per hour"), *growth);
        }
        Ok(grown)
    }
}

/// Mean and slope of the line of least squares.
fn line(samples: &[(f64, f64)]) -> (f64, f64) {
    let count = per(samples.len() as u64, 1);
    let mean = |of: fn(&(f64, f64)) -> f64| samples.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|one| one.0), mean(|one| one.1));
    let spread: f64 = samples.iter().map(|one| (one.0 - x).powi(2)).sum();
    let together: f64 = samples.iter().map(|one| (one.0 - x) * (one.1 - y)).sum();
    (y, if spread > 0.0 { together / spread } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_found_and_noise_is_not() {
        let told = |memory: f64| {
            format!(
                "# HELP trivium_tasks Tasks\nprocess_resident_memory_bytes {memory}\ntrivium_tasks 7\nprocess_open_fds 9\n\
                 trivium_sessions 3\ntrivium_sessions_of_old 5\n"
            )
        };
        for (per_sample, expected) in [(0.0, 0.0), (1_000.0, 60.0)] {
            let (mut samples, mut figures) = (Samples::default(), BTreeMap::new());
            for minute in 0..60_u32 {
                let noise = f64::from(minute % 2);
                let memory = 100_000.0 - 40_000.0 * per_sample / 1_000.0 + f64::from(minute) * per_sample + noise;
                samples.take(Duration::from_mins(1) * minute, &told(memory)).unwrap();
            }
            let [memory, tasks, ..] = samples.judge(&mut figures).unwrap();
            assert!((memory - expected).abs() < 1.0, "{memory} for {per_sample}");
            assert!(figures["sessions: most"] < 3.5 && tasks.abs() < 0.01);
        }
        assert!(Samples::default().take(Duration::ZERO, "nothing").is_err());
        assert!(Samples::default().judge(&mut BTreeMap::new()).is_err());
    }
}
