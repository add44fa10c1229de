//! The three roads to a server, which of them to take, and how the default connector opens them.
//!
//! Neighbours: [`discovery`](crate::discovery) finds the WebTransport road, [`attach`](crate::attach) greets on an
//! open one.
//!
//! In automatic choice WebTransport gets a head start before gRPC sets out. The first road that is *open* wins, and
//! only then is a session greeted on it: a greeting on both would make the server end one of them as superseded.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, stream};
use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::time::{sleep, timeout};
use tonic::body::Body;
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tonic_web::GrpcWebCall;
use trivium_transport::client::{Config, Trust, WtChannel};
use trivium_transport::datagram::Datagram;

use crate::channel::Link;
use crate::discovery::Discovery;
use crate::error::ConnectError;

/// How long opening a road may take.
pub(crate) const OPEN_TIMEOUT: Duration = Duration::from_secs(5);
/// How far WebTransport may get before gRPC sets out too.
const HEAD_START: Duration = Duration::from_millis(300);

/// A way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Road {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web over HTTP/1.1: a stream down, unary calls up.
    GrpcWeb,
    /// WebTransport over QUIC.
    WebTransport,
}

/// Which road a session takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// WebTransport where it works, gRPC meanwhile and otherwise.
    #[default]
    Auto,
    /// This one.
    Only(Road),
}

impl From<Road> for Choice {
    fn from(road: Road) -> Self {
        Self::Only(road)
    }
}

/// Opens roads. The default one goes over the network; tests and proxies bring their own.
pub trait Connector: Send + Sync + 'static {
    /// Opens a road. The future may be dropped at any time, which gives the attempt up.
    fn connect(&self, road: Road) -> BoxFuture<'static, Result<Link, ConnectError>>;
}

/// An open road.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) road: Road,
    pub(crate) link: Link,
    /// Whether WebTransport works, as far as this attempt tells.
    pub(crate) webtransport: Option<bool>,
}

/// Opens a road; `try_webtransport` is false while it is known to be blocked.
pub(crate) async fn open(
    connector: &Arc<dyn Connector>,
    choice: Choice,
    try_webtransport: bool,
) -> Result<Opened, ConnectError> {
    match choice {
        Choice::Only(road) => {
            let link = connect(connector, road).await?;
            Ok(Opened {
                road,
                link,
                webtransport: None,
            })
        }
        Choice::Auto if try_webtransport => race(connector).await,
        Choice::Auto => {
            let link = connect(connector, Road::Grpc).await?;
            Ok(Opened {
                road: Road::Grpc,
                link,
                webtransport: None,
            })
        }
    }
}

async fn connect(connector: &Arc<dyn Connector>, road: Road) -> Result<Link, ConnectError> {
    timeout(OPEN_TIMEOUT, connector.connect(road))
        .await
        .unwrap_or(Err(ConnectError::TimedOut))
}

async fn race(connector: &Arc<dyn Connector>) -> Result<Opened, ConnectError> {
    let webtransport = |link| Opened {
        road: Road::WebTransport,
        link,
        webtransport: Some(true),
    };
    let grpc = |link| Opened {
        road: Road::Grpc,
        link,
        webtransport: Some(false),
    };
    let mut favourite = pin!(connect(connector, Road::WebTransport));
    tokio::select! {
        link = &mut favourite => match link {
            Ok(link) => return Ok(webtransport(link)),
            Err(error) => {
                tracing::debug!(%error, "no WebTransport");
                return connect(connector, Road::Grpc).await.map(grpc);
            }
        },
        () = sleep(HEAD_START) => {}
    }
    let mut fallback = pin!(connect(connector, Road::Grpc));
    tokio::select! {
        link = &mut favourite => match link {
            Ok(link) => Ok(webtransport(link)),
            Err(_) => fallback.await.map(grpc),
        },
        link = &mut fallback => match link {
            Ok(link) => Ok(grpc(link)),
            Err(error) => favourite.await.map(webtransport).map_err(|_| error),
        },
    }
}

/// What the default connector needs to know.
#[derive(Clone, Debug)]
pub(crate) struct NetOptions {
    pub(crate) url: String,
    /// PEM of authorities to trust instead of the usual ones.
    pub(crate) ca_pem: Option<Vec<u8>>,
    /// SHA-256 of certificates to trust on WebTransport, instead of what the server publishes.
    pub(crate) certificate_hashes: Vec<[u8; 32]>,
    /// Instead of what the server publishes.
    pub(crate) webtransport_url: Option<String>,
}

type Https = hyper_rustls::HttpsConnector<HttpConnector>;

