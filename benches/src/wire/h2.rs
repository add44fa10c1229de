//! gRPC on an HTTP/2 connection with prior knowledge: one call for as long as it lasts, or gRPC-Web's calls one after the other, as
//! browsers make them over TLS.
//!
//! Windows are as large as they get, so that the generator hardly ever has to widen them.

use std::collections::VecDeque;

use anyhow::{Result, bail};

use super::{Note, Prefixed, Rest, Wire, prefixed};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const WINDOW: u32 = (1 << 31) - 1;
/// Windows are widened when this much was taken.
const WIDEN_AT: u32 = 1 << 28;
/// Most bytes of a DATA frame that every server takes.
const MAX_FRAME: usize = 16_384;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

const END_STREAM: u8 = 0x1;
const ACK: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;

/// See the module.
pub(crate) struct H2 {
    authority: String,
    is_tls: bool,
    calls: Calls,
    /// Of the newest call.
    stream: u32,
    frames: Rest,
    messages: Prefixed,
    /// Bytes of DATA since the windows were widened.
    taken: u32,
}

enum Calls {
    /// This one, with many messages.
    One(String),
    /// Those still to be made, one message each.
    Web(VecDeque<String>),
}

impl H2 {
    /// A call of `path`, such as `/trivium.v1.SessionService/Connect`.
    pub(crate) fn new(authority: &str, path: &str, is_tls: bool) -> Self {
        Self::calling(authority, Calls::One(path.to_owned()), is_tls)
    }

    /// Calls of gRPC-Web: each message written is the request of the next path.
    pub(crate) fn web(authority: &str, paths: &[&str], is_tls: bool) -> Self {
        let paths = paths.iter().map(ToString::to_string).collect();
        Self::calling(authority, Calls::Web(paths), is_tls)
    }

    fn calling(authority: &str, calls: Calls, is_tls: bool) -> Self {
        Self {
            authority: authority.to_owned(),
            is_tls,
            stream: match calls {
                Calls::One(_) => 1,
                Calls::Web(_) => 0,
            },
            calls,
            frames: Rest::default(),
            messages: Prefixed::default(),
            taken: 0,
        }
    }

    /// A request's header block: fields of the static table, and literals without Huffman.
    fn headers(&self, path: &str, content_type: &str) -> Vec<u8> {
        let (post, scheme) = (0x83, if self.is_tls { 0x87 } else { 0x86 });
        let mut block = vec![post, scheme];
        for (name, value) in [
            (&[0x04][..], path),
            (&[0x01], &self.authority),
            (&[0x0f, 0x10], content_type),
            (b"\x00\x02te", "trailers"),
        ] {
            block.extend_from_slice(name);
            block.push(u8::try_from(value.len()).expect("paths and addresses are short"));
            block.extend_from_slice(value.as_bytes());
        }
        block
    }

    /// Whether calls are still to be made on this connection.
    fn to_come(&self) -> bool {
        matches!(&self.calls, Calls::Web(paths) if !paths.is_empty())
    }
}

impl Wire for H2 {
    fn begin(&mut self, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(PREFACE);
        let initial_window_size = [&[0, 4][..], &WINDOW.to_be_bytes()].concat();
        frame(SETTINGS, 0, 0, &initial_window_size, out);
        frame(WINDOW_UPDATE, 0, 0, &(WINDOW - 65_535).to_be_bytes(), out);
        if let Calls::One(path) = &self.calls {
            frame(HEADERS, END_HEADERS, 1, &self.headers(path, "application/grpc"), out);
        }
        true
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        let mut flags = 0;
        if let Calls::Web(paths) = &mut self.calls {
            let path = paths.pop_front().expect("there is a path for each request");
            self.stream = if self.stream == 0 { 1 } else { self.stream + 2 };
            let headers = self.headers(&path, "application/grpc-web+proto");
            frame(HEADERS, END_HEADERS, self.stream, &headers, out);
            flags = END_STREAM;
        }
        let framed = prefixed(message);
        let mut parts = framed.chunks(MAX_FRAME).peekable();
        while let Some(part) = parts.next() {
            let flags = if parts.peek().is_none() { flags } else { 0 };
            frame(DATA, flags, self.stream, part, out);
        }
    }

    fn read(&mut self, bytes: &[u8], out: &mut Vec<u8>, hear: &mut dyn FnMut(Note<'_>)) -> Result<()> {
        let (newest, to_come) = (self.stream, self.to_come());
        let Self {
            frames,
            messages,
            taken,
            ..
        } = self;
        frames.read(bytes, |bytes| {
            let Some((frame_head, rest)) = bytes.split_first_chunk::<9>() else {
                return Ok(0);
            };
            let length = u32::from_be_bytes([0, frame_head[0], frame_head[1], frame_head[2]]);
            let (kind, flags) = (frame_head[3], frame_head[4]);
            let stream = u32::from_be_bytes([frame_head[5], frame_head[6], frame_head[7], frame_head[8]]);
            let Some(payload) = rest.get(..usize::try_from(length)?) else {
                return Ok(0);
            };
            match kind {
                DATA if flags & PADDED != 0 => bail!("padding, which no gRPC server sends"),
                DATA => {
                    messages.take(payload, hear)?;
                    *taken += length;
                    if *taken >= WIDEN_AT {
                        frame(WINDOW_UPDATE, 0, 0, &taken.to_be_bytes(), out);
                        frame(WINDOW_UPDATE, 0, newest, &taken.to_be_bytes(), out);
                        *taken = 0;
                    }
                }
                SETTINGS if flags & ACK == 0 => frame(SETTINGS, ACK, 0, &[], out),
                PING if flags & ACK == 0 => frame(PING, ACK, 0, payload, out),
                RST_STREAM => bail!("the call was reset: {payload:?}"),
                GOAWAY => bail!("the server goes away: {}", String::from_utf8_lossy(payload)),
                _ => {}
            }
            if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 && stream == newest && !to_come {
                bail!("the call ended: {}", String::from_utf8_lossy(payload));
            }
            Ok(frame_head.len() + payload.len())
        })
    }
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(payload.len()).expect("at most MAX_FRAME").to_be_bytes();
    out.extend_from_slice(&length[1..]);
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}
