//! Some readers stand still while the others hear a room in which something is said at a rate.
//!
//! It runs twice: all read, then some stand still. What the others notice is the quotient of their latencies; what a stalled one
//! costs is how the server's memory grows. Then the stalled ones read on, or come again where the server has ended their
//! connection, and each has to get everything exactly once, or be told to start over.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use trivium_proto::v1::RoomKind;

use super::fan_out::TEXT;
use crate::{
    connection::Kind,
    measure::{Usage, per},
    report::{Latency, Report, rate},
    schedule::{self, Schedule, moments},
    stage::Stage,
    swarm::{Door, Swarm},
    talk::Order,
    tally::Count,
    target::{Protocol, Target},
};

/// What the kernel takes in for a reader that stands still, so that the server feels it soon.
const RECEIVE_BUFFER: u32 = 4_096;
/// Nobody needs longer to catch up.
const PATIENCE: Duration = Duration::from_mins(2);

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Sessions, each on a connection of its own.
    #[arg(long, default_value_t = 2_000)]
    sessions: usize,
    /// How many of them stand still in the second run.
    #[arg(long, default_value_t = 500)]
    stalled: usize,
    /// Messages per second.
    #[arg(long, default_value_t = 20.0, value_parser = schedule::rate)]
    rate: f64,
    /// Characters of a message; more makes those who stand still fall behind sooner.
    #[arg(long, default_value_t = 24)]
    length: usize,
    /// Seconds of each run.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// # Errors
///
/// Somebody who reads was cut off, or a message was lost or came twice, for whomever.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    target.only(&[Protocol::Grpc, Protocol::GrpcWeb, Protocol::Webtransport])?;
    if args.stalled >= args.sessions {
        bail!("--stalled: somebody has to read");
    }
    let stage = Stage::build(target, RoomKind::Channel, args.sessions).await?;
    let door = Door::of(&stage);
    let kind = |index: usize| match index.checked_sub(args.sessions - args.stalled) {
        None => Kind::Steady,
        Some(_) => Kind::Staller(RECEIVE_BUFFER),
    };
    let swarm = Swarm::open_as(target, Some(&door), args.sessions, kind).await?;
    let mut room = Room {
        args: &args,
        stage,
        swarm,
        said: 0,
    };
    room.talk(Duration::from_secs(1)).await?;
    room.all_caught_up().await?;
    let (without, _) = room.run("all read").await?;
    room.all_caught_up().await?;

    room.order_stalled(&Order::Stall).await?;
    let (mut with, grown) = room.run("some stand still").await?;
    let begun = Instant::now();
    room.order_stalled(&Order::Read).await?;
    let restarted = room.all_caught_up().await?;
    let (tally, ratio) = (&room.swarm.tally, with.latency.p99 / without.latency.p99);
    let mut figure = |name: &str, value| with.figures.insert(name.to_owned(), value);
    figure("p99 of the others, with over without", ratio);
    figure("seconds until the stalled are whole", begun.elapsed().as_secs_f64());
    figure("stalled cut by the server", per(tally.count(Count::Cut), 1));
    figure("stalled told to start over", per(restarted, 1));
    if let Some(kb) = grown {
        figure("KB of the server per stalled", kb);
    }
    Ok(vec![without, with])
}

struct Room<'a> {
    args: &'a Args,
    stage: Stage,
    swarm: Swarm,
    said: u64,
}

impl Room<'_> {
    /// Returns how much memory the server has taken for each who stands still.
    async fn run(&mut self, scenario: &str) -> Result<(Report, Option<f64>)> {
        let target = &self.args.target;
        let tally = &self.swarm.tally;
        let _before = tally.take_latencies(Count::Delivery);
        let (before, count) = (target.usage()?, tally.count(Count::Delivery));
        let (begun, bytes) = (Instant::now(), tally.bytes.get());
        self.talk(Duration::from_secs(self.args.seconds)).await?;
        let tally = &self.swarm.tally;
        let work = tally.count(Count::Delivery) - count;
        let grown = |now: Usage, before: &Usage| now.grown_kb(before, self.args.stalled as u64);
        let report = Report {
            scenario: format!("slow consumers, {scenario}"),
            protocol: target.protocol.name(),
            sessions: u64::try_from(self.args.sessions)?,
            burst: 1,
            work,
            per_second: rate(work, begun.elapsed()),
            cpu: target.used(before.as_ref(), work)?,
            bytes: per(tally.bytes.get() - bytes, work),
            latency: Latency::of(&tally.take_latencies(Count::Delivery)),
            joined: self.swarm.joined,
            ..Report::default()
        };
        let grown = target.usage()?.zip(before).map(|(now, before)| grown(now, &before));
        Ok((report, grown))
    }

    /// Says something at the rate, and waits until all who read have heard it.
    async fn talk(&mut self, span: Duration) -> Result<()> {
        let mut schedule = Schedule::new(self.args.rate);
        let text = TEXT.chars().cycle().take(self.args.length.max(1)).collect::<String>();
        for _ in 0..moments(self.args.rate, span) {
            let due = schedule.next().await;
            self.swarm.tally.due.borrow_mut().push(due);
            self.said += 1;
            self.stage.say([self.stage.message(self.said, &text)]).await?;
        }
        let readers = (self.args.sessions - self.args.stalled) as u64;
        self.swarm.tally.reach(Count::Delivery, self.said * readers).await
    }

    async fn order_stalled(&self, order: &Order) -> Result<()> {
        let readers = self.args.sessions - self.args.stalled;
        for stalled in self.swarm.orders.iter().skip(readers) {
            stalled.send(order.clone()).await?;
        }
        Ok(())
    }

    /// Waits until those who are made to stand still have heard everything. One that is told to start over misses what was said
    /// before. Returns how many were.
    async fn all_caught_up(&self) -> Result<u64> {
        let tally = &self.swarm.tally;
        let all = self.said * self.args.stalled as u64;
        let begun = Instant::now();
        loop {
            let (late, restarted) = (tally.count(Count::Late), tally.count(Count::Restarted));
            let behind = self.args.stalled as u64 * self.said - late.min(all);
            tally.is_well()?;
            if late > all {
                bail!("{late} instead of {all}: something came twice");
            }
            // What a restart skips is not known; everything else is checked number by number by each session.
            if behind == 0 || (restarted > 0 && begun.elapsed() > PATIENCE / 10) {
                return Ok(restarted);
            }
            if begun.elapsed() > PATIENCE {
                bail!("{behind} messages are missing where somebody stood still");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
