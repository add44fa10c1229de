//! When a room's state is written down: in a calm moment, and not while people answer.

use std::time::Duration;

use tokio::time::sleep;
use trivium_engine::{QuizCommand, activity::ActivityCommand};
use trivium_runtime::RuntimeConfig;
use trivium_store::Snapshots as _;

use super::progress::{answer, does, quiz};
use crate::common::{ANA, BEN, HOST, World, caller};

#[tokio::test(start_paused = true)]
async fn a_snapshot_waits_for_the_end_of_a_question() {
    let every = 4;
    let world = World::new(RuntimeConfig {
        snapshot_every: every,
        ..RuntimeConfig::default()
    })
    .await;
    let newest = async || {
        let snapshot = world.store.latest(&world.room).await.expect("memory");
        snapshot.map(|snapshot| snapshot.seq)
    };
    // What makes the log longer and the room no larger.
    let waves = async |times: u64| {
        for n in 0..times {
            let hand = ActivityCommand::RaiseHand {
                user: None,
                raised: n % 2 == 0,
            };
            world.execute(caller(ANA, None), hand.into()).await.expect("done");
        }
        sleep(Duration::from_secs(2)).await;
    };
    does(&world, HOST, QuizCommand::Load { quiz: quiz(2) }).await;
    assert_eq!(newest().await, None, "a moment later, but not at once");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(newest().await, Some(world.head().await));

    does(&world, HOST, QuizCommand::Start).await;
    sleep(Duration::from_secs(10)).await;
    let before = newest().await;
    // Longer than the last snapshot, or none would be due at all.
    waves(10 * every).await;
    assert_eq!(newest().await, before, "people are answering");
    waves(10 * every).await;
    assert_ne!(newest().await, before, "it has waited for long");

    let before = newest().await;
    waves(10 * every).await;
    for who in [ANA, BEN] {
        does(&world, who, answer(0)).await;
    }
    assert_eq!(newest().await, before);
    sleep(Duration::from_secs(2)).await;
    assert_ne!(newest().await, before, "the question has closed");
}
