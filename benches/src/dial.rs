//! Opening a connection to the server: plain, in TLS or in QUIC, and the wire that is spoken on it.

use std::{fs, net::SocketAddr, pin::Pin, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream, lookup_host},
};
use tokio_rustls::TlsConnector;
use trivium_transport::client::Trust;

use crate::{
    target::{Protocol, Target},
    wire::{Centrifugo, GrpcWeb, H2, Prefixed, SocketIo, WebSocket, Wire},
};

/// The call that everything live goes over.
pub(crate) const CONNECT: &str = "/trivium.v1.SessionService/Connect";
const WATCH: &str = "/trivium.v1.SessionService/Watch";
const JOIN: &str = "/trivium.v1.RoomService/JoinRoom";

/// How to reach a server; shared by all connections.
pub(crate) struct Dial {
    protocol: Protocol,
    addr: SocketAddr,
    authority: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    /// Where WebTransport is, if it is spoken.
    pub(crate) road: Option<Road>,
}

/// Where the WebTransport road is.
#[derive(Clone, Debug)]
pub(crate) struct Road {
    pub(crate) url: String,
    pub(crate) trust: Trust,
}

/// Bytes both ways.
pub(crate) trait Stream: AsyncRead + AsyncWrite {}
impl<S: AsyncRead + AsyncWrite> Stream for S {}

impl Dial {
    /// Finds the server.
    ///
    /// # Errors
    ///
    /// There is no such host, or it does not tell where its WebTransport is.
    pub(crate) async fn new(target: &Target) -> Result<Self> {
        Self::speaking(target, target.protocol).await
    }

    /// The same with another protocol than the target's.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub(crate) async fn speaking(target: &Target, protocol: Protocol) -> Result<Self> {
        let (host, port) = target.authority()?;
        let bare = host.trim_matches(['[', ']']).to_owned();
        let found = lookup_host((bare.as_str(), port)).await?.next();
        let roots = target.is_tls().then(|| roots(target)).transpose()?.map(Arc::new);
        let tls = match &roots {
            None => None,
            Some(roots) => Some((connector(roots, protocol)?, ServerName::try_from(bare)?)),
        };
        let mut dial = Self {
            protocol,
            addr: found.with_context(|| format!("no address of {host}"))?,
            authority: format!("{host}:{port}"),
            tls,
            road: None,
        };
        if protocol == Protocol::Webtransport {
            dial.road = Some(dial.find_road(roots).await?);
        }
        Ok(dial)
    }

    /// A connection. `receive_buffer` bounds what the kernel takes in for a reader that stands still.
    ///
    /// # Errors
    ///
    /// Nobody listens, or the certificate is not trusted.
    pub(crate) async fn open(&self, receive_buffer: Option<u32>) -> Result<Pin<Box<dyn Stream>>> {
        let tcp = self.tcp(receive_buffer).await?;
        Ok(match &self.tls {
            None => Box::pin(tcp),
            Some((connector, name)) => Box::pin(connector.connect(name.clone(), tcp).await?),
        })
    }

    /// What is spoken on a connection that has just been opened. Whoever comes `again` over gRPC-Web has a seat already.
    pub(crate) fn wire(&self, again: bool) -> Box<dyn Wire> {
        let authority = &self.authority;
        match self.protocol {
            Protocol::Grpc | Protocol::Webtransport => Box::new(H2::new(authority, CONNECT, self.tls.is_some())),
            Protocol::GrpcWeb => {
                let paths = if again { &[WATCH][..] } else { &[JOIN, WATCH] };
                // What browsers do.
                match self.tls {
                    Some(_) => Box::new(H2::web(authority, paths, true)),
                    None => Box::new(GrpcWeb::new(authority, paths)),
                }
            }
            Protocol::Ws => Box::new(WebSocket::new(authority, "/")),
            Protocol::SocketIo => Box::new(SocketIo::new(authority)),
            Protocol::Centrifugo => Box::new(Centrifugo::new(authority)),
            Protocol::Raw => Box::<Prefixed>::default(),
        }
    }

    /// Whether one call follows the other on a connection.
    pub(crate) fn is_web(&self) -> bool {
        self.protocol == Protocol::GrpcWeb
    }

    async fn tcp(&self, receive_buffer: Option<u32>) -> Result<TcpStream> {
        let socket = match self.addr {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.set_nodelay(true)?;
        // Whoever is cut is gone at once, and leaves no port behind that waits.
        socket.set_zero_linger()?;
        let stream = socket.connect(self.addr).await;
        stream.with_context(|| self.addr.to_string())
    }

    /// What is at a path, over HTTP/1.1 on a connection of its own.
    ///
    /// # Errors
    ///
    /// Nothing is there, or nobody answers.
    pub(crate) async fn get(&self, path: &str) -> Result<String> {
        let mut stream = self.open(None).await?;
        let ask = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.authority
        );
        stream.write_all(ask.as_bytes()).await?;
        stream.flush().await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        ensure!(
            head.starts_with("HTTP/1.1 200"),
            "{path}: {}",
            head.lines().next().unwrap_or_default()
        );
        Ok(body.to_owned())
    }

    /// Asks the server where its WebTransport road is.
    async fn find_road(&self, roots: Option<Arc<RootCertStore>>) -> Result<Road> {
        let told: serde_json::Value = serde_json::from_str(&self.get("/.well-known/trivium").await?)?;
        let road = &told["webtransport"];
        let hashes = road["certificate_hashes"].as_array().cloned().unwrap_or_default();
        let hashes = hashes.iter().map(|hash| {
            let hash = STANDARD.decode(hash.as_str().unwrap_or_default())?;
            hash.try_into().ok().context("a hash of another length")
        });
        let hashes = hashes.collect::<Result<Vec<_>>>()?;
        Ok(Road {
            url: road["url"].as_str().context("no WebTransport there")?.to_owned(),
            trust: match (hashes.is_empty(), roots) {
                (false, _) => Trust::Hashes(hashes),
                (true, Some(roots)) => Trust::Roots(roots),
                (true, None) => Trust::System,
            },
        })
    }
}

fn roots(target: &Target) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match &target.ca {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let pem = fs::read(path).with_context(|| path.display().to_string())?;
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                roots.add(certificate.with_context(|| path.display().to_string())?)?;
            }
        }
    }
    Ok(roots)
}

fn connector(roots: &Arc<RootCertStore>, protocol: Protocol) -> Result<TlsConnector> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = config.with_root_certificates(Arc::clone(roots)).with_no_client_auth();
    config.alpn_protocols = match protocol {
        Protocol::Grpc | Protocol::GrpcWeb => vec![b"h2".to_vec()],
        Protocol::Webtransport | Protocol::Ws | Protocol::SocketIo | Protocol::Centrifugo | Protocol::Raw => {
            vec![b"http/1.1".to_vec()]
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}
