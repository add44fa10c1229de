//! One message, sealed for each device and signed as a whole; and opened again.
//!
//! Neighbours: [`sealer`](super::sealer) knows the devices and asks the server; nothing here does.

use hpke::{
    Deserializable as _, OpModeR, OpModeS, Serializable as _, aead::AesGcm256, kdf::HkdfSha256, kem::X25519HkdfSha256,
    rand_core::CryptoRng,
};
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use trivium_proto::v1::{Envelope, SealedContent, SealedMessage};

use super::{DeviceKeys, SealError, Unreadable, bytes::Statement, log::verify};

type Kem = X25519HkdfSha256;

/// The lengths that a plaintext can have: longer ones do not tell how much was written.
pub const STEPS: [usize; 7] = [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384];

const DOMAIN: &str = "trivium-sealed-v1";

/// Where a message stands, which nobody can change without breaking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context<'a> {
    /// The room.
    pub room_id: &'a str,
    /// Who wrote it.
    pub author_id: &'a str,
    /// The message that it answers; 0 for none.
    pub reply_to: u64,
}

/// A device to seal for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipient {
    /// Whose.
    pub user_id: String,
    /// The device.
    pub device_id: String,
    /// By which entry of the key log its key came.
    pub key_seq: u64,
    /// X25519.
    pub agreement_key: [u8; 32],
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Plain text.
    pub text: String,
    /// When its author wrote it, by the author's own clock.
    pub send_time_ms: i64,
    /// The message of the same author that this one brings again; 0 for none.
    pub resend_of: u64,
}

/// Seals a message for these devices, in their order of user and device, and signs it.
///
/// # Errors
/// [`SealError::TooLong`], [`SealError::BadKey`].
pub fn seal(
    keys: &DeviceKeys,
    context: Context<'_>,
    request_id: &str,
    said: &SealedContent,
    recipients: &[Recipient],
    rng: &mut impl CryptoRng,
) -> Result<SealedMessage, SealError> {
    let plaintext = pad(said).ok_or(SealError::TooLong)?;
    let mut recipients = recipients.to_vec();
    recipients.sort_unstable();
    let aad = aad(context, keys.device_id(), request_id);
    let mut envelopes = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        let bad_key = |_| SealError::BadKey {
            user: recipient.user_id.clone(),
            device: recipient.device_id.clone(),
        };
        let key = <Kem as hpke::Kem>::PublicKey::from_bytes(&recipient.agreement_key).map_err(bad_key)?;
        let info = info(&recipient.user_id, &recipient.device_id, recipient.key_seq);
        let (encapsulated, ciphertext) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, Kem>(
            &OpModeS::Base,
            &key,
            &info,
            &plaintext,
            &aad,
            rng,
        )
        .map_err(bad_key)?;
        envelopes.push(Envelope {
            user_id: recipient.user_id,
            device_id: recipient.device_id,
            key_seq: recipient.key_seq,
            encapsulated_key: encapsulated.to_bytes().to_vec().into(),
            ciphertext: ciphertext.into(),
        });
    }
    let mut sealed = SealedMessage {
        sender_device_id: keys.device_id().to_owned(),
        envelopes,
        signature: Vec::new().into(),
        request_id: request_id.to_owned(),
    };
    sealed.signature = keys.sign(&statement(context, &sealed)).to_vec().into();
    Ok(sealed)
}

/// Checks who wrote a message, and opens the envelope for this device.
///
/// # Errors
/// The first that is wrong, in the order of `docs/end-to-end.md`.
pub fn open(
    keys: &DeviceKeys,
    context: Context<'_>,
    sender_signing_key: &[u8; 32],
    sealed: &SealedMessage,
) -> Result<Opened, Unreadable> {
    verify(sender_signing_key, &statement(context, sealed), &sealed.signature).ok_or(Unreadable::SignatureWrong)?;
    let mine = |envelope: &&Envelope| envelope.user_id == keys.user_id() && envelope.device_id == keys.device_id();
    let envelope = sealed.envelopes.iter().find(mine).ok_or(Unreadable::NoEnvelope)?;
    let private = keys.private(envelope.key_seq).ok_or(Unreadable::KeyChanged)?;
    open_envelope(&private, context, sealed, envelope).ok_or(Unreadable::Damaged)
}

