//! `/.well-known/trivium`: where the WebTransport road is, which certificates it has, and what may be asked of it.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, Uri, header, request::Parts},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use trivium_transport::{cert::Certificates, webtransport::Origins};

use super::{Web, answer, http, operator, policy};

/// The parts of the document that do not depend on who asks.
#[derive(Debug)]
pub struct WellKnown {
    /// The WebTransport road, if there is one.
    pub road: Option<Road>,
    /// Bounds that clients should keep to.
    pub limits: Limits,
}

/// The WebTransport road.
#[derive(Debug)]
pub struct Road {
    /// The URL, if it is known whatever clients call the server.
    pub url: Option<String>,
    /// The UDP address.
    pub addr: SocketAddr,
    /// The path of sessions.
    pub path: String,
    /// Whose hashes are told; they change as certificates rotate.
    pub certificates: Certificates,
}

/// Bounds that clients should keep to.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Limits {
    /// Largest request message.
    pub max_message_bytes: usize,
    /// Largest request message that carries a quiz.
    pub max_quiz_bytes: usize,
    /// Most unanswered requests on a stream.
    pub max_in_flight: usize,
    /// Most rooms heard by one session.
    pub max_subscriptions: usize,
    /// Largest picture.
    pub max_image_bytes: usize,
    /// Largest file that is brought to a room.
    pub max_file_bytes: usize,
}

#[derive(Serialize)]
struct Document {
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    webtransport: Option<Described>,
    /// Whether `POST /operator/token` gives the caller a token.
    operator: bool,
    limits: Limits,
}

#[derive(Serialize)]
struct Described {
    url: String,
    certificate_hashes: Vec<String>,
}

impl WellKnown {
    /// Where pages connect to besides their own origin, as a content security policy says it, for a client that calls the
    /// server `host`.
    pub(super) fn origin(&self, host: &str) -> Option<String> {
        let url: Uri = self.road.as_ref()?.url_for(host).parse().ok()?;
        policy::source(url.host()?, url.port_u16())
    }

    /// The document for a client that calls the server `host`, as JSON.
    fn json(&self, host: &str, operator: bool) -> String {
        let described = |road: &Road| Described {
            url: road.url_for(host),
            certificate_hashes: road
                .certificates
                .hashes()
                .iter()
                .map(|hash| STANDARD.encode(hash))
                .collect(),
        };
        let webtransport = self.road.as_ref().map(described);
        let document = Document {
            version: env!("CARGO_PKG_VERSION"),
            webtransport,
            operator,
            limits: self.limits,
        };
        serde_json::to_string(&document).expect("strings and numbers under fixed keys")
    }
}

impl Road {
    fn url_for(&self, host: &str) -> String {
        if let Some(url) = &self.url {
            return url.clone();
        }
        // Browsers take localhost for ::1 first, and on UDP nobody tells them that there is nobody. A certificate that is trusted
        // by its hash is good for every name, any other perhaps for localhost only.
        let by_hash = !self.certificates.hashes().is_empty();
        let host = match self.addr {
            SocketAddr::V4(_) if by_hash && host == "localhost" => "127.0.0.1",
            SocketAddr::V6(_) if by_hash && host == "localhost" => "[::1]",
            SocketAddr::V4(_) | SocketAddr::V6(_) => host,
        };
        format!("https://{host}:{}{}", self.addr.port(), self.path)
    }
}

pub(super) async fn get(State(web): State<Arc<Web>>, parts: Parts) -> Response {
    let operator = operator::check(web.operator, &parts).is_ok();
    let host = http::host(&parts.uri, &parts.headers);
    let mut response = answer(StatusCode::OK, "application/json", web.well_known.json(&host, operator));
    let origin = parts.headers.get(header::ORIGIN);
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin.filter(|origin| is_allowed(&web.origins, origin)) {
        response
            .headers_mut()
            .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

fn is_allowed(origins: &Origins, origin: &HeaderValue) -> bool {
    match origins {
        Origins::Any => true,
        Origins::Listed(listed) => listed.iter().any(|listed| listed.as_bytes() == origin.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const ANYWHERE: &str = "0.0.0.0:4433";
    const LIMITS: Limits = Limits {
        max_message_bytes: 1,
        max_quiz_bytes: 2,
        max_in_flight: 3,
        max_subscriptions: 4,
        max_image_bytes: 5,
        max_file_bytes: 6,
    };

    #[test]
    fn the_sdk_understands_the_document() {
        let certificates = Certificates::self_made(&[], SystemTime::now()).expect("certificates");
        let road = |url| {
            Some(Road {
                url,
                addr: ANYWHERE.parse().expect("an address"),
                path: "/wt/v1".to_owned(),
                certificates: certificates.clone(),
            })
        };
        for (url, host, told) in [
            (None, "10.0.0.7", "https://10.0.0.7:4433/wt/v1"),
            (None, "[::1]", "https://[::1]:4433/wt/v1"),
            (
                Some("https://quiz.example/wt/v1".to_owned()),
                "10.0.0.7",
                "https://quiz.example/wt/v1",
            ),
        ] {
            let json = WellKnown {
                road: road(url),
                limits: LIMITS,
            }
            .json(host, false);
            let document: trivium_client::WellKnown = serde_json::from_str(&json).expect("a document");
            let webtransport = document.webtransport.expect("a road");
            assert_eq!(webtransport.url, told);
            assert_eq!(webtransport.hashes().expect("hashes"), certificates.hashes());
        }
        let json = WellKnown {
            road: None,
            limits: LIMITS,
        }
        .json("a", true);
        assert_eq!(
            serde_json::from_str::<trivium_client::WellKnown>(&json)
                .expect("a document")
                .webtransport,
            None
        );
        assert!(
            json.contains(r#""operator":true"#) && json.contains(r#""max_in_flight":3"#),
            "{json}"
        );
    }

    #[test]
    fn pages_may_connect_where_the_document_says() {
        let certificates = Certificates::self_made(&[], SystemTime::now()).expect("certificates");
        for (url, addr, host, expected) in [
            (None, ANYWHERE, "10.0.0.7", "https://10.0.0.7:4433"),
            (None, "[::]:4433", "[::1]", "https://*:4433"),
            (None, ANYWHERE, "localhost", "https://127.0.0.1:4433"),
            (None, "[::1]:4433", "localhost", "https://*:4433"),
            (
                Some("https://quiz.example/wt/v1"),
                ANYWHERE,
                "10.0.0.7",
                "https://quiz.example",
            ),
            (
                Some("https://quiz.example:7/wt/v1"),
                ANYWHERE,
                "localhost",
                "https://quiz.example:7",
            ),
        ] {
            let road = Road {
                url: url.map(str::to_owned),
                addr: addr.parse().expect("an address"),
                path: "/wt/v1".to_owned(),
                certificates: certificates.clone(),
            };
            let document = WellKnown {
                road: Some(road),
                limits: LIMITS,
            };
            assert_eq!(document.origin(host).as_deref(), Some(expected), "{host}");
        }
    }
}
