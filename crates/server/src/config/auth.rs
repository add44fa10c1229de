//! Section `auth`: whose tokens are believed.

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, bail, ensure};
use serde::Deserialize;

use super::value;

/// Whose tokens are believed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Keys of those who sign tokens.
    pub keys: Vec<Key>,
    /// A set of such keys that may change.
    pub jwks: Option<Jwks>,
    /// Accepted `iss` of tokens signed by `keys` and `jwks`.
    #[serde(deserialize_with = "value::deserialize_list")]
    pub issuers: Vec<String>,
    /// Accepted `aud`.
    #[serde(deserialize_with = "value::deserialize_list")]
    pub audiences: Vec<String>,
    /// Whether a token for the operator is made at the start and kept in the data directory [true without `keys` and `jwks`, else
    /// false]. Whoever can read the secret in that directory can make one at any time.
    pub operator_token: Option<bool>,
    /// Whether a browser on this very machine is given a token, so that its user may host without an account [true if `http.bind`
    /// is a loopback address, else false: what forwards ports of a container or by SSH makes strangers look like this machine].
    /// Never with `keys`, `jwks` or `http.public_url`: then there are accounts, or the world comes through a proxy.
    pub operator: Option<bool>,
}

/// A key that others sign tokens with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The only algorithm that is accepted with it.
    pub alg: Algorithm,
    /// Which tokens name it; a key without is tried for tokens that name none.
    pub kid: Option<String>,
    /// PEM of the public key, for RS256, ES256 and EdDSA.
    pub public_key: Option<PathBuf>,
    /// File of at least 32 bytes, for HS256; line ends around it are left out.
    pub secret: Option<PathBuf>,
}

/// How a token may be signed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    HS256,
    /// RSA with SHA-256.
    RS256,
    /// ECDSA on P-256.
    ES256,
    /// Ed25519.
    EdDSA,
}

/// A JSON Web Key Set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwks {
    /// Where it is fetched from.
    pub url: Option<String>,
    /// Where it lies.
    pub file: Option<PathBuf>,
    /// How often it is read again \[5m\].
    #[serde(deserialize_with = "value::deserialize_span", default = "every_five_minutes")]
    pub refresh: Duration,
}

const fn every_five_minutes() -> Duration {
    Duration::from_mins(5)
}

impl Auth {
    /// Whether a token for the operator is made.
    pub fn operator_tokens(&self) -> bool {
        self.operator_token.unwrap_or(!self.trusts_others())
    }

    /// Whether others sign tokens too.
    pub fn trusts_others(&self) -> bool {
        !self.keys.is_empty() || self.jwks.is_some()
    }

    pub(super) fn check(&self) -> Result<()> {
        for (index, key) in self.keys.iter().enumerate() {
            let file = match (key.alg, &key.public_key, &key.secret) {
                (Algorithm::HS256, None, Some(file))
                | (Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA, Some(file), None) => file,
                (Algorithm::HS256, _, _) => bail!("auth.keys[{index}]: HS256 needs secret, and no public_key"),
                (Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA, _, _) => {
                    bail!("auth.keys[{index}]: {:?} needs public_key, and no secret", key.alg)
                }
            };
            ensure!(
                file.is_file(),
                "auth.keys[{index}]: there is no file {}",
                file.display()
            );
        }
        if let Some(jwks) = &self.jwks {
            match (&jwks.url, &jwks.file) {
                (Some(url), None) => {
                    let secure = url
                        .parse::<http::Uri>()
                        .is_ok_and(|url| matches!(url.scheme_str(), Some("https" | "http")));
                    ensure!(secure, "auth.jwks.url: {url:?} is not a URL");
                }
                (None, Some(file)) => ensure!(file.is_file(), "auth.jwks.file: there is no file {}", file.display()),
                (Some(_), Some(_)) | (None, None) => bail!("auth.jwks: needs either url or file"),
            }
            ensure!(
                jwks.refresh >= Duration::from_secs(1),
                "auth.jwks.refresh: is shorter than a second"
            );
        }
        let others = self.trusts_others();
        ensure!(
            !others || !self.issuers.is_empty(),
            "auth.issuers: is needed with keys of others"
        );
        ensure!(
            !others || !self.audiences.is_empty(),
            "auth.audiences: is needed with keys of others, or tokens for other services would be believed"
        );
        Ok(())
    }
}
