//! Sessions: who is let in, how many, datagrams, draining.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::time::timeout;
use trivium_transport::client::{ConnectError, WtChannel};
use trivium_transport::datagram::{Datagram, MAX_LEN};
use trivium_transport::session::DatagramError;
use trivium_transport::webtransport::Origins;

use crate::echo::message;
use crate::harness::{SOON, Server, call, eventually, request};

#[tokio::test]
async fn only_the_right_path_origin_and_certificate_get_in() {
    let allowed = Origins::Listed(vec!["https://quiz.example".to_owned()]);
    let server = Server::start_with(|config| config.origins = allowed);
    let good = server.url();
    let other_path = good.replace("v1", "v2");
    let with_query = format!("{good}?x=1");
    for (url, origin, hashes, let_in) in [
        (&good, None, true, true),
        (&with_query, None, true, true),
        (&good, Some("https://quiz.example"), true, true),
        (&good, Some("https://evil.example"), true, false),
        (&other_path, None, true, false),
        (&good, None, false, false),
    ] {
        let mut config = server.client_config();
        config.origin = origin.map(ToOwned::to_owned);
        if !hashes {
            config.trust = trivium_transport::client::Trust::Hashes(vec![[0; 32]]);
        }
        let connected = WtChannel::connect(url, config).await;
        assert_eq!(connected.is_ok(), let_in, "{url} {origin:?} {hashes} {connected:?}");
    }
}

