//! Keys that tokens are checked with. Each has exactly one algorithm, so that no token can choose how it is checked.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    DecodingKey, crypto,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};

use super::Secret;

/// Most keys in a set.
pub(super) const MAX_KEYS: usize = 64;
/// Most keys that one token is tried against.
const MAX_TRIES: usize = 8;
/// Longest name of a key, in bytes.
pub(super) const MAX_KID: usize = 128;
/// Bytes of the modulus of the shortest RSA key, 2,048 bits.
const MIN_RSA: usize = 256;
/// Bytes of a P-256 point, not compressed.
const P256_POINT: usize = 65;
/// Bytes of an Ed25519 key.
const ED25519_KEY: usize = 32;

/// How tokens may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// The algorithm of this name in a token's header.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "HS256" => Some(Self::Hs256),
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }

    fn library(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Hs256 => jsonwebtoken::Algorithm::HS256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

/// A key, its one algorithm and its name.
#[derive(Debug, Clone)]
pub struct Key {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Algorithm,
    decoding: DecodingKey,
}

/// Why something is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not written as a key of that algorithm.
    #[error("not a key for {0:?}")]
    Malformed(Algorithm),
    /// It is too short to be safe.
    #[error("the key is too short for {0:?}")]
    TooShort(Algorithm),
    /// Its algorithm is none that tokens may be signed with, or it is not for signatures.
    #[error("the key is of a kind that is not supported")]
    Unsupported,
    /// Its name is longer than a name may be.
    #[error("the name of the key is longer than {MAX_KID} bytes")]
    LongName,
}

impl Key {
    /// A shared secret, for HS256.
    pub fn hs256(kid: Option<String>, secret: &Secret) -> Result<Self, KeyError> {
        Self::checked(kid, Algorithm::Hs256, DecodingKey::from_secret(secret.expose()))
    }

    /// A public key in PEM, for any of the other algorithms.
    pub fn from_pem(kid: Option<String>, algorithm: Algorithm, pem: &[u8]) -> Result<Self, KeyError> {
        let decoding = match algorithm {
            Algorithm::Hs256 => return Err(KeyError::Unsupported),
            Algorithm::Rs256 => DecodingKey::from_rsa_pem(pem),
            Algorithm::Es256 => DecodingKey::from_ec_pem(pem),
            Algorithm::EdDsa => DecodingKey::from_ed_pem(pem),
        };
        Self::checked(kid, algorithm, decoding.map_err(|_| KeyError::Malformed(algorithm))?)
    }

    /// A public key of a key set. Symmetric keys are refused: they have no place in a public set, and could be public
    /// keys of other algorithms in disguise.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        if jwk
            .common
            .public_key_use
            .as_ref()
            .is_some_and(|purpose| *purpose != PublicKeyUse::Signature)
        {
            return Err(KeyError::Unsupported);
        }
        let algorithm = if let AlgorithmParameters::RSA(_) = &jwk.algorithm {
            Algorithm::Rs256
        } else if let AlgorithmParameters::EllipticCurve(key) = &jwk.algorithm
            && key.curve == EllipticCurve::P256
        {
            Algorithm::Es256
        } else if let AlgorithmParameters::OctetKeyPair(key) = &jwk.algorithm
            && key.curve == EllipticCurve::Ed25519
        {
            Algorithm::EdDsa
        } else {
            return Err(KeyError::Unsupported);
        };
        let expected = KeyAlgorithm::from(algorithm.library());
        if jwk.common.key_algorithm.is_some_and(|stated| stated != expected) {
            return Err(KeyError::Unsupported);
        }
        let decoding = DecodingKey::from_jwk(jwk).map_err(|_| KeyError::Malformed(algorithm))?;
        Self::checked(jwk.common.key_id.clone(), algorithm, decoding)
    }

    fn checked(kid: Option<String>, algorithm: Algorithm, decoding: DecodingKey) -> Result<Self, KeyError> {
        if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID) {
            return Err(KeyError::LongName);
        }
        match algorithm {
            Algorithm::Hs256 => {}
            Algorithm::Rs256 => {
                if rsa_modulus_len(&decoding).ok_or(KeyError::Malformed(algorithm))? < MIN_RSA {
                    return Err(KeyError::TooShort(algorithm));
                }
            }
            Algorithm::Es256 => has_len(&decoding, P256_POINT, algorithm)?,
            Algorithm::EdDsa => has_len(&decoding, ED25519_KEY, algorithm)?,
        }
        Ok(Self {
            kid,
            algorithm,
            decoding,
        })
    }

    /// Whether the signature of a token, in base64, is this key's.
    fn verifies(&self, signature: &str, message: &[u8]) -> bool {
        crypto::verify(signature, message, &self.decoding, self.algorithm.library()).unwrap_or(false)
    }
}

