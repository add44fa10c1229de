//! One event, or a burst of them, to everybody.
//!
//! Without a rate, the next follows when all have arrived at all: a closed loop loses nothing and overruns nothing, and shows what
//! a delivery costs. With one, events come when they are due, and latency is measured from then. Either way each run also checks
//! that every event arrives once. Trivium's events are chat messages: authorized, validated, and durable before anybody sees
//! them. The peers only relay.

use std::{
    iter,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::{sync::mpsc, time::MissedTickBehavior};
use trivium_proto::v1::RoomKind;

use super::pings::Bystanders;
use crate::{
    measure::per,
    report::{Latency, Report, rate},
    schedule::{self, Schedule, moments},
    stage::Stage,
    swarm::{Swarm, room},
    talk::Order,
    tally::{Count, Tally},
    target::Target,
};

/// What is said in the room: together with its envelope, about as long as the peers' event.
pub(super) const TEXT: &str = "Which planet is largest?";

/// Before a shape is measured, by whatever it is measured.
const WARM_UP: Duration = Duration::from_secs(1);
const WARM_UP_ORDERS: usize = 16;

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
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
    /// Orders to measure each shape by instead, so that two runs do the same work however long it takes.
    #[arg(long, conflicts_with_all = ["seconds", "rate"])]
    orders: Option<usize>,
    /// Milliseconds from one order to the next, at least; otherwise the next follows at once.
    #[arg(long)]
    every_ms: Option<u64>,
    /// Let others, in a room of their own, ask the server for the time meanwhile, and tell how late it answers.
    #[arg(long)]
    bystanders: bool,
    /// Orders per second, whether the last one has arrived or not.
    #[arg(long, conflicts_with = "every_ms", value_parser = schedule::rate)]
    rate: Option<f64>,
}

/// # Errors
///
/// Somebody was refused or cut off, or an event was lost or came twice.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    let (door, stage) = room(target, RoomKind::Channel, args.sessions).await?;
    let swarm = Swarm::open(target, door.as_ref(), args.sessions).await?;
    let mut publisher = match stage {
        Some(stage) => Publisher::Host { stage, said: 0 },
        None => Publisher::Plain(swarm.publisher().await?),
    };
    let mut reports = Vec::new();
    for burst in args.burst {
        let mut shape = Shape {
            tally: Rc::clone(&swarm.tally),
            publisher,
            sessions: args.sessions,
            burst,
            every: args.every_ms.map(Duration::from_millis),
            rate: args.rate,
        };
        shape
            .play(
                args.orders
                    .map_or(Length::Time(WARM_UP), |_| Length::Orders(WARM_UP_ORDERS)),
            )
            .await?;
        let (count, bytes) = (swarm.tally.count(Count::Delivery), swarm.tally.bytes.get());
        let _warm_up = swarm.tally.take_latencies(Count::Delivery);
        let seconds = Duration::from_secs(args.seconds);
        let bystanders = if args.bystanders {
            Some(Bystanders::begin(target).await?)
        } else {
            None
        };
        let (usage, begun) = (target.usage()?, Instant::now());
        shape
            .play(args.orders.map_or(Length::Time(seconds), Length::Orders))
            .await?;
        let work = swarm.tally.count(Count::Delivery) - count;
        let report = Report {
            scenario: if args.rate.is_some() {
                "fan-out, open loop"
            } else {
                "fan-out"
            }
            .into(),
            protocol: target.protocol.name(),
            sessions: u64::try_from(args.sessions)?,
            burst: u64::try_from(burst)?,
            work,
            per_second: rate(work, begun.elapsed()),
            cpu: target.used(usage.as_ref(), work)?,
            bytes: per(swarm.tally.bytes.get() - bytes, work),
            latency: Latency::of(&swarm.tally.take_latencies(Count::Delivery)),
            joined: swarm.joined,
            ..Report::default()
        };
        publisher = shape.publisher;
        let beside = match bystanders {
            Some(bystanders) => Some(Report {
                scenario: "bystanders".into(),
                latency: Latency::of(&bystanders.end().await?),
                work: 0,
                per_second: 0.0,
                cpu: None,
                bytes: 0.0,
                joined: None,
                ..report.clone()
            }),
            None => None,
        };
        reports.extend(iter::once(report).chain(beside));
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
                let mut messages = Vec::with_capacity(burst);
                for _ in 0..burst {
                    *said += 1;
                    messages.push(stage.message(*said, TEXT));
                }
                stage.say(messages).await
            }
        }
    }
}

/// How long a shape goes on.
#[derive(Clone, Copy)]
enum Length {
    Time(Duration),
    Orders(usize),
}

struct Shape {
    tally: Rc<Tally>,
    publisher: Publisher,
    sessions: usize,
    burst: usize,
    every: Option<Duration>,
    rate: Option<f64>,
}

impl Shape {
    async fn play(&mut self, length: Length) -> Result<()> {
        match (self.rate, length) {
            (Some(rate), Length::Time(span)) => self.open_loop(span, rate).await,
            (None, _) | (Some(_), Length::Orders(_)) => self.closed_loop(length).await,
        }
    }

    async fn closed_loop(&mut self, length: Length) -> Result<()> {
        let mut ticks = self.every.map(tokio::time::interval);
        if let Some(ticks) = &mut ticks {
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        let (begun, mut orders) = (Instant::now(), 0);
        while match length {
            Length::Time(span) => begun.elapsed() < span,
            Length::Orders(wanted) => orders < wanted,
        } {
            orders += 1;
            if let Some(ticks) = &mut ticks {
                ticks.tick().await;
            }
            self.tally.ordered_at.set(Instant::now());
            let before = self.tally.count(Count::Delivery);
            self.publisher.publish(self.burst).await?;
            self.arrive(before, 1).await?;
        }
        Ok(())
    }

    /// Each connection hears one order after the other, so that a count tells which one arrives.
    async fn open_loop(&mut self, span: Duration, rate: f64) -> Result<()> {
        let mut schedule = Schedule::new(rate);
        let orders = moments(rate, span);
        let before = self.tally.count(Count::Delivery);
        for _ in 0..orders {
            let due = schedule.next().await;
            self.tally.due.borrow_mut().extend(iter::repeat_n(due, self.burst));
            self.publisher.publish(self.burst).await?;
        }
        self.arrive(before, orders).await
    }

    async fn arrive(&self, before: u64, orders: usize) -> Result<()> {
        let more = u64::try_from(orders * self.burst * self.sessions)?;
        self.tally.reach(Count::Delivery, before + more).await
    }
}
