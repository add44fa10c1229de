//! All limits of the service in one table.
//!
//! Neighbours: `limits/buckets.rs` keeps to the rates among them.

mod buckets;

use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use trivium_engine::{RoomId, UserId};

pub use buckets::{RateLimited, RateLimiter};

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
