//! Private messages, end to end: what only the devices of their readers can open.
//!
//! ```text
//!  DeviceKeys (file, 0600) ──┐
//!  Directory: who has which devices, as each user's key log says; what changed is told
//!        └── Sealer: register · send · open · ask_again · safety_number
//!                      │ envelope: HPKE per device, one signature over all of it
//! ```
//!
//! Every byte stands in `docs/end-to-end.md`, with what this does not protect. [`Sealer`] is what applications use;
//! [`envelope`], [`log`] and [`safety`] are pure.

mod bytes;
pub mod directory;
pub mod envelope;
mod error;
mod file;
pub mod keys;
pub mod log;
pub mod safety;
mod sealer;

pub use directory::{Directory, News};
pub use envelope::{Context, Opened};
pub use error::{SealError, Unreadable};
pub use keys::DeviceKeys;
pub use log::{KeyLog, Rewritten};
pub use safety::safety_number;
pub use sealer::{Sealer, Sent};
