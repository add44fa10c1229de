//! Sessions that hear a room in which nothing happens.

use std::time::{Duration, Instant};

use anyhow::Result;
use trivium_proto::v1::RoomKind;

use crate::{
    report::{Latency, Report},
    stage::Stage,
    swarm::{Protocol, Swarm, Target, used},
};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
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
    let stage = match target.protocol {
        Protocol::Grpc | Protocol::GrpcWeb | Protocol::Webtransport => {
            Some(Stage::build(target, RoomKind::Channel, args.sessions).await?)
        }
        Protocol::Ws | Protocol::SocketIo | Protocol::Raw => None,
    };
    let swarm = Swarm::open(target, stage.as_ref(), args.sessions).await?;
    let (before, begun) = (target.process().usage()?, Instant::now());
    tokio::time::sleep(Duration::from_secs(args.seconds)).await;
    let sessions = u64::try_from(swarm.orders.len())?;
    Ok(vec![Report {
        scenario: "idle".into(),
        protocol: target.protocol.name(),
        sessions,
        burst: 1,
        work: sessions,
        per_second: 0.0,
        cpu: used(target, &before, sessions * begun.elapsed().as_secs())?,
        bytes: 0.0,
        latency: Latency::default(),
        joined: swarm.joined,
    }])
}
