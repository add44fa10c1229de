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
    #[expect(clippy::too_many_lines, reason = "one arm per event, none of them long")]
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
                self.opened(*index, shown, *opens_at, *closes_at);
            }
            Event::OptionsReduced { user, index, hidden } => {
                self.in_round(*index, |round| drop(round.hidden.insert(user.clone(), hidden.clone())));
            }
            Event::MediaLoaded { user, index } => {
                self.in_round(*index, |round| _ = round.loaded.insert(user.clone()));
            }
            Event::AnswerAccepted {
                user,
                index,
                answer,
                response,
                credit,
                order,
            } => {
                let limit = self.limit_of(members, user, *index);
                let (response, credit, order) = (*response, *credit, *order);
                self.answered(
                    user,
                    *index,
                    Given {
                        answer: answer.clone(),
                        response,
                        credit,
                        order,
                        limit,
                        received_at: Some(at),
                    },
                );
            }
            Event::QuestionClosed {
                index,
                answered,
                screens,
                ..
            } => {
                self.in_round(*index, |round| {
                    round.closed_at = Some(at);
                    round.answered = Some(*answered);
                    round.screens.clone_from(screens);
                });
                self.display(Phase::Closed, at);
            }
            Event::QuestionRevealed {
                index,
                distribution,
                fastest,
                results,
                ..
            } => {
                let (distribution, fastest, results) = (distribution.clone(), fastest.clone(), results.clone());
                let reveal = Reveal {
                    distribution,
                    fastest,
                    results,
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
                self.resumed(*phase_ends_at, *opens_at, *closes_at);
            }
            Event::Extended {
                index,
                extra,
                closes_at,
            } => self.in_round(*index, |round| {
                round.extra = round.extra + *extra;
                round.closes_at = Some(*closes_at);
            }),
            Event::Skipped { index } => _ = self.skipped.insert(*index),
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

    fn opened(&mut self, index: u32, shown: &[u32], opens_at: Timestamp, closes_at: Timestamp) {
        let round = self.rounds.entry(index).or_default();
        round.shown = shown.to_vec();
        (round.opens_at, round.closes_at) = (Some(opens_at), Some(closes_at));
        self.index = Some(index);
        self.enter(Phase::Open, None);
        self.spent.retain(|_, spent| {
            *spent = Millis(spent.0.saturating_sub(QUOTA_REFILL.0));
            *spent > Millis::ZERO
        });
    }

    fn limit_of(&self, members: &Members, user: &UserId, index: u32) -> Option<Millis> {
        let limit = self.quiz.time_limit(index);
        members
            .get(user)
            .map_or(Some(limit), |member| member.accommodations.time_limit(limit))
    }

    fn answered(&mut self, user: &UserId, index: u32, given: Given) {
        if given.credit > Millis::ZERO {
            let spent = self.spent.entry(user.clone()).or_default();
            *spent = (*spent + given.credit).min(QUOTA);
        }
        self.in_round(index, |round| _ = round.answers.entry(user.clone()).or_insert(given));
    }

    fn resumed(&mut self, ends_at: Option<Timestamp>, opens_at: Option<Timestamp>, closes_at: Option<Timestamp>) {
        self.paused_at = None;
        self.ends_at = ends_at;
        if let Some(index) = self.index {
            self.in_round(index, |round| {
                round.opens_at = opens_at.or(round.opens_at);
                round.closes_at = closes_at.or(round.closes_at);
            });
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
}
