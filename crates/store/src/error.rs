//! What can go wrong in any backend, without naming one.
//!
//! Neighbours: the ports in [`log`](crate::log), [`snapshot`](crate::snapshot) and [`catalogue`](crate::catalogue) return it.

use std::{error::Error, fmt, sync::Arc};

/// A failure of the storage itself. "Not there", "somebody was first" and the like are values, not errors.
///
/// Cheap to clone: one failed transaction is reported to everybody who had a part in it.
#[derive(Debug, Clone)]
pub struct StoreError {
    kind: ErrorKind,
    source: Arc<dyn Error + Send + Sync>,
}

/// What a caller may do about a [`StoreError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The storage does not answer, is locked, or its disk failed. Trying again later may help.
    Unavailable,
    /// The disk or a quota is exhausted. Trying again helps once somebody made room.
    Full,
    /// What was read is not what was written. Trying again does not help.
    Corrupt,
    /// The caller asked for something that no backend stores: a gap in a log, a body over the limit.
    Invalid,
}

impl StoreError {
    /// A failure of that kind with its cause.
    pub fn new(kind: ErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            kind,
            source: Arc::from(source.into()),
        }
    }

    /// Short for an error of kind [`ErrorKind::Unavailable`].
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Unavailable, source)
    }

    /// Short for an error of kind [`ErrorKind::Corrupt`].
    pub fn corrupt(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Corrupt, source)
    }

    /// Short for an error of kind [`ErrorKind::Invalid`].
    pub fn invalid(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Invalid, source)
    }

    /// What the caller may do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the same call can succeed later without anything else being changed by the caller.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ErrorKind::Unavailable | ErrorKind::Full => true,
            ErrorKind::Corrupt | ErrorKind::Invalid => false,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ErrorKind::Unavailable => "the storage is unavailable",
            ErrorKind::Full => "the storage is full",
            ErrorKind::Corrupt => "the storage is corrupt",
            ErrorKind::Invalid => "this cannot be stored",
        };
        write!(f, "{what}: {}", self.source)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        // The text above already contains the source's own, so the chain goes on below it.
        self.source.source()
    }
}
