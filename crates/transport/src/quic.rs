//! The halves of a stream on quinn; the same for both ends of a session.
//!
//! Neighbours: [`http3`](crate::http3) accepts sessions with them and [`client`](crate::client) opens such.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use quinn::{RecvStream, SendStream, VarInt};

use crate::session::{RecvHalf, SendHalf, Stopped, StreamError};

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

impl SendHalf for SendStream {
    async fn write(&mut self, chunks: &mut [Bytes]) -> Result<(), StreamError> {
        self.write_all_chunks(chunks).await.map_err(|error| match error {
            quinn::WriteError::Stopped(code) => StreamError::Peer(from_quic_code(code.into_inner())),
            quinn::WriteError::ConnectionLost(_)
            | quinn::WriteError::ClosedStream
            | quinn::WriteError::ZeroRttRejected => StreamError::Lost,
        })
    }

    fn finish(&mut self) {
        let _ = Self::finish(self);
    }

    fn reset(&mut self, code: u32) {
        let _ = Self::reset(self, quic_code(code));
    }

    fn stopped(&self) -> impl Future<Output = Stopped> + Send + 'static {
        let stopped = Self::stopped(self);
        async move {
            match stopped.await {
                Ok(None) => Stopped::Done,
                Ok(Some(_)) | Err(_) => Stopped::Refused,
            }
        }
    }
}

impl RecvHalf for RecvStream {
    fn poll_chunk(&mut self, cx: &mut Context<'_>, max: usize) -> Poll<Result<Option<Bytes>, StreamError>> {
        // The future keeps nothing between polls, so a fresh one each time loses nothing.
        let chunk = ready!(pin!(self.read_chunk(max, true)).poll(cx));
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
        let _ = Self::stop(self, quic_code(code));
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
