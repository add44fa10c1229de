//! A key set that somebody else keeps: read from a file or fetched from a URL, kept, and read again from time to time.
//!
//! What is kept is replaced only by a set with at least one usable key, so that a broken answer locks nobody out.
//! Nothing runs by itself: the server drives [`Jwks::keep_fresh`].

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use tokio::{io::AsyncReadExt, sync::Semaphore, time::Instant};

use super::keys::{Key, MAX_KEYS};

/// Largest set, in bytes.
const MAX_SET: usize = 256 * 1024;
/// The same, for readers that count so.
const MAX_SET_READ: u64 = 256 * 1024;
/// A fetch that takes longer has failed.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// Unknown names of keys have the set read again no more often than this.
const UNKNOWN_KEY_PAUSE: Duration = Duration::from_secs(30);

/// Where a key set is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwksSource {
    /// A file.
    File(PathBuf),
    /// A URL with `https`, or with `http` where the network itself is trusted. Redirects are not followed.
    Url(Uri),
}

/// Why a key set could not be read. Only logs are told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    /// The file cannot be read, or the server does not answer.
    #[error("the key set cannot be read: {0}")]
    Unreachable(String),
    /// Something else than 200.
    #[error("the key set's server answers {0}")]
    Status(StatusCode),
    /// More than 256 KiB or more than 64 keys.
    #[error("the key set is too large")]
    TooLarge,
    /// It is no key set.
    #[error("this is no key set")]
    Malformed,
    /// It has no key that tokens may be signed with.
    #[error("the key set has no usable key")]
    Empty,
}

/// A key set and where it comes from.
pub struct Jwks {
    source: JwksSource,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    state: Mutex<State>,
    /// Whoever reads the set has this; the others wait for it, and then find the set read.
    turn: Semaphore,
}

struct State {
    keys: Arc<[Key]>,
    /// When the set was last asked for because of an unknown name.
    asked_at: Option<Instant>,
}

impl Jwks {
    /// A set that has not been read.
    pub fn new(source: JwksSource) -> Self {
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .build();
        Self {
            source,
            client: Client::builder(TokioExecutor::new()).build(connector),
            state: Mutex::new(State {
                keys: Arc::from([]),
                asked_at: None,
            }),
            turn: Semaphore::new(1),
        }
    }

    /// The keys as last read.
    pub fn keys(&self) -> Arc<[Key]> {
        self.lock(|state| Arc::clone(&state.keys))
    }

    /// Reads the set. If that fails, the keys stay as they are.
    pub async fn refresh(&self) -> Result<(), JwksError> {
        let set = tokio::time::timeout(FETCH_TIMEOUT, self.read())
            .await
            .map_err(|_| JwksError::Unreachable("no answer in time".into()))??;
        let keys = parse(&set)?;
        self.lock(|state| state.keys = keys);
        Ok(())
    }

    /// Reads the set because a token names a key that is not in it, unless that happened a moment ago. Those who ask
    /// meanwhile wait for the one who reads, at most as long as a fetch may take.
    pub async fn refresh_for_unknown_key(&self) -> Result<(), JwksError> {
        let Ok(_turn) = self.turn.acquire().await else {
            return Ok(());
        };
        let now = Instant::now();
        let is_due = self.lock(|state| {
            let due = state
                .asked_at
                .is_none_or(|at| now.duration_since(at) >= UNKNOWN_KEY_PAUSE);
            if due {
                state.asked_at = Some(now);
            }
            due
        });
        if is_due { self.refresh().await } else { Ok(()) }
    }

    /// Reads the set every `period`, for ever. Cancel by dropping.
    pub async fn keep_fresh(&self, period: Duration) {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "the key set stays as it was");
            }
        }
    }

    async fn read(&self) -> Result<Vec<u8>, JwksError> {
        match &self.source {
            JwksSource::File(path) => {
                let file = tokio::fs::File::open(path).await.map_err(|error| unreachable(&error))?;
                let mut set = Vec::new();
                // One byte more than allowed tells a large file from one that just fits.
                let mut bounded = file.take(MAX_SET_READ + 1);
                bounded
                    .read_to_end(&mut set)
                    .await
                    .map_err(|error| unreachable(&error))?;
                if set.len() > MAX_SET {
                    Err(JwksError::TooLarge)
                } else {
                    Ok(set)
                }
            }
            JwksSource::Url(url) => {
                let response = self
                    .client
                    .get(url.clone())
                    .await
                    .map_err(|error| unreachable(&error))?;
                if response.status() != StatusCode::OK {
                    return Err(JwksError::Status(response.status()));
                }
                let body = Limited::new(response.into_body(), MAX_SET);
                let collected = body.collect().await.map_err(|error| {
                    if error.is::<http_body_util::LengthLimitError>() {
                        JwksError::TooLarge
                    } else {
                        JwksError::Unreachable(error.to_string())
                    }
                })?;
                Ok(collected.to_bytes().into())
            }
        }
    }

    fn lock<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// The usable keys of a set. Keys of kinds that are not known here are passed over, as a set may serve others too.
fn parse(set: &[u8]) -> Result<Arc<[Key]>, JwksError> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<serde_json::Value>,
    }

    let set: Set = serde_json::from_slice(set).map_err(|_| JwksError::Malformed)?;
    if set.keys.len() > MAX_KEYS {
        return Err(JwksError::TooLarge);
    }
    let usable = |value| {
        let jwk: Jwk = serde_json::from_value(value).ok()?;
        Key::from_jwk(&jwk)
            .inspect_err(|reason| tracing::debug!(%reason, "a key is passed over"))
            .ok()
    };
    let keys: Vec<Key> = set.keys.into_iter().filter_map(usable).collect();
    if keys.is_empty() {
        Err(JwksError::Empty)
    } else {
        Ok(keys.into())
    }
}

fn unreachable(error: &dyn std::error::Error) -> JwksError {
    JwksError::Unreachable(error.to_string())
}
