//! The whole stack in this process, on free ports of the loopback address.

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    Json, Router,
    body::Bytes,
    routing::{any, get},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use trivium_api::{
    Api, Grpc, WireEncode,
    auth::{AuthConfig, Authenticator, Principal, Roles, Secret, resume::ResumeTokens},
    files::Files,
    limits::{Limits, Rate, RateLimiter},
    sessions::Sessions,
};
use trivium_engine::{Role, RoomId, Timestamp};
use trivium_runtime::{Clock, Runtime, RuntimeConfig};
use trivium_store::{MemoryStore, Store};
use trivium_store_sqlite::SqliteStore;
use trivium_transport::{
    HttpServer, MemoryChannel, WebTransportServer,
    cert::Certificates,
    http,
    webtransport::{self, Origins},
};

/// Answers any method once it has heard the request to its end, for judges of requests that break in their middle.
pub const HEARD: &str = "/heard";

const SECRET: &[u8] = b"a secret that only tests have, and everybody may read";
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// How a server differs from the default.
#[derive(Debug, Default)]
pub struct Options {
    /// Keep rooms in this SQLite file; in memory otherwise.
    pub sqlite: Option<PathBuf>,
    /// Keep rooms here; goes before `sqlite`.
    pub store: Option<Arc<MemoryStore>>,
    /// Bounds of the runtime.
    pub runtime: RuntimeConfig,
    /// Rate limits as a server has them; otherwise there are practically none.
    pub real_limits: bool,
    /// These limits, whatever `real_limits` says.
    pub limits: Option<Limits>,
}

/// A running server.
#[expect(missing_debug_implementations, reason = "nobody prints a server")]
pub struct Server {
    /// What its calls reach.
    pub api: Arc<Api>,
    /// The stack, for calls without a socket.
    pub grpc: Grpc,
    /// TCP.
    pub http: SocketAddr,
    /// UDP.
    pub udp: SocketAddr,
    /// SHA-256 of the WebTransport certificates.
    pub hashes: Vec<[u8; 32]>,
    shutdown: CancellationToken,
    acceptors: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts one as it comes.
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// Starts one.
    pub async fn start_with(options: Options) -> Self {
        let mut server = Self::without_sockets(options).await;
        let certificates = Certificates::self_made(&[], SystemTime::now()).expect("a certificate");
        let mut config = webtransport::Config::new(ANY_PORT, certificates);
        config.max_sessions_per_ip = 10_000;
        config.origins = Origins::Any;
        let webtransport = WebTransportServer::bind(config).expect("a free UDP port");
        server.udp = webtransport.local_addr().expect("bound");
        server.hashes = webtransport.certificate_hashes();

        let mut config = http::Config::new(ANY_PORT);
        config.max_connections_per_ip = 10_000;
        let tcp = HttpServer::bind(config).await.expect("a free TCP port");
        server.http = tcp.local_addr().expect("bound");
        let plain = Router::new()
            .route("/.well-known/trivium", get(well_known(server.udp, &server.hashes)))
            .route(
                HEARD,
                any(|request: Bytes| async move { format!("{} bytes\n", request.len()) }),
            );
        let web = trivium_api::http(server.grpc.clone(), Origins::Any, plain);

        server.acceptors = vec![
            tokio::spawn(tcp.serve(web, server.shutdown.clone())),
            tokio::spawn(webtransport.serve(server.grpc.clone(), server.shutdown.clone())),
        ];
        server
    }

    /// The stack alone. It can be reached in memory only, and runs in tokio's paused time.
    pub async fn without_sockets(options: Options) -> Self {
        let store: Arc<dyn Store> = match (options.store, options.sqlite) {
            (Some(memory), _) => memory,
            (None, Some(path)) => Arc::new(SqliteStore::open(&path).await.expect("SQLite opens")),
            (None, None) => Arc::new(MemoryStore::new()),
        };
        let secret = Secret::new(SECRET).expect("long enough");
        let runtime = Runtime::start(
            store,
            Arc::new(WireEncode),
            Clock::start(),
            options.runtime,
            rand::random(),
        );
        let limits = match options.limits {
            Some(limits) => limits,
            None if options.real_limits => Limits::default(),
            None => no_limits(),
        };
        let api = Arc::new(Api {
            runtime,
            authenticator: Authenticator::new(AuthConfig::local(secret.clone())).expect("a local key"),
            resume_tokens: ResumeTokens::new(&secret, &[]),
            secret,
            limiter: RateLimiter::new(limits),
            sessions: Sessions::default(),
            files: Files::new(Some(trivium_server::web::media::pictures(1 << 20, 8 << 20))),
            code_length: 8,
        });
        api.deliver_notifications();
        api.runtime.wake_open_rooms().await.expect("the store answers");
        Self {
            grpc: trivium_api::grpc(&api, trivium_api::Options::default()),
            api,
            http: ANY_PORT,
            udp: ANY_PORT,
            hashes: Vec::new(),
            shutdown: CancellationToken::new(),
            acceptors: Vec::new(),
        }
    }

