//! Token buckets, which keep to the rates of the table.
//!
//! They are bounded in number: the one that is nearest to full is forgotten first, which costs least, as a forgotten bucket is a
//! full one. Time is an argument, so that tests state it.
//!
//! Neighbours: [`limits`](super) has the table, and says what is counted together.

use std::{
    collections::{BTreeSet, HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Limits, Operation, Rate, Who};

/// Shards of the buckets, each with a lock of its own.
const SHARDS: usize = 16;

/// Too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too often; try again in {retry_after:?}")]
pub struct RateLimited {
    /// How long until it is allowed.
    pub retry_after: Duration,
}

/// Token buckets by operation and user or address.
#[derive(Debug)]
pub struct RateLimiter {
    limits: Limits,
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
}

type Key = (Operation, Who);

/// Buckets are kept as the moment at which they will be full again; a full one need not be kept.
#[derive(Debug, Default)]
struct Shard {
    full_at: HashMap<Key, Instant>,
    by_time: BTreeSet<(Instant, Key)>,
}

impl RateLimiter {
    /// No bucket has been touched.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
        }
    }

    /// The table that it keeps to.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes one, or refuses. A refusal takes nothing.
    pub fn check(&self, operation: Operation, who: Who, now: Instant) -> Result<(), RateLimited> {
        let (rate, key) = (self.limits.rate(operation), (operation, who));
        let mut shard = self.shard(&key);
        shard.admits(&key, rate, now)?;
        shard.take(key, rate, now, self.per_shard());
        Ok(())
    }

    /// Whether one could be taken.
    pub fn peek(&self, operation: Operation, who: Who, now: Instant) -> Result<(), RateLimited> {
        let key = (operation, who);
        self.shard(&key).admits(&key, self.limits.rate(operation), now)
    }

    /// Takes one without asking, such as for a guess that was wrong. The bucket never owes more than it holds.
    pub fn charge(&self, operation: Operation, who: Who, now: Instant) {
        let (rate, key) = (self.limits.rate(operation), (operation, who));
        self.shard(&key).take(key, rate, now, self.per_shard());
    }

    /// How many buckets are kept.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).full_at.len()).sum()
    }

    /// Whether no bucket is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn per_shard(&self) -> usize {
        self.limits.buckets.div_ceil(SHARDS)
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one(key);
        // The shard is chosen by high bits, as the map inside goes by hashes of its own.
        lock(&self.shards[(hash >> 60) as usize % SHARDS])
    }
}

impl Shard {
    fn admits(&self, key: &Key, rate: Rate, now: Instant) -> Result<(), RateLimited> {
        let full_at = self.full_at.get(key).copied().unwrap_or(now);
        // One may be taken while at most `burst - 1` intervals are missing.
        let allowed = rate.interval * (rate.burst - 1);
        match full_at.saturating_duration_since(now).checked_sub(allowed) {
            None | Some(Duration::ZERO) => Ok(()),
            Some(retry_after) => Err(RateLimited { retry_after }),
        }
    }

    /// Takes one, and forgets the buckets that are full or too many.
    fn take(&mut self, key: Key, rate: Rate, now: Instant, most: usize) {
        let before = self.full_at.get(&key).copied();
        let emptiest = now + rate.interval * rate.burst;
        let full_at = (before.map_or(now, |at| at.max(now)) + rate.interval).min(emptiest);
        if let Some(before) = before {
            self.by_time.remove(&(before, key.clone()));
        }
        self.full_at.insert(key.clone(), full_at);
        self.by_time.insert((full_at, key));
        while let Some((at, _)) = self.by_time.first()
            && (*at <= now || self.by_time.len() > most)
        {
            if let Some((_, key)) = self.by_time.pop_first() {
                self.full_at.remove(&key);
            }
        }
    }
}

