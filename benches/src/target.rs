//! The server under test: where it is, who asks, and what the kernel tells of its process if that is on this machine.
//!
//! Neighbours: [`dial`](crate::dial) opens connections to it, [`stage`](crate::stage) makes rooms on it.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use crate::measure::{Cpu, Process, Usage};

/// How to speak to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// Trivium over gRPC.
    Grpc,
    /// Trivium over gRPC-Web, as browsers speak it: on HTTP/1.1, or over TLS on HTTP/2.
    GrpcWeb,
    /// Trivium over WebTransport.
    Webtransport,
    /// The peer `ws`.
    Ws,
    /// The peers Socket.IO and socketioxide.
    SocketIo,
    /// The peer Centrifugo, in JSON over WebSocket.
    Centrifugo,
    /// The peer that writes to sockets, and nothing else.
    Raw,
}

impl Protocol {
    /// As on the command line.
    pub(crate) fn name(self) -> String {
        clap::ValueEnum::to_possible_value(&self).map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Whether Trivium is at the other end, or what speaks as it.
    pub(crate) fn has_rooms(self) -> bool {
        match self {
            Self::Grpc | Self::GrpcWeb | Self::Webtransport => true,
            Self::Ws | Self::SocketIo | Self::Centrifugo | Self::Raw => false,
        }
    }
}

/// The server under test.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Target {
    /// URL of the server, as for every command of `trivium`.
    #[arg(
        long = "server",
        visible_alias = "url",
        env = "TRIVIUM_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) url: http::Uri,
    /// Its process, on this machine; without, nothing is said of CPU and memory.
    #[arg(long)]
    pid: Option<u32>,
    /// Token of who may make rooms.
    #[arg(long, env = "TRIVIUM_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The data directory of a server on this machine, where the operator's token is.
    #[arg(long, conflicts_with = "token")]
    data: Option<PathBuf>,
    /// Join code of a room that is there already, instead of making one; for scenarios without a host.
    #[arg(long)]
    pub(crate) code: Option<String>,
    /// PEM of certificate authorities to trust instead of the usual ones.
    #[arg(long)]
    pub(crate) ca: Option<PathBuf>,
    /// How to speak to it.
    #[arg(long, value_enum, default_value = "grpc")]
    pub(crate) protocol: Protocol,
}

impl Target {
    /// The same server, spoken to otherwise.
    pub(crate) fn speaking(self, protocol: Protocol) -> Self {
        Self { protocol, ..self }
    }

    /// What the server's process has used so far; none if that is unknown.
    ///
    /// # Errors
    ///
    /// The process is gone, or may not be looked at.
    pub(crate) fn usage(&self) -> Result<Option<Usage>> {
        self.pid.map(|pid| Process(pid).usage()).transpose()
    }

    /// What it used since `before`, per unit of `work`.
    ///
    /// # Errors
    ///
    /// As for [`usage`](Self::usage).
    pub(crate) fn used(&self, before: Option<&Usage>, work: u64) -> Result<Option<Cpu>> {
        let now = self.usage()?;
        Ok(now.zip(before).map(|(now, before)| now.since(before, work)))
    }

    /// The token of who makes rooms; empty if none was given, as for peers.
    ///
    /// # Errors
    ///
    /// There is none in the data directory.
    pub(crate) fn token(&self) -> Result<String> {
        let token = match (&self.token, &self.data) {
            (Some(token), _) => token.clone(),
            (None, None) => String::new(),
            (None, Some(data)) => {
                let path = data.join("operator.token");
                fs::read_to_string(&path).with_context(|| path.display().to_string())?
            }
        };
        Ok(token.trim().to_owned())
    }

    /// Refuses what the scenario cannot do.
    ///
    /// # Errors
    ///
    /// The protocol is not among these.
    pub(crate) fn only(&self, protocols: &[Protocol]) -> Result<()> {
        if protocols.contains(&self.protocol) {
            return Ok(());
        }
        bail!("this scenario is not for --protocol {}", self.protocol.name())
    }

    /// Host and port, as they are called.
    ///
    /// # Errors
    ///
    /// The URL has no host.
    pub(crate) fn authority(&self) -> Result<(String, u16)> {
        let host = self.url.host().context("--url: a host is missing")?;
        let usual = if self.is_tls() { 443 } else { 80 };
        Ok((host.to_owned(), self.url.port_u16().unwrap_or(usual)))
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.url.scheme_str() == Some("https")
    }
}
