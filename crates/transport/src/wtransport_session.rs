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
use wtransport::Connection;
use wtransport::error::SendDatagramError;

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
    (shifted % 0x1f != 0x1e).then(|| u32::try_from(shifted - shifted / 0x1f).ok()).flatten()
}

fn quic_code(n: u32) -> VarInt {
    VarInt::from_u64(to_quic_code(n)).expect("the greatest application code is far below 2^62")
}

impl Session for Connection {
    type Send = quinn::SendStream;
    type Recv = quinn::RecvStream;

    async fn accept_bi(&self) -> Option<(Self::Send, Self::Recv)> {
        Self::accept_bi(self).await.ok().map(into_quinn)
    }

    async fn open_bi(&self) -> Result<(Self::Send, Self::Recv), StreamError> {
        let opening = Self::open_bi(self).await.map_err(|_| StreamError::Lost)?;
        opening.await.map(into_quinn).map_err(|_| StreamError::Lost)
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
