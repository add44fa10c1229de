//! The client's end of a session: wtransport's connection, and streams on the QUIC connection under it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use quinn::{RecvStream, SendStream};
use wtransport::Connection;
use wtransport::error::SendDatagramError;
use wtransport::proto::error::ErrorCode;
use wtransport::proto::frame::Frame;

use crate::session::{DatagramError, Opens, Session, StreamError};

impl Session for Connection {
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
        Self::close(self, ErrorCode::NoError.to_code(), reason.as_bytes());
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

impl Opens for Connection {
    type Send = SendStream;
    type Recv = RecvStream;

    async fn open_bi(&self) -> Result<(SendStream, RecvStream), StreamError> {
        let streams = self.quic_connection().open_bi().await;
        let (mut send, recv) = streams.map_err(|_| StreamError::Lost)?;
        let mut preamble = Vec::new();
        Frame::new_webtransport(self.session_id())
            .write(&mut preamble)
            .expect("a vector takes everything");
        send.write_all(&preamble).await.map_err(|_| StreamError::Lost)?;
        Ok((send, recv))
    }
}
