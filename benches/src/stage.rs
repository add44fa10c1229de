//! The room that a scenario plays in, and its host.

use std::{rc::Rc, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::{sync::mpsc, task::spawn_local, time::timeout};
use trivium_proto::v1::{
    CreateRoomRequest, JoinPolicy, Reply, Room, RoomKind, connect_request::Request, connect_response::Response, reply,
};

use crate::{
    connection::{self, Speaker},
    swarm::{CONNECT, Target},
    talk::{Host, Order, say, subscription},
    tally::Tally,
    wire::H2,
};

/// Events that the host may leave unread; the scenario reads on before it waits for anything.
const UNREAD: usize = 65_536;
const PATIENCE: Duration = Duration::from_mins(1);
/// Above the ids that connections use for their own.
const FIRST_ID: u64 = 1 << 32;

/// See the module.
pub(crate) struct Stage {
    pub(crate) room: String,
    pub(crate) code: String,
    orders: mpsc::Sender<Order>,
    said: mpsc::Receiver<Response>,
    next_id: u64,
}

impl Stage {
    /// Makes a room for `members`. The host is an operator on a gRPC connection of its own.
    ///
    /// # Errors
    ///
    /// The server refused.
    pub(crate) async fn build(target: &Target, kind: RoomKind, members: usize) -> Result<Self> {
        let mut stage = Self::open(target)?;
        let room = stage.create(kind, members).await?;
        (stage.room, stage.code) = (room.id, room.join_code);
        Ok(stage)
    }

    fn open(target: &Target) -> Result<Self> {
        let (orders, receiver) = mpsc::channel(16);
        let (sender, said) = mpsc::channel(UNREAD);
        let speaker = Speaker {
            talk: Box::new(Host::new(&target.token()?, sender)),
            tally: Rc::new(Tally::new()),
            orders: receiver,
        };
        let wire = H2::new(&target.addr.to_string(), CONNECT);
        let addr = target.addr;
        spawn_local(async move {
            if let Err(error) = connection::tcp(addr, Box::new(wire), speaker).await {
                eprintln!("the host: {error:#}");
            }
        });
        Ok(Self {
            room: String::new(),
            code: String::new(),
            orders,
            said,
            next_id: FIRST_ID,
        })
    }

    async fn create(&mut self, kind: RoomKind, members: usize) -> Result<Room> {
        let request = CreateRoomRequest {
            request_id: format!("create-{}", std::process::id()),
            kind: kind.into(),
            title: "A full room".into(),
            join_policy: JoinPolicy::Code.into(),
            capacity: u32::try_from(members + 8)?,
            nickname: "Host".into(),
            ..CreateRoomRequest::default()
        };
        match self.call(Request::CreateRoom(request)).await? {
            reply::Result::CreateRoom(created) => created.room.context("no room"),
            other => bail!("another answer: {other:?}"),
        }
    }

    /// Begins to hear the room.
    ///
    /// # Errors
    ///
    /// The host is gone.
    pub(crate) async fn hear(&mut self) -> Result<()> {
        let request = Request::Subscribe(subscription(&self.room));
        self.say([request]).await?;
        self.until(|said| matches!(said, Response::Reset(_)).then_some(()))
            .await
    }

    /// Sends requests in one write, and does not wait.
    ///
    /// # Errors
    ///
    /// The host is gone.
    pub(crate) async fn say(&mut self, requests: impl IntoIterator<Item = Request>) -> Result<()> {
        let mut messages = Vec::new();
        for request in requests {
            self.next_id += 1;
            messages.push(say(self.next_id, request));
        }
        Ok(self.orders.send(Order::Say(messages)).await?)
    }

    /// A request and its reply.
    ///
    /// # Errors
    ///
    /// The server refused, which the connection has told, or takes too long.
    pub(crate) async fn call(&mut self, request: Request) -> Result<reply::Result> {
        self.say([request]).await?;
        let asked = self.next_id;
        self.until(|said| match said {
            Response::Reply(Reply { id, result }) if id == asked => result,
            _ => None,
        })
        .await
    }

    /// Reads on until `pick` finds what it wants.
    ///
    /// # Errors
    ///
    /// The host is gone, or it takes too long.
    pub(crate) async fn until<T>(&mut self, mut pick: impl FnMut(Response) -> Option<T>) -> Result<T> {
        let found = timeout(PATIENCE, async {
            loop {
                let said = self.said.recv().await.context("the host is gone")?;
                if let Some(found) = pick(said) {
                    return Ok(found);
                }
            }
        });
        found.await.context("the host waited in vain")?
    }
}
