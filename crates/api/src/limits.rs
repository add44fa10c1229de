//! All limits of the service in one table, and the token buckets that keep to the rates among them.
//!
//! Buckets are bounded in number: the one that is nearest to full is forgotten first, which costs least, as a forgotten
//! bucket is a full one. Time is an argument, so that tests state it.

use std::{
    collections::{BTreeSet, HashMap, hash_map::RandomState},
    hash::BuildHasher,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use trivium_engine::{RoomId, UserId};

/// Shards of the buckets, each with a lock of its own.
const SHARDS: usize = 16;

/// Every limit of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest request message, in bytes.
    pub command_bytes: usize,
    /// Largest request message that carries a quiz, in bytes.
    pub quiz_bytes: usize,
    /// Largest request message that carries ciphertexts, in bytes: 30 devices with the longest text.
    pub sealed_bytes: usize,
    /// Largest request message that carries a file, in bytes.
    pub file_bytes: usize,
    /// Largest request message that carries rules of a filter, in bytes.
    pub filter_bytes: usize,
    /// Most unanswered requests on a stream.
    pub in_flight: usize,
    /// Most rooms heard by a session.
    pub subscriptions: usize,
    /// Attempts to come into a room.
    pub join: Rate,
    /// Attempts with a join code of no room. Far below [`join`](Self::join): a class comes in from one address, and
    /// guessing is what has to be slow.
    pub code_miss: Rate,
    /// Chat messages and reactions.
    pub chat: Rate,
    /// Everything else that changes or reads something.
    pub command: Rate,
    /// Samples of the clock.
    pub clock: Rate,
    /// Writing quizzes.
    pub quiz_write: Rate,
    /// Reporting messages.
    pub report: Rate,
    /// Changing and testing the rules of filters.
    pub filter: Rate,
    /// Searching.
    pub search: Rate,
    /// Bringing files to rooms.
    pub upload: Rate,
    /// Notifying others.
    pub notify: Rate,
    /// Making conversations, which puts others into them who need not know the caller.
    pub conversation: Rate,
    /// Registering, rotating and revoking devices.
    pub key_write: Rate,
    /// Marks of what was received and read.
    pub receipt: Rate,
    /// Chat messages and reactions in one room, by everybody together.
    pub room_chat: Rate,
    /// Attempts to come into one room, by everybody together.
    pub room_join: Rate,
    /// Reports of messages in one room, by everybody together.
    pub room_report: Rate,
    /// Searches for messages of one room, by everybody together.
    pub room_search: Rate,
    /// Marks of what was received and read in one room, by everybody together.
    pub room_receipt: Rate,
    /// Most token buckets; beyond, those nearest to full are forgotten.
    pub buckets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            command_bytes: 64 * 1024,
            quiz_bytes: 1024 * 1024,
            sealed_bytes: 512 * 1024,
            // The largest file that is read, and what is around it.
            file_bytes: trivium_formats::limits::MAX_FILE_BYTES + 64 * 1024,
            // A text of 64 KiB beside the longest rules.
            filter_bytes: 320 * 1024,
            in_flight: 64,
            subscriptions: 64,
            join: Rate::per_minute(600, 300),
            code_miss: Rate::per_minute(10, 10),
            chat: Rate::per_second(5, 20),
            command: Rate::per_second(50, 200),
            clock: Rate::per_second(10, 50),
            quiz_write: Rate::per_second(1, 20),
            report: Rate::per_minute(6, 10),
            filter: Rate::per_second(2, 20),
            search: Rate::per_second(2, 20),
            upload: Rate::per_minute(30, 30),
            notify: Rate::per_second(5, 50),
            conversation: Rate::per_minute(10, 30),
            key_write: Rate::per_minute(6, 20),
            receipt: Rate::per_second(10, 50),
            // A hundred who each write as fast as they may.
            room_chat: Rate::per_second(500, 2_000),
            room_join: Rate::per_second(100, 2_000),
            // More than hosts can look at, and fewer than they could no longer see through.
            room_report: Rate::per_minute(60, 100),
            room_search: Rate::per_second(50, 200),
            // Everybody in the largest room reads a message within two seconds.
            room_receipt: Rate::per_second(5_000, 10_000),
            buckets: 100_000,
        }
    }
}

