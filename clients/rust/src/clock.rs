//! The server's clock as this client knows it: four-stamp samples, of which the one with the least delay counts.
//!
//! [`ClockSync`] is pure; [`Clock`] shares it between the driver, which feeds it, and the application, which reads it.
//!
//! With `t0` and `t3` from the client's clock and `t1` and `t2` from the server's, the offset is `((t1 - t0) + (t2 -
//! t3)) / 2`, the delay `(t3 - t0) - (t2 - t1)`, and the truth lies within half the delay of the offset, whatever
//! share of the delay each way took. Hence the least delay, and not a mean, is worth most. Corrections are steps;
//! slewing is the screen's business.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Samples among which the one with the least delay is chosen.
const WINDOW: usize = 8;
/// Samples in a burst.
const BURST: u32 = 5;
/// Between the samples of a burst.
const BURST_EVERY: Duration = Duration::from_millis(200);
/// Between samples after the burst.
const EVERY: Duration = Duration::from_secs(15);
/// A delay this far above the best one tells of another path, and asks for a new burst.
const JUMP_US: i64 = 50_000;

/// What is known of the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The server's clock minus this client's, in microseconds.
    pub offset_us: i64,
    /// Round trip of the sample that the offset comes from, in microseconds.
    pub delay_us: i64,
}

impl Estimate {
    /// How far the offset may be from the truth, in microseconds.
    pub const fn error_us(&self) -> i64 {
        (self.delay_us + 1) / 2
    }
}

/// The samples, and when the next one is due.
#[derive(Clone, Debug)]
pub struct ClockSync {
    samples: VecDeque<Estimate>,
    /// The next sample is the first of a new connection or path, and older ones no longer count.
    afresh: bool,
    burst_left: u32,
    next_at: Instant,
}

impl ClockSync {
    /// Without samples; the first one is due at once.
    pub const fn new(now: Instant) -> Self {
        Self {
            samples: VecDeque::new(),
            afresh: true,
            burst_left: BURST,
            next_at: now,
        }
    }

    /// When the next sample is due.
    pub const fn next_at(&self) -> Instant {
        self.next_at
    }

    /// A sample is under way: sets when the next one is due.
    pub fn sent(&mut self, now: Instant) {
        self.burst_left = self.burst_left.saturating_sub(1);
        self.next_at = now + if self.burst_left > 0 { BURST_EVERY } else { EVERY };
    }

    /// A sample has come back. Ignored if its stamps cannot be true.
    pub fn sample(&mut self, now: Instant, [t0, t1, t2, t3]: [i64; 4]) {
        let delay = (i128::from(t3) - i128::from(t0)) - (i128::from(t2) - i128::from(t1));
        let offset = i128::midpoint(i128::from(t1) - i128::from(t0), i128::from(t2) - i128::from(t3));
        if t3 < t0 || t2 < t1 || delay < 0 {
            return;
        }
        if let (Ok(offset_us), Ok(delay_us)) = (i64::try_from(offset), i64::try_from(delay)) {
            self.add(now, Estimate { offset_us, delay_us });
        }
    }

    /// The greeting of a connection is a coarse sample: one stamp in whole milliseconds.
    pub fn greeting(&mut self, now: Instant, t0: i64, server_time_ms: i64, t3: i64) {
        let server = server_time_ms.saturating_mul(1_000).saturating_add(500);
        let middle = t0 / 2 + t3 / 2;
        let delay_us = t3.saturating_sub(t0).max(0).saturating_add(1_000);
        self.add(
            now,
            Estimate {
                offset_us: server.saturating_sub(middle),
                delay_us,
            },
        );
        // The burst replaces it however small its delay seems.
        self.afresh = true;
    }

    /// The path or the server may be another one: a new burst begins at once, and its first sample ends the old ones.
    pub const fn restart(&mut self, now: Instant) {
        self.afresh = true;
        self.burst_left = BURST;
        self.next_at = now;
    }

    /// The best sample; `None` before the first.
    pub fn estimate(&self) -> Option<Estimate> {
        self.samples.iter().min_by_key(|sample| sample.delay_us).copied()
    }

    /// Never within a burst, or a clock that is set all the time would be asked without a pause.
    const fn burst_again(&mut self, now: Instant) {
        if self.burst_left == 0 {
            self.burst_left = BURST;
            self.next_at = now;
        }
    }

