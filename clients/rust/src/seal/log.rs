//! A user's key log as a client checks it: each entry against the chain, the rules, and the device's own signature.
//!
//! Neighbours: [`directory`](super::directory) keeps one per user and reads what is missing.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use trivium_proto::v1::{Device, KeyChange, KeyEvent};

use super::{
    bytes::{Statement, millis},
    keys::device_statement,
};

/// What was learnt of one user's keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLog {
    head_seq: u64,
    head_hash: Hash,
    /// Revoked ones too.
    devices: BTreeMap<String, Known>,
    /// Every agreement key that there ever was.
    used: BTreeSet<Hash>,
}

/// A device of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// For people; the server's word.
    pub name: String,
    agreement: Hash,
    signing: Hash,
    /// By which entry the agreement key came.
    pub key_seq: u64,
    /// When it was registered, by the server's clock.
    pub register_time_ms: i64,
    /// When it was revoked; 0 while it is not.
    pub revoke_time_ms: i64,
}

/// What about a key log is not as it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rewritten {
    /// It ends before what was seen, or has another entry there.
    #[error("it is not the log that was seen before")]
    Past,
    /// An entry does not follow from the one before.
    #[error("its chain is broken")]
    Chain,
    /// An entry that nobody may write.
    #[error("it breaks its rules")]
    Rules,
    /// A device did not sign its keys.
    #[error("a device has not signed its keys")]
    Signature,
    /// The devices given are not those of the log.
    #[error("the devices are not those of the log")]
    Devices,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Hash([u8; 32]);

impl Known {
    /// X25519.
    pub fn agreement_key(&self) -> &[u8; 32] {
        &self.agreement.0
    }

    /// Ed25519.
    pub fn signing_key(&self) -> &[u8; 32] {
        &self.signing.0
    }

    /// Whether it can be sealed for.
    pub fn is_present(&self) -> bool {
        self.revoke_time_ms == 0
    }
}

impl KeyLog {
    /// Number of the last entry; 0 before the first.
    pub fn head_seq(&self) -> u64 {
        self.head_seq
    }

    /// Its hash; zeros before the first.
    pub fn head_hash(&self) -> &[u8; 32] {
        &self.head_hash.0
    }

    /// The devices that are not revoked, by identifier.
    pub fn present(&self) -> impl Iterator<Item = (&str, &Known)> {
        let all = self.devices.iter().map(|(id, device)| (id.as_str(), device));
        all.filter(|(_, device)| device.is_present())
    }

    /// A device, revoked or not.
    pub fn device(&self, id: &str) -> Option<&Known> {
        self.devices.get(id)
    }

    /// Whether a list of present devices says what the log says.
    pub fn agrees(&self, listed: &[Device]) -> bool {
        let mut present = self.present();
        let equal = listed.iter().all(|device| {
            present.next().is_some_and(|(id, known)| {
                device.device_id == id
                    && device.key_seq == known.key_seq
                    && device.agreement_key.as_ref() == known.agreement.0
                    && device.signing_key.as_ref() == known.signing.0
            })
        });
        equal && present.next().is_none()
    }

    /// Takes the next entry in.
    ///
    /// # Errors
    /// What is wrong with it; the log is unchanged then.
    pub fn take(&mut self, user: &str, event: &KeyEvent) -> Result<KeyChange, Rewritten> {
        let device = event.device.as_ref().ok_or(Rewritten::Rules)?;
        if event.seq != self.head_seq + 1 || event.hash.as_ref() != entry_hash(&self.head_hash.0, event, device) {
            return Err(Rewritten::Chain);
        }
        let change = KeyChange::try_from(event.change).map_err(|_| Rewritten::Rules)?;
        let known = read(device).ok_or(Rewritten::Rules)?;
        let before = self.devices.get(&device.device_id);
        let fits = match change {
            KeyChange::Unspecified => false,
            KeyChange::Registered => {
                let is_new = before.is_none() && !self.devices.values().any(|other| other.signing == known.signing);
                is_new && self.is_new_key(event, &known) && known.register_time_ms == event.time_ms
            }
            KeyChange::Rotated => {
                before.is_some_and(|before| {
                    let same = Known {
                        agreement: before.agreement,
                        key_seq: before.key_seq,
                        ..known.clone()
                    };
                    before.is_present() && same == *before
                }) && self.is_new_key(event, &known)
            }
            KeyChange::Revoked => before.is_some_and(|before| {
                let same = Known {
                    revoke_time_ms: 0,
                    ..known.clone()
                };
                before.is_present() && same == *before && known.revoke_time_ms == event.time_ms && event.time_ms > 0
            }),
        };
        if !fits || device.user_id != user {
            return Err(Rewritten::Rules);
        }
        if change != KeyChange::Revoked {
            let statement = device_statement(user, &device.device_id, &known.agreement.0, &known.signing.0);
            verify(&known.signing.0, &statement, &device.signature).ok_or(Rewritten::Signature)?;
        }
        self.head_seq = event.seq;
        self.head_hash = Hash(entry_hash(&self.head_hash.0, event, device));
        self.used.insert(known.agreement);
        self.devices.insert(device.device_id.clone(), known);
        Ok(change)
    }

    /// An agreement key that came just now and never was before, so that an old statement is good for nothing.
    fn is_new_key(&self, event: &KeyEvent, known: &Known) -> bool {
        known.is_present()
            && known.key_seq == event.seq
            && !self.used.contains(&known.agreement)
            && known.agreement != Hash::default()
            && known.signing != Hash::default()
    }
}

/// Whether the owner of `key` has signed the statement; none if not, or if the key is one for which anything verifies.
pub(super) fn verify(key: &[u8; 32], statement: &[u8], signature: &[u8]) -> Option<()> {
    let key = VerifyingKey::from_bytes(key).ok()?;
    let signature = Signature::from_slice(signature).ok()?;
    key.verify_strict(statement, &signature).ok()
}

/// The hash of an entry, which is about `device`, after one with the hash `before`; zeros before the first.
pub fn entry_hash(before: &[u8; 32], event: &KeyEvent, device: &Device) -> [u8; 32] {
    let change = usize::try_from(event.change).unwrap_or_default();
    let entry = Statement::new("trivium-key-log-v1")
        .raw(before)
        .number(event.seq)
        .number(millis(event.time_ms))
        .count(change)
        .text(&device.user_id)
        .text(&device.device_id)
        .text(&device.name)
        .bytes(&device.agreement_key)
        .bytes(&device.signing_key)
        .number(device.key_seq)
        .number(millis(device.register_time_ms))
        .number(millis(device.revoke_time_ms))
        .bytes(&device.signature);
    Sha256::digest(entry.as_slice()).into()
}

fn read(device: &Device) -> Option<Known> {
    Some(Known {
        name: device.name.clone(),
        agreement: Hash(device.agreement_key.as_ref().try_into().ok()?),
        signing: Hash(device.signing_key.as_ref().try_into().ok()?),
        key_seq: device.key_seq,
        register_time_ms: device.register_time_ms,
        revoke_time_ms: device.revoke_time_ms,
    })
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        STANDARD.encode(hash.0)
    }
}

impl TryFrom<String> for Hash {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD.decode(text).map_err(|_| "not base64")?;
        bytes.try_into().map(Self).map_err(|_| "not 32 bytes")
    }
}