#[tokio::test]
async fn the_origin_reaches_the_handler() {
    let server = Server::start_with(|config| config.origins = Origins::Any);
    let mut config = server.client_config();
    config.origin = Some("https://a.example".to_owned());
    let channel = WtChannel::connect(&server.url(), config).await.unwrap();
    let answer = call(channel, request("/Peer", message(b""))).await.unwrap();
    assert_eq!(&answer.messages[5..], br#"webtransport true Some("https://a.example")"#);
}

#[tokio::test]
async fn sessions_are_capped_and_places_given_back() {
    let server = Server::start_with(|config| config.max_sessions_per_ip = 2);
    let first = server.connect().await;
    let _second = server.connect().await;
    let third = WtChannel::connect(&server.url(), server.client_config()).await;
    assert!(matches!(third, Err(ConnectError::Refused(_))), "{third:?}");
    first.close().await;
    drop(first);
    let reconnected = async {
        while WtChannel::connect(&server.url(), server.client_config()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, reconnected).await.expect("the place is free again");
}

#[tokio::test]
async fn addresses_are_validated_under_pressure() {
    let server = Server::start_with(|config| config.retry_above = 0);
    assert_eq!(
        call(server.connect().await, request("/Unary", message(b"x")))
            .await
            .unwrap()
            .status(),
        0
    );
}

#[tokio::test]
async fn calls_above_the_cap_are_refused_with_a_status() {
    let server = Server::start_with(|config| config.bridge.max_rpcs = 1);
    let channel = server.connect().await;
    let hanging = tokio::spawn(call(channel.clone(), request("/Hang", message(b""))));
    eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
    assert_eq!(
        call(channel, request("/Unary", message(b""))).await.unwrap().status(),
        8
    );
    hanging.abort();
}

/// A client that has more calls at once than it may have from the start waits no longer than for the server to allow more.
#[tokio::test]
async fn more_streams_are_allowed_to_who_needs_them() {
    for (first, most) in [(1, 128), (32, 128), (128, 128), (3, 4)] {
        let server = Server::start_with(|config| {
            (config.bridge.first_streams, config.bridge.max_streams) = (first, most);
        });
        let channel = server.connect().await;
        let calls: Vec<_> = (0..=most)
            .map(|_| tokio::spawn(call(channel.clone(), request("/Hang", message(b"")))))
            .collect();
        let active = || server.probe.active.load(Ordering::SeqCst);
        eventually("all that may be open are", || active() == most as usize).await;
        // The one that is too many has its turn when others end; quinn gives their streams back by the eighth.
        let ended = most as usize / 8 + 2;
        calls[..ended].iter().for_each(tokio::task::JoinHandle::abort);
        eventually("another has begun", || active() == most as usize - ended + 1).await;
    }
}

#[tokio::test]
async fn pings_are_answered_with_the_servers_clock() {
    let server = Server::start();
    let channel = server.connect().await;
    channel.send_datagram(&Datagram::Ping { seq: 7, t_client: 8 }).unwrap();
    let Some(Datagram::Pong {
        seq: 7,
        t_client: 8,
        t_server,
    }) = timeout(SOON, channel.recv_datagram()).await.unwrap()
    else {
        panic!("not the pong");
    };
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap();
    assert!(now - t_server < 5_000_000);
    assert!(channel.rtt() < Duration::from_secs(1));
    let large = Datagram::Application {
        kind: 0x10,
        body: vec![0; MAX_LEN].into(),
    };
    assert_eq!(channel.send_datagram(&large), Err(DatagramError::TooLarge));
}

#[tokio::test]
async fn a_call_receives_and_sends_datagrams() {
    let server = Server::start();
    let channel = server.connect().await;
    let relay = tokio::spawn(call(channel.clone(), request("/Datagrams", message(b""))));
    eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
    // The handler claims its inbox after it is counted; datagrams before that are lost, as datagrams may be.
    let heard = async {
        loop {
            channel
                .send_datagram(&Datagram::Application {
                    kind: 0x20,
                    body: "hi".into(),
                })
                .unwrap();
            if let Ok(echoed) = timeout(Duration::from_millis(50), channel.recv_datagram()).await {
                return echoed;
            }
        }
    };
    let heard = timeout(SOON, heard).await.unwrap();
    assert_eq!(
        heard,
        Some(Datagram::Application {
            kind: 0x21,
            body: "hi".into()
        })
    );
    assert_eq!(relay.await.unwrap().unwrap().status(), 0);
}

#[tokio::test]
async fn draining_finishes_calls_and_refuses_new_ones() {
    let server = Server::start();
    let channel = server.connect().await;
    let slow = tokio::spawn(call(channel.clone(), request("/Slow", message(b""))));
    eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
    server.shutdown.cancel();
    let late = async {
        while call(channel.clone(), request("/Unary", message(b"")))
            .await
            .unwrap()
            .status()
            != 14
        {}
    };
    timeout(SOON, late).await.expect("late calls are told to go elsewhere");
    let answer = slow.await.unwrap().unwrap();
    assert_eq!((answer.status(), answer.messages), (0, message(b"slow")));
    timeout(SOON, server.task).await.expect("the server ends").unwrap();
    timeout(SOON, channel.closed()).await.expect("the session was closed");
}

#[tokio::test]
async fn draining_does_not_wait_for_ever() {
    let server = Server::start_with(|config| config.bridge.drain_timeout = Duration::from_millis(100));
    let channel = server.connect().await;
    let idle = server.connect().await;
    let hanging = tokio::spawn(call(channel, request("/Hang", message(b""))));
    eventually("the call arrives", || server.probe.active.load(Ordering::SeqCst) == 1).await;
    let start = Instant::now();
    server.shutdown.cancel();
    timeout(SOON, server.task).await.expect("the server ends").unwrap();
    assert!(start.elapsed() >= Duration::from_millis(100));
    assert_eq!(server.probe.active.load(Ordering::SeqCst), 0);
    assert_eq!(hanging.await.unwrap().unwrap().status(), 14);
    timeout(SOON, idle.closed()).await.expect("idle sessions are closed");
}

#[tokio::test]
async fn a_connection_that_comes_to_no_session_is_closed() {
    let server = Server::start_with(|config| config.handshake_timeout = Duration::from_millis(200));
    // The second one leaves the server no stream to send its settings on.
    for uni in [8, 0] {
        let connection = server.connect_quic(uni).await;
        timeout(SOON, connection.closed()).await.expect("closed by the server");
    }
}
