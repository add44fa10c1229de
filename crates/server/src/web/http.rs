//! What the pages read from headers of requests, and say in those of answers.

use axum::http::{HeaderMap, HeaderName, Uri, header, uri::Authority};

/// For what is named by its content: it never changes.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// A header as text; none where it is missing or no text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// What the client calls this server. HTTP/2 says it in the URI.
pub(super) fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let named = || text(headers, &header::HOST)?.parse().ok();
    uri.authority().cloned().or_else(named)
}

/// The same without the port; in brackets if it is an IPv6 address.
pub(super) fn host(uri: &Uri, headers: &HeaderMap) -> String {
    authority(uri, headers).map_or_else(|| "127.0.0.1".to_owned(), |authority| authority.host().to_owned())
}

/// Whether the client has what is tagged so.
pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let tags = text(headers, &header::IF_NONE_MATCH).unwrap_or_default().split(',');
    tags.map(bare).any(|had| had == "*" || had == bare(tag))
}

/// Whether the client takes answers compressed by gzip.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let encodings = text(headers, &header::ACCEPT_ENCODING).unwrap_or_default().split(',');
    let mut wanted = encodings.map(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        !refused && name.trim().eq_ignore_ascii_case("gzip")
    });
    wanted.any(|wanted| wanted)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: Option<&'static str>) -> HeaderMap {
        value
            .map(|value| (name, HeaderValue::from_static(value)))
            .into_iter()
            .collect()
    }

    #[test]
    fn clients_are_told_the_host_that_they_called() {
        for (uri, header, expected) in [
            ("/", Some("quiz.example:8080"), "quiz.example"),
            ("http://a.example:1/x", Some("b.example"), "a.example"),
            ("/", Some("[::1]:8080"), "[::1]"),
            ("/", Some("no host"), "127.0.0.1"),
            ("/", None, "127.0.0.1"),
        ] {
            let headers = with(header::HOST, header);
            assert_eq!(
                host(&uri.parse().expect("a URI"), &headers),
                expected,
                "{uri} {header:?}"
            );
        }
    }

    #[test]
    fn what_a_client_takes_and_has_is_understood() {
        for (value, expected) in [
            (None, false),
            (Some(""), false),
            (Some("gzip, deflate, br"), true),
            (Some("br;q=1.0, GZIP;q=0.5"), true),
            (Some("br, gzip;q=0"), false),
            (Some("identity"), false),
        ] {
            assert_eq!(takes_gzip(&with(header::ACCEPT_ENCODING, value)), expected, "{value:?}");
        }
        for (value, expected) in [
            (None, false),
            (Some("\"one\""), true),
            (Some("W/\"one\""), true),
            (Some("\"two\", \"one\""), true),
            (Some("*"), true),
            (Some("\"two\""), false),
            (Some("one"), false),
        ] {
            assert_eq!(
                has(&with(header::IF_NONE_MATCH, value), "W/\"one\""),
                expected,
                "{value:?}"
            );
        }
    }
}
