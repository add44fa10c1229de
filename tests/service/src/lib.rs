//! `grpc.testing.TestService` on HTTP/2 and WebTransport, for clients under test; what its handlers see is told by `ProbeService`.
//!
//! [`TestServer`] listens on free ports of the loopback interface. Where the WebTransport road is, `/.well-known/trivium` tells,
//! as a real server does. The binary of this package is the same for suites in other languages.
//!
//! `service` answers the calls, `probe` watches them, `metadata` echoes what tests expect to be echoed.
//! [`conformance`] is a server of another judge.

pub mod conformance;
mod metadata;
mod probe;
mod service;

#[expect(
    unreachable_pub,
    unused_qualifications,
    clippy::pedantic,
    clippy::allow_attributes,
    reason = "generated code"
)]
mod proto {
    pub(crate) mod testing {
        tonic::include_proto!("grpc.testing");
    }
    pub(crate) mod conformance {
        tonic::include_proto!("connectrpc.conformance.v1");
    }
    pub(crate) mod probe {
        tonic::include_proto!("trivium.test.v1");
    }
}

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use axum::{Router, routing::get};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Request, header};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tonic::{codec::CompressionEncoding, service::Routes};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use trivium_transport::{
    Body, DeadlineLayer, HttpServer, RecoverLayer, RoadService, WebTransportServer, cert::Certificates,
    http as http_road, webtransport,
};

use crate::{
    probe::Probes,
    proto::{probe::probe_service_server::ProbeServiceServer, testing::test_service_server::TestServiceServer},
    service::TestService,
};

/// Largest message of a request.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// How long calls may go on once sessions are to end.
const DRAIN: Duration = Duration::from_millis(200);
/// How long a port may take to be free again.
const PATIENCE: Duration = Duration::from_secs(10);
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The service on free ports.
#[derive(Debug)]
pub struct TestServer {
    http: HttpServer,
    https: HttpServer,
    acceptor: WebTransportServer,
    /// With the port that was free.
    road: webtransport::Config,
}

impl TestServer {
    /// Binds the ports.
    ///
    /// # Errors
    ///
    /// Those of the sockets, and of making a certificate.
    pub async fn bind() -> anyhow::Result<Self> {
        let certificates = Certificates::self_made(&[Ipv4Addr::LOCALHOST.to_string()], SystemTime::now())?;
        let mut road = webtransport::Config::new(ANY_PORT, certificates.clone());
        road.origins = webtransport::Origins::Any;
        road.bridge.drain_timeout = DRAIN;
        let acceptor = WebTransportServer::bind(road.clone())?;
        road.bind = acceptor.local_addr()?;
        let mut https = http_road::Config::new(ANY_PORT);
        https.certificates = Some(certificates);
        Ok(Self {
            http: HttpServer::bind(http_road::Config::new(ANY_PORT)).await?,
            https: HttpServer::bind(https).await?,
            acceptor,
            road,
        })
    }

    /// Where HTTP clients go.
    ///
    /// # Errors
    ///
    /// Those of the socket.
    pub fn http(&self) -> std::io::Result<String> {
        Ok(format!("http://{}", self.http.local_addr()?))
    }

    /// Where HTTP clients with TLS go; the certificate is self-made.
    ///
    /// # Errors
    ///
    /// Those of the socket.
    pub fn https(&self) -> std::io::Result<String> {
        Ok(format!("https://{}", self.https.local_addr()?))
    }

    /// Serves until it is dropped.
    ///
    /// # Errors
    ///
    /// The port of sessions is taken by somebody else while they end.
    pub async fn serve(self) -> anyhow::Result<()> {
        let probes = Arc::new(Probes::default());
        let service = stack(&probes, &self.road);
        tokio::select! {
            () = self.http.serve(service.clone(), CancellationToken::new()) => Ok(()),
            () = self.https.serve(service.clone(), CancellationToken::new()) => Ok(()),
            served = sessions(self.acceptor, self.road, service, &probes) => served,
        }
    }
}

/// Serves WebTransport; whenever the probe wants all sessions to end, the server ends, and another one takes its port.
async fn sessions(
    mut acceptor: WebTransportServer,
    road: webtransport::Config,
    service: impl RoadService,
    probes: &Probes,
) -> anyhow::Result<()> {
    loop {
        let shutdown = CancellationToken::new();
        let end = async {
            probes.end_sessions.notified().await;
            shutdown.cancel();
        };
        tokio::join!(acceptor.serve(service.clone(), shutdown.clone()), end);
        acceptor = bind_again(&road).await?;
    }
}

/// The socket of the last server is closed a little after its sessions.
async fn bind_again(road: &webtransport::Config) -> std::io::Result<WebTransportServer> {
    let patience = Instant::now() + PATIENCE;
    loop {
        match WebTransportServer::bind(road.clone()) {
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < patience => {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            bound => return bound,
        }
    }
}

/// The layers and services, the same on both roads.
fn stack(probes: &Arc<Probes>, road: &webtransport::Config) -> impl RoadService + use<> {
    let tests = TestServiceServer::new(TestService::new(Arc::clone(probes)))
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip)
        .max_decoding_message_size(MAX_MESSAGE);
    let (_, health) = tonic_health::server::health_reporter();
    let services = Routes::new(tests)
        .add_service(ProbeServiceServer::from_arc(Arc::clone(probes)))
        .add_service(health);
    let router = services
        .into_axum_router()
        .layer(axum::middleware::from_fn(metadata::echo))
        .merge(well_known(road));
    ServiceBuilder::new()
        .layer(RecoverLayer)
        .layer(DeadlineLayer::new())
        .service(service_fn(move |request: Request<Body>| {
            router.clone().oneshot(request.map(axum::body::Body::new))
        }))
}

/// `/.well-known/trivium`, for pages of any origin.
fn well_known(road: &webtransport::Config) -> Router {
    let hashes: Vec<_> = road
        .certificates
        .hashes()
        .iter()
        .map(|hash| STANDARD.encode(hash))
        .collect();
    let url = format!("https://{}{}", road.bind, road.path);
    let document =
        json!({ "version": env!("CARGO_PKG_VERSION"), "webtransport": { "url": url, "certificate_hashes": hashes } });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    let answer = get(async move || (headers, document.to_string()));
    Router::new().route("/.well-known/trivium", answer)
}
