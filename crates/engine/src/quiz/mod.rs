//! The live quiz of a room: phases, answers, scores.
//!
//! ```text
//! Lobby -start-> Starting -t-> Reading -t-> Open -t/all answered/host-> Closed -> Revealed -> Leaderboard -> Reading ...
//!                                                                                                 \-> Ended
//! ```
//!
//! Neighbours: [`room`](crate::room) dispatches here and owns membership; nothing here knows transports or storage.

pub mod answer;
pub mod event;
pub mod model;

pub use answer::Answer;
pub use event::Event;
pub use model::{Choice, Kind, KindName, Number, Question, Quiz, RankBy, Scoring, Settings};

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
