//! The shell around the engine: one task per room, group commit, cursors, signals, presence, deadlines.
//!
//! ```text
//!  execute --> inbox --> RoomTask: decide, apply, settle --> Writer (one transaction for many rooms)
//!                            |  committed
//!                            +--> reply to each command
//!                            +--> Ring: entries, encoded once per audience --> Subscription (a cursor) --> session
//!                            +--> courier --> inboxes of users
//!                            +--> sleep until Room::next_deadline
//! ```
//!
//! What holds: nothing that comes from an entry leaves a room before the entry is committed. A failed append kills the
//! task, which is loaded again from the store. A subscriber is a cursor: a slow one falls behind and delays nobody.
//!
//! Neighbours: below are `trivium-engine` (what rooms do) and `trivium-store` (where logs live); above is `trivium-api`,
//! which knows the wire and gives this crate its [`Encode`].

pub mod clock;
mod codec;
mod codes;
pub mod common;
pub mod config;
mod courier;
pub mod encode;
pub mod error;
pub mod frames;
pub mod inboxes;
mod load;
mod projection;
mod ring;
mod room_task;
mod runtime;
mod signals;
mod snapshots;
pub mod subscription;
mod waiters;

pub use clock::Clock;
pub use codes::Door;
pub use common::Common;
pub use config::RuntimeConfig;
pub use encode::Encode;
pub use error::ExecuteError;
pub use room_task::{Caller, Done};
pub use runtime::{Runtime, RuntimeStats, Swept};
pub use subscription::{Delivery, Interruption, Start, Subscription};
