//! The envelope, `flags:u8 | length:u32 big-endian | payload`: everything on a WebTransport stream is a sequence of them.
//!
//! Pure: bytes in, bytes out, no I/O. [`HeadReader`] takes the first envelope of a stream, [`Scanner`] follows the rest and
//! only finds boundaries; message payloads pass through untouched and uncopied. [`header_block`](crate::header_block) gives
//! meaning to the payloads of HEADERS and TRAILERS; [`bridge`](crate::bridge) and [`client`](crate::client) feed both.
//!
//! Invariant: the outcome depends on the bytes only, never on how they were cut into chunks.

use bytes::{Bytes, BytesMut};

/// Length of an envelope's prefix in bytes.
pub const PREFIX_LEN: usize = 5;
/// Flags of a message as it is.
pub const MESSAGE: u8 = 0x00;
/// Flags of a message compressed with the stream's `grpc-encoding`.
pub const COMPRESSED: u8 = 0x01;
/// Flags of the first envelope in each direction.
pub const HEADERS: u8 = 0x40;
/// Flags of the last envelope: END_STREAM from the client, TRAILERS from the server.
pub const END: u8 = 0x80;
/// Longest payload of a HEADERS or TRAILERS envelope in bytes.
pub const MAX_BLOCK: usize = 16 * 1024;

/// The five bytes in front of a payload of `length` bytes.
pub const fn prefix(flags: u8, length: u32) -> [u8; PREFIX_LEN] {
    let [a, b, c, d] = length.to_be_bytes();
    [flags, a, b, c, d]
}

/// What is wrong with a sequence of envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The first envelope is not HEADERS.
    #[error("the stream does not begin with HEADERS (flags {0:#04x})")]
    NotHeaders(u8),
    /// A HEADERS or END payload above its limit; found from the prefix, before any payload is read.
    #[error("a block of {0} bytes is above the limit")]
    BlockTooLong(u32),
    /// Flags that mean nothing after HEADERS.
    #[error("unknown flags {0:#04x}")]
    Flags(u8),
    /// The stream ended inside an envelope.
    #[error("the stream ended inside an envelope")]
    Truncated,
}

/// Takes the HEADERS envelope from the front of a stream.
#[derive(Debug, Default)]
pub struct HeadReader {
    prefix: PrefixReader,
    payload: Option<Gather>,
}

impl HeadReader {
    /// Consumes from `chunk` what belongs to the envelope; `Some` is its payload, and the rest of `chunk` is what follows.
    ///
    /// # Errors
    /// [`Fault::NotHeaders`] at the first byte, [`Fault::BlockTooLong`] at the fifth.
    pub fn feed(&mut self, chunk: &mut Bytes) -> Result<Option<Bytes>, Fault> {
        if let Some(&flags) = chunk.first()
            && self.prefix.have == 0
            && flags != HEADERS
        {
            return Err(Fault::NotHeaders(flags));
        }
        let payload = if let Some(payload) = &mut self.payload {
            payload
        } else {
            let Some(length) = self.prefix.feed(chunk) else {
                return Ok(None);
            };
            self.payload.insert(Gather::new(length, MAX_BLOCK)?)
        };
        Ok(payload.feed(chunk))
    }
}

/// Follows the envelopes after HEADERS in one direction.
#[derive(Debug)]
pub struct Scanner {
    max_end: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Between two envelopes.
    Boundary,
    /// Inside a message's prefix.
    Prefix(PrefixReader),
    /// Inside a message, with this many bytes to go.
    Message(u32),
    /// Inside the prefix of the END envelope.
    EndPrefix(PrefixReader),
    /// Inside the payload of the END envelope.
    EndPayload(Gather),
    /// Behind the END envelope.
    Ended(Bytes),
}

impl Scanner {
    /// For the client's direction, where END carries nothing.
    pub const fn for_requests() -> Self {
        Self {
            max_end: 0,
            state: State::Boundary,
        }
    }

    /// For the server's direction, where END carries the trailers, of at most [`MAX_BLOCK`] bytes.
    pub const fn for_responses() -> Self {
        Self {
            max_end: MAX_BLOCK,
            state: State::Boundary,
        }
    }

    /// Whether the stream may end here: between two envelopes, or behind END.
    pub const fn at_boundary(&self) -> bool {
        matches!(self.state, State::Boundary | State::Ended(_))
    }

    /// The payload of the END envelope once it is complete.
    pub const fn end(&self) -> Option<&Bytes> {
        match &self.state {
            State::Ended(payload) => Some(payload),
            State::Boundary | State::Prefix(_) | State::Message(_) | State::EndPrefix(_) | State::EndPayload(_) => None,
        }
    }

