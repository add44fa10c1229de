//! What the runtime counts for metrics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counters since the start.
#[derive(Debug, Default)]
pub struct RuntimeStats {
    pub(super) loads: AtomicU64,
    pub(super) commands: AtomicU64,
    pub(super) rejected: AtomicU64,
    pub(super) overloaded: AtomicU64,
    pub(super) subscriptions: AtomicU64,
}

impl RuntimeStats {
    /// Rooms loaded since the start.
    pub fn loads(&self) -> u64 {
        self.loads.load(Relaxed)
    }
    /// Commands carried out or refused.
    pub fn commands(&self) -> u64 {
        self.commands.load(Relaxed)
    }
    /// Commands refused by their room.
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Relaxed)
    }
    /// Inputs refused because a queue was full.
    pub fn overloaded(&self) -> u64 {
        self.overloaded.load(Relaxed)
    }
    /// Subscriptions begun.
    pub fn subscriptions(&self) -> u64 {
        self.subscriptions.load(Relaxed)
    }
}
