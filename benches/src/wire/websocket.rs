//! WebSocket text messages, and Socket.IO packets in them.

use anyhow::{Result, bail, ensure};

use super::{Note, Rest, Wire, end_of_head};

pub(super) const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;
const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
/// In place of a length that follows in two bytes.
const LONG: u8 = 0x7e;

/// WebSocket without extensions.
pub(crate) struct WebSocket {
    authority: String,
    path: &'static str,
    is_open: bool,
    rest: Rest,
}

impl WebSocket {
    pub(crate) fn new(authority: &str, path: &'static str) -> Self {
        Self {
            authority: authority.to_owned(),
            path,
            is_open: false,
            rest: Rest::default(),
        }
    }
}

impl Wire for WebSocket {
    fn begin(&mut self, out: &mut Vec<u8>) -> bool {
        let head = format!(
            "GET {} HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.path, self.authority
        );
        out.extend_from_slice(head.as_bytes());
        false
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        frame(TEXT, message, out);
    }

    fn read(&mut self, bytes: &[u8], out: &mut Vec<u8>, hear: &mut dyn FnMut(Note<'_>)) -> Result<()> {
        let Self { is_open, rest, .. } = self;
        rest.read(bytes, |bytes| {
            if !*is_open {
                let Some(end) = end_of_head(bytes) else {
                    return Ok(0);
                };
                ensure!(
                    bytes.starts_with(b"HTTP/1.1 101"),
                    "refused: {}",
                    String::from_utf8_lossy(&bytes[..end])
                );
                *is_open = true;
                hear(Note::Open);
                return Ok(end);
            }
            let Some((kind, payload, length)) = split(bytes) else {
                return Ok(0);
            };
            match kind {
                TEXT | BINARY => hear(Note::Message(payload)),
                PING => frame(PONG, payload, out),
                CLOSE => bail!("closed: {payload:?}"),
                _ => {}
            }
            Ok(length)
        })
    }
}

/// Kind, payload and whole length of the first frame, if all of it is there.
fn split(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (&[first, second], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match second {
        LONG => {
            let (length, rest) = rest.split_first_chunk()?;
            (u64::from(u16::from_be_bytes(*length)), rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk()?;
            (u64::from_be_bytes(*length), rest)
        }
        length => (u64::from(length), rest),
    };
    let payload = rest.get(..usize::try_from(length).ok()?)?;
    Some((first & 0xf, payload, bytes.len() - rest.len() + payload.len()))
}

/// A frame whose mask is zero, so that the payload stays as it is.
pub(super) fn frame(kind: u8, payload: &[u8], out: &mut Vec<u8>) {
    let length = u16::try_from(payload.len()).expect("the generator says little");
    out.push(FIN | kind);
    if let Ok(short @ ..126) = u8::try_from(length) {
        out.push(MASKED | short);
    } else {
        out.push(MASKED | LONG);
        out.extend_from_slice(&length.to_be_bytes());
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

/// Socket.IO on the WebSocket transport of Engine.IO 4, in the default namespace.
pub(crate) struct SocketIo(WebSocket);

impl SocketIo {
    pub(crate) fn new(authority: &str) -> Self {
        Self(WebSocket::new(authority, "/socket.io/?EIO=4&transport=websocket"))
    }
}

impl Wire for SocketIo {
    fn begin(&mut self, out: &mut Vec<u8>) -> bool {
        self.0.begin(out)
    }

    /// An answer wants to be acknowledged, by its own number.
    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        let answer = message.strip_prefix(b"answer ").unwrap_or_default();
        let number = answer.split(|byte| !byte.is_ascii_digit()).next().unwrap_or_default();
        let event = [b"42", number, b"[\"say\",\"", message, b"\"]"].concat();
        self.0.write(&event, out);
    }

    fn read(&mut self, bytes: &[u8], out: &mut Vec<u8>, hear: &mut dyn FnMut(Note<'_>)) -> Result<()> {
        let mut answers = Vec::new();
        self.0.read(bytes, out, &mut |note| match note {
            Note::Message([b'0', ..]) => frame(TEXT, b"40", &mut answers),
            Note::Message(b"2") => frame(TEXT, b"3", &mut answers),
            Note::Message([b'4', b'0', ..]) => hear(Note::Open),
            Note::Message([b'4', b'2', event @ ..]) => hear(Note::Message(event)),
            Note::Message([b'4', b'3', number @ ..]) => hear(Note::Message(&[b"ack ", number].concat())),
            Note::Message(_) | Note::Open => {}
        })?;
        out.append(&mut answers);
        Ok(())
    }
}
