//! The fake server as generated services.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};
use trivium_client::proto::v1;
use trivium_client::proto::v1::chat_service_server::ChatService;
use trivium_client::proto::v1::connect_request::Request as Up;
use trivium_client::proto::v1::session_service_server::SessionService;

use super::Server;
use super::connection::serve;

#[async_trait]
impl SessionService for Server {
    async fn connect(
        &self,
        request: Request<Streaming<v1::ConnectRequest>>,
    ) -> Result<Response<BoxStream<v1::ConnectResponse>>, Status> {
        self.admit(&request)?;
        let (down, responses) = mpsc::channel(4);
        tokio::spawn(serve(self.clone(), Box::pin(request.into_inner()), down, "stream"));
        let responses =
            ReceiverStream::new(responses).map(|down| down.map(|down| v1::ConnectResponse { response: Some(down) }));
        Ok(Response::new(Box::pin(responses)))
    }

    async fn watch(
        &self,
        request: Request<v1::WatchRequest>,
    ) -> Result<Response<BoxStream<v1::WatchResponse>>, Status> {
        self.admit(&request)?;
        let hello = request.into_inner().hello.map(Up::Hello);
        let first = Ok(v1::ConnectRequest { id: 0, request: hello });
        let up = tokio_stream::once(first).chain(tokio_stream::pending());
        let (down, responses) = mpsc::channel(4);
        tokio::spawn(serve(self.clone(), Box::pin(up), down, "grpc-web"));
        let responses = ReceiverStream::new(responses).map(|down| {
            // The two messages are the same bytes.
            let bytes = prost::Message::encode_to_vec(&v1::ConnectResponse { response: Some(down?) });
            prost::Message::decode(bytes.as_slice()).map_err(|error| Status::internal(error.to_string()))
        });
        Ok(Response::new(Box::pin(responses)))
    }

    async fn sync_clock(
        &self,
        request: Request<v1::SyncClockRequest>,
    ) -> Result<Response<v1::SyncClockResponse>, Status> {
        let muted = {
            let state = self.state();
            state.mute > 0 && state.mute >= state.heard.hellos.len() as u64
        };
        if muted {
            std::future::pending::<()>().await;
        }
        Ok(Response::new(self.sample(request.get_ref())))
    }
}

#[async_trait]
impl ChatService for Server {
    async fn send_message(
        &self,
        request: Request<v1::SendMessageRequest>,
    ) -> Result<Response<v1::SendMessageResponse>, Status> {
        if !request.metadata().contains_key("x-trivium-session") {
            return Err(Status::failed_precondition("the call names no session"));
        }
        // Calls overtake each other, as they may on a real network.
        if request.get_ref().text.len() == 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        match self.send(request.get_ref()) {
            Ok(Some(response)) => Ok(Response::new(response)),
            // Nobody hears of it: the connection is cut with the answer on it.
            Ok(None) => {
                self.cut();
                std::future::pending().await
            }
            Err(error) => Err(Status::new(
                i32::try_from(error.code).expect("it is a code").into(),
                error.message,
            )),
        }
    }
}