    /// Splits off and returns the leading bytes of `chunk` that belong to messages, prefixes included.
    ///
    /// Bytes are left in `chunk` in two cases only: what follows END, and what begins with a fault; the next call
    /// then reports the fault. So every message byte in front of a fault is delivered first, however the bytes were cut.
    ///
    /// # Errors
    /// [`Fault::Flags`] and [`Fault::BlockTooLong`]; the scanner must not be fed again.
    pub fn feed(&mut self, chunk: &mut Bytes) -> Result<Bytes, Fault> {
        let mut passed = 0;
        loop {
            match &mut self.state {
                State::Boundary => match chunk.get(passed).copied() {
                    None => return Ok(chunk.split_to(passed)),
                    Some(MESSAGE | COMPRESSED) => self.state = State::Prefix(PrefixReader::default()),
                    // Everything from here on is handled with the message bytes already handed out.
                    Some(_) if passed > 0 => return Ok(chunk.split_to(passed)),
                    Some(END) => self.state = State::EndPrefix(PrefixReader::default()),
                    Some(flags) => return Err(Fault::Flags(flags)),
                },
                State::Prefix(prefix) => {
                    let mut rest = chunk.slice(passed..);
                    let length = prefix.feed(&mut rest);
                    passed = chunk.len() - rest.len();
                    match length {
                        Some(length) => self.state = State::Message(length),
                        None => return Ok(chunk.split_to(passed)),
                    }
                }
                State::Message(0) => self.state = State::Boundary,
                State::Message(left) => {
                    let take = usize::try_from(*left).unwrap_or(usize::MAX).min(chunk.len() - passed);
                    if take == 0 {
                        return Ok(chunk.split_to(passed));
                    }
                    *left -= u32::try_from(take).expect("at most `left`, which is a u32");
                    passed += take;
                }
                State::EndPrefix(prefix) => match prefix.feed(chunk) {
                    Some(length) => self.state = State::EndPayload(Gather::new(length, self.max_end)?),
                    None => return Ok(Bytes::new()),
                },
                State::EndPayload(payload) => match payload.feed(chunk) {
                    Some(payload) => self.state = State::Ended(payload),
                    None => return Ok(Bytes::new()),
                },
                State::Ended(_) => return Ok(Bytes::new()),
            }
        }
    }
}

/// Gathers a prefix and yields the length in it.
#[derive(Debug, Default)]
struct PrefixReader {
    bytes: [u8; PREFIX_LEN],
    have: usize,
}

impl PrefixReader {
    fn feed(&mut self, chunk: &mut Bytes) -> Option<u32> {
        let take = (PREFIX_LEN - self.have).min(chunk.len());
        self.bytes[self.have..self.have + take].copy_from_slice(&chunk.split_to(take));
        self.have += take;
        let [_, a, b, c, d] = self.bytes;
        (self.have == PREFIX_LEN).then_some(u32::from_be_bytes([a, b, c, d]))
    }
}

/// Gathers a payload of known length; a payload that lies in one chunk is not copied.
#[derive(Debug)]
struct Gather {
    length: usize,
    have: BytesMut,
}

impl Gather {
    fn new(length: u32, max: usize) -> Result<Self, Fault> {
        match usize::try_from(length) {
            Ok(length) if length <= max => Ok(Self {
                length,
                have: BytesMut::new(),
            }),
            Ok(_) | Err(_) => Err(Fault::BlockTooLong(length)),
        }
    }

