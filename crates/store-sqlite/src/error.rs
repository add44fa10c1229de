//! The one place where errors of sqlx become errors of the port.
//!
//! Neighbours: everything that runs a statement maps its error here.

use trivium_store::{ErrorKind, StoreError};

/// SQLite's result codes, without what they are extended by in the upper bits.
mod code {
    pub(super) const CORRUPT: u32 = 11;
    pub(super) const FULL: u32 = 13;
    pub(super) const TOOBIG: u32 = 18;
    pub(super) const CONSTRAINT: u32 = 19;
    pub(super) const MISMATCH: u32 = 20;
    pub(super) const NOTADB: u32 = 26;
}

/// What sqlx reports, as the port says it.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    StoreError::new(kind(&error), error)
}

/// A row that this crate cannot have written.
pub(crate) fn corrupt(what: &str) -> StoreError {
    StoreError::corrupt(what.to_owned())
}

fn kind(error: &sqlx::Error) -> ErrorKind {
    use sqlx::Error::{ColumnDecode, ColumnIndexOutOfBounds, ColumnNotFound, Decode, RowNotFound};
    if let Some(error) = error.as_database_error() {
        let extended = error.code().and_then(|code| code.parse::<u32>().ok());
        return match extended.map(|code| code & 0xff) {
            Some(code::FULL) => ErrorKind::Full,
            Some(code::TOOBIG) => ErrorKind::Invalid,
            // Constraints are checked before writing, so a breach comes from rows that were there.
            Some(code::CORRUPT | code::NOTADB | code::CONSTRAINT | code::MISMATCH) => ErrorKind::Corrupt,
            _ => ErrorKind::Unavailable,
        };
    }
    let unreadable = matches!(
        error,
        ColumnDecode { .. } | ColumnIndexOutOfBounds { .. } | ColumnNotFound(_) | Decode(_) | RowNotFound
    );
    if unreadable {
        ErrorKind::Corrupt
    } else {
        ErrorKind::Unavailable
    }
}
