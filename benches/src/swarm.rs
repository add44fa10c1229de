//! Many subscribers of one room, each on a connection of its own, and whoever publishes.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use tokio::{sync::mpsc, task::spawn_local};
use trivium_proto::v1::RoomKind;

use crate::{
    connection::{self, Kind, Mind, Speaker},
    dial::Dial,
    report::Joined,
    stage::{Stage, unique},
    talk::{Member, Order, Plain, Talk, Watcher},
    tally::{Count, Tally},
    target::{Protocol, Target},
};

/// Connections that come in at once: as many as a server under callgrind, on a busy machine, has shaken hands with in its five seconds.
const AT_ONCE: usize = 8;
/// After the set-up: the server's first pings are over by then.
const SETTLE: Duration = Duration::from_secs(2);

/// The way into a room.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    code: String,
    /// Between the number and the name of a guest.
    tag: String,
}

impl Door {
    /// Of a room that nobody else uses.
    pub(crate) fn of(stage: &Stage) -> Self {
        Self {
            code: stage.code.clone(),
            tag: String::new(),
        }
    }

    /// For guests who have this in their names.
    pub(crate) fn named(self, tag: &str) -> Self {
        Self {
            tag: tag.to_owned(),
            ..self
        }
    }
}

/// A room to be in, where the protocol has rooms: that of `--code`, or a new one with its host.
///
/// # Errors
///
/// The server refused.
pub(crate) async fn room(target: &Target, kind: RoomKind, members: usize) -> Result<(Option<Door>, Option<Stage>)> {
    if !target.protocol.has_rooms() {
        return Ok((None, None));
    }
    if let Some(code) = &target.code {
        let tag: String = unique("")?.chars().filter(char::is_ascii_digit).collect();
        let door = Door {
            code: code.clone(),
            tag: format!("-{tag}"),
        };
        return Ok((Some(door), None));
    }
    let stage = Stage::build(target, kind, members).await?;
    Ok((Some(Door::of(&stage)), Some(stage)))
}

/// See the module.
pub(crate) struct Swarm {
    pub(crate) tally: Rc<Tally>,
    /// None of a server elsewhere, and while they still come in.
    pub(crate) joined: Option<Joined>,
    /// Ends the connections when dropped.
    pub(crate) orders: Vec<mpsc::Sender<Order>>,
    dial: Rc<Dial>,
    protocol: Protocol,
    door: Option<Door>,
}

impl Swarm {
    /// Nobody yet.
    ///
    /// # Errors
    ///
    /// There is no such server.
    pub(crate) async fn empty(target: &Target, door: Option<&Door>) -> Result<Self> {
        Ok(Self {
            tally: Rc::new(Tally::new()),
            joined: None,
            orders: Vec::new(),
            dial: Rc::new(Dial::new(target).await?),
            protocol: target.protocol,
            door: door.cloned(),
        })
    }

    /// Lets `count` come in, at most [`AT_ONCE`] at a time, and hear the room only when all are in: otherwise joining would be
    /// measured mostly as telling everybody of everybody.
    ///
    /// # Errors
    ///
    /// Somebody was refused, or was cut off.
    pub(crate) async fn open(target: &Target, door: Option<&Door>, count: usize) -> Result<Self> {
        Self::open_as(target, door, count, |_| Kind::Steady).await
    }

    /// The same with connections of these kinds.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub(crate) async fn open_as(
        target: &Target,
        door: Option<&Door>,
        count: usize,
        kind: impl Fn(usize) -> Kind,
    ) -> Result<Self> {
        let mut swarm = Self::empty(target, door).await?;
        let before = target.usage()?;
        while swarm.orders.len() < count {
            for index in swarm.orders.len()..count.min(swarm.orders.len() + AT_ONCE) {
                swarm.admit(kind(index), None)?;
            }
            swarm.tally.reach(Count::Joined, swarm.orders.len() as u64).await?;
        }
        swarm.subscribe().await?;
        let cpu = target.used(before.as_ref(), count as u64)?;
        tokio::time::sleep(SETTLE).await;
        let rss_kb = target
            .usage()?
            .zip(before)
            .map(|(now, before)| now.grown_kb(&before, count as u64));
        swarm.joined = cpu.zip(rss_kb).map(|(cpu, rss_kb)| Joined { cpu, rss_kb });
        Ok(swarm)
    }

    /// One more connection, which comes in by itself; how late it has its seat counts from when it was `due`.
    ///
    /// # Errors
    ///
    /// There is no room to come into.
    pub(crate) fn admit(&mut self, kind: Kind, due: Option<Instant>) -> Result<()> {
        let talk = self.talk(self.orders.len())?;
        let (sender, orders) = mpsc::channel(16);
        let mind = Mind::new(talk, &self.tally, kind, due);
        let (dial, tally) = (Rc::clone(&self.dial), Rc::clone(&self.tally));
        spawn_local(async move {
            if let Err(error) = connection::run(dial, Speaker { mind, orders }).await {
                tally.fail(error);
            }
        });
        self.orders.push(sender);
        Ok(())
    }

    /// Everybody hears the room.
    ///
    /// # Errors
    ///
    /// Somebody was cut off.
    pub(crate) async fn subscribe(&self) -> Result<()> {
        for (begun, chunk) in self.orders.chunks(AT_ONCE).enumerate() {
            for order in chunk {
                order.send(Order::Subscribe).await?;
            }
            let goal = begun * AT_ONCE + chunk.len();
            self.tally.reach(Count::Ready, goal as u64).await?;
        }
        Ok(())
    }

    /// The publisher of a peer, connected; it is none of the subscribers.
    ///
    /// # Errors
    ///
    /// It does not come in.
    pub(crate) async fn publisher(&self) -> Result<mpsc::Sender<Order>> {
        let tally = Rc::new(Tally::new());
        let (sender, orders) = mpsc::channel(16);
        let mind = Mind::new(Box::<Plain>::default(), &tally, Kind::Steady, None);
        let (dial, failed) = (Rc::clone(&self.dial), Rc::clone(&self.tally));
        spawn_local(async move {
            if let Err(error) = connection::run(dial, Speaker { mind, orders }).await {
                failed.fail(error.context("the publisher"));
            }
        });
        tally.reach(Count::Joined, 1).await?;
        Ok(sender)
    }

    fn talk(&self, index: usize) -> Result<Box<dyn Talk>> {
        let Some(door) = &self.door else {
            if self.protocol.has_rooms() {
                bail!("there is no room");
            }
            return Ok(Box::<Plain>::default());
        };
        let member = Member::new(format!("p{index}{}", door.tag), &door.code);
        Ok(match self.protocol {
            Protocol::GrpcWeb => Box::new(Watcher::new(member)),
            Protocol::Grpc
            | Protocol::Webtransport
            | Protocol::Ws
            | Protocol::SocketIo
            | Protocol::Centrifugo
            | Protocol::Raw => Box::new(member),
        })
    }
}
