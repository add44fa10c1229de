//! The catalogue: which rooms and quizzes there are, for finding and listing them.
//!
//! Neighbours: what happens inside a room is in its [`log`](crate::log). Nothing here is needed to replay one.

use async_trait::async_trait;
use bytes::Bytes;
use trivium_engine::{QuizId, RoomId, Timestamp, UserId};

use crate::{StoreError, log::MAX_SEQ};

/// Most entries that one listing returns, whatever limit it is given.
pub const MAX_LIST: u32 = 1_000;
/// Longest title, code or kind of room, in bytes.
pub const MAX_TEXT: usize = 1_024;
/// Longest [`QuizRecord::body`], in bytes.
pub const MAX_QUIZ: usize = 16 * 1024 * 1024;

/// A room as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRecord {
    /// Its name, for ever.
    pub id: RoomId,
    /// Tells this room's log from that of an earlier room of the same name.
    pub epoch: u64,
    /// What people type to join it while it is open. No two open rooms have the same.
    pub code: Option<String>,
    /// Which policy it was made with; opaque to the store.
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// Whose list it appears in.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was closed; `None` while it is open.
    pub closed_at: Option<Timestamp>,
}

impl RoomRecord {
    /// Refuses what no backend may store. Every [`Catalogue::create_room`] calls it first.
    pub fn check(&self) -> Result<(), StoreError> {
        check_text(&self.kind)?;
        check_text(&self.title)?;
        check_text(self.code.as_deref().unwrap_or_default())?;
        check_time(self.created_at)?;
        check_time(self.closed_at.unwrap_or_default())?;
        if self.closed_at.is_some() && self.code.is_some() {
            return Err(StoreError::invalid("a closed room has no code"));
        }
        Ok(())
    }
}

/// What became of a [`Catalogue::create_room`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateRoom {
    /// It is there now.
    Created,
    /// A room of that id was there and is unchanged; here it is.
    Exists(RoomRecord),
    /// Another open room has the code, or an invitation has; nothing is written.
    CodeTaken,
}

/// A code beside a room's own, by which the room is found too. Whether it is good for anything, the room knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRecord {
    /// What people type.
    pub code: String,
    /// Where it leads.
    pub room: RoomId,
    /// When it may be forgotten.
    pub expires_at: Timestamp,
}

impl InvitationRecord {
    /// Refuses what no backend may store. Every [`Catalogue::put_invitation`] calls it first.
    pub fn check(&self) -> Result<(), StoreError> {
        check_text(&self.code)?;
        check_time(self.expires_at)
    }
}

/// What became of a [`Catalogue::put_invitation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutInvitation {
    /// It is there, by this call or by an earlier one for the same room.
    Stored,
    /// The code leads to another room, or is the join code of one; nothing is written.
    Taken,
    /// There is no such room that is open; nothing is written.
    NoRoom,
}

/// One revision of a quiz. Revisions are immutable: a room that plays one is not changed by a later edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizRecord {
    /// Its name, the same for all revisions.
    pub id: QuizId,
    /// The first is 1; each is one more than the one before.
    pub revision: u32,
    /// Whose quiz this revision is.
    pub owner: UserId,
    /// What people call it.
    pub title: String,
    /// Number of its questions, for lists.
    pub questions: u32,
    /// When this revision was made.
    pub created_at: Timestamp,
    /// Opaque to the store. At most [`MAX_QUIZ`] bytes.
    pub body: Bytes,
}

impl QuizRecord {
    /// Refuses what no backend may store. Every [`Catalogue::put_quiz`] calls it first.
    pub fn check(&self) -> Result<(), StoreError> {
        check_text(&self.title)?;
        check_time(self.created_at)?;
        if self.body.len() > MAX_QUIZ {
            return Err(StoreError::invalid("the quiz is too large"));
        }
        Ok(())
    }

    /// Whether putting `self` after `stored` is a retry of the same thing. The time is not compared, as a server stamps each try.
    pub fn repeats(&self, stored: &Self) -> bool {
        let Self {
            id,
            revision,
            owner,
            title,
            questions,
            created_at: _,
            body,
        } = self;
        (id, revision, owner, title, questions, body)
            == (
                &stored.id,
                &stored.revision,
                &stored.owner,
                &stored.title,
                &stored.questions,
                &stored.body,
            )
    }

