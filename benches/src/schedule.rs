//! Moments at a rate, whatever happens meanwhile: open-loop arrival.
//!
//! What is late is measured from the moment that it was due, so that a server which stalls is not spared the requests that it
//! would have got during the stall.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// See the module.
pub(crate) struct Schedule {
    begun: Instant,
    per_second: f64,
    passed: u32,
}

impl Schedule {
    /// The first moment is now.
    pub(crate) fn new(per_second: f64) -> Self {
        Self {
            begun: Instant::now(),
            per_second,
            passed: 0,
        }
    }

    /// Waits for the next moment, and tells it: it may have passed already.
    pub(crate) async fn next(&mut self) -> std::time::Instant {
        let due = self.at();
        self.passed += 1;
        sleep_until(due.into()).await;
        due
    }

    /// The next moment, for who waits for several schedules at once.
    pub(crate) fn at(&self) -> std::time::Instant {
        let since = Duration::from_secs_f64(f64::from(self.passed) / self.per_second);
        (self.begun + since).into_std()
    }

    /// The next moment has been used; returns the one after it.
    pub(crate) fn following(&mut self) -> std::time::Instant {
        self.passed += 1;
        self.at()
    }
}

/// How many moments a span has at a rate; at least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "spans and rates of a command line are small and positive"
)]
pub(crate) fn moments(per_second: f64, span: Duration) -> usize {
    ((per_second * span.as_secs_f64()).ceil() as usize).max(1)
}

/// A rate on the command line.
///
/// # Errors
///
/// It is no positive number.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate > 0.0 && rate.is_finite() => Ok(rate),
        Ok(_) | Err(_) => Err("has to be a number above 0".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_late_caller_catches_up_without_losing_a_moment() {
        let mut schedule = Schedule::new(100.0);
        let first = schedule.next().await;
        tokio::time::advance(Duration::from_millis(35)).await;
        let mut after = Vec::new();
        for _ in 0..4 {
            after.push((schedule.next().await - first).as_millis());
        }
        assert_eq!(after, [10, 20, 30, 40]);
        assert_eq!(
            (Instant::now().into_std() - first).as_millis(),
            40,
            "the last one was waited for"
        );
    }

    #[test]
    fn spans_have_moments_and_rates_are_positive() {
        assert_eq!(moments(0.5, Duration::from_secs(1)), 1);
        assert_eq!(moments(100.0, Duration::from_secs(3)), 300);
        for (text, good) in [("0.5", true), ("0", false), ("-1", false), ("inf", false), ("x", false)] {
            assert_eq!(rate(text).is_ok(), good, "{text}");
        }
    }
}
