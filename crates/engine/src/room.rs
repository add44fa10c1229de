//! The room: one state machine that owns membership and dispatches to the features.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{
    Actor, Audience, Command, Cx, Entry, Event, Member, Observation, Presence, Reject, RequestId, RoomId, Seq, Signal,
    Timestamp, UserId, View, Visibility,
    view::{MessageView, ResultsView},
};

/// One room. Serialising it makes a snapshot of what its log says; presence is not part of that.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Room {
    id: RoomId,
    epoch: u64,
    seq: Seq,
}

impl Room {
    /// A room before its first entry. `epoch` tells this life of the log from others.
    pub fn new(id: RoomId, epoch: u64) -> Self {
        Self { id, epoch, seq: 0 }
    }

    /// Identifier.
    pub fn id(&self) -> &RoomId { &self.id }
    /// Which life of the log.
    pub fn epoch(&self) -> u64 { self.epoch }
    /// Number of the last entry applied; 0 before the first.
    pub fn seq(&self) -> Seq { self.seq }

    /// The entries that an earlier command with this request id made, if it is remembered (the newest 256 per user).
    pub fn replayed(&self, user: &UserId, request: &RequestId) -> Option<RangeInclusive<Seq>> { unimplemented!() }
    /// What the command brings about now, or why it is refused. No events means that nothing had to change.
    pub fn decide(&self, command: &Command, cx: &mut Cx<'_>) -> Result<Vec<Event>, Reject> { unimplemented!() }
    /// What time (and presence) alone bring about; apply and ask again until empty. Bounded: at most a few events a call.
    pub fn settle(&self, now: Timestamp) -> Vec<Event> { unimplemented!() }
    /// Takes an entry into the state. Total: any entry that was ever written applies to the state it was decided on.
    pub fn apply(&mut self, entry: &Entry) { unimplemented!() }
    /// When `settle` has something to do next, if nothing else happens.
    pub fn next_deadline(&self) -> Option<Timestamp> { unimplemented!() }
    /// Takes in what the shell knows of connections. Returns what the room should be told.
    pub fn observe(&mut self, observation: &Observation, now: Timestamp) -> Vec<Signal> { unimplemented!() }
    /// What presence does by time alone (grace periods end, typing is forgotten): signals to send.
    pub fn settle_presence(&mut self, now: Timestamp) -> Vec<Signal> { unimplemented!() }
    /// How far the answers are, if a question is open; sent when it changes.
    pub fn progress(&self) -> Option<Signal> { unimplemented!() }
    /// Through whose eyes the actor sees this room; none if it may not look at all.
    pub fn audience(&self, actor: &Actor) -> Option<Audience> { unimplemented!() }
    /// The room as an audience sees it.
    pub fn view(&self, who: &Audience) -> View { unimplemented!() }
    /// Results so far as an audience may see them; `NoQuiz` if none is loaded.
    pub fn results(&self, who: &Audience) -> Result<ResultsView, Reject> { unimplemented!() }
    /// Members in the order of their ids after `after`, at most `limit`, as the audience may see them.
    pub fn members(&self, who: &Audience, after: Option<&UserId>, limit: usize) -> Vec<Member> { unimplemented!() }
    /// One member.
    pub fn member(&self, user: &UserId) -> Option<&Member> { unimplemented!() }
    /// Presence of members in the order of their ids after `after`, at most `limit`.
    pub fn presences(&self, after: Option<&UserId>, limit: usize) -> Vec<Presence> { unimplemented!() }
    /// How many members are online and how many are away.
    pub fn presence_counts(&self) -> (u32, u32) { unimplemented!() }
    /// Messages before a position (`None`: from the end), oldest first, at most `limit`; and whether there are older ones.
    pub fn messages(&self, before: Option<Seq>, limit: usize) -> (Vec<MessageView>, bool) { unimplemented!() }
}

impl Entry {
    /// For whom the entry looks how.
    pub fn visibility(&self) -> Visibility { unimplemented!() }
}

impl Event {
    /// The event as an audience may see it; none if it may not see it at all.
    pub fn seen_by(&self, who: &Audience) -> Option<Self> { unimplemented!() }
    /// A short name such as `quiz.question_opened`, for people and queries.
    pub fn name(&self) -> &'static str { unimplemented!() }
}
