//! Attacks on the UDP port: handshakes that never end, and sessions that open, reset and send without measure.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::{net::UdpSocket, time::timeout};
use trivium_tests::{Process, eventually};
use trivium_transport::{
    envelope::{HEADERS, prefix},
    header_block,
};
use wtransport::{ClientConfig, Connection, Endpoint, endpoint::endpoint_side, tls::Sha256Digest};

use crate::stage::Stage;

/// Another address than that of honest people.
const ATTACKER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// Streams that a session may have open.
const STREAMS: usize = 128;
/// How long an attacker waits for what should not come.
const A_MOMENT: Duration = Duration::from_secs(2);

type Dialer = Endpoint<endpoint_side::Client>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_handshakes_are_given_up() {
    let mut stage = Stage::set(&[]).await;
    let server = stage.process.address();
    let (hole, passing) = black_hole(server).await;
    let dialers: Vec<Dialer> = (0..300).map(|_| dialer(&[[0; 32]])).collect();
    stage
        .play_through(async move {
            let dials = dialers
                .iter()
                .map(|dialer| timeout(A_MOMENT * 2, dialer.connect(format!("https://{hole}/wt/v1"))));
            let dialled = join_all(dials).await;
            assert!(
                dialled.iter().all(|dialled| !matches!(dialled, Ok(Ok(_)))),
                "nothing comes back"
            );
        })
        .await;
    stage.is_open_to_newcomers("late").await;
    passing.abort();
    stage.recovers().await;
}

