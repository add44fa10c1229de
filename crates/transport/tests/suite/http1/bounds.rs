//! What is taken of a client that is not served at once, and of a service whose client does not read.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::time::{Duration, Instant, sleep, timeout};
use trivium_transport::Body;

use super::LATER;
use super::raw::{Raw, post};
use crate::echo::message;

/// A call that says to have a body of a gigabyte.
fn endless(path: &str) -> Vec<u8> {
    let call = String::from_utf8(post(path, "", b"")).unwrap();
    call.replace("Content-Length: 0", "Content-Length: 1000000000")
        .into_bytes()
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_reads_is_taken_up_to_the_window() {
    let head = endless("/Hang");
    // Where more than the window comes with the head, nothing follows it.
    for (buffer, window, taken) in [(100, 10_000, 10_000), (5_000, 300, 5_000 - head.len())] {
        let mut raw = Raw::start(buffer, |config| config.stream_window = window);
        raw.send(&head).await;
        let (_, write) = raw.split();
        assert_eq!(write.fill().await, taken + buffer);
        assert_eq!(raw.active(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn later_requests_are_taken_up_to_the_size_of_a_head() {
    let mut raw = Raw::start(100, |config| config.max_header_bytes = 3_000);
    raw.send(&post("/HangBody", "", b"1")).await;
    let (_, write) = raw.split();
    assert_eq!(write.fill().await, 3_000 + 100);
    assert_eq!(raw.active(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_service_is_not_asked_for_what_nobody_reads() {
    let mut raw = Raw::start(1_000, |_| {});
    raw.send(&post("/Flood", "", b"")).await;
    sleep(LATER).await;
    assert_eq!(raw.probe.flooded.load(Ordering::SeqCst), 1);
    let (read, _) = raw.split();
    assert_eq!(read.head().await.status, 200);
    for _ in 0..100 {
        assert_eq!(read.chunk().await.unwrap(), message(&[7; 16 * 1024]));
    }
    sleep(LATER).await;
    assert!(raw.probe.flooded.load(Ordering::SeqCst) <= 102);
    // It has left, though there is more to be written.
    raw.close().await.unwrap();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(raw.active(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_head_that_is_slow_ends_the_connection() {
    let call = post("/Unary", "", b"1");
    for (first, slow) in [
        (&b""[..], &call[..30]),
        (&call, b""),
        (&call, b"P"),
        (&call, &call[..40]),
    ] {
        let mut raw = Raw::start(1_000, |config| config.header_timeout = Duration::from_secs(7));
        if !first.is_empty() {
            // What one head takes is not missing to the next.
            raw.send(&first[..30]).await;
            sleep(Duration::from_secs(6)).await;
            raw.send(&first[30..]).await;
            assert_eq!(raw.answer().await.body, b"1");
        }
        let begin = Instant::now();
        for byte in slow {
            raw.send(&[*byte]).await;
            sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(raw.rest().await, b"");
        assert_eq!(begin.elapsed().as_secs(), 7, "{}", slow.escape_ascii());
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_may_stand_for_as_long_as_it_likes() {
    let mut raw = Raw::start(1_000, |_| {});
    raw.send(&post("/HangBody", "", b"1")).await;
    sleep(LATER).await;
    assert_eq!((raw.active(), raw.task.is_finished()), (1, false));
}

/// Who is answered early and goes on sending is read from within bounds.
#[tokio::test(start_paused = true)]
async fn what_is_left_of_an_answered_request_is_thrown_away_for_a_while() {
    let mut silent = Raw::start(1_000, |_| {});
    silent.send(&endless("/Early")).await;
    let begin = Instant::now();
    assert!(silent.answer().await.says_close());
    assert_eq!(silent.rest().await, b"");
    assert_eq!(begin.elapsed().as_secs(), 5);

    let mut talkative = Raw::start(64 * 1024, |_| {});
    talkative.send(&endless("/Early")).await;
    let begin = Instant::now();
    let (_, write) = talkative.split();
    let taken = timeout(LATER, write.until_refused()).await.unwrap();
    assert!((8 * 1024 * 1024..9 * 1024 * 1024).contains(&taken), "{taken}");
    assert_eq!(begin.elapsed().as_secs(), 0);
}

/// Neither the answer nor what is left of the request has room on the way.
#[tokio::test(start_paused = true)]
async fn who_reads_only_behind_the_request_gets_an_early_answer() {
    let answer = vec![7; 1024 * 1024];
    let body = Bytes::from(answer.clone());
    let service = tower::service_fn(move |_: Request<Body>| {
        let body = body.clone();
        async move { Ok::<_, Infallible>(Response::new(Full::new(body))) }
    });
    let mut raw = Raw::serving(service, Arc::default(), 1_000, |_| {});
    let request = post("/", "", &vec![8; 2 * 1024 * 1024]);
    timeout(LATER, raw.send(&request)).await.unwrap();
    let early = raw.answer().await;
    assert!(early.says_close() && early.body == answer);
    assert_eq!(raw.rest().await, b"");
}
