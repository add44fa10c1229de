//! The answer to a call: its head, and its body as long as it says or in chunks, RFC 9112 §4 and §7.1.
//!
//! HTTP's trailers are left out: gRPC-Web has its own at the end of the body, because browsers do not show those of HTTP.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{self, HeaderMap};
use http::{StatusCode, response};
use http_body::Body;

use crate::fields::{dated, without_connection};
use crate::outbox::{COPIED, Outbox};
use crate::service::Call;

/// The end of a chunk, and of the last of them.
const END: &[u8] = b"\r\n";
const LAST: &[u8] = b"\r\n0\r\n\r\n";

pub(super) struct Answer<B> {
    state: State<B>,
    /// Whether the head says, or has to say, that the connection is closed behind the answer.
    closes: bool,
}

enum State<B> {
    Called(Call<B>),
    Body(B, Framing),
}

/// How a client knows where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// There is none, and no word about it.
    Nothing,
    /// So many bytes are left.
    Length(u64),
    Chunked,
}

/// How far an answer has got.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It goes on when it wakes its connection, or when something is written.
    Waiting,
    /// The same, and there is its head, since now, and nothing else.
    Begun,
    /// All of it is in the outbox.
    Whole,
    /// It breaks off, and the client can know only by the end of the connection.
    Failed,
}

impl<B: Body<Data = Bytes> + Unpin> Answer<B> {
    /// `closes` says that the client wants the connection closed.
    pub(super) fn new(call: Call<B>, closes: bool) -> Self {
        Self {
            state: State::Called(call),
            closes,
        }
    }

    /// Whether the client was told that the connection is closed behind the answer.
    pub(super) fn closes(&self) -> bool {
        self.closes
    }

    /// Goes on as far as the outbox and the service allow. `close` says that the connection cannot be used again, as far as is known
    /// now.
    pub(super) fn poll(&mut self, close: bool, out: &mut Outbox, cx: &mut Context<'_>) -> Progress {
        let mut waiting = Progress::Waiting;
        if let State::Called(call) = &mut self.state {
            let Poll::Ready(response) = call.as_mut().poll(cx) else {
                return Progress::Waiting;
            };
            let (head, body) = response.into_parts();
            if head.status.is_informational() {
                return Progress::Failed;
            }
            let framing = Framing::of(head.status, &body);
            self.closes |= close || says_close(&head.headers);
            write_head(head, framing, self.closes, out.bytes());
            if matches!(framing, Framing::Nothing | Framing::Length(0)) {
                return Progress::Whole;
            }
            self.state = State::Body(body, framing);
            waiting = Progress::Begun;
        }
        let State::Body(body, framing) = &mut self.state else {
            return Progress::Waiting;
        };
        loop {
            if out.is_full() {
                return Progress::Waiting;
            }
            let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else {
                return waiting;
            };
            waiting = Progress::Waiting;
            let (data, last) = match frame {
                Some(Ok(frame)) => (frame.into_data().unwrap_or_default(), body.is_end_stream()),
                Some(Err(_)) => return Progress::Failed,
                None => (Bytes::new(), true),
            };
            if let Some(end) = framing.write(data, last, out) {
                return end;
            }
        }
    }
}

impl Framing {
    fn of(status: StatusCode, body: &impl Body) -> Self {
        if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            return Self::Nothing;
        }
        if body.is_end_stream() {
            return Self::Length(0);
        }
        body.size_hint().exact().map_or(Self::Chunked, Self::Length)
    }

    /// Writes data, with the end behind it if it is the last. How the body has ended, if it has.
    fn write(&mut self, data: Bytes, last: bool, out: &mut Outbox) -> Option<Progress> {
        match self {
            Self::Nothing => {}
            Self::Length(left) => {
                let Some(rest) = left.checked_sub(data.len() as u64) else {
                    return Some(Progress::Failed);
                };
                *left = rest;
                append(&[], data, &[], out);
                if last && rest > 0 {
                    return Some(Progress::Failed);
                }
            }
            // A chunk without data would be the end.
            Self::Chunked if data.is_empty() => {
                if last {
                    out.bytes().extend_from_slice(&LAST[END.len()..]);
                }
            }
            Self::Chunked => {
                let (head, from) = chunk_head(data.len());
                append(&head[from..], data, if last { LAST } else { END }, out);
            }
        }
        last.then_some(Progress::Whole)
    }
}

fn append(head: &[u8], data: Bytes, tail: &'static [u8], out: &mut Outbox) {
    if data.len() > COPIED {
        return out.large(head, data, tail);
    }
    let bytes = out.bytes();
    bytes.reserve(head.len() + data.len() + tail.len());
    bytes.extend_from_slice(head);
    bytes.extend_from_slice(&data);
    bytes.extend_from_slice(tail);
}

/// The line before a chunk, at the end of the array from the index on.
fn chunk_head(mut size: usize) -> ([u8; 18], usize) {
    let mut line = *b"0000000000000000\r\n";
    let mut from = line.len() - END.len();
    while from > 0 && size > 0 {
        from -= 1;
        line[from] = b"0123456789abcdef"[size % 16];
        size /= 16;
    }
    (line, from)
}

fn says_close(fields: &HeaderMap) -> bool {
    let mut values = fields.get_all(header::CONNECTION).iter();
    values.any(|value| value.as_bytes().eq_ignore_ascii_case(b"close"))
}

fn write_head(head: response::Parts, framing: Framing, close: bool, out: &mut Vec<u8>) {
    let mut fields = head.headers;
    without_connection(&mut fields);
    // The body knows better.
    fields.remove(header::CONTENT_LENGTH);
    if let Framing::Length(length) = framing {
        fields.insert(header::CONTENT_LENGTH, length.into());
    }
    dated(&mut fields);
    let reason = head.status.canonical_reason().unwrap_or_default();
    for part in ["HTTP/1.1 ", head.status.as_str(), " ", reason, "\r\n"] {
        out.extend_from_slice(part.as_bytes());
    }
    if close {
        out.extend_from_slice(b"connection: close\r\n");
    }
    if framing == Framing::Chunked {
        out.extend_from_slice(b"transfer-encoding: chunked\r\n");
    }
    for (name, value) in &fields {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), END] {
            out.extend_from_slice(part);
        }
    }
    out.extend_from_slice(END);
}

#[cfg(test)]
mod tests;
