//! HTTP/2 by hand: frames that no client library would send, and what the server says to them.

use std::net::{IpAddr, SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream, tcp::OwnedReadHalf},
};
use trivium_tests::eventually;

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const PRIORITY: u8 = 2;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// Codes of RFC 9113, section 7.
pub(crate) const REFUSED_STREAM: u32 = 7;
pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;

/// What a server has said to somebody.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Fate {
    /// The connection was closed; otherwise it answered a ping in the end.
    pub(crate) cut: bool,
    /// Code of the first GOAWAY that is not 0.
    pub(crate) go_away: Option<u32>,
    /// Streams that were reset, and with which code the last one was.
    pub(crate) resets: usize,
    pub(crate) reset: Option<u32>,
    /// Streams that were answered with headers.
    pub(crate) answered: usize,
    /// Bytes read.
    pub(crate) read: usize,
}

/// A connection from one of the loopback addresses, so that attackers are counted apart from honest people.
pub(crate) async fn connect(server: SocketAddr, from: [u8; 4]) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind(SocketAddr::new(IpAddr::from(from), 0))
        .expect("a loopback address");
    socket.connect(server).await.expect("the server listens")
}

/// Sends preface, settings and these pieces for as long as the server takes them, reading all the while, and then pings. Waits
/// for the answer to that, and for as many answers to calls.
pub(crate) async fn send(server: SocketAddr, pieces: impl Iterator<Item = Vec<u8>>, answers: usize) -> Fate {
    const LAST: &[u8; 8] = b"the last";
    let (mut read, mut write) = connect(server, [127, 0, 0, 2]).await.into_split();
    let writing = async move {
        let opening = [PREFACE, &frame(SETTINGS, 0, 0, b"")].concat();
        for piece in std::iter::once(opening).chain(pieces) {
            // What the server does not read any more need not be sent.
            if write.write_all(&piece).await.is_err() {
                return write;
            }
        }
        let _cut = write.write_all(&frame(PING, 0, 0, LAST)).await;
        write
    };
    let reading = async {
        let mut fate = Fate::default();
        let mut pong = false;
        while let Some((head, payload)) = next(&mut read).await {
            fate.read += payload.len();
            match head.kind {
                GOAWAY => {
                    let code = code(&payload[4..]);
                    fate.go_away = fate.go_away.or((code != 0).then_some(code));
                }
                RST_STREAM => {
                    fate.resets += 1;
                    fate.reset = Some(code(&payload));
                }
                HEADERS => fate.answered += 1,
                PING => pong |= head.flags == ACK && payload == LAST,
                _ => {}
            }
            if pong && fate.answered + fate.resets >= answers {
                return fate;
            }
        }
        Fate { cut: true, ..fate }
    };
    // The half that writes lives until the other has read to its end.
    let (fate, _write) = eventually("an end", async { tokio::join!(reading, writing) }).await;
    fate
}

struct Head {
    kind: u8,
    flags: u8,
}

/// The next frame; none at the end, however it came.
async fn next(read: &mut OwnedReadHalf) -> Option<(Head, Vec<u8>)> {
    let mut head = [0; 9];
    read.read_exact(&mut head).await.ok()?;
    let [a, b, c, kind, flags, ..] = head;
    let mut payload = vec![0; usize::try_from(u32::from_be_bytes([0, a, b, c])).expect("24 bits")];
    read.read_exact(&mut payload).await.ok()?;
    Some((Head { kind, flags }, payload))
}

fn code(bytes: &[u8]) -> u32 {
    let bytes = bytes.get(..4).and_then(|bytes| bytes.try_into().ok());
    u32::from_be_bytes(bytes.expect("four bytes"))
}

/// A frame.
pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("it is small").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// HEADERS of a gRPC call.
pub(crate) fn call(flags: u8, stream: u32, path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    frame(HEADERS, flags | END_HEADERS, stream, &block(path, more))
}

/// The header block of a gRPC call.
pub(crate) fn block(path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let usual = [
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "localhost"),
        (":path", path),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    usual
        .iter()
        .chain(more)
        .flat_map(|(name, value)| line(0, name, value))
        .collect()
}

/// A literal of HPACK, without indexing (0) or with (0x40).
pub(crate) fn line(how: u8, name: &str, value: &str) -> Vec<u8> {
    [&[how][..], &text(name), &text(value)].concat()
}

/// Length in seven bits and more, and then the bytes as they are.
fn text(text: &str) -> Vec<u8> {
    let length = text.len();
    let mut bytes = Vec::new();
    if length < 127 {
        bytes.push(u8::try_from(length).expect("seven bits"));
    } else {
        bytes.push(127);
        let mut rest = length - 127;
        while rest >= 128 {
            bytes.push(u8::try_from(rest % 128).expect("seven bits") | 128);
            rest /= 128;
        }
        bytes.push(u8::try_from(rest).expect("seven bits"));
    }
    bytes.extend_from_slice(text.as_bytes());
    bytes
}
