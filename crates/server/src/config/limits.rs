//! Section `limits`: bounds on what the world may do to the server.

use anyhow::{Result, ensure};
use serde::Deserialize;
use trivium_api::limits::Rate;
use trivium_store::{file::MAX_FILE, media::MAX_MEDIA};

/// Bounds. What is over one is refused with a typed error, or not accepted in the first place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// TCP connections in total, and likewise WebTransport sessions \[10,000\].
    pub connections: usize,
    /// The same from one IPv4 address or IPv6 /64 \[1,000\]: a school may stand behind one address.
    pub connections_per_ip: usize,
    /// Rooms in memory \[20,000\].
    pub rooms: usize,
    /// Attempts to come into a room, per minute and user or address \[600\], of which half may come at once.
    pub joins_per_minute: u32,
    /// Attempts with a join code of no room, per minute and address \[10\].
    pub code_misses_per_minute: u32,
    /// Chat messages and reactions per second and user \[5\], of which four seconds' worth may come at once.
    pub chat_per_second: u32,
    /// Everything else that changes or reads something, per second and user \[50\], of which four seconds' worth may come at once.
    pub commands_per_second: u32,
    /// Rooms, quizzes and invitations made or changed, per second and user \[1\], of which 20 seconds' worth may come at once. A
    /// service that makes rooms for a whole school in its own name wants more.
    pub writes_per_second: u32,
    /// Attempts to come into one room, per second and by everybody together \[100\], of which 20 seconds' worth may come at once.
    pub room_joins_per_second: u32,
    /// Chat messages and reactions in one room, per second and by everybody together \[500\], of which four seconds' worth may
    /// come at once.
    pub room_chat_per_second: u32,
    /// Bytes of a picture, at most 16 MiB \[2 MiB\].
    pub image_bytes: usize,
    /// Bytes of all pictures of one user \[200 MiB\].
    pub image_bytes_per_user: u64,
    /// Bytes of a file that is brought to a room, at most 32 MiB \[10 MiB\].
    pub file_bytes: usize,
    /// Bytes of all files of one user \[200 MiB\].
    pub file_bytes_per_user: u64,
    /// Bytes of all files of one room \[1 GiB\].
    pub file_bytes_per_room: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_ip: 1_000,
            rooms: 20_000,
            joins_per_minute: 600,
            code_misses_per_minute: 10,
            chat_per_second: 5,
            commands_per_second: 50,
            writes_per_second: 1,
            room_joins_per_second: 100,
            room_chat_per_second: 500,
            image_bytes: 2 * 1024 * 1024,
            image_bytes_per_user: 200 * 1024 * 1024,
            file_bytes: 10 * 1024 * 1024,
            file_bytes_per_user: 200 * 1024 * 1024,
            file_bytes_per_room: 1024 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// The limits of the service.
    pub fn of_service(&self) -> trivium_api::limits::Limits {
        trivium_api::limits::Limits {
            join: Rate::per_minute(self.joins_per_minute, self.joins_per_minute / 2),
            code_miss: Rate::per_minute(self.code_misses_per_minute, self.code_misses_per_minute),
            chat: Rate::per_second(self.chat_per_second, self.chat_per_second.saturating_mul(4)),
            command: Rate::per_second(self.commands_per_second, self.commands_per_second.saturating_mul(4)),
            quiz_write: Rate::per_second(self.writes_per_second, self.writes_per_second.saturating_mul(20)),
            room_join: Rate::per_second(
                self.room_joins_per_second,
                self.room_joins_per_second.saturating_mul(20),
            ),
            room_chat: Rate::per_second(self.room_chat_per_second, self.room_chat_per_second.saturating_mul(4)),
            ..trivium_api::limits::Limits::default()
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let all = [
            ("connections", self.connections > 0),
            ("connections_per_ip", self.connections_per_ip > 0),
            ("rooms", self.rooms > 0),
            ("joins_per_minute", self.joins_per_minute > 0),
            ("code_misses_per_minute", self.code_misses_per_minute > 0),
            ("chat_per_second", self.chat_per_second > 0),
            ("commands_per_second", self.commands_per_second > 0),
            ("writes_per_second", self.writes_per_second > 0),
            ("room_joins_per_second", self.room_joins_per_second > 0),
            ("room_chat_per_second", self.room_chat_per_second > 0),
        ];
        for (name, is_positive) in all {
            ensure!(is_positive, "limits.{name}: is 0, so nobody could come in");
        }
        ensure!(
            (1..=MAX_MEDIA).contains(&self.image_bytes),
            "limits.image_bytes: is not from 1 to {MAX_MEDIA}"
        );
        ensure!(
            (1..=MAX_FILE).contains(&self.file_bytes),
            "limits.file_bytes: is not from 1 to {MAX_FILE}"
        );
        Ok(())
    }
}
