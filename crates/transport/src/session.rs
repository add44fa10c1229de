//! What the bridge and the client channel need of a WebTransport session, so that the QUIC stack can be exchanged.
//!
//! Implemented on quinn by `http3` for the server and by `client` for the client. To put another stack behind the bridge, implement
//! [`Accepts`] and both halves, and run the loopback suite over it. Three rules that the suite cannot see on every stack:
//!
//! - dropping a [`RecvHalf`] may send STOP_SENDING, which in Firefox destroys the response too: the callers here
//!   never drop one early, and an implementation must not do it behind their back;
//! - dropping a [`SendHalf`] may send FIN: the callers always end it with `finish` or `reset`;
//! - codes are application codes, `0` or a gRPC status; mapping them to QUIC's is the implementation's business.

use std::future::Future;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

/// How a stream ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// RESET or STOP_SENDING from the peer; `None` for a code outside the application's range.
    #[error("the peer gave the stream up (code {0:?})")]
    Peer(Option<u32>),
    /// The session is gone.
    #[error("the session is gone")]
    Lost,
}

/// Why a datagram was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatagramError {
    /// Larger than [`MAX_LEN`](crate::datagram::MAX_LEN) or than the path carries.
    #[error("the datagram is too large")]
    TooLarge,
    /// A kind below [`FIRST_APPLICATION_KIND`](crate::datagram::FIRST_APPLICATION_KIND).
    #[error("the kind is reserved")]
    ReservedKind,
    /// The peer takes no datagrams.
    #[error("the peer takes no datagrams")]
    Unsupported,
    /// The session is gone.
    #[error("the session is gone")]
    Lost,
}

/// A WebTransport session; clones are handles to the same one.
pub trait Session: Clone + Send + Sync + 'static {
    /// Queues a datagram; when the send buffer is full the oldest in it is dropped, because the newest is worth most.
    fn send_datagram(&self, datagram: &[u8]) -> Result<(), DatagramError>;
    /// The next datagram; `None` once the session is gone. Cancel-safe.
    fn recv_datagram(&self) -> impl Future<Output = Option<Bytes>> + Send;
    /// Ends the session at once; what is not yet acknowledged may be lost.
    fn close(&self, reason: &str);
    /// Resolves when the session is gone, with the reason for a log. Cancel-safe.
    fn closed(&self) -> impl Future<Output = String> + Send;
    /// Where the peer is at this moment; it may move.
    fn remote_addr(&self) -> SocketAddr;
    /// The smoothed round-trip time.
    fn rtt(&self) -> Duration;
}

/// The server's end of a session.
pub trait Accepts: Session {
    /// The sending half of a stream.
    type Send: SendHalf;
    /// The receiving half of a stream.
    type Recv: RecvHalf;

    /// The next stream that the client opens; `None` once the session is gone. Cancel-safe.
    fn accept_bi(&self) -> impl Future<Output = Option<(Self::Send, Self::Recv)>> + Send;
    /// Lets the client have so many streams open, and no fewer than it was allowed before.
    fn allow_streams(&self, streams: u32);
}

/// The client's end of a session.
pub trait Opens: Session {
    /// The sending half of a stream.
    type Send: SendHalf;
    /// The receiving half of a stream.
    type Recv: RecvHalf;

    /// Opens a stream, waiting for the server's credit.
    fn open_bi(&self) -> impl Future<Output = Result<(Self::Send, Self::Recv), StreamError>> + Send;
}

/// The sending half of a stream.
pub trait SendHalf: Send + 'static {
    /// Writes all chunks in order, waiting for credit. Not cancel-safe: a part may have been written.
    fn write(&mut self, chunks: &mut [Bytes]) -> impl Future<Output = Result<(), StreamError>> + Send;
    /// Sends FIN behind what was written; does not wait.
    fn finish(&mut self);
    /// Abandons what was not yet delivered.
    fn reset(&mut self, code: u32);
    /// Resolves when the peer sends STOP_SENDING, or has everything up to the FIN, or the session is gone.
    fn stopped(&self) -> impl Future<Output = Stopped> + Send + 'static;
}

/// What ended a sending half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Everything up to the FIN was acknowledged, or the half was reset here.
    Done,
    /// The peer wants no more, or the session is gone.
    Refused,
}

/// The receiving half of a stream.
pub trait RecvHalf: Send + 'static {
    /// The next bytes, at most `max`; `None` at the FIN.
    fn poll_chunk(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<Result<Option<Bytes>, StreamError>>;
    /// Sends STOP_SENDING.
    fn stop(&mut self, code: u32);
}
