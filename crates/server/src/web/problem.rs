//! What goes wrong over plain HTTP: a status, and JSON with a stable reason and a sentence, as gRPC's errors have them.
//!
//! Neighbours: `trivium_api::error` has the table of failures that both share.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tonic::Code;
use trivium_api::ApiError;

/// A refusal or a failure.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    body: Told,
    retry_after: Option<Duration>,
}

#[derive(Debug, Serialize)]
struct Told {
    /// Stable, for programs.
    reason: &'static str,
    /// For people who write programs.
    message: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            body: Told {
                reason,
                message: message.into(),
            },
            retry_after: None,
        }
    }

    /// A failure that the service has a name for.
    pub(super) fn of(error: &ApiError) -> Self {
        let outline = error.outline();
        let status = match outline.code {
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition => StatusCode::BAD_REQUEST,
            Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
            Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            Code::Ok | Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self {
            retry_after: outline.retry_after,
            ..Self::new(status, outline.reason, outline.message)
        }
    }

    pub(super) fn retry_after(self, span: Duration) -> Self {
        Self {
            retry_after: Some(span),
            ..self
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(span) = self.retry_after {
            // Whole seconds are all that the header can say.
            let seconds = span.as_millis().div_ceil(1_000).max(1);
            headers.extend(HeaderValue::from_str(&seconds.to_string()).map(|value| (header::RETRY_AFTER, value)));
        }
        response
    }
}
