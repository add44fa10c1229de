//! What devices sign, and whether they did. The bytes stand in `docs/end-to-end.md`.
//!
//! Neighbours: [`services::key`](crate::services::key) asks here before
//! they bother a room, as the engine has no cryptography.

use curve25519_dalek::{MontgomeryPoint, traits::IsIdentity};
use ed25519_dalek::{Signature, VerifyingKey};
use trivium_engine::{DeviceId, UserId, octets::Octets};

/// A signature does not verify, or a key is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key or a signature is not good")]
pub struct BadSignature;

/// Bytes that say one thing in one way: every text and every byte string has its length before it.
#[derive(Debug, Clone, Default)]
pub struct Statement(Vec<u8>);

impl Statement {
    /// Begins with what it is for.
    pub fn new(domain: &str) -> Self {
        Self::default().text(domain)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds bytes with their length.
    #[must_use]
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        let len = u32::try_from(bytes.len()).expect("requests are bounded far below 4 GiB");
        self.0.extend_from_slice(&len.to_be_bytes());
        self.raw(bytes)
    }

    /// Adds bytes whose length is fixed.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, number: u64) -> Self {
        self.raw(&number.to_be_bytes())
    }

    /// Adds a count.
    #[must_use]
    pub fn count(self, count: usize) -> Self {
        let count = u32::try_from(count).expect("requests are bounded far below 4 GiB");
        self.raw(&count.to_be_bytes())
    }

    /// Whether the owner of `key` has signed it. Keys of small order, for which anything verifies, are refused.
    pub fn check(&self, key: &Octets<32>, signature: &Octets<64>) -> Result<(), BadSignature> {
        let key = VerifyingKey::from_bytes(&key.0).map_err(|_| BadSignature)?;
        let signature = Signature::from_bytes(&signature.0);
        key.verify_strict(&self.0, &signature).map_err(|_| BadSignature)
    }
}

/// Whether the device says that these are its keys, and nobody will fail to seal for it.
pub fn check_device(
    user: &UserId,
    device: &DeviceId,
    agreement: &Octets<32>,
    signing: &Octets<32>,
    signature: &Octets<64>,
) -> Result<(), BadSignature> {
    // For such a key every secret is the same, which HPKE notices: one device would keep all others from being written to.
    if MontgomeryPoint(agreement.0).mul_clamped([1; 32]).is_identity() {
        return Err(BadSignature);
    }
    Statement::new("trivium-device-v1")
        .text(user.as_str())
        .text(device.as_str())
        .bytes(&agreement.0)
        .bytes(&signing.0)
        .check(signing, signature)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    fn id<T: std::str::FromStr<Err = trivium_engine::InvalidId>>(text: &str) -> T {
        text.parse().expect("an id")
    }

    #[test]
    fn a_statement_is_of_one_device_and_its_keys() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let signing = Octets(key.verifying_key().to_bytes());
        let agreement = Octets([9; 32]);
        let said = Statement::new("trivium-device-v1").text("ana").text("phone");
        let said = said.bytes(&agreement.0).bytes(&signing.0);
        let signature = Octets(key.sign(&said.0).to_bytes());
        let check = |user, device, agreement: &_, signing: &_, signature: &_| {
            check_device(&id(user), &id(device), agreement, signing, signature)
        };
        assert_eq!(check("ana", "phone", &agreement, &signing, &signature), Ok(()));
        let other = Octets(SigningKey::from_bytes(&[4; 32]).verifying_key().to_bytes());
        let mut flipped = signature;
        flipped.0[0] ^= 1;
        for refused in [
            check("bo", "phone", &agreement, &signing, &signature),
            check("ana", "laptop", &agreement, &signing, &signature),
            // The same letters, told apart at another place.
            check("anap", "hone", &agreement, &signing, &signature),
            check("ana", "phone", &Octets([8; 32]), &signing, &signature),
            check("ana", "phone", &agreement, &other, &signature),
            check("ana", "phone", &agreement, &signing, &flipped),
        ] {
            assert_eq!(refused, Err(BadSignature));
        }
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let key = SigningKey::from_bytes(&[3; 32]);
        let signing = Octets(key.verifying_key().to_bytes());
        let mut one = [0; 32];
        one[0] = 1;
        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        for agreement in [[0; 32], one, minus_one].map(Octets) {
            let said = Statement::new("trivium-device-v1").text("ana").text("phone");
            let said = said.bytes(&agreement.0).bytes(&signing.0);
            let signature = Octets(key.sign(&said.0).to_bytes());
            let refused = check_device(&id("ana"), &id("phone"), &agreement, &signing, &signature);
            assert_eq!(refused, Err(BadSignature), "{agreement:?}");
        }
        // The neutral element verifies a signature of zeros over anything where nobody looks.
        let mut signature = Octets([0; 64]);
        signature.0[0] = 1;
        let refused = check_device(&id("ana"), &id("phone"), &Octets([9; 32]), &Octets(one), &signature);
        assert_eq!(refused, Err(BadSignature));
    }
}
