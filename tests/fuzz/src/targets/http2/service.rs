//! What is served: by its path, each way in which a call can go.

use std::{
    convert::Infallible,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header::CONTENT_LENGTH};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use trivium_transport::{Body, BoxError};

/// Each is answered in another way.
pub(super) const PATHS: [&str; 10] = [
    "/echo", "/count", "/early", "/large", "/late", "/broken", "/wide", "/deaf", "/empty", "/bare",
];
/// What RFC 9113 §6.5.2 counts for a field beside its bytes.
const FIELD: usize = 32;

/// How many calls are in no hurry: until somebody drops them, or time passes.
pub(super) type Waiting = Arc<AtomicUsize>;

/// Counts one call while it lives.
struct Waits(Waiting);

impl Waits {
    fn one(waiting: &Waiting) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(waiting))
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Answers. No request has larger fields than `most`.
pub(super) async fn serve(request: Request<Body>, most: usize, waiting: Waiting) -> Result<Response<Body>, Infallible> {
    let fields = request.headers().iter();
    let size: usize = fields
        .map(|(name, value)| FIELD + name.as_str().len() + value.len())
        .sum();
    assert!(size <= most, "a request has {size} bytes of fields");
    assert!(!request.uri().path().is_empty());
    let (head, body) = request.into_parts();
    Ok(match head.uri.path() {
        "/echo" => Response::new(body),
        "/count" => count(head.headers.get(CONTENT_LENGTH), body).await,
        "/early" => whole("nobody has read it"),
        "/large" => frames(&[9_000, 40_000, 1, 0, 20_000, 16_384, 5_000], End::Trailers),
        "/late" => {
            let _waits = Waits::one(&waiting);
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(body);
            status(StatusCode::SERVICE_UNAVAILABLE)
        }
        "/broken" => frames(&[10], End::Broken),
        "/wide" => wide(),
        "/deaf" => {
            let _waits = (Waits::one(&waiting), body);
            pending().await
        }
        "/empty" => frames(&[0, 0, 3, 0], End::Bare),
        "/bare" => {
            let mut bare = Response::new(Body::empty());
            bare.headers_mut().insert("grpc-status", HeaderValue::from_static("12"));
            bare
        }
        _ => status(StatusCode::NOT_FOUND),
    })
}

fn whole(text: &str) -> Response<Body> {
    Response::new(Body::new(Full::new(Bytes::copy_from_slice(text.as_bytes()))))
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Reads the body to its end, which has as many bytes as were announced.
async fn count(announced: Option<&HeaderValue>, body: Body) -> Response<Body> {
    let Ok(body) = body.collect().await else {
        return status(StatusCode::BAD_REQUEST);
    };
    let size = body.to_bytes().len().to_string();
    if let Some(announced) = announced {
        let announced = announced.to_str().expect("it was understood").trim_start_matches('0');
        assert_eq!(announced, size.trim_start_matches('0'), "a body has another length");
    }
    whole(&size)
}

/// How a body ends behind its data.
#[derive(Clone, Copy)]
enum End {
    Bare,
    Trailers,
    Broken,
}

fn frames(sizes: &'static [usize], end: End) -> Response<Body> {
    let data = sizes.iter().map(|size| Ok(Frame::data(Bytes::from(vec![b'd'; *size]))));
    let end: Option<Result<_, BoxError>> = match end {
        End::Bare => None,
        End::Trailers => Some(Ok(Frame::trailers(HeaderMap::from_iter([(
            HeaderName::from_static("grpc-status"),
            HeaderValue::from_static("0"),
        )])))),
        End::Broken => Some(Err("it cannot go on".into())),
    };
    Response::new(Body::new(StreamBody::new(stream::iter(data.chain(end)))))
}

/// More fields than one frame has room for, and some that HTTP/2 does not have.
fn wide() -> Response<Body> {
    let mut response = whole("w");
    for name in ["connection", "transfer-encoding", "keep-alive"] {
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, HeaderValue::from_static("close"));
    }
    for _ in 0..40 {
        let value = HeaderValue::from_bytes(&[b'v'; 500]).expect("visible");
        response.headers_mut().append("x-wide", value);
    }
    response
}
