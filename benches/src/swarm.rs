//! Many subscribers of one room, each on a connection of its own, and whoever publishes.

use std::{fs, net::SocketAddr, path::PathBuf, rc::Rc, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    task::spawn_local,
};

use crate::{
    connection::{self, Road, Speaker},
    measure::{Cpu, Process, Usage},
    stage::Stage,
    talk::{Member, Order, Plain, Talk, Watcher},
    tally::{Count, Tally},
    wire::{GrpcWeb, H2, Prefixed, SocketIo, WebSocket, Wire},
};

pub(crate) const CONNECT: &str = "/trivium.v1.SessionService/Connect";
const WATCH: &str = "/trivium.v1.SessionService/Watch";
const JOIN: &str = "/trivium.v1.RoomService/JoinRoom";
/// Connections that come in at once.
const AT_ONCE: usize = 64;
/// After the set-up: the server's first pings are over by then.
const SETTLE: Duration = Duration::from_secs(2);

/// How to speak to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// Trivium over gRPC.
    Grpc,
    /// Trivium over gRPC-Web on HTTP/1.1.
    GrpcWeb,
    /// Trivium over WebTransport.
    Webtransport,
    /// The peer `ws`.
    Ws,
    /// The peer Socket.IO.
    SocketIo,
    /// The peer that writes to sockets, and nothing else.
    Raw,
}

impl Protocol {
    /// As on the command line.
    pub(crate) fn name(self) -> String {
        clap::ValueEnum::to_possible_value(&self).map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// The server under test.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Target {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) addr: SocketAddr,
    /// Its process, on this machine.
    #[arg(long)]
    pid: u32,
    /// The data directory of a Trivium server, where the operator's token is.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How to speak to it.
    #[arg(long, value_enum, default_value = "grpc")]
    pub(crate) protocol: Protocol,
}

impl Target {
    pub(crate) fn process(&self) -> Process {
        Process(self.pid)
    }

    /// The operator's token; empty without a data directory.
    ///
    /// # Errors
    ///
    /// There is none in the directory.
    pub(crate) fn token(&self) -> Result<String> {
        let Some(data) = &self.data else {
            return Ok(String::new());
        };
        let path = data.join("operator.token");
        let token = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(token.trim().to_owned())
    }

