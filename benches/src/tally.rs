//! What all connections have heard so far, and a wait until it is enough. Everything runs on one thread.

use std::{
    cell::{Cell, RefCell},
    io::IsTerminal as _,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use hdrhistogram::Histogram;
use tokio::{sync::Notify, time::timeout};

/// Nothing that is measured stands still for so long.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often who watches is told how far a wait is.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// What is counted, and how late it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    /// Connections that have a seat.
    Joined,
    /// Connections that hear the room.
    Ready,
    /// Messages that arrived, over all connections that read all the time.
    Delivery,
    /// Acknowledged requests.
    Reply,
    /// Messages that arrived at connections that do not read all the time.
    Late,
    /// Sessions that were cut, came back, and have heard what they had missed.
    Whole,
    /// Sessions that came back and were told to start over.
    Restarted,
    /// Connections that the server ended, where it may.
    Cut,
}

const COUNTS: usize = 8;

/// See the module.
pub(crate) struct Tally {
    counts: [Cell<u64>; COUNTS],
    latencies: [RefCell<Histogram<u64>>; COUNTS],
    goal: Cell<Option<(Count, u64)>>,
    /// Bytes that came out of the sockets.
    pub(crate) bytes: Cell<u64>,
    /// When the deliveries that are awaited were ordered; for those that are not in `due`.
    pub(crate) ordered_at: Cell<Instant>,
    /// When each message was due, by its number: what its text says, or how many came before it on the same connection.
    pub(crate) due: RefCell<Vec<Instant>>,
    /// When each request was due, by its number.
    pub(crate) requested_at: RefCell<Vec<Instant>>,
    failure: RefCell<Option<anyhow::Error>>,
    reached: Notify,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            counts: Default::default(),
            latencies: std::array::from_fn(|_| RefCell::new(empty())),
            goal: Cell::default(),
            bytes: Cell::default(),
            ordered_at: Cell::new(Instant::now()),
            due: RefCell::default(),
            requested_at: RefCell::default(),
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
            let _recorded = self.latencies[what as usize].borrow_mut().record_n(micros, more);
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

    /// Forgets all latencies of a kind; returns them.
    pub(crate) fn take_latencies(&self, what: Count) -> Histogram<u64> {
        self.latencies[what as usize].replace(empty())
    }

    /// Waits until `what` has been counted up to `goal`, no more and no less.
    ///
    /// # Errors
    ///
    /// A connection failed, something arrived twice, or nothing has moved for too long.
    pub(crate) async fn reach(&self, what: Count, goal: u64) -> Result<()> {
        self.pass(what, goal).await?;
        match self.count(what) {
            count if count > goal => bail!("{what:?}: {count} instead of {goal}"),
            _ => Ok(()),
        }
    }

    /// Waits until `what` has been counted up to `goal` or further.
    ///
    /// # Errors
    ///
    /// A connection failed, or nothing has moved for too long.
    pub(crate) async fn pass(&self, what: Count, goal: u64) -> Result<()> {
        self.goal.set(Some((what, goal)));
        let mut moved = (self.count(what), Instant::now());
        loop {
            if let Some(error) = self.failure.borrow_mut().take() {
                return Err(error);
            }
            match self.count(what) {
                count if count >= goal => return Ok(()),
                count if count > moved.0 => moved = (count, Instant::now()),
                count if moved.1.elapsed() > PATIENCE => {
                    bail!("{what:?}: {count} of {goal}, and no more for {PATIENCE:?}")
                }
                _ => {}
            }
            if timeout(TOLD_EVERY, self.reached.notified()).await.is_err() {
                tell(&format!("{what:?}: {} of {goal}", self.count(what)));
            }
        }
    }

    /// Whether nothing has failed so far.
    ///
    /// # Errors
    ///
    /// The failure.
    pub(crate) fn is_well(&self) -> Result<()> {
        self.failure.borrow_mut().take().map_or(Ok(()), Err)
    }
}

/// How far it is, for who looks on.
pub(crate) fn tell(progress: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K{progress}\r");
    }
}

/// A histogram of microseconds that grows by itself.
pub(crate) fn empty() -> Histogram<u64> {
    Histogram::new(3).expect("three digits are fine")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn too_much_too_little_and_a_failure_are_errors() {
        let tally = Tally::new();
        tally.add(Count::Delivery, 3, Some(Instant::now()));
        assert!(tally.reach(Count::Delivery, 3).await.is_ok());
        let error = tally.reach(Count::Delivery, 2).await.unwrap_err();
        assert!(error.to_string().contains("3 instead of 2"), "{error}");
        assert_eq!(tally.take_latencies(Count::Delivery).len(), 3);
        assert_eq!(tally.take_latencies(Count::Delivery).len(), 0);
        tally.fail(anyhow::anyhow!("cut"));
        let error = tally.reach(Count::Delivery, 3).await.unwrap_err();
        assert_eq!(error.to_string(), "cut");
    }
}
