//! Media: pictures that quizzes show, each stored once and named by its content.
//!
//! Neighbours: quizzes in the [`catalogue`](crate::catalogue) mention them by their URL only, so the store cannot know which of
//! them are still in use, and nothing takes one away.

use std::{fmt, fmt::Write as _, str::FromStr};

use async_trait::async_trait;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use trivium_engine::{Timestamp, UserId};

use crate::{
    StoreError,
    catalogue::{check_text, check_time},
};

/// Longest [`MediaRecord::body`], in bytes.
pub const MAX_MEDIA: usize = 16 * 1024 * 1024;
/// Bytes of the hash that make a name.
const NAME_BYTES: usize = 16;

/// The first 128 bits of the SHA-256 of the bytes, as 32 lower-case hexadecimal digits. Who knows it may read them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaId(String);

impl MediaId {
    /// The name of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let hash = Sha256::digest(bytes);
        let mut name = String::with_capacity(2 * NAME_BYTES);
        for byte in &hash[..NAME_BYTES] {
            write!(name, "{byte:02x}").expect("writing into a string does not fail");
        }
        Self(name)
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MediaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no [`MediaId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("media is named by 32 lower-case hexadecimal digits")]
pub struct InvalidMediaId;

impl FromStr for MediaId {
    type Err = InvalidMediaId;

    fn from_str(text: &str) -> Result<Self, InvalidMediaId> {
        let is_name =
            text.len() == 2 * NAME_BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_name {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidMediaId)
        }
    }
}

/// One picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRecord {
    /// The name of `body`; see [`MediaId::of`].
    pub id: MediaId,
    /// What the bytes are, such as `image/png`.
    pub content_type: String,
    /// Who brought it first, and whose quota it counts against.
    pub owner: UserId,
    /// When that was.
    pub created_at: Timestamp,
    /// At most [`MAX_MEDIA`] bytes, and at least one.
    pub body: Bytes,
}

impl MediaRecord {
    /// Refuses what no backend may store. Every [`Media::put_media`] calls it first.
    pub fn check(&self) -> Result<(), StoreError> {
        check_text(&self.content_type)?;
        check_time(self.created_at)?;
        if self.body.is_empty() || self.body.len() > MAX_MEDIA {
            return Err(StoreError::invalid("the media is empty or too large"));
        }
        if self.id != MediaId::of(&self.body) {
            return Err(StoreError::invalid("the media is not what its name says"));
        }
        Ok(())
    }
}

/// What became of a [`Media::put_media`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutMedia {
    /// It is there, by this call or by an earlier one of whomever.
    Stored,
    /// The owner would have more than the quota; nothing is written.
    QuotaExceeded {
        /// Bytes that the owner has.
        used: u64,
    },
}

/// Pictures by name.
#[async_trait]
pub trait Media: Send + Sync + 'static {
    /// Stores media unless it is there; then the record stays as it is, and nobody's quota is touched.
    /// `quota` is the most bytes that the owner may have with it.
    async fn put_media(&self, media: &MediaRecord, quota: u64) -> Result<PutMedia, StoreError>;

    /// The media of that name.
    async fn media(&self, id: &MediaId) -> Result<Option<MediaRecord>, StoreError>;

    /// The bytes of all media that somebody brought first.
    async fn media_bytes(&self, owner: &UserId) -> Result<u64, StoreError>;
}
