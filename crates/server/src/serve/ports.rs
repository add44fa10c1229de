//! The two ports: bound as configured, with their certificates and the pages that may use them.

use std::{net::SocketAddr, path::Path, time::SystemTime};

use anyhow::{Context as _, Result};
use trivium_transport::{
    HttpServer, WebTransportServer,
    cert::Certificates,
    http as http_acceptor,
    webtransport::{self as webtransport_acceptor, Origins},
};

use crate::{
    config::{
        Config,
        http::Tls,
        value::{AllowedOrigins, Origin},
    },
    secrets,
    web::well_known::Road,
};

/// Both ports, bound and not yet served.
pub(super) struct Ports {
    pub(super) http: HttpServer,
    pub(super) http_addr: SocketAddr,
    /// Who may call over HTTP.
    pub(super) origins: Origins,
    pub(super) webtransport: Option<WebTransport>,
    /// Certificates that come from files, which are renewed from time to time.
    pub(super) from_files: Vec<(Tls, Certificates)>,
}

/// The UDP port.
pub(super) struct WebTransport {
    pub(super) server: WebTransportServer,
    pub(super) addr: SocketAddr,
    /// What clients are told of it.
    pub(super) road: Road,
}

impl Ports {
    /// Binds both.
    ///
    /// # Errors
    ///
    /// A certificate cannot be used, or a port is taken.
    pub(super) async fn bind(config: &Config) -> Result<Self> {
        let tls = config.http.tls.as_ref();
        let certificates = tls.map(|tls| read_certificates(tls, "http.tls")).transpose()?;
        let http = HttpServer::bind(http_acceptor::Config {
            certificates: certificates.clone(),
            max_connections: config.limits.connections,
            max_connections_per_ip: config.limits.connections_per_ip,
            drain_timeout: config.drain.grace,
            ..http_acceptor::Config::new(config.http.bind)
        });
        let http = http
            .await
            .with_context(|| format!("http.bind: cannot listen on {}", config.http.bind))?;
        let http_addr = http.local_addr()?;
        let own = own_origins(config, http_addr);
        let origins = origins(&config.http.allowed_origins, &own);
        let webtransport = if config.webtransport.enabled {
            let allowed = config.webtransport.allowed_origins.as_ref();
            let origins = allowed.map_or_else(|| origins.clone(), |allowed| self::origins(allowed, &own));
            Some(WebTransport::bind(config, http_addr, certificates.clone(), &origins)?)
        } else {
            None
        };
        let mut from_files: Vec<_> = tls.cloned().zip(certificates).into_iter().collect();
        let own = config.webtransport.tls.clone();
        from_files.extend(own.zip(webtransport.as_ref().map(|port| port.road.certificates.clone())));
        Ok(Self {
            http,
            http_addr,
            origins,
            webtransport,
            from_files,
        })
    }
}

impl WebTransport {
    fn bind(config: &Config, http_addr: SocketAddr, of_http: Option<Certificates>, origins: &Origins) -> Result<Self> {
        let section = &config.webtransport;
        let certificates = certificates(config, http_addr, of_http)?;
        let acceptor = |bind| {
            let mut acceptor = webtransport_acceptor::Config::new(bind, certificates.clone());
            acceptor.origins = origins.clone();
            acceptor.max_sessions = config.limits.connections;
            acceptor.max_sessions_per_ip = config.limits.connections_per_ip;
            acceptor.bridge.drain_timeout = config.drain.grace;
            acceptor
        };
        let bind = |addr| {
            let server = WebTransportServer::bind(acceptor(addr));
            server.with_context(|| format!("webtransport.bind: cannot listen on {addr}"))
        };
        let wanted = section.bind.unwrap_or(http_addr);
        // Where any TCP port would do, any UDP port does too.
        let any = section.bind.is_none() && config.http.bind.port() == 0;
        let server = match bind(wanted) {
            Err(_) if any => bind(SocketAddr::new(wanted.ip(), 0))?,
            bound => bound?,
        };
        let addr = server.local_addr()?;
        let (port, path) = (addr.port(), acceptor(addr).path);
        let public = config
            .http
            .public_url
            .as_ref()
            .map(|url| format!("https://{}:{port}{path}", url.host()));
        let url = section.public_url.clone().or(public);
        Ok(Self {
            server,
            addr,
            road: Road {
                url,
                addr,
                path,
                certificates,
            },
        })
    }
}

