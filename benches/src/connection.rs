//! One connection as a task: bytes in, counts out.
//!
//! All tasks share one buffer to read into, so that a connection costs the generator its socket and little more.

use std::{cell::RefCell, convert::Infallible, net::SocketAddr, rc::Rc};

use anyhow::{Context as _, Result, anyhow, bail};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tower::ServiceExt as _;
use trivium_transport::client::{Config, Trust, WtChannel};

use crate::{
    talk::{Heard, Order, Outbox, Talk},
    tally::{Count, Tally},
    wire::{Note, Prefixed, Wire},
};

const READ: usize = 64 * 1024;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// What a connection of either kind has.
pub(crate) struct Speaker {
    pub(crate) talk: Box<dyn Talk>,
    pub(crate) tally: Rc<Tally>,
    pub(crate) orders: mpsc::Receiver<Order>,
}

impl Speaker {
    /// Takes in one read's worth of bytes. What is to be answered is in `out`.
    fn read(&mut self, wire: &mut dyn Wire, bytes: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Self { talk, tally, .. } = self;
        tally.bytes.set(tally.bytes.get() + bytes.len() as u64);
        let (mut outbox, mut deliveries, mut failed) = (Outbox::new(), 0, None);
        wire.read(bytes, out, &mut |note| {
            let heard = match note {
                Note::Open => talk.opened(&mut outbox),
                Note::Message(message) => match talk.hear(message, &mut outbox) {
                    Ok(heard) => heard,
                    Err(error) => return failed = Some(error),
                },
            };
            match heard {
                Heard::Nothing => {}
                Heard::Joined => tally.add(Count::Joined, 1, None),
                Heard::Ready => tally.add(Count::Ready, 1, None),
                Heard::Delivery => deliveries += 1,
                Heard::Reply(number) => {
                    let since = tally.requested_at.borrow().get(number).copied();
                    tally.add(Count::Reply, 1, since);
                }
            }
        })?;
        if deliveries > 0 {
            tally.add(Count::Delivery, deliveries, Some(tally.ordered_at.get()));
        }
        for message in outbox {
            wire.write(&message, out);
        }
        failed.map_or(Ok(()), Err)
    }

    /// Does what the scenario wants.
    fn obey(&mut self, order: Order, wire: &mut dyn Wire, out: &mut Vec<u8>) {
        let mut outbox = Outbox::new();
        match order {
            Order::Subscribe => self.talk.subscribe(&mut outbox),
            Order::Say(messages) => outbox.extend(messages),
        }
        for message in outbox {
            wire.write(&message, out);
        }
    }

    fn begin(&mut self, wire: &mut dyn Wire, out: &mut Vec<u8>) {
        if wire.begin(out) {
            let mut outbox = Outbox::new();
            if matches!(self.talk.opened(&mut outbox), Heard::Joined) {
                self.tally.add(Count::Joined, 1, None);
            }
            for message in outbox {
                wire.write(&message, out);
            }
        }
    }
}

/// Speaks over TCP until the scenario drops the connection's orders.
///
/// # Errors
///
/// The connection ended, or the server refused something.
pub(crate) async fn tcp(addr: SocketAddr, mut wire: Box<dyn Wire>, mut speaker: Speaker) -> Result<()> {
    let mut stream = TcpStream::connect(addr).await.with_context(|| addr.to_string())?;
    stream.set_nodelay(true)?;
    let mut out = Vec::new();
    speaker.begin(wire.as_mut(), &mut out);
    loop {
        if !out.is_empty() {
            stream.write_all(&out).await?;
            out = Vec::new();
        }
        tokio::select! {
            ready = stream.readable() => ready?,
            order = speaker.orders.recv() => {
                let Some(order) = order else { return Ok(()) };
                speaker.obey(order, wire.as_mut(), &mut out);
                continue;
            }
        }
        BUFFER.with_borrow_mut(|buffer| match stream.try_read(buffer) {
            Ok(0) => bail!("the server closed the connection"),
            Ok(length) => speaker.read(wire.as_mut(), &buffer[..length], &mut out),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error.into()),
        })?;
    }
}

/// Where the WebTransport road is.
#[derive(Clone, Debug)]
pub(crate) struct Road {
    pub(crate) url: String,
    pub(crate) hashes: Vec<[u8; 32]>,
}

/// Speaks over a call of `path` on a WebTransport session of its own.
///
/// # Errors
///
/// As for [`tcp`].
pub(crate) async fn webtransport(road: Road, path: &'static str, mut speaker: Speaker) -> Result<()> {
    let channel = WtChannel::connect(&road.url, Config::new(Trust::Hashes(road.hashes))).await?;
    let (requests, body) = mpsc::channel::<Vec<u8>>(16);
    let body = ReceiverStream::new(body).map(|bytes| Ok::<_, Infallible>(Frame::data(Bytes::from(bytes))));
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(StreamBody::new(body))?;
    // The channel carries prefixed messages in frames of its own; the bodies are as on any other road.
    let mut wire = Prefixed::default();
    let mut out = Vec::new();
    speaker.begin(&mut wire, &mut out);
    requests.send(std::mem::take(&mut out)).await?;
    let mut response = channel.clone().oneshot(request).await?.into_body();
    loop {
        if !out.is_empty() {
            requests.send(std::mem::take(&mut out)).await?;
        }
        tokio::select! {
            frame = response.frame() => {
                let frame = frame.context("the call ended")?.map_err(|error| anyhow!(error))?;
                match frame.into_data() {
                    Ok(bytes) => speaker.read(&mut wire, &bytes, &mut out)?,
                    Err(frame) => bail!("the call ended: {:?}", frame.trailers_ref()),
                }
            }
            order = speaker.orders.recv() => {
                let Some(order) = order else { return Ok(()) };
                speaker.obey(order, &mut wire, &mut out);
            }
        }
    }
}
