//! A stream without the SDK: what exactly comes down, message by message.
//!
//! On gRPC-Web it is `Watch`, elsewhere `Connect`; both say the same.

use futures_util::{StreamExt, stream::BoxStream};
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};
use trivium_client::{
    Client,
    proto::v1::{
        ConnectRequest, ConnectResponse, Cursor, Hello, Subscribe, WatchRequest, Welcome,
        connect_request::Request as Up, connect_response::Response as Down, reply,
    },
};
use trivium_tests::{Way, eventually};

/// An open stream.
pub(crate) struct Raw {
    pub(crate) welcome: Welcome,
    /// The way up, where there is one and it is not half-closed.
    pub(crate) up: Option<mpsc::Sender<ConnectRequest>>,
    down: BoxStream<'static, Result<ConnectResponse, Status>>,
    asked: u64,
}

impl Raw {
    /// Opens a stream and waits for its welcome.
    pub(crate) async fn open(client: &Client, way: Way, hello: Hello) -> Result<Self, Status> {
        Self::open_with(client, way, hello, |_| {}).await
    }

    /// The same with other metadata.
    pub(crate) async fn open_with(
        client: &Client,
        way: Way,
        hello: Hello,
        metadata: impl FnOnce(&mut tonic::metadata::MetadataMap),
    ) -> Result<Self, Status> {
        let mut sessions = client.sessions();
        let (up, mut down) = if way == Way::GrpcWeb {
            let mut request = Request::new(WatchRequest { hello: Some(hello) });
            metadata(request.metadata_mut());
            let down = sessions.watch(request).await?.into_inner();
            let same = |heard: Result<_, Status>| heard.map(|heard| same_bytes(&heard));
            (None, down.map(same).boxed())
        } else {
            let (up, requests) = mpsc::channel(64);
            let hello = ConnectRequest {
                id: 0,
                request: Some(Up::Hello(hello)),
            };
            up.send(hello).await.expect("there is room");
            let mut request = Request::new(ReceiverStream::new(requests));
            metadata(request.metadata_mut());
            (Some(up), sessions.connect(request).await?.into_inner().boxed())
        };
        let first = eventually("a welcome", down.next()).await;
        let first = first.ok_or_else(|| Status::unknown("the stream ended without a word"))??;
        let Some(Down::Welcome(welcome)) = first.response else {
            panic!("no welcome but {first:?}");
        };
        Ok(Self {
            welcome,
            up,
            down,
            asked: 0,
        })
    }

    /// What comes next; `None` once the stream has ended well.
    pub(crate) async fn next(&mut self) -> Option<Result<Down, Status>> {
        let heard = eventually("something on the stream", self.down.next()).await?;
        Some(heard.map(|heard| heard.response.expect("it says something")))
    }

    /// Reads on until `pick` finds what it wants. Not for long: pings come for as long as the stream stands.
    pub(crate) async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(Down) -> Option<T>) -> T {
        let reading = async {
            loop {
                match self.next().await {
                    Some(Ok(heard)) => {
                        if let Some(found) = pick(heard) {
                            return found;
                        }
                    }
                    end => panic!("{what} did not come before {end:?}"),
                }
            }
        };
        eventually(what, reading).await
    }

    /// How the stream ends, whatever comes before: `Ok` if well.
    pub(crate) async fn end(&mut self) -> Result<(), Status> {
        loop {
            match self.next().await {
                Some(Ok(_)) => {}
                Some(Err(status)) => return Err(status),
                None => return Ok(()),
            }
        }
    }

    /// Says something, and reads on until the answer.
    pub(crate) async fn ask(&mut self, request: Up) -> reply::Result {
        self.asked += 1;
        let id = self.asked;
        let message = ConnectRequest {
            id,
            request: Some(request),
        };
        let up = self.up.as_ref().expect("there is a way up");
        up.send(message).await.expect("the stream goes on");
        self.until("an answer", |heard| match heard {
            Down::Reply(reply) if reply.id == id => reply.result,
            _ => None,
        })
        .await
    }
}

/// A greeting that asks for rooms.
pub(crate) fn hello(rooms: &[(&str, Option<(u64, u64)>)]) -> Hello {
    let subscriptions = rooms.iter().map(|(room, cursor)| Subscribe {
        room_id: (*room).to_owned(),
        cursor: cursor.map(|(epoch, seq)| Cursor {
            room_id: (*room).to_owned(),
            epoch,
            seq,
        }),
    });
    Hello {
        subscriptions: subscriptions.collect(),
        ..Hello::default()
    }
}

/// `WatchResponse` has the fields of `ConnectResponse`.
fn same_bytes(message: &impl Message) -> ConnectResponse {
    ConnectResponse::decode(message.encode_to_vec().as_slice()).expect("the same fields")
}
