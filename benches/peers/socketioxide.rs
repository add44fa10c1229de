//! `peer-socketioxide PORT`: the room of `socketio.mjs`, on the implementation of Socket.IO in Rust.

use std::{
    collections::HashMap,
    env,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::SystemTime,
};

use anyhow::{Context as _, Result};
use axum::serve::ListenerExt as _;
use serde_json::{Value, json};
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data, SocketRef},
};
use tokio::net::TcpListener;

const ROOM: &str = "room";

#[tokio::main]
async fn main() -> Result<()> {
    let port: u16 = env::args().nth(1).context("PORT")?.parse()?;
    let (layer, io) = SocketIo::new_layer();
    let seq = Arc::new(AtomicU64::new(70_000));
    let answers = Arc::new(Mutex::new(HashMap::new()));
    io.ns("/", async move |socket: SocketRef| {
        socket.on(
            "say",
            async move |io: SocketIo, socket: SocketRef, Data::<String>(said), ack: AckSender| {
                if said == "subscribe" {
                    socket.join(ROOM);
                    // Whoever is gone already needs no answer.
                    let _gone = socket.emit("ready", &());
                    return;
                }
                if said.starts_with("answer ") {
                    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                    answers.insert(socket.id, said);
                    // The same.
                    let _gone = ack.send(&());
                    return;
                }
                for _ in 0..said.parse().unwrap_or(0) {
                    let event = event(seq.fetch_add(1, Relaxed) + 1);
                    let _nobody = io.to(ROOM).emit("event", &event).await;
                }
            },
        );
    });
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let listener = listener.tap_io(|stream| {
        // A socket that is closed already is noticed when it is read.
        let _closed = stream.set_nodelay(true);
    });
    axum::serve(listener, axum::Router::new().layer(layer)).await?;
    Ok(())
}

/// What `event.mjs` makes.
fn event(seq: u64) -> Value {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let now = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    json!({
        "roomId": "019a5b2c-7c11-7e02-8b6a",
        "seq": seq,
        "timeMs": now,
        "actorId": "operator",
        "messageSent": {
            "seq": seq,
            "authorId": "operator",
            "authorNickname": "Host",
            "text": "Which planet is largest?",
            "sendTimeMs": now,
        },
    })
}
