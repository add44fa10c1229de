//! What a player gives as an answer. Options are named by their position as shown, from 0.

use serde::{Deserialize, Serialize};

use super::model::Number;

/// An answer in the form that the question asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Single choice, or poll with one pick.
    Choice(u32),
    /// Multiple choice, or poll with several picks.
    Choices(Vec<u32>),
    /// True or false.
    Truth(bool),
    /// Text entry.
    Text(String),
    /// Number or range.
    Number(Number),
    /// Ordering: the shown positions in the player's order.
    Order(Vec<u32>),
    /// Matching: for each left side in turn, the shown position of its right side.
    Matches(Vec<u32>),
    /// Rating, from 1.
    Rating(u32),
    /// Word cloud.
    Words(Vec<String>),
}
