//! Byte strings that the engine keeps and does not look into: keys, hashes, signatures, ciphertexts. Base64 in the log.
//!
//! Neighbours: [`keys`](crate::keys) and [`chat`](crate::chat) have them in their events.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

/// Why a text is not such a byte string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64 of the right length")]
pub struct InvalidOctets;

/// So many bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Octets<const N: usize>(pub [u8; N]);

/// Bytes of any number. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Blob(pub Arc<[u8]>);

impl<const N: usize> TryFrom<String> for Octets<N> {
    type Error = InvalidOctets;
    fn try_from(text: String) -> Result<Self, InvalidOctets> {
        let bytes = STANDARD.decode(text).map_err(|_| InvalidOctets)?;
        bytes.try_into().map(Self).map_err(|_| InvalidOctets)
    }
}

impl<const N: usize> From<Octets<N>> for String {
    fn from(octets: Octets<N>) -> Self {
        STANDARD.encode(octets.0)
    }
}

impl TryFrom<String> for Blob {
    type Error = InvalidOctets;
    fn try_from(text: String) -> Result<Self, InvalidOctets> {
        let bytes = STANDARD.decode(text).map_err(|_| InvalidOctets)?;
        Ok(Self(bytes.into()))
    }
}

impl From<Blob> for String {
    fn from(blob: Blob) -> Self {
        STANDARD.encode(blob.0)
    }
}

impl<const N: usize> Default for Octets<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> fmt::Debug for Octets<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(*self))
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_the_log() {
        let key = Octets([7; 32]);
        let json = serde_json::to_string(&key).expect("serialises");
        assert_eq!(serde_json::from_str::<Octets<32>>(&json).expect("deserialises"), key);
        serde_json::from_str::<Octets<64>>(&json).expect_err("too short");
        serde_json::from_str::<Octets<32>>("\"?\"").expect_err("no base64");
        let blob = Blob(vec![0, 255, 3].into());
        let json = serde_json::to_string(&blob).expect("serialises");
        assert_eq!(json, "\"AP8D\"");
        assert_eq!(serde_json::from_str::<Blob>(&json).expect("deserialises"), blob);
    }
}
