//! Every decoder that strangers reach, as a function over bytes that panics when what must hold does not.
//!
//! `main.rs` runs them as a test: over the inputs kept in `corpus/`, and over mutations of these from a seed. The package in
//! `coverage/` puts the same functions under libFuzzer, for whoever has a nightly toolchain and time.

pub mod mutate;
pub mod targets;

pub use targets::{TARGETS, Target};

/// The target of that name.
///
/// # Panics
///
/// When there is none.
pub fn target(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).expect("a target")
}

/// Runs the target of that name over one input.
///
/// # Panics
///
/// When something does not hold, or there is no such target.
pub fn run(name: &str, input: &[u8]) {
    (target(name).run)(input);
}