    /// The record without its body.
    pub fn summary(&self) -> QuizSummary {
        QuizSummary {
            id: self.id.clone(),
            revision: self.revision,
            owner: self.owner.clone(),
            title: self.title.clone(),
            questions: self.questions,
            created_at: self.created_at,
        }
    }
}

/// The newest revision of a quiz as lists show it: a [`QuizRecord`] without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizSummary {
    /// See [`QuizRecord::id`].
    pub id: QuizId,
    /// See [`QuizRecord::revision`].
    pub revision: u32,
    /// See [`QuizRecord::owner`].
    pub owner: UserId,
    /// See [`QuizRecord::title`].
    pub title: String,
    /// See [`QuizRecord::questions`].
    pub questions: u32,
    /// See [`QuizRecord::created_at`].
    pub created_at: Timestamp,
}

/// What became of a [`Catalogue::put_quiz`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutQuiz {
    /// It is there, by this call or by an earlier identical one.
    Stored,
    /// It is not the revision after `latest`; nothing is written.
    Conflict {
        /// The newest revision; 0 if there is none.
        latest: u32,
    },
}

/// Lists of rooms and quizzes. All listings are in the order of the id; the next page begins after the last id of this one,
/// and the end is a page with nothing in it.
#[async_trait]
pub trait Catalogue: Send + Sync + 'static {
    /// Enters a room. Idempotent by its id.
    async fn create_room(&self, room: &RoomRecord) -> Result<CreateRoom, StoreError>;

    /// The room of that id, open or closed.
    async fn room(&self, id: &RoomId) -> Result<Option<RoomRecord>, StoreError>;

    /// The open room that has the code, byte for byte, as its own or as that of an invitation.
    async fn room_by_code(&self, code: &str) -> Result<Option<RoomRecord>, StoreError>;

    /// Enters an invitation to an open room, and forgets those to any room that have expired by `now`.
    async fn put_invitation(&self, invitation: &InvitationRecord, now: Timestamp) -> Result<PutInvitation, StoreError>;

    /// Forgets an invitation. False if there is none.
    async fn delete_invitation(&self, code: &str) -> Result<bool, StoreError>;

    /// Closes a room and takes its code and its invitations away, so that others may have the codes. A room that is closed
    /// keeps its time. False if there is no such room.
    async fn close_room(&self, id: &RoomId, at: Timestamp) -> Result<bool, StoreError>;

    /// All open rooms: those in which a deadline may have passed while no server ran.
    async fn open_rooms(&self, after: Option<&RoomId>, limit: u32) -> Result<Vec<RoomRecord>, StoreError>;

    /// Deletes a room's record, invitations, files, log and snapshot, and what the directory knows of it, in one
    /// transaction. False if none of them was there.
    async fn delete_room(&self, id: &RoomId) -> Result<bool, StoreError>;

    /// Stores a new revision of a quiz: the one after the newest. The newest itself again, unchanged, is also success.
    /// A new revision of an archived quiz brings it back to the lists.
    async fn put_quiz(&self, quiz: &QuizRecord) -> Result<PutQuiz, StoreError>;

    /// That revision, or the newest. Archived ones too: a room that plays one must not lose it.
    async fn quiz(&self, id: &QuizId, revision: Option<u32>) -> Result<Option<QuizRecord>, StoreError>;

    /// The newest revision of each quiz that is not archived: those whose newest revision is `owner`'s, or all.
    async fn list_quizzes(
        &self,
        owner: Option<&UserId>,
        after: Option<&QuizId>,
        limit: u32,
    ) -> Result<Vec<QuizSummary>, StoreError>;

    /// Takes a quiz out of the lists. One that is archived keeps its time. False if there is no such quiz.
    async fn archive_quiz(&self, id: &QuizId, at: Timestamp) -> Result<bool, StoreError>;
}

/// Refuses a text that no backend may store: too long, or with a NUL, which some databases cannot hold.
pub fn check_text(text: &str) -> Result<(), StoreError> {
    if text.len() > MAX_TEXT || text.contains('\0') {
        return Err(StoreError::invalid("a text is too long or contains NUL"));
    }
    Ok(())
}

/// Refuses a time that not every backend's integers hold.
pub fn check_time(at: Timestamp) -> Result<(), StoreError> {
    if at.0 > MAX_SEQ {
        return Err(StoreError::invalid("a time is out of range"));
    }
    Ok(())
}
