//! What comes from the client: bytes into frames, and each frame into what it does to the connection, RFC 9113 §5 and §6.

use std::mem;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};

use super::closed::By;
use super::connection::Error;
use super::frame::{Code, FIRST_TABLE, HEAD, Head, MAX_PAYLOAD, MAX_WINDOW, flag, kind, number, setting, unpadded};
use super::request::{Fields, Wrong};
use super::state::{State, signed};
use super::stream::Stream;
use crate::inbound::{self, End};
use crate::service::{Body, Call};

/// Frames that one header block may be cut into.
const MAX_CONTINUATIONS: usize = 32;
/// A header list that is so many times larger than is taken was made to be.
const BOMB: usize = 16;

/// What is read and not yet understood.
pub(super) struct Receiving {
    /// The beginning of a frame.
    rest: Vec<u8>,
    /// Whether SETTINGS have come, which have to be the first frame.
    begun: bool,
    block: Option<Block>,
}

impl Receiving {
    /// Of which `read` was read already.
    pub(super) fn new(read: Vec<u8>) -> Self {
        Self {
            rest: read,
            begun: false,
            block: None,
        }
    }
}

/// A header block whose end has not come.
struct Block {
    stream: u32,
    end_stream: bool,
    bytes: Vec<u8>,
    continuations: usize,
}

