//! Rooms as deterministic state machines: no clock, no randomness, no I/O, no async.

pub mod id;
pub mod time;

pub use id::{InvalidId, QuizId, RequestId, RoomId, Seq, UserId};
pub use time::{Millis, Timestamp};
