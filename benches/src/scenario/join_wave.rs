//! Guests come into one room at a rate, each on a connection of its own.
//!
//! Without `--hear` they hear the room only when all are in, so that what is measured is coming in: connection, handshake, seat.
//! With it each hears the room at once, and all who came before are told of those who come after.

use std::time::{Duration, Instant};

use anyhow::Result;
use trivium_proto::v1::RoomKind;

use crate::{
    connection::Kind,
    report::{Latency, Report, rate},
    schedule::{self, Schedule},
    swarm::{Swarm, room},
    tally::Count,
    target::Target,
};

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Guests.
    #[arg(long, default_value_t = 1_000)]
    sessions: usize,
    /// Guests per second.
    #[arg(long, default_value_t = 200.0, value_parser = schedule::rate)]
    rate: f64,
    /// Everybody hears the room at once.
    #[arg(long)]
    hear: bool,
}

/// # Errors
///
/// Somebody was refused or cut off, or missed somebody who came in.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    let (door, _stage) = room(target, RoomKind::Channel, args.sessions).await?;
    let mut swarm = Swarm::empty(target, door.as_ref()).await?;
    let (usage, begun) = (target.usage()?, Instant::now());
    let mut schedule = Schedule::new(args.rate);
    let guests = u64::try_from(args.sessions)?;
    for _ in 0..args.sessions {
        let due = schedule.next().await;
        swarm.admit(if args.hear { Kind::Eager } else { Kind::Steady }, Some(due))?;
    }
    swarm.tally.reach(Count::Joined, guests).await?;
    let came_in = begun.elapsed();
    let cpu = target.used(usage.as_ref(), guests)?;
    let mut report = Report {
        scenario: if args.hear { "join wave, heard" } else { "join wave" }.into(),
        protocol: target.protocol.name(),
        sessions: guests,
        burst: 1,
        work: guests,
        per_second: rate(guests, came_in),
        cpu,
        latency: Latency::of(&swarm.tally.take_latencies(Count::Joined)),
        ..Report::default()
    };
    if args.hear {
        swarm.tally.reach(Count::Ready, guests).await?;
    } else {
        swarm.subscribe().await?;
    }
    // Whatever is still on its way is checked as it arrives.
    tokio::time::sleep(Duration::from_secs(1)).await;
    swarm.tally.is_well()?;
    let all = target.used(usage.as_ref(), guests)?;
    report
        .figures
        .extend(all.map(|all| ("us CPU per guest until all hear the room".to_owned(), all.us)));
    Ok(vec![report])
}
