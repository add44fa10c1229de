//! The command `trivium`.
fn main() {}
