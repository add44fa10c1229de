//! The server that connectconformance starts, once for each kind that it judges: its own calls behind the layers that this
//! server has in front of all calls over HTTP.

use axum::Router;
use trivium_transport::webtransport::Origins;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let road = |calls| trivium_api::http(calls, Origins::Any, Router::new());
    trivium_test_service::conformance::serve(tokio::io::stdin(), tokio::io::stdout(), road).await
}
