//! The gRPC status codes that a road itself can answer with, and the headers that carry them.
//!
//! Neighbours: [`bridge`](crate::bridge) and the layers in [`deadline`](crate::deadline) and [`recover`](crate::recover)
//! answer with these; [`client`](crate::client) tells failures of the road with them. What a service answers is its own affair.

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

pub(crate) const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
pub(crate) const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
pub(crate) const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");
/// What stands in the HEADERS of an answer on a stream: its body is a gRPC-Web body, and gRPC-Web clients insist on the name.
pub(crate) const GRPC_WEB: HeaderValue = HeaderValue::from_static("application/grpc-web+proto");

/// A gRPC status code, limited to those that a road answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Code {
    /// The caller gave up.
    Cancelled = 1,
    /// Nothing better is known.
    Unknown = 2,
    /// The header block or a header in it is malformed.
    InvalidArgument = 3,
    /// The deadline passed, or the header block did not arrive in time.
    DeadlineExceeded = 4,
    /// HTTP 403.
    PermissionDenied = 7,
    /// A limit was reached: header block, concurrent RPCs, sessions.
    ResourceExhausted = 8,
    /// HTTP 404.
    Unimplemented = 12,
    /// Broken framing, a panic, or a service that ended without a status.
    Internal = 13,
    /// Draining, or the connection was lost; worth a retry elsewhere.
    Unavailable = 14,
    /// HTTP 401.
    Unauthenticated = 16,
}

/// A code and a message of printable ASCII without `%`, so that it needs no percent-encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) code: Code,
    pub(crate) message: &'static str,
}

impl Status {
    pub(crate) const fn new(code: Code, message: &'static str) -> Self {
        Self { code, message }
    }

    /// How gRPC reads an HTTP status that came without a `grpc-status`.
    pub(crate) fn from_http(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            401 => Code::Unauthenticated,
            403 => Code::PermissionDenied,
            404 => Code::Unimplemented,
            429 | 502 | 503 | 504 => Code::Unavailable,
            _ => Code::Unknown,
        };
        Self::new(code, "the answer is not gRPC")
    }

    /// `grpc-status` and `grpc-message`, for trailers or a trailers-only answer.
    pub(crate) fn headers(self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(2);
        headers.insert(GRPC_STATUS, HeaderValue::from(self.code as u16));
        headers.insert(GRPC_MESSAGE, HeaderValue::from_static(self.message));
        headers
    }

    /// A trailers-only answer: the status stands in the headers and the body is empty.
    pub(crate) fn response<B>(self, empty: B) -> Response<B> {
        let mut response = Response::new(empty);
        *response.headers_mut() = self.headers();
        response.headers_mut().insert(CONTENT_TYPE, GRPC);
        response
    }
}

/// Whether these are the headers of a gRPC or gRPC-Web message.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
