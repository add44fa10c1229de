//! A client: what it knows, what it still waits for, and how it hears a room.
//!
//! It outlives servers and connections, as an app on a phone does: after a cut it comes back with its cursor, on whatever
//! node answers.
//!
//! Neighbours: [`commands`](crate::commands) chooses what it asks for, [`send`](crate::send) gets it there.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex},
    time::Duration,
};

use rand::{RngExt as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use tokio::time::{sleep, timeout};
use trivium_engine::{Actor, Command, RequestId, RoomId};
use trivium_runtime::{Delivery, Runtime, Start, Subscription, subscription::Features};

use crate::{
    checks::{bounds, keys, prefix::Reader},
    plan::luck,
    truth::EPOCH,
    wire,
    world::{World, actor, lock, room_id},
};

/// How long a client waits for a subscription to begin.
const PATIENCE: Duration = Duration::from_secs(4);

pub(crate) struct Client {
    pub(crate) number: usize,
    pub(crate) room: RoomId,
    pub(crate) name: String,
    pub(crate) actor: Actor,
    pub(crate) reader: Mutex<Reader>,
    /// What was asked for and not yet answered.
    pub(crate) outbox: Mutex<Vec<Pending>>,
    pub(crate) asked: Mutex<u64>,
    pub(crate) rng: Mutex<ChaCha8Rng>,
}

/// A command that has no final answer yet.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) request: RequestId,
    pub(crate) command: Command,
    /// Whether it has ever been sent, so that copies of it may be anywhere.
    pub(crate) sent: bool,
}

impl Client {
    pub(crate) fn new(seed: u64, room: usize, name: &str, number: usize) -> Self {
        let user = format!("{name}-{room}").parse().expect("an id");
        Self {
            number,
            room: room_id(room),
            name: name.to_owned(),
            actor: actor(&user),
            reader: Mutex::default(),
            outbox: Mutex::default(),
            asked: Mutex::new(0),
            rng: Mutex::new(luck(seed, 100 + number as u64)),
        }
    }

    pub(crate) fn is_host(&self) -> bool {
        self.name == "host"
    }

    /// Below `most` milliseconds.
    pub(crate) fn moment(&self, most: u64) -> Duration {
        Duration::from_millis(lock(&self.rng).random_range(0..=most))
    }

    pub(crate) fn chance(&self, share: f64) -> bool {
        lock(&self.rng).random_bool(share)
    }
}

/// A node that answers, if there is one.
pub(crate) fn some_node(world: &World, client: &Client) -> Option<Runtime> {
    let nodes = lock(&world.nodes);
    let mut rng = lock(&client.rng);
    nodes.choose(&mut *rng).cloned()
}

/// Whether the client is not there, with everybody else of its room.
pub(crate) fn is_away(world: &World, client: &Client) -> bool {
    lock(&world.away).as_ref() == Some(&client.room)
}

fn is_up(world: &World, runtime: &Runtime) -> bool {
    let owner = runtime.config().owner;
    lock(&world.nodes).iter().any(|node| node.config().owner == owner)
}

/// Hears the room for ever.
pub(crate) async fn hear(world: Arc<World>, client: Arc<Client>) {
    loop {
        sleep(Duration::from_millis(10) + client.moment(world.plan.network.delay_ms)).await;
        if is_away(&world, &client) {
            sleep(Duration::from_millis(200)).await;
            continue;
        }
        let Some(runtime) = some_node(&world, &client) else {
            sleep(Duration::from_millis(200)).await;
            continue;
        };
        let cursor = {
            let forgets = !world.in_finale() && client.chance(0.03);
            let mut reader = lock(&client.reader);
            if forgets {
                reader.forget();
            }
            reader.cursor()
        };
        let features = Features::ALL;
        let beginning = timeout(
            PATIENCE,
            runtime.subscribe(&client.room, &client.actor, cursor, features),
        )
        .await;
        let Ok(Ok((start, subscription))) = beginning else {
            if let Ok(Err(trivium_runtime::ExecuteError::Corrupt(what))) = beginning {
                world.check("2 prefix", Err(format!("a log cannot be read: {what}")));
            }
            sleep(Duration::from_millis(200) + client.moment(500)).await;
            continue;
        };
        if begin(&world, &client, &runtime, &start, &subscription, cursor.is_some()) {
            listen(&world, &client, &runtime, subscription).await;
        }
    }
}

