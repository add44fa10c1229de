//! What the log says about the quiz of a room.
//!
//! Neighbours: only [`apply`](super::apply) writes it; everything else in [`quiz`](super) reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    Answer, Phase, Question, Quiz,
    event::{Distribution, Outcome, Standing},
    screens::ScreenReport,
    standings::Standings,
};
use crate::{Member, Millis, Timestamp, UserId};

/// Answers that left in time but arrive late are taken this long, plus up to [`MAX_CREDIT`] for a slow uplink.
pub const GRACE: Millis = Millis(500);
/// The most that one answer is credited for latency.
pub const MAX_CREDIT: Millis = Millis(250);
/// Where every player's latency quota starts, and the most that it holds.
pub const QUOTA: Millis = Millis(500);
/// What every question gives back to a spent quota.
pub const QUOTA_REFILL: Millis = Millis(100);
/// Somebody who came in during a question may answer it if so much time was left.
pub const LATE_JOIN: Millis = Millis::secs(5);
/// How long media may hold up the opening after the read phase.
pub const MEDIA_PATIENCE: Millis = Millis::secs(3);
/// Least and greatest lead of a scheduled opening.
pub const LEAD: (Millis, Millis) = (Millis(300), Millis(1_500));
/// The most that all extensions of a question may add.
pub const MAX_EXTRA: Millis = Millis::secs(3_600);

/// The quiz of a room, as its log says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State {
    pub(super) quiz: Arc<Quiz>,
    pub(super) seed: u64,
    pub(super) phase: Phase,
    /// The question on show, or the one shown last.
    pub(super) index: Option<u32>,
    /// End of countdown, read phase or automatic display.
    pub(super) ends_at: Option<Timestamp>,
    /// Since when time stands still.
    pub(super) paused_at: Option<Timestamp>,
    pub(super) auto_advance: bool,
    /// The newest lead of scheduled openings.
    pub(super) lead: Millis,
    pub(super) rounds: BTreeMap<u32, Round>,
    pub(super) skipped: BTreeSet<u32>,
    /// What players have spent of their latency quota, if anything.
    pub(super) spent: BTreeMap<UserId, Millis>,
    /// The ranking as shown last.
    pub(super) ranking: Option<Ranking>,
}

/// One question as played.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Round {
    /// Shown position to written position, once the options are out.
    pub(super) shown: Vec<u32>,
    pub(super) opens_at: Option<Timestamp>,
    /// For those without accommodations.
    pub(super) closes_at: Option<Timestamp>,
    /// Part of the time to answer that extensions added.
    pub(super) extra: Millis,
    pub(super) loaded: BTreeSet<UserId>,
    pub(super) hidden: BTreeMap<UserId, Vec<u32>>,
    pub(super) answers: BTreeMap<UserId, Given>,
    pub(super) closed_at: Option<Timestamp>,
    /// How many had answered when it closed, as everybody was told; who leaves later changes it no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) answered: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) screens: Option<ScreenReport>,
    pub(super) reveal: Option<Reveal>,
}

/// An answer as accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Given {
    pub(super) answer: Answer,
    pub(super) response: Millis,
    pub(super) credit: Millis,
    /// How many answers were in, this one included.
    pub(super) order: u32,
    /// The player's own time limit when it was accepted; none if untimed.
    pub(super) limit: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) received_at: Option<Timestamp>,
}

/// What was said at the reveal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Reveal {
    pub(super) distribution: Distribution,
    pub(super) fastest: Option<UserId>,
    pub(super) results: BTreeMap<UserId, Outcome>,
}

/// A ranking as shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ranking {
    pub(super) standings: Standings,
    pub(super) teams: Vec<Standing>,
    pub(super) top: u32,
}

impl State {
    pub(super) fn new(quiz: Arc<Quiz>, seed: u64) -> Self {
        Self {
            seed,
            phase: Phase::Lobby,
            index: None,
            ends_at: None,
            paused_at: None,
            auto_advance: quiz.settings.auto_advance,
            lead: LEAD.0,
            rounds: BTreeMap::new(),
            skipped: BTreeSet::new(),
            spent: BTreeMap::new(),
            ranking: None,
            quiz,
        }
    }

    /// Where the game stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether time stands still.
    pub fn is_paused(&self) -> bool {
        self.paused_at.is_some()
    }

    /// Whether a question takes answers, or will as soon as time goes on.
    pub fn is_open(&self) -> bool {
        self.phase == Phase::Open
    }

    /// The question on show, as written and as played.
    pub(super) fn current(&self) -> Option<(u32, &Question, &Round)> {
        let index = self.index?;
        Some((
            index,
            self.quiz.questions.get(index as usize)?,
            self.rounds.get(&index)?,
        ))
    }

    /// The next question that is not skipped.
    pub(super) fn next_index(&self) -> Option<u32> {
        let count = u32::try_from(self.quiz.questions.len()).unwrap_or(u32::MAX);
        let first = self.index.map_or(0, |index| index.saturating_add(1));
        (first..count).find(|index| !self.skipped.contains(index))
    }

    /// The time at which everything timed stands: `now`, or the moment of the pause.
    pub(super) fn clock(&self, now: Timestamp) -> Timestamp {
        self.paused_at.unwrap_or(now)
    }

    /// What is left of the running span.
    pub(super) fn remaining(&self, now: Timestamp) -> Millis {
        let end = match self.phase {
            Phase::Open => self.current().and_then(|(_, _, round)| round.closes_at),
            Phase::Lobby
            | Phase::Starting
            | Phase::Reading
            | Phase::Closed
            | Phase::Revealed
            | Phase::Leaderboard
            | Phase::Ended => self.ends_at,
        };
        end.map_or(Millis::ZERO, |end| end.since(self.clock(now)))
    }

    /// How long auto-advance shows the present phase; none if it is not one to be shown.
    pub(super) fn display_time(&self) -> Option<Millis> {
        match self.phase {
            Phase::Closed => Some(Millis::ZERO),
            Phase::Revealed => Some(self.quiz.settings.reveal),
            Phase::Leaderboard => Some(self.quiz.settings.leaderboard),
            Phase::Lobby | Phase::Starting | Phase::Reading | Phase::Open | Phase::Ended => None,
        }
    }

    /// What a player may still be credited for latency.
    pub(super) fn quota(&self, user: &UserId) -> Millis {
        Millis(QUOTA.0.saturating_sub(self.spent.get(user).map_or(0, |spent| spent.0)))
    }

    /// When answering a question closes for a member; none if it never opened or the member is untimed.
    pub(super) fn own_close(&self, index: u32, round: &Round, member: &Member) -> Option<Timestamp> {
        let limit = member.accommodations.time_limit(self.quiz.time_limit(index))?;
        Some(round.opens_at? + limit + round.extra)
    }

    /// Whether a member was there in time to answer a question: before it opened, or with [`LATE_JOIN`] left of the
    /// member's own time.
    pub(super) fn takes_part(&self, index: u32, round: &Round, member: &Member) -> bool {
        let Some(opens_at) = round.opens_at else { return false };
        if member.joined_at <= opens_at {
            return true;
        }
        round.closed_at.is_none_or(|closed_at| member.joined_at < closed_at)
            && self
                .own_close(index, round, member)
                .is_none_or(|close| member.joined_at + LATE_JOIN <= close)
    }
}