fn open_envelope(
    private: &[u8; 32],
    context: Context<'_>,
    sealed: &SealedMessage,
    envelope: &Envelope,
) -> Option<Opened> {
    let private = <Kem as hpke::Kem>::PrivateKey::from_bytes(private).ok()?;
    let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(&envelope.encapsulated_key).ok()?;
    let plaintext = hpke::single_shot_open::<AesGcm256, HkdfSha256, Kem>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        &info(&envelope.user_id, &envelope.device_id, envelope.key_seq),
        &envelope.ciphertext,
        &aad(context, &sealed.sender_device_id, &sealed.request_id),
    )
    .ok()?;
    let said = unpad(&plaintext)?;
    Some(Opened {
        text: said.text,
        send_time_ms: said.send_time_ms,
        resend_of: said.resend_of,
    })
}

/// What the sending device signs.
pub fn statement(context: Context<'_>, sealed: &SealedMessage) -> Vec<u8> {
    let start = about(Statement::new("trivium-message-v1"), context, sealed).count(sealed.envelopes.len());
    let whole = sealed.envelopes.iter().fold(start, |statement, envelope| {
        statement
            .text(&envelope.user_id)
            .text(&envelope.device_id)
            .number(envelope.key_seq)
            .raw(&envelope.encapsulated_key)
            .raw(&Sha256::digest(&envelope.ciphertext))
    });
    whole.into_vec()
}

fn about(statement: Statement, context: Context<'_>, sealed: &SealedMessage) -> Statement {
    statement
        .text(context.room_id)
        .text(context.author_id)
        .text(&sealed.sender_device_id)
        .text(&sealed.request_id)
        .number(context.reply_to)
}

fn info(user: &str, device: &str, key_seq: u64) -> Vec<u8> {
    Statement::new(DOMAIN)
        .text(user)
        .text(device)
        .number(key_seq)
        .into_vec()
}

fn aad(context: Context<'_>, sender_device: &str, request_id: &str) -> Vec<u8> {
    Statement::new(DOMAIN)
        .text(context.room_id)
        .text(context.author_id)
        .text(sender_device)
        .text(request_id)
        .number(context.reply_to)
        .into_vec()
}

/// The plaintext: length, content, zeros; none if it is longer than the longest step.
pub fn pad(content: &SealedContent) -> Option<Vec<u8>> {
    let bytes = content.encode_to_vec();
    let len = u32::try_from(bytes.len()).ok()?;
    let step = STEPS.into_iter().find(|step| bytes.len() + 4 <= *step)?;
    let mut plaintext = Vec::with_capacity(step);
    plaintext.extend_from_slice(&len.to_be_bytes());
    plaintext.extend_from_slice(&bytes);
    plaintext.resize(step, 0);
    Some(plaintext)
}

