//! The front page of a server without the web app: what runs here and how to connect. It asks nothing of other servers and runs no script.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};

/// Nothing but our own style sheet may be loaded, and nobody may frame the page.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What is shown while there is no app.
pub(super) fn index() -> Response {
    page("text/html; charset=utf-8", include_str!("index.html"))
}

pub(super) async fn style() -> Response {
    page("text/css; charset=utf-8", include_str!("style.css"))
}

fn page(kind: &'static str, body: &'static str) -> Response {
    let headers: [(HeaderName, HeaderValue); 5] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (StatusCode::OK, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_asks_nothing_of_others_and_runs_nothing() {
        let (html, css) = (include_str!("index.html"), include_str!("style.css"));
        for banned in ["<script", "src=", "style=", "@import", "url(", "onclick", "onload"] {
            assert!(!html.contains(banned) && !css.contains(banned), "{banned}");
        }
        assert!(html.contains(r#"<html lang="en">"#) && html.contains(r#"href="/style.css""#));
    }
}
