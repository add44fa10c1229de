//! Calls over WebTransport: the four kinds, full duplex, cancellation, early answers, back-pressure.

use std::convert::Infallible;
use std::future::Future;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::{Service, ServiceExt};
use trivium_transport::memory::MemoryChannel;

use crate::echo::message;
use crate::harness::{SOON, Server, call, channel_body, eventually, head, read_raw, request, service};

/// The QUIC code of application code `n` below 30.
const fn quic(n: u64) -> u64 {
    0x52e4_a40f_a8db + n
}

#[tokio::test]
async fn unary_with_metadata_and_trailers() {
    let server = Server::start();
    let answer = call(server.connect().await, request("/Unary", message(b"hello")))
        .await
        .unwrap();
    assert_eq!(answer.status(), 0);
    assert_eq!(answer.messages, message(b"hello"));
    assert_eq!(answer.headers["x-initial"], "yes");
    assert_eq!(answer.headers["content-type"], "application/grpc");
    assert_eq!(answer.trailers["x-trailer"], "yes");
}

#[tokio::test]
async fn a_message_larger_than_every_window() {
    let server = Server::start();
    let large = message(&vec![5; 3 * 1024 * 1024]);
    let answer = call(server.connect().await, request("/Unary", large.clone()))
        .await
        .unwrap();
    assert!(answer.messages == large, "three megabytes come back unchanged");
}

#[tokio::test]
async fn server_stream_and_client_stream() {
    let server = Server::start();
    let channel = server.connect().await;
    let mut count = request("/Count", message(b""));
    count.headers_mut().insert("x-count", "100".parse().unwrap());
    let answer = call(channel.clone(), count).await.unwrap();
    assert_eq!(answer.messages.len(), 600);
    assert_eq!(answer.status(), 0);

    let (send, body) = channel_body();
    let sum = tokio::spawn(call(channel, request("/Sum", "").map(|_| body)));
    for _ in 0..50 {
        send.send(message(b"12345")).await.unwrap();
    }
    drop(send);
    assert_eq!(sum.await.unwrap().unwrap().messages, message(&500_usize.to_be_bytes()));
}

#[tokio::test]
async fn bidirectional_calls_are_full_duplex() {
    let server = Server::start();
    let (send, body) = channel_body();
    let mut response = server
        .connect()
        .await
        .oneshot(request("/Echo", "").map(|_| body))
        .await
        .unwrap();
    for n in 0..20 {
        send.send(message(&[n])).await.unwrap();
        let frame = timeout(SOON, response.body_mut().frame())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        assert_eq!(frame.into_data().unwrap(), message(&[n]));
    }
    drop(send);
    let last = response.body_mut().frame().await.unwrap().unwrap();
    assert_eq!(last.into_trailers().unwrap()["grpc-status"], "0");
}

#[tokio::test]
async fn three_hundred_calls_at_once() {
    let server = Server::start();
    let channel = server.connect().await;
    let mut calls = JoinSet::new();
    for n in 0..300_u32 {
        let channel = channel.clone();
        calls.spawn(async move {
            let payload = message(&n.to_be_bytes());
            let answer = call(channel, request("/Unary", payload.clone())).await.unwrap();
            (answer.status(), answer.messages == payload)
        });
    }
    let answers = timeout(SOON, calls.join_all()).await.unwrap();
    assert_eq!(answers, vec![(0, true); 300]);
}

/// Starts a call that never ends, drops it by `drop_call`, and expects the handler to be dropped.
async fn dropped<F: Future<Output = ()>>(server: &Server, drop_call: impl FnOnce() -> F) {
    drop_call().await;
    eventually("the handler is dropped", || {
        server.probe.active.load(Ordering::SeqCst) == 0
    })
    .await;
}

#[tokio::test]
async fn dropping_a_call_cancels_the_handler() {
    let server = Server::start();
    let channel = server.connect().await;
    for path in ["/Hang", "/HangBody"] {
        let (send, body) = channel_body();
        let call = tokio::spawn(channel.clone().oneshot(request(path, "").map(|_| body)));
        send.send(message(b"x")).await.unwrap();
        eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
        dropped(&server, || async {
            call.abort();
            drop(call.await);
        })
        .await;
    }
    assert_eq!(
        call(channel, request("/Unary", message(b"a"))).await.unwrap().status(),
        0
    );
}

#[tokio::test]
async fn either_half_cancels_and_is_answered_by_reset() {
    let server = Server::start();
    let session = server.connect_raw().await;
    for half_closed in [false, true] {
        for by_reset in [false, true] {
            let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
            send.write_all(&head("/Hang")).await.unwrap();
            if half_closed {
                send.write_all(&[0x80, 0, 0, 0, 0]).await.unwrap();
            }
            eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
            dropped(&server, || async {
                if by_reset {
                    send.quic_stream_mut()
                        .reset(quinn::VarInt::from_u64(quic(1)).unwrap())
                        .unwrap();
                    assert_eq!(read_raw(recv.quic_stream_mut()).await.reset, Some(quic(1)));
                } else {
                    recv.quic_stream_mut()
                        .stop(quinn::VarInt::from_u64(quic(1)).unwrap())
                        .unwrap();
                }
            })
            .await;
        }
    }
}

