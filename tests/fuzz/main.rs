//! Every target over the inputs that are kept, and over mutations of them.
//!
//! An input that breaks something belongs into `corpus/<target>/`, where it is tried for ever. `TRIVIUM_SEED` chooses other
//! mutations and `TRIVIUM_MUTATIONS` how many times as many; a failure says which seed made it and writes the input to
//! `target/fuzz`.

use std::{
    env, fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use trivium_fuzz::{TARGETS, Target, mutate::mutated, target};

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().map_or(default, |value| value.parse().expect(name))
}

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Inputs in order, and those kept because a fuzzer found them worth it, in the order of their names.
fn inputs(target: &Target) -> Vec<Vec<u8>> {
    let mut inputs = (target.seeds)();
    let folder = home().join("corpus").join(target.name);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .map(|files| files.map(|file| file.expect("readable").path()).collect())
        .unwrap_or_default();
    files.sort();
    inputs.extend(files.iter().map(|file| fs::read(file).expect("readable")));
    inputs
}

fn attempt(target: &Target, input: &[u8], which: &str) {
    if catch_unwind(|| (target.run)(input)).is_err() {
        let folder = home().join("../../target/fuzz");
        fs::create_dir_all(&folder).expect("a folder for what was found");
        let file = folder.join(target.name);
        fs::write(&file, input).expect("written");
        panic!("{} broke over {which}; the input is in {}", target.name, file.display());
    }
}

fn run(name: &str) {
    let target = target(name);
    let inputs = inputs(target);
    assert!(!inputs.is_empty(), "{name} has nothing to begin with");
    for (index, input) in inputs.iter().enumerate() {
        attempt(target, input, &format!("kept input {index}"));
    }
    let seed = number("TRIVIUM_SEED", 1);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for turn in 0..u64::from(target.mutations) * number("TRIVIUM_MUTATIONS", 1) {
        attempt(
            target,
            &mutated(&inputs, &mut rng),
            &format!("mutation {turn} of seed {seed}"),
        );
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        const NAMED: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { run(stringify!($name)); })*
    };
}

targets! {
    envelope header_block datagram hpack http2 http2_calls http1_calls request resume_token join_code access_token entry quiz_file
}

#[test]
fn every_target_is_run() {
    let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, NAMED);
}