fn begin(
    world: &World,
    client: &Client,
    runtime: &Runtime,
    start: &Start,
    subscription: &Subscription,
    resumes: bool,
) -> bool {
    let owner = runtime.config().owner;
    world.note(|| match start {
        Start::Resumed { head } => format!("{} resumes at node {owner}, head {head}", client.actor.user),
        Start::Snapshot { reason, view, .. } => {
            format!(
                "{} gets a snapshot of node {owner} at {} ({reason:?})",
                client.actor.user, view.seq
            )
        }
    });
    if subscription.epoch() != EPOCH {
        world.check("2 prefix", Err(format!("epoch {}", subscription.epoch())));
    }
    let truth = lock(&world.truth);
    let log = truth.log(&client.room);
    let mut reader = lock(&client.reader);
    let begun = reader.begin(
        start,
        subscription.audience(),
        &client.actor,
        resumes,
        runtime.config(),
        log,
    );
    if let Some(view) = start.whole_view() {
        world.check("4 keys", keys::view(subscription.audience(), &view, log));
    }
    drop(reader);
    drop(truth);
    let good = begun.is_ok();
    world.check("2 prefix", begun);
    good
}

/// Takes deliveries until the connection or the subscription ends.
async fn listen(world: &World, client: &Client, runtime: &Runtime, mut subscription: Subscription) {
    let network = world.plan.network;
    // Some read slowly, all the time.
    let slow = client.number % 3 == 2 && !world.in_finale();
    let mut waiting_since = None;
    loop {
        if slow && !world.in_finale() {
            waiting_since = None;
            sleep(client.moment(3_000)).await;
        }
        let next = poll_fn(|cx| {
            let polled = subscription.poll_next(cx);
            if polled.is_pending() {
                waiting_since.get_or_insert((world.now(), subscription.position()));
            }
            polled
        });
        let delivery = match timeout(Duration::from_secs(1), next).await {
            Ok(delivery) => delivery,
            // A ping would show that nobody is there, on either end.
            Err(_quiet) if is_away(world, client) || !is_up(world, runtime) => return,
            Err(_quiet) => continue,
        };
        let since = waiting_since.take();
        if is_away(world, client) || (!world.in_finale() && client.chance(network.cut)) {
            world.note(|| format!("{} is cut off", client.actor.user));
            return;
        }
        match delivery {
            Delivery::Frames(bytes) => {
                world.check("6 bounds", bounds::delivery(&bytes, &world.plan.config));
                receive(world, client, runtime, &bytes, since);
            }
            Delivery::Signals(bytes) => {
                let heard = wire::messages(world, &bytes).and_then(|messages| lock(&client.reader).hear(&messages));
                world.check("4 keys", heard);
            }
            Delivery::Interrupted(why) => {
                world.note(|| format!("{} is interrupted: {why:?}", client.actor.user));
                let truth = lock(&world.truth);
                let interrupted = lock(&client.reader).interrupted(why, &client.actor, truth.log(&client.room));
                drop(truth);
                return world.check("2 prefix", interrupted);
            }
        }
    }
}

fn receive(world: &World, client: &Client, runtime: &Runtime, bytes: &[u8], since: Option<(u64, u64)>) {
    let messages = match wire::messages(world, bytes) {
        Ok(messages) => messages,
        Err(what) => return world.check("2 prefix", Err(what)),
    };
    let truth = lock(&world.truth);
    let log = truth.log(&client.room);
    let mut reader = lock(&client.reader);
    for message in &messages {
        world.note(|| match message {
            wire::Message::Entry { seq, event } => format!("{} hears {seq} {}", client.actor.user, event.name()),
            wire::Message::Progress { seq } => format!("{} hears of progress to {seq}", client.actor.user),
            wire::Message::Signals(_) => format!("{} hears signals", client.actor.user),
        });
        if let wire::Message::Entry { event, .. } = message {
            world.check("4 keys", keys::event(reader.audience(), event, log));
        }
        if let (wire::Message::Entry { seq, .. }, Some(since)) = (message, since) {
            world.check(
                "6 bounds",
                bounds::prompt(world, reader.audience(), runtime.config().owner, log, *seq, since),
            );
        }
        world.check("2 prefix", reader.take(message, log));
    }
}
