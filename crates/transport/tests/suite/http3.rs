//! What clients may say of HTTP/3 itself, byte by byte: what opens a session, what ends the connection, and what is passed over.

use std::time::Duration;

use bytes::Bytes;
use quinn::{Connection, ConnectionError, RecvStream, SendStream, VarInt};
use tokio::time::timeout;
use trivium_transport::envelope::{END, prefix};
use wtransport::proto::frame::Frame;
use wtransport::proto::headers::Headers;

use crate::echo::message;
use crate::harness::{SOON, Server, head, read_raw};

/// A control stream with empty settings.
const CONTROL: &[u8] = &[0x00, 0x04, 0x00];
/// WebTransport's signal, and the number of the first stream.
const PREAMBLE: &[u8] = &[0x40, 0x41, 0x00];
/// The capsule that closes a session, with code 0 and no reason.
const CLOSE: &[u8] = &[0x68, 0x43, 0x04, 0, 0, 0, 0];

/// Types and a value of a frame; short enough for lengths of one byte.
fn frame(kind: &[u8], value: &[u8]) -> Vec<u8> {
    [kind, &[u8::try_from(value.len()).unwrap()], value].concat()
}

fn connect_headers(method: &str) -> Vec<u8> {
    let headers: Headers = [
        (":method", method),
        (":scheme", "https"),
        (":protocol", "webtransport"),
        (":authority", "localhost"),
        (":path", "/wt/v1"),
    ]
    .into_iter()
    .collect();
    frame(&[0x01], headers.generate_frame().payload())
}

async fn uni(connection: &Connection, bytes: &[u8]) -> SendStream {
    let mut send = connection.open_uni().await.unwrap();
    send.write_all(bytes).await.unwrap();
    send
}

async fn bi(connection: &Connection, bytes: &[u8]) -> (SendStream, RecvStream) {
    let (mut send, recv) = connection.open_bi().await.unwrap();
    send.write_all(bytes).await.unwrap();
    (send, recv)
}

/// A session, and the streams that hold it open.
struct Open {
    connection: Connection,
    control: SendStream,
    connect: SendStream,
    answer: RecvStream,
}

async fn open(server: &Server) -> Open {
    let connection = server.connect_quic(8).await;
    let control = uni(&connection, CONTROL).await;
    let (connect, mut answer) = bi(&connection, &connect_headers("CONNECT")).await;
    answered(&mut answer).await;
    Open {
        connection,
        control,
        connect,
        answer,
    }
}

/// Reads the answer to a CONNECT: HEADERS with status 200.
async fn answered(answer: &mut RecvStream) {
    let read = async {
        let mut kind_and_length = [0; 2];
        answer.read_exact(&mut kind_and_length).await.unwrap();
        assert_eq!(kind_and_length[0], 0x01, "HEADERS");
        let mut block = vec![0; usize::from(kind_and_length[1])];
        answer.read_exact(&mut block).await.unwrap();
        Headers::with_frame(&Frame::new_headers(block.into())).unwrap()
    };
    let headers = timeout(SOON, read).await.expect("an answer in time");
    assert_eq!(headers.get(":status"), Some("200"));
}

/// The whole of a call of the echo.
fn unary() -> Vec<u8> {
    [PREAMBLE, &head("/Unary"), &message(b"a"), &prefix(END, 0)].concat()
}

async fn calls_are_served(connection: &Connection) {
    let (mut send, mut recv) = bi(connection, &unary()).await;
    send.finish().unwrap();
    assert_eq!(read_raw(&mut recv).await.messages, message(b"a"));
}

/// The HTTP/3 code that the server closes with.
async fn closed(connection: &Connection) -> Option<u64> {
    let closed = timeout(SOON, connection.closed()).await.expect("closed in time");
    if let ConnectionError::ApplicationClosed(close) = closed {
        Some(close.error_code.into_inner())
    } else {
        None
    }
}

/// The HTTP/3 code that the server stops a stream with.
async fn stopped(send: &SendStream) -> Option<u64> {
    let stopped = timeout(SOON, send.stopped()).await.expect("stopped in time");
    stopped.unwrap().map(VarInt::into_inner)
}

