//! The server's clock: wall time at start, carried on by the monotonic clock.
//!
//! A step of the wall clock while the server runs moves no deadline. Under tokio's paused time the clock is virtual.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use trivium_engine::Timestamp;

/// A monotonic clock that tells Unix time.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
    started_micros: u64,
}

impl Clock {
    /// Reads the wall clock once.
    pub fn start() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::starting_at(u64::try_from(wall.as_micros()).unwrap_or(u64::MAX))
    }

    /// A clock that shows `micros` since the Unix epoch right now.
    pub fn starting_at(micros: u64) -> Self {
        Self {
            started: Instant::now(),
            started_micros: micros,
        }
    }

    /// Microseconds since the Unix epoch.
    pub fn now_micros(&self) -> u64 {
        let elapsed = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.started_micros.saturating_add(elapsed)
    }

    /// Milliseconds since the Unix epoch.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.now_micros() / 1_000)
    }

    /// When a timer has to end for that time; at once for what is past.
    pub fn instant(&self, at: Timestamp) -> Instant {
        let micros = at.0.saturating_mul(1_000).saturating_sub(self.started_micros);
        self.started + Duration::from_micros(micros)
    }
}