    fn feed(&mut self, chunk: &mut Bytes) -> Option<Bytes> {
        if self.have.is_empty() && chunk.len() >= self.length {
            return Some(chunk.split_to(self.length));
        }
        let take = (self.length - self.have.len()).min(chunk.len());
        self.have.extend_from_slice(&chunk.split_to(take));
        (self.have.len() == self.length).then(|| self.have.split().freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn envelope(flags: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = prefix(flags, u32::try_from(payload.len()).unwrap()).to_vec();
        bytes.extend_from_slice(payload);
        bytes
    }

    /// Everything observable about reading `stream` in chunks of `size` bytes.
    #[derive(Debug, PartialEq)]
    struct Seen {
        head: Option<Bytes>,
        messages: Vec<u8>,
        end: Option<Bytes>,
        fault: Option<Fault>,
        at_boundary: bool,
    }

    fn read(stream: &[u8], size: usize, mut scanner: Scanner) -> Seen {
        let (mut head, mut messages, mut fault) = (None, Vec::new(), None);
        let mut reader = HeadReader::default();
        'chunks: for chunk in stream.chunks(size) {
            let mut chunk = Bytes::copy_from_slice(chunk);
            if head.is_none() {
                match reader.feed(&mut chunk) {
                    Ok(read) => head = read,
                    Err(found) => {
                        fault = Some(found);
                        break;
                    }
                }
            }
            while head.is_some() && !chunk.is_empty() && scanner.end().is_none() {
                match scanner.feed(&mut chunk) {
                    Ok(bytes) => messages.extend_from_slice(&bytes),
                    Err(found) => {
                        fault = Some(found);
                        break 'chunks;
                    }
                }
            }
        }
        Seen {
            head,
            messages,
            end: scanner.end().cloned(),
            fault,
            at_boundary: scanner.at_boundary(),
        }
    }

    fn seen(stream: &[u8]) -> Seen {
        read(stream, usize::MAX, Scanner::for_responses())
    }

    #[test]
    fn a_whole_stream_is_taken_apart() {
        let messages = [
            envelope(MESSAGE, b"one"),
            envelope(COMPRESSED, b""),
            envelope(MESSAGE, b"three"),
        ]
        .concat();
        let stream = [
            envelope(HEADERS, b"h"),
            messages.clone(),
            envelope(END, b"t"),
            b"junk".to_vec(),
        ]
        .concat();
        assert_eq!(
            seen(&stream),
            Seen {
                head: Some(Bytes::from("h")),
                messages,
                end: Some(Bytes::from("t")),
                fault: None,
                at_boundary: true
            }
        );
    }

    #[test]
    fn faults_are_found_at_the_earliest_byte() {
        let head = envelope(HEADERS, b"");
        let long = u32::try_from(MAX_BLOCK).unwrap() + 1;
        for (stream, fault) in [
            (vec![MESSAGE], Fault::NotHeaders(MESSAGE)),
            (prefix(HEADERS, long).to_vec(), Fault::BlockTooLong(long)),
            ([head.clone(), vec![0x02]].concat(), Fault::Flags(0x02)),
            ([head.clone(), vec![HEADERS]].concat(), Fault::Flags(HEADERS)),
            ([head, prefix(END, long).to_vec()].concat(), Fault::BlockTooLong(long)),
        ] {
            assert_eq!(seen(&stream).fault, Some(fault), "{stream:02x?}");
        }
    }

    #[test]
    fn a_client_cannot_end_its_stream_with_a_payload() {
        let stream = [envelope(HEADERS, b""), envelope(END, b"x")].concat();
        assert_eq!(
            read(&stream, 64, Scanner::for_requests()).fault,
            Some(Fault::BlockTooLong(1))
        );
    }

    fn likely_stream() -> impl Strategy<Value = Vec<u8>> {
        let flags = prop_oneof![8 => Just(MESSAGE), 2 => Just(COMPRESSED), 1 => Just(END), 1 => any::<u8>()];
        let part = (flags, vec(any::<u8>(), 0..20)).prop_map(|(flags, payload)| envelope(flags, &payload));
        (vec(any::<u8>(), 0..20), vec(part, 0..8), 0..30_usize).prop_map(|(head, parts, cut)| {
            let mut stream = envelope(HEADERS, &head);
            stream.extend(parts.concat());
            stream.truncate(stream.len().saturating_sub(cut.saturating_sub(15)));
            stream
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_the_same_in_any_chunks(stream in vec(any::<u8>(), 0..200), size in 1..20_usize) {
            prop_assert_eq!(read(&stream, size, Scanner::for_responses()), seen(&stream));
        }

        #[test]
        fn envelopes_are_read_the_same_in_any_chunks(stream in likely_stream(), size in 1..40_usize) {
            prop_assert_eq!(read(&stream, size, Scanner::for_responses()), seen(&stream));
        }

        #[test]
        fn messages_pass_through_unchanged(payloads in vec(vec(any::<u8>(), 0..50), 0..10), size in 1..40_usize) {
            let messages = payloads.iter().map(|payload| envelope(MESSAGE, payload)).collect::<Vec<_>>().concat();
            let stream = [envelope(HEADERS, b"h"), messages.clone(), envelope(END, b"")].concat();
            let seen = read(&stream, size, Scanner::for_requests());
            prop_assert_eq!(seen.messages, messages);
            prop_assert_eq!(seen.end, Some(Bytes::new()));
        }
    }
}
