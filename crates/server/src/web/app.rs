//! The web app: its page, wherever in the app a browser wants to go, and the files that the page asks for.
//!
//! Neighbours: [`files`] knows where they are, [`policy`](super::policy) what the page may do, and [`page`](super::page) is what
//! is shown while no app has been built.

mod files;

use std::{path::Path, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use rand::Rng as _;

use super::{
    Web,
    http::{self, IMMUTABLE},
    page, plain, policy,
};
use files::{File, Files};

/// Where the page has its nonce.
const NONCE: &str = "__CSP_NONCE__";
/// Letters of the hash that Vite puts into names.
const HASH: usize = 8;

/// The app.
#[derive(Clone, Debug)]
pub struct App(Files);

impl App {
    /// The one in the binary, or the one in this folder.
    pub fn new(folder: Option<&Path>) -> Self {
        Self(Files::new(folder))
    }
}

/// `/`: the app, or what to do to have one.
pub(super) async fn index(State(web): State<Arc<Web>>, uri: Uri, headers: HeaderMap) -> Response {
    match document(&web, &http::host(&uri, &headers)).await {
        Some(response) => response,
        None => page::index(),
    }
}

/// Everything that has no route of its own: a file, or the page where somebody navigates within the app.
pub(super) async fn get(State(web): State<Arc<Web>>, parts: Parts) -> Response {
    let (uri, headers) = (&parts.uri, &parts.headers);
    let path = uri.path().trim_start_matches('/');
    if path == "index.html" || (is_place(path) && navigates(headers)) {
        if let Some(response) = document(&web, &http::host(uri, headers)).await {
            return response;
        }
    } else if let Some(file) = web.app.0.find(path).await {
        return answer(path, file, headers);
    }
    plain(StatusCode::NOT_FOUND, "there is nothing here\n")
}

/// The page, with a nonce of its own, so that it must not be kept.
async fn document(web: &Web, host: &str) -> Option<Response> {
    let page = web.app.0.index().await?;
    let mut random = [0; 16];
    rand::rng().fill_bytes(&mut random);
    let nonce = URL_SAFE_NO_PAD.encode(random);
    let mut response = page.replace(NONCE, &nonce).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.extend(policy::of_page(&nonce, web.well_known.origin(host).as_deref()));
    Some(response)
}

fn answer(path: &str, file: File, asked: &HeaderMap) -> Response {
    let (body, encoding) = match file.gzip {
        Some(gzip) if http::takes_gzip(asked) => (gzip, Some("gzip")),
        Some(_) | None => (file.plain, None),
    };
    // Weak, as one tag stands for the file in both encodings.
    let tag = file.tag.map(|tag| format!("W/\"{tag}\""));
    let mut response = if tag.as_ref().is_some_and(|tag| http::has(asked, tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        with_type(path, encoding, body)
    };
    let cache = if is_hashed(path) { IMMUTABLE } else { "no-cache" };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.extend(tag.and_then(|tag| Some((header::ETAG, HeaderValue::from_str(&tag).ok()?))));
    response
}

fn with_type(path: &str, encoding: Option<&'static str>, body: Bytes) -> Response {
    let kind = HeaderValue::from_static(content_type(path));
    let mut response = ([(header::CONTENT_TYPE, kind)], Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.extend(encoding.map(|encoding| (header::CONTENT_ENCODING, HeaderValue::from_static(encoding))));
    response
}

/// Whether a path can be a place in the app: files have an extension.
fn is_place(path: &str) -> bool {
    !path.rsplit('/').next().unwrap_or_default().contains('.')
}

/// Whether somebody goes there, and not a script or a program that asks for something else.
fn navigates(headers: &HeaderMap) -> bool {
    http::text(headers, &header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
}

/// Whether the name changes with the content, as `assets/index-BkX1c0fz.js` does.
fn is_hashed(path: &str) -> bool {
    let hash = || {
        let name = path.strip_prefix("assets/")?.split_once('.')?.0;
        let (before, hash) = name.split_at_checked(name.len().checked_sub(HASH)?)?;
        let letters = hash
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        Some(letters && before.ends_with('-'))
    };
    hash() == Some(true)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_with_its_name_is_kept_for_ever() {
        for (path, expected) in [
            ("assets/index-BkX1c0fz.js", true),
            ("assets/a-b-1234_-78.woff2", true),
            ("assets/index-BkX1c0fz.js.map", true),
            ("assets/index.js", false),
            ("assets/index-short.js", false),
            ("assets/noDash01234567.js", false),
            ("index-BkX1c0fz.js", false),
            ("sw.js", false),
            ("assets/ä-12345678.js", true),
            ("assets/a-1234567ä.js", false),
            ("assets/.js", false),
        ] {
            assert_eq!(is_hashed(path), expected, "{path}");
        }
    }

    #[test]
    fn files_are_told_from_places() {
        for (path, expected) in [
            ("host/ABCD", true),
            ("demo-realtime", true),
            ("play/v1.2/x", true),
            ("", true),
            ("robots.txt", false),
            ("assets/x.js", false),
        ] {
            assert_eq!(is_place(path), expected, "{path}");
        }
    }

    #[test]
    fn a_file_comes_as_it_is_asked_for() {
        let file = || File {
            plain: Bytes::from_static(b"plain"),
            gzip: Some(Bytes::from_static(b"packed")),
            tag: Some("one"),
        };
        for (name, value, status, encoding) in [
            (header::ACCEPT, "*/*", 200, None),
            (header::ACCEPT_ENCODING, "gzip, br", 200, Some("gzip")),
            (header::IF_NONE_MATCH, "W/\"one\"", 304, None),
            (header::IF_NONE_MATCH, "W/\"two\"", 200, None),
        ] {
            let asked = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
            let response = answer("assets/index-BkX1c0fz.js", file(), &asked);
            let told = |name| http::text(response.headers(), &name);
            assert_eq!(response.status(), status, "{value}");
            assert_eq!(told(header::CONTENT_ENCODING), encoding, "{value}");
            assert_eq!(told(header::ETAG), Some("W/\"one\""), "{value}");
            assert_eq!(told(header::CACHE_CONTROL), Some(IMMUTABLE), "{value}");
            assert_eq!(told(header::VARY), Some("accept-encoding"), "{value}");
        }
    }
}
