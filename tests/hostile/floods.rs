//! Floods of frames on one HTTP/2 connection: what is answered by one reset or one GOAWAY, and never by work or memory.

use std::{io::Write as _, iter, net::SocketAddr};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use trivium_tests::eventually;

use crate::{
    h2::{
        CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, HEADERS, PING, PREFACE, PRIORITY,
        REFUSED_STREAM, RST_STREAM, SETTINGS, WINDOW_UPDATE, block, call, connect, frame, line, send,
    },
    stage::Stage,
};

const CLOCK: &str = "/trivium.v1.SessionService/SyncClock";
/// A bidirectional call that stays open.
const CONNECT: &str = "/trivium.v1.SessionService/Connect";
/// RST_STREAM with CANCEL.
const CANCEL: [u8; 4] = [0, 0, 0, 8];

type Pieces = Box<dyn Iterator<Item = Vec<u8>> + Send>;

/// What must come of a flood.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// GOAWAY with this code, and the end.
    Cut(u32),
    /// The stream is reset or answered, and the connection goes on.
    Refused,
    /// Nothing: it is ignored or answered, and the connection goes on.
    Harmless,
}

fn streams() -> impl Iterator<Item = u32> + Send {
    (1..).step_by(2)
}

fn floods() -> Vec<(&'static str, Expected, Pieces)> {
    use Expected::{Cut, Harmless, Refused};
    let calm = Cut(ENHANCE_YOUR_CALM);
    vec![
        (
            "rapid reset",
            calm,
            Box::new(streams().take(20_000).map(|stream| {
                [
                    call(END_STREAM, stream, CLOCK, &[]),
                    frame(RST_STREAM, 0, stream, &CANCEL),
                ]
                .concat()
            })),
        ),
        (
            "malformed requests",
            calm,
            Box::new(
                streams()
                    .take(20_000)
                    .map(|stream| call(END_STREAM, stream, CLOCK, &[("connection", "close")])),
            ),
        ),
        (
            "CONTINUATION without end",
            calm,
            Box::new(
                iter::once(frame(HEADERS, 0, 1, &block(CLOCK, &[])))
                    .chain((0..50_000).map(|_| frame(CONTINUATION, 0, 1, &line(0, "x", &"y".repeat(1_000))))),
            ),
        ),
        (
            "empty CONTINUATION without end",
            calm,
            Box::new(
                iter::once(frame(HEADERS, 0, 1, &block(CLOCK, &[])))
                    .chain((0..50_000).map(|_| frame(CONTINUATION, 0, 1, b""))),
            ),
        ),
        (
            "headers of 24 KB",
            Refused,
            // 3,000 bytes once, and then again for one byte each.
            Box::new(iter::once(bomb(8))),
        ),
        ("headers of 30 MB", calm, Box::new(iter::once(bomb(10_000)))),
        (
            "more streams than there may be",
            Refused,
            Box::new(streams().take(1_000).map(|stream| call(0, stream, CONNECT, &[]))),
        ),
        (
            "SETTINGS",
            Harmless,
            Box::new((0..100_000).map(|_| frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]))),
        ),
        (
            "PING",
            Harmless,
            Box::new((0..100_000).map(|_| frame(PING, 0, 0, &[0; 8]))),
        ),
        (
            "PRIORITY",
            Harmless,
            Box::new(
                streams()
                    .take(100_000)
                    .map(|stream| frame(PRIORITY, 0, stream, &[0, 0, 0, 0, 9])),
            ),
        ),
        (
            "WINDOW_UPDATE",
            Harmless,
            Box::new((0..100_000).map(|_| frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]))),
        ),
        (
            "empty DATA",
            calm,
            Box::new(iter::once(call(0, 1, CONNECT, &[])).chain((0..200_000).map(|_| frame(DATA, 0, 1, b"")))),
        ),
    ]
}

