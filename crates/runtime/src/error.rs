//! Why the runtime did not do what it was asked.

use std::time::Duration;

use trivium_engine::Reject;
use trivium_store::StoreError;

/// Why a command or a query failed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The room refused. Nothing happened.
    #[error(transparent)]
    Reject(#[from] Reject),
    /// The request id has been used for another command. Nothing happened.
    #[error("the request id has been used for something else")]
    RequestReused,
    /// The room is not in the catalogue.
    #[error("there is no such room")]
    NoSuchRoom,
    /// A queue is full. Nothing happened; try again after the delay.
    #[error("overloaded")]
    Overloaded {
        /// How long to wait at least.
        retry_after: Duration,
    },
    /// The store failed, or the room was handed over. It is not known whether the command took effect: repeat it with
    /// the same request id.
    #[error("the room is not available")]
    Unavailable,
    /// The log cannot be read.
    #[error("the room's log is damaged")]
    Corrupt(String),
    /// The server is shutting down.
    #[error("shutting down")]
    ShuttingDown,
}

impl From<StoreError> for ExecuteError {
    fn from(error: StoreError) -> Self {
        match error.kind() {
            trivium_store::ErrorKind::Corrupt => Self::Corrupt(error.to_string()),
            trivium_store::ErrorKind::Unavailable
            | trivium_store::ErrorKind::Full
            | trivium_store::ErrorKind::Invalid => Self::Unavailable,
        }
    }
}
