//! Whose tokens are believed, from the configuration; and the tokens that the operator gets from the server itself.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use trivium_api::auth::{self, AuthConfig, Authenticator, JwksSource, Principal, Roles, Secret};
use trivium_engine::{Timestamp, UserId};

use crate::{
    config::{
        Auth,
        auth::{Algorithm, Key},
    },
    secrets,
};

/// How long an operator's token lasts; the file is written anew after half of it.
pub const OPERATOR_TTL: Duration = Duration::from_hours(24);
/// Whom it stands for.
const OPERATOR: &str = "operator";

/// Checks tokens as configured.
///
/// # Errors
///
/// A key cannot be read, or the parts do not go together.
pub fn authenticator(config: &Auth, secret: Secret) -> Result<Authenticator> {
    let numbered = config.keys.iter().enumerate();
    let keys = numbered.map(|(index, key)| read_key(key).with_context(|| format!("auth.keys[{index}]")));
    let jwks = config.jwks.as_ref().and_then(|jwks| match (&jwks.url, &jwks.file) {
        (Some(url), _) => url.parse().ok().map(JwksSource::Url),
        (None, Some(file)) => Some(JwksSource::File(file.clone())),
        (None, None) => None,
    });
    let config = AuthConfig {
        keys: keys.collect::<Result<_>>()?,
        jwks,
        issuers: config.issuers.clone(),
        audiences: config.audiences.clone(),
        ..AuthConfig::local(secret)
    };
    Authenticator::new(config).context("auth")
}

/// Checks the server's own tokens only, and makes them.
///
/// # Errors
///
/// None that a local configuration could have.
pub fn local(secret: Secret) -> Result<Authenticator> {
    Ok(Authenticator::new(AuthConfig::local(secret))?)
}

/// Makes the operator's token and puts it into its file.
///
/// # Errors
///
/// The file cannot be written.
pub fn make_operator_token(authenticator: &Authenticator, data: &Path, now: Timestamp) -> Result<String> {
    let (token, _) = authenticator.mint(&operator(true), OPERATOR_TTL, now, &mut rand::rng());
    secrets::write_private(&secrets::token_file(data), &token)?;
    Ok(token)
}

/// Whoever runs the server: always the same user, so that quizzes stay theirs. A browser hosts as that user, and is no admin.
pub fn operator(admin: bool) -> Principal {
    let user: UserId = OPERATOR.parse().expect("a name of letters");
    let roles = Roles { service: false, admin };
    principal(user, "Operator", roles, BTreeMap::new())
}

/// Somebody for whom a token is made.
pub fn principal(
    user: UserId,
    name: &str,
    roles: Roles,
    grants: BTreeMap<trivium_engine::RoomId, trivium_engine::Role>,
) -> Principal {
    // The last two are the token's own, and set when it is made.
    Principal {
        user,
        name: name.to_owned(),
        guest: false,
        roles,
        grants,
        expires_at: Timestamp(0),
        token_id: None,
    }
}

fn read_key(key: &Key) -> Result<auth::Key> {
    let read = |path: &Path| std::fs::read(path).with_context(|| path.display().to_string());
    let algorithm = match key.alg {
        Algorithm::HS256 => {
            let path = key.secret.as_deref().context("needs secret")?;
            let secret = Secret::new(read(path)?.trim_ascii()).with_context(|| path.display().to_string())?;
            return Ok(auth::Key::hs256(key.kid.clone(), &secret)?);
        }
        Algorithm::RS256 => auth::Algorithm::Rs256,
        Algorithm::ES256 => auth::Algorithm::Es256,
        Algorithm::EdDSA => auth::Algorithm::EdDsa,
    };
    let path = key.public_key.as_deref().context("needs public_key")?;
    auth::Key::from_pem(key.kid.clone(), algorithm, &read(path)?).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_token_is_believed_by_the_server_that_made_it_only() {
        let data = tempfile::tempdir().expect("a directory");
        let one = local(secrets::secret(data.path()).expect("a secret")).expect("an authenticator");
        let other = local(Secret::new([7; 32]).expect("long enough")).expect("an authenticator");
        let now = Timestamp(1_700_000_000_000);
        let token = make_operator_token(&one, data.path(), now).expect("a token");
        assert_eq!(
            std::fs::read_to_string(secrets::token_file(data.path()))
                .ok()
                .as_deref(),
            Some(token.as_str())
        );
        let operator = one.verify(&token, now).expect("its own token");
        assert!(operator.roles.admin && !operator.guest);
        assert!(other.verify(&token, now).is_err());
    }

    #[test]
    fn a_key_that_is_none_is_named() {
        let data = tempfile::tempdir().expect("a directory");
        let path = data.path().join("key.pem");
        std::fs::write(&path, "nonsense").expect("written");
        for (alg, public_key, secret) in [
            (Algorithm::ES256, Some(path.clone()), None),
            (Algorithm::HS256, None, Some(path)),
        ] {
            let key = Key {
                alg,
                kid: None,
                public_key,
                secret,
            };
            let config = Auth {
                keys: vec![key],
                issuers: vec!["i".into()],
                audiences: vec!["a".into()],
                ..Auth::default()
            };
            let error = authenticator(&config, Secret::new([7; 32]).expect("long enough")).expect_err("no key");
            assert!(format!("{error:#}").starts_with("auth.keys[0]: "), "{error:#}");
        }
    }
}
