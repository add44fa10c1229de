//! The live quiz, played through a room: phases and clocks, answers, scores and rankings, secrets, and games at random.

#[path = "../common/mod.rs"]
mod common;
mod samples;

mod answers;
mod phases;
mod presence;
mod random;
mod scores;
mod screens;
mod secrets;
