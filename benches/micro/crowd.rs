//! A room in a runtime, over a store in memory and on one thread, with any number who hear it.
//!
//! Neighbours: `world` is a room without a runtime. The instruction counts in `counts` use both.

use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Waker},
};

use tokio::runtime::{Builder, Runtime as Tokio};
use trivium_api::WireEncode;
use trivium_engine::{RoomId, Timestamp};
use trivium_runtime::{Caller, Clock, Delivery, Runtime, RuntimeConfig, Subscription, subscription::Features};
use trivium_store::{Catalogue, MemoryStore, RoomRecord, Store};

use crate::world::{actor, create, join, player, say};

/// See the module.
pub(crate) struct Crowd {
    tokio: Tokio,
    runtime: Runtime,
    room: RoomId,
    readers: Vec<Subscription>,
}

impl Crowd {
    /// With so many subscribers, who have heard everything so far.
    pub(crate) fn hearing(subscribers: usize) -> Self {
        let tokio = tokio();
        let (runtime, room, readers) = tokio.block_on(subscribed(subscribers));
        let mut crowd = Self {
            tokio,
            runtime,
            room,
            readers,
        };
        crowd.reads();
        crowd
    }

    /// The host says something, and everybody waits for it.
    pub(crate) fn is_told(&mut self, text: &str) {
        self.tokio.block_on(async {
            say_it(&self.runtime, &self.room, text).await;
            for reader in &mut self.readers {
                next(reader).await;
            }
        });
    }

    /// The host says something, and nobody reads it yet.
    pub(crate) fn is_told_later(&self, text: &str) {
        self.tokio.block_on(say_it(&self.runtime, &self.room, text));
    }

    /// Everybody reads what there is.
    pub(crate) fn reads(&mut self) {
        let mut cx = Context::from_waker(Waker::noop());
        for reader in &mut self.readers {
            while reader.poll_next(&mut cx).is_ready() {}
        }
    }
}

/// A runtime on this thread.
pub(crate) fn tokio() -> Tokio {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn subscribed(subscribers: usize) -> (Runtime, RoomId, Vec<Subscription>) {
    let store = Arc::new(MemoryStore::new());
    let room: RoomId = "room".parse().expect("an id");
    let record = RoomRecord {
        id: room.clone(),
        epoch: 1,
        code: None,
        kind: "quiz".into(),
        title: "Benchmark".into(),
        created_by: "host".parse().expect("an id"),
        created_at: Timestamp(1),
        closed_at: None,
    };
    store.create_room(&record).await.expect("memory");
    let store: Arc<dyn Store> = store;
    let runtime = Runtime::start(
        store,
        Arc::new(WireEncode),
        Clock::start(),
        RuntimeConfig::default(),
        [1; 32],
    );
    runtime.execute(&room, caller("host"), create()).await.expect("created");
    let mut readers = Vec::new();
    for n in 0..subscribers {
        let name = player(n);
        runtime.execute(&room, caller(&name), join()).await.expect("joined");
        let (_, reader) = runtime
            .subscribe(&room, &actor(&name), None, Features::ALL)
            .await
            .expect("a member");
        readers.push(reader);
    }
    (runtime, room, readers)
}

async fn say_it(runtime: &Runtime, room: &RoomId, text: &str) {
    runtime.execute(room, caller("host"), say(text)).await.expect("sent");
}

/// Waits for entries, passing over signals.
async fn next(reader: &mut Subscription) {
    while let Delivery::Signals(_) | Delivery::Interrupted(_) = poll_fn(|cx| reader.poll_next(cx)).await {}
}

fn caller(who: &str) -> Caller {
    Caller {
        actor: actor(who),
        request: None,
        received_at: Timestamp::default(),
        round_trip: None,
    }
}
