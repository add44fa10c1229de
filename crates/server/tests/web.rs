//! The web app and what it needs of plain HTTP, over HTTP/1.1 and HTTP/2.
//!
//! Neighbours: `server.rs` has the other pages. The app here is a folder that looks like what Vite builds, so that the cases hold
//! whether or not one is in the binary.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;
use trivium_client::{Road, proto::v1::RoomKind};
use trivium_server::{Config, Running, start, tokens};

const PAGE: &str = "<style nonce=\"__CSP_NONCE__\"></style><script src=\"/assets/index-0a1B2c3D.js\"></script>";
const NAVIGATES: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

/// A server with everything of its own, and browsers of both kinds.
struct Server {
    running: Running,
    h1: Client<HttpConnector, Full<Bytes>>,
    h2: Client<HttpConnector, Full<Bytes>>,
    _data: tempfile::TempDir,
}

impl Server {
    async fn start(change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let dist = data.path().join("dist");
        std::fs::create_dir_all(dist.join("assets")).expect("made");
        for (path, content) in [
            ("index.html", PAGE),
            ("assets/index-0a1B2c3D.js", "script"),
            ("assets/text-0a1B2c3D.woff2", "font"),
            ("icon.svg", "<svg/>"),
        ] {
            std::fs::write(dist.join(path), content).expect("written");
        }
        let mut config = Config {
            data: data.path().join("data"),
            ..Config::default()
        };
        config.http.bind = ([127, 0, 0, 1], 0).into();
        config.http.app_dir = Some(dist);
        change(&mut config);
        let running = start(config).await.expect("it starts");
        let client = |h2| Client::builder(TokioExecutor::new()).http2_only(h2).build_http();
        Self {
            running,
            h1: client(false),
            h2: client(true),
            _data: data,
        }
    }

    /// What each protocol is answered, which has to be the same.
    async fn get(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut answers = Vec::new();
        for client in [&self.h1, &self.h2] {
            answers.push(self.send(client, &method, path, headers, Bytes::new()).await);
        }
        let (two, one) = (answers.pop().expect("two"), answers.pop().expect("one"));
        assert_eq!(one.status, two.status, "{path}");
        assert_eq!(one.body.len(), two.body.len(), "{path}");
        one
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        self.send(&self.h1, &Method::POST, path, headers, body.into()).await
    }

    async fn send(
        &self,
        client: &Client<HttpConnector, Full<Bytes>>,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Answer {
        let uri: Uri = format!("{}{path}", self.running.url()).parse().expect("a URI");
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).expect("a request");
        let (head, body) = client
            .request(request)
            .await
            .map(Response::into_parts)
            .expect("an answer");
        Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await.expect("a body").to_bytes(),
        }
    }

    fn token(&self, user: &str, guest: bool) -> String {
        let user = user.parse().expect("an id");
        let mut principal = tokens::principal(user, "Somebody", trivium_api::auth::Roles::default(), BTreeMap::new());
        principal.guest = guest;
        let now = self.running.api.runtime.clock().now();
        let authenticator = &self.running.api.authenticator;
        let (token, _) = authenticator.mint(&principal, Duration::from_hours(1), now, &mut rand::rng());
        format!("Bearer {token}")
    }
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

fn png(width: u32, height: u32, content: &[u8]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 6, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [
        (b"IHDR", &header[..]),
        (b"tEXt", b"made at home"),
        (b"IDAT", content),
        (b"IEND", b""),
    ] {
        bytes.extend(u32::try_from(body.len()).expect("short").to_be_bytes());
        bytes.extend(name.iter().chain(body));
        bytes.extend(b"CRC.");
    }
    bytes
}

