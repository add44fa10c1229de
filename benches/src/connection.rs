//! One connection as a task: bytes in, counts out, and another connection after a cut.
//!
//! All tasks share one buffer to read into, so that a connection costs the generator its socket and little more.

use std::{
    cell::RefCell,
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    task::{Poll, ready},
    time::Instant,
};

use anyhow::{Context as _, Result, anyhow, bail};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::{
    io::{AsyncWriteExt as _, ReadBuf},
    sync::mpsc,
};
use tokio_stream::wrappers::ReceiverStream;
use tower::ServiceExt as _;
use trivium_transport::client::{Config, WtChannel};

use crate::{
    dial::{CONNECT, Dial, Road, Stream},
    talk::{Heard, Lost, Order, Outbox, Talk},
    tally::{Count, Tally},
    wire::{Note, Prefixed, Wire},
};

const READ: usize = 64 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// What a connection may be to its scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It reads all the time, and never ends by itself.
    #[default]
    Steady,
    /// The same, and it hears the room as soon as it has a seat.
    Eager,
    /// It is made to stand still, with this much room in its socket, and the server may end it: then it comes again.
    Staller(u32),
}

/// A connection, as long as the scenario holds the sender of its orders.
pub(crate) struct Speaker {
    pub(crate) mind: Mind,
    pub(crate) orders: mpsc::Receiver<Order>,
}

/// What hears and speaks on one connection after the other.
pub(crate) struct Mind {
    talk: Box<dyn Talk>,
    tally: Rc<Tally>,
    kind: Kind,
    /// When it should have come in.
    due: Option<Instant>,
    /// Messages that arrived so far.
    heard: usize,
    waits: Waits,
}

/// What a member waits for that has a seat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    Nothing,
    /// To be told to hear the room.
    Order,
    /// To hear it.
    Room,
}

/// How a connection ended, where that is no error.
enum Ended {
    /// The scenario is over.
    Over,
    /// The scenario wants it cut.
    Cut,
}

impl Mind {
    pub(crate) fn new(talk: Box<dyn Talk>, tally: &Rc<Tally>, kind: Kind, due: Option<Instant>) -> Self {
        Self {
            talk,
            tally: Rc::clone(tally),
            kind,
            due,
            heard: 0,
            waits: Waits::Nothing,
        }
    }

    /// Takes in one read's worth of bytes. What is to be answered is in `out`.
    fn read(&mut self, wire: &mut dyn Wire, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Self {
            talk,
            tally,
            kind,
            due,
            heard,
            waits,
        } = self;
        tally.bytes.set(tally.bytes.get() + bytes.len() as u64);
        let arrival = match kind {
            Kind::Steady | Kind::Eager => Count::Delivery,
            Kind::Staller(_) => Count::Late,
        };
        let (mut outbox, mut unnumbered, mut failed, mut joined) = (Outbox::new(), 0, None, false);
        let mut hear = |what: Heard| match what {
            Heard::Joined => {
                tally.add(Count::Joined, 1, *due);
                (joined, *waits) = (true, Waits::Order);
            }
            Heard::Ready => {
                tally.add(Count::Ready, 1, None);
                *waits = Waits::Nothing;
            }
            Heard::Whole => tally.add(Count::Whole, 1, Some(tally.ordered_at.get())),
            Heard::Restarted => tally.add(Count::Restarted, 1, None),
            Heard::Delivery(number) => {
                let number = number.unwrap_or(*heard);
                *heard += 1;
                match tally.due.borrow().get(number) {
                    Some(due) => tally.add(arrival, 1, Some(*due)),
                    None => unnumbered += 1,
                }
            }
            Heard::Reply(number) => {
                let since = tally.requested_at.borrow().get(number).copied();
                tally.add(Count::Reply, 1, since);
            }
        };
        wire.read(bytes, out, &mut |note| match note {
            _ if failed.is_some() => {}
            Note::Open => talk.opened(&mut outbox, &mut hear),
            Note::Message(message) => failed = talk.hear(message, &mut outbox, &mut hear).err(),
        })?;
        if joined && *kind == Kind::Eager {
            *waits = Waits::Room;
            talk.subscribe(&mut outbox);
        }
        if unnumbered > 0 {
            tally.add(arrival, unnumbered, Some(tally.ordered_at.get()));
        }
        for message in outbox {
            wire.write(&message, out);
        }
        failed.map_or(Ok(()), Err)
    }

    /// The first words on a connection. On some wires they have to wait for an answer.
    fn begin(&mut self, wire: &mut dyn Wire, out: &mut Vec<u8>, again: bool) -> Result<()> {
        if !wire.begin(out) {
            return Ok(());
        }
        let Self {
            talk, tally, kind, due, ..
        } = self;
        let (mut outbox, mut joined) = (Outbox::new(), false);
        if again {
            talk.reopened(&mut outbox)?;
        } else {
            talk.opened(&mut outbox, &mut |heard| joined |= matches!(heard, Heard::Joined));
        }
        if joined {
            tally.add(Count::Joined, 1, *due);
        }
        if joined && *kind == Kind::Eager {
            talk.subscribe(&mut outbox);
        }
        for message in outbox {
            wire.write(&message, out);
        }
        Ok(())
    }

    /// What the scenario wants said.
    fn say(&mut self, order: Order, wire: &mut dyn Wire, out: &mut Vec<u8>) {
        let mut outbox = Outbox::new();
        match order {
            Order::Subscribe => {
                self.waits = Waits::Room;
                self.talk.subscribe(&mut outbox);
            }
            Order::Say(messages) => outbox.extend(messages),
            Order::Cut | Order::Reopen | Order::Stall | Order::Read => {}
        }
        for message in outbox {
            wire.write(&message, out);
        }
    }

