//! Type, length, value: the shape of HTTP/3's frames (RFC 9114, 7.1) and of the capsules within them (RFC 9297, 3.2).

use bytes::Bytes;
use smallvec::SmallVec;
use wtransport::proto::bytes::BytesReader;
use wtransport::proto::error::ErrorCode;

/// Types of frames.
pub(super) const DATA: u64 = 0x00;
pub(super) const HEADERS: u64 = 0x01;
pub(super) const SETTINGS: u64 = 0x04;
/// Begins a stream of WebTransport; no frame, because what stands for the length is the session's number.
pub(super) const WEBTRANSPORT_STREAM: u64 = 0x41;
/// A capsule: the session is over.
pub(super) const CLOSE_WEBTRANSPORT_SESSION: u64 = 0x2843;

/// Longest settings and header blocks; browsers send a few hundred bytes.
const MAX_VALUE: usize = 4096;

/// Whether a frame may not stand on the stream of a request: beside what is [never expected](is_never_expected) CANCEL_PUSH, GOAWAY
/// and MAX_PUSH_ID, which belong on the control stream (RFC 9114, 7.2.3, 7.2.6 and 7.2.7).
pub(super) const fn is_unexpected_in_request(kind: u64) -> bool {
    is_never_expected(kind) || matches!(kind, 0x03 | 0x07 | 0x0d)
}

/// Whether a frame may stand neither on a request's stream nor, behind SETTINGS, on the control stream: what only a server sends,
/// and what HTTP/2 had (RFC 9114, 7.2.8 and 11.2.1).
pub(super) const fn is_never_expected(kind: u64) -> bool {
    matches!(kind, SETTINGS | 0x05 | 0x02 | 0x06 | 0x08 | 0x09)
}

/// A part of a value, as it came; the first of a value may be empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: u64,
    /// Of the whole value.
    pub(super) length: u64,
    pub(super) bytes: Bytes,
    /// Whether the value is complete with this.
    pub(super) last: bool,
}

/// Cuts a stream into frames, or the data of frames into capsules.
#[derive(Debug, Default)]
pub(super) struct Reader {
    varint: Varint,
    /// The type of a frame whose length has not come.
    kind: Option<u64>,
    /// Type, length, and how much of the value is still to come.
    open: Option<(u64, u64, u64)>,
}

impl Reader {
    /// Takes the next piece from the front of what came; `None` when it needs more.
    pub(super) fn next(&mut self, input: &mut Bytes) -> Option<Piece> {
        let begins = self.open.is_none();
        while self.open.is_none() {
            let value = self.varint.next(input)?;
            match self.kind.take() {
                None => self.kind = Some(value),
                Some(kind) => self.open = Some((kind, value, value)),
            }
        }
        let (kind, length, left) = self.open?;
        if input.is_empty() && !begins {
            return None;
        }
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let left = left - taken as u64;
        self.open = (left > 0).then_some((kind, length, left));
        Some(Piece {
            kind,
            length,
            bytes: input.split_to(taken),
            last: left == 0,
        })
    }
}

/// Collects the value of one frame at a time.
#[derive(Debug, Default)]
pub(super) struct Value(Vec<u8>);

impl Value {
    /// The whole value behind its last piece.
    ///
    /// # Errors
    /// H3_EXCESSIVE_LOAD for one that is too long.
    pub(super) fn add(&mut self, piece: &Piece) -> Result<Option<Vec<u8>>, ErrorCode> {
        if piece.length > MAX_VALUE as u64 {
            return Err(ErrorCode::ExcessiveLoad);
        }
        self.0.extend_from_slice(&piece.bytes);
        Ok(piece.last.then(|| std::mem::take(&mut self.0)))
    }
}

/// Reads an integer of QUIC (RFC 9000, 16) from the front of what came.
#[derive(Debug, Default)]
pub(super) struct Varint(SmallVec<[u8; 8]>);

impl Varint {
    /// `None` when it needs more.
    pub(super) fn next(&mut self, input: &mut Bytes) -> Option<u64> {
        while !input.is_empty() {
            self.0.push(input.split_to(1)[0]);
            if let Some(value) = (&mut &*self.0).get_varint() {
                self.0.clear();
                return Some(value.into_inner());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Types, values and lengths of all frames in `stream`, which comes in chunks of `size`.
    fn read(stream: &[u8], size: usize) -> Vec<(u64, Vec<u8>, u64)> {
        let mut reader = Reader::default();
        let (mut frames, mut value) = (Vec::new(), Vec::new());
        for chunk in stream.chunks(size) {
            let mut chunk = Bytes::copy_from_slice(chunk);
            while let Some(piece) = reader.next(&mut chunk) {
                value.extend_from_slice(&piece.bytes);
                if piece.last {
                    frames.push((piece.kind, std::mem::take(&mut value), piece.length));
                }
            }
            assert!(chunk.is_empty(), "everything is taken");
        }
        frames
    }

    #[test]
    fn frames_are_the_same_however_they_are_cut() {
        let stream = [
            0x00, 0x03, 1, 2, 3, 0x04, 0x00, 0x68, 0x43, 0x40, 0x04, 9, 9, 9, 9, 0x01, 0x01, 7,
        ];
        let frames = [
            (DATA, vec![1, 2, 3], 3),
            (SETTINGS, vec![], 0),
            (CLOSE_WEBTRANSPORT_SESSION, vec![9; 4], 4),
            (HEADERS, vec![7], 1),
        ];
        for size in 1..=stream.len() {
            assert_eq!(read(&stream, size), frames, "in chunks of {size}");
        }
    }

    #[test]
    fn a_frame_is_told_before_its_value_comes() {
        let mut reader = Reader::default();
        let mut input = Bytes::from_static(&[0x41, 0x00, 0x44]);
        assert_eq!(reader.next(&mut input), None, "the type has two bytes");
        let piece = reader.next(&mut Bytes::from_static(&[0x09])).unwrap();
        assert_eq!((piece.kind, piece.length, piece.last), (0x100, 0x409, false));
        assert_eq!(reader.next(&mut Bytes::new()), None, "and once only");
    }
}
