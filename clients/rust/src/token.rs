//! Bearer tokens: who the client is, and where the next token comes from.
//!
//! [`channel`](crate::channel) puts the current token on every request; [`driver`](crate::driver) renews it before it
//! ends.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use http::HeaderValue;
use tokio::time::Instant;

use crate::error::Error;

/// A token is renewed this long before its end, or at four fifths of what is left, whichever is later.
const LEAD: Duration = Duration::from_mins(1);

/// A bearer token.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    value: String,
    expires: Option<SystemTime>,
}

impl Token {
    /// A token. The end of a JWT is read from its `exp`, unchecked; other tokens are taken to have none.
    pub fn new(value: impl Into<String>) -> Self {
        let value = value.into();
        let expires = jwt_end(&value);
        Self { value, expires }
    }

    /// With an end that is known from elsewhere.
    #[must_use]
    pub const fn expires(mut self, expires: SystemTime) -> Self {
        self.expires = Some(expires);
        self
    }

    /// The token as it is sent.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// How long until it should be renewed; `None` if it has no end.
    fn renew_in(&self, now: SystemTime) -> Option<Duration> {
        let left = self.expires?.duration_since(now).unwrap_or_default();
        Some(left.saturating_sub(LEAD).max(left * 4 / 5))
    }

    fn header(&self) -> Option<HeaderValue> {
        let mut header = HeaderValue::from_str(&format!("Bearer {}", self.value)).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl From<&str> for Token {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Token {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

/// Where tokens come from; closures that return a future are sources too.
pub trait TokenSource: Send + Sync + 'static {
    /// A token that is good from now on. Called when there is none, before one ends, and when the server refused one.
    fn token(&self) -> BoxFuture<'static, Result<Token, Box<dyn std::error::Error + Send + Sync>>>;
}

impl<F, Fut> TokenSource for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Token, Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    fn token(&self) -> BoxFuture<'static, Result<Token, Box<dyn std::error::Error + Send + Sync>>> {
        Box::pin(self())
    }
}

/// The current token and its source, shared by everything that belongs to one client.
#[derive(Clone)]
pub(crate) struct Credentials(Arc<Shared>);

struct Shared {
    /// With when it should be renewed, on a clock that nobody sets.
    current: RwLock<Option<(Token, Option<Instant>)>>,
    source: Option<Arc<dyn TokenSource>>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("current", &self.current())
            .finish_non_exhaustive()
    }
}

impl Credentials {
    pub(crate) fn new(current: Option<Token>, source: Option<Arc<dyn TokenSource>>) -> Self {
        Self(Arc::new(Shared {
            current: RwLock::new(current.map(timed)),
            source,
        }))
    }

    pub(crate) fn current(&self) -> Option<Token> {
        self.read(|token, _| token.clone())
    }

    pub(crate) fn set(&self, token: Token) {
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Some(timed(token));
    }

    pub(crate) fn header(&self) -> Option<HeaderValue> {
        self.read(|token, _| token.header()).flatten()
    }

    /// When the current token should be renewed; `None` if there is none, or it has no end.
    pub(crate) fn renew_at(&self) -> Option<Instant> {
        self.read(|_, renew_at| renew_at).flatten()
    }

    pub(crate) fn can_renew(&self) -> bool {
        self.0.source.is_some()
    }

    fn read<R>(&self, f: impl FnOnce(&Token, Option<Instant>) -> R) -> Option<R> {
        let current = self.0.current.read().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().map(|(token, renew_at)| f(token, *renew_at))
    }

    /// Asks the source for a token and makes it the current one.
    pub(crate) async fn renew(self) -> Result<Token, Error> {
        let Some(source) = &self.0.source else {
            return Err(Error::Token("there is no source".to_owned()));
        };
        let token = source.token().await.map_err(|error| Error::Token(error.to_string()))?;
        self.set(token.clone());
        Ok(token)
    }
}

fn timed(token: Token) -> (Token, Option<Instant>) {
    let renew_at = token
        .renew_in(SystemTime::now())
        .and_then(|delay| Instant::now().checked_add(delay));
    (token, renew_at)
}

/// The `exp` of a JWT.
fn jwt_end(token: &str) -> Option<SystemTime> {
    #[derive(serde::Deserialize)]
    struct Claims {
        exp: u64,
    }
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_secs(claims.exp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_jwt_is_known_and_others_have_none() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"sub":"ana","exp":1000}"#);
        let jwt = Token::new(format!("e30.{payload}.c2ln"));
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        for (now, renew_in) in [(0, 940), (900, 80), (990, 8), (1_000, 0), (2_000, 0)] {
            assert_eq!(jwt.renew_in(at(now)), Some(Duration::from_secs(renew_in)), "at {now}");
        }
        for opaque in ["", "secret", "a.b.c", "e30.e30.c2ln"] {
            assert_eq!(Token::new(opaque).renew_in(at(0)), None, "{opaque}");
        }
    }

    #[test]
    fn a_token_does_not_show_in_debug_output() {
        let credentials = Credentials::new(Some(Token::new("sesame")), None);
        let header = credentials.header().expect("it is a header value");
        assert_eq!(header.to_str().ok(), Some("Bearer sesame"));
        assert!(!format!("{credentials:?} {header:?}").contains("sesame"));
    }
}
