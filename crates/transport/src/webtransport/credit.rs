//! Refuses clients that leave the server no room to speak.
//!
//! The first thing that wtransport does with a connection is to send its HTTP/3 settings on a stream of its own, in a task that looks at
//! nothing else until they are written. A client that grants no such stream, or no bytes on it, would hold the task and the connection
//! for as long as it likes, beyond every deadline. HTTP/3 asks clients to grant three streams and 1,024 bytes (RFC 9114, 6.2); less
//! than is needed here ends the handshake.
//!
//! A crypto session is the only place where quinn shows the client's transport parameters, hence the wrapper.

use std::any::Any;
use std::sync::Arc;

use bytes::Buf;
use quinn_proto::crypto::UnsupportedVersion;
use quinn_proto::crypto::{ExportKeyingMaterialError, HeaderKey, KeyPair, Keys, PacketKey, ServerConfig, Session};
use quinn_proto::transport_parameters::TransportParameters;
use quinn_proto::{ConnectionId, Side, TransportError, TransportErrorCode};

/// Enough for the settings and for what may come to stand beside them.
const BYTES_NEEDED: u64 = 256;

/// Transport parameters (RFC 9000, 18.2) and the least that they must be.
const NEEDED: [(u64, u64); 3] = [
    (0x04, BYTES_NEEDED), // initial_max_data
    (0x07, BYTES_NEEDED), // initial_max_stream_data_uni
    (0x09, 1),            // initial_max_streams_uni
];

/// A TLS configuration that refuses stingy clients.
pub(super) struct Generous<C>(pub(super) Arc<C>);

impl<C: ServerConfig + 'static> ServerConfig for Generous<C> {
    fn initial_keys(&self, version: u32, dst_cid: &ConnectionId) -> Result<Keys, UnsupportedVersion> {
        self.0.initial_keys(version, dst_cid)
    }

    fn retry_tag(&self, version: u32, orig_dst_cid: &ConnectionId, packet: &[u8]) -> [u8; 16] {
        self.0.retry_tag(version, orig_dst_cid, packet)
    }

    fn start_session(self: Arc<Self>, version: u32, params: &TransportParameters) -> Box<dyn Session> {
        Box::new(Checked(self.0.clone().start_session(version, params)))
    }
}

struct Checked(Box<dyn Session>);

impl Session for Checked {
    fn transport_parameters(&self) -> Result<Option<TransportParameters>, TransportError> {
        let params = self.0.transport_parameters()?;
        if let Some(params) = &params {
            let mut bytes = Vec::new();
            params.write(&mut bytes);
            if !suffices(&bytes) {
                return Err(TransportError {
                    code: TransportErrorCode::TRANSPORT_PARAMETER_ERROR,
                    frame: None,
                    reason: "no room for HTTP/3 settings".to_owned(),
                });
            }
        }
        Ok(params)
    }

    fn initial_keys(&self, dst_cid: &ConnectionId, side: Side) -> Keys {
        self.0.initial_keys(dst_cid, side)
    }

    fn handshake_data(&self) -> Option<Box<dyn Any>> {
        self.0.handshake_data()
    }

    fn peer_identity(&self) -> Option<Box<dyn Any>> {
        self.0.peer_identity()
    }

    fn early_crypto(&self) -> Option<(Box<dyn HeaderKey>, Box<dyn PacketKey>)> {
        self.0.early_crypto()
    }

    fn early_data_accepted(&self) -> Option<bool> {
        self.0.early_data_accepted()
    }

    fn is_handshaking(&self) -> bool {
        self.0.is_handshaking()
    }

    fn read_handshake(&mut self, buf: &[u8]) -> Result<bool, TransportError> {
        self.0.read_handshake(buf)
    }

    fn write_handshake(&mut self, buf: &mut Vec<u8>) -> Option<Keys> {
        self.0.write_handshake(buf)
    }

    fn next_1rtt_keys(&mut self) -> Option<KeyPair<Box<dyn PacketKey>>> {
        self.0.next_1rtt_keys()
    }

    fn is_valid_retry(&self, orig_dst_cid: &ConnectionId, header: &[u8], payload: &[u8]) -> bool {
        self.0.is_valid_retry(orig_dst_cid, header, payload)
    }

    fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: &[u8],
    ) -> Result<(), ExportKeyingMaterialError> {
        self.0.export_keying_material(output, label, context)
    }
}

/// Whether encoded parameters grant what is needed; one that is missing grants nothing.
fn suffices(mut bytes: &[u8]) -> bool {
    let mut granted = [0; NEEDED.len()];
    while let Some((id, value)) = next_parameter(&mut bytes) {
        if let Some(at) = NEEDED.iter().position(|&(needed, _)| needed == id) {
            granted[at] = varint(&mut &*value).unwrap_or(0);
        }
    }
    NEEDED
        .iter()
        .zip(granted)
        .all(|(&(_, least), granted)| granted >= least)
}

fn next_parameter<'a>(bytes: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let id = varint(bytes)?;
    let length = usize::try_from(varint(bytes)?).ok()?;
    let (value, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some((id, value))
}

/// QUIC's integers: the two highest bits say how many bytes there are.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let length = 1 << (bytes.first()? >> 6);
    (bytes.len() >= length).then(|| {
        let value = bytes.get_uint(length);
        value & (u64::MAX >> (64 - 8 * length + 2))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_in_rfc_9000() {
        for (mut bytes, value) in [
            (&[0x25][..], Some(37)),
            (&[0x40, 0x25], Some(37)),
            (&[0x7b, 0xbd], Some(15_293)),
            (&[0x9d, 0x7f, 0x3e, 0x7d], Some(494_878_333)),
            (
                &[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c],
                Some(151_288_809_941_952_652),
            ),
            (&[0x40], None),
            (&[], None),
        ] {
            assert_eq!(varint(&mut bytes), value);
        }
    }

    #[test]
    fn every_grant_is_needed() {
        let generous: [&[u8]; 4] = [
            &[0x04, 2, 0x41, 0x00],
            &[0x3f, 1, 0],
            &[0x07, 2, 0x41, 0x00],
            &[0x09, 1, 1],
        ];
        assert!(suffices(&generous.concat()));
        for missing in [0, 2, 3] {
            let mut stingy = generous;
            stingy[missing] = &[];
            assert!(!suffices(&stingy.concat()));
        }
        let mut short = generous;
        short[0] = &[0x04, 2, 0x40, 0xff];
        assert!(!suffices(&short.concat()));
    }
}