#[tokio::test]
async fn control_streams_are_judged_by_their_frames() {
    let settings = frame(&[0x04], &[]);
    let unknown = [0x21, 0x03, 0x04, 0x00, 0x04];
    let priority = [0x80, 0x0f, 0x07, 0x00, 0x01, 0x00];
    let enabled = frame(&[0x04], &[0x08, 0x01, 0x33, 0x01, 0xab, 0x60, 0x37, 0x42, 0x01]);
    let rows: Vec<(&str, Vec<u8>, Option<u64>)> = vec![
        ("settings", settings.clone(), None),
        ("settings that enable everything", enabled, None),
        // Its value looks like settings.
        ("an unknown frame behind them", [&settings[..], &unknown].concat(), None),
        ("a browser's priorities", [&settings[..], &priority].concat(), None),
        ("GOAWAY", [&settings[..], &[0x07, 0x01, 0x00]].concat(), None),
        ("something else first", unknown.to_vec(), Some(0x10a)),
        ("settings twice", [&settings[..], &settings].concat(), Some(0x105)),
        ("DATA", [&settings[..], &[0x00, 0x00]].concat(), Some(0x105)),
        ("PING, of HTTP/2", [&settings[..], &[0x06, 0x00]].concat(), Some(0x105)),
        ("a setting of HTTP/2", frame(&[0x04], &[0x02, 0x00]), Some(0x109)),
        (
            "a setting twice",
            frame(&[0x04], &[0x06, 0x01, 0x06, 0x01]),
            Some(0x109),
        ),
        ("half a setting", frame(&[0x04], &[0x06]), Some(0x106)),
        ("settings without measure", vec![0x04, 0x7f, 0xff], Some(0x107)),
    ];
    let server = Server::start();
    for (what, frames, code) in rows {
        for cut in [1, frames.len()] {
            let connection = server.connect_quic(8).await;
            let mut control = uni(&connection, &[0x00]).await;
            let (_connect, mut answer) = bi(&connection, &connect_headers("CONNECT")).await;
            for bytes in frames.chunks(cut) {
                let _closed = control.write_all(bytes).await;
                // Lets the part leave by itself, and meets the rest with another stream.
                let _closed = connection
                    .open_uni()
                    .await
                    .map(|mut other| other.reset(VarInt::from_u32(0)));
                tokio::task::yield_now().await;
            }
            if code.is_some() {
                assert_eq!(closed(&connection).await, code, "{what}");
            } else {
                answered(&mut answer).await;
                calls_are_served(&connection).await;
            }
        }
    }
}

#[tokio::test]
async fn streams_in_one_direction_are_judged_by_their_type() {
    let rows: [(&str, &[u8], bool, Option<u64>); 9] = [
        ("QPACK's encoder, with an instruction", &[0x02, 0x20], false, None),
        ("QPACK's decoder", &[0x03], false, None),
        ("one of an unknown type", &[0x21, 1, 2, 3], false, None),
        ("one of WebTransport", &[0x40, 0x54, 0x00, 1, 2, 3], false, None),
        ("one that ends before its type", &[0x40], true, None),
        ("a second control stream", CONTROL, false, Some(0x103)),
        ("a push", &[0x01, 0x00], false, Some(0x103)),
        ("an encoder that ends", &[0x02], true, Some(0x104)),
        ("a decoder that ends", &[0x03], true, Some(0x104)),
    ];
    let server = Server::start();
    for (what, bytes, fin, code) in rows {
        let session = open(&server).await;
        let mut stream = uni(&session.connection, bytes).await;
        if fin {
            stream.finish().unwrap();
        }
        if code.is_some() {
            assert_eq!(closed(&session.connection).await, code, "{what}");
        } else {
            calls_are_served(&session.connection).await;
        }
    }
    let mut session = open(&server).await;
    session.control.finish().unwrap();
    assert_eq!(
        closed(&session.connection).await,
        Some(0x104),
        "the control stream ends"
    );
}