    /// Asks the server where its WebTransport road is.
    async fn road(&self) -> Result<Road> {
        let mut stream = TcpStream::connect(self.addr).await?;
        let ask = format!(
            "GET /.well-known/trivium HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.addr
        );
        stream.write_all(ask.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let (_, body) = answer.split_once("\r\n\r\n").context("no answer")?;
        let told: serde_json::Value = serde_json::from_str(body)?;
        let road = &told["webtransport"];
        let hashes = road["certificate_hashes"].as_array().context("no WebTransport")?;
        let hashes = hashes.iter().map(|hash| {
            let hash = STANDARD.decode(hash.as_str().unwrap_or_default())?;
            hash.try_into().ok().context("a hash of another length")
        });
        Ok(Road {
            url: road["url"].as_str().context("no URL")?.to_owned(),
            hashes: hashes.collect::<Result<_>>()?,
        })
    }

    fn wire(&self) -> Box<dyn Wire> {
        let addr = self.addr.to_string();
        match self.protocol {
            Protocol::Grpc | Protocol::Webtransport => Box::new(H2::new(&addr, CONNECT)),
            Protocol::GrpcWeb => Box::new(GrpcWeb::new(&addr, &[JOIN, WATCH])),
            Protocol::Ws => Box::new(WebSocket::new(&addr, "/")),
            Protocol::SocketIo => Box::new(SocketIo::new(&addr)),
            Protocol::Raw => Box::<Prefixed>::default(),
        }
    }
}

/// What it cost the server to let everybody in.
#[derive(Clone, Copy, Debug, Serialize, serde::Deserialize)]
pub(crate) struct Joined {
    /// Server CPU per session: connection, seat, subscription.
    pub(crate) cpu: Cpu,
    /// Resident memory of the server per session, after it has settled.
    pub(crate) rss_kb: f64,
}

/// See the module.
pub(crate) struct Swarm {
    pub(crate) tally: Rc<Tally>,
    pub(crate) joined: Joined,
    /// Ends the connections when dropped.
    pub(crate) orders: Vec<mpsc::Sender<Order>>,
}

impl Swarm {
    /// Lets `count` come in, at most [`AT_ONCE`] at a time, and hear the room only when all are in: otherwise joining would be
    /// measured mostly as telling everybody of everybody. The peers need no stage.
    ///
    /// # Errors
    ///
    /// Somebody was refused, or was cut off.
    pub(crate) async fn open(target: &Target, stage: Option<&Stage>, count: usize) -> Result<Self> {
        let road = match target.protocol {
            Protocol::Webtransport => Some(Arc::new(target.road().await?)),
            _ => None,
        };
        let tally = Rc::new(Tally::new());
        let before = target.process().usage()?;
        let mut orders = Vec::with_capacity(count);
        while orders.len() < count {
            for _ in orders.len()..count.min(orders.len() + AT_ONCE) {
                let talk = talk(target.protocol, stage, orders.len())?;
                orders.push(open(target, road.as_deref(), talk, &tally));
            }
            tally.reach(Count::Joined, orders.len() as u64).await?;
        }
        for (begun, chunk) in orders.chunks(AT_ONCE).enumerate() {
            for order in chunk {
                order.send(Order::Subscribe).await?;
            }
            tally
                .reach(Count::Ready, (begun * AT_ONCE + chunk.len()) as u64)
                .await?;
        }
        let cpu = target.process().usage()?.since(&before, count as u64);
        tokio::time::sleep(SETTLE).await;
        let rss_kb = target.process().usage()?.grown_kb(&before, count as u64);
        Ok(Self {
            tally,
            joined: Joined { cpu, rss_kb },
            orders,
        })
    }
}

/// Starts a connection that speaks as `talk`.
fn open(target: &Target, road: Option<&Road>, talk: Box<dyn Talk>, tally: &Rc<Tally>) -> mpsc::Sender<Order> {
    let (sender, orders) = mpsc::channel(16);
    let speaker = Speaker {
        talk,
        tally: Rc::clone(tally),
        orders,
    };
    let tally = Rc::clone(tally);
    let (addr, wire, road) = (target.addr, target.wire(), road.cloned());
    spawn_local(async move {
        let ended = match road {
            Some(road) => connection::webtransport(road, CONNECT, speaker).await,
            None => connection::tcp(addr, wire, speaker).await,
        };
        if let Err(error) = ended {
            tally.fail(error);
        }
    });
    sender
}

/// The publisher of a peer, connected.
///
/// # Errors
///
/// It does not come in.
pub(crate) async fn publisher(target: &Target, tally: &Rc<Tally>) -> Result<mpsc::Sender<Order>> {
    let everybody = tally.count(Count::Joined) + 1;
    let orders = open(target, None, Box::<Plain>::default(), tally);
    tally.reach(Count::Joined, everybody).await?;
    Ok(orders)
}

fn talk(protocol: Protocol, stage: Option<&Stage>, index: usize) -> Result<Box<dyn Talk>> {
    let member = |stage: &Stage| Member::new(format!("p{index}"), &stage.code, &stage.room);
    Ok(match (protocol, stage) {
        (Protocol::Ws | Protocol::SocketIo | Protocol::Raw, _) => Box::<Plain>::default(),
        (Protocol::Grpc | Protocol::Webtransport, Some(stage)) => Box::new(member(stage)),
        (Protocol::GrpcWeb, Some(stage)) => Box::new(Watcher::new(member(stage))),
        (Protocol::Grpc | Protocol::Webtransport | Protocol::GrpcWeb, None) => bail!("there is no room"),
    })
}

/// What the server used since a moment.
pub(crate) fn used(target: &Target, before: &Usage, work: u64) -> Result<Cpu> {
    Ok(target.process().usage()?.since(before, work))
}