/// A panic elsewhere leaves at worst one bucket half changed, which is no reason to stop counting.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(index: u32) -> Who {
        Who::User(format!("u{index}").parse().expect("an id"))
    }

    fn limiter(chat: Rate, buckets: usize) -> RateLimiter {
        RateLimiter::new(Limits {
            chat,
            buckets,
            ..Limits::default()
        })
    }

    /// How many of `tries` at one moment pass.
    fn passed(limiter: &RateLimiter, who: &Who, now: Instant, tries: u32) -> usize {
        let pass = |_: &u32| limiter.check(Operation::Chat, who.clone(), now).is_ok();
        (0..tries).filter(pass).count()
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let limiter = limiter(Rate::per_second(5, 20), 1_000);
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        for (now, tries, expected) in [
            (at(0), 100, 20),
            (at(100), 1, 0),
            (at(200), 10, 1),
            (at(1_200), 10, 5),
            (at(61_200), 100, 20),
        ] {
            assert_eq!(passed(&limiter, &user(1), now, tries), expected, "at {:?}", now - start);
        }
        assert_eq!(passed(&limiter, &user(2), at(0), 100), 20, "others are not touched");
    }

    #[test]
    fn a_refusal_says_when_and_takes_nothing() {
        let limiter = limiter(Rate::per_second(1, 1), 1_000);
        let start = Instant::now();
        assert_eq!(limiter.check(Operation::Chat, user(1), start), Ok(()));
        for ms in [0, 400, 999] {
            let refused = limiter.check(Operation::Chat, user(1), start + Duration::from_millis(ms));
            let retry_after = Duration::from_millis(1_000 - ms);
            assert_eq!(refused, Err(RateLimited { retry_after }));
        }
        assert_eq!(
            limiter.check(Operation::Chat, user(1), start + Duration::from_secs(1)),
            Ok(())
        );
    }

    #[test]
    fn guesses_are_counted_when_they_miss() {
        let limiter = RateLimiter::new(Limits::default());
        let now = Instant::now();
        let from = |ip: &str| Who::address(ip.parse().expect("an address"));
        for _ in 0..10 {
            assert_eq!(limiter.peek(Operation::CodeMiss, from("192.0.2.1"), now), Ok(()));
            limiter.charge(Operation::CodeMiss, from("192.0.2.1"), now);
        }
        let refused = limiter.peek(Operation::CodeMiss, from("192.0.2.1"), now);
        let retry_after = Duration::from_secs(6);
        assert_eq!(refused, Err(RateLimited { retry_after }));
        // Charging an empty bucket does not lengthen the wait without end.
        for _ in 0..100 {
            limiter.charge(Operation::CodeMiss, from("192.0.2.1"), now);
        }
        assert_eq!(limiter.peek(Operation::CodeMiss, from("192.0.2.1"), now), refused);
        assert_eq!(limiter.peek(Operation::CodeMiss, from("192.0.2.2"), now), Ok(()));
    }

    #[test]
    fn an_address_is_a_network_where_networks_are_cheap() {
        let from = |ip: &str| Who::address(ip.parse().expect("an address"));
        assert_eq!(from("2001:db8::1"), from("2001:db8::ffff:1"));
        assert_ne!(from("2001:db8::1"), from("2001:db8:0:1::1"));
        assert_eq!(from("::ffff:192.0.2.1"), from("192.0.2.1"));
        assert_ne!(from("192.0.2.1"), from("192.0.2.2"));
    }

    #[test]
    fn buckets_are_bounded_and_the_fullest_go_first() {
        let limiter = limiter(Rate::per_minute(1, 10), 160);
        let now = Instant::now();
        assert_eq!(passed(&limiter, &user(0), now, 100), 10);
        for index in 1..10_000 {
            assert_eq!(passed(&limiter, &user(index), now, 1), 1);
        }
        assert!(limiter.len() <= 160, "{}", limiter.len());
        assert_eq!(passed(&limiter, &user(0), now, 1), 0, "the emptiest is remembered");
    }

    #[test]
    fn a_full_bucket_is_forgotten() {
        let limiter = limiter(Rate::per_second(1, 1), 1_000);
        let start = Instant::now();
        for index in 0..500 {
            limiter.charge(Operation::Chat, user(index), start);
        }
        assert_eq!(limiter.len(), 500);
        let later = start + Duration::from_secs(10);
        for index in 500..700 {
            limiter.charge(Operation::Chat, user(index), later);
        }
        assert_eq!(limiter.len(), 200);
    }

    #[test]
    fn a_rate_of_zero_is_one() {
        assert_eq!(Rate::per_second(0, 0), Rate::per_second(1, 1));
    }
}
