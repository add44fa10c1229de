//! The catalogue in the tables `rooms`, `invitations`, `quizzes` and `quiz_revisions`.
//!
//! Neighbours: [`rows`] reads their columns; [`primary`](crate::primary) runs what changes them.

mod invitation;
mod quiz;
pub(crate) mod room;

use async_trait::async_trait;
use sqlx::{
    Sqlite, SqlitePool,
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};
use trivium_engine::{QuizId, RoomId, Timestamp, UserId};
use trivium_store::{
    Catalogue, CreateRoom, InvitationRecord, PutInvitation, PutQuiz, QuizRecord, QuizSummary, RoomRecord, StoreError,
    catalogue::{MAX_LIST, check_time},
};

use crate::{SqliteStore, rows, store_error};

pub(crate) type Statement = Query<'static, Sqlite, SqliteArguments>;

impl SqliteStore {
    /// Runs one statement in a transaction and tells how many rows it changed.
    async fn change(&self, statement: Statement) -> Result<u64, StoreError> {
        let done = self
            .primary
            .write(move |tx| Box::pin(async move { statement.execute(tx).await.map_err(store_error) }));
        Ok(done.await?.rows_affected())
    }
}

#[async_trait]
impl Catalogue for SqliteStore {
    async fn create_room(&self, room: &RoomRecord) -> Result<CreateRoom, StoreError> {
        room.check()?;
        let room = room.clone();
        self.primary
            .write(move |tx| Box::pin(async move { room::create(tx, &room).await }))
            .await
    }

    async fn room(&self, id: &RoomId) -> Result<Option<RoomRecord>, StoreError> {
        find(&self.readers, room::by_id(id), rows::room).await
    }

    async fn room_by_code(&self, code: &str) -> Result<Option<RoomRecord>, StoreError> {
        find(&self.readers, room::by_code(code), rows::room).await
    }

    async fn put_invitation(&self, invitation: &InvitationRecord, now: Timestamp) -> Result<PutInvitation, StoreError> {
        invitation.check()?;
        let invitation = invitation.clone();
        self.primary
            .write(move |tx| Box::pin(async move { invitation::put(tx, &invitation, now).await }))
            .await
    }

    async fn delete_invitation(&self, code: &str) -> Result<bool, StoreError> {
        Ok(self.change(invitation::delete(code)).await? > 0)
    }

    async fn close_room(&self, id: &RoomId, at: Timestamp) -> Result<bool, StoreError> {
        check_time(at)?;
        let id = id.clone();
        self.primary
            .write(move |tx| Box::pin(async move { room::close(tx, &id, at).await }))
            .await
    }

    async fn open_rooms(&self, after: Option<&RoomId>, limit: u32) -> Result<Vec<RoomRecord>, StoreError> {
        let statement = room::open(after.map(RoomId::as_str));
        list(&self.readers, statement, limit, rows::room).await
    }

    async fn delete_room(&self, id: &RoomId) -> Result<bool, StoreError> {
        let id = id.clone();
        self.primary
            .write(move |tx| Box::pin(async move { room::delete(tx, &id).await }))
            .await
    }

    async fn put_quiz(&self, quiz: &QuizRecord) -> Result<PutQuiz, StoreError> {
        quiz.check()?;
        let quiz = quiz.clone();
        self.primary
            .write(move |tx| Box::pin(async move { quiz::put(tx, &quiz).await }))
            .await
    }

    async fn quiz(&self, id: &QuizId, revision: Option<u32>) -> Result<Option<QuizRecord>, StoreError> {
        let statement = match revision {
            Some(revision) => quiz::revision(id, revision),
            None => quiz::newest(id),
        };
        find(&self.readers, statement, rows::quiz).await
    }

    async fn list_quizzes(
        &self,
        owner: Option<&UserId>,
        after: Option<&QuizId>,
        limit: u32,
    ) -> Result<Vec<QuizSummary>, StoreError> {
        let statement = quiz::listed(owner, after.map(QuizId::as_str));
        list(&self.readers, statement, limit, rows::quiz_summary).await
    }

    async fn archive_quiz(&self, id: &QuizId, at: Timestamp) -> Result<bool, StoreError> {
        check_time(at)?;
        Ok(self.change(quiz::archive(id, at)).await? > 0)
    }
}

async fn find<T>(
    readers: &SqlitePool,
    statement: Statement,
    read: fn(&SqliteRow) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let row = statement.fetch_optional(readers).await.map_err(store_error)?;
    row.as_ref().map(read).transpose()
}

/// The statement's last parameter is the limit.
async fn list<T>(
    readers: &SqlitePool,
    statement: Statement,
    limit: u32,
    read: fn(&SqliteRow) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let statement = statement.bind(limit.min(MAX_LIST));
    let rows = statement.fetch_all(readers).await.map_err(store_error)?;
    rows.iter().map(read).collect()
}
