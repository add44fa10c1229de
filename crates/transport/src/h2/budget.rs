//! How often a client may do what is cheap for it and dear for the server.

use std::time::Duration;

use tokio::time::Instant;

/// Within this, an exhausted budget is whole again.
const WHOLE_AGAIN: Duration = Duration::from_secs(10);

/// A bucket that is full at the start and fills up evenly.
pub(super) struct Budget {
    most: u32,
    left: u32,
    filled_at: Instant,
}

impl Budget {
    pub(super) fn new(most: usize) -> Self {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        Self {
            most,
            left: most,
            filled_at: Instant::now(),
        }
    }

    /// Takes one; false if none is left.
    pub(super) fn take(&mut self) -> bool {
        if self.left == 0 {
            let since = self.filled_at.elapsed().min(WHOLE_AGAIN);
            let share = u128::from(self.most) * since.as_millis() / WHOLE_AGAIN.as_millis();
            self.left = u32::try_from(share).unwrap_or(self.most);
            if self.left == 0 {
                return false;
            }
            self.filled_at = Instant::now();
        }
        self.left -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_spent_comes_back_with_time() {
        let mut budget = Budget::new(10);
        let spend = |budget: &mut Budget| (0..100).filter(|_| budget.take()).count();
        assert_eq!(spend(&mut budget), 10);
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(spend(&mut budget), 3);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert_eq!(spend(&mut budget), 10);
        assert_eq!(spend(&mut Budget::new(0)), 0);
    }
}
