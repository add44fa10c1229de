//! Deadlines and panics, with the time under control in one process, and then the same over sockets.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use tokio::time::Instant;
use tower::{Layer, ServiceExt};
use trivium_transport::deadline::{DeadlineBody, DeadlineLayer};
use trivium_transport::memory::MemoryChannel;
use trivium_transport::recover::{RecoverBody, RecoverLayer};
use trivium_transport::service::RoadService;

use crate::echo::{Frames, Probe, message};
use crate::harness::{Http, Server, call, request, service};

fn layered(
    probe: &Arc<Probe>,
    deadline: DeadlineLayer,
) -> impl RoadService<ResponseBody = RecoverBody<DeadlineBody<Frames>>> {
    RecoverLayer.layer(deadline.layer(service(probe)))
}

fn with_timeout(path: &str, timeout: &str) -> Request<Full<Bytes>> {
    let mut request = request(path, message(b""));
    request.headers_mut().insert("grpc-timeout", timeout.parse().unwrap());
    request
}

#[tokio::test(start_paused = true)]
async fn deadlines_cover_the_call_and_the_whole_body() {
    let probe = Arc::new(Probe::default());
    let plain = DeadlineLayer::new();
    let second = Duration::from_secs(1);
    for (path, timeout, layer, after) in [
        ("/Hang", "50m", plain, Duration::from_millis(50)),
        ("/HangBody", "50m", plain, Duration::from_millis(50)),
        ("/Hang", "1H", plain.with_cap(second), second),
        ("/HangBody", "1H", plain.with_cap(second), second),
        ("/Hang", "", plain.with_default(second), second),
        ("/Hang", "0S", plain, Duration::ZERO),
    ] {
        let start = Instant::now();
        let request = if timeout.is_empty() {
            request(path, message(b""))
        } else {
            with_timeout(path, timeout)
        };
        let answer = call(MemoryChannel::new(layered(&probe, layer)), request).await.unwrap();
        assert_eq!(answer.status(), 4, "{path} {timeout}");
        assert_eq!(answer.headers["content-type"], "application/grpc");
        let elapsed = start.elapsed();
        assert!(
            (after..after + Duration::from_millis(5)).contains(&elapsed),
            "{path} {timeout} {elapsed:?}"
        );
        assert_eq!(probe.active.load(Ordering::SeqCst), 0, "the handler is dropped");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_always_has_more_is_cut_at_its_deadline() {
    let probe = Arc::new(Probe::default());
    let channel = MemoryChannel::new(layered(&probe, DeadlineLayer::new()));
    let mut body = channel.oneshot(with_timeout("/Flood", "1S")).await.unwrap().into_body();
    for _ in 0..100 {
        assert!(body.frame().await.unwrap().unwrap().is_data());
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    let last = body.frame().await.unwrap().unwrap().into_trailers().unwrap();
    assert_eq!(last["grpc-status"], "4");
    assert!(body.frame().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_in_time_or_not_grpc_is_left_alone() {
    let probe = Arc::new(Probe::default());
    let channel = MemoryChannel::new(layered(
        &probe,
        DeadlineLayer::new().with_default(Duration::from_millis(10)),
    ));
    let answer = call(channel.clone(), with_timeout("/Slow", "200m")).await.unwrap();
    assert_eq!((answer.status(), answer.messages), (0, message(b"slow")));
    assert_eq!(answer.trailers["x-trailer"], "yes");
    let mut page = request("/Slow", message(b""));
    page.headers_mut().insert("content-type", "text/html".parse().unwrap());
    assert_eq!(call(channel, page).await.unwrap().status(), 0, "no default for pages");
}

#[tokio::test]
async fn a_malformed_timeout_is_an_invalid_argument() {
    let probe = Arc::new(Probe::default());
    let channel = MemoryChannel::new(layered(&probe, DeadlineLayer::new()));
    for value in ["", "1", "abc", "123456789S", "1s"] {
        assert_eq!(
            call(channel.clone(), with_timeout("/Unary", value))
                .await
                .unwrap()
                .status(),
            3,
            "{value:?}"
        );
    }
    let mut twice = with_timeout("/Unary", "1S");
    twice.headers_mut().append("grpc-timeout", "1S".parse().unwrap());
    assert_eq!(call(channel, twice).await.unwrap().status(), 3);
}

#[tokio::test]
async fn a_panic_is_an_internal_error_of_one_call() {
    let probe = Arc::new(Probe::default());
    let channel = MemoryChannel::new(layered(&probe, DeadlineLayer::new()));
    assert_eq!(
        call(channel.clone(), request("/Panic", message(b"")))
            .await
            .unwrap()
            .status(),
        13
    );
    let answer = call(channel.clone(), request("/PanicBody", message(b"")))
        .await
        .unwrap();
    assert_eq!((answer.status(), answer.messages), (13, message(b"before")));
    let mut page = request("/Panic", message(b""));
    page.headers_mut().insert("content-type", "text/html".parse().unwrap());
    let response = channel.oneshot(page).await.unwrap();
    assert_eq!(response.status(), 500);
    assert!(!response.headers().contains_key("grpc-status"));
}

#[tokio::test]
async fn the_layers_do_the_same_on_every_road() {
    let probe = Arc::new(Probe::default());
    let wt = Server::start_serving(layered(&probe, DeadlineLayer::new()), &probe, |_| {});
    let h2 = Http::start_serving(layered(&probe, DeadlineLayer::new()), &probe, |_| {}).await;
    let (wt, h2) = (wt.connect().await, h2.h2().await);
    for (path, timeout, status, messages) in [
        ("/Hang", "50m", 4, Bytes::new()),
        ("/HangBody", "50m", 4, Bytes::new()),
        ("/Panic", "9S", 13, Bytes::new()),
        ("/PanicBody", "9S", 13, message(b"before")),
        ("/Unary", "1x", 3, Bytes::new()),
        ("/Unary", "9S", 0, message(b"")),
    ] {
        for (road, answer) in [
            (
                "webtransport",
                call(wt.clone(), with_timeout(path, timeout)).await.unwrap(),
            ),
            ("h2", call(h2.clone(), with_timeout(path, timeout)).await.unwrap()),
        ] {
            assert_eq!(
                (answer.status(), &answer.messages),
                (status, &messages),
                "{road} {path} {timeout}"
            );
        }
    }
    assert_eq!(probe.active.load(Ordering::SeqCst), 0);
}
