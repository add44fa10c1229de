//! A server in this process, on loopback: its pages, its counters and its way out.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use trivium_client::{
    Client, Road, SessionEvent,
    proto::v1::{GoAwayReason, RoomKind},
};
use trivium_server::{Config, Running, start};

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
        let mut config = Config::default();
        config.data = data.path().join("data");
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
        config.http.allowed_origins = "https://app.example"
            .parse()
            .map(|one| trivium_server::config::value::AllowedOrigins::Listed(vec![one]))
            .expect("an origin")
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
            &["200 OK", "cache-control: no-store", "https://localhost:", "/wt/v1"],
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
    let mut config = Config::default();
    config.data = data.path().to_owned();
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
