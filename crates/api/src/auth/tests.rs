//! The four algorithms, rotation, and what the server's own tokens are good for.
//!
//! Neighbours: [`bad_tokens`] has the tokens that are refused, [`key_sets`] those whose keys are fetched.

mod bad_tokens;
mod key_sets;

use std::{collections::BTreeMap, time::Duration};

use jsonwebtoken::{EncodingKey, Header};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use trivium_engine::{Role, Timestamp};

use super::*;

pub(super) const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub(super) const NOW_S: u64 = 1_800_000_000;
pub(super) const ISSUER: &str = "https://id.example";

pub(super) fn secret(byte: u8) -> Secret {
    Secret::new(vec![byte; 32]).expect("long enough")
}

/// The private key of each algorithm, and the kid of its public key in [`authenticator`].
pub(super) fn signers() -> [(jsonwebtoken::Algorithm, &'static str, EncodingKey); 4] {
    let rsa = EncodingKey::from_rsa_pem(include_bytes!("testdata/rsa.pem")).expect("a key");
    let p256 = EncodingKey::from_ec_pem(include_bytes!("testdata/p256.pem")).expect("a key");
    let ed25519 = EncodingKey::from_ed_pem(include_bytes!("testdata/ed25519.pem")).expect("a key");
    [
        (jsonwebtoken::Algorithm::HS256, "hs", EncodingKey::from_secret(&[9; 32])),
        (jsonwebtoken::Algorithm::RS256, "rs", rsa),
        (jsonwebtoken::Algorithm::ES256, "es", p256),
        (jsonwebtoken::Algorithm::EdDSA, "ed", ed25519),
    ]
}

/// Accepts its own tokens, and those of [`ISSUER`] by each of the four algorithms.
pub(super) fn authenticator() -> Authenticator {
    let pem = |kid: &str, algorithm, pem| Key::from_pem(Some(kid.into()), algorithm, pem).expect("a key");
    let config = AuthConfig {
        keys: vec![
            Key::hs256(Some("hs".into()), &secret(9)).expect("a key"),
            pem("rs", Algorithm::Rs256, include_bytes!("testdata/rsa.pub.pem")),
            pem("es", Algorithm::Es256, include_bytes!("testdata/p256.pub.pem")),
            pem("ed", Algorithm::EdDsa, include_bytes!("testdata/ed25519.pub.pem")),
        ],
        issuers: vec![ISSUER.into()],
        audiences: vec!["live".into()],
        ..AuthConfig::local(secret(1))
    };
    Authenticator::new(config).expect("a configuration")
}

/// Claims with nothing wrong, with some of them replaced; `null` takes one away.
pub(super) fn claims(changes: Value) -> Value {
    let mut claims = json!({"iss": ISSUER, "aud": "live", "sub": "ana", "exp": NOW_S + 600});
    let Value::Object(changes) = changes else {
        panic!("changes are fields");
    };
    let fields = claims.as_object_mut().expect("an object");
    for (name, value) in changes {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
    claims
}

pub(super) fn signed(
    algorithm: jsonwebtoken::Algorithm,
    kid: Option<&str>,
    key: &EncodingKey,
    claims: &Value,
) -> String {
    let header = Header {
        kid: kid.map(ToOwned::to_owned),
        ..Header::new(algorithm)
    };
    jsonwebtoken::encode(&header, claims, key).expect("signed")
}

fn host() -> Principal {
    Principal {
        user: "ana".parse().expect("an id"),
        name: "Ana".into(),
        guest: false,
        roles: Roles {
            service: true,
            admin: false,
        },
        grants: BTreeMap::from([("r1".parse().expect("an id"), Role::Host)]),
        expires_at: NOW,
        token_id: None,
    }
}

#[test]
fn each_algorithm_is_accepted_with_and_without_the_name_of_its_key() {
    let authenticator = authenticator();
    let rooms = json!({"r1": "host", "r2": "co_host", "r3": "member", "r4": "observer"});
    let said = claims(json!({
        "name": "Ana", "roles": ["service", "editor"], "rooms": rooms, "aud": ["other", "live"], "nbf": NOW_S, "jti": "t1",
    }));
    for (algorithm, kid, key) in signers() {
        for kid in [Some(kid), None] {
            let token = signed(algorithm, kid, &key, &said);
            let principal = authenticator.verify(&token, NOW).expect("nothing is wrong");
            assert_eq!(
                (principal.user.as_str(), principal.name.as_str()),
                ("ana", "Ana"),
                "{algorithm:?}"
            );
            assert!(principal.roles.service && !principal.roles.admin && !principal.guest);
            let roles: Vec<_> = principal.grants.values().copied().collect();
            assert_eq!(roles, [Role::Host, Role::CoHost, Role::Member, Role::Observer]);
            assert_eq!(principal.expires_at, Timestamp((NOW_S + 605) * 1_000));
            assert_eq!(principal.token_id.as_deref(), Some("t1"));
        }
    }
}

#[test]
fn a_key_without_a_name_takes_tokens_of_any_name_and_speaks_for_none() {
    let config = AuthConfig {
        keys: vec![Key::hs256(None, &secret(9)).expect("a key")],
        issuers: vec![ISSUER.into()],
        audiences: vec!["live".into()],
        ..AuthConfig::local(secret(1))
    };
    let authenticator = Authenticator::new(config).expect("a configuration");
    let check = |kid, byte| {
        let key = EncodingKey::from_secret(&[byte; 32]);
        let token = signed(jsonwebtoken::Algorithm::HS256, kid, &key, &claims(json!({})));
        authenticator.verify(&token, NOW).err()
    };
    assert_eq!(check(None, 9), None);
    assert_eq!(check(Some("any"), 9), None);
    assert_eq!(check(None, 8), Some(TokenError::Signature));
    assert_eq!(check(Some("any"), 8), Some(TokenError::UnknownKey));
}

#[test]
fn clocks_may_differ_by_five_seconds() {
    let authenticator = authenticator();
    let [(algorithm, kid, key), ..] = signers();
    let check = |changes| {
        authenticator
            .verify(&signed(algorithm, Some(kid), &key, &claims(changes)), NOW)
            .err()
    };
    assert_eq!(check(json!({"exp": NOW_S - 4})), None);
    assert_eq!(check(json!({"exp": NOW_S - 5})), Some(TokenError::Expired));
    assert_eq!(check(json!({"nbf": NOW_S + 5})), None);
    assert_eq!(check(json!({"nbf": NOW_S + 6})), Some(TokenError::NotYetValid));
}

#[test]
fn a_minted_token_says_what_the_principal_is() {
    let authenticator = Authenticator::new(AuthConfig::local(secret(1))).expect("a configuration");
    let mut rng = StdRng::seed_from_u64(1);
    let mut guest = host();
    guest.guest = true;
    guest.user = "g_1".parse().expect("an id");
    guest.roles = Roles::default();
    for principal in [host(), guest] {
        let (token, ends_at) = authenticator.mint(&principal, SEAT_TTL, NOW, &mut rng);
        let read = authenticator.verify(&token, NOW).expect("our own token");
        assert_eq!(ends_at, Timestamp(NOW.0 + 12 * 3_600_000));
        assert!(read.token_id.as_ref().is_some_and(|id| id.len() == 26));
        let expected = Principal {
            expires_at: read.expires_at,
            token_id: read.token_id.clone(),
            ..principal.clone()
        };
        assert_eq!(read, expected);
        assert_eq!(
            authenticator.verify(&token, Timestamp(ends_at.0 + 5_000)),
            Err(TokenError::Expired)
        );
        let (again, _) = authenticator.mint(&read, SEAT_TTL, NOW, &mut rng);
        assert_ne!(again, token, "each has a name of its own");
        let (seat, seat_ends_at, holder) = authenticator.seat(principal, NOW, &mut rng);
        assert_eq!((authenticator.verify(&seat, NOW), seat_ends_at), (Ok(holder), ends_at));
    }
}

#[test]
fn secrets_are_rotated_without_locking_anybody_out() {
    let made = |current, previous: &[u8]| {
        let config = AuthConfig {
            previous_secrets: previous.iter().map(|byte| secret(*byte)).collect(),
            ..AuthConfig::local(secret(current))
        };
        Authenticator::new(config).expect("a configuration")
    };
    let mint = |authenticator: &Authenticator| {
        authenticator
            .mint(&host(), Duration::from_mins(5), NOW, &mut StdRng::seed_from_u64(1))
            .0
    };
    let (old, both, new) = (made(1, &[]), made(2, &[1]), made(2, &[]));
    let (before, after) = (mint(&old), mint(&both));
    for (authenticator, token, expected) in [
        (&old, &before, None),
        (&both, &before, None),
        (&both, &after, None),
        (&new, &after, None),
        (&new, &before, Some(TokenError::UnknownKey)),
        (&old, &after, Some(TokenError::UnknownKey)),
    ] {
        assert_eq!(authenticator.verify(token, NOW).err(), expected);
    }
}

#[test]
fn others_cannot_speak_for_the_server() {
    let authenticator = authenticator();
    for (algorithm, kid, key) in signers() {
        for (changes, refused) in [
            (json!({"iss": "trivium", "aud": "trivium"}), TokenError::Issuer),
            (json!({"guest": true}), TokenError::Claim("sub")),
            (json!({"sub": "g_1"}), TokenError::Claim("sub")),
        ] {
            let token = signed(algorithm, Some(kid), &key, &claims(changes));
            assert_eq!(authenticator.verify(&token, NOW), Err(refused));
        }
    }
    let foreign = Authenticator::new(AuthConfig::local(secret(2))).expect("a configuration");
    let (token, _) = foreign.mint(&host(), SEAT_TTL, NOW, &mut StdRng::seed_from_u64(1));
    assert_eq!(authenticator.verify(&token, NOW), Err(TokenError::UnknownKey));
}

#[test]
fn keys_of_others_need_somebody_to_trust() {
    let keys = vec![Key::hs256(None, &secret(9)).expect("a key")];
    let config = |issuers: &[&str], audiences: &[&str]| AuthConfig {
        keys: keys.clone(),
        issuers: issuers.iter().map(|issuer| (*issuer).to_owned()).collect(),
        audiences: audiences.iter().map(|audience| (*audience).to_owned()).collect(),
        ..AuthConfig::local(secret(1))
    };
    for (issuers, audiences, expected) in [
        (&["a"][..], &["b"][..], None),
        (&[], &["b"], Some(ConfigError::NobodyTrusted)),
        (&["a"], &[], Some(ConfigError::NobodyTrusted)),
        (&["trivium"], &["b"], Some(ConfigError::OwnIssuer)),
    ] {
        assert_eq!(Authenticator::new(config(issuers, audiences)).err(), expected);
    }
}

#[test]
fn a_bearer_token_is_found_in_its_header() {
    for (header, expected) in [
        (&b"Bearer abc"[..], Ok("abc")),
        (b"bearer  abc ", Ok("abc")),
        (b"Basic abc", Err(TokenError::Malformed)),
        (b"abc", Err(TokenError::Malformed)),
        (b"Bearer \xff", Err(TokenError::Malformed)),
        (b"", Err(TokenError::Malformed)),
    ] {
        assert_eq!(bearer(header), expected);
    }
}
