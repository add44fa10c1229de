//! One seed from beginning to end: lives of the server one after another, and then peace, in which everything has to come
//! right.
//!
//! Neighbours: [`plan`](crate::plan) says what lives there are; [`faults`](crate::faults) haunts them.

use std::{
    cell::RefCell,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};
use trivium_engine::{Accommodations, Command, PolicyChange, QuizCommand, RoomCommand, RoomId, Timestamp, quiz::Phase};
use trivium_runtime::{Caller, Runtime};
use trivium_store::{Catalogue, RoomRecord};

use crate::{
    checks::liveness,
    client, commands, faults, node,
    plan::Life,
    truth::EPOCH,
    world::{World, lock, operator},
};

/// How often a world is looked at.
const GLANCE: Duration = Duration::from_millis(250);
/// In peace, how long clients may take to get their answers and to catch up.
const CATCH_UP: Duration = Duration::from_secs(30);
/// In peace, how long a game that goes on by itself may take to its end.
const GAME: Duration = Duration::from_mins(3);

thread_local! {
    /// What panicked on this thread; one thread runs one world at a time.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Takes note of a panic, wherever it is caught.
pub(crate) fn panicked(what: String) {
    PANIC.with_borrow_mut(|panic| panic.get_or_insert(what).truncate(2_000));
}

/// How a seed went.
pub(crate) struct Outcome {
    pub(crate) verdict: Option<String>,
    pub(crate) trace: Vec<String>,
    /// Entries committed.
    pub(crate) entries: u64,
}

/// Runs a seed.
pub(crate) fn run(seed: u64, traced: bool) -> Outcome {
    PANIC.take();
    let world = World::new(seed, traced);
    world.note(|| format!("{:?}", world.plan));
    let lives = world.plan.lives.clone();
    for (number, life) in lives.iter().enumerate() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime without I/O");
        runtime.block_on(live(&world, life, number, number + 1 == lives.len()));
        // Whatever still runs is thrown away where it stands: this is the crash.
        lock(&world.nodes).clear();
        runtime.block_on(async { world.end_life() });
        drop(runtime);
        if let Some(panic) = PANIC.take() {
            world.check("no panic", Err(panic));
        }
        if world.verdict().is_some() {
            break;
        }
    }
    let truth = lock(&world.truth);
    Outcome {
        verdict: world.verdict(),
        trace: world.take_trace(),
        entries: world.rooms().iter().map(|room| truth.log(room).head()).sum(),
    }
}

async fn live(world: &Arc<World>, life: &Life, number: usize, last: bool) {
    world.begin_life();
    lock(&world.weather).clear();
    *lock(&world.away) = None;
    if number == 0 {
        enter_rooms(world).await;
    }
    let runtime = node::start(world, life.skew_ms);
    lock(&world.nodes).push(runtime.clone());
    if let Err(error) = runtime.wake_open_rooms().await {
        world.note(|| format!("rooms were not woken: {error}"));
    }
    for client in &world.clients {
        tokio::spawn(client::hear(world.clone(), client.clone()));
        tokio::spawn(commands::act(world.clone(), client.clone()));
    }
    // Two of them, so that one thing goes wrong while another one does.
    let haunt = |luck| tokio::spawn(faults::haunt(world.clone(), life.faults_every, world.luck(luck)));
    let haunted = [10, 20].map(|luck| haunt(luck + number as u64));
    let ends = Instant::now() + life.lasts;
    while Instant::now() < ends {
        sleep(GLANCE).await;
        if world.verdict().is_some() {
            return;
        }
    }
    if last {
        haunted.iter().for_each(JoinHandle::abort);
        peace(world, &runtime).await;
    } else if !life.crashes {
        haunted.iter().for_each(JoinHandle::abort);
        lock(&world.weather).clear();
        node::stop(world, &runtime).await;
    } else {
        world.note(|| "the server crashes".to_owned());
    }
}

async fn enter_rooms(world: &World) {
    for id in world.rooms() {
        let record = RoomRecord {
            id,
            epoch: EPOCH,
            code: None,
            kind: "quiz".into(),
            title: "Simulated".into(),
            created_by: "host-0".parse().expect("an id"),
            created_at: Timestamp(0),
            closed_at: None,
        };
        world.disk.create_room(&record).await.expect("memory");
    }
}