/// The certificates of WebTransport: its own, else those of HTTP, else self-made.
fn certificates(config: &Config, http_addr: SocketAddr, of_http: Option<Certificates>) -> Result<Certificates> {
    match (&config.webtransport.tls, of_http) {
        (Some(tls), _) => read_certificates(tls, "webtransport.tls"),
        (None, Some(certificates)) => Ok(certificates),
        (None, None) => {
            let mut names = config.webtransport.names.clone();
            names.extend((!http_addr.ip().is_unspecified()).then(|| http_addr.ip().to_string()));
            self_made(&config.data, &names)
        }
    }
}

/// The self-made certificates of the last run if they still fit, so that who knows their hashes may come back; else new ones.
fn self_made(data: &Path, names: &[String]) -> Result<Certificates> {
    let now = SystemTime::now();
    let path = secrets::certificates_file(data);
    let kept = std::fs::read_to_string(&path).ok();
    let certificates = match kept.and_then(|text| Certificates::from_text(&text, names, now)) {
        Some(kept) => kept,
        None => Certificates::self_made(names, now).context("webtransport.names")?,
    };
    certificates.rotate_if_due(now).context("webtransport.names")?;
    if let Some(text) = certificates.to_text() {
        secrets::write_private(&path, &text)?;
    }
    Ok(certificates)
}

fn read_certificates(tls: &Tls, key: &str) -> Result<Certificates> {
    Certificates::from_pem_files(&tls.certificate, &tls.key).with_context(|| key.to_owned())
}

fn origins(allowed: &AllowedOrigins, own: &[Origin]) -> Origins {
    let listed = match allowed {
        AllowedOrigins::Any => return Origins::Any,
        AllowedOrigins::Own => [].as_slice(),
        AllowedOrigins::Listed(listed) => listed,
    };
    Origins::Listed(own.iter().chain(listed).map(ToString::to_string).collect())
}

/// Origins of the pages that this server shows itself.
fn own_origins(config: &Config, http_addr: SocketAddr) -> Vec<Origin> {
    let (ip, port) = (http_addr.ip(), http_addr.port());
    let scheme = if config.http.tls.is_some() { "https" } else { "http" };
    let mut hosts = vec![http_addr.to_string()];
    if ip.is_loopback() || ip.is_unspecified() {
        hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")));
    }
    let at = hosts
        .iter()
        .filter_map(|host| format!("{scheme}://{host}").parse().ok());
    config.http.public_url.iter().cloned().chain(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_pages_are_always_allowed() {
        let listed = AllowedOrigins::Listed(vec!["https://app.example".parse().expect("an origin")]);
        for (http, bound, allowed, expected) in [
            (
                "",
                "127.0.0.1:8080",
                &AllowedOrigins::Own,
                "http://127.0.0.1:8080 http://localhost:8080 http://127.0.0.1:8080 http://[::1]:8080",
            ),
            ("", "10.0.0.7:80", &listed, "http://10.0.0.7 https://app.example"),
            (
                "https://quiz.example",
                "10.0.0.7:8080",
                &AllowedOrigins::Own,
                "https://quiz.example http://10.0.0.7:8080",
            ),
        ] {
            let mut config = Config::default();
            config.http.public_url = http.parse().ok();
            let own = own_origins(&config, bound.parse().expect("an address"));
            let Origins::Listed(all) = origins(allowed, &own) else {
                panic!("any")
            };
            assert_eq!(all.join(" "), expected, "{bound}");
        }
        assert_eq!(origins(&AllowedOrigins::Any, &[]), Origins::Any);
    }
}
