//! What the page of the app may do. The browser keeps to it even where a script does not.
//!
//! Neighbours: [`app`](super::app) sends it, [`report`](super::report) hears when somebody tried otherwise.

use axum::http::{HeaderName, HeaderValue, header};

/// Where browsers tell of what they have not allowed.
pub(super) const REPORTS: &str = "/csp-report";
/// A projector wants the whole screen and stays awake; links are copied; sounds begin after a tap. Nothing else is used.
const FEATURES: &str = "accelerometer=(), autoplay=(self), camera=(), clipboard-read=(), \
     clipboard-write=(self), display-capture=(), encrypted-media=(), fullscreen=(self), geolocation=(), gyroscope=(), hid=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), \
     screen-wake-lock=(self), serial=(), usb=(), xr-spatial-tracking=()";

/// The headers of the page. `connect` is an origin that it may call besides its own.
pub(super) fn of_page(nonce: &str, connect: Option<&str>) -> Vec<(HeaderName, HeaderValue)> {
    let connect = connect.map_or_else(String::new, |origin| format!(" {origin}"));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'{connect}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; report-uri {REPORTS}"
    );
    let policy = HeaderValue::from_str(&policy).expect("a nonce and an origin are ASCII");
    vec![
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static(FEATURES),
        ),
    ]
}

/// An origin as a policy can name it: policies have no words for IPv6 addresses, so any host on that port stands for one.
/// None if it could be more than an origin.
pub(super) fn source(host: &str, port: Option<u16>) -> Option<String> {
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    if host.starts_with('[') {
        return Some(format!("https://*{port}"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    let is_name = !host.is_empty() && host.bytes().all(allowed);
    is_name.then(|| format!("https://{host}{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_cannot_widen_the_policy() {
        for (host, port, expected) in [
            ("quiz.example", None, Some("https://quiz.example")),
            ("127.0.0.1", Some(4433), Some("https://127.0.0.1:4433")),
            ("[::1]", Some(4433), Some("https://*:4433")),
            ("a;script-src", Some(1), None),
            ("*", Some(1), None),
            ("a,b", None, None),
            ("", None, None),
        ] {
            assert_eq!(source(host, port).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn the_page_runs_its_own_scripts_only() {
        let headers = of_page("abc", Some("https://a.example:1"));
        let policy = headers[0].1.to_str().expect("text");
        for part in [
            "default-src 'none';",
            "script-src 'self';",
            "style-src 'self' 'nonce-abc';",
            "connect-src 'self' https://a.example:1;",
            "frame-ancestors 'none';",
            "report-uri /csp-report",
        ] {
            assert!(policy.contains(part), "{part} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(
            of_page("abc", None)[0]
                .1
                .to_str()
                .expect("text")
                .contains("connect-src 'self';")
        );
    }
}