    fn add(&mut self, now: Instant, sample: Estimate) {
        if let Some(best) = self.estimate().filter(|_| !self.afresh) {
            let apart = sample.offset_us.saturating_sub(best.offset_us).saturating_abs();
            if apart > sample.error_us().saturating_add(best.error_us()) {
                // Both cannot be true of one clock: it was set.
                self.samples.clear();
                self.burst_again(now);
            } else if sample.delay_us > best.delay_us.saturating_add(JUMP_US) {
                self.burst_again(now);
            }
        }
        if std::mem::take(&mut self.afresh) {
            self.samples.clear();
        }
        if self.samples.len() == WINDOW {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }
}

/// The server's clock, shared; clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    started: Instant,
    /// Device time at `started`. The device's clock is read once, so that setting it moves nothing.
    started_us: i64,
    sync: Mutex<ClockSync>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let started = Instant::now();
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started_us = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Self(Arc::new(Shared {
            started,
            started_us,
            sync: Mutex::new(ClockSync::new(started)),
        }))
    }

    /// The server's time in milliseconds since the Unix epoch; the device's own until the first sample.
    pub fn now_ms(&self) -> i64 {
        let offset = self.estimate().map_or(0, |estimate| estimate.offset_us);
        self.local_us().saturating_add(offset).div_euclid(1_000)
    }

    /// What is left until a deadline of the server's; zero once it has passed.
    pub fn remaining(&self, deadline_ms: i64) -> Duration {
        let left = deadline_ms.saturating_sub(self.now_ms());
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    /// The server's clock minus the device's, with the error bound; `None` before the first sample.
    pub fn estimate(&self) -> Option<Estimate> {
        self.with(|sync| sync.estimate())
    }

    /// The client's clock in microseconds: monotonic, near the device's time.
    pub(crate) fn local_us(&self) -> i64 {
        let elapsed = i64::try_from(self.0.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.0.started_us.saturating_add(elapsed)
    }

    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut ClockSync) -> R) -> R {
        f(&mut self.0.sync.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A sample whose ways took `there` and `back`, of a server that is `offset` ahead, sent at `t0`.
    fn stamps(offset: i64, t0: i64, there: i64, back: i64) -> [i64; 4] {
        let processing = 300;
        let t1 = t0 + there + offset;
        [t0, t1, t1 + processing, t0 + there + processing + back]
    }

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn the_sample_with_the_least_delay_counts() {
        let now = Instant::now();
        let mut sync = ClockSync::new(now);
        assert_eq!(sync.estimate(), None);
        for (there, back) in [(40_000, 10_000), (5_000, 5_000), (90_000, 20_000)] {
            sync.sample(now, stamps(7_000_000, 1_000, there, back));
        }
        assert_eq!(
            sync.estimate(),
            Some(Estimate {
                offset_us: 7_000_000,
                delay_us: 10_000
            })
        );
        assert_eq!(sync.estimate().map(|best| best.error_us()), Some(5_000));
    }

    #[test]
    fn five_samples_at_200_ms_then_one_per_15_s() {
        let start = Instant::now();
        let mut sync = ClockSync::new(start);
        let mut due = Vec::new();
        for _ in 0..7 {
            let at = sync.next_at();
            due.push((at - start).as_millis());
            sync.sent(at);
        }
        assert_eq!(due, [0, 200, 400, 600, 800, 15_800, 30_800]);
    }

    #[test]
    fn a_clock_that_was_set_ends_the_old_samples_and_starts_a_burst() {
        let now = Instant::now();
        let mut sync = ClockSync::new(now);
        for _ in 0..6 {
            sync.sent(now);
            sync.sample(now, stamps(0, 0, 1_000, 1_000));
        }
        let later = now + ms(9_000);
        sync.sample(later, stamps(5_000_000, 0, 30_000, 1_000));
        assert_eq!(
            sync.estimate().map(|best| best.delay_us),
            Some(31_000),
            "the better delay is of another time"
        );
        assert_eq!(sync.next_at(), later);
    }

    #[test]
    fn a_jump_of_the_delay_starts_a_burst_and_keeps_the_best_sample() {
        let now = Instant::now();
        let mut sync = ClockSync::new(now);
        for _ in 0..6 {
            sync.sent(now);
            sync.sample(now, stamps(0, 0, 1_000, 1_000));
        }
        let later = now + ms(9_000);
        sync.sample(later, stamps(0, 0, 40_000, 40_000));
        assert_eq!(sync.next_at(), later);
        assert_eq!(sync.estimate().map(|best| best.delay_us), Some(2_000));
    }

    #[test]
    fn the_greeting_counts_until_the_first_real_sample() {
        let now = Instant::now();
        let mut sync = ClockSync::new(now);
        sync.greeting(now, 1_000_000, 5_000, 1_000_200);
        assert_eq!(
            sync.estimate(),
            Some(Estimate {
                offset_us: 4_000_400,
                delay_us: 1_200
            })
        );
        sync.sample(now, stamps(4_000_000, 1_000_000, 20_000, 20_000));
        assert_eq!(sync.estimate().map(|best| best.delay_us), Some(40_000));
    }

    #[test]
    fn stamps_that_cannot_be_true_are_ignored() {
        let now = Instant::now();
        for stamps in [
            [10, 0, 0, 9],
            [0, 10, 9, 10],
            [0, 0, 100, 50],
            [i64::MIN, i64::MAX, i64::MAX, i64::MAX],
        ] {
            let mut sync = ClockSync::new(now);
            sync.sample(now, stamps);
            assert_eq!(sync.estimate(), None, "{stamps:?}");
        }
    }

    proptest! {
        #[test]
        fn the_truth_is_always_within_the_error(
            offset in -4_000_000_000_000_i64..4_000_000_000_000,
            ways in proptest::collection::vec((0_i64..3_000_000, 0_i64..3_000_000), 1..40),
        ) {
            let mut now = Instant::now();
            let mut sync = ClockSync::new(now);
            for (there, back) in ways {
                now += ms(200);
                sync.sample(now, stamps(offset, 0, there, back));
                let best = sync.estimate().expect("there is a sample");
                prop_assert!((best.offset_us - offset).abs() <= best.error_us());
            }
        }

        #[test]
        fn no_stamps_can_break_it(stamps: [i64; 4]) {
            let now = Instant::now();
            let mut sync = ClockSync::new(now);
            sync.sample(now, stamps);
            sync.sample(now, stamps);
        }
    }
}
