//! Connections that do next to nothing: half-open, dripping, hoarded, or never read.

use std::{net::SocketAddr, time::Duration};

use futures_util::future::join_all;
use prost::Message as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use trivium_client::proto::v1::{ConnectRequest, Hello, Subscribe, connect_request::Request};
use trivium_test_service::TestServer;
use trivium_tests::eventually;

use crate::{
    h2::{DATA, PREFACE, SETTINGS, call, connect, frame},
    stage::Stage,
};

const ATTACKER: [u8; 4] = [127, 0, 0, 3];
const CONNECT: &str = "/trivium.v1.SessionService/Connect";
/// How long a client may be silent that has said that it speaks HTTP/2: until a probe is not answered, 25 s.
const PROBED: Duration = Duration::from_secs(50);
const DRIP: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_connections_are_closed() {
    let mut stage = Stage::set(&[]).await;
    let server = stage.process.address();
    let openings: [&[u8]; 6] = [
        b"",
        b"G",
        b"GET / HTTP/1.1\r\nhost: x\r\nx",
        &PREFACE[..10],
        PREFACE,
        &[PREFACE, &frame(SETTINGS, 0, 0, b""), &[0, 0, 9]].concat(),
    ];
    let openings = openings.map(<[u8]>::to_vec);
    stage
        .play_through(async move {
            let all = (0..50).flat_map(|_| openings.iter().map(|opening| is_closed(server, opening)));
            join_all(all).await;
        })
        .await;
    stage.is_open_to_newcomers("late").await;
    stage.recovers().await;
}

/// Half a ClientHello, and none at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_tls_is_closed() {
    let service = TestServer::bind().await.expect("free ports");
    let url = service.https().expect("it is bound");
    let server: SocketAddr = url.trim_start_matches("https://").parse().expect("an address");
    let serving = tokio::spawn(service.serve());
    let hello = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3];
    let all = (0..100).map(|connection| is_closed(server, &hello[..connection % hello.len()]));
    join_all(all).await;
    serving.abort();
}

/// Waits until the server closes a connection on which nothing more is said.
async fn is_closed(server: SocketAddr, opening: &[u8]) {
    let mut stream = connect(server, ATTACKER).await;
    stream.write_all(opening).await.expect("it is taken");
    let mut said = Vec::new();
    let closed = tokio::time::timeout(PROBED, stream.read_to_end(&mut said)).await;
    assert!(closed.is_ok(), "nobody closes after {opening:?}; it said {said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_writes_a_byte_at_a_time_is_hung_up_on() {
    let mut stage = Stage::set(&[]).await;
    let server = stage.process.address();
    stage
        .play_through(async move {
            let head = b"GET / HTTP/1.1\r\nx: ".to_vec();
            join_all((0..50).map(|_| drip(server, &head))).await;
        })
        .await;
    stage.recovers().await;
}

/// Writes slowly, and never ends, until it is hung up on.
async fn drip(server: SocketAddr, opening: &[u8]) {
    let (mut read, mut write) = connect(server, ATTACKER).await.into_split();
    let mut said = Vec::new();
    let dripping = async {
        for byte in opening.iter().chain(std::iter::repeat(&b'x')) {
            if write.write_all(&[*byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(DRIP).await;
        }
    };
    let closed = async {
        tokio::select! {
            _ = read.read_to_end(&mut said) => {}
            () = dripping => {}
        }
    };
    eventually("the end of the connection", closed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hoarded_connections_are_counted_by_address() {
    const CAP: usize = 40;
    let mut stage = Stage::set(&[("limits.connections_per_ip", "40")]).await;
    let server = stage.process.address();
    let hoard = stage
        .play_through(async move {
            let mut hoard = Vec::new();
            for _ in 0..200 {
                let mut stream = connect(server, ATTACKER).await;
                let opening = [PREFACE, &frame(SETTINGS, 0, 0, b"")].concat();
                let _refused = stream.write_all(&opening).await;
                hoard.push(stream);
            }
            // Whoever was let in has been greeted with SETTINGS.
            let greeted = hoard
                .iter_mut()
                .map(async |stream: &mut TcpStream| stream.read_u8().await.is_ok());
            let greeted = eventually("a greeting or the end", join_all(greeted)).await;
            let let_in = greeted.into_iter().filter(|greeted| *greeted).count();
            assert_eq!(let_in, CAP);
            hoard
        })
        .await;
    stage.is_open_to_newcomers("late").await;
    drop(hoard);
    stage.recovers().await;
}

/// They hear a room in which much is said, and take nothing of it. What they cost is bounded, and they are cut when they do not
/// answer a probe.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_reads_is_cut() {
    let mut stage = Stage::set(&[]).await;
    let mut deaf = Vec::new();
    for _ in 0..20 {
        deaf.push(listener(&stage).await);
    }
    for _ in 0..400 {
        stage.says(&"x".repeat(3_000)).await;
    }
    // They are there all the while, and hold nothing.
    stage.recovers().await;
    drop(deaf);
}

/// A session that hears the room, on a connection with a large window that nobody reads.
async fn listener(stage: &Stage) -> TcpStream {
    let mut stream = connect(stage.process.address(), ATTACKER).await;
    let bearer = format!("Bearer {}", stage.process.token("host"));
    let hello = ConnectRequest {
        id: 0,
        request: Some(Request::Hello(Hello {
            subscriptions: vec![Subscribe {
                room_id: stage.room.id.clone(),
                ..Subscribe::default()
            }],
            ..Hello::default()
        })),
    };
    let hello = hello.encode_to_vec();
    let length = u32::try_from(hello.len()).expect("it is small").to_be_bytes();
    let opening = [
        PREFACE,
        // SETTINGS_INITIAL_WINDOW_SIZE, as large as it may be.
        &frame(SETTINGS, 0, 0, &[0, 4, 0x7f, 0xff, 0xff, 0xff]),
        &frame(crate::h2::WINDOW_UPDATE, 0, 0, &0x7fff_0000_u32.to_be_bytes()),
        &call(0, 1, CONNECT, &[("authorization", &bearer)]),
        &frame(DATA, 0, 1, &[&[0][..], &length, &hello].concat()),
    ]
    .concat();
    stream.write_all(&opening).await.expect("it is taken");
    stream
}
