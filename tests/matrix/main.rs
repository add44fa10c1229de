//! Who may call what: every method of the descriptors, by every kind of caller, over every road.
//!
//! ```text
//! descriptors --> methods --+                +--> unary calls over each road   --+
//! callers (callers.rs) -----+--> lane.rs ----+                                   +--> compared with `authz::RULES`
//! requests (requests.rs) ---+                +--> the same on Connect streams  --+    as expect.rs reads them
//! ```
//!
//! [`stage`] has a room with somebody in each role; [`streams`] asks the streaming methods.

mod callers;
mod expect;
mod lane;
mod methods;
mod requests;
mod stage;
mod streams;

use trivium_tests::Way;

use crate::lane::{Lane, Shape};

#[test]
fn every_method_of_the_descriptors_has_a_request() {
    methods::check();
}

#[tokio::test]
async fn unary_calls_over_grpc() {
    lane::run(Lane::new(Shape::Unary, Way::Grpc)).await;
}

#[tokio::test]
async fn unary_calls_over_grpc_web() {
    lane::run(Lane::new(Shape::Unary, Way::GrpcWeb)).await;
}

#[tokio::test]
async fn unary_calls_over_webtransport() {
    lane::run(Lane::new(Shape::Unary, Way::WebTransport)).await;
}

#[tokio::test]
async fn unary_calls_in_memory() {
    lane::run(Lane::new(Shape::Unary, Way::Memory)).await;
}

#[tokio::test]
async fn requests_on_a_stream_over_grpc() {
    lane::run(Lane::new(Shape::Connect, Way::Grpc)).await;
}

#[tokio::test]
async fn requests_on_a_stream_over_webtransport() {
    lane::run(Lane::new(Shape::Connect, Way::WebTransport)).await;
}

#[tokio::test]
async fn requests_on_a_stream_in_memory() {
    lane::run(Lane::new(Shape::Connect, Way::Memory)).await;
}

#[tokio::test]
async fn streams_over_grpc() {
    streams::run(Way::Grpc).await;
}

#[tokio::test]
async fn streams_over_grpc_web() {
    streams::run(Way::GrpcWeb).await;
}

#[tokio::test]
async fn streams_over_webtransport() {
    streams::run(Way::WebTransport).await;
}

#[tokio::test]
async fn streams_in_memory() {
    streams::run(Way::Memory).await;
}

#[tokio::test]
async fn facets_take_the_requests_of_their_own_messages_and_no_others() {
    streams::facets().await;
}
