//! Deterministic simulation: whole worlds in virtual time, each from one seed, and what must hold in all of them.

mod checks;
mod client;
mod commands;
mod faults;
mod life;
mod node;
mod plan;
mod quizzes;
mod send;
mod store;
mod truth;
mod wire;
mod world;

use std::{
    env,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

/// Seeds of an ordinary run.
const SEEDS: u64 = 2_000;
/// Lines of a trace that a failure shows.
const LINES: usize = 80;

/// Panics are findings, told with their seed; nobody needs them on the terminal as well.
fn catch_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| std::panic::set_hook(Box::new(|panic| life::panicked(panic.to_string()))));
}

/// Runs seeds on all processors; the first that fails, in the order of seeds, is told.
fn try_seeds(seeds: &[u64]) -> u64 {
    catch_panics();
    let (next, entries) = (AtomicU64::new(0), AtomicU64::new(0));
    let worst = AtomicU64::new(u64::MAX);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Relaxed);
                    let Some(seed) = usize::try_from(at).ok().and_then(|at| seeds.get(at)) else {
                        return;
                    };
                    if worst.load(Relaxed) < at {
                        return;
                    }
                    let outcome = life::run(*seed, false);
                    entries.fetch_add(outcome.entries, Relaxed);
                    if outcome.verdict.is_some() {
                        worst.fetch_min(at, Relaxed);
                    }
                }
            });
        }
    });
    if let Some(seed) = usize::try_from(worst.into_inner()).ok().and_then(|at| seeds.get(at)) {
        tell(*seed);
    }
    entries.into_inner()
}

/// Runs a seed again with its trace, and fails.
fn tell(seed: u64) {
    let outcome = life::run(seed, true);
    let from = outcome.trace.len().saturating_sub(LINES);
    let verdict = outcome.verdict.unwrap_or_else(|| "it passes with its trace on".into());
    panic_with(&format!(
        "{}\n\nseed {seed}: {verdict}\n\nreplay: TRIVIUM_SEED={seed} cargo test -p trivium-simulation -- --nocapture\n",
        outcome.trace[from..].join("\n")
    ));
}

#[expect(clippy::print_stderr, reason = "the hook for panics prints nothing")]
fn panic_with(what: &str) {
    eprintln!("{what}");
    panic!("a seed fails");
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

#[test]
fn seeds() {
    if let Some(seed) = number("TRIVIUM_SEED") {
        catch_panics();
        let outcome = life::run(seed, true);
        for line in &outcome.trace {
            eprintln!("{line}");
        }
        eprintln!(
            "seed {seed}: {}",
            outcome.verdict.as_deref().unwrap_or("everything holds")
        );
        assert!(outcome.verdict.is_none(), "seed {seed} fails");
        return;
    }
    let first = number("TRIVIUM_FIRST").unwrap_or(1);
    let count = number("TRIVIUM_SEEDS").unwrap_or(SEEDS);
    let seeds: Vec<u64> = (first..first + count).collect();
    let entries = try_seeds(&seeds);
    eprintln!("{count} seeds, {entries} entries");
}

/// Every seed that ever found something.
#[test]
fn kept_seeds() {
    let lines = include_str!("seeds.txt").lines();
    let kept = lines.filter_map(|line| line.split('#').next()?.trim().parse().ok());
    try_seeds(&kept.collect::<Vec<u64>>());
}

/// The same seed makes the same world, to the last line of its trace.
#[test]
fn a_seed_determines_everything() {
    catch_panics();
    for seed in 1..=20 {
        let (once, twice) = (life::run(seed, true).trace, life::run(seed, true).trace);
        let differs = once.iter().zip(&twice).position(|(a, b)| a != b);
        let at = differs.unwrap_or(once.len().min(twice.len()));
        if differs.is_some() || once.len() != twice.len() {
            let around = |trace: &[String]| trace[at.saturating_sub(5)..trace.len().min(at + 3)].join("\n");
            panic_with(&format!(
                "seed {seed} differs:\n{}\n---\n{}",
                around(&once),
                around(&twice)
            ));
        }
        assert!(!once.is_empty(), "an empty trace proves nothing");
    }
}