#[tokio::test]
async fn the_app_is_served_with_what_it_may_do() {
    let server = Server::start(|_| {}).await;
    let mut nonces = Vec::new();
    for path in ["/", "/host/ABCD-2345", "/demo-realtime", "/play/x?y=z.w"] {
        let page = server.get(Method::GET, path, &[NAVIGATES]).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.header("etag"), "", "the nonce of an old page is no good");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
        assert!(page.header("permissions-policy").contains("camera=()"));
        let policy = page.header("content-security-policy");
        let (_, nonce) = policy.split_once("'nonce-").expect("a nonce");
        let (nonce, _) = nonce.split_once('\'').expect("an end");
        assert!(nonce.len() >= 20, "{nonce}");
        assert_eq!(page.text(), PAGE.replace("__CSP_NONCE__", nonce));
        let road = server.running.webtransport_addr.expect("a road");
        let connect = format!("connect-src 'self' https://127.0.0.1:{};", road.port());
        assert!(policy.contains(&connect), "{connect} in {policy}");
        nonces.push(nonce.to_owned());
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4, "each page has its own");
    for (method, path, headers, status, kind, cache) in [
        (
            Method::GET,
            "/assets/index-0a1B2c3D.js",
            &[][..],
            200,
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
        (
            Method::HEAD,
            "/assets/text-0a1B2c3D.woff2",
            &[],
            200,
            "font/woff2",
            "public, max-age=31536000, immutable",
        ),
        (Method::GET, "/icon.svg", &[NAVIGATES], 200, "image/svg+xml", "no-cache"),
        (
            Method::HEAD,
            "/",
            &[NAVIGATES],
            200,
            "text/html; charset=utf-8",
            "no-cache",
        ),
        (
            Method::GET,
            "/none.js",
            &[NAVIGATES],
            404,
            "text/plain; charset=utf-8",
            "no-store",
        ),
        (
            Method::GET,
            "/host/x",
            &[("accept", "*/*")],
            404,
            "text/plain; charset=utf-8",
            "no-store",
        ),
        (
            Method::GET,
            "/../data/secret.key",
            &[NAVIGATES],
            404,
            "text/plain; charset=utf-8",
            "no-store",
        ),
        (
            Method::POST,
            "/host/x",
            &[NAVIGATES],
            404,
            "text/plain; charset=utf-8",
            "no-store",
        ),
        (Method::GET, "/media", &[NAVIGATES], 405, "", ""),
    ] {
        let answer = server.get(method.clone(), path, headers).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("content-type"), kind, "{method} {path}");
        assert_eq!(answer.header("cache-control"), cache, "{method} {path}");
        let length: usize = answer.header("content-length").parse().unwrap_or_default();
        let expected = if method == Method::HEAD { 0 } else { length };
        assert_eq!(answer.body.len(), expected, "{method} {path}");
        assert!(status != 200 || length > 0, "{method} {path}: a length is told");
    }
    server.running.shutdown().await.expect("down");
}

