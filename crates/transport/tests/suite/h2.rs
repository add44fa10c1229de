//! HTTP/2 by its windows and its calls, with hyper's client on the other side. What h2spec and the hostile suite look at is not
//! looked at again.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::echo::message;
use crate::harness::{Http, SOON, call, channel_body, eventually, request};

/// Larger than every window in either direction, and of no round size.
const LARGE: usize = 5 * 1024 * 1024 + 4_321;

#[tokio::test]
async fn bodies_larger_than_every_window_pass_both_ways() {
    let server = Http::start(|config| config.max_streams = 3).await;
    let channel = server.h2::<Full<Bytes>>().await;
    let mut calls = JoinSet::new();
    for path in ["/Echo", "/Unary", "/Echo"] {
        calls.spawn(call(channel.clone(), request(path, Bytes::from(vec![7; LARGE]))));
    }
    while let Some(answer) = calls.join_next().await {
        let answer = answer.unwrap().unwrap();
        assert_eq!((answer.status(), answer.messages.len()), (0, LARGE));
    }
}

/// What is sent to a service that reads nothing is credited to the connection, or later calls would starve.
#[tokio::test]
async fn requests_that_nobody_reads_do_not_close_the_window_for_others() {
    let server = Http::start(|_| {}).await;
    let channel = server.h2::<Full<Bytes>>().await;
    for _ in 0..20 {
        let early = call(channel.clone(), request("/Early", Bytes::from(vec![7; 200 * 1024])));
        assert_eq!(timeout(SOON, early).await.unwrap().unwrap().status(), 12);
    }
    let last = call(channel, request("/Sum", Bytes::from(vec![7; LARGE])));
    let sum = timeout(SOON, last).await.unwrap().unwrap();
    assert_eq!(sum.messages, message(&LARGE.to_be_bytes()));
}

/// Some calls wait for their requests, one has a body without end that nobody reads, and each goes on when its turn comes.
#[tokio::test]
async fn calls_on_one_connection_do_not_wait_for_each_other() {
    let server = Http::start(|_| {}).await;
    let (mut sides, flooded) = (Vec::new(), || server.probe.flooded.load(Ordering::SeqCst));
    let channel = server.h2().await;
    let (_hold, body) = channel_body();
    let _unread = channel
        .clone()
        .oneshot(request("/Flood", "").map(|_| body))
        .await
        .unwrap();
    eventually("its windows are closed", || flooded() > 3).await;
    for _ in 0..10 {
        let (send, body) = channel_body();
        let response = channel
            .clone()
            .oneshot(request("/Echo", "").map(|_| body))
            .await
            .unwrap();
        sides.push((send, response));
    }
    let before = flooded();
    for n in 0..30_u8 {
        // Not in the order in which they were begun.
        let (send, response) = &mut sides[usize::from(n) * 7 % 10];
        send.send(message(&[n])).await.unwrap();
        let frame = timeout(SOON, response.body_mut().frame()).await.unwrap();
        assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), message(&[n]));
    }
    assert_eq!(flooded(), before, "nobody has read, so nobody was asked");
}

#[tokio::test]
async fn a_cancelled_call_is_dropped_and_the_connection_goes_on() {
    let server = Http::start(|_| {}).await;
    let active = || server.probe.active.load(Ordering::SeqCst);
    let channel = server.h2::<Full<Bytes>>().await;
    for path in ["/Hang", "/HangBody"] {
        let cancelled = tokio::spawn(call(channel.clone(), request(path, "")));
        eventually("the call arrives", || active() == 1).await;
        cancelled.abort();
        eventually("the handler is dropped", || active() == 0).await;
    }
    let answer = call(channel, request("/Unary", message(b"x"))).await.unwrap();
    assert_eq!(answer.status(), 0);
}
