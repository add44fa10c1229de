//! Answers, byte by byte.

use std::convert::Infallible;
use std::future::ready;
use std::task::Waker;

use futures_util::stream;
use http::{HeaderMap, HeaderValue, Response};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full, StreamBody};

use super::*;
use crate::service;

fn data(bytes: &'static [u8]) -> Frame<Bytes> {
    Frame::data(Bytes::from_static(bytes))
}

fn trailers() -> Frame<Bytes> {
    let fields =
        [("grpc-status", "0")].map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
    Frame::trailers(HeaderMap::from_iter(fields))
}

fn frames(frames: Vec<Frame<Bytes>>) -> service::Body {
    let frames = frames.into_iter().map(Ok::<_, Infallible>);
    service::Body::new(StreamBody::new(stream::iter(frames)))
}

/// It ends with an error.
fn broken(data: Frame<Bytes>) -> service::Body {
    let frames = [Ok(data), Err(service::BoxError::from("it breaks"))];
    service::Body::new(StreamBody::new(stream::iter(frames)))
}

/// Says that it has another length than it has.
struct Lying<B>(B, u64);

impl<B: Body + Unpin> Body for Lying<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.1)
    }
}

/// How the answer goes when nothing stands in its way, and what is written. The date is told by its length.
fn written(response: Response<service::Body>, closes: bool, close: bool) -> (Progress, bool, String) {
    let mut answer = Answer::new(Box::pin(ready(response)), closes);
    let (mut out, mut sent) = (Outbox::default(), Vec::new());
    let mut cx = Context::from_waker(Waker::noop());
    let mut progress = Progress::Waiting;
    for _ in 0..10 {
        progress = answer.poll(close, &mut out, &mut cx);
        assert!(out.poll_write(Pin::new(&mut sent), &mut cx).is_ready());
        if progress != Progress::Waiting {
            break;
        }
    }
    let mut text = String::from_utf8(sent).expect("text");
    if let Some(from) = text.find("date: ") {
        let line = text[from..].find("\r\n").expect("it ends");
        assert_eq!(line, "date: Sun, 06 Nov 1994 08:49:37 GMT".len());
        text.replace_range(from..from + line, "date");
    }
    (progress, answer.closes(), text)
}

#[test]
fn an_answer_is_as_long_as_its_body_or_in_chunks() {
    let full = |bytes: &'static [u8]| service::Body::new(Full::new(Bytes::from_static(bytes)));
    let (whole, failed) = (Progress::Whole, Progress::Failed);
    let large: &[u8] = &[b'l'; 5_000];
    let l = "l".repeat(5_000);
    for (status, body, progress, head, sent) in [
        (
            200,
            full(b"hello"),
            &whole,
            "200 OK\r\ncontent-length: 5\r\n",
            "hello".to_owned(),
        ),
        (
            500,
            full(b""),
            &whole,
            "500 Internal Server Error\r\ncontent-length: 0\r\n",
            String::new(),
        ),
        (299, full(b"x"), &whole, "299 \r\ncontent-length: 1\r\n", "x".to_owned()),
        (204, full(b"hello"), &whole, "204 No Content\r\n", String::new()),
        (304, full(b"hello"), &whole, "304 Not Modified\r\n", String::new()),
        (
            200,
            full(large),
            &whole,
            "200 OK\r\ncontent-length: 5000\r\n",
            l.clone(),
        ),
        (
            200,
            frames(vec![data(b"one"), data(b""), data(&[b'x'; 20]), trailers()]),
            &whole,
            "200 OK\r\ntransfer-encoding: chunked\r\n",
            format!("3\r\none\r\n14\r\n{}\r\n0\r\n\r\n", "x".repeat(20)),
        ),
        (
            200,
            frames(vec![]),
            &whole,
            "200 OK\r\ntransfer-encoding: chunked\r\n",
            "0\r\n\r\n".to_owned(),
        ),
        (
            200,
            frames(vec![data(b"one"), data(large), data(large), data(b"two")]),
            &whole,
            "200 OK\r\ntransfer-encoding: chunked\r\n",
            format!("3\r\none\r\n1388\r\n{l}\r\n1388\r\n{l}\r\n3\r\ntwo\r\n0\r\n\r\n"),
        ),
        (
            200,
            service::Body::new(full(large).map_frame(|frame| frame).with_trailers(ready(None))),
            &whole,
            "200 OK\r\ntransfer-encoding: chunked\r\n",
            format!("1388\r\n{l}\r\n0\r\n\r\n"),
        ),
        (
            200,
            broken(data(b"one")),
            &failed,
            "200 OK\r\ntransfer-encoding: chunked\r\n",
            "3\r\none\r\n".to_owned(),
        ),
        (
            200,
            service::Body::new(Lying(full(b"hello"), 6)),
            &failed,
            "200 OK\r\ncontent-length: 6\r\n",
            "hello".to_owned(),
        ),
        (
            200,
            service::Body::new(Lying(frames(vec![data(b"one"), data(b"two")]), 4)),
            &failed,
            "200 OK\r\ncontent-length: 4\r\n",
            "one".to_owned(),
        ),
    ] {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        let (came_to, closes, text) = written(response, false, false);
        assert_eq!((&came_to, closes), (progress, false), "{text}");
        assert_eq!(text, format!("HTTP/1.1 {head}date\r\n\r\n{sent}"));
    }
}

