//! The keys of this device: made here, kept in a file, and never sent anywhere but for their public halves.
//!
//! Neighbours: [`envelope`](super::envelope) seals and opens with them; [`sealer`](super::sealer) registers them.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer as _, SigningKey};
use hpke::{Deserializable as _, Kem as _, Serializable as _, kem::X25519HkdfSha256};
use serde::{Deserialize, Serialize};
use trivium_proto::v1::{RegisterDeviceRequest, RotateDeviceRequest};

use super::{SealError, bytes::Statement, file};

/// Agreement keys that are kept: the present one and those that messages on their way may still be sealed for.
const KEPT: usize = 3;

/// The keys of one device.
#[derive(Clone, Serialize, Deserialize)]
pub struct DeviceKeys {
    user_id: String,
    device_id: String,
    name: String,
    signing: Secret,
    /// Oldest first.
    agreement: Vec<Agreement>,
}

/// An agreement key, and by which entry of the key log it came.
#[derive(Clone, Serialize, Deserialize)]
struct Agreement {
    /// 0 before the server has taken it.
    key_seq: u64,
    secret: Secret,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Secret([u8; 32]);

impl DeviceKeys {
    /// New keys for a device of a user. The name is for people, 1 to 80 characters.
    pub fn generate(user_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self::from_secrets(
            user_id,
            format!("{:032x}", rand::random::<u128>()),
            name,
            rand::random(),
            rand::random(),
        )
    }

    /// The device with these keys, such as for tests.
    pub fn from_secrets(
        user_id: impl Into<String>,
        device_id: impl Into<String>,
        name: impl Into<String>,
        signing_seed: [u8; 32],
        agreement_private: [u8; 32],
    ) -> Self {
        let agreement = Agreement {
            key_seq: 0,
            secret: Secret(agreement_private),
        };
        Self {
            user_id: user_id.into(),
            device_id: device_id.into(),
            name: name.into(),
            signing: Secret(signing_seed),
            agreement: vec![agreement],
        }
    }

    /// The keys in a file; `None` if there is no such file.
    ///
    /// # Errors
    /// [`SealError::File`].
    pub fn load(path: &Path) -> Result<Option<Self>, SealError> {
        let keys: Option<Self> = file::load(path)?;
        if keys.as_ref().is_some_and(|keys| keys.agreement.is_empty()) {
            return Err(SealError::File(format!("{}: it has no keys", path.display())));
        }
        Ok(keys)
    }

    /// Writes the keys to a file that only its owner can read. They are not encrypted.
    ///
    /// # Errors
    /// [`SealError::File`].
    pub fn save(&self, path: &Path) -> Result<(), SealError> {
        file::save(path, self)
    }

    /// Whose.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The device.
    pub fn device_id(&self) -> &str {
        &self.device_id
    }

    /// For people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Ed25519 public key.
    pub fn signing_key(&self) -> [u8; 32] {
        self.signer().verifying_key().to_bytes()
    }

    /// The newest X25519 public key.
    pub fn agreement_key(&self) -> [u8; 32] {
        public(&self.newest().secret)
    }

    /// What the device says of its newest keys, as it signs it.
    pub fn statement(&self) -> Vec<u8> {
        device_statement(
            &self.user_id,
            &self.device_id,
            &self.agreement_key(),
            &self.signing_key(),
        )
    }

    /// The request by which the device is registered.
    pub fn register(&self) -> RegisterDeviceRequest {
        RegisterDeviceRequest {
            request_id: String::new(),
            device_id: self.device_id.clone(),
            name: self.name.clone(),
            agreement_key: self.agreement_key().to_vec().into(),
            signing_key: self.signing_key().to_vec().into(),
            signature: self.sign(&self.statement()).to_vec().into(),
        }
    }

    /// Makes a new agreement key. Save the keys before the [request](Self::rotation) is sent: a key that the server has
    /// and the device has not makes messages that nobody can read.
    pub fn renew(&mut self) {
        let secret = Secret(rand::random());
        self.agreement.push(Agreement { key_seq: 0, secret });
        let surplus = self.agreement.len().saturating_sub(KEPT);
        self.agreement.drain(..surplus);
    }

