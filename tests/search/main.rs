//! What a search finds: random rooms, roles, guests, arrivals, departures, bans, edits, deletions, messages that wait for a
//! host or are put aside, days that pass, and policies, over the runtime with each kind of store. After every step each user searches, and finds exactly what a reader of the whole logs says that it
//! may see.
//!
//! [`oracle`] is that reader. It knows nothing of projections.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an oracle looks for some events among many"
)]

mod oracle;
mod world;

use std::{collections::BTreeMap, sync::Arc};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use trivium_store::{MemoryStore, Store};
use trivium_store_sqlite::SqliteStore;

use crate::world::World;

/// Plays a random story and compares after each step.
async fn story(store: Arc<dyn Store>, seed: u64, steps: u32, totals: &mut BTreeMap<&'static str, u32>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut world = World::new(store, &mut rng).await;
    for step in 0..steps {
        let what = world.step(&mut rng).await;
        world
            .compare(&mut rng, &format!("seed {seed}, step {step}: {what}"))
            .await;
    }
    assert!(world.found > 50, "seed {seed}: {} hits are no test", world.found);
    assert!(
        world.hidden > 50,
        "seed {seed}: {} hidden messages are no test",
        world.hidden
    );
    let happened = &world.happened;
    for what in ["held", "published", "put aside", "back", "expired", "by a guest"] {
        let times = happened.get(what).copied().unwrap_or_default();
        totals.entry(what).and_modify(|all| *all += times).or_insert(times);
    }
    world.compare_anew().await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_memory_everybody_finds_what_it_may_see_and_nothing_else() {
    let mut totals = BTreeMap::new();
    for seed in 0..24 {
        story(Arc::new(MemoryStore::new()), seed, 150, &mut totals).await;
    }
    assert!(totals.values().all(|times| *times >= 5), "{totals:?} is no test");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_sqlite_everybody_finds_what_it_may_see_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = rand::rng().random_range(0..1_000_000);
    for seed in [100, 101, start] {
        let store = SqliteStore::open(folder.path().join(seed.to_string()))
            .await
            .expect("opens");
        story(Arc::new(store), seed, 150, &mut BTreeMap::new()).await;
    }
}