impl Limits {
    /// The largest request message of this name, in bytes.
    pub fn message_bytes(&self, request: &str) -> usize {
        match request {
            "CreateQuizRequest" | "UpdateQuizRequest" => self.quiz_bytes,
            "SendSealedMessageRequest" => self.sealed_bytes,
            "ImportQuizRequest" => self.file_bytes,
            "TestFilterRequest" | "UpdateModerationRequest" => self.filter_bytes,
            _ => self.command_bytes,
        }
    }

    fn rate(&self, operation: Operation) -> Rate {
        match operation {
            Operation::Join => self.join,
            Operation::CodeMiss => self.code_miss,
            Operation::Chat => self.chat,
            Operation::Command => self.command,
            Operation::Clock => self.clock,
            Operation::QuizWrite => self.quiz_write,
            Operation::Report => self.report,
            Operation::Filter => self.filter,
            Operation::Search => self.search,
            Operation::Upload => self.upload,
            Operation::Notify => self.notify,
            Operation::Conversation => self.conversation,
            Operation::KeyWrite => self.key_write,
            Operation::Receipt => self.receipt,
            Operation::RoomChat => self.room_chat,
            Operation::RoomJoin => self.room_join,
            Operation::RoomReport => self.room_report,
            Operation::RoomSearch => self.room_search,
            Operation::RoomReceipt => self.room_receipt,
        }
    }
}

/// How often, and how often at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The time in which one more is allowed.
    pub interval: Duration,
    /// How many are allowed at once after a rest; at least 1.
    pub burst: u32,
}

impl Rate {
    /// So many a second, and so many at once.
    pub const fn per_second(count: u32, burst: u32) -> Self {
        Self::over(Duration::from_secs(1), count, burst)
    }

    /// So many a minute, and so many at once.
    pub const fn per_minute(count: u32, burst: u32) -> Self {
        Self::over(Duration::from_mins(1), count, burst)
    }

    /// Zero counts as one.
    const fn over(span: Duration, count: u32, burst: u32) -> Self {
        let interval = match span.checked_div(count) {
            Some(interval) => interval,
            None => span,
        };
        Self {
            interval,
            burst: if burst == 0 { 1 } else { burst },
        }
    }
}

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Coming into a room.
    Join,
    /// A join code of no room.
    CodeMiss,
    /// Chat messages and reactions.
    Chat,
    /// Everything else.
    Command,
    /// Samples of the clock.
    Clock,
    /// Writing quizzes.
    QuizWrite,
    /// Reporting messages.
    Report,
    /// Changing and testing the rules of filters.
    Filter,
    /// Searching.
    Search,
    /// Bringing files to rooms.
    Upload,
    /// Notifying others.
    Notify,
    /// Making conversations.
    Conversation,
    /// Registering, rotating and revoking devices.
    KeyWrite,
    /// Marks of what was received and read.
    Receipt,
    /// Chat messages and reactions in one room, by everybody together.
    RoomChat,
    /// Coming into one room, by everybody together.
    RoomJoin,
    /// Reporting messages of one room, by everybody together.
    RoomReport,
    /// Searching for messages of one room, by everybody together.
    RoomSearch,
    /// Marks in one room, by everybody together.
    RoomReceipt,
}

impl Operation {
    /// What is counted besides, for the room that it is done in.
    pub fn in_room(self) -> Option<Self> {
        match self {
            Self::Chat => Some(Self::RoomChat),
            Self::Join => Some(Self::RoomJoin),
            Self::Report => Some(Self::RoomReport),
            Self::Search => Some(Self::RoomSearch),
            Self::Receipt => Some(Self::RoomReceipt),
            Self::CodeMiss
            | Self::Command
            | Self::Clock
            | Self::QuizWrite
            | Self::Filter
            | Self::Upload
            | Self::Notify
            | Self::Conversation
            | Self::KeyWrite
            | Self::RoomChat
            | Self::RoomJoin
            | Self::RoomReport
            | Self::RoomSearch
            | Self::RoomReceipt => None,
        }
    }
}

/// Whose doings are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A user, from wherever.
    User(UserId),
    /// Everybody behind an address; see [`Who::address`].
    Address(IpAddr),
    /// Everybody in a room.
    Room(RoomId),
}

impl Who {
    /// An address as it is counted: an IPv6 network of 64 bits is one, as one household or phone has it whole.
    pub fn address(ip: IpAddr) -> Self {
        let ip = match ip.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
            v4 @ IpAddr::V4(_) => v4,
        };
        Self::Address(ip)
    }
}

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
