//! What is served: everything is read before it is answered, so that an answer does not depend on what has come until then.

use std::{
    convert::Infallible,
    future::pending,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Collected, Full, StreamBody};
use trivium_transport::{Body, BoxError};

/// Each is answered in another way.
pub(super) const PATHS: [&str; 6] = ["/sum", "/stream", "/large", "/none", "/empty", "/broken"];

/// What the service has seen.
pub(super) type Seen = Arc<Mutex<Vec<String>>>;

/// Reads and answers.
pub(super) async fn serve(request: Request<Body>, seen: Seen) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(Collected::to_bytes);
    let length = body.as_ref().map(Bytes::len).ok();
    let what = format!(
        "{} {} {:?} {:?}: {length:?}",
        head.method, head.uri, head.version, head.headers
    );
    seen.lock().expect("nobody has panicked").push(what);
    let Some(length) = length else {
        return Ok(status(StatusCode::BAD_REQUEST));
    };
    Ok(match head.uri.path() {
        "/sum" => Response::new(Body::new(Full::new(Bytes::from(length.to_string())))),
        "/stream" => frames(&[1, 0, 300, 4_096], None),
        "/large" => frames(&[4_097, 70_000, 3, 16_384], None),
        "/none" => status(StatusCode::NO_CONTENT),
        "/empty" => frames(&[], None),
        "/broken" => frames(&[10], Some("it cannot go on".into())),
        _ => status(StatusCode::NOT_FOUND),
    })
}

/// Keeps the request, and never reads it.
pub(super) async fn keep(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let _request = request;
    pending().await
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A body without a length, with trailers of HTTP or an error behind it.
fn frames(sizes: &'static [usize], error: Option<BoxError>) -> Response<Body> {
    let data = sizes.iter().map(|size| Ok(Frame::data(Bytes::from(vec![b'd'; *size]))));
    let end = error.map_or_else(
        || {
            Ok(Frame::trailers(HeaderMap::from_iter([(
                HeaderName::from_static("grpc-status"),
                HeaderValue::from_static("0"),
            )])))
        },
        Err,
    );
    Response::new(Body::new(StreamBody::new(stream::iter(data.chain([end])))))
}
