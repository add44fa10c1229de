//! What comes from the client: bytes into frames, and each frame into what it does to the connection, RFC 9113 §5 and §6.

mod control;
mod headers;

use std::mem;

use bytes::Bytes;
use http::Request;

use self::control::priority;
use self::headers::Block;
use super::closed::By;
use super::connection::Error;
use super::frame::{Code, HEAD, Head, MAX_PAYLOAD, flag, kind, unpadded};
use super::state::{State, signed};
use crate::inbound::End;
use crate::service::{Body, Call};

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