/// Opens roads over the network.
pub(crate) struct Net {
    options: NetOptions,
    origin: Uri,
    https: Https,
    roots: Option<Arc<RootCertStore>>,
    discovery: Discovery,
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Net")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// [`Net`] as a connector; the `Arc` lets attempts outlive the call.
#[derive(Clone, Debug)]
pub(crate) struct NetConnector(Arc<Net>);

impl NetConnector {
    pub(crate) fn new(options: NetOptions) -> Result<Self, ConnectError> {
        let origin: Uri = options
            .url
            .parse()
            .map_err(|_| ConnectError::Url(options.url.clone()))?;
        if origin.authority().is_none() || !matches!(origin.scheme_str(), Some("http" | "https")) {
            return Err(ConnectError::Url(options.url));
        }
        let roots = options.ca_pem.as_deref().map(roots).transpose()?;
        let https = https(roots.as_ref())?;
        let discovery = Discovery::new(HttpClient::builder(TokioExecutor::new()).build(https.clone()), &origin)?;
        Ok(Self(Arc::new(Net {
            options,
            origin,
            https,
            roots,
            discovery,
        })))
    }

    /// What the server says of itself.
    pub(crate) fn discovery(&self) -> &Discovery {
        &self.0.discovery
    }
}

impl Connector for NetConnector {
    fn connect(&self, road: Road) -> BoxFuture<'static, Result<Link, ConnectError>> {
        let net = self.0.clone();
        match road {
            Road::Grpc => Box::pin(async move { net.grpc().await }),
            Road::GrpcWeb => Box::pin(async move { Ok(net.grpc_web()) }),
            Road::WebTransport => Box::pin(async move { net.webtransport().await }),
        }
    }
}

impl Net {
    async fn grpc(&self) -> Result<Link, ConnectError> {
        let mut endpoint = Endpoint::from(self.origin.clone())
            .connect_timeout(OPEN_TIMEOUT)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(5));
        if self.origin.scheme() == Some(&Scheme::HTTPS) {
            let tls = ClientTlsConfig::new();
            endpoint = endpoint.tls_config(match &self.options.ca_pem {
                Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
                None => tls.with_enabled_roots(),
            })?;
        }
        Ok(Link::new(endpoint.connect().await?))
    }

    fn grpc_web(&self) -> Link {
        let http = HttpClient::builder(TokioExecutor::new()).build::<_, GrpcWebCall<Body>>(self.https.clone());
        let origin = self.origin.clone();
        let service = tower::ServiceBuilder::new()
            .layer(tonic_web::GrpcWebClientLayer::new())
            .map_request(move |request: http::Request<GrpcWebCall<Body>>| at(&origin, request))
            .service(http);
        Link::new(service)
    }

    async fn webtransport(&self) -> Result<Link, ConnectError> {
        let published = match &self.options.webtransport_url {
            Some(url) => (url.clone(), Vec::new()),
            None => self.discovery.webtransport().await?,
        };
        let (url, mut hashes) = published;
        if !self.options.certificate_hashes.is_empty() {
            hashes.clone_from(&self.options.certificate_hashes);
        }
        let trust = match &self.roots {
            _ if !hashes.is_empty() => Trust::Hashes(hashes),
            Some(roots) => Trust::Roots(roots.clone()),
            None => Trust::System,
        };
        let connected = WtChannel::connect(
            &url,
            Config {
                connect_timeout: OPEN_TIMEOUT,
                ..Config::new(trust)
            },
        )
        .await;
        if connected.is_err() {
            // Certificates rotate: what the server published may be old.
            self.discovery.forget().await;
        }
        let channel = connected?;
        let receiver = channel.clone();
        let receive = move || {
            stream::unfold(receiver.clone(), async |channel| {
                Some((application(&channel).await?, channel))
            })
        };
        Ok(Link::new(channel).with_datagrams(move || receive().boxed()))
    }
}

/// The next datagram of the application's; none once the session is gone.
async fn application(channel: &WtChannel) -> Option<(u8, Bytes)> {
    loop {
        match channel.recv_datagram().await? {
            Datagram::Application { kind, body } => return Some((kind, body)),
            Datagram::Ping { .. } | Datagram::Pong { .. } => {}
        }
    }
}

/// Generated clients name the path only; HTTP/1.1 clients need to know where.
fn at<B>(origin: &Uri, mut request: http::Request<B>) -> http::Request<B> {
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = origin.scheme().cloned();
    parts.authority = origin.authority().cloned();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

fn roots(pem: &[u8]) -> Result<Arc<RootCertStore>, ConnectError> {
    let bad = |error: &dyn fmt::Display| ConnectError::Certificate(error.to_string());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots
            .add(certificate.map_err(|error| bad(&error))?)
            .map_err(|error| bad(&error))?;
    }
    if roots.is_empty() {
        return Err(bad(&"there is none in the file"));
    }
    Ok(Arc::new(roots))
}

fn https(roots: Option<&Arc<RootCertStore>>) -> Result<Https, ConnectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = hyper_rustls::HttpsConnectorBuilder::new();
    let builder = match roots {
        Some(roots) => {
            let tls = rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| ConnectError::Certificate(error.to_string()))?
                .with_root_certificates(roots.clone())
                .with_no_client_auth();
            builder.with_tls_config(tls)
        }
        None => builder
            .with_provider_and_webpki_roots(provider)
            .map_err(|error| ConnectError::Certificate(error.to_string()))?,
    };
    Ok(builder.https_or_http().enable_http1().build())
}
