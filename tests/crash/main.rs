//! The real server, killed: whatever was acknowledged is in the log exactly once, and everybody saw that log and no other.
//!
//! [`actor`] is a client that talks, answers, comes back by itself and notes everything in a [`history`]. [`check`] holds
//! histories against the log. The other modules are the ways to die; [`fsync`] looks at the system calls that make sure of it, and
//! [`transcript`] at what the README shows.
//!
//! `TRIVIUM_SEED` repeats a run's dice, and `TRIVIUM_KILLS` says how often [`random_instants`] kills: 20 times, if nobody does.
//! `TRIVIUM_KILLS=200 cargo test -p trivium-tests --test crash random_instants -- --nocapture` takes some minutes and tells
//! what the kills met.

#![expect(clippy::wildcard_enum_match_arm, reason = "suites look for one event among many")]
#![expect(clippy::print_stderr, reason = "figures, for who reads the output of the suite")]

mod actor;
mod canary;
mod check;
mod crowd;
mod drain;
mod fail_points;
mod fsync;
mod history;
mod party;
mod random_instants;
mod recovery;
mod transcript;
mod two_servers;

/// The server under test.
const BINARY: &str = env!("CARGO_BIN_EXE_trivium-under-test");

/// Held by whoever takes all of the machine that there is, and by whoever is measured.
static MACHINE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Seed of the dice: `TRIVIUM_SEED`, or another one each time. Printed, so that a failure can be repeated.
fn seed(test: &str) -> u64 {
    let given = std::env::var("TRIVIUM_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(rand::random);
    eprintln!("{test}: TRIVIUM_SEED={seed}");
    seed
}

/// Smallest, middle and largest of some spans, for people.
fn spread(spans: &mut [std::time::Duration]) -> String {
    spans.sort_unstable();
    match (spans.first(), spans.get(spans.len() / 2), spans.last()) {
        (Some(min), Some(median), Some(max)) => format!("{min:.0?} / {median:.0?} / {max:.0?} (min / median / max)"),
        _ => "none".to_owned(),
    }
}
