//! What a room's task takes in, and what becomes of it.

use std::{ops::RangeInclusive, sync::Arc};

use tokio::sync::oneshot;
use trivium_engine::{Actor, Command, Entry, Millis, Observation, RequestId, Room, Seq, Timestamp, UserId};

use crate::{
    ExecuteError,
    ring::Features,
    subscription::{Start, Subscription},
};

/// Who sends a command, and how it came.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// The request id, by which a retry is recognised.
    pub request: Option<RequestId>,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Lower quartile of the newest round trips that the server measured on the caller's connection.
    pub round_trip: Option<Millis>,
}

/// A command was carried out, now or by an earlier request with the same id, and is in the log.
#[derive(Debug, Clone)]
pub struct Done {
    /// The newest entry that it made, or where the log stood if nothing had to change.
    pub seq: Seq,
    /// The entries that it made.
    pub entries: Vec<Arc<Entry>>,
    /// Whether an earlier request made them.
    pub replayed: bool,
}

/// What becomes of a command.
pub(crate) type Answer = Result<Outcome, ExecuteError>;

/// What a room's task takes in.
pub(crate) enum Input {
    Command {
        command: Command,
        caller: Caller,
        reply: oneshot::Sender<Answer>,
    },
    Query(Query),
    Subscribe(Subscribe),
    Observe(Observation),
    RoundTrip {
        user: UserId,
        round_trip: Millis,
    },
    /// Time has come for something.
    Wake,
    Stop,
}

/// Runs on the committed state.
pub(crate) type Query = Box<dyn FnOnce(&Room, Timestamp) + Send>;

pub(crate) struct Subscribe {
    pub(crate) actor: Actor,
    /// Epoch and position.
    pub(crate) cursor: Option<(u64, Seq)>,
    pub(crate) features: Features,
    pub(crate) reply: oneshot::Sender<Result<(Start, Subscription), ExecuteError>>,
}

/// A command's entries by number; fetched by the caller if they are not at hand.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) head: Seq,
    pub(crate) made: Option<RangeInclusive<Seq>>,
    pub(crate) replayed: bool,
}
