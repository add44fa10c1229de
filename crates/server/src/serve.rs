//! Wiring: from a configuration to a server that listens, and back down in good order.
//!
//! ```text
//!  config ──> secret, tokens, certificates ──> store ──> ports bound ──> Runtime ──> Api ──> grpc ─┬─> counted ──> WebTransportServer
//!                                                                                  web::routes ────┴─> http ──> counted ──> HttpServer
//! ```
//!
//! Nothing global is touched, so tests run as many servers in one process as they like. Neighbours: [`tokens`](crate::tokens),
//! [`web`](crate::web) and [`metrics`](crate::metrics) are what is wired; `cli` runs one server as a process.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use anyhow::{Context as _, Result, bail};
use rand::Rng as _;
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use trivium_api::{
    Api, Options, WireEncode,
    auth::resume::ResumeTokens,
    limits::{Limits as ApiLimits, RateLimiter},
    sessions::Sessions,
};
use trivium_runtime::{Clock, Runtime, RuntimeConfig};
use trivium_store_sqlite::SqliteStore;
use trivium_transport::{
    HttpServer, WebTransportServer,
    cert::Certificates,
    http as http_acceptor,
    webtransport::{self as webtransport_acceptor, Origins},
};

use crate::{
    config::{
        Config, Drain,
        http::Tls,
        value::{AllowedOrigins, Origin},
    },
    metrics::Metrics,
    secrets, tokens,
    web::{
        self, RuntimeHandle, Web,
        well_known::{self, WellKnown},
    },
};

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
    /// Rooms, tokens, limits and sessions.
    pub api: Arc<Api>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    web: Arc<Web>,
    store: Arc<SqliteStore>,
    drain: Drain,
    /// The acceptors; they end when `closing` is cancelled, after the grace.
    acceptors: JoinSet<()>,
    /// What runs beside; it may be dropped at any time.
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
    let authenticator = tokens::authenticator(&config.auth, secret.clone())?;
    let clock = Clock::start();
    let operator_token = operator_token(&config, &authenticator, clock)?;
    let http_certificates = config
        .http
        .tls
        .as_ref()
        .map(|tls| certificates(tls, "http.tls"))
        .transpose()?;
    let path = config.data.join("trivium.db");
    let store = Arc::new(
        SqliteStore::open(&path)
            .await
            .with_context(|| format!("data: {}", path.display()))?,
    );

    let http = HttpServer::bind(http_config(&config, http_certificates.clone()));
    let http = http
        .await
        .with_context(|| format!("http.bind: cannot listen on {}", config.http.bind))?;
    let http_addr = http.local_addr()?;
    let origins = origins(&config, http_addr);
    let webtransport = match config.webtransport.enabled {
        true => Some(bind_webtransport(&config, http_addr, http_certificates, &origins)?),
        false => None,
    };

    let runtime_config = RuntimeConfig {
        max_rooms: config.limits.rooms,
        idle_unload: config.rooms.idle_unload,
        ..RuntimeConfig::default()
    };
    let mut seed = [0; 32];
    rand::rng().fill_bytes(&mut seed);
    let runtime = Runtime::start(store.clone(), Arc::new(WireEncode), clock, runtime_config, seed);
    let limits = config.limits.of_service();
    let api = Arc::new(Api {
        runtime: runtime.clone(),
        authenticator,
        resume_tokens: ResumeTokens::new(&secret, &[]),
        secret,
        limiter: RateLimiter::new(limits.clone()),
        sessions: Sessions::default(),
        code_length: config.rooms.code_length,
    });
    let metrics = Arc::new(Metrics::new(&api));
    let road = webtransport
        .as_ref()
        .map(|(server, certificates)| road(&config, server, certificates))
        .transpose()?;
    let web = Arc::new(Web {
        well_known: WellKnown {
            road,
            limits: limits_told(&limits),
        },
        origins: origins.clone(),
        metrics: Arc::clone(&metrics),
        draining: AtomicBool::new(false),
        runtime: RuntimeHandle(runtime),
    });

    let grpc = trivium_api::grpc(&api, Options::default());
    let closing = CancellationToken::new();
    let mut acceptors = JoinSet::new();
    let mut running = Running {
        http_addr,
        tls: config.http.tls.is_some(),
        webtransport_addr: webtransport
            .as_ref()
            .map(|(server, _)| server.local_addr())
            .transpose()?,
        certificate_hashes: webtransport
            .as_ref()
            .map(|(_, certificates)| certificates.hashes())
            .unwrap_or_default(),
        operator_token,
        api: Arc::clone(&api),
        metrics: Arc::clone(&metrics),
        web: Arc::clone(&web),
        store,
        drain: config.drain.clone(),
        acceptors: JoinSet::new(),
        chores: chores(&config, &api),
        closing: closing.clone(),
    };
    if let Some((server, _)) = webtransport {
        acceptors.spawn(server.serve(metrics.calls().count(grpc.clone()), closing.clone()));
    }
    let service = trivium_api::http(grpc, origins, web::routes(web));
    acceptors.spawn(http.serve(metrics.calls().count(service), closing));
    running.acceptors = acceptors;
    Ok(running)
}

