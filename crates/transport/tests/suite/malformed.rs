//! Malformed input: each row of the table in docs/webtransport.md, and bytes at random. The session survives all of it.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use trivium_transport::envelope::{END, HEADERS, prefix};

use crate::echo::message;
use crate::harness::{Server, head, read_raw};

fn block(text: &[u8]) -> Bytes {
    let mut out = BytesMut::from(&prefix(HEADERS, u32::try_from(text.len()).unwrap())[..]);
    out.put_slice(text);
    out.freeze()
}

fn joined(parts: &[&[u8]]) -> Bytes {
    Bytes::from(parts.concat())
}

/// Whether the client ends its half behind the bytes.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Fin,
    Wait,
}

/// What it is, its bytes, what follows them, and the status of the answer.
type Row = (&'static str, Bytes, Then, u16);

fn rows() -> Vec<Row> {
    use Then::{Fin, Wait};
    let many_fields = [b":path: /Unary\r\n".to_vec(), b"x: 1\r\n".repeat(128)].concat();
    let head_ok = head("/Unary");
    vec![
        ("the first flags are not HEADERS", message(b"x"), Wait, 3),
        ("no :path", block(b"x: 1\r\n"), Wait, 3),
        ("an empty block", block(b""), Wait, 3),
        (":path without a slash", block(b":path: Unary\r\n"), Wait, 3),
        (":path with a space", block(b":path: /a b\r\n"), Wait, 3),
        ("two :path", block(b":path: /a\r\n:path: /b\r\n"), Wait, 3),
        (
            "another pseudo header",
            block(b":path: /Unary\r\n:method: GET\r\n"),
            Wait,
            3,
        ),
        (
            ":status in a request",
            block(b":path: /Unary\r\n:status: 200\r\n"),
            Wait,
            3,
        ),
        (
            "a line without a colon",
            block(b":path: /Unary\r\nnonsense\r\n"),
            Wait,
            3,
        ),
        ("a line without its end", block(b":path: /Unary\r\nx: 1"), Wait, 3),
        ("capitals in a name", block(b":path: /Unary\r\nX-Y: 1\r\n"), Wait, 3),
        (
            "a value that is not ASCII",
            block("x: \u{e9}\r\n:path: /Unary\r\n".as_bytes()),
            Wait,
            3,
        ),
        ("129 lines", block(&many_fields), Wait, 3),
        ("FIN before HEADERS", Bytes::new(), Fin, 3),
        (
            "FIN inside the block",
            Bytes::from_static(&[HEADERS, 0, 0, 0, 9, b':']),
            Fin,
            3,
        ),
        (
            "a block above 16 KiB",
            Bytes::copy_from_slice(&prefix(HEADERS, 16 * 1024 + 1)),
            Wait,
            8,
        ),
        (
            "a block of 4 GiB",
            Bytes::copy_from_slice(&prefix(HEADERS, u32::MAX)),
            Wait,
            8,
        ),
        (
            "a block that does not come",
            Bytes::from_static(&[HEADERS, 0, 0, 0, 9, b':']),
            Wait,
            4,
        ),
        ("nothing comes", Bytes::new(), Wait, 4),
        ("a bad message flag", joined(&[&head_ok, &[2]]), Wait, 13),
        ("HEADERS a second time", joined(&[&head_ok, &head_ok]), Wait, 13),
        (
            "END_STREAM with a payload",
            joined(&[&head_ok, &prefix(END, 1), b"x"]),
            Wait,
            13,
        ),
        ("FIN inside a prefix", joined(&[&head_ok, &[0, 0]]), Fin, 13),
        (
            "FIN inside a message",
            joined(&[&head_ok, &[0, 0, 0, 0, 9, 1]]),
            Fin,
            13,
        ),
        ("an unknown path", head("/Nowhere"), Wait, 12),
        ("no message at all", joined(&[&head_ok, &prefix(END, 0)]), Wait, 0),
        ("a bare FIN as half-close", joined(&[&head_ok, &message(b"x")]), Fin, 0),
        (
            "bytes behind END_STREAM",
            joined(&[&head_ok, &prefix(END, 0), b"junk"]),
            Fin,
            0,
        ),
    ]
}

#[tokio::test]
async fn every_malformed_input_has_its_answer_and_the_session_survives() {
    let server = Server::start_with(|config| config.bridge.header_timeout = Duration::from_millis(200));
    let session = server.connect_raw().await;
    for (what, bytes, then, status) in rows() {
        let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
        send.write_all(&bytes).await.unwrap();
        if then == Then::Fin {
            send.quic_stream_mut().finish().unwrap();
        }
        let answer = read_raw(recv.quic_stream_mut()).await;
        assert_eq!(
            (answer.status(), answer.reset),
            (Some(status), None),
            "{what}: {answer:?}"
        );
        assert_eq!(answer.head.unwrap().status, Some(200), "{what}");
    }
}

#[tokio::test]
async fn a_stream_that_stalls_delays_no_other() {
    let server = Server::start();
    let session = server.connect_raw().await;
    let (mut stalled, _recv) = session.open_bi().await.unwrap().await.unwrap();
    stalled.write_all(&[HEADERS, 0]).await.unwrap();
    let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
    send.write_all(&joined(&[&head("/Unary"), &message(b"a"), &prefix(END, 0)]))
        .await
        .unwrap();
    assert_eq!(read_raw(recv.quic_stream_mut()).await.messages, message(b"a"));
}

#[tokio::test]
async fn a_fault_in_the_middle_of_an_answer_ends_it_with_a_status() {
    let server = Server::start();
    let session = server.connect_raw().await;
    let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
    send.write_all(&joined(&[&head("/Echo"), &message(b"a"), &[9]]))
        .await
        .unwrap();
    let answer = read_raw(recv.quic_stream_mut()).await;
    assert_eq!(
        (answer.messages, answer.trailers.is_some()),
        (message(b"a").to_vec(), true)
    );
    assert_eq!(server.probe.active.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn random_bytes_do_not_end_the_session() {
    let mut rng = StdRng::seed_from_u64(7);
    let server = Server::start_with(|config| config.bridge.header_timeout = Duration::from_millis(200));
    let session = server.connect_raw().await;
    for round in 0..200 {
        let mut bytes: Vec<u8> = (0..rng.random_range(1..200)).map(|_| rng.random()).collect();
        if round % 2 == 0 {
            bytes = [head("/Echo").to_vec(), bytes].concat();
        }
        let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
        send.write_all(&bytes).await.unwrap();
        send.quic_stream_mut().finish().unwrap();
        let answer = read_raw(recv.quic_stream_mut()).await;
        assert!(answer.status().is_some() || answer.reset.is_some(), "{bytes:02x?}");
        // Datagrams of every sort are ignored as well.
        session.send_datagram(&bytes[..bytes.len().min(100)]).unwrap();
    }
    let (mut send, mut recv) = session.open_bi().await.unwrap().await.unwrap();
    send.write_all(&joined(&[&head("/Unary"), &message(b"a"), &prefix(END, 0)]))
        .await
        .unwrap();
    assert_eq!(read_raw(recv.quic_stream_mut()).await.status(), Some(0));
}
