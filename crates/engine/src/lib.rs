//! Rooms as deterministic state machines: no clock, no randomness, no I/O, no async.
//!
//! ```text
//!  Command + Cx ----> decide --> [Event] or Reject
//!  time alone ------> settle --> [Event]
//!  Entry (seq, at, Event) ----> apply ----> state ----> next_deadline, view, seen_by
//!  Observation (presence) ----> observe --> [Signal]
//! ```
//!
//! [`Room::decide`] reads and may refuse; [`Room::apply`] is total; [`Room::settle`] says what time alone brings about;
//! [`Room::next_deadline`] is derived from state and never stored. Whoever owns the room (the runtime) stamps the time,
//! stores the entries, and publishes them only then.

pub mod activity;
pub mod audience;
pub mod chat;
pub mod command;
pub mod cx;
pub mod dedupe;
mod effect;
pub mod event;
pub mod gone;
pub mod history;
pub mod id;
pub mod inbox;
pub mod keys;
pub mod member;
pub mod membership;
pub mod moderation;
pub mod nickname;
pub mod octets;
mod omit;
pub mod permission;
pub mod presence;
pub mod quiz;
pub mod receipt;
pub mod reject;
mod retention;
pub mod room;
pub mod settings;
pub mod signal;
mod text;
pub mod time;
pub mod view;

pub use activity::{ActivityCommand, ActivityEvent};
pub use audience::{Audience, Visibility};
pub use chat::{ChatCommand, ChatEvent};
pub use command::{Command, QuizCommand, RoomCommand};
pub use cx::{Actor, Cx};
pub use event::{Entry, Event, Feature, RoomEvent};
pub use id::{DeviceId, InvalidId, QuizId, RequestId, RoomId, Seq, UserId};
pub use inbox::{InboxCommand, InboxEvent};
pub use keys::{KeysCommand, KeysEvent};
pub use member::{Accommodations, Member, Role};
pub use membership::Invitation;
pub use moderation::{ModerationCommand, ModerationEvent};
pub use receipt::{Mark, ReceiptCommand, ReceiptEvent};
pub use reject::Reject;
pub use room::Room;
pub use settings::{HistoryPolicy, JoinPolicy, Policy, PolicyChange, RoomKind, Settings, WritePolicy};
pub use signal::{Hearers, Observation, Presence, PresenceState, Signal, SignalKey};
pub use time::{Millis, Timestamp};
pub use view::{MessageView, OwnView, View};
