//! A server in this process, on loopback: its pages, its counters and its way out.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use trivium_client::{
    Client, Road, SessionEvent,
    proto::v1::{GoAwayReason, ListRoomsRequest, RoomKind},
};
use trivium_server::{
    Config, Running,
    config::{StoreKind, http::Tls, value::AllowedOrigins},
    start,
};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with everything of its own.
struct Server {
    running: Running,
    _data: tempfile::TempDir,
}

impl Server {
    async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let mut config = Config {
            data: data.path().join("data"),
            ..Config::default()
        };
        config.http.bind = ([127, 0, 0, 1], 0).into();
        change(&mut config);
        let running = start(config).await.expect("it starts");
        Self { running, _data: data }
    }

    /// The answer to a GET, head and body.
    async fn get(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(self.running.http_addr).await.expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("it answers");
        answer
    }

    fn client(&self, road: Road) -> Client {
        let token = self.running.operator_token.clone().expect("an operator");
        Client::builder(self.running.url())
            .token(token)
            .road(road)
            .build()
            .expect("a client")
    }
}

#[tokio::test]
async fn the_pages_say_what_they_should() {
    let server = Server::start(|config| {
        let app = "https://app.example".parse().expect("an origin");
        config.http.allowed_origins = AllowedOrigins::Listed(vec![app]);
    })
    .await;
    for (path, headers, expected) in [
        ("/healthz", "", &["200 OK", "alive"][..]),
        ("/readyz", "", &["200 OK", "ready"]),
        ("/nowhere", "", &["404 Not Found"]),
        (
            "/",
            "",
            &[
                "200 OK",
                "content-security-policy: default-src 'none'",
                "text/html",
                "Trivium",
            ],
        ),
        ("/style.css", "", &["200 OK", "text/css", "nosniff"]),
        (
            "/.well-known/trivium",
            "",
            &["200 OK", "cache-control: no-store", "https://127.0.0.1:", "/wt/v1"],
        ),
        (
            "/.well-known/trivium",
            "origin: https://app.example\r\n",
            &["access-control-allow-origin: https://app.example"],
        ),
        (
            "/metrics",
            "",
            &["application/openmetrics-text", "trivium_rooms_loaded 0", "# EOF"],
        ),
    ] {
        let answer = server.get(path, headers).await;
        for part in expected {
            assert!(answer.contains(part), "{path}: {part} in\n{answer}");
        }
    }
    let stranger = server
        .get("/.well-known/trivium", "origin: https://evil.example\r\n")
        .await;
    assert!(!stranger.contains("access-control"), "{stranger}");
    let known = server.client(Road::Grpc).well_known().await.expect("the document");
    let hashes = known.webtransport.expect("a road").hashes().expect("hashes");
    assert_eq!(hashes, server.running.certificate_hashes);
    server.running.shutdown().await.expect("down");
}

#[tokio::test]
async fn sessions_are_counted_by_road() {
    let server = Server::start(|_| {}).await;
    for (road, label, call) in [
        (Road::Grpc, "grpc", "connect"),
        (Road::GrpcWeb, "grpc-web", "watch"),
        (Road::WebTransport, "webtransport", "connect"),
    ] {
        let (session, _events) = server.client(road).connect().await.expect("connected");
        session.create_room(RoomKind::Quiz, "Room").await.expect("a room");
        let text = server.running.metrics.text();
        let line = format!("trivium_calls_in_flight{{road=\"{label}\",call=\"{call}\"}} 1");
        assert!(text.contains(&line), "{line} in\n{text}");
        session.close().await;
    }
    let text = server.running.metrics.text();
    assert!(text.contains("trivium_rooms_loaded 3"), "{text}");
    assert!(!text.contains("trivium_append_records_total 0\n"), "{text}");
    server.running.shutdown().await.expect("down");
}

#[tokio::test]
async fn everybody_is_told_before_the_server_goes_down() {
    for road in [Road::Grpc, Road::GrpcWeb, Road::WebTransport] {
        let server = Server::start(|_| {}).await;
        let (_session, mut events) = server.client(road).connect().await.expect("connected");
        let told = tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if let SessionEvent::GoAway { reason, reconnect, .. } = event {
                    return Some((reason, reconnect));
                }
            }
            None
        });
        let addr = server.running.http_addr;
        let began = Instant::now();
        server.running.shutdown().await.expect("in good order");
        assert!(
            began.elapsed() < Duration::from_secs(4),
            "nobody had to be waited for: {road:?} {:?}",
            began.elapsed()
        );
        let told = tokio::time::timeout(PATIENCE, told)
            .await
            .expect("in time")
            .expect("no panic");
        assert_eq!(told, Some((GoAwayReason::Draining, true)), "{road:?}");
        assert!(TcpStream::connect(addr).await.is_err(), "the port is closed");
    }
}

