//! Why something failed.
//!
//! [`Error`] is what callers get; a refusal by the server is a [`Rejection`], the same from a stream's `Reply` and
//! from the status of a unary call.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use prost::{Message as _, Name as _};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use trivium_proto::v1::{self, GoAwayReason};

/// Why a call of the SDK failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused the request. Nothing happened.
    #[error("{0}")]
    Rejected(Box<Rejection>),
    /// The outbox holds as many unanswered commands as it takes.
    #[error("too many commands are without an answer")]
    OutboxFull,
    /// The session hears as many rooms as it can.
    #[error("too many rooms are heard")]
    TooManySubscriptions,
    /// The connection was lost, and the request is of a kind that is not worth sending again.
    #[error("the connection was lost")]
    Disconnected,
    /// A later subscription to the same room, or the end of it, took this one's place.
    #[error("another request took the place of this one")]
    Replaced,
    /// The session was closed by this client.
    #[error("the session is closed")]
    Closed,
    /// The server ended the session and does not want it back.
    #[error("the server ended the session ({reason:?}): {message}")]
    Ended {
        /// Why.
        reason: GoAwayReason,
        /// A sentence for people.
        message: String,
    },
    /// The server cannot be reached on this road. Sessions retry this by themselves.
    #[error(transparent)]
    Connect(Arc<ConnectError>),
    /// The server's answer makes no sense.
    #[error("the server broke the protocol: {0}")]
    Protocol(&'static str),
    /// The source of tokens has none.
    #[error("no token: {0}")]
    Token(String),
}

impl Error {
    /// The stable name of the server's reason, such as `QUESTION_CLOSED`; empty if it was not the server that refused.
    pub fn reason(&self) -> &str {
        if let Self::Rejected(rejection) = self {
            &rejection.reason
        } else {
            ""
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Rejected(Box::new(Rejection::from(status)))
    }
}

impl From<v1::Error> for Error {
    fn from(error: v1::Error) -> Self {
        Self::Rejected(Box::new(Rejection::from(error)))
    }
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        Self::Connect(Arc::new(error))
    }
}

/// A refusal by the server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code:?} {reason})")]
pub struct Rejection {
    /// The gRPC status code.
    pub code: Code,
    /// The stable name of the reason in UPPER_SNAKE_CASE, by which programs decide; may be empty.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// What the reason is about.
    pub metadata: HashMap<String, String>,
    /// Which fields broke which rule: path and description.
    pub field_violations: Vec<(String, String)>,
    /// How long to wait before the same request can succeed.
    pub retry_after: Option<Duration>,
    /// With `STALE_DEVICES`: the devices that there are, by the server's word. A call has them only if they are few.
    pub current_devices: Vec<v1::Device>,
}

impl From<v1::Error> for Rejection {
    fn from(error: v1::Error) -> Self {
        let retry_after = Duration::from_millis(error.retry_after_ms.into());
        Self {
            code: i32::try_from(error.code).map_or(Code::Unknown, Code::from),
            reason: error.reason,
            message: error.message,
            metadata: error.metadata,
            field_violations: error
                .field_violations
                .into_iter()
                .map(|rule| (rule.field, rule.description))
                .collect(),
            retry_after: Some(retry_after).filter(|delay| !delay.is_zero()),
            current_devices: error.current_devices.map(|current| current.devices).unwrap_or_default(),
        }
    }
}

impl From<Status> for Rejection {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info().cloned();
        let violations = details
            .bad_request()
            .map(|request| request.field_violations.clone())
            .unwrap_or_default();
        let (reason, metadata) = info.map(|info| (info.reason, info.metadata)).unwrap_or_default();
        Self {
            code: status.code(),
            reason,
            message: status.message().to_owned(),
            metadata,
            field_violations: violations
                .into_iter()
                .map(|rule| (rule.field, rule.description))
                .collect(),
            retry_after: details.retry_info().and_then(|retry| retry.retry_delay),
            current_devices: current_devices(&status),
        }
    }
}

/// The detail of a status that has devices.
fn current_devices(status: &Status) -> Vec<v1::Device> {
    let whole = tonic_types::Status::decode(status.details()).unwrap_or_default();
    let found = whole
        .details
        .iter()
        .find(|detail| detail.type_url == v1::CurrentDevices::type_url());
    let current = found.and_then(|detail| v1::CurrentDevices::decode(detail.value.as_slice()).ok());
    current.map(|current| current.devices).unwrap_or_default()
}

/// Why a road does not lead to the server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is not an `http` or `https` URL.
    #[error("not a URL of a server: {0}")]
    Url(String),
    /// A certificate authority or a certificate hash cannot be read.
    #[error("not a certificate: {0}")]
    Certificate(String),
    /// The server does not say where its WebTransport road is.
    #[error("the server offers no WebTransport: {0}")]
    Discovery(String),
    /// The WebTransport session did not open.
    #[error(transparent)]
    WebTransport(#[from] trivium_transport::client::ConnectError),
    /// The TCP connection did not open.
    #[error("cannot connect: {0}")]
    Tcp(#[from] tonic::transport::Error),
    /// The road did not open in time.
    #[error("no connection in time")]
    TimedOut,
    /// Said by a connector of the application's own.
    #[error("{0}")]
    Other(String),
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_refusal_is_the_same_from_a_reply_and_from_a_status() {
        let metadata = HashMap::from([("room_id".to_owned(), "r1".to_owned())]);
        let mut details = ErrorDetails::new();
        details
            .set_error_info("SLOW_MODE", "trivium", metadata.clone())
            .add_bad_request_violation("text", "is too long")
            .set_retry_info(Some(Duration::from_millis(1_500)));
        let status = Status::with_error_details(Code::ResourceExhausted, "wait a little", details);
        let reply = v1::Error {
            code: 8,
            reason: "SLOW_MODE".to_owned(),
            message: "wait a little".to_owned(),
            metadata,
            field_violations: vec![v1::FieldViolation {
                field: "text".to_owned(),
                description: "is too long".to_owned(),
            }],
            retry_after_ms: 1_500,
            ..v1::Error::default()
        };
        let rejection = Rejection::from(reply);
        assert_eq!(Rejection::from(status), rejection);
        assert_eq!(rejection.code, Code::ResourceExhausted);
        assert_eq!(rejection.retry_after, Some(Duration::from_millis(1_500)));
    }
}