    /// Where HTTP clients go.
    pub fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Where WebTransport clients go.
    pub fn webtransport_url(&self) -> String {
        format!("https://{}/wt/v1", self.udp)
    }

    /// The stack in this process.
    pub fn memory(&self) -> MemoryChannel<Grpc> {
        MemoryChannel::new(self.grpc.clone())
    }

    /// A token for an account.
    pub fn token(&self, user: &str) -> String {
        self.mint(&principal(user))
    }

    /// A token for a service, which may act as host everywhere.
    pub fn service_token(&self, user: &str) -> String {
        self.mint(&Principal {
            roles: Roles {
                service: true,
                admin: false,
            },
            ..principal(user)
        })
    }

    /// A token for an operator, who may act as host everywhere and look into every quiz.
    pub fn admin_token(&self, user: &str) -> String {
        self.mint(&Principal {
            roles: Roles {
                service: false,
                admin: true,
            },
            ..principal(user)
        })
    }

    /// A token that ended an hour ago.
    pub fn expired_token(&self, user: &str) -> String {
        let now = self.api.runtime.clock().now();
        let then = Timestamp(now.0 - 7_200_000);
        let ttl = Duration::from_hours(1);
        self.api
            .authenticator
            .mint(&principal(user), ttl, then, &mut rand::rng())
            .0
    }

    /// A token that grants a role in a room.
    pub fn granted_token(&self, user: &str, room: &str, role: Role) -> String {
        let room: RoomId = room.parse().expect("an id");
        self.mint(&Principal {
            grants: [(room, role)].into(),
            ..principal(user)
        })
    }

    /// A token for whoever is described.
    pub fn mint(&self, principal: &Principal) -> String {
        let now = self.api.runtime.clock().now();
        let ttl = Duration::from_hours(1);
        self.api.authenticator.mint(principal, ttl, now, &mut rand::rng()).0
    }

    /// Drains and stops it. What is in a SQLite file can be opened again.
    pub async fn stop(self) {
        self.api.sessions.drain();
        self.shutdown.cancel();
        for acceptor in self.acceptors {
            acceptor.await.expect("acceptors do not panic");
        }
        self.api.runtime.shutdown().await;
    }
}

fn principal(user: &str) -> Principal {
    Principal {
        user: user.parse().expect("an id"),
        name: user.to_owned(),
        guest: false,
        roles: Roles::default(),
        grants: std::collections::BTreeMap::new(),
        expires_at: Timestamp::default(),
        token_id: None,
    }
}

/// Rates that no test reaches.
pub fn no_limits() -> Limits {
    let plenty = Rate::per_second(1_000_000, 1_000_000);
    Limits {
        join: plenty,
        code_miss: plenty,
        chat: plenty,
        command: plenty,
        clock: plenty,
        quiz_write: plenty,
        report: plenty,
        filter: plenty,
        search: plenty,
        upload: plenty,
        notify: plenty,
        conversation: plenty,
        key_write: plenty,
        receipt: plenty,
        room_chat: plenty,
        room_join: plenty,
        room_report: plenty,
        room_search: plenty,
        room_receipt: plenty,
        ..Limits::default()
    }
}

fn well_known(
    udp: SocketAddr,
    hashes: &[[u8; 32]],
) -> impl Fn() -> std::future::Ready<Json<serde_json::Value>> + Clone + use<> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let hashes: Vec<String> = hashes.iter().map(|hash| STANDARD.encode(hash)).collect();
    let body = serde_json::json!({
        "version": env!("CARGO_PKG_VERSION"),
        "webtransport": { "url": format!("https://{udp}/wt/v1"), "certificate_hashes": hashes },
        "limits": {},
    });
    move || std::future::ready(Json(body.clone()))
}
