//! How calls and connections end.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use tokio::time::{Duration, Instant, sleep};
use trivium_transport::Body;

use super::LATER;
use super::raw::{Raw, get, post};
use crate::echo::{Probe, message};
use crate::harness::channel_body;

#[tokio::test(start_paused = true)]
async fn who_closes_the_connection_has_left() {
    for path in ["/Hang", "/HangBody", "/Slow"] {
        let mut raw = Raw::start(1_000, |_| {});
        raw.send(&post(path, "", b"1")).await;
        sleep(Duration::from_millis(1)).await;
        assert_eq!(raw.active(), 1, "{path}");
        raw.close().await.unwrap();
        sleep(Duration::from_millis(1)).await;
        assert_eq!((raw.active(), raw.task.is_finished()), (0, true), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_request_is_not_answered() {
    let call = post("/Unary", "", &[7; 100]);
    for end in [call.len() - 99, call.len() - 1] {
        let mut raw = Raw::start(1_000, |_| {});
        raw.send(&call[..end]).await;
        sleep(LATER).await;
        assert_eq!(raw.active(), 1);
        raw.close().await.unwrap();
        assert_eq!(raw.rest().await, b"");
        assert_eq!(raw.active(), 0);
    }
}

/// A body that has left the call knows that it is cut off.
#[tokio::test(start_paused = true)]
async fn a_reader_of_half_a_body_gets_an_error() {
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let service = tower::service_fn(move |request: Request<Body>| {
        *keep.lock().unwrap() = Some(request.into_body());
        std::future::pending::<Result<Response<Body>, Infallible>>()
    });
    let mut raw = Raw::serving(service, Arc::default(), 1_000, |_| {});
    let call = post("/", "", b"0123456789");
    raw.send(&call[..call.len() - 1]).await;
    sleep(Duration::from_millis(1)).await;
    let mut body = kept.lock().unwrap().take().unwrap();
    let frame = http_body_util::BodyExt::frame(&mut body).await.unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), &b"012345678"[..]);
    raw.close().await.unwrap();
    http_body_util::BodyExt::frame(&mut body).await.unwrap().unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_client_that_wants_the_connection_closed_is_told_so() {
    let mut raw = Raw::start(1_000, |_| {});
    let twice = post("/Unary", "Connection: close\r\n", b"1").repeat(2);
    raw.send(&twice).await;
    let answer = raw.answer().await;
    assert!(answer.says_close() && answer.body == b"1");
    assert_eq!(raw.rest().await, b"", "what follows is not looked at");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_breaks_off_has_no_end() {
    let mut raw = Raw::start(1_000, |_| {});
    raw.send(&post("/Fail", "", b"1").repeat(2)).await;
    let (read, _) = raw.split();
    let head = read.head().await;
    assert!(head.status == 200 && !head.says_close());
    assert_eq!(read.chunk().await.unwrap(), message(b"x"));
    assert_eq!(raw.rest().await, b"");
}

#[tokio::test(start_paused = true)]
async fn draining_closes_what_is_idle_at_once() {
    let call = post("/Unary", "", b"1");
    for first in [&b""[..], &call, &[&call[..], &get("/Text")].concat()] {
        let mut raw = Raw::start(1_000, |_| {});
        raw.send(first).await;
        sleep(Duration::from_millis(1)).await;
        let begin = Instant::now();
        raw.shutdown.cancel();
        raw.rest().await;
        assert_eq!(begin.elapsed().as_millis(), 0);
        assert!(raw.task.is_finished());
    }
}

#[tokio::test(start_paused = true)]
async fn draining_lets_a_call_end_and_says_that_nothing_follows() {
    // The second is hyper's, behind a call that was ours.
    for slow in [post("/Slow", "", b"1"), get("/Slow")] {
        let mut raw = Raw::start(1_000, |_| {});
        raw.send(&post("/Unary", "", b"1")).await;
        assert!(!raw.answer().await.says_close());
        raw.send(&slow).await;
        sleep(Duration::from_millis(10)).await;
        raw.shutdown.cancel();
        let answer = raw.answer().await;
        assert_eq!(answer.body, message(b"slow"));
        assert!(answer.says_close());
        assert_eq!(raw.rest().await, b"");
    }
}

#[tokio::test(start_paused = true)]
async fn draining_does_not_cut_an_answer_that_has_begun() {
    let (send, body) = channel_body();
    let body = Arc::new(Mutex::new(Some(body)));
    let service = tower::service_fn(move |_: Request<Body>| {
        let body = body.lock().unwrap().take().map_or_else(Body::empty, Body::new);
        async move { Ok::<_, Infallible>(Response::new(body)) }
    });
    let mut raw = Raw::serving(service, Arc::new(Probe::default()), 1_000, |_| {});
    raw.send(&post("/", "", b"1").repeat(2)).await;
    let (read, _) = raw.split();
    assert!(!read.head().await.says_close());
    raw.shutdown.cancel();
    sleep(Duration::from_secs(10)).await;
    send.send(message(b"late")).await.unwrap();
    let (read, _) = raw.split();
    assert_eq!(read.chunk().await.unwrap(), message(b"late"));
    drop(send);
    let (read, _) = raw.split();
    assert_eq!(read.chunk().await, None);
    assert_eq!(raw.rest().await, b"", "the second is not answered");
}

#[tokio::test(start_paused = true)]
async fn draining_has_an_end() {
    let mut raw = Raw::start(1_000, |_| {});
    raw.send(&post("/HangBody", "", b"1")).await;
    sleep(Duration::from_millis(1)).await;
    let begin = Instant::now();
    raw.shutdown.cancel();
    raw.rest().await;
    assert_eq!((begin.elapsed().as_secs(), raw.active()), (20, 0));
}

/// Whose request has begun is served by hyper, which is told to drain as well.
#[tokio::test(start_paused = true)]
async fn a_request_that_has_begun_is_answered_in_spite_of_draining() {
    let call = post("/Unary", "", b"1");
    for cut in [10, 30, call.len() - 2] {
        let mut raw = Raw::start(1_000, |_| {});
        raw.send(&call[..cut]).await;
        sleep(Duration::from_millis(10)).await;
        raw.shutdown.cancel();
        sleep(Duration::from_millis(10)).await;
        raw.send(&call[cut..]).await;
        let answer = raw.answer().await;
        assert_eq!(answer.body, b"1");
        assert!(answer.says_close(), "{cut}");
        assert_eq!(raw.rest().await, b"");
    }
}
