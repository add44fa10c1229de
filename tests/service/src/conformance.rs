//! Connect's `ConformanceService` on the HTTP road, as gRPC and gRPC-Web: what connectconformance judges.
//!
//! [`serve`] is the program that it starts, `calls` the handlers, `info` what they see of a request and do to an answer.

mod calls;
mod info;

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
};

use http::{Request, Response};
use prost::Message as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_util::sync::CancellationToken;
use tonic::{codec::CompressionEncoding, service::Routes};
use tower::{ServiceBuilder, ServiceExt as _, service_fn, util::BoxCloneSyncService};
use trivium_transport::{Body, DeadlineLayer, HttpServer, RecoverLayer, RoadService, http::Config};

use self::calls::Calls;
use crate::proto::conformance::{
    ServerCompatRequest, ServerCompatResponse, conformance_service_server::ConformanceServiceServer,
};

/// Largest description of a server.
const MAX_REQUEST: usize = 64 * 1024;

/// The calls behind everything that is the same on every road.
pub type Stack = BoxCloneSyncService<Request<Body>, Response<tonic::body::Body>, Infallible>;

/// Reads what kind of server is wanted, tells where it is, and serves until the process is ended. `road` puts in front of the
/// calls what the HTTP road has there.
///
/// # Errors
///
/// No request comes, nobody hears the answer, or there is no port.
pub async fn serve<S: RoadService>(
    mut input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
    road: impl FnOnce(Stack) -> S,
) -> anyhow::Result<()> {
    let length = usize::try_from(input.read_u32().await?)?;
    anyhow::ensure!(length <= MAX_REQUEST, "a description of {length} bytes");
    let mut request = vec![0; length];
    input.read_exact(&mut request).await?;
    let wanted = ServerCompatRequest::decode(&request[..])?;

    let http = HttpServer::bind(Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).await?;
    let response = ServerCompatResponse {
        host: Ipv4Addr::LOCALHOST.to_string(),
        port: http.local_addr()?.port().into(),
    };
    let response = response.encode_to_vec();
    output.write_u32(u32::try_from(response.len())?).await?;
    output.write_all(&response).await?;
    output.flush().await?;
    http.serve(road(stack(wanted)?), CancellationToken::new()).await;
    Ok(())
}

fn stack(wanted: ServerCompatRequest) -> anyhow::Result<Stack> {
    let mut calls = ConformanceServiceServer::new(Calls)
        .accept_compressed(CompressionEncoding::Gzip)
        .send_compressed(CompressionEncoding::Gzip);
    if wanted.message_receive_limit > 0 {
        calls = calls.max_decoding_message_size(usize::try_from(wanted.message_receive_limit)?);
    }
    let router = Routes::new(calls)
        .into_axum_router()
        .layer(axum::middleware::from_fn(info::trailers));
    let stack = ServiceBuilder::new()
        .layer(RecoverLayer)
        .layer(DeadlineLayer::new())
        .service(service_fn(move |request: Request<Body>| {
            router.clone().oneshot(request.map(axum::body::Body::new))
        }));
    let stack = stack.map_response(|response: Response<_>| response.map(tonic::body::Body::new));
    Ok(BoxCloneSyncService::new(stack))
}
