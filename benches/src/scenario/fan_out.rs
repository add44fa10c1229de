//! One event, or a burst of them, to everybody; the next when all have arrived at all.
//!
//! A closed loop loses nothing and overruns nothing, so each run also checks that every event arrives once. Trivium's events are
//! chat messages: authorized, validated, and durable before anybody sees them. The peers only relay.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::{sync::mpsc, time::MissedTickBehavior};
use trivium_proto::v1::{RoomKind, SendMessageRequest, connect_request::Request};

use crate::{
    measure::per,
    report::{Latency, Report},
    stage::Stage,
    swarm::{Protocol, Swarm, Target, publisher, used},
    talk::Order,
    tally::{Count, Tally},
};

/// What is said in the room: together with its envelope, about as long as the peers' event.
const TEXT: &str = "Which planet is largest?";

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Subscribers, each on a connection of its own.
    #[arg(long, default_value_t = 1_000)]
    sessions: usize,
    /// Events at once; several shapes with commas, one after the other.
    #[arg(long, value_delimiter = ',', default_value = "1,16")]
    burst: Vec<usize>,
    /// Seconds to measure each shape.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Milliseconds from one order to the next, at least; otherwise the next follows at once.
    #[arg(long)]
    every_ms: Option<u64>,
}

/// # Errors
///
/// Somebody was refused or cut off, or an event was lost or came twice.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    let stage = match target.protocol {
        Protocol::Grpc | Protocol::GrpcWeb | Protocol::Webtransport => {
            Some(Stage::build(target, RoomKind::Channel, args.sessions).await?)
        }
        Protocol::Ws | Protocol::SocketIo | Protocol::Raw => None,
    };
    let swarm = Swarm::open(target, stage.as_ref(), args.sessions).await?;
    let mut publisher = match stage {
        Some(stage) => Publisher::Host { stage, said: 0 },
        None => Publisher::Plain(publisher(target, &swarm.tally).await?),
    };
    let mut reports = Vec::new();
    for burst in args.burst {
        let every = args.every_ms.map(Duration::from_millis);
        let mut shape = Shape {
            tally: Rc::clone(&swarm.tally),
            publisher,
            everybody: u64::try_from(args.sessions * burst)?,
            burst,
            every,
        };
        shape.play(Duration::from_secs(1)).await?;
        let (usage, begun) = (target.process().usage()?, Instant::now());
        let (count, bytes) = (swarm.tally.count(Count::Delivery), swarm.tally.bytes.get());
        let _warm_up = swarm.tally.take_latencies();
        shape.play(Duration::from_secs(args.seconds)).await?;
        let work = swarm.tally.count(Count::Delivery) - count;
        reports.push(Report {
            scenario: "fan-out".into(),
            protocol: target.protocol.name(),
            sessions: u64::try_from(args.sessions)?,
            burst: u64::try_from(burst)?,
            work,
            per_second: per(work, 1) / begun.elapsed().as_secs_f64(),
            cpu: used(target, &usage, work)?,
            bytes: per(swarm.tally.bytes.get() - bytes, work),
            latency: Latency::of(&swarm.tally.take_latencies()),
            joined: swarm.joined,
        });
        publisher = shape.publisher;
    }
    Ok(reports)
}

/// How events are ordered.
enum Publisher {
    Host { stage: Stage, said: u64 },
    Plain(mpsc::Sender<Order>),
}

impl Publisher {
    async fn publish(&mut self, burst: usize) -> Result<()> {
        match self {
            Self::Plain(orders) => Ok(orders.send(Order::Say(vec![burst.to_string().into_bytes()])).await?),
            Self::Host { stage, said } => {
                let room = stage.room.clone();
                let messages = (0..burst).map(|_| {
                    *said += 1;
                    Request::SendMessage(SendMessageRequest {
                        request_id: said.to_string(),
                        room_id: room.clone(),
                        text: TEXT.to_owned(),
                        reply_to: 0,
                        ..SendMessageRequest::default()
                    })
                });
                let messages: Vec<_> = messages.collect();
                stage.say(messages).await
            }
        }
    }
}

struct Shape {
    tally: Rc<Tally>,
    publisher: Publisher,
    /// Deliveries of one order.
    everybody: u64,
    burst: usize,
    every: Option<Duration>,
}

impl Shape {
    async fn play(&mut self, span: Duration) -> Result<()> {
        let mut ticks = self.every.map(tokio::time::interval);
        if let Some(ticks) = &mut ticks {
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let begun = Instant::now();
        while begun.elapsed() < span {
            if let Some(ticks) = &mut ticks {
                ticks.tick().await;
            }
            self.tally.ordered_at.set(Instant::now());
            self.publisher.publish(self.burst).await?;
            let goal = self.tally.count(Count::Delivery) + self.everybody;
            self.tally.reach(Count::Delivery, goal).await?;
        }
        Ok(())
    }
}
