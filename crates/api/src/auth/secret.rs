//! The server's own secret, and keyed hashes under it.

use std::{fmt, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Shortest secret, in bytes: as long as the hash, as RFC 7518 asks of HS256.
pub const MIN_SECRET: usize = 32;

/// A secret of at least [`MIN_SECRET`] bytes. It is never shown, not even in logs.
#[derive(Clone)]
pub struct Secret(Arc<[u8]>);

/// The secret is shorter than [`MIN_SECRET`] bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret needs at least {MIN_SECRET} bytes")]
pub struct ShortSecret;

impl Secret {
    /// Takes bytes from the operator's configuration.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, ShortSecret> {
        let bytes = bytes.into();
        if bytes.len() < MIN_SECRET {
            return Err(ShortSecret);
        }
        Ok(Self(bytes.into()))
    }

    /// The bytes, for libraries that want them.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Another secret for one purpose, so that what is signed for one means nothing for another.
    pub(crate) fn derive(&self, purpose: &str) -> Self {
        Self(Arc::from(self.mac(purpose, &[])))
    }

    /// A keyed hash of the parts for one purpose. Parts run into each other no more than purposes do.
    pub(crate) fn mac(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        let mut mac = self.keyed();
        for part in std::iter::once(&purpose).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// A keyed hash of bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 32] {
        self.keyed().chain_update(bytes).finalize().into_bytes().into()
    }

    /// Whether `tag` is the keyed hash of the bytes, in a time that does not tell how much of it is right.
    pub(crate) fn is_signed(&self, bytes: &[u8], tag: &[u8]) -> bool {
        self.keyed().chain_update(bytes).verify_slice(tag).is_ok()
    }

    fn keyed(&self) -> Hmac<Sha256> {
        Hmac::new_from_slice(&self.0).expect("a key of any length will do")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_is_not_shown() {
        assert_eq!(Secret::new(vec![b'x'; 31]).err(), Some(ShortSecret));
        let secret = Secret::new(vec![b'x'; 32]).expect("long enough");
        assert!(!format!("{secret:?}").contains('x'));
    }

    #[test]
    fn purposes_and_parts_are_kept_apart() {
        let secret = Secret::new(vec![7; 32]).expect("long enough");
        let all = [
            secret.mac("a", &["b"]),
            secret.mac("ab", &[]),
            secret.mac("a", &["b", ""]),
            secret.mac("b", &["a"]),
            secret.derive("c").mac("a", &["b"]),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(one));
        }
    }

    #[test]
    fn a_changed_byte_breaks_the_signature() {
        let secret = Secret::new(vec![7; 32]).expect("long enough");
        let tag = secret.sign(b"bytes");
        assert!(secret.is_signed(b"bytes", &tag));
        assert!(!secret.is_signed(b"bytez", &tag));
        assert!(!secret.is_signed(b"bytes", &tag[..31]));
        assert!(!secret.is_signed(b"bytes", &[]));
    }
}