    /// The request by which others learn of the newest agreement key.
    pub fn rotation(&self) -> RotateDeviceRequest {
        RotateDeviceRequest {
            request_id: String::new(),
            device_id: self.device_id.clone(),
            agreement_key: self.agreement_key().to_vec().into(),
            signature: self.sign(&self.statement()).to_vec().into(),
        }
    }

    /// Learns from the key log by which entry an agreement key came. True if that was news.
    pub fn confirm(&mut self, agreement_key: &[u8], key_seq: u64) -> bool {
        let mine = self
            .agreement
            .iter_mut()
            .find(|kept| public(&kept.secret) == *agreement_key && kept.key_seq != key_seq);
        let news = mine.is_some();
        if let Some(kept) = mine {
            kept.key_seq = key_seq;
        }
        news
    }

    /// Signs with the device's key.
    pub fn sign(&self, statement: &[u8]) -> [u8; 64] {
        self.signer().sign(statement).to_bytes()
    }

    /// The private half of the key that came by this entry, if it is still there.
    pub(super) fn private(&self, key_seq: u64) -> Option<[u8; 32]> {
        let kept = self
            .agreement
            .iter()
            .find(|kept| kept.key_seq == key_seq && key_seq > 0);
        kept.map(|kept| kept.secret.0)
    }

    fn newest(&self) -> &Agreement {
        self.agreement
            .last()
            .expect("made and loaded with one, and never emptied")
    }

    fn signer(&self) -> SigningKey {
        SigningKey::from_bytes(&self.signing.0)
    }
}

/// What a device signs to say that these are its keys.
pub(super) fn device_statement(user: &str, device: &str, agreement_key: &[u8], signing_key: &[u8]) -> Vec<u8> {
    Statement::new("trivium-device-v1")
        .text(user)
        .text(device)
        .bytes(agreement_key)
        .bytes(signing_key)
        .into_vec()
}

fn public(secret: &Secret) -> [u8; 32] {
    let private = <X25519HkdfSha256 as hpke::Kem>::PrivateKey::from_bytes(&secret.0).expect("any 32 bytes are one");
    X25519HkdfSha256::sk_to_pk(&private).to_bytes().into()
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        STANDARD.encode(secret.0)
    }
}

impl TryFrom<String> for Secret {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD.decode(text).map_err(|_| "not base64")?;
        bytes.try_into().map(Self).map_err(|_| "not 32 bytes")
    }
}

/// Shows no secret.
impl std::fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceKeys")
            .field("user_id", &self.user_id)
            .field("device_id", &self.device_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_keys_are_kept_for_a_while_and_then_gone() {
        let mut keys = DeviceKeys::generate("ana", "phone");
        let mut publics = vec![keys.agreement_key()];
        for _ in 0..3 {
            keys.renew();
            publics.push(keys.agreement_key());
        }
        for (key, key_seq) in publics.iter().zip(1..) {
            keys.confirm(key, key_seq);
        }
        let left: Vec<u64> = (0..6).filter(|key_seq| keys.private(*key_seq).is_some()).collect();
        assert_eq!(left, [2, 3, 4]);
        assert!(!keys.confirm(&publics[3], 4), "nothing new");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = std::env::temp_dir().join(format!("trivium-{:x}", rand::random::<u64>()));
        std::fs::create_dir(&directory).expect("a directory");
        let path = directory.join("device.json");
        assert!(DeviceKeys::load(&path).expect("no file is no error").is_none());
        let keys = DeviceKeys::generate("ana", "phone");
        keys.save(&path).expect("written");
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let back = DeviceKeys::load(&path).expect("read").expect("there");
        assert_eq!((back.register(), back.device_id()), (keys.register(), keys.device_id()));
        std::fs::write(&path, "{}").expect("written");
        DeviceKeys::load(&path).expect_err("not keys");
        assert!(!format!("{keys:?}").contains(&STANDARD.encode(keys.signing.0)));
        std::fs::remove_dir_all(&directory).expect("removed");
    }
}