/// What was padded; none if it is anything else.
pub fn unpad(plaintext: &[u8]) -> Option<SealedContent> {
    let (len, rest) = plaintext.split_first_chunk::<4>()?;
    let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
    let (content, zeros) = rest.split_at_checked(len)?;
    let is_least = STEPS.into_iter().find(|step| len + 4 <= *step) == Some(plaintext.len());
    if !is_least || zeros.iter().any(|byte| *byte != 0) {
        return None;
    }
    SealedContent::decode(content).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: String) -> SealedContent {
        SealedContent {
            text,
            send_time_ms: 1_700_000_000_000,
            resend_of: 0,
        }
    }

    const CONTEXT: Context<'_> = Context {
        room_id: "r",
        author_id: "ana",
        reply_to: 4,
    };

    fn device(user: &str, device: &str, secret: u8, key_seq: u64) -> (DeviceKeys, Recipient) {
        let mut keys = DeviceKeys::from_secrets(user, device, device, [secret; 32], [secret; 32]);
        keys.confirm(&keys.agreement_key(), key_seq);
        let recipient = Recipient {
            user_id: user.to_owned(),
            device_id: device.to_owned(),
            key_seq,
            agreement_key: keys.agreement_key(),
        };
        (keys, recipient)
    }

    #[test]
    fn lengths_are_hidden_in_steps() {
        for (chars, step) in [(0, 256), (200, 256), (300, 512), (4_000, 4_096), (4_090, 8_192)] {
            let padded = pad(&content("x".repeat(chars))).expect("short enough");
            assert_eq!(padded.len(), step, "{chars}");
            assert_eq!(unpad(&padded).expect("as it was").text.len(), chars);
        }
        assert!(pad(&content("👋".repeat(4_000))).is_some(), "the longest text fits");
        assert_eq!(pad(&content("x".repeat(17_000))), None);
    }

    #[test]
    fn what_was_not_padded_so_is_refused() {
        let good = pad(&content("hi".into())).expect("short");
        let mut marked = good.clone();
        marked[255] = 1;
        let mut longer = good.clone();
        longer.resize(512, 0);
        let mut beyond = good.clone();
        beyond[..4].copy_from_slice(&300_u32.to_be_bytes());
        for bad in [&marked, &longer, &beyond, &good[..255].to_vec(), &Vec::new()] {
            assert_eq!(unpad(bad), None);
        }
    }

    #[test]
    fn each_device_opens_its_own_and_nothing_can_be_moved() {
        let (ana, a) = device("ana", "phone", 1, 1);
        let (ben, b) = device("ben", "laptop", 2, 5);
        let (eve, _) = device("eve", "phone", 3, 1);
        let said = content("hello".into());
        let sealed = seal(&ana, CONTEXT, "q", &said, &[b, a], &mut rand::rng()).expect("sealed");
        assert_eq!(sealed.envelopes[0].user_id, "ana", "in order");
        for keys in [&ana, &ben] {
            let opened = open(keys, CONTEXT, &ana.signing_key(), &sealed).expect("for this device");
            assert_eq!(
                (opened.text.as_str(), opened.send_time_ms),
                ("hello", said.send_time_ms)
            );
        }
        let refused = |keys: &DeviceKeys, context, key: &[u8; 32], sealed: &SealedMessage| {
            open(keys, context, key, sealed).expect_err("refused")
        };
        let ours = ana.signing_key();
        assert_eq!(refused(&eve, CONTEXT, &ours, &sealed), Unreadable::NoEnvelope);
        for moved in [
            Context {
                room_id: "s",
                ..CONTEXT
            },
            Context {
                author_id: "ben",
                ..CONTEXT
            },
            Context { reply_to: 5, ..CONTEXT },
        ] {
            assert_eq!(refused(&ben, moved, &ours, &sealed), Unreadable::SignatureWrong);
            // Neither can somebody else take the ciphertexts and sign them as their own.
            let mut stolen = sealed.clone();
            stolen.signature = eve.sign(&statement(moved, &stolen)).to_vec().into();
            assert_eq!(refused(&ben, moved, &eve.signing_key(), &stolen), Unreadable::Damaged);
        }
        let mut other = sealed.clone();
        other.request_id = "p".into();
        assert_eq!(refused(&ben, CONTEXT, &ours, &other), Unreadable::SignatureWrong);
        let mut fewer = sealed.clone();
        fewer.envelopes.remove(0);
        assert_eq!(refused(&ben, CONTEXT, &ours, &fewer), Unreadable::SignatureWrong);
        let (rotated, _) = device("ben", "laptop", 9, 7);
        assert_eq!(refused(&rotated, CONTEXT, &ours, &sealed), Unreadable::KeyChanged);
        let (wrong, _) = device("ben", "laptop", 9, 5);
        assert_eq!(refused(&wrong, CONTEXT, &ours, &sealed), Unreadable::Damaged);
    }
}
