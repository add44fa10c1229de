//! The default connector over real sockets on loopback: discovery, all three roads, and a loss of each.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use axum::Json;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use trivium_client::{Choice, Client, Error, Events, Road, SessionEvent};
use trivium_transport::cert::Certificates;
use trivium_transport::webtransport::{Config, Origins, WebTransportServer};

use crate::fake::roads::services;
use crate::fake::{ROOM, Server, text};

/// The fake server on a TCP port and, unless it has none, a UDP port; stops when dropped.
struct Net {
    server: Server,
    url: String,
    tcp: CancellationToken,
    udp: CancellationToken,
}

impl Drop for Net {
    fn drop(&mut self) {
        self.tcp.cancel();
        self.udp.cancel();
    }
}

impl Net {
    async fn start(webtransport: bool) -> Self {
        let (server, tcp, udp) = (Server::new(), CancellationToken::new(), CancellationToken::new());
        let local: SocketAddr = ([127, 0, 0, 1], 0).into();
        let mut known = serde_json::json!({ "version": "1.2.3" });
        if webtransport {
            let certificates =
                Certificates::self_made(&["localhost".to_owned()], SystemTime::now()).expect("it can be made");
            let config = Config {
                origins: Origins::Any,
                ..Config::new(local, certificates)
            };
            let quic = WebTransportServer::bind(config).expect("there is a port");
            let port = quic.local_addr().expect("it is bound").port();
            let hashes: Vec<String> = quic
                .certificate_hashes()
                .iter()
                .map(|hash| STANDARD.encode(hash))
                .collect();
            known["webtransport"] = serde_json::json!({
                "url": format!("https://127.0.0.1:{port}/wt/v1"),
                "certificate_hashes": hashes,
            });
            tokio::spawn(quic.serve(services(&server).prepare(), udp.clone()));
        }
        let listener = TcpListener::bind(local).await.expect("there is a port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let app = services(&server)
            .into_axum_router()
            .layer(tonic_web::GrpcWebLayer::new())
            .route("/.well-known/trivium", get(move || std::future::ready(Json(known))));
        let stopped = tcp.clone();
        tokio::spawn(async move {
            axum::serve(listener, app)
                .with_graceful_shutdown(stopped.cancelled_owned())
                .await
        });
        Self { server, url, tcp, udp }
    }

    fn client(&self, choice: impl Into<Choice>) -> Client {
        Client::builder(&self.url)
            .road(choice)
            .token("token")
            .build()
            .expect("nothing is wrong with it")
    }
}

async fn next(events: &mut Events) -> SessionEvent {
    let next = timeout(Duration::from_secs(20), events.next()).await;
    next.expect("an event comes").expect("the session goes on")
}

async fn connected(events: &mut Events) -> (Road, bool) {
    loop {
        if let SessionEvent::Connected { road, resumed } = next(events).await {
            return (road, resumed);
        }
    }
}

async fn read(events: &mut Events, count: usize) -> Vec<(u64, String)> {
    let mut read = Vec::new();
    while read.len() < count {
        match next(events).await {
            SessionEvent::Event(event) => read.push((event.seq, text(&event))),
            SessionEvent::Gap { .. } => panic!("there is none"),
            _ => {}
        }
    }
    read
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_road_carries_a_session_and_calls_and_resumes() {
    let net = Net::start(true).await;
    for (choice, road) in [
        (Choice::Only(Road::Grpc), Road::Grpc),
        (Choice::Only(Road::GrpcWeb), Road::GrpcWeb),
        (Choice::Only(Road::WebTransport), Road::WebTransport),
        (Choice::Auto, Road::WebTransport),
    ] {
        let client = net.client(choice);
        let (session, mut events) = client.connect().await.expect("the server takes it");
        assert_eq!(connected(&mut events).await, (road, false));
        session.subscribe(ROOM, None).await.expect("it is there");
        for text in ["one", "two"] {
            let seq = session.send_message(ROOM, text).await.expect("it is said").seq;
            assert_eq!(read(&mut events, 1).await, [(seq, text.to_owned())], "{choice:?}");
            net.server.cut();
            assert_eq!(connected(&mut events).await, (road, true), "{choice:?}");
        }
        let sample = client
            .sessions()
            .sync_clock(trivium_client::proto::v1::SyncClockRequest::default())
            .await;
        assert!(sample.is_ok(), "{choice:?}: {sample:?}");
        let estimate = session.clock().estimate().expect("there are samples");
        assert!(estimate.delay_us < 5_000_000, "{estimate:?}");
        session.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_webtransport_is_reached_over_grpc() {
    let net = Net::start(false).await;
    let client = net.client(Choice::Auto);
    assert_eq!(client.well_known().await.expect("it says so").version, "1.2.3");
    let (session, mut events) = client.connect().await.expect("the server takes it");
    assert_eq!(connected(&mut events).await, (Road::Grpc, false));
    assert!(session.send_message(ROOM, "hello").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loss_of_udp_in_the_middle_is_made_good_over_tcp() {
    let net = Net::start(true).await;
    let (session, mut events) = net.client(Choice::Auto).connect().await.expect("the server takes it");
    assert_eq!(connected(&mut events).await, (Road::WebTransport, false));
    session.subscribe(ROOM, None).await.expect("it is there");
    net.server.say("before");
    assert_eq!(read(&mut events, 1).await.len(), 1);
    net.udp.cancel();
    net.server.cut();
    net.server.say("after");
    assert_eq!(connected(&mut events).await, (Road::Grpc, true));
    assert_eq!(read(&mut events, 1).await, [(2, "after".to_owned())]);
}

#[tokio::test]
async fn what_is_no_address_is_refused_at_once() {
    for url in ["", "quiz", "ftp://quiz.example", "/path"] {
        let built = Client::builder(url).build();
        assert!(matches!(built, Err(Error::Connect(_))), "{url}");
    }
    let built = Client::builder("https://quiz.example")
        .ca_certificates("no PEM")
        .build();
    assert!(matches!(built, Err(Error::Connect(_))));
}
