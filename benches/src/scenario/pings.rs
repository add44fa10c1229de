//! Who asks the server for the time again and again, and how late it answers: what a load costs those who have no part in it.
//!
//! [`Bystanders`] are in a room of their own, and on a thread of their own, as the load makes everything late that shares its
//! thread.

use std::{rc::Rc, thread};

use anyhow::{Context as _, Result, bail};
use hdrhistogram::Histogram;
use tokio::{
    sync::oneshot,
    task::{JoinHandle, spawn_blocking, spawn_local},
};
use trivium_proto::v1::{RoomKind, SyncClockRequest, connect_request::Request};

use crate::{
    schedule::Schedule,
    stage::Stage,
    swarm::{Door, Swarm},
    talk::{FIRST_ID, Order, say},
    tally::Count,
    target::Target,
};

/// Below the limit of how often a user may ask for the time.
pub(super) const PINGS_PER_SECOND: f64 = 8.0;
/// Enough for a 99th percentile of a few seconds.
const BYSTANDERS: u32 = 25;

/// Everybody in a swarm asks for the time as long as the task runs.
pub(super) fn ping(swarm: &Rc<Swarm>) -> JoinHandle<()> {
    let swarm = Rc::clone(swarm);
    spawn_local(async move {
        let many = u32::try_from(swarm.orders.len()).unwrap_or(u32::MAX);
        let mut schedule = Schedule::new(PINGS_PER_SECOND * f64::from(many));
        for (id, orders) in (FIRST_ID..).zip(swarm.orders.iter().cycle()) {
            let due = schedule.next().await;
            let request = Request::SyncClock(SyncClockRequest::default());
            // Either both happen or none, so that who ends the task knows how many answers to wait for.
            let sent = orders.try_send(Order::Say(vec![say(id, request)]));
            if let Err(error) = sent {
                return swarm.tally.fail(error.into());
            }
            swarm.tally.requested_at.borrow_mut().push(due);
        }
    })
}

/// Waits for the answers to all that was asked, which nobody asks any more; returns how late those were that were not yet taken.
///
/// # Errors
///
/// One does not come.
pub(super) async fn answers(swarm: &Swarm) -> Result<Histogram<u64>> {
    let asked = swarm.tally.requested_at.borrow().len() as u64;
    swarm.tally.reach(Count::Reply, asked).await?;
    Ok(swarm.tally.take_latencies(Count::Reply))
}

/// See the module. They end when dropped.
pub(super) struct Bystanders {
    end: oneshot::Sender<()>,
    thread: thread::JoinHandle<Result<Histogram<u64>>>,
}

impl Bystanders {
    /// When this returns, they ask.
    ///
    /// # Errors
    ///
    /// They do not come in.
    pub(super) async fn begin(target: &Target) -> Result<Self> {
        let ((end, ended), (ready, begun)) = (oneshot::channel(), oneshot::channel());
        let target = target.clone();
        let thread = thread::spawn(move || crate::on_this_thread(stand_by(target, ready, ended)));
        let bystanders = Self { end, thread };
        match begun.await {
            Ok(()) => Ok(bystanders),
            // What they say instead.
            Err(_) => bystanders.end().await.and_then(|_| bail!("the bystanders have left")),
        }
    }

    /// How late each answer was.
    ///
    /// # Errors
    ///
    /// One did not come.
    pub(super) async fn end(self) -> Result<Histogram<u64>> {
        let _has_failed = self.end.send(());
        joined(self.thread).await
    }
}

async fn stand_by(target: Target, ready: oneshot::Sender<()>, ended: oneshot::Receiver<()>) -> Result<Histogram<u64>> {
    let stage = Stage::build(&target, RoomKind::Channel, BYSTANDERS as usize).await?;
    let swarm = Rc::new(Swarm::open(&target, Some(&Door::of(&stage)), BYSTANDERS as usize).await?);
    let pinging = ping(&swarm);
    let _scenario_gone = ready.send(());
    let _scenario_gone = ended.await;
    pinging.abort();
    answers(&swarm).await
}

async fn joined(thread: thread::JoinHandle<Result<Histogram<u64>>>) -> Result<Histogram<u64>> {
    let joined = spawn_blocking(|| thread.join()).await?;
    joined.ok().context("the bystanders' thread has panicked")?
}
