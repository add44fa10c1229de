//! The session on quinn's own streams and datagrams.

use std::net::SocketAddr;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use quinn::{Connection, RecvStream, SendDatagramError, SendStream};
use wtransport::proto::bytes::{BytesReader, BytesWriter};
use wtransport::proto::error::ErrorCode;

use super::code;
use super::frame::{Varint, WEBTRANSPORT_STREAM};
use crate::session::{self, DatagramError, RecvHalf, StreamError};

/// Handle to an open session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    connection: Connection,
    /// The number of the CONNECT's stream.
    id: u64,
}

impl Session {
    pub(super) const fn new(connection: Connection, id: u64) -> Self {
        Self { connection, id }
    }
}

impl session::Session for Session {
    fn send_datagram(&self, datagram: &[u8]) -> Result<(), DatagramError> {
        let mut bytes = Vec::with_capacity(8 + datagram.len());
        // Only streams that clients open in both directions have requests on them, hence every fourth number (RFC 9297, 2.1).
        let id = wtransport::VarInt::try_from(self.id / 4).expect("a stream's number fits");
        bytes.put_varint(id).expect("a vector takes everything");
        bytes.extend_from_slice(datagram);
        self.connection
            .send_datagram(bytes.into())
            .map_err(|error| match error {
                SendDatagramError::ConnectionLost(_) => DatagramError::Lost,
                SendDatagramError::UnsupportedByPeer | SendDatagramError::Disabled => DatagramError::Unsupported,
                SendDatagramError::TooLarge => DatagramError::TooLarge,
            })
    }

    async fn recv_datagram(&self) -> Option<Bytes> {
        loop {
            let datagram = self.connection.read_datagram().await.ok()?;
            let mut payload = &*datagram;
            let Some(id) = payload.get_varint() else {
                self.connection.close(code(ErrorCode::Datagram), b"");
                return None;
            };
            if id.into_inner() == self.id / 4 {
                return Some(datagram.slice_ref(payload));
            }
        }
    }

    fn close(&self, reason: &str) {
        self.connection.close(code(ErrorCode::NoError), reason.as_bytes());
    }

    async fn closed(&self) -> String {
        self.connection.closed().await.to_string()
    }

    fn remote_addr(&self) -> SocketAddr {
        self.connection.remote_address()
    }

    fn rtt(&self) -> Duration {
        self.connection.rtt()
    }
}

impl session::Accepts for Session {
    type Send = SendStream;
    type Recv = CallRecv;

    async fn accept_bi(&self) -> Option<(SendStream, CallRecv)> {
        let (send, recv) = self.connection.accept_bi().await.ok()?;
        let preamble = Some(Preamble::Signal(Varint::default()));
        let session = self.id;
        Some((
            send,
            CallRecv {
                recv,
                preamble,
                session,
            },
        ))
    }

    fn allow_streams(&self, streams: u32) {
        // CONNECT itself takes one.
        self.connection
            .set_max_concurrent_bi_streams(streams.saturating_add(1).into());
    }
}

/// The receiving half of a call's stream. It begins with a preamble, which is read with the first bytes of the call, so that a client
/// that is slow to send it holds up nothing else.
#[derive(Debug)]
pub(crate) struct CallRecv {
    recv: RecvStream,
    preamble: Option<Preamble>,
    session: u64,
}

/// What is still to come of WebTransport's signal and the number of the session.
#[derive(Debug)]
enum Preamble {
    Signal(Varint),
    Session(Varint),
}

impl RecvHalf for CallRecv {
    fn poll_chunk(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<Result<Option<Bytes>, StreamError>> {
        loop {
            let Some(mut chunk) = ready!(self.recv.poll_chunk(cx, max))? else {
                return Poll::Ready(Ok(None));
            };
            if let Err(reason) = self.skip_preamble(&mut chunk) {
                let _ = RecvStream::stop(&mut self.recv, code(reason));
                return Poll::Ready(Err(StreamError::Lost));
            }
            if !chunk.is_empty() {
                return Poll::Ready(Ok(Some(chunk)));
            }
        }
    }

    fn stop(&mut self, code: u32) {
        RecvHalf::stop(&mut self.recv, code);
    }
}

impl CallRecv {
    /// # Errors
    /// The code for a stream that is no call of this session.
    fn skip_preamble(&mut self, chunk: &mut Bytes) -> Result<(), ErrorCode> {
        while let Some(preamble) = &mut self.preamble {
            let (Preamble::Signal(varint) | Preamble::Session(varint)) = preamble;
            let Some(value) = varint.next(chunk) else {
                break;
            };
            self.preamble = match preamble {
                Preamble::Signal(_) if value != WEBTRANSPORT_STREAM => return Err(ErrorCode::RequestRejected),
                Preamble::Signal(_) => Some(Preamble::Session(Varint::default())),
                Preamble::Session(_) if value != self.session => return Err(ErrorCode::BufferedStreamRejected),
                Preamble::Session(_) => None,
            };
        }
        Ok(())
    }
}
