//! [`Session`] over wtransport, reaching through to its quinn streams where wtransport copies or waits too much.
//!
//! Neighbours: [`webtransport`](crate::webtransport) accepts these and [`client`](crate::client) opens them.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use quinn::VarInt;
use wtransport::error::SendDatagramError;
use wtransport::{Connection, RecvStream, SendStream};

use crate::session::{DatagramError, RecvHalf, SendHalf, Session, Stopped, StreamError};

/// H3_NO_ERROR: the session ends in good order.
const NO_ERROR: wtransport::VarInt = wtransport::VarInt::from_u32(0x100);

/// Where WebTransport's application codes begin among HTTP/3's error codes.
const FIRST_CODE: u64 = 0x52e4_a40f_a8db;

/// The QUIC code of application code `n`. Every 31st code is skipped, because HTTP/3 reserves it for greasing.
const fn to_quic_code(n: u32) -> u64 {
    FIRST_CODE + n as u64 + n as u64 / 0x1e
}

/// The application code of a QUIC code; `None` outside the range and for the skipped ones.
fn from_quic_code(code: u64) -> Option<u32> {
    let shifted = code.checked_sub(FIRST_CODE)?;
    (shifted % 0x1f != 0x1e)
        .then(|| u32::try_from(shifted - shifted / 0x1f).ok())
        .flatten()
}

fn quic_code(n: u32) -> VarInt {
    VarInt::from_u64(to_quic_code(n)).expect("the greatest application code is far below 2^62")
}

impl Session for Connection {
    type Send = SendStream;
    type Recv = RecvStream;

    async fn accept_bi(&self) -> Option<(Self::Send, Self::Recv)> {
        Self::accept_bi(self).await.ok()
    }

    async fn open_bi(&self) -> Result<(Self::Send, Self::Recv), StreamError> {
        let opening = Self::open_bi(self).await.map_err(|_| StreamError::Lost)?;
        opening.await.map_err(|_| StreamError::Lost)
    }

    fn allow_streams(&self, streams: u32) {
        // CONNECT itself takes one.
        let streams = VarInt::from_u32(streams.saturating_add(1));
        self.quic_connection().set_max_concurrent_bi_streams(streams);
    }

    fn send_datagram(&self, datagram: &[u8]) -> Result<(), DatagramError> {
        Self::send_datagram(self, datagram).map_err(|error| match error {
            SendDatagramError::NotConnected => DatagramError::Lost,
            SendDatagramError::UnsupportedByPeer => DatagramError::Unsupported,
            SendDatagramError::TooLarge => DatagramError::TooLarge,
        })
    }

    async fn recv_datagram(&self) -> Option<Bytes> {
        Some(self.receive_datagram().await.ok()?.payload())
    }

    fn close(&self, reason: &str) {
        Self::close(self, NO_ERROR, reason.as_bytes());
    }

    async fn closed(&self) -> String {
        Self::closed(self).await.to_string()
    }

    fn remote_addr(&self) -> SocketAddr {
        self.remote_address()
    }

    fn rtt(&self) -> Duration {
        Self::rtt(self)
    }
}

impl SendHalf for SendStream {
    async fn write(&mut self, chunks: &mut [Bytes]) -> Result<(), StreamError> {
        self.quic_stream_mut()
            .write_all_chunks(chunks)
            .await
            .map_err(|error| match error {
                quinn::WriteError::Stopped(code) => StreamError::Peer(from_quic_code(code.into_inner())),
                quinn::WriteError::ConnectionLost(_)
                | quinn::WriteError::ClosedStream
                | quinn::WriteError::ZeroRttRejected => StreamError::Lost,
            })
    }

    fn finish(&mut self) {
        // wtransport's own `finish` would wait for every acknowledgement.
        let _ = self.quic_stream_mut().finish();
    }

    fn reset(&mut self, code: u32) {
        let _ = self.quic_stream_mut().reset(quic_code(code));
    }

    fn stopped(&self) -> impl Future<Output = Stopped> + Send + 'static {
        let stopped = self.quic_stream().stopped();
        async move {
            match stopped.await {
                Ok(None) => Stopped::Done,
                Ok(Some(_)) | Err(_) => Stopped::Refused,
            }
        }
    }
}

impl RecvHalf for RecvStream {
    fn poll_read(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<Result<Option<Bytes>, StreamError>> {
        // The future keeps nothing between polls, so a fresh one each time loses nothing.
        let chunk = ready!(pin!(self.quic_stream_mut().read_chunk(max, true)).poll(cx));
        Poll::Ready(match chunk {
            Ok(chunk) => Ok(chunk.map(|chunk| chunk.bytes)),
            Err(quinn::ReadError::Reset(code)) => Err(StreamError::Peer(from_quic_code(code.into_inner()))),
            Err(
                quinn::ReadError::ConnectionLost(_)
                | quinn::ReadError::ClosedStream
                | quinn::ReadError::IllegalOrderedRead
                | quinn::ReadError::ZeroRttRejected,
            ) => Err(StreamError::Lost),
        })
    }

    fn stop(&mut self, code: u32) {
        let _ = self.quic_stream_mut().stop(quic_code(code));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_map_as_webtransport_over_http3_says() {
        for (n, code) in [
            (0, 0x52e4_a40f_a8db),
            (1, 0x52e4_a40f_a8dc),
            (13, 0x52e4_a40f_a8e8),
            (0x1d, 0x52e4_a40f_a8f8),
            (0x1e, 0x52e4_a40f_a8fa),
            (u32::MAX, 0x52e5_ac98_3162),
        ] {
            assert_eq!(to_quic_code(n), code);
            assert_eq!(from_quic_code(code), Some(n));
        }
        for foreign in [0, 268, 0x52e4_a40f_a8da, 0x52e4_a40f_a8f9, 0x52e5_ac98_3163] {
            assert_eq!(from_quic_code(foreign), None);
        }
    }
}
