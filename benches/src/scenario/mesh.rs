//! A chat in which everybody says something now and then, and everybody hears all of it: each message is durable before it is
//! acknowledged to its author and before anybody sees it.

use std::time::{Duration, Instant};

use anyhow::Result;
use trivium_proto::v1::{RoomKind, SendMessageRequest, connect_request::Request};

use crate::{
    measure::per,
    report::{Latency, Report, rate},
    schedule::{self, Schedule, moments},
    stage::Stage,
    swarm::{Door, Swarm},
    talk::{FIRST_ID, Order, say},
    tally::Count,
    target::{Protocol, Target},
};

/// The command line of this scenario.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    target: Target,
    /// Members, each on a connection of its own.
    #[arg(long, default_value_t = 200)]
    sessions: usize,
    /// Messages per second, of all members together and in turn.
    #[arg(long, default_value_t = 100.0, value_parser = schedule::rate)]
    rate: f64,
    /// Seconds to measure.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

/// # Errors
///
/// Somebody was refused or cut off, or a message was lost or came twice.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    target.only(&[Protocol::Grpc, Protocol::Webtransport])?;
    let stage = Stage::build(target, RoomKind::Channel, args.sessions).await?;
    let swarm = Swarm::open(target, Some(&Door::of(&stage)), args.sessions).await?;
    let mut chat = Chat {
        swarm,
        room: stage.room.clone(),
        said: 0,
    };
    chat.go_on(args.rate, Duration::from_secs(1)).await?;
    let tally = &chat.swarm.tally;
    let _warm_up = (
        tally.take_latencies(Count::Delivery),
        tally.take_latencies(Count::Reply),
    );
    let (usage, begun) = (target.usage()?, Instant::now());
    let (heard_before, saved_before) = (tally.count(Count::Delivery), tally.count(Count::Reply));
    let bytes = tally.bytes.get();
    chat.go_on(args.rate, Duration::from_secs(args.seconds)).await?;
    let tally = &chat.swarm.tally;
    let (deliveries, replies) = (
        tally.count(Count::Delivery) - heard_before,
        tally.count(Count::Reply) - saved_before,
    );
    let span = begun.elapsed();
    let heard = Report {
        scenario: "chat mesh, heard".into(),
        protocol: target.protocol.name(),
        sessions: u64::try_from(args.sessions)?,
        burst: 1,
        work: deliveries,
        per_second: rate(deliveries, span),
        cpu: target.used(usage.as_ref(), deliveries)?,
        bytes: per(tally.bytes.get() - bytes, deliveries),
        latency: Latency::of(&tally.take_latencies(Count::Delivery)),
        joined: chat.swarm.joined,
        ..Report::default()
    };
    let acknowledged = Report {
        scenario: "chat mesh, saved".into(),
        work: replies,
        per_second: rate(replies, span),
        cpu: target.used(usage.as_ref(), replies)?,
        bytes: 0.0,
        latency: Latency::of(&tally.take_latencies(Count::Reply)),
        ..heard.clone()
    };
    Ok(vec![heard, acknowledged])
}

struct Chat {
    swarm: Swarm,
    room: String,
    said: usize,
}

impl Chat {
    /// Returns when everything said has arrived everywhere.
    async fn go_on(&mut self, rate: f64, span: Duration) -> Result<()> {
        let mut schedule = Schedule::new(rate);
        let tally = &self.swarm.tally;
        for _ in 0..moments(rate, span) {
            let due = schedule.next().await;
            tally.due.borrow_mut().push(due);
            tally.requested_at.borrow_mut().push(due);
            let request = Request::SendMessage(SendMessageRequest {
                request_id: self.said.to_string(),
                room_id: self.room.clone(),
                text: format!("#{} what everybody says", self.said),
                ..SendMessageRequest::default()
            });
            let id = FIRST_ID + u64::try_from(self.said)?;
            let author = &self.swarm.orders[self.said % self.swarm.orders.len()];
            author.send(Order::Say(vec![say(id, request)])).await?;
            self.said += 1;
        }
        let said = u64::try_from(self.said)?;
        tally.reach(Count::Reply, said).await?;
        let everywhere = said * u64::try_from(self.swarm.orders.len())?;
        tally.reach(Count::Delivery, everywhere).await
    }
}
