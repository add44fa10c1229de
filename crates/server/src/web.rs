//! Plain HTTP: the web app with its pictures, and what the server says of itself, to clients, operators and people.
//!
//! ```text
//!  page of the app ── policy ──> report          browser: files of the app, /media, /rooms/…/files, /operator/token, /.well-known/trivium
//!  everything that has no route ──> app          operator: /healthz, /readyz, /metrics
//! ```
//!
//! Neighbours: [`metrics`](crate::metrics) makes the text of `/metrics`; gRPC and gRPC-Web on the same port are `trivium-api`'s.

pub mod app;
pub mod files;
mod http;
pub mod media;
mod operator;
mod page;
mod policy;
mod problem;
pub mod report;
mod upload;
pub mod well_known;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use trivium_api::Api;
use trivium_transport::webtransport::Origins;

use crate::metrics::Metrics;
use app::App;
use files::RoomFiles;
use media::Uploads;
use report::Reports;
use well_known::WellKnown;

/// How long the store may take to answer `/readyz`.
const READY_TIMEOUT: Duration = Duration::from_secs(1);

/// What the pages need.
#[derive(Debug)]
pub struct Web {
    /// The document for clients.
    pub well_known: WellKnown,
    /// Pages that may read it from elsewhere.
    pub origins: Origins,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Whether the server is going away.
    pub draining: AtomicBool,
    /// Rooms, and the store below.
    pub api: Arc<Api>,
    /// The web app.
    pub app: App,
    /// What pictures may cost.
    pub uploads: Uploads,
    /// What files of rooms may cost.
    pub files: RoomFiles,
    /// Whether who sits at this machine may host without an account.
    pub operator: bool,
    /// What browsers have reported.
    pub reports: Reports,
}

/// The pages.
pub fn routes(web: Arc<Web>) -> Router {
    Router::new()
        .route("/", get(app::index))
        .route("/style.css", get(page::style))
        .route(policy::REPORTS, post(report::take))
        .route("/operator/token", post(operator::token))
        .route("/media", post(media::upload))
        .route("/media/{name}", get(media::get))
        .route("/rooms/{room}/files", post(files::upload))
        .route("/rooms/{room}/files/{id}", get(files::get))
        .route("/.well-known/trivium", get(well_known::get))
        .route("/healthz", get(|| async { plain(StatusCode::OK, "alive\n") }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback_service(get(app::get).fallback(nothing).with_state(Arc::clone(&web)))
        .with_state(web)
}

async fn nothing() -> Response {
    plain(StatusCode::NOT_FOUND, "there is nothing here\n")
}

async fn ready(State(web): State<Arc<Web>>) -> Response {
    if web.draining.load(Ordering::Relaxed) {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "draining\n");
    }
    // In a task of its own: a prober that gives up must not cancel a query half way.
    let store = Arc::clone(web.api.runtime.store());
    let asked = tokio::spawn(async move { store.open_rooms(None, 1).await.is_ok() });
    match tokio::time::timeout(READY_TIMEOUT, asked).await {
        Ok(Ok(true)) => plain(StatusCode::OK, "ready\n"),
        Ok(_) | Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n"),
    }
}

async fn metrics(State(web): State<Arc<Web>>) -> Response {
    const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    answer(StatusCode::OK, TEXT, web.metrics.text())
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    answer(status, "text/plain; charset=utf-8", text.to_owned())
}

/// An answer that nobody keeps and no browser guesses at.
fn answer(status: StatusCode, kind: &'static str, body: String) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, body).into_response()
}
