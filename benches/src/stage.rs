//! The room that a scenario plays in, and its host.

use std::{
    collections::VecDeque,
    rc::Rc,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, bail};
use tokio::{sync::mpsc, task::spawn_local, time::timeout};
use trivium_proto::v1::{
    CreateRoomRequest, JoinPolicy, Reply, Room, RoomKind, SendMessageRequest, connect_request::Request,
    connect_response::Response, reply,
};

use crate::{
    connection::{self, Kind, Mind, Speaker},
    dial::Dial,
    talk::{Host, Order, say, subscription},
    tally::{Count, Tally},
    target::{Protocol, Target},
};

/// Events that the host may leave unread; the scenario reads on before it waits for anything.
const UNREAD: usize = 65_536;
const PATIENCE: Duration = Duration::from_mins(2);
/// Unanswered messages of the host; the server refuses what is more than 64.
const IN_FLIGHT: usize = 48;
/// Above the ids that connections use for their own.
const FIRST_ID: u64 = 1 << 32;

/// See the module.
pub(crate) struct Stage {
    pub(crate) room: String,
    pub(crate) code: String,
    tally: Rc<Tally>,
    orders: mpsc::Sender<Order>,
    said: mpsc::Receiver<Response>,
    /// What came while the host waited for a reply: an event may overtake the reply to what brought it about.
    overtaken: VecDeque<Response>,
    next_id: u64,
    /// Messages so far.
    messages: u64,
}

impl Stage {
    /// Makes a room for `members`. The host is on a gRPC connection of its own.
    ///
    /// # Errors
    ///
    /// The server refused.
    pub(crate) async fn build(target: &Target, kind: RoomKind, members: usize) -> Result<Self> {
        if target.code.is_some() {
            bail!("this scenario makes a room of its own: it needs --token or --data instead of --code");
        }
        let dial = Rc::new(Dial::speaking(target, Protocol::Grpc).await?);
        let (orders, receiver) = mpsc::channel(16);
        let (sender, said) = mpsc::channel(UNREAD);
        let tally = Rc::new(Tally::new());
        let host = Host::new(&target.token()?, sender);
        let speaker = Speaker {
            mind: Mind::new(Box::new(host), &tally, Kind::Steady, None),
            orders: receiver,
        };
        let failed = Rc::clone(&tally);
        spawn_local(async move {
            if let Err(error) = connection::run(dial, speaker).await {
                failed.fail(error.context("the host"));
            }
        });
        let mut stage = Self {
            room: String::new(),
            code: String::new(),
            tally,
            orders,
            said,
            overtaken: VecDeque::new(),
            next_id: FIRST_ID,
            messages: 0,
        };
        let room = stage.create(kind, members).await?;
        (stage.room, stage.code) = (room.id, room.join_code);
        Ok(stage)
    }

    async fn create(&mut self, kind: RoomKind, members: usize) -> Result<Room> {
        let request = CreateRoomRequest {
            request_id: unique("create")?,
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
        let request = Request::Subscribe(subscription(&self.room, None));
        self.say([request]).await?;
        self.until(|said| matches!(said, Response::Reset(_)).then_some(()))
            .await
    }

    /// A chat message of the host with this text. `number` tells it from the host's others.
    pub(crate) fn message(&self, number: u64, text: &str) -> Request {
        Request::SendMessage(SendMessageRequest {
            request_id: number.to_string(),
            room_id: self.room.clone(),
            text: text.to_owned(),
            ..SendMessageRequest::default()
        })
    }

    /// Sends requests in one write as far as it may, and does not wait, unless many messages of the host are unanswered.
    ///
    /// # Errors
    ///
    /// The host is gone.
    pub(crate) async fn say(&mut self, requests: impl IntoIterator<Item = Request>) -> Result<()> {
        let mut requests = requests.into_iter().peekable();
        while requests.peek().is_some() {
            let mut messages = Vec::new();
            for request in requests.by_ref().take(IN_FLIGHT) {
                self.next_id += 1;
                self.messages += u64::from(matches!(request, Request::SendMessage(_)));
                messages.push(say(self.next_id, request));
            }
            self.tally
                .pass(Count::Reply, self.messages.saturating_sub(IN_FLIGHT as u64))
                .await?;
            if self.orders.send(Order::Say(messages)).await.is_err() {
                self.tally.is_well()?;
                bail!("the host is gone");
            }
        }
        Ok(())
    }

    /// A request and its reply.
    ///
    /// # Errors
    ///
    /// The server refused, which the connection has told, or takes too long.
    pub(crate) async fn call(&mut self, request: Request) -> Result<reply::Result> {
        self.say([request]).await?;
        let asked = self.next_id;
        loop {
            match self.next().await? {
                Response::Reply(Reply { id, result }) if id == asked => return result.context("an empty reply"),
                other => self.overtaken.push_back(other),
            }
        }
    }

    /// Reads on until `pick` finds what it wants.
    ///
    /// # Errors
    ///
    /// The host is gone, or it takes too long.
    pub(crate) async fn until<T>(&mut self, mut pick: impl FnMut(Response) -> Option<T>) -> Result<T> {
        loop {
            let said = match self.overtaken.pop_front() {
                Some(said) => said,
                None => self.next().await?,
            };
            if let Some(found) = pick(said) {
                return Ok(found);
            }
        }
    }

    async fn next(&mut self) -> Result<Response> {
        let said = timeout(PATIENCE, self.said.recv()).await;
        let Some(said) = said.context("the host waited in vain")? else {
            self.tally.is_well()?;
            bail!("the host is gone");
        };
        Ok(said)
    }
}

/// An id that no other run and no other room of this one has.
///
/// # Errors
///
/// The clock stands before 1970.
pub(crate) fn unique(what: &str) -> Result<String> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = UNIX_EPOCH.elapsed()?.as_nanos();
    Ok(format!("{what}-{now}-{}", COUNT.fetch_add(1, Relaxed)))
}
