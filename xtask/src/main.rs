//! The project commands: `cargo xtask run | test | ci | gen`.
fn main() {}
