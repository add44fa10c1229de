//! Wire messages to engine values and back: the only place that knows both.
//!
//! ```text
//!  v1::*Request --room, chat, quiz, presence--> Addressed { room, request, command }
//!  Entry, View, Signal --event, room, quiz, presence--> v1::RoomEvent, RoomSnapshot, Signal
//!  the entries that a command made --reply--> v1::*Response
//! ```
//!
//! Requests have passed `trivium_proto::validate` before they come here, so what these functions refuse is what the
//! types of the engine cannot hold. Nothing here hides anything: what a receiver may not see is gone already.

pub mod activity;
pub mod chat;
pub mod common;
pub mod event;
pub mod invitation;
pub mod key;
pub mod moderation;
pub mod notification;
pub mod presence;
pub mod quiz;
pub mod receipt;
pub mod reply;
pub mod room;
pub mod sealed;

pub use common::{Addressed, Invalid};
