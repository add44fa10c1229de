//! `/operator/token`: whoever sits at the machine that the server runs on may host at once, without an account.
//!
//! Neighbours: [`tokens`](crate::tokens) makes the token; [`well_known`](super::well_known) tells the app whether to ask for it.
//!
//! "At the machine" is a connection from loopback, straight from a browser or a program. Everything that a page elsewhere, a
//! name that is made to point here, or a proxy on this machine would look like is refused.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, Version, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use trivium_transport::Peer;

use super::{Web, http, problem::Problem};
use crate::tokens;

/// What only proxies send.
const OF_PROXIES: [&str; 6] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Why a caller does not get the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Others sign tokens, or it was switched off.
    Off,
    /// It calls from another machine, or through a proxy.
    Elsewhere,
    /// It calls the server by a name that is not this machine's own.
    Host,
    /// A page of somebody else calls.
    Origin,
}

#[derive(Serialize)]
struct Given {
    token: String,
    expire_time_ms: u64,
    user_id: String,
    name: String,
}

pub(super) async fn token(State(web): State<Arc<Web>>, parts: Parts) -> Response {
    if let Err(refused) = check(web.operator, &parts) {
        return problem(refused).into_response();
    }
    let operator = tokens::operator(false);
    let now = web.api.runtime.clock().now();
    let (token, ends) = web
        .api
        .authenticator
        .mint(&operator, tokens::OPERATOR_TTL, now, &mut rand::rng());
    let answer = Given {
        token,
        expire_time_ms: ends.0,
        user_id: operator.user.to_string(),
        name: operator.name,
    };
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (headers, Json(answer)).into_response()
}

/// Whether a caller would get the token.
pub(super) fn check(is_on: bool, parts: &Parts) -> Result<(), Refused> {
    if !is_on {
        return Err(Refused::Off);
    }
    let peer = parts.extensions.get::<Peer>();
    let from = peer.and_then(|peer| peer.remote_addr);
    let is_near = from.is_some_and(|addr| addr.ip().to_canonical().is_loopback());
    let is_passed_on = OF_PROXIES.iter().any(|name| parts.headers.contains_key(*name));
    // No browser speaks HTTP/1.0, and a proxy that says nothing of itself often does.
    if !is_near || is_passed_on || parts.version < Version::HTTP_11 {
        return Err(Refused::Elsewhere);
    }
    let authority = http::authority(&parts.uri, &parts.headers).ok_or(Refused::Host)?;
    if !matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]") {
        return Err(Refused::Host);
    }
    let scheme = if peer.is_some_and(|peer| peer.tls) {
        "https"
    } else {
        "http"
    };
    let own = format!("{scheme}://{authority}");
    let is = |name: HeaderName, allowed: &[&str]| {
        let mut given = parts.headers.get_all(name).iter();
        given.all(|value| allowed.iter().any(|allowed| value == allowed))
    };
    let same_site = is(HeaderName::from_static("sec-fetch-site"), &["same-origin", "none"]);
    if !same_site || !is(header::ORIGIN, &[&own]) {
        return Err(Refused::Origin);
    }
    Ok(())
}

