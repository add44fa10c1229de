//! What waits to be written: small frames side by side in one buffer, and at most one large payload behind them.
//!
//! An idle connection keeps next to nothing here. Whoever adds asks [`Out::is_full`] before.

use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http::{HeaderMap, StatusCode};
use tokio::io::AsyncWrite;

use super::frame::{Code, Head, MAX_PAYLOAD, flag, kind};
use super::hpack;

/// Payloads up to this size are copied, which costs less than the second slice of a `writev`.
const COPIED: usize = 4 * 1024;
/// From this size on, what waits has to be written before more is added.
const FULL: usize = 16 * 1024;
/// A buffer that is not larger is kept when it is empty.
const KEPT: usize = 512;

#[derive(Default)]
pub(super) struct Out {
    bytes: Vec<u8>,
    /// How many of them are written.
    at: usize,
    /// Comes behind them.
    payload: Bytes,
    /// Whether something was written that may not have left: TLS keeps records.
    unflushed: bool,
    /// Whether somebody was turned away.
    was_full: bool,
    /// Whether the next header block has to say that it needs no table.
    confirms_no_table: bool,
}

impl Out {
    /// Whether nothing should be added before something is written.
    pub(super) fn is_full(&mut self) -> bool {
        let is_full = !self.payload.is_empty() || self.bytes.len() - self.at >= FULL;
        self.was_full |= is_full;
        is_full
    }

    /// Whether somebody was turned away since this was last asked.
    pub(super) fn was_full(&mut self) -> bool {
        mem::take(&mut self.was_full)
    }

    /// A frame whose payload is short.
    pub(super) fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        if !self.payload.is_empty() {
            let before = mem::take(&mut self.payload);
            self.bytes.extend_from_slice(&before);
        }
        let head = Head {
            length: payload.len(),
            kind,
            flags,
            stream,
        };
        let head = head.bytes();
        self.bytes.reserve(head.len() + payload.len());
        self.bytes.extend_from_slice(&head);
        self.bytes.extend_from_slice(payload);
    }

    pub(super) fn reset(&mut self, stream: u32, code: Code) {
        self.frame(kind::RST_STREAM, 0, stream, &(code as u32).to_be_bytes());
    }

    pub(super) fn go_away(&mut self, last: u32, code: Code) {
        let payload = [last.to_be_bytes(), (code as u32).to_be_bytes()];
        self.frame(kind::GOAWAY, 0, 0, payload.as_flattened());
    }

    pub(super) fn widen(&mut self, stream: u32, by: u32) {
        self.frame(kind::WINDOW_UPDATE, 0, stream, &by.to_be_bytes());
    }

    /// DATA of at most [`MAX_PAYLOAD`] bytes. The buffer must not be full.
    pub(super) fn data(&mut self, stream: u32, payload: Bytes, end: bool) {
        let flags = if end { flag::END_STREAM } else { 0 };
        if payload.len() <= COPIED {
            return self.frame(kind::DATA, flags, stream, &payload);
        }
        let head = Head {
            length: payload.len(),
            kind: kind::DATA,
            flags,
            stream,
        };
        self.bytes.extend_from_slice(&head.bytes());
        self.payload = payload;
    }

    /// The client has made its table of header fields smaller, which has to be confirmed (RFC 7541 §4.2) even by who never uses it.
    pub(super) fn confirm_no_table(&mut self) {
        self.confirms_no_table = true;
    }

    /// HEADERS, with CONTINUATION as far as it takes: of a response, or, without a status, trailers.
    pub(super) fn headers(&mut self, stream: u32, status: Option<StatusCode>, fields: &HeaderMap, end: bool) {
        let mut block = Vec::new();
        if mem::take(&mut self.confirms_no_table) {
            hpack::encode::no_table(&mut block);
        }
        if let Some(status) = status {
            hpack::encode::status(status, &mut block);
        }
        for (name, value) in fields {
            hpack::encode::field(name, value, &mut block);
        }
        let mut pieces = block.chunks(MAX_PAYLOAD);
        let mut piece = pieces.next().unwrap_or_default();
        let (mut kind, mut flags) = (kind::HEADERS, if end { flag::END_STREAM } else { 0 });
        for next in pieces {
            self.frame(kind, flags, stream, piece);
            (kind, flags, piece) = (kind::CONTINUATION, 0, next);
        }
        self.frame(kind, flags | flag::END_HEADERS, stream, piece);
    }

    /// Writes as much as the connection takes; ready when everything has left.
    ///
    /// # Errors
    /// Those of the connection.
    pub(super) fn poll_write(
        &mut self,
        mut io: Pin<&mut impl AsyncWrite>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.at < self.bytes.len() || !self.payload.is_empty() {
            let bytes = &self.bytes[self.at..];
            // One slice goes out by `send`, which the kernel takes more cheaply than `writev`.
            let written = if self.payload.is_empty() {
                ready!(io.as_mut().poll_write(cx, bytes))?
            } else if bytes.is_empty() {
                ready!(io.as_mut().poll_write(cx, &self.payload))?
            } else {
                let slices = [IoSlice::new(bytes), IoSlice::new(&self.payload)];
                ready!(io.as_mut().poll_write_vectored(cx, &slices))?
            };
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unflushed = true;
            let of_bytes = written.min(bytes.len());
            self.at += of_bytes;
            self.payload.advance(written - of_bytes);
        }
        self.at = 0;
        self.bytes.clear();
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        }
        if self.unflushed {
            ready!(io.as_mut().poll_flush(cx))?;
            self.unflushed = false;
        }
        // An empty slice of what was sent would keep it alive.
        self.payload = Bytes::new();
        Poll::Ready(Ok(()))
    }
}
