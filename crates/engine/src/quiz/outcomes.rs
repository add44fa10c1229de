//! Every player's result for one question, worked out at the reveal.
//!
//! Neighbours: [`grade`](super::grade) and [`score`](super::score) judge one answer, [`ranking`](super::ranking) adds up.

use std::collections::BTreeMap;

use super::{
    distribution,
    event::{Outcome, Verdict},
    ranking, score,
    state::{Given, Reveal, Round, State},
};
use crate::{UserId, member::Members};

/// What the reveal of a question says.
pub(super) fn reveal(state: &State, members: &Members, index: u32, round: &Round) -> Option<Reveal> {
    let question = state.quiz.questions.get(index as usize)?;
    let mut results: BTreeMap<UserId, Outcome> = members
        .players()
        .map(|player| {
            let given = round.answers.get(&player.user);
            let (verdict, points) = given.map_or_else(
                || {
                    (
                        if state.takes_part(index, round, player) {
                            Verdict::Missed
                        } else {
                            Verdict::Absent
                        },
                        0,
                    )
                },
                |given| judge(state, index, round, given),
            );
            let outcome = Outcome {
                verdict,
                points,
                streak_bonus: 0,
                streak: 0,
                total: 0,
                rank: 0,
                response: given.map(|given| given.response).unwrap_or_default(),
                credit: given.map(|given| given.credit).unwrap_or_default(),
                time_limit: given.map_or_else(
                    || player.accommodations.time_limit(state.quiz.time_limit(index)),
                    |given| given.limit,
                ),
                answer: given.map(|given| given.answer.clone()),
                received_at: given.and_then(|given| given.received_at),
            };
            (player.user.clone(), outcome)
        })
        .collect();
    let present: Vec<(&UserId, &Given)> = round
        .answers
        .iter()
        .filter(|(user, _)| results.contains_key(*user))
        .collect();
    let distribution = distribution::of(&question.kind, round, &present);
    let fastest = present
        .iter()
        .filter(|(user, _)| {
            results
                .get(*user)
                .is_some_and(|outcome| outcome.verdict == Verdict::Correct)
        })
        .min_by_key(|(_, given)| (given.response, given.order))
        .map(|(user, _)| (*user).clone());
    ranking::fill_in(state, members, index, &mut results);
    Some(Reveal {
        distribution,
        fastest,
        results,
    })
}

/// How an answer turned out and what it earns.
pub(super) fn judge(state: &State, index: u32, round: &Round, given: &Given) -> (Verdict, u32) {
    let Some(question) = state.quiz.questions.get(index as usize) else {
        return (Verdict::Unscored, 0);
    };
    let share = question.kind.grade(&round.shown, &given.answer);
    let points = if question.is_scored() {
        score::points(
            state.quiz.settings.scoring,
            question.points,
            share,
            given.response,
            given.limit,
        )
    } else {
        0
    };
    (question.kind.verdict(share), points)
}
