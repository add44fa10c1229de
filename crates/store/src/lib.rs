//! Storage ports: the room log, snapshots, the catalogue, media and files, with a memory backend and the contract suite.
//!
//! ```text
//!  room tasks ──Append──▶ Writer ──one transaction──▶ RoomLog      the truth; (room, seq) is the fence
//!                                                     Directory    who is where, and what can be found there
//!                                                     Snapshots    a cache of it
//!  services ────────────────────────────────────────▶ Catalogue    what can be listed and found
//!                                                     Media        pictures by the hash of their content
//!                                                     Files        what members brought to rooms
//! ```
//!
//! # The next backend
//!
//! 1. Make a crate `trivium-store-NAME` that depends on this one; only the server knows it.
//! 2. Implement [`RoomLog`], [`Snapshots`], [`Catalogue`], [`Directory`], [`Media`], [`Files`] and [`Store`] for one type.
//!    They share a database, because appends and [`Catalogue::delete_room`] span them. Searches compare [`words`].
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
pub mod directory;
mod error;
pub mod file;
pub mod log;
pub mod media;
pub mod memory;
pub mod projection;
pub mod snapshot;
mod words;
pub mod writer;

use async_trait::async_trait;

pub use catalogue::{
    Catalogue, CreateRoom, InvitationRecord, PutInvitation, PutQuiz, QuizRecord, QuizSummary, RoomRecord,
};
pub use directory::{Directory, Idle, MessageHit, MessageSearch, RoomCard, RoomSearch, Scope};
pub use error::{ErrorKind, StoreError};
pub use file::{FileId, FileInfo, FileQuota, FileRecord, Files, PutFile};
pub use log::{Append, Appended, Page, Record, RoomLog};
pub use media::{Media, MediaId, MediaRecord, PutMedia};
pub use memory::MemoryStore;
pub use projection::{Face, Membership, Projection, Text};
pub use snapshot::{Snapshot, Snapshots};
pub use words::{MAX_QUERY_WORDS, MAX_WORD, Query, words};
pub use writer::{AppendError, Writer, WriterConfig, WriterStats};

/// A whole backend.
#[async_trait]
pub trait Store: RoomLog + Snapshots + Catalogue + Directory + Media + Files {
    /// Leaves everything in good order. Whatever is asked afterwards is refused, or forgotten.
    ///
    /// Not needed for durability: a store that is merely dropped, or killed, loses nothing that was acknowledged.
    ///
    /// # Errors
    ///
    /// It is not in good order, and durable all the same.
    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
