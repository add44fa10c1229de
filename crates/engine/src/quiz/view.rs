//! The quiz of a room as one audience sees it.
//!
//! Neighbours: [`visibility`](super::visibility) cuts events by the same rules; [`room`](crate::room) puts the parts
//! into its own view.

use super::{
    Event, Phase,
    distribution::count,
    ranking,
    state::{Ranking, Reveal, State},
    visibility::{visible_results, visible_standings},
};
use crate::{
    Audience, Signal, Timestamp, UserId,
    member::Members,
    presence::Board,
    view::{QuestionResults, QuizView, ResultsView},
};

/// Most players named as still answering.
pub(super) const MAX_WAITING: usize = 50;

/// How far the answers to the open question are; none while no question is open.
pub fn progress(state: &State, members: &Members, board: &Board, now: Timestamp) -> Option<Signal> {
    let (index, _, round) = state.current().filter(|_| state.phase == Phase::Open)?;
    let (mut answered, mut expected, mut away, mut waiting) = (0_u32, 0_u32, 0_u32, Vec::new());
    for player in members.players() {
        away += u32::from(!board.is_connected(&player.user));
        if round.answers.contains_key(&player.user) {
            answered += 1;
            expected += 1;
        } else if !player.accommodations.excused
            && board.is_waited_for(&player.user, now)
            && state.takes_part(index, round, player)
        {
            expected += 1;
            if waiting.len() < MAX_WAITING {
                waiting.push(player.user.clone());
            }
        }
    }
    Some(Signal::AnswerProgress {
        index,
        answered,
        expected,
        away,
        waiting,
    })
}

/// The quiz as an audience sees it.
pub fn view(state: &State, members: &Members, who: &Audience) -> QuizView {
    let me = match who {
        Audience::Member(user) => Some(user),
        Audience::Hosts | Audience::Observers => None,
    };
    let outline = &state.quiz;
    let shown = state
        .current()
        .filter(|_| (Phase::Reading..=Phase::Leaderboard).contains(&state.phase));
    let opened = shown.filter(|(_, _, round)| round.opens_at.is_some());
    let ranking = state.ranking.as_ref().filter(|_| state.phase >= Phase::Leaderboard);
    let players = members.players().filter(|player| {
        opened.is_some_and(|(index, _, round)| {
            round.answers.contains_key(&player.user) || state.takes_part(index, round, player)
        })
    });
    QuizView {
        id: outline.id.clone(),
        revision: outline.revision,
        title: outline.title.clone(),
        description: outline.description.clone(),
        settings: outline.settings.clone(),
        question_count: count(outline.questions.len()),
        phase: state.phase,
        paused: state.is_paused(),
        remaining: state.paused_at.map(|paused_at| state.remaining(paused_at)),
        prompt: shown.and_then(|(index, _, _)| outline.prompt(index)),
        form: opened.map(|(_, question, round)| question.kind.form(&round.shown)),
        phase_ends_at: state.ends_at,
        opens_at: opened.and_then(|(_, _, round)| round.opens_at),
        closes_at: opened.and_then(|(index, _, round)| match me.and_then(|user| members.get(user)) {
            Some(member) => state.own_close(index, round, member),
            None => round.closes_at,
        }),
        answered: opened
            .zip(me)
            .is_some_and(|((_, _, round), user)| round.answers.contains_key(user)),
        answered_count: opened.map_or(0, |(_, _, round)| {
            let now = || answered(members, |user| round.answers.contains_key(user));
            round.answered.unwrap_or_else(now)
        }),
        expected_count: count(players.count()),
        reveal: shown
            .filter(|_| state.phase == Phase::Revealed)
            .and_then(|(index, question, round)| {
                let Reveal {
                    distribution,
                    fastest,
                    results,
                } = round.reveal.as_ref()?;
                Some(Event::QuestionRevealed {
                    index,
                    solution: question.kind.solution(&round.shown),
                    distribution: distribution.clone(),
                    explanation: question.explanation.clone(),
                    fastest: fastest.clone(),
                    results: visible_results(results, who),
                })
            }),
        standings: ranking
            .map(|r| r.standings.iter().take(r.top as usize).cloned().collect())
            .unwrap_or_default(),
        teams: ranking.map(|r| r.teams.clone()).unwrap_or_default(),
        own: me.and_then(|user| state.ranking.as_ref()?.standings.of(user).cloned()),
        hidden_options: opened
            .zip(me)
            .and_then(|((_, _, round), user)| round.hidden.get(user).cloned())
            .unwrap_or_default(),
        auto_advance: state.auto_advance,
        screens: opened.and_then(|(_, _, round)| round.screens.clone()),
    }
}

/// Results so far as an audience may see them.
pub fn results(state: &State, members: &Members, who: &Audience) -> ResultsView {
    let Ranking { standings, teams, top } = ranking::ranking(state, members);
    let questions = state
        .rounds
        .iter()
        .filter(|(index, _)| !state.skipped.contains(index))
        .filter_map(|(index, round)| {
            let question = state.quiz.questions.get(*index as usize)?;
            let reveal = round.reveal.as_ref()?;
            Some(QuestionResults {
                prompt: state.quiz.prompt(*index)?,
                form: question.kind.form(&round.shown),
                solution: question.kind.solution(&round.shown),
                distribution: reveal.distribution.clone(),
                explanation: question.explanation.clone(),
                opened_at: round.opens_at?,
                closed_at: round.closed_at,
                fastest: reveal.fastest.clone(),
                screens: round.screens.clone(),
                results: visible_results(&reveal.results, who).into_iter().collect(),
            })
        });
    let quiz = &state.quiz;
    ResultsView {
        quiz: quiz.id.clone(),
        revision: quiz.revision,
        title: quiz.title.clone(),
        settings: quiz.settings.clone(),
        question_count: count(quiz.questions.len()),
        phase: state.phase,
        standings: visible_standings(&standings, top, who),
        teams,
        questions: questions.collect(),
    }
}

fn answered(members: &Members, has_answered: impl Fn(&UserId) -> bool) -> u32 {
    count(members.players().filter(|player| has_answered(&player.user)).count())
}
