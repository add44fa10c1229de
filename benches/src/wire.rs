//! How messages are framed on a connection: just enough of each protocol to talk and to count, over bytes in memory.
//!
//! No client library is measured this way, and a subscriber costs the generator the same on every protocol over TCP.
//! Neighbours: [`talk`](crate::talk) says what the messages mean, [`connection`](crate::connection) owns the socket.

mod centrifugo;
mod grpc_web;
mod h2;
mod prefixed;
mod websocket;

use anyhow::Result;

pub(crate) use centrifugo::Centrifugo;
pub(crate) use grpc_web::GrpcWeb;
pub(crate) use h2::H2;
pub(crate) use prefixed::Prefixed;
use prefixed::prefixed;
pub(crate) use websocket::{SocketIo, WebSocket};

/// What a wire finds in the bytes that came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Note<'a> {
    /// The handshake is done.
    Open,
    /// A whole message, without its framing.
    Message(&'a [u8]),
}

/// The framing of one connection.
pub(crate) trait Wire {
    /// What has to be sent first. Returns whether messages may follow at once, without waiting for [`Note::Open`].
    fn begin(&mut self, out: &mut Vec<u8>) -> bool;

    /// Frames a message.
    fn write(&mut self, message: &[u8], out: &mut Vec<u8>);

    /// Takes in what came. Answers that the protocol itself asks for go to `out`.
    ///
    /// # Errors
    ///
    /// The peer broke the protocol, refused, or ended the conversation.
    fn read(&mut self, bytes: &[u8], out: &mut Vec<u8>, hear: &mut dyn FnMut(Note<'_>)) -> Result<()>;
}

/// Bytes that wait for the rest of their frame. Bounded by the largest frame of the peer, which is a server under test.
#[derive(Default)]
struct Rest(Vec<u8>);

impl Rest {
    /// Calls `frame` with what is there until it takes nothing; it returns how many bytes it took.
    fn read(&mut self, bytes: &[u8], mut frame: impl FnMut(&[u8]) -> Result<usize>) -> Result<()> {
        let mut held = std::mem::take(&mut self.0);
        let whole = if held.is_empty() {
            bytes
        } else {
            held.extend_from_slice(bytes);
            &held
        };
        let mut left = whole;
        loop {
            match frame(left)? {
                0 => break,
                taken => left = &left[taken..],
            }
        }
        let taken = whole.len() - left.len();
        if held.is_empty() {
            self.0.extend_from_slice(&bytes[taken..]);
        } else {
            held.drain(..taken);
            self.0 = held;
        }
        Ok(())
    }
}

/// Where the head of an HTTP/1.1 message ends, if it does: behind the empty line.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

#[cfg(test)]
mod tests {
    use super::{GrpcWeb, H2, Note, Prefixed, SocketIo, WebSocket, Wire};

    /// What a wire hears of `bytes`, cut into pieces of `size`, and what it answers.
    fn heard(wire: &mut dyn Wire, bytes: &[u8], size: usize) -> anyhow::Result<(Vec<String>, Vec<u8>)> {
        let (mut notes, mut out) = (Vec::new(), Vec::new());
        for piece in bytes.chunks(size) {
            wire.read(piece, &mut out, &mut |note| {
                notes.push(match note {
                    Note::Open => "open".to_owned(),
                    Note::Message(message) => String::from_utf8_lossy(message).into_owned(),
                });
            })?;
        }
        Ok((notes, out))
    }

    /// Name, wire, what it reads, what it hears, what it answers.
    type Row = (&'static str, Box<dyn Wire>, Vec<u8>, Vec<&'static str>, Vec<u8>);

    fn wires() -> Vec<Row> {
        let frame = |kind: u8, flags: u8, payload: &[u8]| {
            let length = u8::try_from(payload.len()).expect("short");
            let mut frame = vec![0, 0, length, kind, flags, 0, 0, 0, u8::from(kind <= 1)];
            frame.extend_from_slice(payload);
            frame
        };
        let one = b"\0\0\0\0\x03one".as_slice();
        let h2 = [
            frame(4, 0, b""),
            frame(1, 4, b"\x88"),
            frame(0, 0, &[one, b"\0\0\0\0\x03t"].concat()),
            frame(6, 0, b"12345678"),
            frame(0, 0, b"wo"),
        ];
        let h2_out = [frame(4, 1, b""), frame(6, 1, b"12345678")].concat();
        let web = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n\0\0\0\0\x03oneHTTP/1.1 200 OK\r\n\
            Transfer-Encoding: chunked\r\n\r\n5\r\n\0\0\0\0\x03\r\n3\r\ntwo\r\n0\r\n\r\n";
        let upgraded = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".as_slice();
        let websocket = [upgraded, b"\x81\x03one\x89\x01p\x81\x7e\x00\x03two"].concat();
        let engine = [upgraded, b"\x81\x030{}\x81\x0240\x81\x012\x81\x0742[\"x\"]"].concat();
        vec![
            (
                "prefixed",
                Box::new(Prefixed::default()),
                one.to_vec(),
                vec!["one"],
                vec![],
            ),
            (
                "h2",
                Box::new(H2::new("", "", false)),
                h2.concat(),
                vec!["one", "two"],
                h2_out,
            ),
            (
                "grpc-web on h2",
                Box::new(H2::web("", &[""], true)),
                // Its end is that of an earlier call.
                [frame(1, 4, b"\x88"), frame(0, 1, one)].concat(),
                vec!["one"],
                vec![],
            ),
            (
                "grpc-web",
                Box::new(GrpcWeb::new("", &[""])),
                web.to_vec(),
                vec!["one", "two"],
                vec![],
            ),
            (
                "websocket",
                Box::new(WebSocket::new("", "/")),
                websocket,
                vec!["open", "one", "two"],
                b"\x8a\x81\0\0\0\0p".to_vec(),
            ),
            (
                "socket.io",
                Box::new(SocketIo::new("")),
                engine,
                vec!["open", "[\"x\"]"],
                b"\x81\x82\0\0\0\x0040\x81\x81\0\0\0\x003".to_vec(),
            ),
        ]
    }

    #[test]
    fn messages_are_found_however_the_bytes_are_cut() {
        for size in [1, 2, 7, 1_000] {
            for (name, mut wire, bytes, expected, answers) in wires() {
                let (notes, out) = heard(wire.as_mut(), &bytes, size).unwrap();
                assert_eq!(
                    (notes, out),
                    (expected.iter().map(ToString::to_string).collect(), answers),
                    "{name}, {size}"
                );
            }
        }
    }

    #[test]
    fn an_end_is_an_error() {
        let mut web = H2::web("", &[""], true);
        web.write(b"", &mut Vec::new());
        let rows: [(Box<dyn Wire>, &[u8]); 6] = [
            (Box::new(web), b"\0\0\0\0\x01\0\0\0\x01"),
            (Box::new(H2::new("", "", false)), b"\0\0\0\x01\x05\0\0\0\x01"),
            (
                Box::new(H2::new("", "", false)),
                b"\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0b",
            ),
            (Box::new(GrpcWeb::new("", &[""])), b"HTTP/1.1 503 No\r\n\r\n"),
            (
                Box::new(GrpcWeb::new("", &[""])),
                b"HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n\x80\0\0\0\x0egrpc-status: 5",
            ),
            (Box::new(WebSocket::new("", "/")), b"HTTP/1.1 400 Bad\r\n\r\n"),
        ];
        for (mut wire, bytes) in rows {
            assert!(heard(wire.as_mut(), bytes, 1_000).is_err(), "{bytes:?}");
        }
    }
}