#[test]
fn no_interim_answer_is_taken_for_one() {
    let mut response = Response::new(service::Body::new(Empty::new()));
    *response.status_mut() = StatusCode::CONTINUE;
    assert_eq!(
        written(response, false, false),
        (Progress::Failed, false, String::new())
    );
}

#[test]
fn what_a_service_says_of_the_connection_and_the_length_is_not_believed() {
    for (said, closes, close, told) in [
        ("keep-alive", false, false, false),
        ("close", false, false, true),
        ("keep-alive", true, false, true),
        ("keep-alive", false, true, true),
    ] {
        let mut response = Response::new(service::Body::new(Empty::new()));
        for (name, value) in [
            ("connection", said),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "gzip"),
            ("upgrade", "websocket"),
            ("content-length", "12"),
            ("x", "1"),
            ("x", "2"),
        ] {
            response.headers_mut().append(name, HeaderValue::from_static(value));
        }
        let (progress, is_told, text) = written(response, closes, close);
        assert_eq!((progress, is_told), (Progress::Whole, told));
        let mut lines: Vec<_> = text.trim_end().split("\r\n").collect();
        lines.sort_unstable();
        let mut expected = vec!["HTTP/1.1 200 OK", "content-length: 0", "date", "x: 1", "x: 2"];
        if told {
            expected.insert(1, "connection: close");
        }
        assert_eq!(lines, expected, "{text}");
    }
}

/// What is small leaves in one piece, and what is large is not copied.
#[test]
fn frames_that_are_ready_wait_side_by_side() {
    let parts = vec![data(b"one"), data(b"two"), data(&[b'l'; COPIED + 1]), data(b"three")];
    let mut answer = Answer::new(Box::pin(ready(Response::new(frames(parts)))), false);
    let mut out = Outbox::default();
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(answer.poll(false, &mut out, &mut cx), Progress::Waiting);
    assert!(out.was_full(), "it waits for the large payload to leave");
    let mut sent = Vec::new();
    assert!(out.poll_write(Pin::new(&mut sent), &mut cx).is_ready());
    assert!(sent.ends_with(b"l\r\n"));
    assert!(sent.windows(16).any(|bytes| bytes == b"3\r\none\r\n3\r\ntwo\r\n"));
}

#[test]
fn the_size_of_a_chunk_is_told_in_hexadecimal_digits() {
    for size in [1, 9, 10, 15, 16, 255, 256, 4_096, 65_535, usize::MAX] {
        let (line, from) = chunk_head(size);
        assert_eq!(&line[from..], format!("{size:x}\r\n").as_bytes());
    }
}
