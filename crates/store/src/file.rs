//! Files: what members have brought to a room, so that messages there can be sent with it.
//!
//! Neighbours: [`media`](crate::media) has the pictures of quizzes, which everybody may see who knows their names; a file belongs
//! to a room, and the service asks the room before it gives one out. Deleting a room takes its files with it.

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use bytes::Bytes;
use trivium_engine::{RoomId, Timestamp, UserId};

use crate::{
    StoreError,
    catalogue::{check_text, check_time},
};

/// Longest [`FileRecord::body`], in bytes.
pub const MAX_FILE: usize = 32 * 1024 * 1024;
/// Most files that one call attaches or sweeps.
pub const MAX_BATCH: usize = 100;

/// A name that the server has given: 26 lower-case letters and digits, good for the room of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(String);

impl FileId {
    /// Characters of a name.
    pub const LEN: usize = 26;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is no [`FileId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("files are named by 26 lower-case letters and digits")]
pub struct InvalidFileId;

impl FromStr for FileId {
    type Err = InvalidFileId;

    fn from_str(text: &str) -> Result<Self, InvalidFileId> {
        let is_name = text.len() == Self::LEN && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z'));
        if is_name {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidFileId)
        }
    }
}

/// What is known of a file without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// Its name in the room.
    pub id: FileId,
    /// The room that it belongs to.
    pub room: RoomId,
    /// Who brought it, and whose quota it counts against.
    pub owner: UserId,
    /// Its name for people; no path.
    pub name: String,
    /// What the bytes are, such as `image/png`.
    pub content_type: String,
    /// How many bytes there are.
    pub bytes: u64,
    /// Width and height in pixels, of a picture.
    pub size: Option<(u32, u32)>,
    /// When it came.
    pub created_at: Timestamp,
    /// Whether a message was sent with it. What is in no message is swept some time later.
    pub attached: bool,
}

/// A file with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// What is known of it.
    pub info: FileInfo,
    /// At most [`MAX_FILE`] bytes, and at least one.
    pub body: Bytes,
}

impl FileRecord {
    /// Refuses what no backend may store. Every [`Files::put_file`] calls it first.
    pub fn check(&self) -> Result<(), StoreError> {
        check_text(&self.info.name)?;
        check_text(&self.info.content_type)?;
        check_time(self.info.created_at)?;
        if self.body.is_empty() || self.body.len() > MAX_FILE {
            return Err(StoreError::invalid("the file is empty or too large"));
        }
        if self.info.bytes != self.body.len() as u64 {
            return Err(StoreError::invalid("the file is not as long as it says"));
        }
        if self.info.attached {
            return Err(StoreError::invalid("a file that has just come is in no message"));
        }
        Ok(())
    }
}

/// Most bytes that files may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileQuota {
    /// All files of one user, in whatever rooms.
    pub per_user: u64,
    /// All files of one room, of whatever users.
    pub per_room: u64,
}

/// What became of a [`Files::put_file`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutFile {
    /// It is there.
    Stored,
    /// There is one of that name; nothing is written.
    Taken,
    /// The user would have more than the quota; nothing is written.
    UserFull {
        /// Bytes that the user has.
        used: u64,
    },
    /// The room would have more than the quota; nothing is written.
    RoomFull {
        /// Bytes that the room has.
        used: u64,
    },
}

/// Files by room and name.
#[async_trait]
pub trait Files: Send + Sync + 'static {
    /// Stores a file under a new name, within the quota.
    async fn put_file(&self, file: &FileRecord, quota: FileQuota) -> Result<PutFile, StoreError>;

    /// The file of that name in that room.
    async fn file(&self, room: &RoomId, id: &FileId) -> Result<Option<FileRecord>, StoreError>;

    /// Marks files of a user's in a room as attached, all of them or, if one is not there, none. Tells them in the order asked;
    /// none where none was marked. At most [`MAX_BATCH`] names. Files that are attached already may be attached again.
    async fn attach_files(
        &self,
        room: &RoomId,
        owner: &UserId,
        ids: &[FileId],
    ) -> Result<Option<Vec<FileInfo>>, StoreError>;

    /// Deletes files that came before a time and are in no message: the oldest, at most [`MAX_BATCH`]. Tells how many.
    async fn sweep_files(&self, before: Timestamp) -> Result<usize, StoreError>;

    /// The bytes of all files of a user, and of a room.
    async fn file_bytes(&self, owner: &UserId, room: &RoomId) -> Result<(u64, u64), StoreError>;
}

/// Refuses more names than one call takes.
pub fn check_batch(ids: &[FileId]) -> Result<(), StoreError> {
    if ids.len() > MAX_BATCH {
        return Err(StoreError::invalid("too many files at once"));
    }
    Ok(())
}
