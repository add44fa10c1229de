//! `peer-tonic PORT`: a room on bare tonic, as one writes it first: a broadcast channel, and a stream that encodes each event for
//! each subscriber.

mod speech;

use std::{
    env,
    sync::{Arc, atomic::AtomicU64},
};

use anyhow::{Context as _, Result};
use tokio::{
    net::TcpListener,
    sync::{broadcast, mpsc},
};
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use tonic::{
    Request, Response, Status, Streaming, codegen::BoxStream, transport::Server, transport::server::TcpIncoming,
};
use trivium_proto::v1::{
    ConnectRequest, ConnectResponse,
    session_service_server::{SessionService, SessionServiceServer},
};

use speech::heard;

/// Events that a subscriber may lag before it loses some, and messages on their way to a connection.
const LAG: usize = 1_024;

#[derive(Clone)]
struct Sessions {
    events: broadcast::Sender<ConnectResponse>,
    /// Number of the newest event.
    head: Arc<AtomicU64>,
}

type Outgoing = mpsc::Sender<Result<ConnectResponse, Status>>;

#[tonic::async_trait]
impl SessionService for Sessions {
    async fn connect(
        &self,
        request: Request<Streaming<ConnectRequest>>,
    ) -> Result<Response<BoxStream<ConnectResponse>>, Status> {
        let (out, stream) = mpsc::channel(LAG);
        tokio::spawn(serve(request.into_inner(), self.clone(), out));
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }
}

/// Serves one connection until either side is gone.
async fn serve(mut said: Streaming<ConnectRequest>, sessions: Sessions, out: Outgoing) {
    while let Some(Ok(request)) = said.next().await {
        let Some(heard) = heard(request, &sessions.head) else {
            return;
        };
        if heard.subscribes {
            tokio::spawn(forward(sessions.events.subscribe(), out.clone()));
        }
        if let Some(event) = heard.event {
            // Nobody listens: nobody is told.
            let _nobody = sessions.events.send(event);
        }
        if out.send(Ok(heard.answer)).await.is_err() {
            return;
        }
    }
}

async fn forward(mut events: broadcast::Receiver<ConnectResponse>, out: Outgoing) {
    while let Ok(event) = events.recv().await {
        if out.send(Ok(event)).await.is_err() {
            return;
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let port: u16 = env::args().nth(1).context("PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let (events, _) = broadcast::channel(LAG);
    Server::builder()
        .add_service(SessionServiceServer::new(Sessions {
            events,
            head: Arc::default(),
        }))
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}
