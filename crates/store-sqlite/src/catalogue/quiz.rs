//! Statements on the tables `quizzes` and `quiz_revisions`.
//!
//! Neighbours: [`catalogue`](super) runs them.

use sqlx::SqliteConnection;
use trivium_engine::{QuizId, Timestamp, UserId};
use trivium_store::{PutQuiz, QuizRecord, StoreError};

use super::Statement;
use crate::{rows, store_error};

pub(super) async fn put(tx: &mut SqliteConnection, quiz: &QuizRecord) -> Result<PutQuiz, StoreError> {
    let newest = newest(&quiz.id).fetch_optional(&mut *tx).await.map_err(store_error)?;
    let newest = newest.as_ref().map(rows::quiz).transpose()?;
    if newest.as_ref().is_some_and(|newest| quiz.repeats(newest)) {
        return Ok(PutQuiz::Stored);
    }
    let latest = newest.map_or(0, |newest| newest.revision);
    if Some(quiz.revision) != latest.checked_add(1) {
        return Ok(PutQuiz::Conflict { latest });
    }
    sqlx::query(
        "INSERT INTO quizzes (id, revision, owner) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE
         SET revision = excluded.revision, owner = excluded.owner, archived_at = NULL",
    )
    .bind(quiz.id.as_str())
    .bind(quiz.revision)
    .bind(quiz.owner.as_str())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    sqlx::query(
        "INSERT INTO quiz_revisions (id, revision, owner, title, questions, created_at, body)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(quiz.id.as_str())
    .bind(quiz.revision)
    .bind(quiz.owner.as_str())
    .bind(quiz.title.as_str())
    .bind(quiz.questions)
    .bind(rows::signed(quiz.created_at.0))
    .bind(&quiz.body[..])
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(PutQuiz::Stored)
}

pub(super) fn revision(id: &QuizId, revision: u32) -> Statement {
    sqlx::query("SELECT * FROM quiz_revisions WHERE id = ? AND revision = ?")
        .bind(id.as_str())
        .bind(revision)
}

pub(super) fn newest(id: &QuizId) -> Statement {
    sqlx::query("SELECT * FROM quiz_revisions WHERE id = ? ORDER BY revision DESC LIMIT 1").bind(id.as_str())
}

/// Lacks its limit.
pub(super) fn listed(owner: Option<&UserId>, after: Option<&str>) -> Statement {
    let statement = match owner {
        Some(owner) => sqlx::query(
            "SELECT id, revision, q.owner, title, questions, created_at
             FROM quizzes AS q JOIN quiz_revisions USING (id, revision)
             WHERE archived_at IS NULL AND q.owner = ? AND id > ? ORDER BY id LIMIT ?",
        )
        .bind(owner.as_str()),
        None => sqlx::query(
            "SELECT id, revision, q.owner, title, questions, created_at
             FROM quizzes AS q JOIN quiz_revisions USING (id, revision)
             WHERE archived_at IS NULL AND id > ? ORDER BY id LIMIT ?",
        ),
    };
    statement.bind(after.unwrap_or_default())
}

pub(super) fn archive(id: &QuizId, at: Timestamp) -> Statement {
    sqlx::query("UPDATE quizzes SET archived_at = coalesce(archived_at, ?) WHERE id = ?")
        .bind(rows::signed(at.0))
        .bind(id.as_str())
}
