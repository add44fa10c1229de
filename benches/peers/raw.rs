//! `peer-raw PORT BYTES`: the floor. Writes events of so many bytes to every subscriber's socket from one task, all events of an
//! order in one write, and does nothing else.
//!
//! Messages have gRPC's prefix: a byte of zero and four of length.

use std::env;

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::mpsc,
};

/// Longest message that is taken.
const MOST: usize = 64;

enum Said {
    Subscribe(OwnedWriteHalf),
    Publish(usize),
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let port: u16 = arguments.next().context("PORT")?.parse()?;
    let bytes: usize = arguments.next().context("BYTES")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let (said, heard) = mpsc::channel(1_024);
    tokio::spawn(room(message(&vec![b'x'; bytes])?, heard));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(listen(stream, said.clone()));
    }
}

/// Writes to everybody in turn. A socket that takes no more would hold up the rest, which a closed loop never lets happen.
async fn room(event: Vec<u8>, mut heard: mpsc::Receiver<Said>) -> Result<()> {
    let ready = message(b"ready")?;
    let mut subscribers = Vec::new();
    while let Some(said) = heard.recv().await {
        match said {
            Said::Subscribe(mut subscriber) => {
                if subscriber.write_all(&ready).await.is_ok() {
                    subscribers.push(subscriber);
                }
            }
            Said::Publish(count) => {
                let events = event.repeat(count);
                for subscriber in &mut subscribers {
                    // Whoever is gone costs one failed write per order.
                    let _gone = subscriber.write_all(&events).await;
                }
            }
        }
    }
    Ok(())
}

async fn listen(stream: TcpStream, room: mpsc::Sender<Said>) -> Result<()> {
    let (mut read, write) = stream.into_split();
    let mut write = Some(write);
    while let Ok(message) = hear(&mut read).await {
        let said = match (message.as_str(), write.take()) {
            ("subscribe", Some(write)) => Said::Subscribe(write),
            (count, kept) => {
                write = kept;
                Said::Publish(count.parse()?)
            }
        };
        room.send(said).await?;
    }
    Ok(())
}

async fn hear(read: &mut OwnedReadHalf) -> Result<String> {
    let _flags = read.read_u8().await?;
    let length = usize::try_from(read.read_u32().await?)?;
    anyhow::ensure!(length <= MOST, "too long a message");
    let mut message = vec![0; length];
    read.read_exact(&mut message).await?;
    Ok(String::from_utf8(message)?)
}

fn message(content: &[u8]) -> Result<Vec<u8>> {
    let length = u32::try_from(content.len())?.to_be_bytes();
    Ok([&[0], &length[..], content].concat())
}