    /// Whether the server may end the connection so.
    fn excuses(&self, error: &anyhow::Error) -> bool {
        matches!(self.kind, Kind::Staller(_)) && !error.is::<Lost>()
    }
}

/// Speaks until the scenario drops the connection's orders.
///
/// # Errors
///
/// The connection ended, the server refused something, or something was lost.
pub(crate) async fn run(dial: Rc<Dial>, mut speaker: Speaker) -> Result<()> {
    let mut again = false;
    loop {
        match once(&dial, &mut speaker, again).await {
            Ok(Ended::Over) => return Ok(()),
            Ok(Ended::Cut) => match speaker.orders.recv().await {
                None => return Ok(()),
                Some(Order::Reopen) => {}
                Some(other) => bail!("{other:?} without a connection"),
            },
            // Over HTTP/1.1, a connection on which nothing is asked for long is closed, maybe just when something is asked.
            Err(error) if dial.is_web() && speaker.mind.waits != Waits::Nothing && again_after(&error) => {
                if speaker.mind.waits == Waits::Order {
                    match speaker.orders.recv().await {
                        None => return Ok(()),
                        Some(Order::Subscribe) => speaker.mind.waits = Waits::Room,
                        Some(other) => bail!("{other:?} without a connection"),
                    }
                }
            }
            Err(error) if speaker.mind.excuses(&error) && again_after(&error) => {
                speaker.mind.tally.add(Count::Cut, 1, None);
            }
            Err(error) => return Err(error),
        }
        again = true;
    }
}

/// Whether it is any use to come again: not if nobody listens.
fn again_after(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_none_or(|error| error.kind() != std::io::ErrorKind::ConnectionRefused)
}

async fn once(dial: &Dial, speaker: &mut Speaker, again: bool) -> Result<Ended> {
    if let Some(road) = &dial.road {
        return webtransport(road, speaker, again).await;
    }
    let room = match speaker.mind.kind {
        Kind::Staller(bytes) if !again => Some(bytes),
        Kind::Steady | Kind::Eager | Kind::Staller(_) => None,
    };
    let mut stream = dial.open(room).await?;
    let mut wire = dial.wire(again);
    over(stream.as_mut(), wire.as_mut(), speaker, again).await
}

async fn over(
    mut stream: Pin<&mut dyn Stream>,
    wire: &mut dyn Wire,
    speaker: &mut Speaker,
    again: bool,
) -> Result<Ended> {
    let Speaker { mind, orders } = speaker;
    let (mut out, mut reads) = (Vec::new(), true);
    mind.begin(wire, &mut out, again)?;
    loop {
        if !out.is_empty() {
            stream.write_all(&out).await?;
            stream.flush().await?;
            out = Vec::new();
        }
        let read = poll_fn(|cx| {
            BUFFER.with_borrow_mut(|buffer| {
                let mut bytes = ReadBuf::new(buffer);
                ready!(stream.as_mut().poll_read(cx, &mut bytes))?;
                Poll::Ready(match bytes.filled() {
                    [] => Err(anyhow!("the server closed the connection")),
                    bytes => mind.read(wire, bytes, &mut out),
                })
            })
        });
        let order = tokio::select! {
            read = read, if reads => {
                read?;
                continue;
            }
            order = orders.recv() => order,
        };
        match order {
            None => return Ok(Ended::Over),
            Some(Order::Cut) => return Ok(Ended::Cut),
            Some(Order::Stall) => reads = false,
            Some(Order::Read) => reads = true,
            Some(order) => mind.say(order, wire, &mut out),
        }
    }
}

/// The same over a call on a WebTransport session of its own.
async fn webtransport(road: &Road, speaker: &mut Speaker, again: bool) -> Result<Ended> {
    let Speaker { mind, orders } = speaker;
    let channel = WtChannel::connect(&road.url, Config::new(road.trust.clone())).await?;
    let (requests, body) = mpsc::channel::<Vec<u8>>(16);
    let body = ReceiverStream::new(body).map(|bytes| Ok::<_, Infallible>(Frame::data(Bytes::from(bytes))));
    let request = http::Request::post(CONNECT)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(StreamBody::new(body))?;
    // The channel carries prefixed messages in frames of its own; the bodies are as on any other road.
    let mut wire = Prefixed::default();
    let (mut out, mut reads) = (Vec::new(), true);
    mind.begin(&mut wire, &mut out, again)?;
    requests.send(std::mem::take(&mut out)).await?;
    let mut response = channel.clone().oneshot(request).await?.into_body();
    loop {
        if !out.is_empty() {
            requests.send(std::mem::take(&mut out)).await?;
        }
        let order = tokio::select! {
            frame = response.frame(), if reads => {
                let frame = frame.context("the call ended")?.map_err(|error| anyhow!(error))?;
                match frame.into_data() {
                    Ok(bytes) => mind.read(&mut wire, &bytes, &mut out)?,
                    Err(frame) => bail!("the call ended: {:?}", frame.trailers_ref()),
                }
                continue;
            }
            order = orders.recv() => order,
        };
        match order {
            None => return Ok(Ended::Over),
            Some(Order::Cut) => return Ok(Ended::Cut),
            Some(Order::Stall) => reads = false,
            Some(Order::Read) => reads = true,
            Some(order) => mind.say(order, &mut wire, &mut out),
        }
    }
}