fn bomb(times: usize) -> Vec<u8> {
    let bomb = [
        block(CLOCK, &[]),
        line(0x40, "x", &"y".repeat(3_000)),
        vec![0xbe; times - 1],
    ];
    frame(HEADERS, END_HEADERS | END_STREAM, 1, &bomb.concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_frames_end_with_their_connection() {
    let mut stage = Stage::set(&[]).await;
    let server = stage.process.address();
    for (what, expected, pieces) in floods() {
        let answers = usize::from(matches!(expected, Expected::Refused));
        let fate = stage.play_through(send(server, pieces, answers)).await;
        eprintln!("{what}: {fate:?}");
        match expected {
            Expected::Cut(code) => {
                assert!(fate.cut && fate.go_away == Some(code), "{what}: {fate:?}");
            }
            Expected::Refused => {
                assert!(!fate.cut && fate.go_away.is_none(), "{what}: {fate:?}");
                assert!(fate.reset.is_none_or(|code| code == REFUSED_STREAM), "{what}: {fate:?}");
            }
            Expected::Harmless => assert!(!fate.cut && fate.go_away.is_none(), "{what}: {fate:?}"),
        }
    }
    stage.is_open_to_newcomers("late").await;
    stage.recovers().await;
}

/// Messages that are small on the wire and large behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gzip_bombs_are_not_unpacked() {
    let mut stage = Stage::set(&[]).await;
    for (path, mebibytes) in [(CLOCK, 32), (CONNECT, 32), ("/trivium.v1.QuizService/CreateQuiz", 160)] {
        let bomb = gzip(mebibytes);
        let length = u32::try_from(bomb.len()).expect("it is small").to_be_bytes();
        let message = [&[1][..], &length, &bomb].concat();
        let request = Request::post(format!("{}{path}", stage.process.url()))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("grpc-encoding", "gzip")
            .header("authorization", format!("Bearer {}", stage.process.token("mallory")))
            .body(Full::new(Bytes::from(message)))
            .expect("a request");
        let status = stage.play_through(status(request)).await;
        assert!(
            ["8", "11"].contains(&status.as_str()),
            "{mebibytes} MiB to {path}: {status}"
        );
    }
    stage.recovers().await;
}

fn gzip(mebibytes: usize) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let zeros = vec![0; 1024 * 1024];
    for _ in 0..mebibytes {
        gzip.write_all(&zeros).expect("memory takes it");
    }
    gzip.finish().expect("memory takes it")
}

/// The status of gRPC with which a call ends.
async fn status(request: Request<Full<Bytes>>) -> String {
    let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    let response = eventually("an answer", client.request(request))
        .await
        .expect("an answer");
    let (head, body) = response.into_parts();
    let body = eventually("its end", body.collect()).await.expect("an end");
    let status = body.trailers().and_then(|trailers| trailers.get("grpc-status"));
    let status = status.or_else(|| head.headers.get("grpc-status")).expect("a status");
    status.to_str().expect("digits").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_hung_up_on() {
    let mut stage = Stage::set(&[]).await;
    let server = stage.process.address();
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    let mut firsts: Vec<Vec<u8>> = vec![
        // A TLS ClientHello, as who calls the wrong port sends it.
        [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[7; 501]].concat(),
        [PREFACE, b"GET / HTTP/1.1\r\n\r\n"].concat(),
        [PREFACE, &frame(DATA, 0, 1, b"")].concat(),
        [PREFACE, &[0xff; 64]].concat(),
        b"\r\n\r\n\r\n\r\n".repeat(200),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        [&b"GET /"[..], &[b'x'; 100_000], b" HTTP/1.1\r\n\r\n"].concat(),
        [&b"GET / HTTP/1.1\r\nx: "[..], &[b'x'; 100_000], b"\r\n\r\n"].concat(),
    ];
    firsts.extend((0..50).map(|_| (0..dice.random_range(200..4_000)).map(|_| dice.random()).collect()));
    stage
        .play_through(async move {
            for first in firsts {
                assert!(
                    is_hung_up_on(server, &first).await,
                    "{:02x?}",
                    &first[..first.len().min(100)]
                );
            }
        })
        .await;
    stage.recovers().await;
}

/// Whether the server ends a connection that begins like this, with a word of HTTP or without.
async fn is_hung_up_on(server: SocketAddr, first: &[u8]) -> bool {
    let mut stream = connect(server, [127, 0, 0, 2]).await;
    // It may be gone already.
    let _cut = stream.write_all(first).await;
    let mut said = Vec::new();
    let _reset = eventually("the end of the connection", stream.read_to_end(&mut said)).await;
    !said.starts_with(b"HTTP/1.1 2")
}
