//! How long to wait before the next attempt: exponential with full jitter.
//!
//! Pure; `driver` holds the clock and the dice.
//!
//! Full jitter means that a delay is drawn evenly from zero to the step of the ladder. Thousands of clients that were
//! cut off at the same instant come back spread over the whole step instead of in a wave at its end.

use std::time::Duration;

/// The ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Longest first delay.
    pub base: Duration,
    /// Longest delay of all.
    pub cap: Duration,
    /// A connection that lasted this long starts the ladder anew.
    pub stable: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(250),
            cap: Duration::from_secs(10),
            stable: Duration::from_secs(30),
        }
    }
}

/// Where one session stands on the ladder.
#[derive(Clone, Debug)]
pub struct Backoff {
    policy: Policy,
    failures: u32,
}

impl Backoff {
    /// At the foot.
    pub const fn new(policy: Policy) -> Self {
        Self { policy, failures: 0 }
    }

    /// The delay after one more failure; `roll` is drawn evenly from 0 to 1 and is clamped to that.
    pub fn next(&mut self, roll: f64) -> Duration {
        let step = self.step();
        self.failures = self.failures.saturating_add(1);
        step.mul_f64(roll.clamp(0.0, 1.0))
    }

    /// Tells how long the connection that just ended had lasted.
    pub fn lasted(&mut self, uptime: Duration) {
        if uptime >= self.policy.stable {
            self.reset();
        }
    }

    /// Back to the foot.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    fn step(&self) -> Duration {
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        self.policy.base.saturating_mul(factor).min(self.policy.cap)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_double_up_to_the_cap_and_start_anew_after_a_stable_connection() {
        let mut backoff = Backoff::new(Policy::default());
        let steps: Vec<u128> = (0..8).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(steps, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        backoff.lasted(Duration::from_millis(29_999));
        assert_eq!(backoff.next(1.0).as_millis(), 10_000, "too short to count");
        backoff.lasted(Duration::from_secs(30));
        assert_eq!(backoff.next(1.0).as_millis(), 250);
    }

    proptest! {
        #[test]
        fn every_delay_is_within_its_step(rolls in proptest::collection::vec(any::<f64>(), 0..100)) {
            let policy = Policy::default();
            let mut backoff = Backoff::new(policy);
            for roll in rolls.into_iter().filter(|roll| !roll.is_nan()) {
                let step = backoff.step();
                let delay = backoff.next(roll);
                prop_assert!(delay <= step && step <= policy.cap);
            }
        }
    }
}