fn problem(refused: Refused) -> Problem {
    let (status, reason, message) = match refused {
        Refused::Off => (
            StatusCode::NOT_FOUND,
            "OPERATOR_OFF",
            "this server gives no tokens to who sits at its machine; see auth.operator",
        ),
        Refused::Elsewhere => (
            StatusCode::FORBIDDEN,
            "OPERATOR_ELSEWHERE",
            "only browsers on the server's own machine are given a token",
        ),
        Refused::Host => (
            StatusCode::FORBIDDEN,
            "OPERATOR_HOST",
            "call the server localhost to be given a token",
        ),
        Refused::Origin => (
            StatusCode::FORBIDDEN,
            "OPERATOR_ORIGIN",
            "only the server's own pages are given a token",
        ),
    };
    Problem::new(status, reason, message)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use trivium_transport::Road;

    use super::*;

    fn parts(from: &str, tls: bool, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method("POST").uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let peer = Peer {
            remote_addr: Some(from.parse().expect("an address")),
            road: Road::Http,
            connection_id: 1,
            origin: None,
            tls,
        };
        request.extension(peer).body(()).expect("a request").into_parts().0
    }

    #[test]
    fn who_sits_at_the_machine_is_told_from_everybody_else() {
        const NEAR: &str = "127.0.0.1:50000";
        const HERE: (&str, &str) = ("host", "localhost:8080");
        type Case<'a> = (&'a str, bool, &'a str, &'a [(&'a str, &'a str)], Result<(), Refused>);
        let table: &[Case<'_>] = &[
            (NEAR, false, "/", &[HERE], Ok(())),
            ("[::1]:5", false, "/", &[("host", "[::1]:8080")], Ok(())),
            ("[::ffff:127.0.0.1]:5", false, "/", &[("host", "127.0.0.1")], Ok(())),
            (NEAR, false, "http://localhost:8080/", &[], Ok(())),
            (
                NEAR,
                false,
                "/",
                &[
                    HERE,
                    ("origin", "http://localhost:8080"),
                    ("sec-fetch-site", "same-origin"),
                ],
                Ok(()),
            ),
            (NEAR, true, "/", &[HERE, ("origin", "https://localhost:8080")], Ok(())),
            (NEAR, false, "/", &[HERE, ("sec-fetch-site", "none")], Ok(())),
            ("192.168.1.2:5", false, "/", &[HERE], Err(Refused::Elsewhere)),
            ("[fe80::1]:5", false, "/", &[HERE], Err(Refused::Elsewhere)),
            (
                NEAR,
                false,
                "/",
                &[HERE, ("x-forwarded-for", "127.0.0.1")],
                Err(Refused::Elsewhere),
            ),
            (NEAR, false, "/", &[HERE, ("via", "1.1 proxy")], Err(Refused::Elsewhere)),
            (NEAR, false, "/", &[], Err(Refused::Host)),
            (NEAR, false, "/", &[("host", "evil.example:8080")], Err(Refused::Host)),
            (
                NEAR,
                false,
                "/",
                &[("host", "localhost.evil.example")],
                Err(Refused::Host),
            ),
            (NEAR, false, "http://evil.example/", &[HERE], Err(Refused::Host)),
            (
                NEAR,
                false,
                "/",
                &[HERE, ("origin", "http://evil.example")],
                Err(Refused::Origin),
            ),
            (
                NEAR,
                false,
                "/",
                &[HERE, ("origin", "http://localhost:9090")],
                Err(Refused::Origin),
            ),
            (
                NEAR,
                false,
                "/",
                &[HERE, ("origin", "https://localhost:8080")],
                Err(Refused::Origin),
            ),
            (NEAR, false, "/", &[HERE, ("origin", "null")], Err(Refused::Origin)),
            (
                NEAR,
                false,
                "/",
                &[HERE, ("sec-fetch-site", "cross-site")],
                Err(Refused::Origin),
            ),
            (
                NEAR,
                false,
                "/",
                &[HERE, ("sec-fetch-site", "same-site")],
                Err(Refused::Origin),
            ),
        ];
        for (from, tls, uri, headers, expected) in table {
            let parts = parts(from, *tls, uri, headers);
            assert_eq!(check(true, &parts), *expected, "{from} {uri} {headers:?}");
            assert_eq!(check(false, &parts), Err(Refused::Off));
        }
        let mut old = parts(NEAR, false, "/", &[HERE]);
        old.version = Version::HTTP_10;
        assert_eq!(check(true, &old), Err(Refused::Elsewhere));
        let mut unknown = parts(NEAR, false, "/", &[HERE]);
        unknown.extensions.remove::<Peer>();
        assert_eq!(check(true, &unknown), Err(Refused::Elsewhere));
    }
}
