//! The HTTP road: both versions on one port, TLS, hostile connections, draining.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt;
use trivium_transport::cert::Certificates;
use trivium_transport::client::{self, Trust, WtChannel};

use crate::echo::message;
use crate::harness::{Http, SOON, Server, call, channel_body, eventually, h2_over, request};

#[tokio::test]
async fn both_versions_are_served_on_one_port() {
    let server = Http::start(|_| {}).await;
    let answer = call(server.h2().await, request("/Unary", message(b"two")))
        .await
        .unwrap();
    assert_eq!((answer.status(), answer.messages), (0, message(b"two")));

    let io = TokioIo::new(server.tcp().await);
    let (mut send, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..2 {
        let mut one = request("/Unary", message(b"one"));
        one.headers_mut().insert("host", "example".parse().unwrap());
        *one.uri_mut() = "/Unary".parse().unwrap();
        let response = send.send_request(one).await.unwrap();
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            message(b"one")
        );
    }
}

/// Who is answered before everything was sent is told not to use the connection again, and may send to the end: a reset
/// would destroy the answer.
#[tokio::test]
async fn an_early_answer_over_http1_ends_the_connection_in_order() {
    let server = Http::start(|_| {}).await;
    // Calls of gRPC-Web are not hyper's.
    for (path, body, early, kind) in [
        ("/Early", vec![0; 4 * 1024 * 1024], true, "grpc"),
        ("/Early", vec![0; 4 * 1024 * 1024], true, "grpc-web"),
        ("/Unary", message(b"one").to_vec(), false, "grpc"),
        ("/Unary", message(b"one").to_vec(), false, "grpc-web"),
    ] {
        let mut io = server.tcp().await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: example\r\ncontent-type: application/{kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        io.write_all(head.as_bytes()).await.unwrap();
        let (sent, rest) = body.split_at(if early { 2 } else { body.len() });
        io.write_all(sent).await.unwrap();
        let mut answer = Vec::new();
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            assert!(timeout(SOON, io.read_buf(&mut answer)).await.unwrap().unwrap() > 0);
        }
        timeout(SOON, io.write_all(rest)).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&answer).to_lowercase();
        assert_eq!(text.contains("connection: close"), early, "{path}, {kind}: {text}");
        if early {
            timeout(SOON, io.read_to_end(&mut answer)).await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn calls_over_http2_are_full_duplex_and_see_their_peer() {
    let server = Http::start(|_| {}).await;
    let (send, body) = channel_body();
    let mut response = server
        .h2()
        .await
        .oneshot(request("/Echo", "").map(|_| body))
        .await
        .unwrap();
    for n in 0..5 {
        send.send(message(&[n])).await.unwrap();
        let frame = timeout(SOON, response.body_mut().frame())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        assert_eq!(frame.into_data().unwrap(), message(&[n]));
    }
    let mut peer = request("/Peer", message(b""));
    peer.headers_mut()
        .insert("origin", "https://a.example".parse().unwrap());
    let answer = call(server.h2().await, peer).await.unwrap();
    assert_eq!(&answer.messages[5..], br#"http true Some("https://a.example")"#);
}

/// A certificate that is its own authority, as a set and as a store of roots.
fn issued() -> (Certificates, Arc<RootCertStore>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let chain = made.cert.pem();
    let certificates = Certificates::from_pem(chain.as_bytes(), made.signing_key.serialize_pem().as_bytes()).unwrap();
    (certificates, Arc::new(roots))
}

#[tokio::test]
async fn one_issued_certificate_serves_tls_and_webtransport() {
    let (certificates, roots) = issued();
    assert!(certificates.hashes().is_empty(), "it is trusted through its issuer");
    let for_http = certificates.clone();
    let server = Http::start(|config| config.certificates = Some(for_http)).await;
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(Arc::new(tls));
    let io = connector
        .connect("localhost".try_into().unwrap(), server.tcp().await)
        .await
        .unwrap();
    assert_eq!(io.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(
        call(h2_over(io).await, request("/Unary", message(b"x")))
            .await
            .unwrap()
            .status(),
        0
    );

    let server = Server::start_with(|config| config.certificates = certificates);
    let config = client::Config::new(Trust::Roots(roots));
    let channel = WtChannel::connect(&server.url(), config).await.unwrap();
    assert_eq!(
        call(channel, request("/Unary", message(b"x"))).await.unwrap().status(),
        0
    );
}

/// Whether the server closes the connection by itself.
async fn is_closed(io: &mut tokio::net::TcpStream) -> bool {
    timeout(SOON, async {
        while matches!(io.read(&mut [0; 1024]).await, Ok(1..)) {}
    })
    .await
    .is_ok()
}

#[tokio::test]
async fn slow_and_silent_connections_are_closed() {
    let server = Http::start(|config| {
        config.handshake_timeout = Duration::from_millis(100);
        config.header_timeout = Duration::from_millis(100);
    })
    .await;
    for sent in [&b""[..], b"PRI * HTTP/2.0\r\n", b"POST /Unary HTTP/1.1\r\nhost: e"] {
        let mut io = server.tcp().await;
        io.write_all(sent).await.unwrap();
        assert!(is_closed(&mut io).await, "{}", sent.escape_ascii());
    }
}

#[tokio::test]
async fn silent_connections_are_closed_before_tls_too() {
    let (certificates, _) = issued();
    let server = Http::start(|config| {
        config.handshake_timeout = Duration::from_millis(100);
        config.certificates = Some(certificates);
    })
    .await;
    assert!(is_closed(&mut server.tcp().await).await);
}

#[tokio::test]
async fn connections_are_capped() {
    let server = Http::start(|config| config.max_connections_per_ip = 1).await;
    let first = server.h2::<Full<_>>().await;
    assert_eq!(
        call(first.clone(), request("/Unary", message(b"x")))
            .await
            .unwrap()
            .status(),
        0
    );
    assert!(is_closed(&mut server.tcp().await).await, "the second is refused");
    assert_eq!(call(first, request("/Unary", message(b"x"))).await.unwrap().status(), 0);
}

#[tokio::test]
async fn calls_on_one_connection_are_capped() {
    let server = Http::start(|config| config.max_streams = 10).await;
    let channel = server.h2().await;
    assert_eq!(
        call(channel.clone(), request("/Unary", message(b"x")))
            .await
            .unwrap()
            .status(),
        0
    );
    let mut calls = JoinSet::new();
    for _ in 0..15 {
        calls.spawn(channel.clone().oneshot(request("/Hang", message(b"x"))));
    }
    let active = || server.probe.active.load(Ordering::SeqCst);
    eventually("ten arrive", || active() == 10).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(active(), 10);
}

#[tokio::test]
async fn draining_finishes_calls() {
    let server = Http::start(|_| {}).await;
    let slow = tokio::spawn(call(server.h2().await, request("/Slow", message(b""))));
    eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
    server.shutdown.cancel();
    assert_eq!(slow.await.unwrap().unwrap().status(), 0);
    timeout(SOON, server.task).await.expect("the server ends").unwrap();
    assert!(
        tokio::net::TcpStream::connect(server.addr).await.is_err(),
        "the port is closed"
    );
}

#[tokio::test]
async fn draining_does_not_wait_for_hung_peers() {
    let server = Http::start(|config| config.drain_timeout = Duration::from_millis(200)).await;
    let _silent = server.tcp().await;
    let mut half_preface = server.tcp().await;
    half_preface
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    let channel = server.h2::<Full<_>>().await;
    let hanging = tokio::spawn(async move {
        let Ok(response) = channel.oneshot(request("/HangBody", message(b""))).await;
        response.into_body().collect().await.is_err()
    });
    eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
    let start = Instant::now();
    server.shutdown.cancel();
    timeout(SOON, server.task).await.expect("the server ends").unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(hanging.await.unwrap(), "the call was dropped");
    eventually("the handler is dropped", || {
        server.probe.active.load(Ordering::SeqCst) == 0
    })
    .await;
}