/// What came of looking for the key of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A key has signed it.
    Signed,
    /// There is a key of that name and algorithm, and it has not signed this.
    Forged,
    /// There is a key of that name, for another algorithm.
    OtherAlgorithm,
    /// There is no such key.
    NoKey,
}

/// Tries the keys that a token could be signed with: those of its name, and those without a name. A token without a name
/// is tried with all keys of its algorithm.
pub(super) fn verify<'a>(
    keys: impl Iterator<Item = &'a Key>,
    kid: Option<&str>,
    algorithm: Algorithm,
    signature: &str,
    message: &[u8],
) -> Verdict {
    let named = keys.filter(|key| match (&key.kid, kid) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => true,
    });
    let mut verdict = Verdict::NoKey;
    let mut tries = 0;
    for key in named {
        // A key without a name does not speak for the name that the token gives: that one may yet be fetched.
        let speaks = key.kid.is_some() || kid.is_none();
        if key.algorithm != algorithm {
            if speaks && verdict == Verdict::NoKey {
                verdict = Verdict::OtherAlgorithm;
            }
            continue;
        }
        if tries == MAX_TRIES {
            break;
        }
        tries += 1;
        if key.verifies(signature, message) {
            return Verdict::Signed;
        }
        if speaks {
            verdict = Verdict::Forged;
        }
    }
    verdict
}

fn has_len(key: &DecodingKey, len: usize, algorithm: Algorithm) -> Result<(), KeyError> {
    match key.try_get_as_bytes() {
        Ok(bytes) if bytes.len() == len => Ok(()),
        Ok(_) | Err(_) => Err(KeyError::Malformed(algorithm)),
    }
}

/// Bytes of the modulus without leading zeros.
fn rsa_modulus_len(key: &DecodingKey) -> Option<usize> {
    let jwk = Jwk::from_decoding_key(key, None).ok()?;
    let AlgorithmParameters::RSA(parameters) = jwk.algorithm else {
        return None;
    };
    let modulus = URL_SAFE_NO_PAD.decode(parameters.n).ok()?;
    Some(modulus.iter().skip_while(|byte| **byte == 0).count())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn jwk(value: serde_json::Value) -> Result<Algorithm, KeyError> {
        let jwk = serde_json::from_value(value).expect("written as a key");
        Key::from_jwk(&jwk).map(|key| key.algorithm)
    }

    #[test]
    fn a_pem_is_a_key_of_its_own_algorithm_only() {
        use Algorithm::{EdDsa, Es256, Hs256, Rs256};

        let pems: [(&[u8], Option<Algorithm>); 6] = [
            (include_bytes!("testdata/rsa.pub.pem"), Some(Rs256)),
            (include_bytes!("testdata/p256.pub.pem"), Some(Es256)),
            (include_bytes!("testdata/ed25519.pub.pem"), Some(EdDsa)),
            (include_bytes!("testdata/rsa1024.pub.pem"), None),
            (include_bytes!("testdata/p384.pub.pem"), None),
            (b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", None),
        ];
        for (index, (pem, expected)) in pems.into_iter().enumerate() {
            for algorithm in [Hs256, Rs256, Es256, EdDsa] {
                let made = Key::from_pem(None, algorithm, pem).is_ok();
                assert_eq!(made, expected == Some(algorithm), "key {index} as {algorithm:?}");
            }
        }
        let short = Key::from_pem(None, Rs256, include_bytes!("testdata/rsa1024.pub.pem"));
        assert_eq!(short.err(), Some(KeyError::TooShort(Rs256)));
    }

    #[test]
    fn a_key_set_gives_public_keys_for_signatures_only() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let ed25519 = |more: serde_json::Value| {
            let mut key = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
            let fields = more.as_object().expect("fields").clone();
            key.as_object_mut().expect("an object").extend(fields);
            jwk(key)
        };
        assert_eq!(
            ed25519(json!({"kid": "a", "use": "sig", "alg": "EdDSA"})),
            Ok(Algorithm::EdDsa)
        );
        assert_eq!(ed25519(json!({})), Ok(Algorithm::EdDsa));
        assert_eq!(ed25519(json!({"alg": "HS256"})), Err(KeyError::Unsupported));
        assert_eq!(ed25519(json!({"use": "enc"})), Err(KeyError::Unsupported));
        assert_eq!(ed25519(json!({"kid": "k".repeat(129)})), Err(KeyError::LongName));
        assert_eq!(
            ed25519(json!({"x": "AAAA"})),
            Err(KeyError::Malformed(Algorithm::EdDsa))
        );
        assert_eq!(jwk(json!({"kty": "oct", "k": x})), Err(KeyError::Unsupported));
        assert_eq!(
            jwk(json!({"kty": "EC", "crv": "P-384", "x": x, "y": x})),
            Err(KeyError::Unsupported)
        );
        assert_eq!(
            jwk(json!({"kty": "RSA", "n": x, "e": "AQAB"})),
            Err(KeyError::TooShort(Algorithm::Rs256))
        );
    }
}
