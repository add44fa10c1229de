//! Sessions that hear a room in which nothing happens.

use std::time::{Duration, Instant};

use anyhow::Result;
use trivium_proto::v1::RoomKind;

use crate::{
    report::Report,
    swarm::{Swarm, room},
    target::Target,
};

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Sessions, each on a connection of its own.
    #[arg(long, default_value_t = 1_000)]
    sessions: usize,
    /// Seconds to watch them.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// # Errors
///
/// Somebody was refused or cut off.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    let (door, _stage) = room(target, RoomKind::Channel, args.sessions).await?;
    let swarm = Swarm::open(target, door.as_ref(), args.sessions).await?;
    let (before, begun) = (target.usage()?, Instant::now());
    tokio::time::sleep(Duration::from_secs(args.seconds)).await;
    swarm.tally.is_well()?;
    let sessions = u64::try_from(swarm.orders.len())?;
    Ok(vec![Report {
        scenario: "idle".into(),
        protocol: target.protocol.name(),
        sessions,
        burst: 1,
        work: sessions,
        cpu: target.used(before.as_ref(), sessions * begun.elapsed().as_secs())?,
        joined: swarm.joined,
        ..Report::default()
    }])
}
