//! Every failure, and the one place where failures become statuses.
//!
//! [`ApiError::outline`] is the table: code, reason, sentence, details. [`ApiError::status`] makes a gRPC status of it for
//! calls, [`ApiError::wire`] the `Error` message for streams; both say the same. `error/reject.rs` has the rows of what rooms
//! refuse.

mod reject;

use std::{collections::HashMap, time::Duration};

use prost::{Message, Name};
use prost_types::Any;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};
use trivium_engine::{Reject, chat::sealed::MAX_ENVELOPES, keys::Device};
use trivium_proto::{Violation, v1};
use trivium_runtime::ExecuteError;
use trivium_store::StoreError;

use crate::{
    auth::TokenError,
    convert::{Invalid, key},
    limits::RateLimited,
    statement::BadSignature,
};

/// The domain of every reason.
pub const DOMAIN: &str = "trivium";
/// Most broken rules that are told. Status details travel in headers, which clients bound.
const MAX_VIOLATIONS: usize = 64;
/// Most bytes of broken rules that are told.
const MAX_VIOLATION_BYTES: usize = 4_096;
/// Most bytes of devices that are told in a status.
const MAX_DEVICES_BYTES: usize = 4_096;
/// Longest path of a field that is told, in characters.
const MAX_FIELD: usize = 256;
/// Longest description of a broken rule that is told, in characters.
const MAX_DESCRIPTION: usize = 512;
/// Longest sentence for people, in characters.
const MAX_MESSAGE: usize = 1_024;
/// The longest delay that the wire can tell.
const MAX_RETRY: Duration = Duration::from_hours(24);
/// When to try again where nothing better is known.
const RETRY_SOON: Duration = Duration::from_secs(1);

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// The room refuses.
    Reject(Reject),
    /// There is no room that takes the caller in, for a reason that the caller may not know.
    RoomNotFound,
    /// Fields of the request break rules; at least one.
    Invalid(Vec<Violation>),
    /// The token is missing or bad.
    Token(TokenError),
    /// Guests may not do this.
    AccountNeeded,
    /// The token does not allow it.
    PermissionDenied,
    /// There is no such thing, or it is somebody else's.
    NotFound(Thing),
    /// The quiz has another revision than the request is based on.
    RevisionConflict {
        /// The newest revision.
        latest: u32,
    },
    /// The request id has been used for something else.
    RequestReused,
    /// Too often.
    RateLimited(RateLimited),
    /// A bound of the session is reached.
    TooMany(Bound),
    /// The format of a file is only read.
    FormatNotWritten,
    /// A format can hold none of the questions.
    NothingToWrite,
    /// A sealed message is not for exactly the devices that there are.
    StaleDevices(Vec<Device>),
    /// Nobody but the author has a device to seal for.
    NoDevices,
    /// A signature does not verify, or a key is not one.
    SignatureInvalid,
    /// The message does not belong here.
    Protocol(&'static str),
    /// The server cannot do it right now. It is not known whether a command took effect: repeat it with the same
    /// request id.
    Unavailable {
        /// How long to wait at least.
        retry_after: Duration,
    },
    /// The server is at fault. The text is for its logs and goes nowhere else.
    Internal(String),
}

/// What was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A quiz, or that revision of it.
    Quiz,
    /// A session.
    Session,
    /// A file of a room.
    File,
}

/// A bound that a session keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Unanswered requests on a stream.
    InFlight,
    /// Rooms heard by a session.
    Subscriptions,
    /// Bytes of a message.
    MessageBytes,
}

/// A failure as the wire tells it, before it takes the form of a status or of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Status code.
    pub code: Code,
    /// Stable name, in UPPER_SNAKE_CASE.
    pub reason: &'static str,
    /// A sentence for people.
    pub message: String,
    /// What the reason is about.
    pub metadata: Vec<(&'static str, String)>,
    /// Which fields broke which rule.
    pub violations: Vec<Violation>,
    /// How long to wait before the same request can succeed, if waiting helps.
    pub retry_after: Option<Duration>,
}

impl ApiError {
    /// What a caller is told who has no seat in the room and no grant for it. Whoever guesses codes learns nothing: a
    /// wrong code, an unknown room and rooms that are closed, locked or full all look the same.
    #[must_use]
    pub fn for_outsider(self) -> Self {
        let tells_too_much = matches!(
            self,
            Self::Reject(
                Reject::NoSuchRoom
                    | Reject::RoomClosed
                    | Reject::RoomLocked
                    | Reject::RoomFull
                    | Reject::LateJoinClosed
                    | Reject::WrongCode
                    | Reject::NotInvited
                    | Reject::NotMember
            )
        );
        if tells_too_much { Self::RoomNotFound } else { self }
    }

