//! Two servers on one database: the key of the log keeps them apart, so that nothing is lost or doubled.

use std::time::Duration;

use tokio::task::JoinSet;
use trivium_tests::{Process, Way, eventually};

use crate::{
    BINARY,
    history::Fact,
    party::{self, Party},
};

const MESSAGES: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_database_lose_and_double_nothing() {
    let data = tempfile::tempdir().expect("a directory");
    let mut one = Process::start(BINARY, data.path(), &[]).await;
    let mut two = Process::start(BINARY, data.path(), &[]).await;
    let mut party = Party::gather(&one, 3, party::quiz(3, Duration::from_mins(10), false)).await;
    for (way, user) in [(Way::Grpc, "q0"), (Way::GrpcWeb, "q1"), (Way::WebTransport, "q2")] {
        party.invite(&two, way, user).await;
    }
    let mut busy = JoinSet::new();
    for actor in party.everybody() {
        let (actor, room) = (actor.clone(), party.room.clone());
        busy.spawn(async move {
            let user = actor.history().user;
            for number in 0..MESSAGES {
                actor.say(&room, format!("{user} says {number}"), true).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
    }
    eventually("answers to everything", busy.join_all()).await;
    // Each server tells its own clients of what it wrote itself. It hears of the rest when it loads the room.
    one.kill().await;
    one.start_again().await;
    let end = party.last_word().await;
    two.kill().await;
    two.start_again().await;
    let (stored, figures) = party.verdict(&mut one, end, &[]).await;
    let said = stored
        .iter()
        .filter(|line| matches!(line.fact, Fact::Said { .. }))
        .count();
    assert!(said > MESSAGES, "both make progress");
    let conflicts = one.log().matches("another writer owns the log").count();
    assert!(conflicts > 0, "they got into each other's way");
    eprintln!("two_servers: {conflicts} conflicts, {figures:?}, {said} messages");
}
