//! Checks tokens, and makes those that the server itself gives: seats for guests, and tokens for operators.

use std::{sync::Arc, time::Duration};

use jsonwebtoken::{EncodingKey, Header};
use rand::CryptoRng;
use serde::Serialize;
use trivium_engine::Timestamp;

use super::{
    Secret,
    jwks::{Jwks, JwksSource},
    keys::{self, Key, Verdict},
    principal::Principal,
    token::{Parsed, TokenError, Trust, role_name, with_leeway},
};
use crate::ids::{GUEST_PREFIX, base32};

/// How long a guest's seat lasts.
pub const SEAT_TTL: Duration = Duration::from_hours(12);
/// Issuer and audience of the server's own tokens. Nobody else's tokens may name this issuer.
const LOCAL: &str = "trivium";

/// Whose tokens are accepted.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// The server's secret. Everything that it signs is signed with keys made from this.
    pub secret: Secret,
    /// Secrets that it had before: what was signed with them is good until it ends.
    pub previous_secrets: Vec<Secret>,
    /// Keys of others.
    pub keys: Vec<Key>,
    /// A key set of others.
    pub jwks: Option<JwksSource>,
    /// Issuers whose tokens are accepted, with the keys of others.
    pub issuers: Vec<String>,
    /// Audiences, one of which a token with a key of others must be for.
    pub audiences: Vec<String>,
}

impl AuthConfig {
    /// Only the server's own tokens.
    pub fn local(secret: Secret) -> Self {
        Self {
            secret,
            previous_secrets: Vec::new(),
            keys: Vec::new(),
            jwks: None,
            issuers: Vec::new(),
            audiences: Vec::new(),
        }
    }
}

/// Why the configuration cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Keys of others without saying whose tokens for whom are accepted.
    #[error("keys of others need at least one issuer and one audience")]
    NobodyTrusted,
    /// The issuer's name is the server's own.
    #[error("the issuer `{LOCAL}` is this server itself")]
    OwnIssuer,
    /// More keys than fit.
    #[error("more than {} keys", keys::MAX_KEYS)]
    TooManyKeys,
}

/// Checks tokens and makes own ones.
#[derive(Debug)]
pub struct Authenticator {
    local: Vec<Key>,
    local_trust: Trust,
    signing: Signing,
    others: Vec<Key>,
    others_trust: Trust,
    jwks: Option<Arc<Jwks>>,
}

struct Signing {
    kid: String,
    key: EncodingKey,
}

impl Authenticator {
    /// Takes a configuration. A key set is not read yet.
    pub fn new(config: AuthConfig) -> Result<Self, ConfigError> {
        let trusts_others = !config.keys.is_empty() || config.jwks.is_some();
        if trusts_others && (config.issuers.is_empty() || config.audiences.is_empty()) {
            return Err(ConfigError::NobodyTrusted);
        }
        if config.issuers.iter().any(|issuer| issuer == LOCAL) {
            return Err(ConfigError::OwnIssuer);
        }
        let secrets: Vec<Secret> = std::iter::once(&config.secret)
            .chain(&config.previous_secrets)
            .map(|secret| secret.derive("token signing"))
            .collect();
        if secrets.len() + config.keys.len() > keys::MAX_KEYS {
            return Err(ConfigError::TooManyKeys);
        }
        let local = secrets
            .iter()
            .map(|secret| Key::hs256(Some(kid(secret)), secret).expect("a derived secret is a key"))
            .collect();
        let trust = |issuers, audiences| Trust { issuers, audiences };
        Ok(Self {
            local,
            local_trust: trust(vec![LOCAL.to_owned()], vec![LOCAL.to_owned()]),
            signing: Signing {
                kid: kid(&secrets[0]),
                key: EncodingKey::from_secret(secrets[0].expose()),
            },
            others: config.keys,
            others_trust: trust(config.issuers, config.audiences),
            jwks: config.jwks.map(|source| Arc::new(Jwks::new(source))),
        })
    }

    /// The key set, for whoever keeps it fresh.
    pub fn jwks(&self) -> Option<&Arc<Jwks>> {
        self.jwks.as_ref()
    }

