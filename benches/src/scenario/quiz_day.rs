//! A day on which many play: rooms begin one after the other at a rate, each with a host and players of its own, and all are at
//! it at once. Players come in, hear the room, answer each question within a while, and the host goes on.
//!
//! Each player follows the room's log number by number, and every answer is acknowledged when it is durable.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use hdrhistogram::Histogram;
use tokio::{task::JoinSet, time::sleep_until};
use trivium_proto::v1::RoomKind;

use super::quiz;
use crate::{
    connection::Kind,
    measure::per,
    report::{Latency, Report, rate},
    schedule::{self, Schedule},
    stage::Stage,
    swarm::{Door, Swarm},
    talk::{FIRST_ID, Order, say},
    tally::{Count, empty, tell},
    target::{Protocol, Target},
};

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Rooms.
    #[arg(long, default_value_t = 50)]
    rooms: usize,
    /// Rooms that begin per second.
    #[arg(long, default_value_t = 10.0, value_parser = schedule::rate)]
    rate: f64,
    /// Players of each room, each on a connection of its own.
    #[arg(long, default_value_t = 20)]
    players: usize,
    /// Questions of each quiz.
    #[arg(long, default_value_t = 3)]
    questions: u32,
    /// Milliseconds over which the players of a room answer.
    #[arg(long, default_value_t = 2_000)]
    think_ms: u64,
}

/// What one room found.
struct Played {
    joined: Histogram<u64>,
    answered: Histogram<u64>,
    bytes: u64,
}

/// # Errors
///
/// Somebody was refused or cut off, an answer was not acknowledged, or an event was lost or came twice.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    target.only(&[Protocol::Grpc, Protocol::Webtransport])?;
    let (usage, begun) = (target.usage()?, Instant::now());
    let mut schedule = Schedule::new(args.rate);
    let shared = Rc::new(args.clone());
    let mut rooms = JoinSet::new();
    for nth in 0..args.rooms {
        let due = schedule.next().await;
        let args = Rc::clone(&shared);
        rooms.spawn_local(async move { play(&args, due).await.with_context(|| format!("room {nth}")) });
    }
    let (mut joined, mut answered, mut bytes) = (empty(), empty(), 0);
    while let Some(played) = rooms.join_next().await {
        let played = played??;
        joined.add(&played.joined)?;
        answered.add(&played.answered)?;
        bytes += played.bytes;
        tell(&format!("{} of {} rooms are playing", rooms.len(), args.rooms));
    }
    let span = begun.elapsed();
    let answers = answered.len();
    let answers_report = Report {
        scenario: "quiz day, answers".into(),
        protocol: target.protocol.name(),
        sessions: u64::try_from(args.rooms * args.players)?,
        burst: 1,
        work: answers,
        per_second: rate(answers, span),
        cpu: target.used(usage.as_ref(), answers)?,
        bytes: per(bytes, answers),
        latency: Latency::of(&answered),
        figures: [
            ("rooms".to_owned(), per(args.rooms as u64, 1)),
            ("seconds".to_owned(), span.as_secs_f64()),
        ]
        .into(),
        ..Report::default()
    };
    let joins = Report {
        scenario: "quiz day, joins".into(),
        work: joined.len(),
        per_second: rate(joined.len(), span),
        cpu: None,
        bytes: 0.0,
        latency: Latency::of(&joined),
        figures: std::collections::BTreeMap::default(),
        ..answers_report.clone()
    };
    Ok(vec![answers_report, joins])
}

/// One room, from its making to its podium.
async fn play(args: &Args, due: Instant) -> Result<Played> {
    let mut stage = Stage::build(&args.target, RoomKind::Quiz, args.players).await?;
    quiz::load(&mut stage, args.questions).await?;
    let mut swarm = Swarm::empty(&args.target, Some(&Door::of(&stage))).await?;
    // Players begin to come in when the room is there; that it was late is seen at the first answers.
    let begun = Instant::now().max(due);
    for _ in 0..args.players {
        swarm.admit(Kind::Eager, Some(begun))?;
    }
    let players = u64::try_from(args.players)?;
    swarm.tally.reach(Count::Joined, players).await?;
    swarm.tally.reach(Count::Ready, players).await?;
    stage.hear().await?;
    quiz::start(&mut stage).await?;
    for index in 0..args.questions {
        quiz::opened(&mut stage, index).await?;
        answer(args, &swarm, &stage.room, index).await?;
        swarm.tally.reach(Count::Reply, players * u64::from(index + 1)).await?;
        quiz::go_on(&mut stage, index).await?;
    }
    swarm.tally.is_well()?;
    Ok(Played {
        joined: swarm.tally.take_latencies(Count::Joined),
        answered: swarm.tally.take_latencies(Count::Reply),
        bytes: swarm.tally.bytes.get(),
    })
}

async fn answer(args: &Args, swarm: &Swarm, room: &str, index: u32) -> Result<()> {
    let begun = Instant::now();
    let every = Duration::from_millis(args.think_ms) / u32::try_from(args.players.max(1))?;
    let players = || (0..).zip(&swarm.orders);
    let due = players().map(|(number, _)| begun + every * number).collect();
    swarm.tally.requested_at.replace(due);
    for ((number, player), id) in players().zip(FIRST_ID..) {
        sleep_until((begun + every * number).into()).await;
        let request = quiz::answer(room, index, number);
        player.send(Order::Say(vec![say(id, request)])).await?;
    }
    Ok(())
}