    /// The one table of failures.
    pub fn outline(&self) -> Outline {
        match self {
            Self::Reject(reject) => reject::outline(reject),
            Self::RoomNotFound => Outline::new(
                Code::NotFound,
                "ROOM_NOT_FOUND",
                "no such room takes you in: the code may be mistyped, the room closed, locked or full",
            ),
            Self::Invalid(violations) => Outline {
                violations: bounded(violations),
                ..Outline::new(Code::InvalidArgument, "INVALID_REQUEST", "the request breaks rules")
            },
            Self::Token(error) => Outline::new(Code::Unauthenticated, error.reason(), error.to_string()),
            Self::AccountNeeded => Outline::new(Code::PermissionDenied, "ACCOUNT_NEEDED", "this is not for guests"),
            Self::PermissionDenied => Outline::new(
                Code::PermissionDenied,
                "PERMISSION_DENIED",
                "the token does not allow this",
            ),
            Self::NotFound(Thing::Quiz) => Outline::new(Code::NotFound, "QUIZ_NOT_FOUND", "there is no such quiz"),
            Self::NotFound(Thing::Session) => {
                Outline::new(Code::NotFound, "SESSION_NOT_FOUND", "there is no such session")
            }
            Self::NotFound(Thing::File) => Outline::new(Code::NotFound, "FILE_NOT_FOUND", "there is no such file"),
            Self::RevisionConflict { latest } => Outline {
                metadata: vec![("latest_revision", latest.to_string())],
                ..Outline::new(
                    Code::Aborted,
                    "REVISION_CONFLICT",
                    "the quiz has been changed meanwhile",
                )
            },
            Self::RequestReused => Outline::new(
                Code::AlreadyExists,
                "REQUEST_REUSED",
                "this request id has been used for something else",
            ),
            Self::RateLimited(limited) => Outline {
                retry_after: Some(limited.retry_after),
                ..Outline::new(Code::ResourceExhausted, "RATE_LIMITED", "too often")
            },
            Self::TooMany(Bound::InFlight) => Outline {
                retry_after: Some(RETRY_SOON),
                ..Outline::new(
                    Code::ResourceExhausted,
                    "TOO_MANY_IN_FLIGHT",
                    "too many unanswered requests",
                )
            },
            Self::TooMany(Bound::Subscriptions) => Outline::new(
                Code::ResourceExhausted,
                "TOO_MANY_SUBSCRIPTIONS",
                "too many rooms in one session",
            ),
            Self::TooMany(Bound::MessageBytes) => {
                Outline::new(Code::ResourceExhausted, "MESSAGE_TOO_LARGE", "the message is too large")
            }
            Self::FormatNotWritten => {
                Outline::new(Code::InvalidArgument, "FORMAT_NOT_WRITTEN", "this format is only read")
            }
            Self::NothingToWrite => Outline::new(
                Code::FailedPrecondition,
                "NOTHING_TO_WRITE",
                "the format can hold none of the questions",
            ),
            Self::StaleDevices(_) => reject::outline(&Reject::StaleDevices),
            Self::NoDevices => Outline::new(
                Code::FailedPrecondition,
                "NO_DEVICES",
                "nobody else has a device that could read it",
            ),
            Self::SignatureInvalid => Outline::new(
                Code::InvalidArgument,
                "SIGNATURE_INVALID",
                "a key or a signature is not good",
            ),
            Self::Protocol(what) => Outline::new(Code::InvalidArgument, "PROTOCOL_ERROR", *what),
            Self::Unavailable { retry_after } => Outline {
                retry_after: Some(*retry_after),
                ..Outline::new(Code::Unavailable, "UNAVAILABLE", "not possible right now, try again")
            },
            Self::Internal(_) => Outline::new(Code::Internal, "INTERNAL", "the server failed"),
        }
    }

