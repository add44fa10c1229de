//! The stream of a CONNECT: the request, its answer, and then the capsules of the session.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use quinn::{RecvStream, SendStream};
use wtransport::proto::error::ErrorCode;
use wtransport::proto::ids::StatusCode;
use wtransport::proto::session::SessionResponse;

use super::frame::{self, Reader, Value};
use super::{End, MAX_READ, code, encoded};
use crate::session::{RecvHalf, StreamError};

/// Ending either half ends the session.
#[derive(Debug)]
pub(super) struct Connect {
    send: SendStream,
    recv: RecvStream,
    frames: Reader,
    capsules: Reader,
    /// Read, but not yet looked at.
    rest: Bytes,
}

impl Connect {
    pub(super) fn new(send: SendStream, recv: RecvStream) -> Self {
        Self {
            send,
            recv,
            frames: Reader::default(),
            capsules: Reader::default(),
            rest: Bytes::new(),
        }
    }

    /// The number of the session.
    pub(super) fn id(&self) -> u64 {
        self.recv.id().into()
    }

    /// The header block that a request begins with; `None` where the stream is no request, or is given up.
    pub(super) async fn headers(&mut self) -> Result<Option<Vec<u8>>, End> {
        let mut block = Value::default();
        loop {
            self.rest = match poll_fn(|cx| self.recv.poll_chunk(cx, MAX_READ)).await {
                Ok(Some(chunk)) => chunk,
                Err(StreamError::Lost) => return Err(End::Lost),
                Ok(None) | Err(StreamError::Peer(_)) => return Ok(None),
            };
            while let Some(piece) = self.frames.next(&mut self.rest) {
                match piece.kind {
                    frame::HEADERS => {
                        if let Some(block) = block.add(&piece)? {
                            return Ok(Some(block));
                        }
                    }
                    frame::WEBTRANSPORT_STREAM => return Ok(None),
                    kind if kind == frame::DATA || frame::is_unexpected_in_request(kind) => {
                        return Err(ErrorCode::FrameUnexpected.into());
                    }
                    _ => {}
                }
            }
        }
    }

    /// Gives the request up.
    pub(super) fn refuse(mut self, reason: ErrorCode) {
        let _ = self.send.reset(code(reason));
        let _ = RecvStream::stop(&mut self.recv, code(reason));
    }

    /// Answers the request.
    pub(super) async fn answer(&mut self, status: StatusCode) -> Result<(), End> {
        let response = SessionResponse::with_status_code(status);
        let answer = encoded(&response.headers().generate_frame());
        self.send.write_all(&answer).await.map_err(|_| End::Lost)
    }

    /// Ends the answer, and waits until the client has it.
    pub(super) async fn finish(&mut self) {
        let _ = self.send.finish();
        let _ = self.send.stopped().await;
    }

    /// Ready when the session is over.
    pub(super) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            while let Some(mut piece) = self.frames.next(&mut self.rest) {
                if frame::is_unexpected_in_request(piece.kind) {
                    return Poll::Ready(ErrorCode::FrameUnexpected.into());
                }
                while piece.kind == frame::DATA
                    && let Some(capsule) = self.capsules.next(&mut piece.bytes)
                {
                    if capsule.kind == frame::CLOSE_WEBTRANSPORT_SESSION {
                        return Poll::Ready(ErrorCode::NoError.into());
                    }
                }
            }
            self.rest = match ready!(self.recv.poll_chunk(cx, MAX_READ)) {
                Ok(Some(chunk)) => chunk,
                Err(StreamError::Lost) => return Poll::Ready(End::Lost),
                // A FIN stands for a capsule that closes the session.
                Ok(None) | Err(StreamError::Peer(_)) => return Poll::Ready(ErrorCode::NoError.into()),
            };
        }
    }
}
