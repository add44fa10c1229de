//! When the members' screens drew the open question, by their own word. No report is an entry of the log; what remains of
//! all of them is written into [`Event::QuestionClosed`](super::Event::QuestionClosed).
//!
//! Neighbours: [`room`](crate::room) keeps the board beside the log, as it keeps [`presence`](crate::presence).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Phase, State};
use crate::{Millis, Signal, Timestamp, UserId};

/// The largest error that a screen may state.
pub const MAX_ERROR: Millis = Millis::secs(1);
/// What is said to have been drawn longer than this before the opening is ignored,
pub const EARLIEST: Millis = Millis::secs(2);
/// and what longer than this after it.
pub const LATEST: Millis = Millis::secs(10);

/// When the screens drew a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenReport {
    /// How many have reported.
    pub count: u32,
    /// Time from the first to the last.
    pub spread: Millis,
    /// The largest error that one of them stated.
    pub error: Millis,
    /// When the first drew, in milliseconds from the opening; less than 0 if before it.
    pub first_offset: i64,
}

/// The reports on one question.
#[derive(Debug, Clone, Default)]
pub struct Board {
    told: Option<(u32, ScreenReport)>,
    /// Who has reported; members only, so no more than the room holds.
    users: BTreeSet<UserId>,
}

impl Board {
    /// What is known of a question; none if nobody has reported.
    pub fn report(&self, index: u32) -> Option<ScreenReport> {
        let (told, report) = self.told.as_ref()?;
        (*told == index).then(|| report.clone())
    }

    /// Takes in when a member's screen drew a question, and says what is known then. None if the report is ignored: the
    /// question is not open, the time is out of range, or the member has reported.
    pub(crate) fn take(
        &mut self,
        state: &State,
        user: &UserId,
        index: u32,
        at: Timestamp,
        error: Millis,
    ) -> Option<Signal> {
        let (_, _, round) = state
            .current()
            .filter(|(shown, ..)| *shown == index && state.phase == Phase::Open)?;
        let opens_at = round.opens_at?;
        if at + EARLIEST < opens_at || opens_at + LATEST < at || error > MAX_ERROR || self.users.contains(user) {
            return None;
        }
        // From the opening that was in force when it was drawn, so that a pause moves no screen away from another.
        let offset = at.0.cast_signed() - opens_at.0.cast_signed();
        let report = match self.report(index) {
            None => ScreenReport {
                count: 1,
                spread: Millis::ZERO,
                error,
                first_offset: offset,
            },
            Some(before) => {
                let first = before.first_offset.min(offset);
                let last = offset.max(before.first_offset + before.spread.0.cast_signed());
                ScreenReport {
                    count: before.count.saturating_add(1),
                    spread: Millis(last.abs_diff(first)),
                    error: before.error.max(error),
                    first_offset: first,
                }
            }
        };
        self.users.insert(user.clone());
        self.told = Some((index, report.clone()));
        Some(Signal::Screens { index, report })
    }
}