#[tokio::test]
async fn sessions_end_with_their_connect() {
    let unknown = frame(&[0x40, 0x78], b"?");
    let data = |value: &[u8]| frame(&[0x00], value);
    let rows: Vec<(&str, Vec<u8>, bool, Option<u64>)> = vec![
        ("a capsule that closes it", data(CLOSE), false, Some(0x100)),
        (
            "the same in two frames",
            [data(&CLOSE[..1]), data(&CLOSE[1..])].concat(),
            false,
            Some(0x100),
        ),
        ("the end of the stream", vec![], true, Some(0x100)),
        ("another capsule", data(&[0x17, 0x02, 0x68, 0x43]), false, None),
        ("an unknown frame", [unknown, data(&[])].concat(), false, None),
        ("settings", vec![0x04, 0x00], false, Some(0x105)),
        ("CANCEL_PUSH", frame(&[0x03], &[0x00]), false, Some(0x105)),
        ("GOAWAY", frame(&[0x07], &[0x00]), false, Some(0x105)),
        ("MAX_PUSH_ID", frame(&[0x0d], &[0x00]), false, Some(0x105)),
    ];
    let server = Server::start();
    for (what, bytes, fin, code) in rows {
        for cut in [1, bytes.len().max(1)] {
            let mut session = open(&server).await;
            for bytes in bytes.chunks(cut) {
                let _closed = session.connect.write_all(bytes).await;
                tokio::task::yield_now().await;
            }
            if fin {
                session.connect.finish().unwrap();
            }
            if code.is_some() {
                assert_eq!(closed(&session.connection).await, code, "{what}");
            } else {
                calls_are_served(&session.connection).await;
            }
        }
    }
    let mut session = open(&server).await;
    session.connect.reset(VarInt::from_u32(0x10c)).unwrap();
    assert_eq!(closed(&session.connection).await, Some(0x100), "given up");
    drop(session.answer);
}

#[tokio::test]
async fn streams_that_are_no_calls_harm_no_others() {
    let server = Server::start();
    let session = open(&server).await;
    let (_silent, _) = bi(&session.connection, &PREAMBLE[..1]).await;
    for (bytes, code) in [
        (&[0x40, 0x41, 0x04][..], 0x3994_bd84),
        (&connect_headers("CONNECT"), 0x10b),
        (&[0x00, 0x01, 0x00], 0x10b),
    ] {
        let (send, mut recv) = bi(&session.connection, bytes).await;
        assert_eq!(stopped(&send).await, Some(code));
        assert!(read_raw(&mut recv).await.reset.is_some());
    }
    let (mut send, mut recv) = bi(&session.connection, &[]).await;
    for byte in unary() {
        send.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    send.finish().unwrap();
    assert_eq!(read_raw(&mut recv).await.messages, message(b"a"), "byte by byte");
}

#[tokio::test]
async fn requests_before_the_connect_are_refused() {
    let server = Server::start();
    let connection = server.connect_quic(8).await;
    let _control = uni(&connection, CONTROL).await;
    for (bytes, code) in [
        (connect_headers("GET"), 0x10b),
        (unary(), 0x3994_bd84),
        (frame(&[0x01], &[0x00, 0x00]), 0x10e),
    ] {
        let (send, _recv) = bi(&connection, &bytes).await;
        assert_eq!(stopped(&send).await, Some(code));
    }
    let (_connect, mut answer) = bi(&connection, &connect_headers("CONNECT")).await;
    answered(&mut answer).await;
    let preamble = [0x40, 0x41, u8::try_from(u64::from(answer.id())).unwrap()];
    let call = [&preamble[..], &unary()[PREAMBLE.len()..]].concat();
    let (mut send, mut recv) = bi(&connection, &call).await;
    send.finish().unwrap();
    assert_eq!(read_raw(&mut recv).await.messages, message(b"a"));

    for kind in [0x00, 0x03, 0x04, 0x07, 0x0d] {
        let bytes = frame(&[kind], &[]);
        let connection = server.connect_quic(8).await;
        let _control = uni(&connection, CONTROL).await;
        let _request = bi(&connection, &bytes).await;
        assert_eq!(closed(&connection).await, Some(0x105));
    }
}

#[tokio::test]
async fn datagrams_belong_to_their_session() {
    let server = Server::start();
    let session = open(&server).await;
    let ping = |id: u8, seq: u8| Bytes::from([&[id, 1], &[seq; 8][..], &[0; 8]].concat());
    let heard = async {
        // Datagrams may be lost.
        loop {
            for (id, seq) in [(1, 1), (0, 2)] {
                session.connection.send_datagram(ping(id, seq)).unwrap();
            }
            if let Ok(pong) = timeout(Duration::from_millis(100), session.connection.read_datagram()).await {
                return pong.unwrap();
            }
        }
    };
    let answer = timeout(SOON, heard).await.expect("a pong in time");
    assert_eq!(answer[..3], [0, 2, 2], "of this session, a pong, to the second ping");

    session.connection.send_datagram(Bytes::new()).unwrap();
    assert_eq!(closed(&session.connection).await, Some(0x33));
}
