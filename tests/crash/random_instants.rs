//! One server life after another on the same data, each ended at some instant of a quiz in which everybody talks, beside a
//! [`crowd`] that never stops.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use trivium_client::proto::v1::answer::Value;
use trivium_tests::{Process, eventually};

use crate::{
    BINARY, MACHINE,
    actor::{Actor, Open},
    check::Figures,
    crowd::{self, Met, Summary},
    history::{Fact, Line},
    party::{self, Party},
    seed, spread,
};

const PLAYERS: usize = 12;
/// Players who never answer, one on each road, so that questions run to their deadlines.
const SILENT: usize = 3;
/// Every so many commands, one is given again although it was answered.
const DOUBT: f64 = 0.1;

fn kills() -> usize {
    let given = std::env::var("TRIVIUM_KILLS").ok().and_then(|kills| kills.parse().ok());
    given.unwrap_or(20)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiz_survives_kills_at_random_instants() {
    let _machine = MACHINE.lock().await;
    let mut dice = ChaCha8Rng::seed_from_u64(seed("random_instants"));
    let data = tempfile::tempdir().expect("a directory");
    let mut process = Process::start(BINARY, data.path(), &[]).await;
    // The quiz is in the first room. The others are there for the load.
    let mut rooms = vec![Party::gather(&process, PLAYERS, party::quiz(200, Duration::from_secs(2), true)).await];
    rooms.extend(crowd::gather(&process).await);
    let (party, crowd) = rooms.split_first().expect("it was pushed");
    party.start().await;

    let enough = CancellationToken::new();
    let mut busy = JoinSet::new();
    let room: Arc<str> = party.room.as_str().into();
    for (number, actor) in party.everybody().enumerate() {
        let mut own = || ChaCha8Rng::seed_from_u64(dice.random());
        busy.spawn(talk(actor.clone(), room.clone(), own(), enough.clone()));
        if number > SILENT {
            busy.spawn(answer(actor.clone(), room.clone(), own(), enough.clone()));
        }
    }
    for room in crowd {
        crowd::talk(room, &mut busy, &enough);
    }

    let (mut ready, mut served, mut looks, mut met) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..kills() {
        if dice.random_bool(0.6) {
            progress(&rooms).await;
        }
        pause(dice.random_range(0..600)).await;
        met.push(Met::kill(&mut process, &rooms).await);
        pause(dice.random_range(0..100)).await;
        let begun = Instant::now();
        ready.push(process.start_again().await);
        looks.extend(party.look().await);
        served.push(begun.elapsed());
    }
    progress(&rooms).await;
    enough.cancel();
    eventually("answers to everything", busy.join_all()).await;
    let mut asked_again = 0;
    for room in &rooms {
        for actor in room.everybody() {
            asked_again += eventually("the same answers", actor.ask_again(&room.room, 20)).await;
        }
    }

    let (logs, figures) = settle(&mut process, &rooms, &looks).await;
    assert!(!looks.is_empty(), "some kill is within a question");
    assert_eq!(figures.unknown, 0, "everybody tries until there is an answer");
    let is_answer = |line: &&Line| matches!(line.fact, Fact::Answered { .. });
    let answers = logs[0].iter().filter(is_answer).count();
    eprintln!(
        "random_instants: {} kills, {figures:?}, {answers} answers, {asked_again} asked again",
        kills()
    );
    eprintln!("random_instants: {}", Summary::of(&met, &rooms, &logs));
    eprintln!(
        "random_instants: {} deadlines looked at after a kill, {}",
        looks.len(),
        lateness(&logs[0])
    );
    eprintln!("random_instants: ready after {}", spread(&mut ready));
    eprintln!("random_instants: room read after {}", spread(&mut served));
}

/// The end, as of one [`Party`], of all rooms at once. The looks are at the first one.
async fn settle(process: &mut Process, rooms: &[Party], looks: &[Open]) -> (Vec<Vec<Line>>, Figures) {
    let mut told = Vec::new();
    for room in rooms {
        let end = room.last_word().await;
        told.push(room.told(end).await);
    }
    process.kill().await;
    let (mut logs, mut sum) = (Vec::new(), Figures::default());
    for (number, (room, told)) in rooms.iter().zip(told).enumerate() {
        let looks = if number == 0 { looks } else { &[] };
        let (log, figures) = room.hold(&process.database(), told, looks).await;
        // An answer may be late. Whatever anybody says may be said.
        assert!(number == 0 || figures.refused == 0, "{figures:?}");
        logs.push(log);
        sum += figures;
    }
    (logs, sum)
}

/// Waits until everybody has been acknowledged something more.
async fn progress(rooms: &[Party]) {
    let everybody = || rooms.iter().flat_map(Party::everybody);
    let before: Vec<usize> = everybody().map(Actor::acknowledged).collect();
    eventually("an acknowledgement for everybody", async {
        while everybody()
            .zip(&before)
            .any(|(actor, before)| actor.acknowledged() == *before)
        {
            pause(10).await;
        }
    })
    .await;
}

async fn talk(actor: Actor, room: Arc<str>, mut dice: ChaCha8Rng, enough: CancellationToken) {
    let user = actor.history().user;
    for number in 0.. {
        if enough.is_cancelled() {
            return;
        }
        actor
            .say(&room, format!("{user} says {number}"), dice.random_bool(DOUBT))
            .await;
        pause(dice.random_range(50..250)).await;
    }
}

async fn answer(actor: Actor, room: Arc<str>, mut dice: ChaCha8Rng, enough: CancellationToken) {
    let mut last = None;
    loop {
        let open = tokio::select! {
            open = actor.opened(last) => open,
            () = enough.cancelled() => return,
        };
        last = Some(open.index);
        pause(dice.random_range(0..1_500)).await;
        actor
            .answer(&room, open.index, Value::Truth(dice.random()), dice.random_bool(DOUBT))
            .await;
    }
}

async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// How late questions were closed, for people: those whose deadline the server lived to see, and those that it found.
fn lateness(stored: &[Line]) -> String {
    let mut closes_at = 0;
    let mut late = Vec::new();
    for line in stored {
        match line.fact {
            Fact::Opened { closes_at: at, .. } => closes_at = at,
            Fact::Closed { by_deadline: true, .. } => {
                late.push(Duration::from_millis(
                    u64::try_from(line.at - closes_at).unwrap_or_default(),
                ));
            }
            _ => {}
        }
    }
    format!("{} closed by deadline, late by {}", late.len(), spread(&mut late))
}
