//! Metadata that gRPC's interoperability tests expect to get back: one in the headers of the answer, one in its trailers.

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName};
use http_body_util::BodyExt as _;

/// Comes back in the headers.
const INITIAL: HeaderName = HeaderName::from_static("x-grpc-test-echo-initial");
/// Comes back in the trailers.
const TRAILING: HeaderName = HeaderName::from_static("x-grpc-test-echo-trailing-bin");
const STATUS: &str = "grpc-status";

/// Echoes them.
pub(crate) async fn echo(request: Request, next: Next) -> Response {
    let initial = request.headers().get(INITIAL).cloned();
    let trailing = request.headers().get(TRAILING).cloned();
    let mut response = next.run(request).await;
    response.headers_mut().extend(initial.map(|value| (INITIAL, value)));
    let Some(value) = trailing else { return response };
    // An answer without a message has its trailers among the headers.
    if response.headers().contains_key(STATUS) {
        response.headers_mut().insert(TRAILING, value);
        return response;
    }
    let trailers = HeaderMap::from_iter([(TRAILING, value)]);
    response.map(|body| Body::new(body.with_trailers(async { Some(Ok(trailers)) })))
}
