//! Calls by road and kind, begun and in flight. A call is in flight until the last byte of its answer is taken.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, header::CONTENT_TYPE};
use http_body::{Body as HttpBody, Frame, SizeHint};
use pin_project_lite::pin_project;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use tower::Service;
use trivium_transport::{Body, Peer, Road, RoadService};

/// The counters; clones are handles to the same ones.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    begun: Family<Labels, Counter>,
    in_flight: Family<Labels, Gauge>,
}

/// What is told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    road: &'static str,
    call: &'static str,
}

/// A service whose calls are counted.
#[derive(Clone, Debug)]
pub struct Counted<S> {
    inner: S,
    calls: Calls,
}

impl Calls {
    /// Counts the calls of a service.
    pub fn count<S: RoadService>(&self, inner: S) -> Counted<S> {
        Counted {
            inner,
            calls: self.clone(),
        }
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("trivium_calls", "Calls begun", self.begun.clone());
        registry.register(
            "trivium_calls_in_flight",
            "Calls in flight; those of streams are live sessions",
            self.in_flight.clone(),
        );
    }

    fn begin(&self, labels: &Labels) -> InFlight {
        self.begun.get_or_create(labels).inc();
        let gauge = self.in_flight.get_or_create(labels).clone();
        gauge.inc();
        InFlight(gauge)
    }
}

impl<S: RoadService> Service<Request<Body>> for Counted<S> {
    type Response = Response<CountedBody<S::ResponseBody>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let place = self.calls.begin(&labels(&request));
        let answer = self.inner.call(request);
        Box::pin(async move { Ok(answer.await?.map(|inner| CountedBody { inner, place })) })
    }
}

fn labels(request: &Request<Body>) -> Labels {
    let road = request
        .extensions()
        .get::<Peer>()
        .map_or(Road::Memory, |peer| peer.road);
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let road = match road {
        Road::WebTransport => "webtransport",
        Road::Memory => "memory",
        Road::Http if kind.starts_with("application/grpc-web") => "grpc-web",
        Road::Http if kind.starts_with("application/grpc") => "grpc",
        Road::Http => {
            return Labels {
                road: "http",
                call: "plain",
            };
        }
    };
    let call = match request.uri().path() {
        "/trivium.v1.SessionService/Connect" => "connect",
        "/trivium.v1.SessionService/Watch" => "watch",
        "/trivium.v1.QuizService/Play" => "play",
        "/trivium.v1.ChatService/Converse" => "converse",
        "/trivium.v1.PresenceService/Track" => "track",
        // One label for all: paths are the caller's to invent.
        _ => "unary",
    };
    Labels { road, call }
}

/// A call in flight, until it is dropped.
#[derive(Debug)]
struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

pin_project! {
    /// The body of an answer whose call is in flight as long as it lives.
    #[derive(Debug)]
    pub struct CountedBody<B> {
        #[pin]
        inner: B,
        place: InFlight,
    }
}

impl<B: HttpBody<Data = Bytes>> HttpBody for CountedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.project().inner.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use tower::{ServiceExt as _, service_fn};

    use super::*;

    #[tokio::test]
    async fn a_call_is_in_flight_until_its_answer_is_dropped() {
        let calls = Calls::default();
        let service = calls.count(service_fn(|_: Request<Body>| async {
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }));
        for (road, kind, path, labels) in [
            (
                Road::Http,
                "application/grpc",
                "/trivium.v1.SessionService/Connect",
                ("grpc", "connect"),
            ),
            (
                Road::Http,
                "application/grpc-web+proto",
                "/trivium.v1.SessionService/Watch",
                ("grpc-web", "watch"),
            ),
            (
                Road::Http,
                "text/html",
                "/trivium.v1.SessionService/Watch",
                ("http", "plain"),
            ),
            (
                Road::WebTransport,
                "",
                "/trivium.v1.QuizService/Play",
                ("webtransport", "play"),
            ),
            (Road::WebTransport, "", "/anything/else", ("webtransport", "unary")),
        ] {
            let peer = Peer {
                remote_addr: None,
                road,
                connection_id: 1,
                origin: None,
                tls: false,
            };
            let mut request = Request::builder()
                .uri(path)
                .header(CONTENT_TYPE, kind)
                .body(Body::empty())
                .expect("a request");
            request.extensions_mut().insert(peer);
            let labels = Labels {
                road: labels.0,
                call: labels.1,
            };
            let answer = service.clone().oneshot(request).await.expect("it does not fail");
            assert_eq!(calls.in_flight.get_or_create(&labels).get(), 1, "{labels:?}");
            drop(answer);
            assert_eq!(calls.in_flight.get_or_create(&labels).get(), 0, "{labels:?}");
            assert_eq!(calls.begun.get_or_create(&labels).get(), 1, "{labels:?}");
        }
    }
}
