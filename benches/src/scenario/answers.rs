//! The players of a quiz answer a question within a window, over their open streams; each answer is acknowledged when it is
//! kept, durably unless the server forgets. A peer has no quiz: it notes what is answered, and acknowledges that.
//!
//! One more player says nothing, so that a question ends when its host says so, and what everybody is told then is not measured
//! with the answers.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::{sync::mpsc, time::sleep_until};
use trivium_proto::v1::{QuizPhase, RoomKind};

use super::quiz;
use crate::{
    measure::Cpu,
    report::{Latency, Report, rate},
    stage::Stage,
    swarm::{Door, Swarm},
    talk::{FIRST_ID, Order, plain_answer, say},
    tally::{Count, Tally},
    target::{Protocol, Target},
};

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Players who answer, each on a connection of its own.
    #[arg(long, default_value_t = 1_000)]
    sessions: usize,
    /// Milliseconds over which the answers are spread evenly; 0 for all at once.
    #[arg(long, default_value_t = 2_000)]
    window_ms: u64,
    /// Questions, each answered by all of them.
    #[arg(long, default_value_t = 5)]
    questions: u32,
}

/// # Errors
///
/// Somebody was refused or cut off, or an answer was not acknowledged.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    target.only(&[Protocol::Grpc, Protocol::Webtransport, Protocol::Ws, Protocol::SocketIo])?;
    let mut stage = if target.protocol.has_rooms() {
        Some(Stage::build(target, RoomKind::Quiz, args.sessions + 1).await?)
    } else {
        None
    };
    if let Some(stage) = &mut stage {
        quiz::load(stage, args.questions).await?;
    }
    let door = stage.as_ref().map(Door::of);
    let swarm = Swarm::open(target, door.as_ref(), args.sessions + 1).await?;
    if let Some(stage) = &mut stage {
        stage.hear().await?;
        quiz::start(stage).await?;
    }
    let players = u64::try_from(args.sessions)?;
    let window = Duration::from_millis(args.window_ms);
    let mut answering = Duration::ZERO;
    let mut spent = Vec::new();
    for index in 0..args.questions {
        if let Some(stage) = &mut stage {
            quiz::opened(stage, index).await?;
        }
        let (usage, begun) = (target.usage()?, Instant::now());
        let room = stage.as_ref().map(|stage| stage.room.as_str());
        let answering_players = &swarm.orders[..args.sessions];
        answer_all(&swarm.tally, answering_players, room, index, window).await?;
        let goal = players * u64::from(index + 1);
        swarm.tally.reach(Count::Reply, goal).await?;
        answering += begun.elapsed();
        spent.extend(target.used(usage.as_ref(), players)?);
        if let Some(stage) = &mut stage {
            quiz::advance(stage, index, QuizPhase::Open).await?;
            quiz::go_on(stage, index).await?;
        }
    }
    let work = players * u64::from(args.questions);
    Ok(vec![Report {
        scenario: "answers".into(),
        protocol: target.protocol.name(),
        sessions: players,
        burst: 1,
        work,
        per_second: rate(work, answering),
        cpu: mean(&spent, args.questions),
        latency: Latency::of(&swarm.tally.take_latencies(Count::Reply)),
        joined: swarm.joined,
        ..Report::default()
    }])
}

fn mean(spent: &[Cpu], of: u32) -> Option<Cpu> {
    (!spent.is_empty()).then(|| Cpu {
        us: spent.iter().map(|cpu| cpu.us).sum::<f64>() / f64::from(of),
        user_share: spent.iter().map(|cpu| cpu.user_share).sum::<f64>() / f64::from(of),
    })
}

/// Everybody answers, one after the other over the window.
async fn answer_all(
    tally: &Tally,
    players: &[mpsc::Sender<Order>],
    room: Option<&str>,
    index: u32,
    window: Duration,
) -> Result<()> {
    let count = u32::try_from(players.len())?;
    let begun = Instant::now();
    let due = (0..count).map(|number| begun + window / count * number);
    tally.requested_at.replace(due.collect());
    for ((number, player), id) in (0..).zip(players).zip(FIRST_ID..) {
        if !window.is_zero() {
            sleep_until((begun + window / count * number).into()).await;
        }
        let answer = match room {
            Some(room) => say(id, quiz::answer(room, index, number)),
            None => plain_answer(number, index),
        };
        player.send(Order::Say(vec![answer])).await?;
    }
    Ok(())
}
