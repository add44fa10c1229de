//! A table of tokens with one thing wrong each, and the reason for which each is refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::{ISSUER, NOW, NOW_S, authenticator, claims, signed, signers};
use crate::auth::{MAX_TOKEN, TokenError};

/// A token of these very bytes as header and claims, with a signature that is right.
fn raw(header: &str, claims: &str) -> String {
    let [(algorithm, _, key), ..] = signers();
    raw_with(header, claims, &key, algorithm)
}

fn raw_with(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = crypto::sign(message.as_bytes(), key, algorithm).expect("signed");
    format!("{message}.{signature}")
}

/// A right token but for this header.
fn with_header(header: &Value) -> String {
    raw(&header.to_string(), &claims(json!({})).to_string())
}

/// A right token but for these claims.
fn saying(changes: Value) -> String {
    raw(r#"{"alg":"HS256","kid":"hs"}"#, &claims(changes).to_string())
}

/// A right token but for the text of its claims, where JSON objects cannot say it.
fn saying_text(text: &str) -> String {
    raw(r#"{"alg":"HS256","kid":"hs"}"#, text)
}

fn malformed() -> Vec<(&'static str, String, TokenError)> {
    use TokenError::{Malformed, Missing, TooLarge};

    let good = saying(json!({}));
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    let doubled = |claim: &str| {
        let text = claims(json!({})).to_string();
        saying_text(&format!("{},{claim}}}", &text[..text.len() - 1]))
    };
    let rooms_twice = doubled(r#""rooms":{"r":"member","r":"host"}"#);
    vec![
        ("empty", String::new(), Missing),
        ("64 KiB", "x".repeat(65_536), TooLarge),
        (
            "one byte too long",
            format!("{good}{}", "A".repeat(MAX_TOKEN + 1 - good.len())),
            TooLarge,
        ),
        ("no dots", "token".into(), Malformed),
        ("two parts", head.into(), Malformed),
        ("four parts", format!("{good}.{signature}"), Malformed),
        ("five parts, encrypted", format!("{good}.a.b"), Malformed),
        (
            "no header",
            format!(".{}", head.split_once('.').expect("two parts").1),
            Malformed,
        ),
        ("padded base64", format!("{head}=.{signature}"), Malformed),
        ("standard base64", format!("+/{good}"), Malformed),
        ("header not JSON", raw("alg=HS256", "{}"), Malformed),
        ("header a list", raw("[]", "{}"), Malformed),
        ("header not UTF-8", format!("_w.{signature}.{signature}"), Malformed),
        ("header without alg", raw(r#"{"kid":"hs"}"#, "{}"), Malformed),
        ("alg twice", raw(r#"{"alg":"none","alg":"HS256"}"#, "{}"), Malformed),
        (
            "kid twice",
            raw(r#"{"alg":"HS256","kid":"rs","kid":"hs"}"#, "{}"),
            Malformed,
        ),
        ("alg null", with_header(&json!({"alg": null})), Malformed),
        ("alg a list", with_header(&json!({"alg": ["HS256"]})), Malformed),
        (
            "kid a number",
            with_header(&json!({"alg": "HS256", "kid": 7})),
            Malformed,
        ),
        ("claims not JSON", saying_text("ana"), Malformed),
        ("claims a string", saying_text("\"ana\""), Malformed),
        ("claims cut off", saying_text("{\"sub\":"), Malformed),
        ("sub twice", doubled(r#""sub":"root""#), Malformed),
        ("exp twice", doubled(r#""exp":99999999999"#), Malformed),
        ("a room twice", rooms_twice, Malformed),
        ("rooms a list", saying(json!({"rooms": ["r"]})), Malformed),
    ]
}

#[expect(clippy::too_many_lines, reason = "one line per token")]
fn wrongly_signed() -> Vec<(&'static str, String, TokenError)> {
    use TokenError::{Algorithm as Refused, Critical, KeyMismatch, Signature, Type, UnknownKey};

    let good = saying(json!({}));
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    let said = claims(json!({}));
    let [(hs256, _, _), (rs256, _, rsa), (es256, _, p256), (eddsa, _, ed25519)] = signers();
    let stranger = EncodingKey::from_secret(&[8; 32]);
    let p384 = EncodingKey::from_ec_pem(include_bytes!("../testdata/p384.pem")).expect("a key");
    // The public key of another algorithm taken for a shared secret.
    let confused = |pem: &[u8]| EncodingKey::from_secret(pem);
    let rsa_public = include_bytes!("../testdata/rsa.pub.pem");
    let p256_public = include_bytes!("../testdata/p256.pub.pem");
    let none = |alg: &str| {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": alg}).to_string());
        format!("{header}.{}.", URL_SAFE_NO_PAD.encode(said.to_string()))
    };
    let mut last_changed = signature.to_owned();
    last_changed.replace_range(..1, if signature.starts_with('A') { "B" } else { "A" });
    let es384 = raw_with(
        &json!({"alg": "ES384", "kid": "es"}).to_string(),
        &said.to_string(),
        &p384,
        Algorithm::ES384,
    );
    let es384_as_es256 = format!("{}.{signature}", {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": "ES256", "kid": "es"}).to_string());
        format!("{header}.{}", URL_SAFE_NO_PAD.encode(said.to_string()))
    });
    let named = |kid: &str| with_header(&json!({"alg": "HS256", "kid": kid}));
    vec![
        ("alg none", none("none"), Refused),
        ("alg None", none("None"), Refused),
        ("alg NONE", none("NONE"), Refused),
        ("alg empty", none(""), Refused),
        ("alg in small letters", none("hs256"), Refused),
        ("alg HS512", with_header(&json!({"alg": "HS512", "kid": "hs"})), Refused),
        ("alg ES384, wrong curve", es384, Refused),
        ("wrong curve, said to be right", es384_as_es256, Signature),
        ("no signature", format!("{head}."), Signature),
        (
            "a byte of the signature changed",
            format!("{head}.{last_changed}"),
            Signature,
        ),
        ("signature cut off", format!("{head}.{}", &signature[..20]), Signature),
        ("signature no base64", format!("{head}.!!!"), Signature),
        (
            "another's secret",
            signed(hs256, Some("hs"), &stranger, &said),
            Signature,
        ),
        (
            "another's secret, no name",
            signed(hs256, None, &stranger, &said),
            Signature,
        ),
        (
            "RS as HS",
            signed(hs256, Some("rs"), &confused(rsa_public), &said),
            KeyMismatch,
        ),
        (
            "RS as HS, no name",
            signed(hs256, None, &confused(rsa_public), &said),
            Signature,
        ),
        (
            "ES as HS",
            signed(hs256, Some("es"), &confused(p256_public), &said),
            KeyMismatch,
        ),
        (
            "ES as HS, no name",
            signed(hs256, None, &confused(p256_public), &said),
            Signature,
        ),
        (
            "HS key named by RS",
            signed(rs256, Some("hs"), &rsa, &said),
            KeyMismatch,
        ),
        (
            "RS key named by ES",
            signed(es256, Some("rs"), &p256, &said),
            KeyMismatch,
        ),
        (
            "ES key named by EdDSA",
            signed(eddsa, Some("es"), &ed25519, &said),
            KeyMismatch,
        ),
        ("kid unknown", named("who"), UnknownKey),
        ("kid a path", named("../../../../dev/null"), UnknownKey),
        ("kid SQL", named("hs' OR '1'='1"), UnknownKey),
        ("kid a command", named("hs|/bin/true"), UnknownKey),
        ("kid a URL", named("https://evil.example/jwks"), UnknownKey),
        ("kid with a zero byte", named("hs\0"), UnknownKey),
        ("kid in capitals", named("HS"), UnknownKey),
        ("kid empty", named(""), UnknownKey),
        ("kid too long", named(&"k".repeat(129)), UnknownKey),
        (
            "crit",
            with_header(&json!({"alg": "HS256", "kid": "hs", "crit": ["exp"], "exp": 1})),
            Critical,
        ),
        (
            "crit empty",
            with_header(&json!({"alg": "HS256", "kid": "hs", "crit": []})),
            Critical,
        ),
        (
            "crit null",
            with_header(&json!({"alg": "HS256", "kid": "hs", "crit": null})),
            Critical,
        ),
        (
            "b64 false",
            with_header(&json!({"alg": "HS256", "b64": false, "crit": ["b64"]})),
            Critical,
        ),
        (
            "typ of an id token",
            with_header(&json!({"alg": "HS256", "kid": "hs", "typ": "id+jwt"})),
            Type,
        ),
        (
            "typ of a logout",
            with_header(&json!({"alg": "HS256", "kid": "hs", "typ": "logout+jwt"})),
            Type,
        ),
        (
            "typ of encryption",
            with_header(&json!({"alg": "HS256", "kid": "hs", "typ": "JWE"})),
            Type,
        ),
        (
            "typ empty",
            with_header(&json!({"alg": "HS256", "kid": "hs", "typ": ""})),
            Type,
        ),
    ]
}

/// Keys that a token brings along or points at are not looked at: the signature is checked with ours, and is wrong.
fn leading_elsewhere() -> Vec<(&'static str, String, TokenError)> {
    let stranger = EncodingKey::from_secret(&[8; 32]);
    let leading = |fields: Value| {
        let mut header = json!({"alg": "HS256", "kid": "hs"});
        header
            .as_object_mut()
            .expect("an object")
            .extend(fields.as_object().expect("fields").clone());
        raw_with(
            &header.to_string(),
            &claims(json!({})).to_string(),
            &stranger,
            Algorithm::HS256,
        )
    };
    let own = json!({"kty": "oct", "k": URL_SAFE_NO_PAD.encode([8; 32])});
    vec![
        ("jwk", leading(json!({"jwk": own})), TokenError::Signature),
        (
            "jku",
            leading(json!({"jku": "http://127.0.0.1:9/jwks"})),
            TokenError::Signature,
        ),
        (
            "x5u",
            leading(json!({"x5u": "http://127.0.0.1:9/cert"})),
            TokenError::Signature,
        ),
        ("x5c", leading(json!({"x5c": ["AAAA"]})), TokenError::Signature),
    ]
}

fn wrongly_said() -> Vec<(&'static str, String, TokenError)> {
    use TokenError::{Audience, Claim, Expired, Issuer, MissingClaim, NotYetValid};

    let grants: serde_json::Map<_, _> = (0..65).map(|index| (format!("r{index}"), json!("host"))).collect();
    vec![
        ("no exp", saying(json!({"exp": null})), MissingClaim("exp")),
        (
            "exp null",
            saying_text(r#"{"iss":"https://id.example","aud":"live","sub":"a","exp":null}"#),
            MissingClaim("exp"),
        ),
        (
            "exp text",
            saying(json!({"exp": (NOW_S + 600).to_string()})),
            Claim("exp"),
        ),
        ("exp negative", saying(json!({"exp": -1})), Claim("exp")),
        ("exp a fraction", saying(json!({"exp": 1_900_000_000.5})), Claim("exp")),
        (
            "exp in milliseconds",
            saying(json!({"exp": (NOW_S + 600) * 1_000})),
            Claim("exp"),
        ),
        ("exp huge", saying(json!({"exp": u64::MAX})), Claim("exp")),
        (
            "exp beyond numbers",
            saying_text(r#"{"iss":"https://id.example","aud":"live","sub":"a","exp":1e400}"#),
            TokenError::Malformed,
        ),
        ("exp a list", saying(json!({"exp": [NOW_S + 600]})), Claim("exp")),
        ("exp zero", saying(json!({"exp": 0})), Expired),
        ("exp past", saying(json!({"exp": NOW_S - 60})), Expired),
        ("nbf to come", saying(json!({"nbf": NOW_S + 60})), NotYetValid),
        ("nbf text", saying(json!({"nbf": "0"})), Claim("nbf")),
        ("nbf negative", saying(json!({"nbf": -1})), Claim("nbf")),
        ("no iss", saying(json!({"iss": null})), MissingClaim("iss")),
        ("iss another", saying(json!({"iss": "https://evil.example"})), Issuer),
        ("iss nearly", saying(json!({"iss": format!("{ISSUER}/")})), Issuer),
        ("iss a list", saying(json!({"iss": [ISSUER]})), Claim("iss")),
        ("iss empty", saying(json!({"iss": ""})), Issuer),
        ("no aud", saying(json!({"aud": null})), MissingClaim("aud")),
        ("aud another", saying(json!({"aud": "shop"})), Audience),
        ("aud others", saying(json!({"aud": ["shop", "mail"]})), Audience),
        ("aud nobody", saying(json!({"aud": []})), Audience),
        ("aud in capitals", saying(json!({"aud": "LIVE"})), Audience),
        ("aud a number", saying(json!({"aud": 1})), Claim("aud")),
        ("aud mixed", saying(json!({"aud": ["live", 1]})), Claim("aud")),
        (
            "aud without end",
            saying(json!({"aud": vec!["live"; 65]})),
            Claim("aud"),
        ),
        ("no sub", saying(json!({"sub": null})), MissingClaim("sub")),
        ("sub empty", saying(json!({"sub": ""})), Claim("sub")),
        ("sub a number", saying(json!({"sub": 1})), Claim("sub")),
        ("sub with a line break", saying(json!({"sub": "a\nb"})), Claim("sub")),
        ("sub too long", saying(json!({"sub": "u".repeat(65)})), Claim("sub")),
        ("name a number", saying(json!({"name": 1})), Claim("name")),
        ("roles a number", saying(json!({"roles": 1})), Claim("roles")),
        ("roles mixed", saying(json!({"roles": ["admin", {}]})), Claim("roles")),
        ("guest text", saying(json!({"guest": "false"})), Claim("guest")),
        ("jti too long", saying(json!({"jti": "t".repeat(129)})), Claim("jti")),
        (
            "a role that is none",
            saying(json!({"rooms": {"r": "owner"}})),
            Claim("rooms"),
        ),
        (
            "a role that is a number",
            saying(json!({"rooms": {"r": 4}})),
            Claim("rooms"),
        ),
        (
            "a room that is none",
            saying(json!({"rooms": {"a/b": "host"}})),
            Claim("rooms"),
        ),
        ("too many rooms", saying(json!({"rooms": grants})), Claim("rooms")),
    ]
}

#[test]
fn each_is_refused_for_what_is_wrong_with_it() {
    let authenticator = authenticator();
    // What they are made from is right.
    assert!(authenticator.verify(&saying(json!({})), NOW).is_ok());
    assert!(
        authenticator
            .verify(
                &with_header(&json!({"alg": "HS256", "kid": "hs", "typ": "at+JWT"})),
                NOW
            )
            .is_ok()
    );
    let tables = [malformed(), wrongly_signed(), leading_elsewhere(), wrongly_said()];
    let mut tried = 0;
    for (what, token, reason) in tables.into_iter().flatten() {
        assert_eq!(authenticator.verify(&token, NOW).err(), Some(reason), "{what}");
        tried += 1;
    }
    assert!(tried >= 100, "{tried}");
}
