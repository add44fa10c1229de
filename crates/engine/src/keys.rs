//! The log of the keys of one user's devices.
//!
//! Neighbours: [`room`](crate::room) dispatches here.

use serde::{Deserialize, Serialize};

use crate::{
    Audience, Cx, Entry, Reject, Room, Timestamp, Visibility,
    event::{Event, Feature},
    permission::Need,
};

/// What one may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysCommand {}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeysEvent {}

/// What remains of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {}

impl KeysCommand {
    /// What it takes to ask this.
    pub(crate) fn need(&self) -> Need {
        match *self {}
    }

    /// Whether the first event that this command makes can be `event`.
    pub(crate) fn can_make(&self, _event: &Event) -> bool {
        match *self {}
    }
}

impl KeysEvent {
    /// A short name, for people and queries.
    pub(crate) fn name(&self) -> &'static str {
        match *self {}
    }

    /// Which streams hear it.
    pub(crate) fn feature(&self) -> Feature {
        match *self {}
    }

    /// For whom it looks how.
    pub(crate) fn visibility(&self) -> Visibility {
        match *self {}
    }

    /// As an audience may see it.
    pub(crate) fn seen_by(&self, _who: &Audience) -> Option<Self> {
        match *self {}
    }
}

/// What the command brings about, or why it is refused.
pub(crate) fn decide(_room: &Room, command: &KeysCommand, _cx: &mut Cx<'_>) -> Result<Vec<Event>, Reject> {
    match *command {}
}

/// What time alone brings about.
pub(crate) fn settle(_room: &Room, _now: Timestamp) -> Vec<KeysEvent> {
    Vec::new()
}

/// When [`settle`] has something to do next.
pub(crate) fn next_deadline(_room: &Room) -> Option<Timestamp> {
    None
}

impl State {
    /// Takes an event into the state.
    pub(crate) fn apply(&mut self, _entry: &Entry, event: &KeysEvent) {
        match *event {}
    }
}
