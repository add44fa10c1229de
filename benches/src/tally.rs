//! What all connections have heard so far, and a wait until it is enough. Everything runs on one thread.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, bail};
use hdrhistogram::Histogram;
use tokio::{sync::Notify, time::timeout};

/// Nothing that is measured takes this long.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// Connections that have a seat.
    Joined,
    /// Connections that hear the room.
    Ready,
    /// Events that arrived, over all connections.
    Delivery,
    /// Acknowledged requests.
    Reply,
}

/// See the module.
pub(crate) struct Tally {
    counts: [Cell<u64>; 4],
    goal: Cell<Option<(Count, u64)>>,
    /// Bytes that came out of the sockets.
    pub(crate) bytes: Cell<u64>,
    /// When the deliveries that are awaited were ordered.
    pub(crate) ordered_at: Cell<Instant>,
    /// When each request was made, by its number.
    pub(crate) requested_at: RefCell<Vec<Instant>>,
    latencies: RefCell<Histogram<u64>>,
    failure: RefCell<Option<anyhow::Error>>,
    reached: Notify,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            counts: Default::default(),
            goal: Cell::default(),
            bytes: Cell::default(),
            ordered_at: Cell::new(Instant::now()),
            requested_at: RefCell::default(),
            latencies: RefCell::new(Histogram::new(3).expect("three digits are fine")),
            failure: RefCell::default(),
            reached: Notify::new(),
        }
    }

    pub(crate) fn count(&self, what: Count) -> u64 {
        self.counts[what as usize].get()
    }

    /// Counts `more`, each as late as `since` is old.
    pub(crate) fn add(&self, what: Count, more: u64, since: Option<Instant>) {
        let count = &self.counts[what as usize];
        count.set(count.get() + more);
        if let Some(since) = since {
            let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
            // A histogram that grows by itself takes every value.
            let _recorded = self.latencies.borrow_mut().record_n(micros, more);
        }
        if self
            .goal
            .get()
            .is_some_and(|(which, goal)| which == what && count.get() >= goal)
        {
            self.reached.notify_one();
        }
    }

    /// A connection ended, which none may.
    pub(crate) fn fail(&self, error: anyhow::Error) {
        self.failure.borrow_mut().get_or_insert(error);
        self.reached.notify_one();
    }

    /// Forgets all latencies; returns them.
    pub(crate) fn take_latencies(&self) -> Histogram<u64> {
        let mut latencies = self.latencies.borrow_mut();
        let taken = latencies.clone();
        latencies.reset();
        taken
    }

    /// Waits until `what` has been counted up to `goal`, no more and no less.
    ///
    /// # Errors
    ///
    /// A connection failed, something arrived twice, or it takes too long.
    pub(crate) async fn reach(&self, what: Count, goal: u64) -> Result<()> {
        self.goal.set(Some((what, goal)));
        loop {
            if let Some(error) = self.failure.borrow_mut().take() {
                return Err(error);
            }
            match self.count(what) {
                count if count > goal => bail!("{what:?}: {count} instead of {goal}"),
                count if count == goal => return Ok(()),
                count => timeout(PATIENCE, self.reached.notified())
                    .await
                    .map_err(|_| anyhow!("{what:?}: {count} of {goal} after {PATIENCE:?}"))?,
            }
        }
    }
}
