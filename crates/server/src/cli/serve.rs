//! `trivium serve`: one server as a process, until a signal ends it.

use std::{
    io::IsTerminal as _,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use tokio::signal;

use super::failure::Usage;
use crate::{
    config::{Config, Sources},
    secrets,
    serve::{self, Running},
    telemetry,
    ui::out,
};

/// Flags win over the environment (`TRIVIUM_HTTP__BIND=…`), and that over the file.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file (trivium.toml, if it is there).
    #[arg(long, value_name = "FILE", env = "TRIVIUM_CONFIG")]
    config: Option<PathBuf>,
    /// Directory of database and secrets (trivium-data).
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// TCP address of gRPC, gRPC-Web and HTTP (127.0.0.1:8080).
    #[arg(long, value_name = "ADDR")]
    http: Option<SocketAddr>,
    /// UDP address of WebTransport (that of --http).
    #[arg(long, value_name = "ADDR")]
    webtransport: Option<SocketAddr>,
    /// Do without WebTransport.
    #[arg(long, conflicts_with = "webtransport")]
    no_webtransport: bool,
    /// How clients reach this server, such as <https://quiz.example>.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Other pages that may connect, with commas; * for all.
    #[arg(long, value_name = "ORIGINS")]
    origins: Option<String>,
    /// What to log, such as info,trivium_api=debug (info).
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// pretty or json (pretty).
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let sources = args.sources(Sources::env_of_process());
    let config = Config::load(sources).map_err(|error| anyhow!(Usage(format!("configuration: {error:#}"))))?;
    telemetry::install(&config.log)?;
    let drain = config.drain.clone();
    let data = config.data.clone();
    let running = serve::start(config).await?;
    announce(&running, &data);
    let mut signals = Signals::listen()?;
    let name = signals.next().await;
    tracing::info!(signal = name, grace = ?drain.grace, "draining");
    tokio::select! {
        down = running.shutdown() => down?,
        name = signals.next() => bail!("{name} again: ended at once"),
    }
    tracing::info!("ended in good order");
    Ok(())
}

fn announce(running: &Running, data: &Path) {
    let webtransport = running
        .webtransport_addr
        .map_or_else(|| "off".to_owned(), |addr| addr.to_string());
    tracing::info!(http = %running.http_addr, webtransport, version = env!("CARGO_PKG_VERSION"), "Trivium is here: {}", running.url());
    if running.local_operator {
        tracing::info!("browsers on this machine may host without an account; auth.operator = false forbids it");
    }
    if let Some(token) = &running.operator_token {
        let file = secrets::token_file(data);
        // A terminal forgets; logs are kept and sent around.
        if std::io::stderr().is_terminal() {
            out::note(&format!(
                "\nLocal operator token, admin of this server for a day; also in {}:\n\n  {token}\n",
                file.display()
            ));
            if let Some(url) = running.operator_url() {
                out::note(&format!("To host from another browser, for a day:\n\n  {url}\n"));
            }
        } else {
            tracing::info!(file = %file.display(), "a local operator token is in this file");
        }
    }
}

impl Args {
    fn sources(self, env: Vec<(String, String)>) -> Sources {
        let flags = [
            ("data", self.data),
            ("http.bind", self.http.map(|addr| addr.to_string())),
            ("webtransport.bind", self.webtransport.map(|addr| addr.to_string())),
            ("webtransport.enabled", self.no_webtransport.then(|| "false".to_owned())),
            ("http.public_url", self.public_url),
            ("http.allowed_origins", self.origins),
            ("log.filter", self.log),
            ("log.format", self.log_format),
        ];
        let flags = flags
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect();
        Sources {
            file: self.config,
            env,
            flags,
        }
    }
}

/// The signals that end a process.
struct Signals {
    #[cfg(unix)]
    terminate: signal::unix::Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: signal::unix::signal(signal::unix::SignalKind::terminate())
                .context("cannot listen for SIGTERM")?,
        })
    }

    /// The name of the next one. Cancel-safe.
    async fn next(&mut self) -> &'static str {
        #[cfg(unix)]
        tokio::select! {
            _ = signal::ctrl_c() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
        #[cfg(not(unix))]
        {
            let _ = signal::ctrl_c().await;
            "Ctrl-C"
        }
    }
}