    /// The failure of a call.
    pub fn status(&self) -> Status {
        let outline = self.outline();
        let metadata: HashMap<String, String> = outline
            .metadata
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        let mut details = ErrorDetails::with_error_info(outline.reason, DOMAIN, metadata);
        if !outline.violations.is_empty() {
            let fields = outline.violations.into_iter();
            details.set_bad_request(
                fields
                    .map(|broken| FieldViolation::new(broken.field, broken.description))
                    .collect::<Vec<_>>(),
            );
        }
        if outline.retry_after.is_some() {
            details.set_retry_info(outline.retry_after);
        }
        let status = Status::with_error_details(outline.code, outline.message, details);
        match self.current_devices() {
            Some(devices) if devices.encoded_len() <= MAX_DEVICES_BYTES => with_detail(status, &devices),
            Some(_) | None => status,
        }
    }

    fn current_devices(&self) -> Option<v1::CurrentDevices> {
        let Self::StaleDevices(devices) = self else { return None };
        // A conversation with more than the wire holds takes no sealed messages anyway.
        let devices = devices.iter().take(MAX_ENVELOPES).map(key::device).collect();
        Some(v1::CurrentDevices { devices })
    }

    /// The failure of a request on a stream: the content of the status as a message.
    pub fn wire(&self) -> v1::Error {
        let outline = self.outline();
        let violation = |broken: Violation| v1::FieldViolation {
            field: broken.field,
            description: broken.description,
        };
        v1::Error {
            code: u32::from(outline.code as u8),
            reason: outline.reason.to_owned(),
            message: outline.message,
            metadata: outline
                .metadata
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
            field_violations: outline.violations.into_iter().map(violation).collect(),
            retry_after_ms: outline.retry_after.map_or(0, |delay| {
                // Rounded up: whoever waits just so long must not come too early.
                let whole = delay.as_nanos().div_ceil(1_000_000);
                u32::try_from(whole).expect("at most a day").max(1)
            }),
            current_devices: self.current_devices(),
        }
    }
}

impl Outline {
    fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: cut(&message.into(), MAX_MESSAGE),
            metadata: Vec::new(),
            violations: Vec::new(),
            retry_after: None,
        }
    }
}

/// A status that says one thing more.
fn with_detail<M: Message + Name>(status: Status, detail: &M) -> Status {
    let Ok(mut whole) = tonic_types::Status::decode(status.details()) else {
        return status;
    };
    whole.details.push(Any {
        type_url: M::type_url(),
        value: detail.encode_to_vec(),
    });
    Status::with_details(status.code(), status.message(), whole.encode_to_vec().into())
}

/// The first broken rules, as many as fit into headers.
fn bounded(violations: &[Violation]) -> Vec<Violation> {
    let mut room = MAX_VIOLATION_BYTES;
    violations
        .iter()
        .take(MAX_VIOLATIONS)
        .map(|broken| Violation {
            field: cut(&broken.field, MAX_FIELD),
            description: cut(&broken.description, MAX_DESCRIPTION),
        })
        .take_while(|broken| {
            let fits = room.checked_sub(broken.field.len() + broken.description.len());
            room = fits.unwrap_or_default();
            fits.is_some()
        })
        .collect()
}

fn cut(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

impl From<ApiError> for Status {
    fn from(error: ApiError) -> Self {
        error.status()
    }
}

impl From<Reject> for ApiError {
    fn from(reject: Reject) -> Self {
        Self::Reject(reject)
    }
}

impl From<Invalid> for ApiError {
    fn from(Invalid(violation): Invalid) -> Self {
        Self::Invalid(vec![violation])
    }
}

impl From<Vec<Violation>> for ApiError {
    fn from(violations: Vec<Violation>) -> Self {
        Self::Invalid(violations)
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<BadSignature> for ApiError {
    fn from(_: BadSignature) -> Self {
        Self::SignatureInvalid
    }
}

impl From<RateLimited> for ApiError {
    fn from(limited: RateLimited) -> Self {
        Self::RateLimited(limited)
    }
}

impl From<ExecuteError> for ApiError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Reject(reject) => Self::Reject(reject),
            ExecuteError::RequestReused => Self::RequestReused,
            ExecuteError::NoSuchRoom => Self::RoomNotFound,
            ExecuteError::Overloaded { retry_after } => Self::Unavailable { retry_after },
            ExecuteError::Unavailable | ExecuteError::ShuttingDown => Self::Unavailable {
                retry_after: RETRY_SOON,
            },
            ExecuteError::Corrupt(what) => Self::Internal(what),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error.is_retryable() {
            Self::Unavailable {
                retry_after: RETRY_SOON,
            }
        } else {
            Self::Internal(error.to_string())
        }
    }
}

#[cfg(test)]
mod tests;
