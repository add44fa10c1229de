//! The service under test: one path per behaviour, gRPC framing by hand, and a [`Probe`] that sees what became of the calls.

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use trivium_transport::datagrams::Datagrams;
use trivium_transport::envelope;
use trivium_transport::peer::Peer;
use trivium_transport::service::{Body, BoxError};

/// What the service saw.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// Calls that are being handled.
    pub(crate) active: AtomicUsize,
    /// Messages that `/Flood` was asked for.
    pub(crate) flooded: AtomicUsize,
}

/// Counts a call for as long as it lives.
struct Active(Arc<Probe>);

impl Active {
    fn new(probe: &Arc<Probe>) -> Self {
        probe.active.fetch_add(1, Ordering::SeqCst);
        Self(probe.clone())
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.active.fetch_sub(1, Ordering::SeqCst);
    }
}

type Next = Box<dyn FnMut(&mut Context<'_>) -> Polled + Send>;
type Polled = Poll<Option<Result<Frame<Bytes>, BoxError>>>;

/// A response body that is asked for frames one at a time.
pub(crate) struct Frames {
    next: Next,
    _active: Active,
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        (self.next)(cx)
    }
}

/// An envelope around `payload`.
pub(crate) fn message(payload: &[u8]) -> Bytes {
    let mut out = BytesMut::from(&envelope::prefix(envelope::MESSAGE, u32::try_from(payload.len()).unwrap())[..]);
    out.put_slice(payload);
    out.freeze()
}

fn trailers(status: u16) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from(status));
    trailers.insert("x-trailer", HeaderValue::from_static("yes"));
    Frame::trailers(trailers)
}

/// The service. Its road is whatever the acceptor says in [`Peer`].
pub(crate) async fn serve(request: Request<Body>, probe: Arc<Probe>) -> Result<Response<Frames>, Infallible> {
    let active = Active::new(&probe);
    let (head, body) = request.into_parts();
    let (next, headers): (Next, &[_]) = match head.uri.path() {
        "/Text" => (frames([Bytes::from("hello")], 0), &[("content-type", "text/plain")]),
        "/Nowhere" => (
            Box::new(|_| Poll::Ready(None)),
            &[("content-type", "application/grpc"), ("grpc-status", "12")],
        ),
        "/example.v1.Greeter/Hello" | "/example.v1.Greeter/Chat" => {
            (greet(body), &[("content-type", "application/grpc")])
        }
        _ => (
            behave(head, body, probe).await,
            &[("content-type", "application/grpc"), ("x-initial", "yes")],
        ),
    };
    let mut response = Response::new(Frames { next, _active: active });
    for (name, value) in headers {
        response.headers_mut().insert(*name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// What follows the headers of an ordinary answer.
async fn behave(head: Parts, mut body: Body, probe: Arc<Probe>) -> Next {
    match head.uri.path() {
        "/Unary" => match body.collect().await {
            Ok(collected) => frames([collected.to_bytes()], 0),
            Err(_) => frames([], 2),
        },
        "/Count" => {
            let count: u8 = head.headers["x-count"].to_str().unwrap().parse().unwrap();
            frames((0..count).map(|n| message(&[n])), 0)
        }
        "/Sum" => {
            let bytes = body.collect().await.unwrap().to_bytes();
            frames([message(&bytes.len().to_be_bytes())], 0)
        }
        "/Echo" => {
            let mut ended = false;
            Box::new(move |cx| {
                if ended {
                    return Poll::Ready(None);
                }
                Pin::new(&mut body).poll_frame(cx).map(|frame| {
                    frame.or_else(|| {
                        ended = true;
                        Some(Ok(trailers(0)))
                    })
                })
            })
        }
        "/Early" => frames([], 12),
        "/Hang" => pending().await,
        "/HangBody" => Box::new(|_| Poll::Pending),
        "/Slow" => {
            tokio::time::sleep(Duration::from_millis(150)).await;
            frames([message(b"slow")], 0)
        }
        "/Flood" => {
            let chunk = message(&[7; 16 * 1024]);
            Box::new(move |_| {
                probe.flooded.fetch_add(1, Ordering::SeqCst);
                Poll::Ready(Some(Ok(Frame::data(chunk.clone()))))
            })
        }
        "/Datagrams" => {
            let datagrams = head.extensions.get::<Datagrams>().unwrap();
            let (kind, body) = datagrams.claim_inbox().unwrap().recv().await.unwrap();
            datagrams.try_send(kind + 1, &body).unwrap();
            frames([], 0)
        }
        "/Peer" => {
            let peer = head.extensions.get::<Peer>().unwrap();
            let seen = format!(
                "{} {} {:?}",
                peer.road.as_str(),
                peer.remote_addr.is_some(),
                peer.origin
            );
            frames([message(seen.as_bytes())], 0)
        }
        "/Head" => {
            let seen = format!("{} {:?} {:?}", head.method, head.version, head.headers);
            frames([message(seen.as_bytes())], 0)
        }
        path => broken(path),
    }
}

/// The service of the examples in docs/webtransport.md: greets once for every message of the request.
fn greet(mut body: Body) -> Next {
    let mut ended = false;
    Box::new(move |cx| {
        if ended {
            return Poll::Ready(None);
        }
        Pin::new(&mut body).poll_frame(cx).map(|frame| {
            let Some(frame) = frame else {
                ended = true;
                let mut status = HeaderMap::new();
                status.insert("grpc-status", HeaderValue::from_static("0"));
                return Some(Ok(Frame::trailers(status)));
            };
            Some(frame.map(|frame| {
                // A whole message with `string name = 1` in; `string text = 1` out.
                let name = frame.into_data().unwrap().slice(7..);
                let text = [b"Hi ", &name[..]].concat();
                Frame::data(message(
                    &[&[0x0a, u8::try_from(text.len()).unwrap()], &text[..]].concat(),
                ))
            }))
        })
    })
}

/// What no service should do.
fn broken(path: &str) -> Next {
    let mut left = match path {
        "/Panic" => panic!("the handler panics"),
        "/PanicBody" => {
            let mut sent = false;
            return Box::new(move |_| {
                assert!(!std::mem::replace(&mut sent, true), "the body panics");
                Poll::Ready(Some(Ok(Frame::data(message(b"before")))))
            });
        }
        "/Cut" => vec![Some(Ok(Frame::data(Bytes::from_static(&[0, 0, 0, 0, 9, 1])))), None],
        "/Fail" => vec![Some(Ok(Frame::data(message(b"x")))), Some(Err("it breaks".into()))],
        "/NoStatus" => vec![Some(Ok(Frame::data(message(b"x")))), None],
        path => panic!("no such path: {path}"),
    };
    Box::new(move |_| Poll::Ready(left.remove(0)))
}

fn frames(messages: impl IntoIterator<Item = Bytes>, status: u16) -> Next {
    let mut frames: Vec<_> = messages.into_iter().map(Frame::data).collect();
    frames.push(trailers(status));
    let mut frames = frames.into_iter();
    Box::new(move |_| Poll::Ready(frames.next().map(Ok)))
}