impl Running {
    /// The URL for clients on this machine.
    pub fn url(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}", reachable(self.http_addr))
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
            self.store
                .close()
                .await
                .context("the store was not closed in good order")
        };
        match timeout(hard, down).await {
            Ok(closed) => closed,
            Err(_) => bail!("still open after {hard:?}: dropped"),
        }
    }
}

/// Makes the operator's token, or takes an old one away where there must be none.
fn operator_token(
    config: &Config,
    authenticator: &trivium_api::auth::Authenticator,
    clock: Clock,
) -> Result<Option<String>> {
    if config.auth.operator_tokens() {
        return tokens::make_operator_token(authenticator, &config.data, clock.now()).map(Some);
    }
    let _was_there = std::fs::remove_file(secrets::token_file(&config.data));
    Ok(None)
}

/// What runs beside the acceptors: rooms that wait for a deadline, keys that change, the operator's token.
fn chores(config: &Config, api: &Arc<Api>) -> JoinSet<()> {
    let mut chores = JoinSet::new();
    let runtime = api.runtime.clone();
    chores.spawn(async move {
        match runtime.wake_open_rooms().await {
            Ok(rooms) => tracing::debug!(rooms, "open rooms are awake"),
            Err(error) => tracing::warn!(%error, "open rooms sleep until somebody comes"),
        }
    });
    if let (Some(jwks), Some(config)) = (api.authenticator.jwks().cloned(), &config.auth.jwks) {
        let refresh = config.refresh;
        chores.spawn(async move { jwks.keep_fresh(refresh).await });
    }
    if config.auth.operator_tokens() {
        chores.spawn(renew_operator_token(Arc::clone(api), config.data.clone()));
    }
    chores
}

async fn renew_operator_token(api: Arc<Api>, data: PathBuf) {
    loop {
        tokio::time::sleep(tokens::OPERATOR_TTL / 2).await;
        let now = api.runtime.clock().now();
        if let Err(error) = tokens::make_operator_token(&api.authenticator, &data, now) {
            tracing::warn!(error = format!("{error:#}"), "the operator's token was not renewed");
        }
    }
}

fn certificates(tls: &Tls, key: &str) -> Result<Certificates> {
    Certificates::from_pem_files(&tls.certificate, &tls.key).with_context(|| key.to_owned())
}

fn http_config(config: &Config, certificates: Option<Certificates>) -> http_acceptor::Config {
    http_acceptor::Config {
        certificates,
        max_connections: config.limits.connections,
        max_connections_per_ip: config.limits.connections_per_ip,
        drain_timeout: config.drain.grace,
        ..http_acceptor::Config::new(config.http.bind)
    }
}

