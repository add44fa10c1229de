//! Bytes that say one thing in one way: every text and every byte string has its length before it.
//!
//! Neighbours: whatever is signed, hashed or bound in [`envelope`](super::envelope), [`keys`](super::keys),
//! [`log`](super::log) and [`safety`](super::safety) is put together here.

/// A byte string that begins with what it is for.
#[derive(Debug, Clone, Default)]
pub(super) struct Statement(Vec<u8>);

impl Statement {
    pub(super) fn new(domain: &str) -> Self {
        Self::default().text(domain)
    }

    /// Adds a text.
    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds bytes with their length.
    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        self.count(bytes.len()).raw(bytes)
    }

    /// Adds bytes whose length is fixed.
    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds a number in eight bytes.
    pub(super) fn number(self, number: u64) -> Self {
        self.raw(&number.to_be_bytes())
    }

    /// Adds a count in four bytes.
    pub(super) fn count(self, count: usize) -> Self {
        // What comes from the server is bounded by its rules, and what goes there too.
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.raw(&count.to_be_bytes())
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

/// A time of the wire as it is hashed; none is before 1970.
pub(super) fn millis(time_ms: i64) -> u64 {
    u64::try_from(time_ms).unwrap_or_default()
}
