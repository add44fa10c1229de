//! `peer-tonic PORT`: a room on bare tonic, as one writes it first: a broadcast channel, and a stream that encodes each event for
//! each subscriber. It speaks as much of Trivium's `Connect` as the generator does, without a store, rules or limits.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
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
    ConnectRequest, ConnectResponse, CreateRoomResponse, Cursor, JoinRoomResponse, Message, MessageSent, Reply, Reset,
    Room, RoomEvent, RoomSnapshot, SendMessageResponse, Welcome,
    connect_request::Request as Said,
    connect_response::Response as Told,
    reply::Result as Answer,
    room_event::Event,
    session_service_server::{SessionService, SessionServiceServer},
};

const ROOM: &str = "019a5b2c-7c11-7e02-8b6a";
/// Events that a subscriber may lag before it loses some, and messages on their way to a connection.
const LAG: usize = 1_024;

#[derive(Clone)]
struct Sessions {
    events: broadcast::Sender<RoomEvent>,
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
    while let Some(Ok(ConnectRequest { id, request })) = said.next().await {
        let told = match request {
            Some(Said::Hello(_)) => Told::Welcome(Welcome::default()),
            Some(Said::Subscribe(_)) => {
                let (events, out) = (sessions.events.subscribe(), out.clone());
                tokio::spawn(forward(events, out));
                reset(sessions.head.load(Relaxed))
            }
            Some(Said::CreateRoom(_)) => {
                let room = Room {
                    id: ROOM.into(),
                    join_code: "CODE".into(),
                    ..Room::default()
                };
                reply(id, Answer::CreateRoom(CreateRoomResponse { room: Some(room) }))
            }
            Some(Said::JoinRoom(_)) => reply(id, Answer::JoinRoom(JoinRoomResponse::default())),
            Some(Said::SendMessage(message)) => {
                // Nobody listens: nobody is told.
                let seq = sessions.head.fetch_add(1, Relaxed) + 1;
                let _nobody = sessions.events.send(event(seq, message.text));
                reply(id, Answer::SendMessage(SendMessageResponse::default()))
            }
            _ => return,
        };
        if tell(&out, told).await.is_err() {
            return;
        }
    }
}

async fn forward(mut events: broadcast::Receiver<RoomEvent>, out: Outgoing) {
    while let Ok(event) = events.recv().await {
        if tell(&out, Told::Event(event)).await.is_err() {
            return;
        }
    }
}

async fn tell(out: &Outgoing, told: Told) -> Result<(), mpsc::error::SendError<Result<ConnectResponse, Status>>> {
    out.send(Ok(ConnectResponse { response: Some(told) })).await
}

fn reply(id: u64, answer: Answer) -> Told {
    Told::Reply(Reply {
        id,
        result: Some(answer),
    })
}

fn reset(seq: u64) -> Told {
    let cursor = Some(Cursor {
        seq,
        ..Cursor::default()
    });
    Told::Reset(Reset {
        snapshot: Some(RoomSnapshot {
            cursor,
            ..RoomSnapshot::default()
        }),
        ..Reset::default()
    })
}

fn event(seq: u64, text: String) -> RoomEvent {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let time_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    RoomEvent {
        room_id: ROOM.into(),
        seq,
        time_ms,
        actor_id: "operator".into(),
        event: Some(Event::MessageSent(MessageSent {
            message: Some(Message {
                seq,
                author_id: "operator".into(),
                author_nickname: "Host".into(),
                text,
                send_time_ms: time_ms,
                ..Message::default()
            }),
        })),
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
