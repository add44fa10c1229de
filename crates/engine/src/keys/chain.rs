//! The hash of the key log, byte for byte as `docs/end-to-end.md` has it.
//!
//! Neighbours: [`keys`](super) writes the entries; clients compute the same.

use sha2::{Digest, Sha256};

use super::{Device, KeyChange};
use crate::{Timestamp, octets::Octets};

const DOMAIN: &[u8] = b"trivium-key-log-v1";

/// The hash of the entry after one with the hash `before`.
pub(super) fn next(before: &Octets<32>, number: u64, at: Timestamp, change: KeyChange, device: &Device) -> Octets<32> {
    let change: u32 = match change {
        KeyChange::Registered => 1,
        KeyChange::Rotated => 2,
        KeyChange::Revoked => 3,
    };
    let mut hash = Sha256::new();
    bytes(&mut hash, DOMAIN);
    hash.update(before.0);
    hash.update(number.to_be_bytes());
    hash.update(at.0.to_be_bytes());
    hash.update(change.to_be_bytes());
    bytes(&mut hash, device.user.as_str().as_bytes());
    bytes(&mut hash, device.id.as_str().as_bytes());
    bytes(&mut hash, device.name.as_bytes());
    bytes(&mut hash, &device.agreement.0);
    bytes(&mut hash, &device.signing.0);
    hash.update(device.key_number.to_be_bytes());
    hash.update(device.registered_at.0.to_be_bytes());
    hash.update(device.revoked_at.map_or(0, |at| at.0).to_be_bytes());
    bytes(&mut hash, &device.signature.0);
    Octets(hash.finalize().into())
}

fn bytes(hash: &mut Sha256, bytes: &[u8]) {
    let len = u32::try_from(bytes.len()).expect("names and keys are short");
    hash.update(len.to_be_bytes());
    hash.update(bytes);
}
