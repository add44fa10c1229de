//! How bytes come in over plain HTTP, and how the store is asked: what pictures and files of rooms have in common.
//!
//! Neighbours: [`media`](super::media) takes pictures for quizzes, [`files`](super::files) what is brought to rooms.

use std::{error::Error as _, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use http_body_util::LengthLimitError;
use tokio::time::timeout;
use trivium_api::ApiError;
use trivium_store::StoreError;

use super::problem::Problem;

/// How long the bytes of an upload may take to come.
const TIMEOUT: Duration = Duration::from_mins(1);
/// When to try again where uploads are too many or the store does not answer.
const SOON: Duration = Duration::from_secs(1);

/// What the client says that it is going to send; none if it does not say.
pub(super) fn announced(headers: &HeaderMap) -> Option<usize> {
    let told = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    told.parse().ok()
}

/// All bytes of an upload, or why there are not: too many, too late, or broken off.
pub(super) async fn receive(body: Body, max: usize, too_large: impl FnOnce() -> Problem) -> Result<Bytes, Problem> {
    match timeout(TIMEOUT, to_bytes(body, max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error))
            if error
                .source()
                .is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) =>
        {
            Err(too_large())
        }
        Ok(Err(_)) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "UPLOAD_BROKEN",
            "the upload did not come whole",
        )),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "UPLOAD_TIMEOUT",
            "the upload took too long to come",
        )),
    }
}

/// Too many uploads come in already.
pub(super) fn busy() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "BUSY",
        "too many uploads come in at once",
    )
    .retry_after(SOON)
}

/// A client that gives up must not cancel a query half way.
pub(super) async fn in_its_own_task<T: Send + 'static>(
    query: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::spawn(query).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            tracing::warn!(%error, "uploads");
            Err(Problem::of(&ApiError::from(error)))
        }
        Err(_) => Err(Problem::of(&ApiError::Internal("a task of uploads ended".to_owned()))),
    }
}
