//! Taking an event into the state. Total: whatever does not fit leaves the state as it is.
//!
//! Neighbours: [`room`](crate::room) calls it for every entry, also when a log is replayed; rules are in
//! [`decide`](super::decide) and [`settle`](super::settle) only.

use super::{
    Event, Phase,
    state::{Given, QUOTA, QUOTA_REFILL, Ranking, Reveal, Round, State},
};
use crate::{Millis, Timestamp, UserId, member::Members};

/// Takes an event of the room's log into the state of its quiz.
pub fn apply(state: &mut Option<State>, members: &Members, at: Timestamp, _actor: Option<&UserId>, event: &Event) {
    if let Event::Loaded { quiz, seed } = event {
        *state = Some(State::new(quiz.clone(), *seed));
    } else if let Some(state) = state {
        state.apply(members, at, event);
    }
}

impl State {
    /// Everything but loading.
    pub(super) fn apply(&mut self, members: &Members, at: Timestamp, event: &Event) {
        match event {
            Event::Loaded { .. } => {}
            Event::Started {
                first_question_at,
                lead,
            } => {
                self.lead = *lead;
                self.enter(Phase::Starting, Some(*first_question_at));
            }
            Event::QuestionShown {
                prompt,
                read_ends_at,
                lead,
            } => {
                self.lead = *lead;
                self.index = Some(prompt.index);
                self.rounds.insert(prompt.index, Round::default());
                self.enter(Phase::Reading, Some(*read_ends_at));
            }
            Event::QuestionOpened {
                index,
                form: _,
                shown,
                opens_at,
                closes_at,
            } => {
                let round = self.rounds.entry(*index).or_default();
                round.shown.clone_from(shown);
                (round.opens_at, round.closes_at) = (Some(*opens_at), Some(*closes_at));
                self.index = Some(*index);
                self.enter(Phase::Open, None);
                self.refill_quotas();
            }
            Event::OptionsReduced { user, index, hidden } => {
                self.in_round(*index, |round| {
                    round.hidden.insert(user.clone(), hidden.clone());
                });
            }
            Event::MediaLoaded { user, index } => {
                self.in_round(*index, |round| {
                    round.loaded.insert(user.clone());
                });
            }
            Event::AnswerAccepted {
                user,
                index,
                answer,
                response,
                credit,
                order,
            } => {
                let limit = self.quiz.time_limit(*index);
                let limit = members
                    .get(user)
                    .map_or(Some(limit), |member| member.accommodations.time_limit(limit));
                let (response, credit, order) = (*response, *credit, *order);
                let given = Given {
                    answer: answer.clone(),
                    response,
                    credit,
                    order,
                    limit,
                };
                self.in_round(*index, |round| {
                    round.answers.entry(user.clone()).or_insert(given);
                });
                self.spend(user, credit);
            }
            Event::QuestionClosed { index, .. } => {
                self.in_round(*index, |round| round.closed_at = Some(at));
                self.display(Phase::Closed, at);
            }
            Event::QuestionRevealed {
                index,
                distribution,
                fastest,
                results,
                ..
            } => {
                let reveal = Reveal {
                    distribution: distribution.clone(),
                    fastest: fastest.clone(),
                    results: results.clone(),
                };
                self.in_round(*index, |round| round.reveal = Some(reveal));
                self.display(Phase::Revealed, at);
            }
            Event::LeaderboardShown {
                index,
                standings,
                teams,
                top,
                ..
            } => {
                // Shown again after a skip in hindsight, it lasts no longer.
                if self.phase != Phase::Leaderboard {
                    self.display(Phase::Leaderboard, at);
                }
                self.index = Some(*index);
                self.ranking = Some(Ranking {
                    standings: standings.clone(),
                    teams: teams.clone(),
                    top: *top,
                });
            }
            Event::Paused { .. } => self.paused_at = Some(at),
            Event::Resumed {
                shift: _,
                phase_ends_at,
                opens_at,
                closes_at,
            } => {
                self.paused_at = None;
                self.ends_at = *phase_ends_at;
                self.in_current_round(|round| {
                    round.opens_at = opens_at.or(round.opens_at);
                    round.closes_at = closes_at.or(round.closes_at);
                });
            }
            Event::Extended {
                index,
                extra,
                closes_at,
            } => self.in_round(*index, |round| {
                round.extra = round.extra + *extra;
                round.closes_at = Some(*closes_at);
            }),
            Event::Skipped { index } => {
                self.skipped.insert(*index);
            }
            Event::AutoAdvanceSet { enabled, phase_ends_at } => {
                self.auto_advance = *enabled;
                self.ends_at = *phase_ends_at;
            }
            Event::Ended {
                standings, teams, top, ..
            } => {
                self.enter(Phase::Ended, None);
                self.ranking = Some(Ranking {
                    standings: standings.clone(),
                    teams: teams.clone(),
                    top: *top,
                });
            }
        }
    }

    fn enter(&mut self, phase: Phase, ends_at: Option<Timestamp>) {
        self.phase = phase;
        self.ends_at = ends_at;
        self.paused_at = None;
    }

    /// Enters a phase that ends by itself only with auto-advance.
    fn display(&mut self, phase: Phase, at: Timestamp) {
        self.enter(phase, None);
        self.ends_at = self.display_time().filter(|_| self.auto_advance).map(|span| at + span);
    }

    fn in_round(&mut self, index: u32, change: impl FnOnce(&mut Round)) {
        if let Some(round) = self.rounds.get_mut(&index) {
            change(round);
        }
    }

    fn in_current_round(&mut self, change: impl FnOnce(&mut Round)) {
        if let Some(index) = self.index {
            self.in_round(index, change);
        }
    }

    fn spend(&mut self, user: &UserId, credit: Millis) {
        if credit > Millis::ZERO {
            let spent = self.spent.entry(user.clone()).or_default();
            *spent = (*spent + credit).min(QUOTA);
        }
    }

    fn refill_quotas(&mut self) {
        self.spent.retain(|_, spent| {
            *spent = Millis(spent.0.saturating_sub(QUOTA_REFILL.0));
            *spent > Millis::ZERO
        });
    }
}