    /// Checks a token, and has the key set read again if the token names a key that is not in it.
    pub async fn authenticate(&self, token: &str, now: Timestamp) -> Result<Principal, TokenError> {
        let first = self.verify(token, now);
        let Some(jwks) = self.jwks.as_ref().filter(|_| first == Err(TokenError::UnknownKey)) else {
            return first;
        };
        if let Err(error) = jwks.refresh_for_unknown_key().await {
            tracing::warn!(%error, "the key set stays as it was");
        }
        self.verify(token, now)
    }

    /// Checks a token with the keys at hand.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Principal, TokenError> {
        let parsed = Parsed::new(token)?;
        let local = tried(&parsed, &self.local);
        if local == Verdict::Signed {
            return parsed.believe(&self.local_trust, now);
        }
        let fetched = self.jwks.as_ref().map_or_else(|| Arc::from([]), |jwks| jwks.keys());
        let others = tried_all(&parsed, &self.others, &fetched);
        match (others, local) {
            (Verdict::Signed, _) => {
                let principal = parsed.believe(&self.others_trust, now)?;
                // Only this server knows who its guests are.
                if principal.guest || principal.user.as_str().starts_with(GUEST_PREFIX) {
                    return Err(TokenError::Claim("sub"));
                }
                Ok(principal)
            }
            (Verdict::Forged, _) | (_, Verdict::Forged) => Err(TokenError::Signature),
            (Verdict::OtherAlgorithm, _) | (_, Verdict::OtherAlgorithm) => Err(TokenError::KeyMismatch),
            (Verdict::NoKey, Verdict::NoKey | Verdict::Signed) => Err(TokenError::UnknownKey),
        }
    }

    /// Makes a token of the server's own that stands for the principal, under a new name, and says when it ends. What
    /// the principal says of its end and its name is not used.
    pub fn mint(
        &self,
        principal: &Principal,
        ttl: Duration,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> (String, Timestamp) {
        self.sign(principal, &token_id(rng), ttl, now)
    }

    /// Makes a token for a guest, as [`mint`](Self::mint) does, and says for whom it stands, as checking it would.
    pub fn seat(&self, guest: Principal, now: Timestamp, rng: &mut impl CryptoRng) -> (String, Timestamp, Principal) {
        let id = token_id(rng);
        let (token, ends_at) = self.sign(&guest, &id, SEAT_TTL, now);
        let guest = Principal {
            expires_at: with_leeway(ends_at),
            token_id: Some(id),
            ..guest
        };
        (token, ends_at, guest)
    }

    fn sign(&self, principal: &Principal, id: &str, ttl: Duration, now: Timestamp) -> (String, Timestamp) {
        let issued = now.0 / 1_000;
        let expires = issued.saturating_add(ttl.as_secs());
        let roles = [(principal.roles.service, "service"), (principal.roles.admin, "admin")];
        let claims = Minted {
            iss: LOCAL,
            aud: LOCAL,
            sub: principal.user.as_str(),
            exp: expires,
            nbf: issued,
            iat: issued,
            jti: id,
            name: &principal.name,
            roles: roles.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect(),
            rooms: principal
                .grants
                .iter()
                .map(|(room, role)| (room.as_str(), role_name(*role)))
                .collect(),
            guest: principal.guest,
        };
        let header = Header {
            kid: Some(self.signing.kid.clone()),
            ..Header::new(jsonwebtoken::Algorithm::HS256)
        };
        let token =
            jsonwebtoken::encode(&header, &claims, &self.signing.key).expect("plain values under a key of ours");
        (token, Timestamp(expires * 1_000))
    }
}

#[derive(Serialize)]
struct Minted<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    exp: u64,
    nbf: u64,
    iat: u64,
    jti: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'a str>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    rooms: std::collections::BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    guest: bool,
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signing")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

fn token_id(rng: &mut impl CryptoRng) -> String {
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    base32(&id)
}

/// Names a key of our own after what it is, so that secrets can be rotated without naming them.
fn kid(secret: &Secret) -> String {
    format!("local-{}", base32(&secret.mac("key name", &[])[..5]))
}

fn tried(parsed: &Parsed<'_>, keys: &[Key]) -> Verdict {
    tried_all(parsed, keys, &[])
}

fn tried_all(parsed: &Parsed<'_>, keys: &[Key], more: &[Key]) -> Verdict {
    let keys = keys.iter().chain(more);
    keys::verify(
        keys,
        parsed.kid.as_deref(),
        parsed.algorithm,
        parsed.signature,
        parsed.message,
    )
}
