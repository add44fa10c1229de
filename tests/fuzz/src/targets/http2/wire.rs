//! Frames of HTTP/2 (RFC 9113), written and taken apart without the code under test.

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const PRIORITY: u8 = 2;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const ACK: u8 = 0x1;
pub(super) const END_STREAM: u8 = 0x1;
pub(super) const END_HEADERS: u8 = 0x4;
pub(super) const PADDED: u8 = 0x8;
/// With a priority before the block.
pub(super) const PRIORITIZED: u8 = 0x20;

pub(super) const HEADER_TABLE_SIZE: u16 = 1;
pub(super) const INITIAL_WINDOW_SIZE: u16 = 4;

/// Bytes that a payload has at most, for who has asked for nothing else.
pub(super) const MAX_PAYLOAD: usize = 16_384;

/// A frame.
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    pub(super) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The number that its payload begins with, without the reserved bit.
    pub(super) fn number(&self) -> Option<u32> {
        let number = self.payload.first_chunk().copied().map(u32::from_be_bytes)?;
        Some(number & (u32::MAX >> 1))
    }
}

/// Cuts bytes into frames.
#[derive(Default)]
pub(super) struct Frames {
    rest: Vec<u8>,
}

impl Frames {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// The next one, or the length of one that is too long.
    pub(super) fn next(&mut self) -> Option<Result<Frame, usize>> {
        let [a, b, c, kind, flags, stream @ ..] = *self.rest.first_chunk::<9>()?;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if length > MAX_PAYLOAD {
            return Some(Err(length));
        }
        let payload = self.rest.get(9..9 + length)?.to_vec();
        self.rest.drain(..9 + length);
        Some(Ok(Frame {
            kind,
            flags,
            stream: u32::from_be_bytes(stream) & (u32::MAX >> 1),
            payload,
        }))
    }

    pub(super) fn is_between_frames(&self) -> bool {
        self.rest.is_empty()
    }
}

/// A frame's bytes.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("it is short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The block of a request of gRPC; whether it enters the server's table.
pub(super) fn request(path: &str, indexed: bool) -> Vec<u8> {
    // POST, http, and then names of the static table.
    let mut block = vec![0x83, 0x86];
    let path = (4, path);
    for (index, value) in [path, (1, "quiz.example"), (31, "application/grpc")] {
        if indexed {
            block.push(0x40 | index);
        } else if index < 15 {
            block.push(index);
        } else {
            block.extend([15, index - 15]);
        }
        text(value, &mut block);
    }
    block.push(0);
    text("te", &mut block);
    text("trailers", &mut block);
    block
}

/// Appends a short text, without coding.
pub(super) fn text(text: &str, block: &mut Vec<u8>) {
    let length = u8::try_from(text.len()).ok().filter(|length| *length < 127);
    block.push(length.expect("it is short"));
    block.extend_from_slice(text.as_bytes());
}
