//! The TCP port: gRPC, gRPC-Web for browsers, and plain HTTP for the rest.

use std::{convert::Infallible, fmt::Display};

use axum::{Router, body::Body};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Either;
use tonic_web::GrpcWebLayer;
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneSyncService};
use tower_http::cors::{AllowOrigin, CorsLayer};
use trivium_transport::{RoadService, webtransport::Origins};

use super::caller::{SESSION_HEADER, Web};

/// What the HTTP acceptor serves: calls of gRPC with bodies `B`, and everything else.
pub type Http<B> = BoxCloneSyncService<Request<trivium_transport::Body>, Response<Either<B, Body>>, Infallible>;

/// Splits the port by what a request says it is. `plain` gets what is neither gRPC nor gRPC-Web.
pub fn http<S>(grpc: S, origins: Origins, plain: Router) -> Http<S::ResponseBody>
where
    S: RoadService<Future: Send, ResponseBody: http_body::Body<Error: Display>> + Sync,
{
    let web = BoxCloneSyncService::new(web(grpc.clone(), origins.clone()));
    BoxCloneSyncService::new(service_fn(move |request: Request<trivium_transport::Body>| {
        let (grpc, web, plain, origins) = (grpc.clone(), web.clone(), plain.clone(), origins.clone());
        async move {
            let response = match kind(&request) {
                Kind::Grpc => return Ok(grpc.oneshot(request).await?.map(Either::Left)),
                Kind::Web if !is_welcome(&request, &origins) => {
                    refusal(StatusCode::FORBIDDEN, "this origin is not allowed\n")
                }
                Kind::Web => web.oneshot(request).await?,
                Kind::Plain => plain.oneshot(request.map(Body::new)).await?,
                Kind::NoCall(status) => refusal(status, "this is no call of gRPC\n"),
            };
            Ok(response.map(Either::Right))
        }
    }))
}

fn web<S>(
    grpc: S,
    origins: Origins,
) -> impl tower::Service<
    Request<trivium_transport::Body>,
    Response = Response<Body>,
    Error = Infallible,
    Future: Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static
where
    S: RoadService<Future: Send, ResponseBody: http_body::Body<Error: Display>> + Sync,
{
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

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Grpc,
    Web,
    Plain,
    /// It says that it is a call, or names a method, and is none.
    NoCall(StatusCode),
}

fn kind<B>(request: &Request<B>) -> Kind {
    let header = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let asked = header(&header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or_default();
    let content = header(&header::CONTENT_TYPE).unwrap_or_default();
    let call = match content.split(';').next().unwrap_or_default().trim_end() {
        "application/grpc" | "application/grpc+proto" => Kind::Grpc,
        "application/grpc-web"
        | "application/grpc-web+proto"
        | "application/grpc-web-text"
        | "application/grpc-web-text+proto" => Kind::Web,
        // Only protobuf is spoken here.
        other if other.starts_with("application/grpc") => Kind::NoCall(StatusCode::UNSUPPORTED_MEDIA_TYPE),
        _ if request.method() == Method::OPTIONS && asked.contains("x-grpc-web") => return Kind::Web,
        // What a page may send without asking first.
        _ if request.method() == Method::POST && names_a_method(request.uri().path()) => {
            Kind::NoCall(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        }
        _ => return Kind::Plain,
    };
    if request.method() == Method::POST {
        call
    } else {
        Kind::NoCall(StatusCode::METHOD_NOT_ALLOWED)
    }
}

/// Whether a path is `/package.Service/Method`.
fn names_a_method(path: &str) -> bool {
    let parts = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    parts.is_some_and(|(service, method)| {
        service.find('.').is_some_and(|dot| dot > 0) && !method.is_empty() && !method.contains('/')
    })
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

fn refusal(status: StatusCode, why: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(why));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHOD: &str = "/trivium.v1.RoomService/GetRoom";

    #[test]
    fn only_posts_of_protobuf_are_calls() {
        use Kind::{Grpc, NoCall, Plain, Web};
        let not_allowed = || NoCall(StatusCode::METHOD_NOT_ALLOWED);
        let unsupported = || NoCall(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let rows = [
            (Method::POST, METHOD, "application/grpc", Grpc),
            (Method::POST, METHOD, "application/grpc+proto", Grpc),
            (Method::POST, METHOD, "application/grpc; charset=utf-8", Grpc),
            (Method::POST, METHOD, "application/grpc-web+proto", Web),
            (Method::POST, METHOD, "application/grpc-web-text", Web),
            (Method::GET, METHOD, "application/grpc", not_allowed()),
            (Method::PUT, METHOD, "application/grpc-web", not_allowed()),
            (Method::POST, METHOD, "application/grpc+json", unsupported()),
            (Method::POST, METHOD, "application/grpc-web+json", unsupported()),
            (Method::POST, METHOD, "application/grpcurl", unsupported()),
            (Method::POST, METHOD, "text/plain", unsupported()),
            (Method::POST, METHOD, "", unsupported()),
            (Method::GET, METHOD, "", Plain),
            (Method::POST, "/media", "image/png", Plain),
            (Method::POST, "/operator/token", "", Plain),
            (Method::POST, "/.well-known/trivium", "", Plain),
            (Method::GET, "/", "", Plain),
        ];
        for (method, path, content, expected) in rows {
            let what = format!("{method} {path} {content:?}");
            let mut request = Request::builder().method(method).uri(path);
            if !content.is_empty() {
                request = request.header(header::CONTENT_TYPE, content);
            }
            assert_eq!(kind(&request.body(()).expect("a request")), expected, "{what}");
        }
    }

    #[test]
    fn pages_may_ask_before_they_call() {
        let request =
            Request::options(METHOD).header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type,x-grpc-web");
        assert_eq!(kind(&request.body(()).expect("a request")), Kind::Web);
    }
}
