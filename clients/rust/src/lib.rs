//! The Rust SDK of Trivium: one session over any road, with resume, outbox and clock synchronisation.
//!
//! ```no_run
//! use trivium_client::{Client, SessionEvent};
//!
//! # async fn example() -> Result<(), trivium_client::Error> {
//! let client = Client::builder("https://quiz.example").build()?;
//! let seat = client.join("K7QM-2RXD", "Ana").await?;
//! let (session, mut events) = client.connect().await?;
//! session.subscribe(seat.room_id.as_str(), None).await?;
//! session.send_message(seat.room_id.as_str(), "Hello!").await?;
//! while let Some(event) = events.next().await {
//!     if let SessionEvent::Event(event) = event {
//!         println!("{} at {}: {:?}", event.seq, session.clock().now_ms(), event.event);
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! A [`Session`] outlives its connections. It comes back by itself, on whatever road leads to the server, goes on in
//! every room behind the last entry it has seen, and sends every command that has no answer again under the same
//! `request_id`, so that it happens once. Messages and generated clients are those of [`trivium_proto::v1`].
//!
//! The pure parts are [`outbox`], [`positions`], [`clock`] and [`backoff`]; `driver` is the task that joins them.

mod attach;
pub mod backoff;
mod channel;
mod client;
pub mod clock;
mod command;
mod discovery;
mod driver;
mod error;
mod event;
mod helpers;
pub mod outbox;
pub mod positions;
mod road;
pub mod seal;
mod session;
mod signals;
mod token;

pub use trivium_proto as proto;

pub use crate::channel::{BoxError, Channel, Datagrams, Link};
pub use crate::client::{Builder, Client, Seat};
pub use crate::clock::Clock;
pub use crate::command::{Command, new_request_id};
pub use crate::discovery::{WebTransport, WellKnown};
pub use crate::error::{ConnectError, Error, Rejection};
pub use crate::event::{DisconnectReason, Events, SessionEvent};
pub use crate::road::{Choice, Connector, Road};
pub use crate::session::{Session, Status, Timing};
pub use crate::token::{Token, TokenSource};
