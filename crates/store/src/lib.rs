//! Storage ports: the room log, snapshots, the catalogue and media, with a memory backend and the contract suite.
//!
//! ```text
//!  room tasks ──Append──▶ Writer ──one transaction──▶ RoomLog      the truth; (room, seq) is the fence
//!                                                     Snapshots    a cache of it
//!  services ────────────────────────────────────────▶ Catalogue    what can be listed and found
//!                                                     Media        pictures by the hash of their content
//! ```
//!
//! # The next backend
//!
//! 1. Make a crate `trivium-store-NAME` that depends on this one; only the server knows it.
//! 2. Implement [`RoomLog`], [`Snapshots`], [`Catalogue`] and [`Media`] for one type; [`Store`] comes by itself. They share a
//!    database, because [`Catalogue::delete_room`] spans them.
//! 3. Make `(room, seq)` the primary key of the log, and check the head in the transaction that writes. The key, not a
//!    lease, keeps two writers apart.
//! 4. Begin each write with the `check` of what is written ([`Append::check`], [`RoomRecord::check`] and so on), so that
//!    all backends refuse the same things.
//! 5. Run each transaction in a task of its own: a caller that is dropped must leave none open and none half done.
//! 6. Refuse to start unless a commit is durable: read the setting back from the database, do not trust the one you sent.
//! 7. Turn every error of the driver into a [`StoreError`] in one function; no type of the driver leaves the crate.
//! 8. Run the contract suite (`contract::run`, feature `testing`) on it, and kill the process in the middle of appends.

pub mod catalogue;
#[cfg(feature = "testing")]
pub mod contract;
mod error;
pub mod log;
pub mod media;
pub mod memory;
pub mod snapshot;
pub mod writer;

pub use catalogue::{
    Catalogue, CreateRoom, InvitationRecord, PutInvitation, PutQuiz, QuizRecord, QuizSummary, RoomRecord,
};
pub use error::{ErrorKind, StoreError};
pub use log::{Append, Appended, Page, Record, RoomLog};
pub use media::{Media, MediaId, MediaRecord, PutMedia};
pub use memory::MemoryStore;
pub use snapshot::{Snapshot, Snapshots};
pub use writer::{AppendError, Writer, WriterConfig, WriterStats};

/// A whole backend.
pub trait Store: RoomLog + Snapshots + Catalogue + Media {}

impl<T: RoomLog + Snapshots + Catalogue + Media> Store for T {}