#[tokio::test]
async fn who_sits_at_the_machine_hosts_at_once() {
    let server = Server::start(|_| {}).await;
    let origin = server.running.url();
    let known = server.get(Method::GET, "/.well-known/trivium", &[]).await.json();
    assert_eq!(known["operator"], true);
    let given = server.post("/operator/token", &[("origin", &origin)], "").await;
    assert_eq!(
        (given.status, given.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    let given = given.json();
    assert_eq!(
        (&given["user_id"], &given["name"]),
        (&"operator".into(), &"Operator".into())
    );
    let token = given["token"].as_str().expect("a token");
    let now = server.running.api.runtime.clock().now();
    let operator = server.running.api.authenticator.verify(token, now).expect("its own");
    assert!(!operator.guest && !operator.roles.admin, "{operator:?}");
    assert!(given["expire_time_ms"].as_u64().is_some_and(|ends| ends > now.0));
    let client = trivium_client::Client::builder(origin)
        .token(token)
        .road(Road::Grpc)
        .build();
    let (session, _events) = client.expect("a client").connect().await.expect("connected");
    session.create_room(RoomKind::Quiz, "Room").await.expect("a room");
    session.close().await;

    let url = server.running.operator_url().expect("an operator");
    let (page, token) = url.split_once("/#operator=").expect("a fragment");
    assert_eq!(page, server.running.url());
    server.running.api.authenticator.verify(token, now).expect("its own");

    for (headers, reason) in [
        (&[("host", "evil.example")][..], "OPERATOR_HOST"),
        (&[("origin", "http://evil.example")], "OPERATOR_ORIGIN"),
        (&[("x-forwarded-for", "192.0.2.1")], "OPERATOR_ELSEWHERE"),
    ] {
        let refused = server.post("/operator/token", headers, "").await;
        assert_eq!(
            (refused.status, &refused.json()["reason"]),
            (StatusCode::FORBIDDEN, &reason.into())
        );
        let known = server
            .send(&server.h1, &Method::GET, "/.well-known/trivium", headers, Bytes::new())
            .await;
        assert_eq!(known.json()["operator"], false, "{reason}");
    }
    assert_eq!(server.get(Method::GET, "/operator/token", &[]).await.status, 405);
    server.running.shutdown().await.expect("down");

    let server = Server::start(|config| config.auth.operator = Some(false)).await;
    let refused = server.post("/operator/token", &[], "").await;
    assert_eq!(
        (refused.status, &refused.json()["reason"]),
        (StatusCode::NOT_FOUND, &"OPERATOR_OFF".into())
    );
    let known = server.get(Method::GET, "/.well-known/trivium", &[]).await.json();
    assert_eq!(
        (&known["operator"], &known["limits"]["max_image_bytes"]),
        (&false.into(), &2_097_152.into())
    );
    server.running.shutdown().await.expect("down");
}

#[tokio::test]
async fn pictures_come_back_as_pictures() {
    let server = Server::start(|_| {}).await;
    let token = server.token("teacher", false);
    let bearer = [("authorization", token.as_str()), ("content-type", "text/html")];
    let stored = server.post("/media", &bearer, png(640, 480, b"pixels")).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let told = stored.json();
    let url = told["url"].as_str().expect("a URL");
    assert_eq!(stored.header("location"), url);
    assert_eq!(url, format!("/media/{}", told["id"].as_str().expect("an id")));
    assert_eq!(
        (&told["content_type"], &told["width"], &told["height"]),
        (&"image/png".into(), &640.into(), &480.into())
    );
    let again = server.post("/media", &bearer, png(640, 480, b"pixels")).await;
    assert_eq!((again.status, again.json()), (StatusCode::CREATED, told.clone()));

    let picture = server.get(Method::GET, url, &[]).await;
    assert_eq!(picture.status, 200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", "inline"),
    ] {
        assert_eq!(picture.header(name), value);
    }
    assert!(!picture.body.windows(4).any(|part| part == b"tEXt"), "texts are gone");
    let tag = picture.header("etag").to_owned();
    let same = server.get(Method::GET, url, &[("if-none-match", &tag)]).await;
    assert_eq!(
        (same.status, same.header("etag"), same.body.len()),
        (StatusCode::NOT_MODIFIED, &*tag, 0)
    );
    assert_eq!(server.get(Method::HEAD, url, &[]).await.status, 200);
    for path in [
        "/media/0123456789abcdef0123456789abcdef",
        "/media/..%2fsecret.key",
        "/media/x",
    ] {
        let unknown = server.get(Method::GET, path, &[NAVIGATES]).await;
        assert_eq!(
            (unknown.status, &unknown.json()["reason"]),
            (StatusCode::NOT_FOUND, &"MEDIA_NOT_FOUND".into())
        );
    }
    server.running.shutdown().await.expect("down");
}

#[tokio::test]
async fn what_is_no_picture_or_too_much_is_refused() {
    let server = Server::start(|config| {
        config.limits.image_bytes = 1_000;
        config.limits.image_bytes_per_user = 1_500;
    })
    .await;
    let (teacher, guest) = (server.token("teacher", false), server.token("guest:1", true));
    let teacher = ("authorization", teacher.as_str());
    let big = |seed: u8| png(1, 1, &[seed; 800]);
    for (headers, body, status, reason) in [
        (&[][..], png(1, 1, b"x"), 401, "TOKEN_MISSING"),
        (
            &[("authorization", "Bearer nonsense")],
            png(1, 1, b"x"),
            401,
            "TOKEN_MALFORMED",
        ),
        (&[("authorization", &guest)], png(1, 1, b"x"), 403, "ACCOUNT_NEEDED"),
        (
            &[teacher],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            415,
            "IMAGE_TYPE_UNSUPPORTED",
        ),
        (
            &[teacher, ("content-type", "image/png")],
            b"<script>alert(1)</script>".to_vec(),
            415,
            "IMAGE_TYPE_UNSUPPORTED",
        ),
        (&[teacher], Vec::new(), 411, "LENGTH_REQUIRED"),
        (&[teacher], b"\x89PNG\r\n\x1a\n".to_vec(), 422, "IMAGE_MALFORMED"),
        (&[teacher], png(4_097, 1, b"x"), 422, "IMAGE_DIMENSIONS"),
        (&[teacher], png(1, 1, &[0; 1_000]), 413, "IMAGE_TOO_LARGE"),
        (&[teacher], big(1), 201, ""),
        (&[teacher], big(2), 403, "MEDIA_QUOTA_EXCEEDED"),
        (&[teacher], big(1), 201, ""),
    ] {
        let answer = server.post("/media", headers, body).await;
        assert_eq!(answer.status, status, "{reason}: {}", answer.text());
        assert_eq!(answer.json()["reason"].as_str().unwrap_or_default(), reason);
        assert!(status == 201 || answer.json()["message"].is_string(), "{reason}");
    }
    let mut last = None;
    for _ in 0..25 {
        last = Some(server.post("/media", &[teacher], b"x".to_vec()).await);
    }
    let limited = last.expect("an answer");
    assert_eq!(
        (limited.status, &limited.json()["reason"]),
        (StatusCode::TOO_MANY_REQUESTS, &"RATE_LIMITED".into())
    );
    assert!(
        limited
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|seconds| seconds >= 1)
    );
    server.running.shutdown().await.expect("down");
}

#[tokio::test]
async fn breaches_of_the_policy_are_counted() {
    let server = Server::start(|_| {}).await;
    assert!(!server.running.metrics.text().contains("trivium_csp_reports_total{"));
    let kind = [("content-type", "application/csp-report")];
    let report = r#"{"csp-report":{"effective-directive":"script-src-elem","blocked-uri":"inline"}}"#;
    for (body, status) in [
        (report, 204),
        (report, 204),
        ("nonsense", 400),
        (&"x".repeat(20_000), 400),
    ] {
        assert_eq!(server.post("/csp-report", &kind, body.to_owned()).await.status, status);
    }
    let text = server.running.metrics.text();
    let line = "trivium_csp_reports_total{directive=\"script-src-elem\"} 2";
    assert!(text.contains(line), "{text}");
    server.running.shutdown().await.expect("down");
}