/// Binds the UDP port. Its certificates are its own, else those of TCP, else self-made.
fn bind_webtransport(
    config: &Config,
    http_addr: SocketAddr,
    http_certificates: Option<Certificates>,
    origins: &Origins,
) -> Result<(WebTransportServer, Certificates)> {
    let section = &config.webtransport;
    let certificates = match (&section.tls, http_certificates) {
        (Some(tls), _) => certificates(tls, "webtransport.tls")?,
        (None, Some(certificates)) => certificates,
        (None, None) => {
            let mut names = section.names.clone();
            names.extend((!http_addr.ip().is_unspecified()).then(|| http_addr.ip().to_string()));
            Certificates::self_made(&names, SystemTime::now()).context("webtransport.names")?
        }
    };
    let origins = match &section.allowed_origins {
        None => origins.clone(),
        Some(AllowedOrigins::Any) => Origins::Any,
        Some(AllowedOrigins::Own) => Origins::Listed(own_origins(config, http_addr)),
        Some(AllowedOrigins::Listed(listed)) => with_own(config, http_addr, listed),
    };
    let bind = |bind: SocketAddr| {
        let mut acceptor = webtransport_acceptor::Config::new(bind, certificates.clone());
        acceptor.origins = origins.clone();
        acceptor.max_sessions = config.limits.connections;
        acceptor.max_sessions_per_ip = config.limits.connections_per_ip;
        acceptor.bridge.drain_timeout = config.drain.grace;
        WebTransportServer::bind(acceptor).with_context(|| format!("webtransport.bind: cannot listen on {bind}"))
    };
    let wanted = section.bind.unwrap_or(http_addr);
    let bound = bind(wanted);
    // Where any TCP port would do, any UDP port does too.
    let any = section.bind.is_none() && config.http.bind.port() == 0;
    let server = if any {
        bound.or_else(|_| bind(SocketAddr::new(wanted.ip(), 0)))?
    } else {
        bound?
    };
    Ok((server, certificates))
}

fn road(config: &Config, server: &WebTransportServer, certificates: &Certificates) -> Result<well_known::Road> {
    let path = webtransport_acceptor::Config::new(server.local_addr()?, certificates.clone()).path;
    let port = server.local_addr()?.port();
    let host = config
        .http
        .public_url
        .as_ref()
        .and_then(|url| url.as_str().parse::<http::Uri>().ok()?.host().map(str::to_owned));
    let url = config
        .webtransport
        .public_url
        .clone()
        .or_else(|| host.map(|host| format!("https://{host}:{port}{path}")));
    Ok(well_known::Road {
        url,
        port,
        path,
        certificates: certificates.clone(),
    })
}

fn origins(config: &Config, http_addr: SocketAddr) -> Origins {
    match &config.http.allowed_origins {
        AllowedOrigins::Any => Origins::Any,
        AllowedOrigins::Own => Origins::Listed(own_origins(config, http_addr)),
        AllowedOrigins::Listed(listed) => with_own(config, http_addr, listed),
    }
}

fn with_own(config: &Config, http_addr: SocketAddr, listed: &[Origin]) -> Origins {
    let mut all = own_origins(config, http_addr);
    all.extend(listed.iter().map(|origin| origin.as_str().to_owned()));
    Origins::Listed(all)
}

/// Origins of the pages that this server shows itself.
fn own_origins(config: &Config, http_addr: SocketAddr) -> Vec<String> {
    let scheme = if config.http.tls.is_some() { "https" } else { "http" };
    let mut own: Vec<String> = config
        .http
        .public_url
        .iter()
        .map(|url| url.as_str().to_owned())
        .collect();
    own.push(format!("{scheme}://{http_addr}"));
    if http_addr.ip().is_loopback() || http_addr.ip().is_unspecified() {
        let names = ["localhost", "127.0.0.1", "[::1]"];
        own.extend(names.map(|name| format!("{scheme}://{name}:{}", http_addr.port())));
    }
    own
}

fn limits_told(limits: &ApiLimits) -> well_known::Limits {
    well_known::Limits {
        max_message_bytes: limits.command_bytes,
        max_quiz_bytes: limits.quiz_bytes,
        max_in_flight: limits.in_flight,
        max_subscriptions: limits.subscriptions,
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
