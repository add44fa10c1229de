//! Frames as RFC 9113 §4 and §6 lay them out: heads, kinds, flags, error codes.

/// Bytes of a frame's head.
pub(super) const HEAD: usize = 9;

/// Most bytes of a frame's payload in either direction: what RFC 9113 §4.2 has everybody take, and no more is asked for.
pub(super) const MAX_PAYLOAD: usize = 16_384;

/// The largest window, RFC 9113 §6.9.1.
pub(super) const MAX_WINDOW: i64 = (1 << 31) - 1;

/// Windows begin with this, RFC 9113 §6.9.2.
pub(super) const FIRST_WINDOW: u32 = 65_535;

/// Bytes of table for header fields that each side begins with, RFC 9113 §6.5.2.
pub(super) const FIRST_TABLE: u32 = 4_096;

/// What a client sends before its first frame, RFC 9113 §3.4.
pub(crate) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) mod kind {
    pub(in crate::h2) const DATA: u8 = 0;
    pub(in crate::h2) const HEADERS: u8 = 1;
    pub(in crate::h2) const PRIORITY: u8 = 2;
    pub(in crate::h2) const RST_STREAM: u8 = 3;
    pub(in crate::h2) const SETTINGS: u8 = 4;
    pub(in crate::h2) const PUSH_PROMISE: u8 = 5;
    pub(in crate::h2) const PING: u8 = 6;
    pub(in crate::h2) const GOAWAY: u8 = 7;
    pub(in crate::h2) const WINDOW_UPDATE: u8 = 8;
    pub(in crate::h2) const CONTINUATION: u8 = 9;
}

pub(super) mod flag {
    pub(in crate::h2) const ACK: u8 = 0x1;
    pub(in crate::h2) const END_STREAM: u8 = 0x1;
    pub(in crate::h2) const END_HEADERS: u8 = 0x4;
    pub(in crate::h2) const PADDED: u8 = 0x8;
    pub(in crate::h2) const PRIORITY: u8 = 0x20;
}

/// Identifiers of SETTINGS, RFC 9113 §6.5.2.
pub(super) mod setting {
    pub(in crate::h2) const HEADER_TABLE_SIZE: u16 = 1;
    pub(in crate::h2) const ENABLE_PUSH: u16 = 2;
    pub(in crate::h2) const MAX_CONCURRENT_STREAMS: u16 = 3;
    pub(in crate::h2) const INITIAL_WINDOW_SIZE: u16 = 4;
    pub(in crate::h2) const MAX_FRAME_SIZE: u16 = 5;
    pub(in crate::h2) const MAX_HEADER_LIST_SIZE: u16 = 6;
}

/// Error codes, RFC 9113 §7, as far as a server says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    NoError = 0,
    ProtocolError = 1,
    InternalError = 2,
    FlowControlError = 3,
    StreamClosed = 5,
    FrameSizeError = 6,
    RefusedStream = 7,
    CompressionError = 9,
    EnhanceYourCalm = 11,
}

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Bytes of the payload.
    pub(super) length: usize,
    pub(super) kind: u8,
    pub(super) flags: u8,
    /// 0 for the connection.
    pub(super) stream: u32,
}

impl Head {
    /// The head at the beginning of `bytes`, if all of it is there.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let [a, b, c, kind, flags, stream @ ..] = *bytes.first_chunk::<HEAD>()?;
        Some(Self {
            length: usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c),
            kind,
            flags,
            // The first bit is reserved.
            stream: u32::from_be_bytes(stream) & (u32::MAX >> 1),
        })
    }

    pub(super) fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(super) fn bytes(self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        let length = u32::try_from(self.length).unwrap_or(u32::MAX).to_be_bytes();
        bytes[..3].copy_from_slice(&length[1..]);
        bytes[3..5].copy_from_slice(&[self.kind, self.flags]);
        bytes[5..].copy_from_slice(&self.stream.to_be_bytes());
        bytes
    }
}

/// A number of four bytes at the beginning of a payload, without its reserved first bit.
pub(super) fn number(payload: &[u8]) -> Option<u32> {
    payload
        .first_chunk()
        .map(|bytes| u32::from_be_bytes(*bytes) & (u32::MAX >> 1))
}

/// The payload without padding, RFC 9113 §6.1; none if the padding is longer than the frame.
pub(super) fn unpadded(head: Head, payload: &[u8]) -> Option<&[u8]> {
    if !head.has(flag::PADDED) {
        return Some(payload);
    }
    let (padding, rest) = payload.split_first()?;
    rest.get(..rest.len().checked_sub(usize::from(*padding))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_are_written() {
        let head = Head {
            length: 0x01_02_03,
            kind: kind::DATA,
            flags: flag::END_STREAM | flag::PADDED,
            stream: 0x7fff_fffd,
        };
        let mut bytes = head.bytes();
        assert_eq!(Head::parse(&bytes), Some(head));
        bytes[5] |= 0x80;
        assert_eq!(Head::parse(&bytes), Some(head), "the reserved bit says nothing");
        assert_eq!(Head::parse(&bytes[..8]), None);
    }

    #[test]
    fn padding_is_taken_away_if_it_fits() {
        let padded = |payload| {
            let flags = flag::PADDED;
            unpadded(
                Head {
                    length: 0,
                    kind: kind::DATA,
                    flags,
                    stream: 1,
                },
                payload,
            )
        };
        assert_eq!(padded(&[2, b'a', 0, 0]), Some(&b"a"[..]));
        assert_eq!(padded(&[3, 0, 0, 0]), Some(&b""[..]));
        assert_eq!(padded(&[4, 0, 0, 0]), None);
        assert_eq!(padded(&[]), None);
    }
}
