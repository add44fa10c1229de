//! What a server says of itself under `/.well-known/trivium`: where its WebTransport road is, and which certificates
//! it has.
//!
//! Asked when WebTransport is first tried, kept, and asked again after an attempt failed; [`road`](crate::road) does
//! both.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::error::ConnectError;
use crate::road::OPEN_TIMEOUT;

/// Longest answer that is read.
const MAX_BYTES: usize = 64 * 1024;

/// The document. Fields that this version does not know are ignored.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct WellKnown {
    /// The server's version.
    pub version: String,
    /// The WebTransport road, if there is one.
    pub webtransport: Option<WebTransport>,
}

/// The WebTransport road.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct WebTransport {
    /// `https://host:port/wt/v1`.
    pub url: String,
    /// SHA-256 of the server's self-made certificates in base64; empty if an authority vouches for it.
    #[serde(default)]
    pub certificate_hashes: Vec<String>,
}

impl WebTransport {
    /// The hashes as bytes.
    ///
    /// # Errors
    /// [`ConnectError::Certificate`] with the one that is not a SHA-256 in base64.
    pub fn hashes(&self) -> Result<Vec<[u8; 32]>, ConnectError> {
        let parse = |hash: &String| {
            let digits = hash.strip_prefix("sha256-").unwrap_or(hash);
            let bytes = STANDARD.decode(digits).ok().and_then(|bytes| bytes.try_into().ok());
            bytes.ok_or_else(|| ConnectError::Certificate(hash.clone()))
        };
        self.certificate_hashes.iter().map(parse).collect()
    }
}

type Http = HttpClient<hyper_rustls::HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// The document of one server, read once.
#[derive(Debug)]
pub(crate) struct Discovery {
    http: Http,
    at: Uri,
    known: Mutex<Option<WellKnown>>,
}

impl Discovery {
    pub(crate) fn new(http: Http, origin: &Uri) -> Result<Self, ConnectError> {
        let mut parts = origin.clone().into_parts();
        parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/.well-known/trivium"));
        let at = Uri::from_parts(parts).map_err(|_| ConnectError::Url(origin.to_string()))?;
        Ok(Self {
            http,
            at,
            known: Mutex::new(None),
        })
    }

    /// The document.
    pub(crate) async fn well_known(&self) -> Result<WellKnown, ConnectError> {
        let mut known = self.known.lock().await;
        if let Some(known) = &*known {
            return Ok(known.clone());
        }
        let fetched = timeout(OPEN_TIMEOUT, self.fetch())
            .await
            .map_err(|_| ConnectError::TimedOut)??;
        Ok(known.insert(fetched).clone())
    }

    /// Where the WebTransport road is, and the certificates to trust on it.
    pub(crate) async fn webtransport(&self) -> Result<(String, Vec<[u8; 32]>), ConnectError> {
        let known = self.well_known().await?;
        let road = known
            .webtransport
            .ok_or_else(|| ConnectError::Discovery("it names none".to_owned()))?;
        Ok((road.url.clone(), road.hashes()?))
    }

    /// Asks again next time.
    pub(crate) async fn forget(&self) {
        *self.known.lock().await = None;
    }

    async fn fetch(&self) -> Result<WellKnown, ConnectError> {
        let failed = |error: &dyn std::fmt::Display| ConnectError::Discovery(error.to_string());
        let response = self.http.get(self.at.clone()).await.map_err(|error| failed(&error))?;
        if !response.status().is_success() {
            return Err(failed(&response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_BYTES)
            .collect()
            .await
            .map_err(|error| failed(&error))?;
        serde_json::from_slice(&body.to_bytes()).map_err(|error| failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_read_and_what_is_unknown_in_it_ignored() {
        let hash = STANDARD.encode([7; 32]);
        let text = format!(
            r#"{{"version":"1","limits":{{"x":1}},"webtransport":
                {{"url":"https://a:1/wt/v1","certificate_hashes":["{hash}","sha256-{hash}"]}}}}"#
        );
        let known: WellKnown = serde_json::from_str(&text).expect("it is well formed");
        let road = known.webtransport.expect("it is there");
        assert_eq!(road.url, "https://a:1/wt/v1");
        assert_eq!(road.hashes().expect("they are hashes"), [[7; 32]; 2]);
        assert_eq!(serde_json::from_str::<WellKnown>("{}").ok(), Some(WellKnown::default()));
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for hash in ["", "AAAA", "!", "sha256-"] {
            let road = WebTransport {
                url: String::new(),
                certificate_hashes: vec![hash.to_owned()],
            };
            assert!(matches!(road.hashes(), Err(ConnectError::Certificate(_))), "{hash}");
        }
    }
}