#[tokio::test]
async fn what_cannot_be_is_said_before_anything_runs() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = taken.local_addr().expect("an address");
    let data = tempfile::tempdir().expect("a directory");
    let mut config = Config {
        data: data.path().to_owned(),
        ..Config::default()
    };
    config.http.bind = addr;
    let error = start(config.clone()).await.expect_err("the port is taken");
    assert!(format!("{error:#}").starts_with("http.bind: "), "{error:#}");
    assert!(
        !data.path().join("operator.token").exists(),
        "a server that does not run has no operator"
    );
    config.data = data.path().join("secret.key");
    let error = start(config).await.expect_err("a file is no directory");
    assert!(format!("{error:#}").starts_with("data: "), "{error:#}");
}

#[tokio::test]
async fn a_call_that_does_not_end_is_dropped_after_the_grace_and_reported_after_the_hard_limit() {
    for (grace, hard, good) in [(200, 10_000, true), (10_000, 200, false)] {
        let server = Server::start(|config| {
            config.drain.grace = Duration::from_millis(grace);
            config.drain.hard = Duration::from_millis(hard);
        })
        .await;
        let mut stuck = TcpStream::connect(server.running.http_addr).await.expect("it listens");
        let request = "POST /trivium.v1.SessionService/Watch HTTP/1.1\r\nhost: localhost\r\n\
            content-type: application/grpc-web+proto\r\ncontent-length: 100\r\n\r\n";
        stuck.write_all(request.as_bytes()).await.expect("it reads");
        let line = "trivium_calls_in_flight{road=\"grpc-web\",call=\"watch\"} 1";
        while !server.running.metrics.text().contains(line) {
            tokio::task::yield_now().await;
        }
        let began = Instant::now();
        let down = server.running.shutdown().await;
        assert_eq!(down.is_ok(), good, "{down:?}");
        assert!(began.elapsed() >= Duration::from_millis(200) && began.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_restarted_server_has_the_certificates_that_clients_know() {
    let data = tempfile::tempdir().expect("a directory");
    let run = async |names: &[&str]| {
        let mut config = Config {
            data: data.path().join("data"),
            ..Config::default()
        };
        config.http.bind = ([127, 0, 0, 1], 0).into();
        config.webtransport.names = names.iter().map(|name| (*name).to_owned()).collect();
        let running = start(config).await.expect("it starts");
        let hashes = running.certificate_hashes.clone();
        running.shutdown().await.expect("it ends");
        hashes
    };
    let first = run(&[]).await;
    assert_eq!(first.len(), 2);
    assert_eq!(run(&[]).await, first);
    assert_ne!(
        run(&["quiz.example"]).await,
        first,
        "certificates for other names are other certificates"
    );
}

#[tokio::test]
async fn a_server_with_its_store_in_memory_forgets() {
    let data = tempfile::tempdir().expect("a directory");
    for (store, expected) in [
        (StoreKind::Memory, [1, 1]),
        (StoreKind::Sqlite, [1, 2]),
        (StoreKind::Memory, [1, 1]),
    ] {
        let mut rooms = Vec::new();
        for _life in 0..2 {
            let mut config = Config {
                data: data.path().join("data"),
                store,
                ..Config::default()
            };
            config.http.bind = ([127, 0, 0, 1], 0).into();
            let running = start(config).await.expect("it starts");
            let token = running.operator_token.clone().expect("an operator");
            let client = Client::builder(running.url()).token(token).build().expect("a client");
            let (session, _events) = client.connect().await.expect("connected");
            session.create_room(RoomKind::Quiz, "Room").await.expect("a room");
            let listed = session.execute(ListRoomsRequest::default()).await.expect("listed");
            rooms.push(listed.rooms.len());
            session.close().await;
            running.shutdown().await.expect("it ends");
        }
        assert_eq!(rooms, expected, "{store:?}");
    }
}

#[tokio::test]
async fn every_road_works_with_a_certificate_from_a_file() {
    let issued = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let pem = issued.cert.pem();
    let folder = tempfile::tempdir().expect("a directory");
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, &pem).expect("written");
    std::fs::write(&key, issued.signing_key.serialize_pem()).expect("written");
    let server = Server::start(|config| config.http.tls = Some(Tls { certificate, key })).await;
    assert!(server.running.url().starts_with("https://127.0.0.1:"));
    assert!(
        server.running.certificate_hashes.is_empty(),
        "trusted by its issuer, not by hash"
    );
    for road in [Road::Grpc, Road::GrpcWeb, Road::WebTransport] {
        let token = server.running.operator_token.clone().expect("an operator");
        let builder = Client::builder(server.running.url()).token(token).road(road);
        let client = builder.ca_certificates(pem.as_bytes()).build().expect("a client");
        let connected = tokio::time::timeout(PATIENCE, client.connect()).await;
        let (session, _events) = connected
            .unwrap_or_else(|_| panic!("{road:?}: not in time"))
            .expect("connected");
        session.create_room(RoomKind::Quiz, "Room").await.expect("a room");
        session.close().await;
    }
    server.running.shutdown().await.expect("down");
}
