//! Wiring: from a configuration to a server that listens, and back down in good order.
//!
//! ```text
//!  config ──> secret, tokens ──> store ──> Ports ──> Runtime ──> Api ──> grpc ─┬───────────> counted ──> WebTransportServer
//!                                                      web::routes ────────────┴──> http ──> counted ──> HttpServer
//! ```
//!
//! Nothing global is touched, so tests run as many servers in one process as they like. Parts: `ports` binds what is served,
//! `chores` run beside it. Neighbours: [`tokens`], [`web`] and [`metrics`](crate::metrics) are what is wired; `cli` runs one
//! server as a process.

mod chores;
mod ports;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context as _, Result, bail};
use rand::Rng as _;
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use trivium_api::{
    Api, Options, WireEncode,
    auth::{Secret, resume::ResumeTokens},
    files::Files,
    limits::{Limits as ApiLimits, RateLimiter},
    sessions::Sessions,
};
use trivium_runtime::{Clock, Runtime, RuntimeConfig};
use trivium_store::{MemoryStore, Store};
use trivium_store_sqlite::SqliteStore;

use crate::{
    config::{Config, Drain, StoreKind},
    metrics::Metrics,
    secrets, tokens,
    web::{
        self, Web,
        app::App,
        files::RoomFiles,
        media::{self, Uploads},
        report::Reports,
        well_known::{self, WellKnown},
    },
};
use ports::Ports;

/// A server that takes calls.
#[derive(Debug)]
pub struct Running {
    /// Where gRPC, gRPC-Web and plain HTTP are.
    pub http_addr: SocketAddr,
    /// Whether they are behind TLS.
    pub tls: bool,
    /// Where WebTransport is, if it is on.
    pub webtransport_addr: Option<SocketAddr>,
    /// SHA-256 of the certificates of WebTransport when it started; empty if an authority vouches for them.
    pub certificate_hashes: Vec<[u8; 32]>,
    /// The operator's token, if there is one.
    pub operator_token: Option<String>,
    /// Whether a browser on this machine may host without an account.
    pub local_operator: bool,
    /// Rooms, tokens, limits and sessions.
    pub api: Arc<Api>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// How browsers elsewhere reach the server, if that is configured.
    public_url: Option<String>,
    web: Arc<Web>,
    drain: Drain,
    /// They end some time after `closing` is cancelled, at the latest after the grace.
    acceptors: JoinSet<()>,
    chores: JoinSet<()>,
    closing: CancellationToken,
}

/// Starts a server. When this returns, it takes calls.
///
/// # Errors
///
/// What is wrong with the configuration, the data directory or the ports. Nothing is left running.
pub async fn start(config: Config) -> Result<Running> {
    secrets::make_directory(&config.data)?;
    let secret = secrets::secret(&config.data)?;
    let store = open(&config).await?;
    let api = api(&config, secret, store)?;
    api.deliver_notifications();
    let ports = Ports::bind(&config).await?;
    let operator_token = operator_token(&config, &api)?;

    let metrics = Arc::new(Metrics::new(&api));
    let webtransport_addr = ports.webtransport.as_ref().map(|port| port.addr);
    let (acceptor, road) = ports.webtransport.map(|port| (port.server, port.road)).unzip();
    let self_made = road.as_ref().map(|road| road.certificates.clone());
    let certificate_hashes = road.as_ref().map(|road| road.certificates.hashes());
    let limits = limits_told(&config, api.limiter.limits());
    let web = Arc::new(Web {
        well_known: WellKnown { road, limits },
        origins: ports.origins.clone(),
        metrics: Arc::clone(&metrics),
        draining: AtomicBool::new(false),
        api: Arc::clone(&api),
        app: App::new(config.http.app_dir.as_deref()),
        uploads: Uploads::new(config.limits.image_bytes, config.limits.image_bytes_per_user),
        files: RoomFiles::of(&config.limits),
        operator: config.local_operator(),
        reports: Reports::default(),
    });

    let grpc = trivium_api::grpc(&api, Options::default());
    let closing = CancellationToken::new();
    let mut acceptors = JoinSet::new();
    if let Some(acceptor) = acceptor {
        acceptors.spawn(acceptor.serve(metrics.calls().count(grpc.clone()), closing.clone()));
    }
    let service = trivium_api::http(grpc, ports.origins, web::routes(Arc::clone(&web)));
    acceptors.spawn(ports.http.serve(metrics.calls().count(service), closing.clone()));
    Ok(Running {
        http_addr: ports.http_addr,
        tls: config.http.tls.is_some(),
        webtransport_addr,
        certificate_hashes: certificate_hashes.unwrap_or_default(),
        operator_token,
        local_operator: config.local_operator(),
        public_url: config.http.public_url.as_ref().map(ToString::to_string),
        chores: chores::start(&config, &api, ports.from_files, self_made),
        api,
        metrics,
        web,
        drain: config.drain,
        acceptors,
        closing,
    })
}

