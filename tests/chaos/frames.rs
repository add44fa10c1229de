//! Malformed WebTransport streams against the whole server: each row of the table in docs/webtransport.md, and bytes at
//! random. The stream is answered; its session and everybody else notice nothing.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::HeaderMap;
use prost::Message as _;
use rand::{RngExt as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use trivium_api::authz::RULES;
use trivium_client::proto::v1::{ConnectRequest, Hello, connect_request::Request};
use trivium_tests::{Person, Server, Way, eventually, game};
use trivium_transport::{
    envelope::{END, HEADERS, HeadReader, MESSAGE, Scanner, prefix},
    header_block,
};
use wtransport::{ClientConfig, Connection, Endpoint, RecvStream, tls::Sha256Digest};

use crate::messages::{sessions_come_back_to, still_serves};

const CLOCK: &str = "/trivium.v1.SessionService/SyncClock";
const CONNECT: &str = "/trivium.v1.SessionService/Connect";

/// Whether the client ends its half behind the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Fin,
    Wait,
}

/// What it is, its bytes, what follows them, and the status of the answer.
type Row = (&'static str, Vec<u8>, Then, u16);

fn rows() -> Vec<Row> {
    use Then::{Fin, Wait};
    let clock = head(CLOCK);
    let connect = head(CONNECT);
    let hello = message(&greeting());
    let path = format!(":path: {CLOCK}\r\n");
    let block = |text: &str| envelope(HEADERS, text.as_bytes());
    let behind = |start: &[u8], rest: &[u8]| [start, rest].concat();
    let lines = |count: usize| block(&format!("{path}{}", "x: 1\r\n".repeat(count)));
    vec![
        ("the first envelope is a message", message(b"x"), Wait, 3),
        ("the first envelope is END_STREAM", prefix(END, 0).into(), Wait, 3),
        ("no :path", block("x: 1\r\n"), Wait, 3),
        ("a malformed :path", block(":path: nowhere\r\n"), Wait, 3),
        (":path twice", block(&format!("{path}{path}")), Wait, 3),
        (
            "another pseudo header",
            block(&format!("{path}:method: POST\r\n")),
            Wait,
            3,
        ),
        ("a line without a colon", block(&format!("{path}nonsense\r\n")), Wait, 3),
        ("a line without its end", block(&format!("{path}x: 1")), Wait, 3),
        ("a capital in a name", block(&format!("{path}X: 1\r\n")), Wait, 3),
        ("129 lines", lines(128), Wait, 3),
        ("FIN before HEADERS", Vec::new(), Fin, 3),
        ("FIN inside HEADERS", clock[..20].to_vec(), Fin, 3),
        ("a block above 16 KiB", prefix(HEADERS, 16 * 1024 + 1).into(), Wait, 8),
        ("HEADERS that never come", Vec::new(), Wait, 4),
        ("HEADERS that never end", clock[..20].to_vec(), Wait, 4),
        ("unknown flags", behind(&clock, &[0x02]), Wait, 13),
        ("HEADERS again", behind(&clock, &clock), Wait, 13),
        (
            "END_STREAM with a payload",
            behind(&clock, &envelope(END, b"x")),
            Wait,
            13,
        ),
        ("FIN inside a prefix", behind(&clock, &[0, 0]), Fin, 13),
        ("FIN inside a message", behind(&clock, &[0, 0, 0, 0, 9, 1]), Fin, 13),
        (
            "a path that no service has",
            head("/trivium.v1.SessionService/Nothing"),
            Wait,
            12,
        ),
        (
            "a service that is not there",
            head("/trivium.v9.Nobody/Nothing"),
            Wait,
            12,
        ),
        (
            "bytes after END_STREAM",
            [&clock[..], &message(b""), &prefix(END, 0), b"junk"].concat(),
            Fin,
            0,
        ),
        ("a bare FIN as half-close", behind(&clock, &message(b"")), Fin, 0),
        ("no message at all", behind(&clock, &prefix(END, 0)), Wait, 13),
        (
            "a message that is none",
            [&clock[..], &message(&[0xff; 9]), &prefix(END, 0)].concat(),
            Wait,
            13,
        ),
        (
            "compression that was not announced",
            behind(&clock, &envelope(1, b"x")),
            Wait,
            13,
        ),
        (
            "unknown flags behind a greeting",
            [&connect[..], &hello, &[0x42]].concat(),
            Wait,
            13,
        ),
        (
            "FIN inside a message behind a greeting",
            [&connect[..], &hello, &[0, 0, 0, 0, 9, 1]].concat(),
            Fin,
            13,
        ),
        (
            "a message of 4 GiB behind a greeting",
            [&connect[..], &hello, &prefix(MESSAGE, u32::MAX)].concat(),
            Wait,
            11,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_streams_are_answered_and_nobody_else_notices() {
    let server = Server::start().await;
    let mut person = Person::account(&server, Way::WebTransport, "host").await;
    let room = game::create_room(&person).await;
    person.hear(&room.id).await;
    let session = connect(&server).await;
    let (mut greeted, _answer) = open(&session, &[&head(CONNECT)[..], &message(&greeting())].concat()).await;
    sessions_reach(&server, 2).await;

    let answers = rows().into_iter().map(async |(what, bytes, then, expected)| {
        let (mut send, mut recv) = open(&session, &bytes).await;
        if then == Then::Fin {
            send.quic_stream_mut().finish().expect("it is open");
        }
        let answer = eventually(what, read(&mut recv)).await;
        (answer != Some(expected)).then(|| format!("{what}: expected {expected}, got {answer:?}"))
    });
    let wrong: Vec<String> = join_all(answers).await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    still_answers(&session).await;
    still_serves(&server, &mut person, &room.id).await;
    // The stream that was greeted first is there all the time, and the only one that is left.
    sessions_come_back_to(&server, 2).await;
    greeted.quic_stream_mut().finish().expect("it is open");
    sessions_come_back_to(&server, 1).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_bytes_end_their_stream_only() {
    let server = Server::start().await;
    let mut person = Person::account(&server, Way::WebTransport, "host").await;
    let room = game::create_room(&person).await;
    person.hear(&room.id).await;
    let session = connect(&server).await;
    let mut dice = ChaCha8Rng::seed_from_u64(5);
    for round in 0..300 {
        let mut bytes: Vec<u8> = (0..dice.random_range(1..300)).map(|_| dice.random()).collect();
        let (method, _) = RULES.choose(&mut dice).expect("there are methods");
        bytes = match round % 3 {
            0 => bytes,
            1 => [head(&format!("/{method}")), bytes].concat(),
            _ => [head(&format!("/{method}")), message(&bytes)].concat(),
        };
        let (mut send, mut recv) = open(&session, &bytes).await;
        // The server may have had enough of it already.
        let _stopped = send.quic_stream_mut().finish();
        let status = eventually(("random bytes", round), read(&mut recv)).await;
        assert!(
            status.is_some_and(|status| status != 0 && status != 2),
            "{status:?} to {bytes:02x?}"
        );
        session
            .send_datagram(&bytes[..bytes.len().min(100)])
            .expect("it is sent");
    }
    still_answers(&session).await;
    still_serves(&server, &mut person, &room.id).await;
    sessions_come_back_to(&server, 1).await;
    server.stop().await;
}

/// A session without a client in front of it.
async fn connect(server: &Server) -> Connection {
    let hashes = server.hashes.iter().copied().map(Sha256Digest::new);
    let config = ClientConfig::builder()
        .with_bind_address(([127, 0, 0, 1], 0).into())
        .with_server_certificate_hashes(hashes)
        .build();
    let endpoint = Endpoint::client(config).expect("a UDP socket");
    let connecting = endpoint.connect(server.webtransport_url());
    eventually("a session", connecting).await.expect("a session")
}

async fn open(session: &Connection, bytes: &[u8]) -> (wtransport::SendStream, RecvStream) {
    let (mut send, recv) = session.open_bi().await.expect("a session").await.expect("a stream");
    // The server may refuse it before all of it is sent.
    let _refused = send.write_all(bytes).await;
    (send, recv)
}

async fn still_answers(session: &Connection) {
    let call = [&head(CLOCK)[..], &message(b""), &prefix(END, 0)].concat();
    let (_send, mut recv) = open(session, &call).await;
    assert_eq!(eventually("a clock sample", read(&mut recv)).await, Some(0));
}

async fn sessions_reach(server: &Server, count: usize) {
    eventually("sessions", async {
        while server.api.sessions.len() < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// Reads an answer to its end. Returns its status, or the status that a reset stands for.
async fn read(recv: &mut RecvStream) -> Option<u16> {
    let mut bytes = Vec::new();
    loop {
        match recv.quic_stream_mut().read_chunk(usize::MAX, true).await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk.bytes),
            Ok(None) => break,
            Err(error) => panic!("reset instead of an answer: {error}"),
        }
    }
    let mut bytes = Bytes::from(bytes);
    let block = HeadReader::default().feed(&mut bytes).expect("HEADERS")?;
    let head = header_block::decode(&block).expect("a block");
    assert_eq!(head.status, Some(200));
    let mut scanner = Scanner::for_responses();
    while !bytes.is_empty() {
        scanner.feed(&mut bytes).expect("envelopes");
        assert!(scanner.end().is_none() || bytes.is_empty(), "nothing follows TRAILERS");
    }
    let trailers = scanner.end().map(|block| header_block::decode(block).expect("a block"));
    let fields = trailers.unwrap_or(head).fields;
    fields.get("grpc-status")?.to_str().ok()?.parse().ok()
}

fn greeting() -> Vec<u8> {
    let request = Some(Request::Hello(Hello::default()));
    ConnectRequest { id: 0, request }.encode_to_vec()
}

fn head(path: &str) -> Vec<u8> {
    let block = header_block::encode(HEADERS, Some((":path", path)), &HeaderMap::new());
    block.expect("it is small").into()
}

fn message(payload: &[u8]) -> Vec<u8> {
    envelope(MESSAGE, payload)
}

fn envelope(flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("it is small");
    [&prefix(flags, length)[..], payload].concat()
}
