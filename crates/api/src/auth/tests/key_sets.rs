//! Key sets that are read from files and fetched over loopback.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

use super::{ISSUER, NOW, claims, secret, signed, signers};
use crate::auth::{AuthConfig, Authenticator, Jwks, JwksError, JwksSource, TokenError};

/// A server whose answer can be changed, and that counts how often it was asked.
#[derive(Clone, Default)]
struct Served {
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
}

impl Served {
    async fn start(self) -> SocketAddr {
        let answer = |State(served): State<Self>| async move {
            served.asked.fetch_add(1, Ordering::SeqCst);
            served.answer.lock().expect("not poisoned").clone()
        };
        let app = Router::new().route("/jwks", get(answer)).with_state(self);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(async move { axum::serve(listener, app).await });
        address
    }

    fn answers(&self, status: StatusCode, body: impl Into<String>) {
        *self.answer.lock().expect("not poisoned") = (status, body.into());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn jwk(kid: &str, algorithm: Algorithm, key: &EncodingKey) -> Value {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).expect("a key");
    jwk.common.key_id = Some(kid.to_owned());
    serde_json::to_value(jwk).expect("JSON")
}

fn set(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}

fn url(address: SocketAddr) -> JwksSource {
    JwksSource::Url(format!("http://{address}/jwks").parse().expect("a URL"))
}

fn authenticator(source: JwksSource) -> Authenticator {
    let config = AuthConfig {
        jwks: Some(source),
        issuers: vec![ISSUER.into()],
        audiences: vec!["live".into()],
        ..AuthConfig::local(secret(1))
    };
    Authenticator::new(config).expect("a configuration")
}

#[tokio::test]
async fn an_unknown_key_has_the_set_read_again_but_not_for_every_token() {
    let [_, (rs256, _, rsa), (es256, _, p256), (eddsa, _, ed25519)] = signers();
    let token = |kid, algorithm, key| signed(algorithm, Some(kid), key, &claims(json!({})));
    let served = Served::default();
    served.answers(
        StatusCode::OK,
        set(&[jwk("one", rs256, &rsa), jwk("two", es256, &p256)]),
    );
    let authenticator = authenticator(url(served.clone().start().await));

    let first = token("one", rs256, &rsa);
    assert_eq!(
        authenticator.verify(&first, NOW),
        Err(TokenError::UnknownKey),
        "nothing is read yet"
    );
    assert!(authenticator.authenticate(&first, NOW).await.is_ok());
    assert!(authenticator.verify(&token("two", es256, &p256), NOW).is_ok());
    assert_eq!(served.asked(), 1);

    // Rotated: the set has another key, but it was read a moment ago.
    served.answers(StatusCode::OK, set(&[jwk("three", eddsa, &ed25519)]));
    let rotated = token("three", eddsa, &ed25519);
    for _ in 0..100 {
        assert_eq!(
            authenticator.authenticate(&rotated, NOW).await,
            Err(TokenError::UnknownKey)
        );
    }
    assert_eq!(served.asked(), 1);

    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    assert!(authenticator.authenticate(&rotated, NOW).await.is_ok());
    assert_eq!(served.asked(), 2);
    assert_eq!(
        authenticator.verify(&first, NOW),
        Err(TokenError::UnknownKey),
        "its key is gone"
    );
}

#[tokio::test]
async fn many_who_ask_at_once_read_the_set_once() {
    let [_, (rs256, _, rsa), ..] = signers();
    let served = Served::default();
    served.answers(StatusCode::OK, set(&[jwk("one", rs256, &rsa)]));
    let authenticator = Arc::new(authenticator(url(served.clone().start().await)));
    let token = signed(rs256, Some("one"), &rsa, &claims(json!({})));
    let all = (0..50).map(|_| {
        let (authenticator, token) = (Arc::clone(&authenticator), token.clone());
        tokio::spawn(async move { authenticator.authenticate(&token, NOW).await })
    });
    for one in all.collect::<Vec<_>>() {
        assert!(one.await.expect("no panic").is_ok());
    }
    assert_eq!(served.asked(), 1);
}

#[tokio::test]
async fn a_broken_answer_leaves_the_keys_as_they_were() {
    let [_, (rs256, _, rsa), ..] = signers();
    let served = Served::default();
    served.answers(StatusCode::OK, set(&[jwk("one", rs256, &rsa)]));
    let authenticator = authenticator(url(served.clone().start().await));
    let jwks = authenticator.jwks().expect("configured");
    assert_eq!(jwks.refresh().await, Ok(()));
    assert_eq!(jwks.keys().len(), 1);

    let symmetric = json!({"kty": "oct", "k": "AAAA", "kid": "one"});
    let many = vec![symmetric.clone(); 65];
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    for (status, answer, expected) in [
        (failed, String::new(), JwksError::Status(failed)),
        (StatusCode::FOUND, String::new(), JwksError::Status(StatusCode::FOUND)),
        (StatusCode::OK, "<html>".into(), JwksError::Malformed),
        (StatusCode::OK, "{}".into(), JwksError::Malformed),
        (StatusCode::OK, set(&[]), JwksError::Empty),
        (StatusCode::OK, set(&[symmetric]), JwksError::Empty),
        (StatusCode::OK, set(&many), JwksError::TooLarge),
        (StatusCode::OK, " ".repeat(256 * 1024 + 1), JwksError::TooLarge),
    ] {
        served.answers(status, answer);
        assert_eq!(jwks.refresh().await, Err(expected));
    }
    let token = signed(rs256, Some("one"), &rsa, &claims(json!({})));
    assert!(authenticator.verify(&token, NOW).is_ok());
}

#[tokio::test]
async fn a_set_is_read_from_a_file() {
    let [_, _, _, (eddsa, _, ed25519)] = signers();
    let path = std::env::temp_dir().join(format!("trivium-jwks-{}.json", std::process::id()));
    std::fs::write(&path, set(&[jwk("one", eddsa, &ed25519)])).expect("written");
    let jwks = Jwks::new(JwksSource::File(path.clone()));
    assert_eq!(jwks.refresh().await, Ok(()));
    assert_eq!(jwks.keys().len(), 1);

    std::fs::write(&path, " ".repeat(256 * 1024 + 1)).expect("written");
    assert_eq!(jwks.refresh().await, Err(JwksError::TooLarge));
    std::fs::remove_file(&path).expect("removed");
    assert!(matches!(jwks.refresh().await, Err(JwksError::Unreachable(_))));
    assert_eq!(jwks.keys().len(), 1);
}
