//! Header blocks: put together from their frames, decoded, and the streams that they open, RFC 9113 §6.2, §6.10 and §8.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};

use super::super::closed::By;
use super::super::frame::{Code, Head, flag, number, unpadded};
use super::super::request::{Fields, Wrong};
use super::super::state::State;
use super::super::stream::Stream;
use super::{Fatal, Fault, Lost, protocol};
use crate::inbound::{self, End};
use crate::service::{Body, Call};

/// Frames that one header block may be cut into.
const MAX_CONTINUATIONS: usize = 32;
/// A header list that is so many times larger than is taken was made to be.
const BOMB: usize = 16;

/// A header block whose end has not come.
pub(super) struct Block {
    stream: u32,
    end_stream: bool,
    bytes: Vec<u8>,
    continuations: usize,
}

impl<F, B> State<F, B>
where
    F: FnMut(Request<Body>) -> Call<B>,
    B: http_body::Body<Data = Bytes> + Unpin,
{
    pub(super) fn headers(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
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

    pub(super) fn continuation(&mut self, head: Head, payload: &[u8]) -> Result<(), Fault> {
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
}
