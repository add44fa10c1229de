//! Every session is cut at once, as when a router restarts: something is said while they are away, and all come back and resume
//! from their cursors.
//!
//! Each has to get what it missed exactly once. Meanwhile one session that was not cut keeps asking the server for the time: how
//! late its answers are is what the storm costs the others.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use trivium_proto::v1::RoomKind;

use super::{
    fan_out::TEXT,
    pings::{PINGS_PER_SECOND, answers, ping},
};
use crate::{
    measure::per,
    report::{Latency, Report, rate},
    stage::Stage,
    swarm::{Door, Swarm},
    talk::Order,
    tally::Count,
    target::{Protocol, Target},
};

/// Long enough for the server to notice that they are gone.
const AWAY: Duration = Duration::from_secs(1);

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Sessions that are cut.
    #[arg(long, default_value_t = 1_000)]
    sessions: usize,
    /// Messages that are said while they are away.
    #[arg(long, default_value_t = 20)]
    missed: usize,
    /// Milliseconds over which they come back, evenly; 0 for all at once, as no well-behaved client does.
    #[arg(long, default_value_t = 0)]
    spread_ms: u32,
}

/// # Errors
///
/// Somebody was refused, was told to start over, or a message was lost or came twice.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    target.only(&[Protocol::Grpc, Protocol::GrpcWeb, Protocol::Webtransport])?;
    let mut stage = Stage::build(target, RoomKind::Channel, args.sessions + 1).await?;
    let swarm = Swarm::open(target, Some(&Door::of(&stage)), args.sessions).await?;
    let honest = honest(target, &stage).await?;
    let pinging = ping(&honest);
    let calm = pause(&honest).await;

    for order in &swarm.orders {
        order.send(Order::Cut).await?;
    }
    tokio::time::sleep(AWAY).await;
    let missed = (1..=args.missed).map(|number| stage.message(number as u64, TEXT));
    stage.say(missed.collect::<Vec<_>>()).await?;
    honest.tally.reach(Count::Delivery, args.missed as u64).await?;
    let _before = honest.tally.take_latencies(Count::Reply);

    let (usage, begun) = (target.usage()?, Instant::now());
    swarm.tally.ordered_at.set(begun);
    let bytes = swarm.tally.bytes.get();
    let spread = Duration::from_millis(args.spread_ms.into());
    let sessions = u32::try_from(args.sessions)?;
    for (nth, order) in (0..).zip(&swarm.orders) {
        if !spread.is_zero() {
            tokio::time::sleep_until((begun + spread / sessions * nth).into()).await;
        }
        order.send(Order::Reopen).await?;
    }
    let sessions = u64::from(sessions);
    swarm.tally.reach(Count::Whole, sessions).await?;
    let took = begun.elapsed();
    let cpu = target.used(usage.as_ref(), sessions)?;
    let restarted = swarm.tally.count(Count::Restarted);
    ensure!(restarted == 0, "{restarted} sessions were told to start over");
    let missed = sessions * args.missed as u64;
    swarm.tally.reach(Count::Delivery, missed).await?;
    // They hear the room again, and nothing comes twice.
    stage.say([stage.message(0, TEXT)]).await?;
    swarm.tally.reach(Count::Delivery, missed + sessions).await?;
    // At least one more ping, and no answer is forgotten that is still on its way.
    tokio::time::sleep(Duration::from_secs_f64(2.0 / PINGS_PER_SECOND)).await;
    pinging.abort();
    let storm = answers(&honest).await?;

    let resumed = Report {
        scenario: "reconnect storm".into(),
        protocol: target.protocol.name(),
        sessions,
        burst: 1,
        work: sessions,
        per_second: rate(sessions, took),
        cpu,
        bytes: per(swarm.tally.bytes.get() - bytes, sessions),
        latency: Latency::of(&swarm.tally.take_latencies(Count::Whole)),
        joined: swarm.joined,
        figures: [("messages missed by each".to_owned(), per(args.missed as u64, 1))].into(),
    };
    let pings = |scenario: &str, latencies| Report {
        scenario: scenario.into(),
        sessions: 1,
        work: 0,
        per_second: PINGS_PER_SECOND,
        cpu: None,
        bytes: 0.0,
        latency: Latency::of(latencies),
        joined: None,
        figures: std::collections::BTreeMap::default(),
        ..resumed.clone()
    };
    let (calm, storm) = (pings("pings before", &calm), pings("pings in the storm", &storm));
    Ok(vec![resumed, calm, storm])
}

/// One more member, on gRPC.
async fn honest(target: &Target, stage: &Stage) -> Result<Rc<Swarm>> {
    let target = target.clone().speaking(Protocol::Grpc);
    let mut honest = Swarm::empty(&target, Some(&Door::of(stage).named("-honest"))).await?;
    honest.admit(crate::connection::Kind::Steady, None)?;
    honest.tally.reach(Count::Joined, 1).await?;
    honest.subscribe().await?;
    Ok(Rc::new(honest))
}

/// Pings while nothing happens.
async fn pause(honest: &Swarm) -> hdrhistogram::Histogram<u64> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    honest.tally.take_latencies(Count::Reply)
}
