//! SIGTERM: everybody is told, nothing is lost, and nobody can hold the process.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{net::TcpStream, task::JoinSet};
use tokio_util::sync::CancellationToken;
use trivium_tests::{Process, eventually};

use crate::{
    BINARY,
    actor::Actor,
    party::{self, Party},
};

const GRACE: Duration = Duration::from_secs(2);
const HARD: Duration = Duration::from_secs(8);
/// Peers that connect and never say a word.
const MUTE: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_drains_and_mute_peers_hold_nothing() {
    let data = tempfile::tempdir().expect("a directory");
    let (grace, hard) = (format!("{}s", GRACE.as_secs()), format!("{}s", HARD.as_secs()));
    let configuration = [("drain.grace", grace.as_str()), ("drain.hard", &hard)];
    let mut process = Process::start(BINARY, data.path(), &configuration).await;
    let party = Party::gather(&process, 6, party::quiz(3, Duration::from_mins(10), false)).await;
    party.start().await;
    let mut mute = Vec::new();
    for _ in 0..MUTE {
        mute.push(TcpStream::connect(process.address()).await.expect("connected"));
    }
    let enough = CancellationToken::new();
    let mut busy = JoinSet::new();
    let room: Arc<str> = party.room.as_str().into();
    for actor in party.everybody() {
        busy.spawn(talk(actor.clone(), room.clone(), enough.clone()));
    }
    for round in 1..=2 {
        for actor in party.everybody() {
            let before = actor.acknowledged();
            eventually("an acknowledgement", async {
                while actor.acknowledged() <= before {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            })
            .await;
        }
        let begun = Instant::now();
        let status = process.terminate().await;
        assert!(status.success(), "{status}");
        eprintln!(
            "drain: ended {:.0?} after SIGTERM, grace {GRACE:?}, {MUTE} mute peers",
            begun.elapsed()
        );
        process.start_again().await;
        for actor in party.everybody() {
            actor
                .knows("that the server drains", |known| known.drains == round)
                .await;
            let room = eventually((actor.way, "a road"), actor.session.connected()).await;
            room.expect("the session goes on");
        }
    }
    enough.cancel();
    eventually("answers to everything", busy.join_all()).await;
    let (_, figures) = party.settle(&mut process, &[]).await;
    assert_eq!((figures.refused, figures.unknown), (0, 0));
    eprintln!("drain: {figures:?}");
}

async fn talk(actor: Actor, room: Arc<str>, enough: CancellationToken) {
    let user = actor.history().user;
    for number in 0.. {
        if enough.is_cancelled() {
            return;
        }
        actor.say(&room, format!("{user} says {number}"), false).await;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}
