//! The server's half of a stream: HEADERS, the response's data frames as they are, TRAILERS, FIN.
//!
//! Whatever is ready at once leaves in one write, so a unary answer is a single one. Dropped before it ended, the half is
//! reset, as a QUIC stack would send FIN, which looks like an end in good order: with INTERNAL by a panic, with UNAVAILABLE
//! because the session ends.

use std::pin::pin;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response, StatusCode};
use http_body::Body;

use crate::batch::{Filled, fill};
use crate::envelope::{END, HEADERS, Scanner};
use crate::header_block::encode;
use crate::session::{SendHalf, StreamError};
use crate::status::{Code, GRPC_STATUS, GRPC_WEB, Status, is_grpc};

/// The server's half.
pub(super) struct Outbound<W: SendHalf> {
    send: W,
    /// Follows what the service writes, to know whether TRAILERS may stand here.
    scanner: Scanner,
    begun: bool,
    /// Set while a write is under way; still set when one was given up half-way.
    writing: bool,
    ended: bool,
}

impl<W: SendHalf> Outbound<W> {
    pub(super) const fn new(send: W) -> Self {
        Self {
            send,
            scanner: Scanner::for_responses(),
            begun: false,
            writing: false,
            ended: false,
        }
    }

    pub(super) const fn half(&self) -> &W {
        &self.send
    }

    /// Writes a service's response to its end.
    pub(super) async fn respond<B>(&mut self, response: Response<B>) -> Result<(), StreamError>
    where
        B: Body<Data = Bytes>,
    {
        let (mut head, body) = response.into_parts();
        let is_answer = head.status == StatusCode::OK && is_grpc(&head.headers);
        head.headers.insert(CONTENT_TYPE, GRPC_WEB);
        if head.headers.contains_key(GRPC_STATUS) {
            return self.trailers_only(&head.headers).await;
        }
        if !is_answer {
            return self.end_with(Status::from_http(head.status)).await;
        }
        let Ok(envelope) = encode(HEADERS, Some((":status", "200")), &head.headers) else {
            return self
                .end_with(Status::new(Code::Internal, "the response headers are too long"))
                .await;
        };
        self.begun = true;
        let mut batch = vec![envelope];
        let mut body = pin!(body);
        loop {
            match fill(body.as_mut(), &mut batch, &mut self.scanner).await {
                Filled::More => self.write(&mut batch).await?,
                Filled::Ended(Some(trailers)) => return self.finish(batch, &trailers).await,
                Filled::Ended(None) => {
                    let status = Status::new(Code::Internal, "the service ended without a status");
                    return self.finish(batch, &status.headers()).await;
                }
                Filled::Broken => {
                    self.reset(Code::Internal);
                    return Ok(());
                }
            }
        }
    }

    /// Ends the response with a status of the road's own; by RESET when the service was cut off inside a message.
    pub(super) async fn end_with(&mut self, status: Status) -> Result<(), StreamError> {
        if self.ended {
            return Ok(());
        }
        if self.writing || !self.scanner.at_boundary() {
            self.reset(status.code);
            return Ok(());
        }
        let mut batch = Vec::with_capacity(2);
        if !self.begun {
            self.begun = true;
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, GRPC_WEB)]);
            batch.push(
                encode(HEADERS, Some((":status", "200")), &headers).expect("two short lines are within every limit"),
            );
        }
        self.finish(batch, &status.headers()).await
    }

    /// Abandons the response.
    pub(super) fn reset(&mut self, code: Code) {
        if !self.ended {
            self.ended = true;
            self.send.reset(u32::from(code as u16));
        }
    }

    async fn trailers_only(&mut self, headers: &HeaderMap) -> Result<(), StreamError> {
        match encode(HEADERS, Some((":status", "200")), headers) {
            Ok(envelope) => {
                self.begun = true;
                self.write(&mut vec![envelope]).await?;
                self.fin();
                Ok(())
            }
            Err(_) => {
                self.end_with(Status::new(Code::Internal, "the trailers are too long"))
                    .await
            }
        }
    }

    async fn finish(&mut self, mut batch: Vec<Bytes>, trailers: &HeaderMap) -> Result<(), StreamError> {
        let envelope = encode(END, None, trailers).or_else(|_| {
            let status = Status::new(Code::Internal, "the trailers are too long");
            encode(END, None, &status.headers())
        });
        batch.push(envelope.expect("two short lines are within every limit"));
        self.write(&mut batch).await?;
        self.fin();
        Ok(())
    }

    fn fin(&mut self) {
        self.ended = true;
        self.send.finish();
    }

    async fn write(&mut self, batch: &mut Vec<Bytes>) -> Result<(), StreamError> {
        self.writing = true;
        let written = self.send.write(batch).await;
        self.writing = false;
        batch.clear();
        written
    }
}

impl<W: SendHalf> Drop for Outbound<W> {
    fn drop(&mut self) {
        let code = if std::thread::panicking() {
            Code::Internal
        } else {
            Code::Unavailable
        };
        self.reset(code);
    }
}
