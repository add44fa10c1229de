//! Section `http`: the TCP port with gRPC, gRPC-Web and everything that is plain HTTP.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Result, ensure};
use serde::Deserialize;

use super::value::{AllowedOrigins, Origin};

/// The TCP port.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Where to listen; port 0 takes any free one [127.0.0.1:8080].
    pub bind: SocketAddr,
    /// How browsers and phones reach the server, such as `https://quiz.example`, where that is not the address of `bind`.
    pub public_url: Option<Origin>,
    /// Certificate and key; without, the port speaks plain HTTP and belongs on loopback or behind a proxy.
    pub tls: Option<Tls>,
    /// Other pages that may call, or `["*"]` for every page on the web \[none\].
    pub allowed_origins: AllowedOrigins,
    /// A folder with the built web app, read at each request, for who works on it [the app in the binary].
    pub app_dir: Option<PathBuf>,
}

/// A certificate and its key, both PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// The key.
    pub key: PathBuf,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            tls: None,
            allowed_origins: AllowedOrigins::Own,
            app_dir: None,
        }
    }
}

impl Http {
    pub(super) fn check(&self) -> Result<()> {
        if let Some(folder) = &self.app_dir {
            ensure!(folder.is_dir(), "http.app_dir: there is no folder {}", folder.display());
        }
        self.tls.iter().try_for_each(|tls| tls.check("http.tls"))
    }
}

impl Tls {
    pub(super) fn check(&self, key: &str) -> Result<()> {
        for (name, path) in [("certificate", &self.certificate), ("key", &self.key)] {
            ensure!(path.is_file(), "{key}.{name}: there is no file {}", path.display());
        }
        Ok(())
    }
}
