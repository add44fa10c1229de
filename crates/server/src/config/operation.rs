//! The key `store`, and sections `rooms`, `log` and `drain`.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use super::value;

/// What keeps rooms, quizzes and files.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// A file in the data directory. What is acknowledged is durable.
    Sqlite,
    /// Nothing: the server forgets when it ends, and until then takes memory for all that was ever said. For trying out, and for
    /// tests of applications.
    Memory,
}

/// Rooms.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rooms {
    /// Letters of a join code, 6 to 12 \[8\]. With 8 of 31 letters nobody guesses one; take 6 only for rooms that live for minutes.
    pub code_length: usize,
    /// How long a room that nobody uses stays in memory \[60s\].
    #[serde(deserialize_with = "value::deserialize_span")]
    pub idle_unload: Duration,
}

impl Default for Rooms {
    fn default() -> Self {
        Self {
            code_length: 8,
            idle_unload: Duration::from_mins(1),
        }
    }
}

impl Rooms {
    pub(super) fn check(&self) -> Result<()> {
        ensure!(
            (6..=12).contains(&self.code_length),
            "rooms.code_length: {} is not from 6 to 12",
            self.code_length
        );
        ensure!(
            self.idle_unload >= Duration::from_secs(1),
            "rooms.idle_unload: is shorter than a second"
        );
        Ok(())
    }
}

/// What is told to the operator, on standard error.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Lines for people, or one JSON object per line \[pretty\].
    pub format: LogFormat,
    /// What is told, such as `info,trivium_api=debug` \[info\].
    pub filter: String,
}

/// How a log is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For programs.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Pretty,
            filter: "info".to_owned(),
        }
    }
}

impl Log {
    /// The filter, parsed.
    pub(crate) fn filter(&self) -> Result<EnvFilter> {
        EnvFilter::try_new(&self.filter).with_context(|| format!("log.filter: {:?} cannot be read", self.filter))
    }

    pub(super) fn check(&self) -> Result<()> {
        self.filter().map(drop)
    }
}

/// The way out, on SIGTERM and SIGINT.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Drain {
    /// How long calls in flight may go on \[5s\].
    #[serde(deserialize_with = "value::deserialize_span")]
    pub grace: Duration,
    /// When the process ends, whatever is still open, and with an exit code that says so \[15s\].
    #[serde(deserialize_with = "value::deserialize_span")]
    pub hard: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(5),
            hard: Duration::from_secs(15),
        }
    }
}

impl Drain {
    pub(super) fn check(&self) -> Result<()> {
        ensure!(self.grace < self.hard, "drain.hard: is not longer than drain.grace");
        Ok(())
    }
}