/// Nothing goes wrong any more.
async fn peace(world: &Arc<World>, runtime: &Runtime) {
    world.note(|| "peace".to_owned());
    world.disturbed();
    lock(&world.weather).clear();
    *lock(&world.away) = None;
    let rivals = lock(&world.nodes).split_off(1);
    for rival in &rivals {
        node::stop(world, rival).await;
    }
    world.finale.store(true, Relaxed);
    let rooms = world.rooms();
    // Hosts finish what they began before the operator takes over; so do copies of it that nobody waits for.
    sleep(Duration::from_secs(4)).await;
    for client in &world.clients {
        eventually(world, CATCH_UP, || liveness::answered(client)).await;
    }
    // Whoever lost a race without knowing it finds out now.
    for room in &rooms {
        let title = RoomCommand::Update {
            title: Some("Peace".into()),
            locked: None,
            capacity: None,
            late_join: None,
            chat_enabled: None,
            policy: PolicyChange::default(),
        };
        // A node that has loaded a room before another node created it refuses everything but this.
        if !command(world, runtime, room, title).await {
            let _whatever = command(world, runtime, room, commands::create()).await;
        }
        let _whatever = command(world, runtime, room, QuizCommand::Resume).await;
        let _whatever = command(world, runtime, room, QuizCommand::SetAutoAdvance { enabled: true }).await;
        reach_out(world, runtime, room).await;
    }
    for room in &rooms {
        eventually(world, GAME, || {
            let truth = lock(&world.truth);
            match liveness::phase(&truth.log(room).room) {
                Some(Phase::Lobby | Phase::Ended) | None => Ok(()),
                Some(phase) => Err(format!("the game of {room} does not end; it stands in {phase:?}")),
            }
        })
        .await;
    }
    for client in &world.clients {
        eventually(world, CATCH_UP, || {
            liveness::caught_up(client, lock(&world.truth).log(&client.room))
        })
        .await;
    }
    if world.verdict().is_some() {
        return;
    }
    compare(world, runtime).await;
    node::stop(world, runtime).await;
    lock(&world.nodes).clear();
    // From snapshots, and from the log where there is none.
    let again = node::start(world, 0);
    compare(world, &again).await;
    again.shutdown().await;
}

/// Nobody is waited for without end.
async fn reach_out(world: &World, runtime: &Runtime, room: &RoomId) {
    let members = {
        let truth = lock(&world.truth);
        let room = &truth.log(room).room;
        room.members(&trivium_engine::Audience::Hosts, None, 100)
    };
    for member in members.into_iter().filter(|member| member.accommodations.untimed) {
        let timed = commands::update(member.user, None, Some(Accommodations::default()));
        let _whatever = command(world, runtime, room, timed).await;
    }
}

async fn command(world: &World, runtime: &Runtime, room: &RoomId, command: impl Into<Command>) -> bool {
    let command = command.into();
    // The first try may be the one that finds out that a race is lost.
    for _ in 0..3 {
        let caller = Caller {
            actor: operator(),
            request: None,
            received_at: runtime.clock().now(),
            round_trip: None,
        };
        let done = runtime.execute(room, caller, command.clone()).await;
        world.note(|| format!("the operator: {command:?}: {done:?}"));
        if done.is_ok() {
            return true;
        }
    }
    false
}

async fn eventually(world: &World, within: Duration, mut holds: impl FnMut() -> Result<(), String>) {
    let ends = Instant::now() + within;
    loop {
        let outcome = holds();
        if outcome.is_ok() || world.verdict().is_some() {
            return;
        }
        if Instant::now() >= ends {
            return world.check("8 liveness", outcome);
        }
        sleep(GLANCE).await;
    }
}

async fn compare(world: &World, runtime: &Runtime) {
    for room in world.rooms() {
        let live = runtime.query(&room, |room, _| serde_json::to_string(room)).await;
        let same = match live {
            Ok(live) => {
                let live = live.expect("rooms have string keys only");
                liveness::same_state(&live, lock(&world.truth).log(&room))
            }
            Err(error) => Err(format!("{room} cannot be looked at: {error}")),
        };
        world.check("3 answers", same);
    }
}