/// A mistake of the client.
enum Fault {
    /// It costs the connection.
    Connection(Code, &'static str),
    /// It costs this stream.
    Stream(u32, Code),
}

use Fault::{Connection as Fatal, Stream as Lost};

const fn protocol(why: &'static str) -> Fault {
    Fatal(Code::ProtocolError, why)
}

impl<F, B> State<F, B>
where
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes> + Unpin,
{
    /// Takes what was read.
    ///
    /// # Errors
    /// The client has broken the protocol so that the connection cannot go on.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.receiving.rest.is_empty() {
            let taken = self.frames(bytes)?;
            self.receiving.rest = bytes[taken..].to_vec();
        } else {
            let mut all = mem::take(&mut self.receiving.rest);
            all.extend_from_slice(bytes);
            let taken = self.frames(&all)?;
            all.drain(..taken);
            if all.is_empty() {
                all = Vec::new();
            }
            self.receiving.rest = all;
        }
        Ok(())
    }

    /// Takes all whole frames; how many bytes they were.
    fn frames(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let mut at = 0;
        while let Some(head) = Head::parse(&bytes[at..]) {
            if head.length > MAX_PAYLOAD {
                return Err(Error::Fault(Code::FrameSizeError, "a frame is too long"));
            }
            let Some(payload) = bytes[at + HEAD..].get(..head.length) else {
                break;
            };
            at += HEAD + head.length;
            match self.frame(head, payload) {
                Ok(()) => {}
                Err(Fatal(code, why)) => return Err(Error::Fault(code, why)),
                Err(Lost(stream, code)) => self.lose(stream, code)?,
            }
        }
        Ok(at)
    }

    /// Resets a stream for a fault of the client.
    fn lose(&mut self, stream: u32, code: Code) -> Result<(), Error> {
        if !self.faults.take() {
            return Err(Error::Fault(Code::EnhanceYourCalm, "too many faults"));
        }
        self.out.reset(stream, code);
        match self.index(stream) {
            Some(index) => self.remove(index, By::Server),
            None => self.closed.add(stream, By::Server),
        }
        Ok(())
    }

    fn frame(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        if !self.receiving.begun && (head.kind != kind::SETTINGS || head.has(flag::ACK)) {
            return Err(protocol("the first frame is not SETTINGS"));
        }
        self.receiving.begun = true;
        if self.receiving.block.is_some() && head.kind != kind::CONTINUATION {
            return Err(protocol("a header block is interrupted"));
        }
        let of_stream = match head.kind {
            kind::DATA
            | kind::HEADERS
            | kind::PRIORITY
            | kind::RST_STREAM
            | kind::PUSH_PROMISE
            | kind::CONTINUATION => Some(true),
            kind::SETTINGS | kind::PING | kind::GOAWAY => Some(false),
            _ => None,
        };
        if of_stream.is_some_and(|of_stream| of_stream != (head.stream > 0)) {
            return Err(protocol("a frame is on a stream where it cannot be"));
        }
        match head.kind {
            kind::DATA => self.data(head, payload),
            kind::HEADERS => self.headers(head, payload),
            kind::CONTINUATION => self.continuation(head, payload),
            kind::PRIORITY => priority(head, payload),
            kind::RST_STREAM => self.reset(head, payload),
            kind::SETTINGS => self.settings(head, payload),
            kind::PUSH_PROMISE => Err(protocol("a client promises nothing")),
            kind::PING => self.ping(head, payload),
            kind::GOAWAY => self.client_goes_away(payload),
            kind::WINDOW_UPDATE => self.window_update(head, payload),
            // RFC 9113 §5.5: what is not known is ignored.
            _ => Ok(()),
        }
    }

    fn data(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        self.receive_window -= signed(head.length);
        if self.receive_window < 0 {
            return Err(Fatal(Code::FlowControlError, "more than the connection's window"));
        }
        let data = unpadded(head, payload).ok_or(protocol("more padding than frame"))?;
        let end = head.has(flag::END_STREAM);
        if data.is_empty() && !end && !self.empties.take() {
            return Err(Fatal(Code::EnhanceYourCalm, "too many empty frames"));
        }
        let Some(index) = self.index(head.stream) else {
            // Nobody will read it.
            self.credit += head.length;
            self.is_not_idle(head.stream)?;
            return match self.closed.by(head.stream) {
                Some(By::Server) => Ok(()),
                Some(By::Both | By::Client) | None => Err(Lost(head.stream, Code::StreamClosed)),
            };
        };
        let stream = &mut self.streams[index];
        stream.uncredited += head.length;
        stream.receive_window -= signed(head.length);
        if stream.is_heard() {
            return Err(Lost(head.stream, Code::StreamClosed));
        }
        if stream.receive_window < 0 {
            return Err(Lost(head.stream, Code::FlowControlError));
        }
        stream.push(data, head.length).map_err(|code| Lost(head.stream, code))?;
        if end {
            stream.end_request(End::Whole).map_err(|code| Lost(head.stream, code))?;
        }
        Ok(())
    }

    fn headers(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        let mut block = unpadded(head, payload).ok_or(protocol("more padding than frame"))?;
        if head.has(flag::PRIORITY) {
            let on = number(block).ok_or(Fatal(Code::FrameSizeError, "HEADERS are cut off"))?;
            block = block
                .get(5..)
                .ok_or(Fatal(Code::FrameSizeError, "HEADERS are cut off"))?;
            if on == head.stream {
                return Err(protocol("a stream depends on itself"));
            }
        }
        let end_stream = head.has(flag::END_STREAM);
        if head.has(flag::END_HEADERS) {
            return self.block(head.stream, end_stream, block);
        }
        self.receiving.block = Some(Block {
            stream: head.stream,
            end_stream,
            bytes: block.to_vec(),
            continuations: 0,
        });
        Ok(())
    }

    fn continuation(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        let most = self.config.max_header_bytes as usize;
        let block = self.receiving.block.as_mut().ok_or(protocol("nothing is continued"))?;
        if block.stream != head.stream {
            return Err(protocol("a header block is interrupted"));
        }
        block.continuations += 1;
        // No coding makes the block longer than twice the fields.
        if block.continuations > MAX_CONTINUATIONS || block.bytes.len() + payload.len() > 2 * most {
            return Err(Fatal(Code::EnhanceYourCalm, "a header block is too long"));
        }
        block.bytes.extend_from_slice(payload);
        if head.has(flag::END_HEADERS)
            && let Some(block) = self.receiving.block.take()
        {
            return self.block(block.stream, block.end_stream, &block.bytes);
        }
        Ok(())
    }

    /// A whole header block: a request, or the trailers of one. It is decoded whatever becomes of it, for those that follow.
    fn block(&mut self, id: u32, end_stream: bool, block: &[u8]) -> Result<(), Fault> {
        let most = self.config.max_header_bytes as usize;
        let mut fields = Fields::new(most);
        let decoded = self.decoder.decode(block, &mut |name, value| fields.add(name, value));
        decoded.map_err(|_| Fatal(Code::CompressionError, "a header block cannot be decoded"))?;
        if fields.size() > BOMB * most {
            return Err(Fatal(Code::EnhanceYourCalm, "a header list was blown up"));
        }
        if let Some(index) = self.index(id) {
            let stream = &mut self.streams[index];
            if stream.is_heard() {
                return Err(Lost(id, Code::StreamClosed));
            }
            let trailers = fields.trailers().ok().filter(|_| end_stream);
            let trailers = trailers.ok_or(Lost(id, Code::ProtocolError))?;
            return stream
                .end_request(End::Trailers(trailers))
                .map_err(|code| Lost(id, code));
        }
        if id <= self.last || id.is_multiple_of(2) {
            return match self.closed.by(id) {
                Some(By::Server) => Ok(()),
                Some(By::Both | By::Client) => Err(Fatal(Code::StreamClosed, "HEADERS on a closed stream")),
                None => Err(protocol("a stream is opened whose time is over")),
            };
        }
        self.last = id;
        if self.going || self.streams.len() >= self.config.max_streams as usize {
            return Err(Lost(id, Code::RefusedStream));
        }
        match fields.request() {
            Ok((request, length)) => self.open(id, request, length, end_stream),
            Err(Wrong::Malformed) => Err(Lost(id, Code::ProtocolError)),
            Err(Wrong::TooLarge) => {
                let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
                self.out.headers(id, Some(status), &HeaderMap::new(), true);
                if end_stream {
                    self.closed.add(id, By::Both);
                    return Ok(());
                }
                Err(Lost(id, Code::NoError))
            }
        }
    }

    fn open(&mut self, id: u32, head: Request<()>, length: Option<u64>, end_stream: bool) -> Result<(), Fault> {
        let method = head.method().clone();
        let (inbound, body) = if end_stream {
            if length.is_some_and(|length| length > 0) {
                return Err(Lost(id, Code::ProtocolError));
            }
            (None, Body::empty())
        } else {
            let (inbound, incoming) = inbound::pair(self.waker.clone(), self.enough);
            (Some(inbound), Body::new(incoming))
        };
        let call = (self.serve)(head.map(|()| body));
        let alone = self.streams.is_empty();
        let mut stream = Stream::new(id, &method, inbound, call, alone, &self.waker);
        stream.announced = length;
        stream.send_window = self.first_send_window;
        stream.receive_window = i64::from(self.config.stream_window);
        self.streams.push(stream);
        Ok(())
    }

    fn reset(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        if payload.len() != 4 {
            return Err(Fatal(Code::FrameSizeError, "RST_STREAM of another size"));
        }
        self.is_not_idle(head.stream)?;
        if let Some(index) = self.index(head.stream) {
            if !self.resets.take() {
                return Err(Fatal(Code::EnhanceYourCalm, "too many calls are cancelled"));
            }
            self.remove(index, By::Client);
        }
        Ok(())
    }

    fn settings(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        let size = Fatal(Code::FrameSizeError, "SETTINGS of another size");
        if head.has(flag::ACK) {
            return if payload.is_empty() { Ok(()) } else { Err(size) };
        }
        let (settings, rest) = payload.as_chunks::<6>();
        if !rest.is_empty() {
            return Err(size);
        }
        for [a, b, value @ ..] in settings {
            let value = u32::from_be_bytes(*value);
            match u16::from_be_bytes([*a, *b]) {
                setting::ENABLE_PUSH if value > 1 => return Err(protocol("ENABLE_PUSH is neither 0 nor 1")),
                setting::MAX_FRAME_SIZE if !(16_384..1 << 24).contains(&value) => {
                    return Err(protocol("MAX_FRAME_SIZE is out of range"));
                }
                setting::INITIAL_WINDOW_SIZE => {
                    let overflow = Fatal(Code::FlowControlError, "a window is too large");
                    let window = i64::from(value);
                    let more = window - self.first_send_window;
                    if window > MAX_WINDOW || self.streams.iter().any(|stream| stream.send_window + more > MAX_WINDOW) {
                        return Err(overflow);
                    }
                    self.first_send_window = window;
                    self.streams.iter_mut().for_each(|stream| stream.send_window += more);
                }
                setting::HEADER_TABLE_SIZE if value < FIRST_TABLE => self.out.confirm_no_table(),
                // Fields are not indexed, frames are never longer than all take, and nothing is pushed.
                _ => {}
            }
        }
        self.out.frame(kind::SETTINGS, flag::ACK, 0, &[]);
        Ok(())
    }

    fn ping(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        if payload.len() != 8 {
            return Err(Fatal(Code::FrameSizeError, "PING of another size"));
        }
        if !head.has(flag::ACK) {
            self.out.frame(kind::PING, flag::ACK, 0, payload);
        }
        Ok(())
    }

    fn client_goes_away(&mut self, payload: &[u8]) -> Result<(), Fault> {
        if payload.len() < 8 {
            return Err(Fatal(Code::FrameSizeError, "GOAWAY is cut off"));
        }
        // It opens no more streams, so those that are open are the last.
        self.going = true;
        Ok(())
    }

    fn window_update(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
        let by = number(payload).filter(|_| payload.len() == 4);
        let by = i64::from(by.ok_or(Fatal(Code::FrameSizeError, "WINDOW_UPDATE of another size"))?);
        if head.stream == 0 {
            self.send_window += by;
            return match by {
                0 => Err(protocol("a window is widened by nothing")),
                _ if self.send_window > MAX_WINDOW => Err(Fatal(Code::FlowControlError, "a window is too large")),
                _ => Ok(()),
            };
        }
        self.is_not_idle(head.stream)?;
        let Some(index) = self.index(head.stream) else {
            return Ok(());
        };
        let stream = &mut self.streams[index];
        stream.send_window += by;
        match by {
            0 => Err(Lost(head.stream, Code::ProtocolError)),
            _ if stream.send_window > MAX_WINDOW => Err(Lost(head.stream, Code::FlowControlError)),
            _ => Ok(()),
        }
    }

    fn index(&self, stream: u32) -> Option<usize> {
        self.streams.iter().position(|open| open.id == stream)
    }

    fn is_not_idle(&self, stream: u32) -> Result<(), Fault> {
        if stream > self.last || stream.is_multiple_of(2) {
            return Err(protocol("a frame is on a stream that was never open"));
        }
        Ok(())
    }
}

/// RFC 9113 §5.3.2: it says nothing any more, but has to be well formed.
fn priority(head: Head, payload: &[u8]) -> Result<(), Fault> {
    match number(payload) {
        _ if payload.len() != 5 => Err(Fatal(Code::FrameSizeError, "PRIORITY of another size")),
        Some(on) if on == head.stream => Err(protocol("a stream depends on itself")),
        Some(_) | None => Ok(()),
    }
}
