//! What a test can make go wrong with the appends of a [`MemoryStore`].
//!
//! Neighbours: [`memory`](super) asks here before and after it writes.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tokio::sync::watch;

use super::MemoryStore;
use crate::StoreError;

#[derive(Debug)]
pub(super) struct Faults {
    fail: AtomicU32,
    lose: AtomicU32,
    pace: watch::Sender<Pace>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    held: bool,
    delay: Duration,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            fail: AtomicU32::new(0),
            lose: AtomicU32::new(0),
            pace: watch::Sender::new(Pace::default()),
        }
    }
}

impl MemoryStore {
    /// The next `n` appends fail and write nothing.
    pub fn fail_next_appends(&self, n: u32) {
        self.faults.fail.store(n, Ordering::SeqCst);
    }

    /// The next `n` appends are written, and yet fail: the answer of the database got lost.
    pub fn lose_next_answers(&self, n: u32) {
        self.faults.lose.store(n, Ordering::SeqCst);
    }

    /// Each append waits that long, by tokio's clock, before it writes.
    pub fn delay_appends(&self, delay: Duration) {
        self.faults.pace.send_modify(|pace| pace.delay = delay);
    }

    /// Appends wait, before they write, until [`release_appends`](Self::release_appends).
    pub fn hold_appends(&self) {
        self.faults.pace.send_modify(|pace| pace.held = true);
    }

    /// Ends [`hold_appends`](Self::hold_appends).
    pub fn release_appends(&self) {
        self.faults.pace.send_modify(|pace| pace.held = false);
    }
}

impl Faults {
    pub(super) async fn before_append(&self) -> Result<(), StoreError> {
        let delay = self.pace.borrow().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let mut pace = self.pace.subscribe();
        // The sender lives as long as `self`, so this ends by a release only.
        let _released = pace.wait_for(|pace| !pace.held).await;
        spend(&self.fail, "an injected failure")
    }

    pub(super) fn after_append(&self) -> Result<(), StoreError> {
        spend(&self.lose, "an injected loss of the answer")
    }
}

fn spend(left: &AtomicU32, what: &'static str) -> Result<(), StoreError> {
    let take_one = |n: u32| n.checked_sub(1);
    match left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take_one) {
        Ok(_) => Err(StoreError::unavailable(what)),
        Err(_) => Ok(()),
    }
}
