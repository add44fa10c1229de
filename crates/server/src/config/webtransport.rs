//! Section `webtransport`: the UDP port.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use serde::Deserialize;

use super::{http::Tls, value};

/// The UDP port.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebTransport {
    /// Whether there is one \[true\].
    pub enabled: bool,
    /// Where to listen [address and port of `http.bind`].
    pub bind: Option<SocketAddr>,
    /// The URL that clients are told, where it is not the host of `http.public_url` with the port of `bind`.
    pub public_url: Option<String>,
    /// Certificate and key [those of `http.tls`; without either, self-made certificates that clients trust by their hash].
    pub tls: Option<Tls>,
    /// Further host names and addresses to put into self-made certificates.
    #[serde(deserialize_with = "value::deserialize_list")]
    pub names: Vec<String>,
    /// Other pages that may open sessions [as `http.allowed_origins`].
    pub allowed_origins: Option<value::AllowedOrigins>,
}

impl Default for WebTransport {
    fn default() -> Self {
        Self {
            enabled: true,
            bind: None,
            public_url: None,
            tls: None,
            names: Vec::new(),
            allowed_origins: None,
        }
    }
}

impl WebTransport {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(url) = &self.public_url {
            let secure = url
                .parse::<http::Uri>()
                .is_ok_and(|url| url.scheme_str() == Some("https") && url.host().is_some());
            ensure!(secure, "webtransport.public_url: {url:?} is not an https URL");
        }
        self.tls.iter().try_for_each(|tls| tls.check("webtransport.tls"))
    }
}
