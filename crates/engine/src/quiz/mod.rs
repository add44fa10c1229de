//! The live quiz of a room: phases, answers, scores.
//!
//! ```text
//! Lobby -start-> Starting -t-> Reading -t-> Open -t/all answered/host-> Closed -> Revealed -> Leaderboard -> Reading ...
//!                                                                                                 \-> Ended
//! ```
//!
//! Neighbours: [`room`](crate::room) dispatches here and owns membership; nothing here knows transports or storage.
//!
//! Invariants: an answer is accepted at most once per player and question, and never after its question has closed; every
//! total and rank follows from the results of the questions that count; whatever time brings about is found by one
//! function, which also names the next deadline.

pub mod answer;
mod apply;
mod decide;
mod distribution;
pub mod event;
mod form;
mod grade;
pub mod model;
mod outcomes;
mod ranking;
#[cfg(test)]
mod samples;
mod score;
pub mod screens;
mod settle;
mod shuffle;
pub mod standings;
pub mod state;
mod steps;
mod text;
pub mod validity;
mod view;
mod visibility;

pub use answer::Answer;
pub use apply::apply;
pub use decide::decide;
pub use event::Event;
pub use model::{Choice, Kind, KindName, Number, Question, Quiz, RankBy, Scoring, Settings};
pub use screens::ScreenReport;
pub use settle::{next_deadline, settle};
pub use standings::Standings;
pub use state::State;
pub use view::{progress, results, view};

use serde::{Deserialize, Serialize};

/// Where a live quiz stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Loaded, not begun.
    Lobby,
    /// Countdown to the first question.
    Starting,
    /// The stem is shown.
    Reading,
    /// Options are out; answers are taken from the moment of opening on.
    Open,
    /// Answering is over, the solution is not yet out.
    Closed,
    /// The solution is out.
    Revealed,
    /// The ranking is shown.
    Leaderboard,
    /// Podium.
    Ended,
}
