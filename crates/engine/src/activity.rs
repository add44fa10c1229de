//! Hands and visits: who wants to speak, who was there and for how long, and what everybody did meanwhile.
//!
//! A hand is part of its [`Member`](crate::Member), so that it goes with the seat. Visits are told by
//! [`presence`](crate::presence); what people do is counted from the entries of all features (`activity/deeds.rs`).
//!
//! Neighbours: [`room`](crate::room) dispatches here.

use serde::{Deserialize, Serialize};

use crate::{
    Audience, Cx, Reject, Role, Room, Timestamp, UserId, Visibility,
    event::Event,
    permission::{self, Need},
    presence::visits::Visit,
};

mod deeds;

pub(crate) use deeds::State;
pub use deeds::{Deeds, MAX_PEOPLE};

/// Most visits in one look at what time brought about; further ones follow in the next.
const VISITS_AT_ONCE: usize = 2_000;

/// What one may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActivityCommand {
    /// Raise or lower a hand. Hosts may lower those of others.
    RaiseHand {
        /// Whose; none for the actor's own.
        user: Option<UserId>,
        /// Raise or lower.
        raised: bool,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityEvent {
    /// A hand was raised or lowered.
    HandChanged {
        /// Whose.
        user: UserId,
        /// Raised or lowered.
        raised: bool,
    },
    /// Members are there, since when. Nobody sees it: it saves what is known of a visit if its end is lost.
    VisitsBegan {
        /// In the order of their begin.
        visits: Vec<(UserId, Timestamp)>,
    },
    /// Somebody was there. Hosts see it.
    VisitEnded(Visit),
    /// A member wants to appear offline, or no longer. Nobody sees it: what it brings about is told in signals.
    Hidden {
        /// The member.
        user: UserId,
        /// Whether.
        hidden: bool,
    },
}

impl ActivityCommand {
    /// What it takes to ask this.
    pub(crate) fn need(&self) -> Need {
        match self {
            Self::RaiseHand { .. } => Need::Right(Role::Member),
        }
    }

    /// Whether the first event that this command makes can be `event`.
    pub(crate) fn can_make(&self, event: &Event) -> bool {
        match self {
            Self::RaiseHand { user, raised } => matches!(
                event,
                Event::Activity(ActivityEvent::HandChanged { user: whose, raised: made })
                    if made == raised && user.as_ref().is_none_or(|user| user == whose)
            ),
        }
    }
}

impl ActivityEvent {
    /// A short name, for people and queries.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::HandChanged { .. } => "activity.hand_changed",
            Self::VisitsBegan { .. } => "activity.visits_began",
            Self::VisitEnded(_) => "activity.visit_ended",
            Self::Hidden { .. } => "activity.hidden",
        }
    }

    /// For whom it looks how.
    pub(crate) fn visibility(&self) -> Visibility {
        match self {
            Self::HandChanged { .. } => Visibility::Everyone,
            Self::VisitEnded(_) => Visibility::Hosts,
            Self::VisitsBegan { .. } | Self::Hidden { .. } => Visibility::Nobody,
        }
    }

    /// As an audience may see it.
    pub(crate) fn seen_by(&self, who: &Audience) -> Option<Self> {
        let seen = match self {
            Self::HandChanged { .. } => true,
            Self::VisitEnded(_) => *who == Audience::Hosts,
            Self::VisitsBegan { .. } | Self::Hidden { .. } => false,
        };
        seen.then(|| self.clone())
    }
}

/// What the command brings about, or why it is refused.
pub(crate) fn decide(room: &Room, command: &ActivityCommand, cx: &mut Cx<'_>) -> Result<Vec<Event>, Reject> {
    match command {
        ActivityCommand::RaiseHand { user, raised } => {
            let actor = &cx.actor.user;
            let user = user.as_ref().unwrap_or(actor);
            let members = &room.seats.members;
            if user != actor {
                let is_host = permission::acting_role(members, cx.actor).is_some_and(Role::is_host);
                if *raised || !is_host {
                    return Err(Reject::NotPermitted);
                }
            }
            let whose = members.get(user).ok_or(if user == actor {
                Reject::NotMember
            } else {
                Reject::NoSuchMember
            })?;
            // Who looks on and acts by a global role has no hand either.
            if *raised && whose.role < Role::Member {
                return Err(Reject::NotPermitted);
            }
            if whose.hand_at.is_some() == *raised {
                return Ok(Vec::new());
            }
            Ok(vec![Event::Activity(ActivityEvent::HandChanged {
                user: user.clone(),
                raised: *raised,
            })])
        }
    }
}

/// What time alone brings about: visits that are over, and those to be recorded as begun; and wishes to be seen or not,
/// which are observed and not asked for.
pub(crate) fn settle(room: &Room, now: Timestamp) -> Vec<ActivityEvent> {
    let visits = &room.board.visits;
    let ended = visits
        .ended(now, VISITS_AT_ONCE)
        .into_iter()
        .map(ActivityEvent::VisitEnded);
    let mut events: Vec<_> = ended.collect();
    if room.seats.check_open().is_err() {
        return events;
    }
    // After those that end, as one that is over has not to be recorded as begun.
    if events.is_empty() {
        let visits = visits.to_record(now, VISITS_AT_ONCE);
        events.extend((!visits.is_empty()).then_some(ActivityEvent::VisitsBegan { visits }));
    }
    events.extend(room.board.unsaved.iter().map(|user| ActivityEvent::Hidden {
        user: user.clone(),
        hidden: room.board.is_invisible(user),
    }));
    events
}

/// The visits that are over because the room goes out of memory.
pub(crate) fn parting(room: &Room, now: Timestamp) -> Vec<ActivityEvent> {
    let ended = room.board.visits.ended(now, usize::MAX);
    ended.into_iter().map(ActivityEvent::VisitEnded).collect()
}

/// When [`settle`] has something to do next.
pub(crate) fn next_deadline(room: &Room) -> Option<Timestamp> {
    let unsaved = (!room.board.unsaved.is_empty()).then_some(Timestamp(0));
    let unsaved = unsaved.filter(|_| room.seats.check_open().is_ok());
    unsaved.into_iter().chain(room.board.visits.next_deadline()).min()
}

/// Takes an event into the room: into the counts, and out of what was waiting to be logged.
pub(crate) fn apply(room: &mut Room, at: Timestamp, event: &ActivityEvent) {
    match event {
        ActivityEvent::HandChanged { user, raised } => room.seats.members.set_hand(user, raised.then_some(at)),
        ActivityEvent::VisitsBegan { visits } => {
            for (user, begin) in visits {
                room.board.visits.is_recorded(user, *begin);
            }
        }
        ActivityEvent::VisitEnded(visit) => room.board.visits.has_ended(visit),
        ActivityEvent::Hidden { user, .. } => drop(room.board.unsaved.remove(user)),
    }
    room.activity.apply(event);
}
