//! The frames that wait to be written.
//!
//! Whoever adds asks [`Out::is_full`] before.

use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::io::AsyncWrite;

use super::frame::{Code, Head, MAX_PAYLOAD, flag, kind};
use super::hpack;
use crate::outbox::{COPIED, Outbox};

#[derive(Default)]
pub(super) struct Out {
    outbox: Outbox,
    /// Whether the next header block has to say that it needs no table.
    confirms_no_table: bool,
}

impl Out {
    /// Whether nothing should be added before something is written.
    pub(super) fn is_full(&mut self) -> bool {
        self.outbox.is_full()
    }

    /// Whether somebody was turned away since this was last asked.
    pub(super) fn was_full(&mut self) -> bool {
        self.outbox.was_full()
    }

    /// A frame whose payload is short.
    pub(super) fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let head = Head {
            length: payload.len(),
            kind,
            flags,
            stream,
        };
        let head = head.bytes();
        let bytes = self.outbox.bytes();
        bytes.reserve(head.len() + payload.len());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(payload);
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
        self.outbox.large(&head.bytes(), payload, &[]);
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
    pub(super) fn poll_write(&mut self, io: Pin<&mut impl AsyncWrite>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outbox.poll_write(io, cx)
    }
}
