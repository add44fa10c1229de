//! What `decide` may know beside the room's state: who asks, when, and luck.

use std::fmt;

use rand::Rng;

use crate::{Millis, Timestamp, UserId, member::Role};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// Name in the token.
    pub name: String,
    /// Came in without an account.
    pub guest: bool,
    /// Whether a global role (`service`, `admin`) lets it act as host in every room.
    pub global_host: bool,
    /// Role that the token grants in this room; it may come in without a code.
    pub grant: Option<Role>,
}

/// The circumstances of a command.
pub struct Cx<'a> {
    /// When the server received it.
    pub now: Timestamp,
    /// Who asks.
    pub actor: &'a Actor,
    /// Lower quartile of the last 8 round trips that the server measured on the actor's connection, if any.
    pub round_trip: Option<Millis>,
    /// 95th percentile of the newest round trips of everybody connected to the room, if any.
    pub room_round_trip: Option<Millis>,
    /// Luck, drawn here and written into events.
    pub rng: &'a mut dyn Rng,
}

impl fmt::Debug for Cx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx")
            .field("now", &self.now)
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}
