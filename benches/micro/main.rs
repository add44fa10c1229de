//! Micro benchmarks of the hot paths: deciding, storing, fanning out.
//!
//! Read them as ratios within one run: what a player or a subscriber more costs, and what sharing a commit saves.

mod crowd;
mod rooms;
mod world;

fn main() {
    divan::main();
}
