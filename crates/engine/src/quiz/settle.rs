//! What time and presence bring about.
//!
//! There is one question asked here: which step comes next by itself, and when. [`settle`] takes the step if that moment
//! has come, [`next_deadline`] names the moment; so a deadline that has come always has an effect, and no timer is kept.
//!
//! Neighbours: [`steps`](super::steps) makes the events, [`decide`](super::decide) takes the same steps by command.

use super::{
    Event, Phase,
    event::CloseReason,
    screens,
    state::{GRACE, MAX_CREDIT, Round, State},
    steps,
};
use crate::{
    Member, Millis, Timestamp,
    member::Members,
    presence::{Board, EARLY_CLOSE_PATIENCE},
};

/// How long after its close a question takes answers that left in time.
const LATE: Millis = Millis(GRACE.0 + MAX_CREDIT.0);

/// A moment that does not come.
const NEVER: Timestamp = Timestamp(u64::MAX);

enum Step {
    ShowNext,
    Open,
    Close(CloseReason),
    Reveal,
    Rank,
}

/// What has happened by itself until `now`. Apply the events and ask again until there are none.
pub fn settle(state: &State, members: &Members, board: &Board, screens: &screens::Board, now: Timestamp) -> Vec<Event> {
    match due(state, members, board) {
        Some((at, step)) if at <= now => match step {
            Step::ShowNext => steps::show_next(state, members, state.lead, now),
            Step::Open => steps::open(state, members, state.lead, now),
            Step::Close(reason) => steps::close(state, members, screens, reason),
            Step::Reveal => steps::reveal(state, members),
            Step::Rank => steps::leaderboard(state, members),
        },
        Some(_) | None => Vec::new(),
    }
}

/// When [`settle`] has something to do, if nothing else happens until then; none if only a command can go on.
pub fn next_deadline(state: &State, members: &Members, board: &Board) -> Option<Timestamp> {
    due(state, members, board).map(|(at, _)| at)
}

fn due(state: &State, members: &Members, board: &Board) -> Option<(Timestamp, Step)> {
    if state.is_paused() {
        return None;
    }
    match state.phase {
        Phase::Lobby | Phase::Ended => None,
        Phase::Starting => Some((state.ends_at?, Step::ShowNext)),
        Phase::Reading => Some((steps::ready_at(state, members, board)?, Step::Open)),
        Phase::Open => close_due(state, members, board).map(|(at, reason)| (at, Step::Close(reason))),
        Phase::Closed | Phase::Revealed | Phase::Leaderboard => {
            let at = state.ends_at.filter(|_| state.auto_advance)?;
            state.current()?;
            Some((
                at,
                match state.phase {
                    Phase::Closed => Step::Reveal,
                    Phase::Revealed => Step::Rank,
                    Phase::Lobby
                    | Phase::Starting
                    | Phase::Reading
                    | Phase::Open
                    | Phase::Leaderboard
                    | Phase::Ended => Step::ShowNext,
                },
            ))
        }
    }
}

/// When the open question closes, and why.
///
/// By deadline: at the longest own limit of those who are connected and have not answered, and not before everybody's
/// common limit. An untimed member who is connected holds it open without end, unless excused from being waited for.
/// Early: when of those who are not excused at least one is connected, every one connected has answered, and patience
/// with those cut off has ended.
fn close_due(state: &State, members: &Members, board: &Board) -> Option<(Timestamp, CloseReason)> {
    let (index, _, round) = state.current()?;
    let mut closing = Closing {
        deadline: round.closes_at? + LATE,
        early: round.opens_at?,
        anybody: false,
    };
    let mut add = |player: &Member| {
        if state.takes_part(index, round, player) {
            closing.add(state, board, index, round, player);
        }
        closing.early == NEVER
    };
    // Asked after every command: once somebody is known to be waited for, players without accommodations, whose own limit is the
    // common one, change nothing.
    if members.players().any(&mut add) {
        for player in members.accommodated() {
            add(player);
        }
    }
    if !closing.anybody {
        closing.early = NEVER;
    }
    let (at, reason) = if closing.early <= closing.deadline {
        (closing.early, CloseReason::AllAnswered)
    } else {
        (closing.deadline, CloseReason::Deadline)
    };
    (at < NEVER).then_some((at, reason))
}

/// When a question would close, as far as players were looked at; whoever is looked at twice changes nothing.
struct Closing {
    deadline: Timestamp,
    early: Timestamp,
    /// Whether one who is not excused has answered and is connected.
    anybody: bool,
}

impl Closing {
    fn add(&mut self, state: &State, board: &Board, index: u32, round: &Round, player: &Member) {
        let excused = player.accommodations.excused;
        let lost_at = board.lost_since(&player.user);
        if round.answers.contains_key(&player.user) {
            self.anybody |= !excused && lost_at.is_none();
            return;
        }
        let patience = lost_at.map_or(NEVER, |lost_at| lost_at + EARLY_CLOSE_PATIENCE);
        let own = match state.own_close(index, round, player) {
            Some(close) => close + LATE,
            None if excused => round.closes_at.map_or(NEVER, |common| common + LATE),
            None => NEVER,
        };
        self.deadline = self.deadline.max(own.min(patience));
        if !excused {
            self.early = self.early.max(patience);
        }
    }
}
