//! Which server, and as whom.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use trivium_client::{Choice, Client, Events, Road, Session};

use super::failure::{Unreachable, Usage};
use crate::{config::DEFAULT_DATA, secrets};

/// How long the first connection may take; later ones are the session's business.
const PATIENCE: Duration = Duration::from_secs(15);

/// The server.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Server {
    /// URL of the server.
    #[arg(
        long = "server",
        value_name = "URL",
        env = "TRIVIUM_SERVER",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(super) url: String,
    /// PEM of certificate authorities to trust instead of the usual ones.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The road to take.
    #[arg(long, value_enum, default_value_t = RoadArg::Auto)]
    road: RoadArg,
}

/// The server, and who asks.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Account {
    #[command(flatten)]
    pub(super) server: Server,
    /// Bearer token [of the operator, for a server on this machine].
    #[arg(long, env = "TRIVIUM_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Data directory of a server on this machine, where the operator's token is.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    data: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RoadArg {
    /// WebTransport where it works, gRPC otherwise.
    Auto,
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web over HTTP/1.1.
    GrpcWeb,
    /// WebTransport over QUIC.
    Webtransport,
}

impl Server {
    /// A client without a token.
    pub(super) fn client(&self, token: Option<String>) -> Result<Client> {
        let road = match self.road {
            RoadArg::Auto => Choice::Auto,
            RoadArg::Grpc => Road::Grpc.into(),
            RoadArg::GrpcWeb => Road::GrpcWeb.into(),
            RoadArg::Webtransport => Road::WebTransport.into(),
        };
        let name = concat!("trivium-cli/", env!("CARGO_PKG_VERSION"));
        let mut builder = Client::builder(&self.url).road(road).name(name);
        if let Some(token) = token {
            builder = builder.token(token.trim());
        }
        if let Some(path) = &self.ca {
            let pem = std::fs::read(path).map_err(|error| Usage(format!("--ca {}: {error}", path.display())))?;
            builder = builder.ca_certificates(pem);
        }
        builder.build().map_err(|error| anyhow!(Usage(error.to_string())))
    }
}

impl Account {
    /// Whether a token was given. Without, there may still be that of the operator of this machine.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// A client with a token.
    pub(super) fn client(&self) -> Result<Client> {
        let token = self
            .token
            .clone()
            .map_or_else(|| local_token(&self.server.url, &self.data), Ok)?;
        self.server.client(Some(token))
    }

    /// A session with a token.
    pub(super) async fn session(&self) -> Result<(Session, Events)> {
        session(&self.client()?, &self.server).await
    }
}

/// A session that stands.
pub(super) async fn session(client: &Client, server: &Server) -> Result<(Session, Events)> {
    match tokio::time::timeout(PATIENCE, client.connect()).await {
        Ok(connected) => Ok(connected?),
        Err(_) => Err(anyhow!(Unreachable(server.url.clone()))),
    }
}

/// Ends a session that hears a room.
pub(super) async fn leave(session: Session, room: &str) {
    // The server keeps a stream on which something is still to be heard, even if nothing more can be asked on it.
    let _over = session.unsubscribe(room).await;
    session.close().await;
}

/// The token that a server on this machine made for its operator. It is sent nowhere else.
fn local_token(server: &str, data: &Path) -> Result<String> {
    let path = secrets::token_file(data);
    if !is_local(server) {
        return Err(anyhow!(Usage(format!(
            "{server} needs a token: --token or TRIVIUM_TOKEN"
        ))));
    }
    let read = std::fs::read_to_string(&path);
    read.map_err(|error| anyhow!(error)).with_context(|| {
        Usage(format!(
            "no token: give --token or TRIVIUM_TOKEN, or name the server's directory with --data; {}",
            path.display()
        ))
    })
}

fn is_local(server: &str) -> bool {
    let host = server
        .parse::<http::Uri>()
        .ok()
        .and_then(|url| url.host().map(str::to_owned))
        .unwrap_or_default();
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_token_goes_to_this_machine_only() {
        let data = tempfile::tempdir().expect("a directory");
        std::fs::write(secrets::token_file(data.path()), "token").expect("written");
        for (server, found) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost:1", true),
            ("https://[::1]", true),
            ("http://10.0.0.1:8080", false),
            ("https://localhost.example", false),
            ("https://127.0.0.1.example", false),
        ] {
            assert_eq!(local_token(server, data.path()).is_ok(), found, "{server}");
        }
        let error = local_token("http://localhost", Path::new("nowhere")).expect_err("no file");
        assert_eq!(
            super::super::failure::code(&error),
            super::super::failure::USAGE,
            "{error:#}"
        );
    }
}