#[tokio::test]
async fn the_end_of_a_session_cancels_its_calls() {
    let server = Server::start();
    let channel = server.connect().await;
    let hanging = tokio::spawn(call(channel.clone(), request("/Hang", message(b"x"))));
    eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
    channel.close().await;
    eventually("the handler is dropped", || {
        server.probe.active.load(Ordering::SeqCst) == 0
    })
    .await;
    assert_eq!(hanging.await.unwrap().unwrap().status(), 14);
    assert_eq!(
        call(channel, request("/Unary", message(b"x"))).await.unwrap().status(),
        14
    );
}

#[tokio::test]
async fn an_early_answer_arrives_although_the_request_goes_on() {
    let server = Server::start();
    let session = server.connect_raw().await;
    let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
    send.write_all(&head("/Early")).await.unwrap();
    let answer = read_raw(recv.quic_stream_mut()).await;
    assert_eq!((answer.status(), answer.reset), (Some(12), None));
    let stopped = send.quic_stream_mut().stopped();
    assert!(
        timeout(Duration::from_millis(100), stopped).await.is_err(),
        "the client is left in peace while it takes the answer"
    );
    let stopped = timeout(SOON, send.quic_stream_mut().stopped()).await.unwrap().unwrap();
    assert_eq!(
        stopped.map(quinn::VarInt::into_inner),
        Some(quic(0)),
        "and told to stop in the end"
    );

    let (_send, body) = channel_body();
    let answer = call(server.connect().await, request("/Early", "").map(|_| body))
        .await
        .unwrap();
    assert_eq!(answer.status(), 12);
}

#[tokio::test]
async fn a_reader_that_stops_holds_the_service_back() {
    let server = Server::start();
    let mut response = server
        .connect()
        .await
        .oneshot(request("/Flood", message(b"")))
        .await
        .unwrap();
    let asked = || server.probe.flooded.load(Ordering::SeqCst);
    let mut before = usize::MAX;
    while before != asked() {
        before = asked();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Windows of 1 MiB here, a send buffer of 1 MiB there, and two batches.
    assert!(before * 16 * 1024 < 4 * 1024 * 1024, "{before} messages");
    for _ in 0..200 {
        assert!(response.body_mut().frame().await.unwrap().is_ok());
    }
    eventually("the service is asked again", || asked() > before).await;
    drop(response);
    eventually("the handler is dropped", || {
        server.probe.active.load(Ordering::SeqCst) == 0
    })
    .await;
}

#[tokio::test]
async fn broken_services_are_told_from_ended_ones() {
    let server = Server::start();
    let channel = server.connect().await;
    for (path, status) in [
        ("/Panic", 13),
        ("/Cut", 13),
        ("/NoStatus", 13),
        ("/Text", 2),
        ("/Nowhere", 12),
    ] {
        let answer = call(channel.clone(), request(path, message(b""))).await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
    let session = server.connect_raw().await;
    for path in ["/Panic", "/Cut"] {
        let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
        send.write_all(&head(path)).await.unwrap();
        assert_eq!(read_raw(recv.quic_stream_mut()).await.reset, Some(quic(13)), "{path}");
    }
}

#[tokio::test]
async fn a_service_sees_one_peer_and_the_same_head_on_every_road() {
    async fn seen<S>(channel: S, path: &str) -> String
    where
        S: Service<Request<http_body_util::Full<Bytes>>, Error = Infallible>,
        S: Service<Request<http_body_util::Full<Bytes>>, Response: IntoAnswer>,
    {
        let Ok(response) = channel.oneshot(request(path, message(b""))).await;
        let bytes = response.bytes().await;
        String::from_utf8(bytes[5..].to_vec()).unwrap()
    }
    let server = Server::start();
    let channel = server.connect().await;
    assert_eq!(seen(channel.clone(), "/Peer").await, "webtransport true None");
    let memory = MemoryChannel::new(service(&server.probe));
    assert_eq!(seen(memory, "/Peer").await, "memory false None");
    let head = seen(channel, "/Head").await;
    assert!(head.starts_with("POST HTTP/2.0"), "{head}");
    assert!(
        head.contains(r#""content-type": "application/grpc""#) && head.contains(r#""te": "trailers""#),
        "{head}"
    );
}

/// A response whose messages can be read.
trait IntoAnswer {
    fn bytes(self) -> impl Future<Output = Bytes>;
}

impl<B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>> IntoAnswer for http::Response<B> {
    async fn bytes(self) -> Bytes {
        self.into_body().collect().await.unwrap().to_bytes()
    }
}
