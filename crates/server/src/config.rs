//! Configuration: one TOML file, then the environment, then flags; the later wins. All of it is parsed and checked before a port is bound.
//!
//! A key `section.name` of the file is `TRIVIUM_SECTION__NAME` in the environment. Keys that are not known are refused, wherever
//! they stand. Each section is a file: [`http`], [`webtransport`], [`auth`], [`limits`], [`operation`]; [`value`] reads spans,
//! origins and lists. Relative paths are relative to the working directory.

pub mod auth;
pub mod http;
pub mod limits;
pub mod operation;
pub mod value;
pub mod webtransport;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use config::{Environment, File, FileFormat};
use serde::Deserialize;

pub use self::{
    auth::Auth,
    http::Http,
    limits::Limits,
    operation::{Drain, Log, LogFormat, Rooms, StoreKind},
    webtransport::WebTransport,
};

/// The file that is read when none is named, if it is there.
pub const DEFAULT_FILE: &str = "trivium.toml";
/// Where data live unless configured otherwise.
pub const DEFAULT_DATA: &str = "trivium-data";
/// Variables with our prefix that are not configuration: the command line reads them.
const NOT_CONFIGURATION: [&str; 3] = ["TRIVIUM_CONFIG", "TRIVIUM_SERVER", "TRIVIUM_TOKEN"];

/// Everything that can be configured.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Directory of the database and the secrets; made if it is not there \[trivium-data\].
    pub data: PathBuf,
    /// What keeps rooms \[sqlite\].
    pub store: StoreKind,
    /// The TCP port.
    pub http: Http,
    /// The UDP port.
    pub webtransport: WebTransport,
    /// Whose tokens are believed.
    pub auth: Auth,
    /// Bounds.
    pub limits: Limits,
    /// Rooms.
    pub rooms: Rooms,
    /// What is told to the operator.
    pub log: Log,
    /// The way out.
    pub drain: Drain,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: DEFAULT_DATA.into(),
            store: StoreKind::Sqlite,
            http: Http::default(),
            webtransport: WebTransport::default(),
            auth: Auth::default(),
            limits: Limits::default(),
            rooms: Rooms::default(),
            log: Log::default(),
            drain: Drain::default(),
        }
    }
}

/// Where configuration comes from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file; it has to be there. Without, [`DEFAULT_FILE`] is read if it is there.
    pub file: Option<PathBuf>,
    /// Environment variables; those without the prefix `TRIVIUM_` are passed over.
    pub env: Vec<(String, String)>,
    /// Keys such as `http.bind` and their values, from flags.
    pub flags: Vec<(&'static str, String)>,
}

impl Sources {
    /// The environment of the process. Variables that are no text are passed over.
    pub fn env_of_process() -> Vec<(String, String)> {
        let texts =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        texts.collect()
    }
}

impl Config {
    /// Reads and checks configuration.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and where its value stands.
    pub fn load(sources: Sources) -> Result<Self> {
        let mut builder = config::Config::builder();
        if let Some(path) = sources.file {
            builder = builder.add_source(file(&path)?);
        } else if Path::new(DEFAULT_FILE).exists() {
            builder = builder.add_source(file(Path::new(DEFAULT_FILE))?);
        }
        let configured = |name: &String| name.starts_with("TRIVIUM_") && !NOT_CONFIGURATION.contains(&name.as_str());
        let env = sources.env.into_iter().filter(|(name, _)| configured(name)).collect();
        let env = Environment::with_prefix("TRIVIUM")
            .prefix_separator("_")
            .separator("__")
            .source(Some(env));
        builder = builder.add_source(env);
        for (key, value) in sources.flags {
            builder = builder.set_override(key, value)?;
        }
        let config: Self = builder.build()?.try_deserialize()?;
        config.check()?;
        Ok(config)
    }

    /// Whether a browser on this machine may host without an account.
    pub fn local_operator(&self) -> bool {
        let wanted = self.auth.operator.unwrap_or_else(|| self.http.bind.ip().is_loopback());
        wanted && !self.auth.trusts_others() && self.http.public_url.is_none()
    }

    /// Rules about more than one key.
    fn check(&self) -> Result<()> {
        self.http.check()?;
        self.webtransport.check()?;
        self.auth.check()?;
        self.limits.check()?;
        self.rooms.check()?;
        self.log.check()?;
        self.drain.check()
    }
}

fn file(path: &Path) -> Result<File<config::FileSourceFile, FileFormat>> {
    // The library would say that it is not there, and not why.
    std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(File::from(path).format(FileFormat::Toml))
}

#[cfg(test)]
mod tests;
