//! The TCP port: gRPC, gRPC-Web for browsers, and plain HTTP for the rest.

use std::convert::Infallible;

use axum::{Router, body::Body};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use tonic_web::GrpcWebLayer;
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneSyncService};
use tower_http::cors::{AllowOrigin, CorsLayer};
use trivium_transport::webtransport::Origins;

use super::{
    Grpc,
    caller::{SESSION_HEADER, Web},
};

/// What the HTTP acceptor serves.
pub type Http = BoxCloneSyncService<Request<trivium_transport::Body>, Response<Body>, Infallible>;

/// Splits the port by what a request says it is. `plain` gets what is neither gRPC nor gRPC-Web.
pub fn http(grpc: Grpc, origins: Origins, plain: Router) -> Http {
    let web = BoxCloneSyncService::new(web(grpc.clone(), origins.clone()));
    BoxCloneSyncService::new(service_fn(move |request: Request<trivium_transport::Body>| {
        let (grpc, web, plain, origins) = (grpc.clone(), web.clone(), plain.clone(), origins.clone());
        async move {
            match kind(&request) {
                Kind::Grpc => Ok(grpc.oneshot(request).await?.map(Body::new)),
                Kind::Web if !is_welcome(&request, &origins) => Ok(refusal()),
                Kind::Web => web.oneshot(request).await,
                Kind::Plain => plain.oneshot(request.map(Body::new)).await,
            }
        }
    }))
}

fn web(
    grpc: Grpc,
    origins: Origins,
) -> impl tower::Service<
    Request<trivium_transport::Body>,
    Response = Response<Body>,
    Error = Infallible,
    Future: Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static {
    let inner = service_fn(move |mut request: Request<tonic::body::Body>| {
        request.extensions_mut().insert(Web);
        grpc.clone().oneshot(request.map(trivium_transport::Body::new))
    });
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, parts| {
            origin
                .to_str()
                .is_ok_and(|origin| origins.allow(Some(origin)) || is_same(origin, &parts.headers))
        }))
        .allow_methods([Method::POST])
        .allow_headers(
            [
                "content-type",
                "authorization",
                "x-grpc-web",
                "x-user-agent",
                "grpc-timeout",
                SESSION_HEADER,
            ]
            .map(HeaderName::from_static),
        )
        .expose_headers(["grpc-status", "grpc-message", "grpc-status-details-bin"].map(HeaderName::from_static))
        .max_age(std::time::Duration::from_mins(10));
    ServiceExt::<Request<trivium_transport::Body>>::map_response(
        cors.layer(GrpcWebLayer::new().layer(inner)),
        |response: Response<_>| response.map(Body::new),
    )
}

enum Kind {
    Grpc,
    Web,
    Plain,
}

fn kind<B>(request: &Request<B>) -> Kind {
    let header = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    match header(&header::CONTENT_TYPE) {
        Some(kind) if kind.starts_with("application/grpc-web") => Kind::Web,
        Some(kind) if kind.starts_with("application/grpc") => Kind::Grpc,
        Some(_) | None => {
            let asked = header(&header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
            if request.method() == Method::OPTIONS && asked.contains("x-grpc-web") {
                Kind::Web
            } else {
                Kind::Plain
            }
        }
    }
}

/// Browsers always say where a page comes from; who says nothing is no browser.
fn is_welcome<B>(request: &Request<B>, origins: &Origins) -> bool {
    match request.headers().get(header::ORIGIN).map(HeaderValue::to_str) {
        None => true,
        Some(Ok(origin)) => origins.allow(Some(origin)) || is_same(origin, request.headers()),
        Some(Err(_)) => false,
    }
}

/// Whether a page comes from this very server.
fn is_same(origin: &str, headers: &http::HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    origin.split_once("://").is_some_and(|(_, from)| Some(from) == host)
}

fn refusal() -> Response<Body> {
    let mut response = Response::new(Body::from("this origin is not allowed\n"));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}
