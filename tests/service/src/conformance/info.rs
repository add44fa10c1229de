//! What a call was, for the answer to tell, and the metadata that the answer shall have.

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt as _;
use prost::Message;
use prost_types::Any;
use tonic::{
    Code, Status,
    metadata::{KeyAndValueRef, MetadataMap},
};
use tonic_types::pb;

use crate::proto::conformance::{Error, Header, conformance_payload::RequestInfo};

/// Trailers of an answer that goes well; tonic has a place for those of errors only.
#[derive(Debug, Clone)]
pub(super) struct Trailers(pub(super) HeaderMap);

/// Puts [`Trailers`] behind the body.
pub(super) async fn trailers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Trailers>() {
        Some(Trailers(trailers)) => response.map(|body| Body::new(body.with_trailers(async { Some(Ok(trailers)) }))),
        None => response,
    }
}

/// What a client said beside its messages.
pub(super) fn request_info(metadata: &MetadataMap, requests: Vec<Any>) -> RequestInfo {
    let mut headers: Vec<Header> = Vec::new();
    for line in metadata.iter() {
        let (name, value) = match line {
            KeyAndValueRef::Ascii(name, value) => (name.as_str(), value.to_str().unwrap_or_default().to_owned()),
            KeyAndValueRef::Binary(name, value) => {
                let bytes = value.to_bytes().unwrap_or_default();
                (name.as_str(), STANDARD_NO_PAD.encode(bytes))
            }
        };
        match headers.iter_mut().find(|header| header.name == name) {
            Some(header) => header.value.push(value),
            None => headers.push(Header {
                name: name.to_owned(),
                value: vec![value],
            }),
        }
    }
    RequestInfo {
        request_headers: headers,
        timeout_ms: metadata
            .get("grpc-timeout")
            .and_then(|value| milliseconds(value.to_str().ok()?)),
        requests,
    }
}

/// As `grpc-timeout` tells it: up to eight digits and a unit.
fn milliseconds(timeout: &str) -> Option<i64> {
    let (digits, unit) = timeout.split_at_checked(timeout.len().checked_sub(1)?)?;
    let count: i64 = digits.parse().ok()?;
    match unit {
        "H" => Some(count * 3_600_000),
        "M" => Some(count * 60_000),
        "S" => Some(count * 1_000),
        "m" => Some(count),
        "u" => Some(count / 1_000),
        "n" => Some(count / 1_000_000),
        _ => None,
    }
}

/// A message with its name.
pub(super) fn any(name: &str, message: &impl Message) -> Any {
    Any {
        type_url: format!("type.googleapis.com/connectrpc.conformance.v1.{name}"),
        value: message.encode_to_vec(),
    }
}

/// Headers or trailers that were asked for.
pub(super) fn header_map(asked: &[Header]) -> Result<HeaderMap, Status> {
    let invalid = |_| Status::invalid_argument("no header");
    let mut headers = HeaderMap::new();
    for header in asked {
        let name = HeaderName::try_from(&header.name).map_err(|_| Status::invalid_argument("no name"))?;
        for value in &header.value {
            headers.append(&name, HeaderValue::try_from(value).map_err(invalid)?);
        }
    }
    Ok(headers)
}

/// The status that was asked for. If no answer has told what the request was, its details do.
pub(super) fn status(error: &Error, untold: Option<RequestInfo>, metadata: HeaderMap) -> Status {
    let mut details = error.details.clone();
    details.extend(untold.map(|info| any("ConformancePayload.RequestInfo", &info)));
    let message = error.message.clone().unwrap_or_default();
    let rich = pb::Status {
        code: error.code,
        message: message.clone(),
        details,
    };
    let details = rich.encode_to_vec().into();
    let metadata = MetadataMap::from_headers(metadata);
    Status::with_details_and_metadata(Code::from_i32(error.code), message, details, metadata)
}