/// A UDP port behind which the first datagram of everybody reaches the server, and nothing comes back.
async fn black_hole(server: SocketAddr) -> (SocketAddr, tokio::task::JoinHandle<()>) {
    let hole = UdpSocket::bind((ATTACKER, 0)).await.expect("a port");
    let address = hole.local_addr().expect("it is bound");
    let passing = tokio::spawn(async move {
        let mut passed = HashMap::new();
        let mut datagram = [0; 2_048];
        while let Ok((length, from)) = hole.recv_from(&mut datagram).await {
            if passed.contains_key(&from) {
                continue;
            }
            let out = UdpSocket::bind((ATTACKER, 0)).await.expect("a port");
            let _sent = out.send_to(&datagram[..length], server).await;
            passed.insert(from, out);
        }
    });
    (address, passing)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_datagrams_are_dropped() {
    let mut stage = Stage::set(&[]).await;
    let (_dialer, session) = session(&stage.process).await;
    let session = Arc::new(session);
    let flooding = Arc::clone(&session);
    stage
        .play_through(async move {
            for number in 0_u64..30_000 {
                let ping = [&[1][..], &number.to_be_bytes(), &[0; 8]].concat();
                let junk = [u8::try_from(number % 256).expect("a byte"); 1_000];
                for datagram in [&ping[..], &junk] {
                    // What its own stack has no room for is lost before it is sent.
                    let _lost = flooding.send_datagram(datagram);
                }
                if number % 64 == 0 {
                    tokio::task::yield_now().await;
                }
            }
        })
        .await;
    still_answers(&session).await;
    drop(session);
    stage.recovers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_streams_stop_at_their_bound() {
    let mut stage = Stage::set(&[]).await;
    let (_dialer, holding) = session(&stage.process).await;
    let held = stage
        .play_through(async move {
            let mut held = Vec::new();
            // Nothing is ever said on them.
            while held.len() <= 2 * STREAMS {
                let opening = async { holding.open_bi().await.expect("a session").await.expect("a stream") };
                match timeout(A_MOMENT, opening).await {
                    Ok(streams) => held.push(streams),
                    Err(_) => break,
                }
            }
            (held, holding)
        })
        .await;
    assert!(held.0.len() <= STREAMS, "{} streams are open", held.0.len());

    let (_dialer, resetting) = session(&stage.process).await;
    let resetting = stage
        .play_through(async move {
            let opening = head("/trivium.v1.SessionService/Connect");
            for _ in 0..5_000 {
                let stream = async { resetting.open_bi().await.ok()?.await.ok() };
                // The server may have had enough of it.
                let Some((mut send, recv)) = eventually("a stream, or the end", stream).await else {
                    break;
                };
                let _stopped = send.write_all(&opening).await;
                let _stopped = send.reset(wtransport::VarInt::from_u32(1));
                recv.stop(wtransport::VarInt::from_u32(1));
            }
            resetting
        })
        .await;
    still_answers(&resetting).await;
    drop((held, resetting));
    stage.is_open_to_newcomers("late").await;
    stage.recovers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_mean_nothing_are_given_up() {
    let mut stage = Stage::set(&[]).await;
    let (_dialer, session) = session(&stage.process).await;
    let session = stage
        .play_through(async move {
            let quic = session.quic_connection();
            for number in 0..5_000 {
                // Of WebTransport, of no known type, and with no type at all.
                let kind: &[u8] = [&[0x40, 0x54, 0x00][..], &[0x21], &[]][number % 3];
                let mut stream = eventually("a stream", quic.open_uni()).await.expect("a session");
                let _stopped = stream.write_all(&kind.repeat(500)).await;
                // Of another session, a request without a CONNECT, and a frame too long to be one.
                let preamble: &[u8] = [&[0x40, 0x41, 0x04][..], &[0x01, 0x02, 0, 0], &[0x01, 0xff]][number % 3];
                let (mut send, _) = eventually("a stream", quic.open_bi()).await.expect("a session");
                let _stopped = send.write_all(&preamble.repeat(500)).await;
            }
            session
        })
        .await;
    still_answers(&session).await;
    drop(session);
    stage.is_open_to_newcomers("late").await;
    stage.recovers().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hoarded_sessions_are_counted_by_address() {
    const CAP: usize = 30;
    let mut stage = Stage::set(&[("limits.connections_per_ip", "30")]).await;
    let hashes = hashes(&stage.process).await;
    let url = url(&stage.process);
    let hoard = stage
        .play_through(async move {
            let dialer = dialer(&hashes);
            let mut hoard = Vec::new();
            for _ in 0..100 {
                hoard.extend(eventually("a session, or none", dialer.connect(&url)).await);
            }
            assert_eq!(hoard.len(), CAP);
            (dialer, hoard)
        })
        .await;
    stage.is_open_to_newcomers("late").await;
    drop(hoard);
    stage.recovers().await;
}

async fn session(process: &Process) -> (Dialer, Connection) {
    let dialer = dialer(&hashes(process).await);
    let session = eventually("a session", dialer.connect(url(process))).await;
    (dialer, session.expect("a session"))
}

fn url(process: &Process) -> String {
    format!("https://{}/wt/v1", process.address())
}

/// What `/.well-known/trivium` says of certificates.
async fn hashes(process: &Process) -> Vec<[u8; 32]> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let request = Request::get(format!("{}/.well-known/trivium", process.url())).body(Empty::<Bytes>::new());
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request.expect("a request")).await.expect("an answer");
    let body = response.into_body().collect().await.expect("an answer").to_bytes();
    let told: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let hashes = told["webtransport"]["certificate_hashes"].as_array().expect("a list");
    let decoded = hashes
        .iter()
        .map(|hash| STANDARD.decode(hash.as_str().expect("text")).expect("base64"));
    decoded.map(|hash| hash.try_into().expect("SHA-256")).collect()
}

fn dialer(hashes: &[[u8; 32]]) -> Dialer {
    let config = ClientConfig::builder()
        .with_bind_address((ATTACKER, 0).into())
        .with_server_certificate_hashes(hashes.iter().copied().map(Sha256Digest::new))
        .build();
    Endpoint::client(config).expect("a UDP socket")
}

fn head(path: &str) -> Vec<u8> {
    let block = header_block::encode(HEADERS, Some((":path", path)), &HeaderMap::new());
    block.expect("it is small").into()
}

/// One call on a session that has been abused.
async fn still_answers(session: &Connection) {
    let answer = async {
        let (mut send, mut recv) = session.open_bi().await.expect("a session").await.expect("a stream");
        let call = [
            head("/trivium.v1.SessionService/SyncClock"),
            vec![0; 5],
            prefix(0x80, 0).into(),
        ]
        .concat();
        send.write_all(&call).await.expect("it is taken");
        let mut answer = Vec::new();
        let mut piece = [0; 1_024];
        while let Some(length) = recv.read(&mut piece).await.expect("an answer") {
            answer.extend_from_slice(&piece[..length]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    let answer = eventually("an answer", answer).await;
    assert!(answer.contains("grpc-status: 0"), "{answer:?}");
}