impl Running {
    /// The URL for clients on this machine.
    pub fn url(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}", reachable(self.http_addr))
    }

    /// A URL by which a browser anywhere hosts as the operator, for a day; none where there is no operator. The token is in the
    /// fragment, which browsers send to nobody.
    pub fn operator_url(&self) -> Option<String> {
        self.operator_token.as_ref()?;
        let now = self.api.runtime.clock().now();
        let operator = tokens::operator(false);
        let minted = self
            .api
            .authenticator
            .mint(&operator, tokens::OPERATOR_TTL, now, &mut rand::rng());
        let page = self.public_url.clone().unwrap_or_else(|| self.url());
        Some(format!("{page}/#operator={}", minted.0))
    }

    /// Goes down in good order: says it is not ready, tells every stream to go elsewhere, closes the ports, lets calls in flight
    /// end within the grace, then ends the rooms with everything committed, and closes the store.
    ///
    /// # Errors
    ///
    /// It took longer than the hard limit. What was acknowledged is durable all the same.
    pub async fn shutdown(mut self) -> Result<()> {
        self.web.draining.store(true, Ordering::Relaxed);
        self.api.sessions.drain();
        self.closing.cancel();
        let hard = self.drain.hard;
        let down = async {
            while self.acceptors.join_next().await.is_some() {}
            self.chores.shutdown().await;
            self.api.runtime.shutdown().await;
            let closed = self.api.runtime.store().close().await;
            closed.context("the store was not closed in good order")
        };
        match timeout(hard, down).await {
            Ok(closed) => closed,
            Err(_) => bail!("still open after {hard:?}: dropped"),
        }
    }
}

async fn open(config: &Config) -> Result<Arc<dyn Store>> {
    match config.store {
        StoreKind::Memory => {
            tracing::warn!("everything is forgotten when this server ends: store = \"memory\"");
            Ok(Arc::new(MemoryStore::new()))
        }
        StoreKind::Sqlite => {
            let path = config.data.join("trivium.db");
            let store = SqliteStore::open(&path).await;
            Ok(Arc::new(store.with_context(|| format!("data: {}", path.display()))?))
        }
    }
}

/// Everything that calls can reach.
fn api(config: &Config, secret: Secret, store: Arc<dyn Store>) -> Result<Arc<Api>> {
    let authenticator = tokens::authenticator(&config.auth, secret.clone())?;
    let clock = Clock::start();
    let bounds = RuntimeConfig {
        // No two lives of a server start in the same microsecond.
        owner: clock.now_micros(),
        max_rooms: config.limits.rooms,
        idle_unload: config.rooms.idle_unload,
        ..RuntimeConfig::default()
    };
    let mut seed = [0; 32];
    rand::rng().fill_bytes(&mut seed);
    let runtime = Runtime::start(store, Arc::new(WireEncode), clock, bounds, seed);
    Ok(Arc::new(Api {
        runtime,
        authenticator,
        resume_tokens: ResumeTokens::new(&secret, &[]),
        secret,
        limiter: RateLimiter::new(config.limits.of_service()),
        sessions: Sessions::default(),
        files: Files::new(Some(media::pictures(
            config.limits.image_bytes,
            config.limits.image_bytes_per_user,
        ))),
        code_length: config.rooms.code_length,
    }))
}

/// Makes the operator's token, or takes an old one away where there must be none.
fn operator_token(config: &Config, api: &Api) -> Result<Option<String>> {
    if config.auth.operator_tokens() {
        let now = api.runtime.clock().now();
        return tokens::make_operator_token(&api.authenticator, &config.data, now).map(Some);
    }
    let _was_there = std::fs::remove_file(secrets::token_file(&config.data));
    Ok(None)
}

fn limits_told(config: &Config, limits: &ApiLimits) -> well_known::Limits {
    well_known::Limits {
        max_message_bytes: limits.command_bytes,
        max_quiz_bytes: limits.quiz_bytes,
        max_in_flight: limits.in_flight,
        max_subscriptions: limits.subscriptions,
        max_image_bytes: config.limits.image_bytes,
        max_file_bytes: config.limits.file_bytes,
    }
}

/// An address that can be called: one that listens everywhere also listens on loopback.
fn reachable(addr: SocketAddr) -> SocketAddr {
    match addr {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => SocketAddr::from(([127, 0, 0, 1], v4.port())),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, v6.port())),
        SocketAddr::V4(_) | SocketAddr::V6(_) => addr,
    }
}
