//! What a command does to the quiz of a room, or why it is refused.
//!
//! Neighbours: [`room`](crate::room) has checked before whether the actor's role allows the command at all; what a host
//! may do is therefore not asked here. [`settle`](super::settle) takes the same steps by time.

use std::sync::Arc;

use super::{
    Answer, Event, Phase, Quiz,
    distribution::count,
    event::CloseReason,
    screens,
    state::{GRACE, MAX_CREDIT, MAX_EXTRA, State},
    steps,
};
use crate::{Cx, Member, Millis, QuizCommand, Reject, Role, Timestamp, member::Members};

/// What the command brings about, or why it is refused. No events means that nothing had to change.
///
/// # Errors
///
/// [`Reject::NotMember`] and [`Reject::NotPermitted`] where only players may act, [`Reject::NoQuiz`] before a quiz is
/// loaded, and whatever the phase of the game, the pause or the form of an answer stand against.
pub fn decide(
    state: Option<&State>,
    members: &Members,
    screens: &screens::Board,
    command: &QuizCommand,
    cx: &mut Cx<'_>,
) -> Result<Vec<Event>, Reject> {
    let loaded = || state.ok_or(Reject::NoQuiz);
    match command {
        QuizCommand::Load { quiz } => load(state, quiz, cx),
        QuizCommand::Start => {
            let state = loaded()?;
            in_phase(state, &[Phase::Lobby])?;
            Ok(start(state, cx))
        }
        QuizCommand::Advance { from } => advance(loaded()?, members, screens, *from, cx),
        QuizCommand::Answer { index, answer } => {
            let player = player(members, cx)?;
            give(loaded()?, player, *index, answer, cx)
        }
        QuizCommand::ReportLoaded { index } => {
            let player = player(members, cx)?;
            report_loaded(loaded()?, player, *index)
        }
        QuizCommand::Pause => pause(loaded()?, cx.now),
        QuizCommand::Resume => resume(loaded()?, cx.now),
        QuizCommand::Extend { extra } => extend(loaded()?, *extra),
        QuizCommand::Skip { index } => skip(loaded()?, members, *index, cx),
        QuizCommand::SetAutoAdvance { enabled } => Ok(set_auto_advance(loaded()?, *enabled, cx.now)),
        QuizCommand::End => {
            let state = loaded()?;
            in_phase(state, &RUNNING)?;
            Ok(vec![steps::ended(state, members)])
        }
    }
}

/// The phases between beginning and end.
const RUNNING: [Phase; 6] = [
    Phase::Starting,
    Phase::Reading,
    Phase::Open,
    Phase::Closed,
    Phase::Revealed,
    Phase::Leaderboard,
];

fn in_phase(state: &State, allowed: &[Phase]) -> Result<(), Reject> {
    if allowed.contains(&state.phase) {
        Ok(())
    } else {
        Err(Reject::WrongPhase { phase: state.phase })
    }
}

fn player<'m>(members: &'m Members, cx: &Cx<'_>) -> Result<&'m Member, Reject> {
    let member = members.get(&cx.actor.user).ok_or(Reject::NotMember)?;
    if member.role == Role::Member {
        Ok(member)
    } else {
        Err(Reject::NotPermitted)
    }
}

fn load(state: Option<&State>, quiz: &Arc<Quiz>, cx: &mut Cx<'_>) -> Result<Vec<Event>, Reject> {
    if let Some(state) = state {
        in_phase(state, &[Phase::Lobby, Phase::Ended])?;
    }
    quiz.check().map_err(Reject::QuizInvalid)?;
    Ok(vec![Event::Loaded {
        quiz: quiz.clone(),
        seed: cx.rng.next_u64(),
    }])
}

fn start(state: &State, cx: &Cx<'_>) -> Vec<Event> {
    let first_question_at = cx.now + state.quiz.settings.start_countdown;
    vec![Event::Started {
        first_question_at,
        lead: steps::lead(state, cx.room_round_trip),
    }]
}

fn advance(
    state: &State,
    members: &Members,
    screens: &screens::Board,
    from: Option<Phase>,
    cx: &Cx<'_>,
) -> Result<Vec<Event>, Reject> {
    if from.is_some_and(|from| from != state.phase) {
        return Err(Reject::PhaseChanged { phase: state.phase });
    }
    if state.is_paused() {
        return Err(Reject::Paused);
    }
    let lead = steps::lead(state, cx.room_round_trip);
    match state.phase {
        Phase::Lobby => Ok(start(state, cx)),
        Phase::Starting | Phase::Leaderboard => Ok(steps::show_next(state, members, lead, cx.now)),
        Phase::Reading => Ok(steps::open(state, members, lead, cx.now)),
        Phase::Open => Ok(steps::close(state, members, screens, CloseReason::Host)),
        Phase::Closed => Ok(steps::reveal(state, members)),
        Phase::Revealed => Ok(steps::leaderboard(state, members)),
        Phase::Ended => Err(Reject::WrongPhase { phase: state.phase }),
    }
}

fn give(state: &State, player: &Member, index: u32, answer: &Answer, cx: &Cx<'_>) -> Result<Vec<Event>, Reject> {
    let question = state.quiz.questions.get(index as usize).ok_or(Reject::NoSuchQuestion)?;
    let not_open = Err(Reject::QuestionNotOpen { opens_in: None });
    let Some(round) = state.rounds.get(&index) else {
        return if state.phase == Phase::Ended || state.index > Some(index) {
            Err(Reject::QuestionClosed)
        } else {
            not_open
        };
    };
    if round.answers.contains_key(&player.user) {
        return Err(Reject::AlreadyAnswered);
    }
    if state.index != Some(index) || state.phase > Phase::Open {
        return Err(Reject::QuestionClosed);
    }
    let (Phase::Open, Some(opens_at)) = (state.phase, round.opens_at) else {
        return not_open;
    };
    if state.is_paused() {
        return Err(Reject::Paused);
    }
    if cx.now < opens_at {
        return Err(Reject::QuestionNotOpen {
            opens_in: Some(opens_at.since(cx.now)),
        });
    }
    let half_trip = Millis(cx.round_trip.unwrap_or_default().0 / 2).min(MAX_CREDIT);
    let own_close = state.own_close(index, round, player);
    if !state.takes_part(index, round, player) || own_close.is_some_and(|close| cx.now > close + GRACE + half_trip) {
        return Err(Reject::QuestionClosed);
    }
    let hidden = round.hidden.get(&player.user).map_or(&[][..], Vec::as_slice);
    let answer = question.kind.accept(answer, hidden)?;
    let elapsed = cx.now.since(opens_at);
    let credit = half_trip.min(state.quota(&player.user)).min(elapsed);
    let response = Millis(elapsed.0 - credit.0);
    // What arrives in the grace period counts as given at the last moment.
    let response = own_close.map_or(response, |close| response.min(close.since(opens_at)));
    let order = count(round.answers.len()).saturating_add(1);
    Ok(vec![Event::AnswerAccepted {
        user: player.user.clone(),
        index,
        answer,
        response,
        credit,
        order,
    }])
}

fn report_loaded(state: &State, player: &Member, index: u32) -> Result<Vec<Event>, Reject> {
    let question = state.quiz.questions.get(index as usize).ok_or(Reject::NoSuchQuestion)?;
    let news = state.phase == Phase::Reading
        && state.index == Some(index)
        && !question.media_url.is_empty()
        && state
            .rounds
            .get(&index)
            .is_some_and(|round| !round.loaded.contains(&player.user));
    Ok(if news {
        vec![Event::MediaLoaded {
            user: player.user.clone(),
            index,
        }]
    } else {
        Vec::new()
    })
}

fn pause(state: &State, now: Timestamp) -> Result<Vec<Event>, Reject> {
    in_phase(state, &RUNNING)?;
    if state.is_paused() {
        return Err(Reject::Paused);
    }
    Ok(vec![Event::Paused {
        remaining: state.remaining(now),
    }])
}

fn resume(state: &State, now: Timestamp) -> Result<Vec<Event>, Reject> {
    let paused_at = state.paused_at.ok_or(Reject::NotPaused)?;
    let shift = now.since(paused_at);
    let round = state
        .current()
        .map(|(_, _, round)| round)
        .filter(|_| state.phase == Phase::Open);
    Ok(vec![Event::Resumed {
        shift,
        phase_ends_at: state.ends_at.map(|end| end + shift),
        opens_at: round.and_then(|round| round.opens_at).map(|at| at + shift),
        closes_at: round.and_then(|round| round.closes_at).map(|at| at + shift),
    }])
}

fn extend(state: &State, extra: Millis) -> Result<Vec<Event>, Reject> {
    in_phase(state, &[Phase::Open])?;
    let Some((index, _, round)) = state.current() else {
        return Err(Reject::NoSuchQuestion);
    };
    if round.extra + extra > MAX_EXTRA {
        return Err(Reject::LimitReached("an hour of extensions"));
    }
    let Some(closes_at) = round.closes_at.filter(|_| extra > Millis::ZERO) else {
        return Ok(Vec::new());
    };
    Ok(vec![Event::Extended {
        index,
        extra,
        closes_at: closes_at + extra,
    }])
}

/// A question that was on show makes way for the ranking or, if there is nothing to rank, for the next question. Where a
/// ranking is on show that counted the question, it is made anew.
fn skip(state: &State, members: &Members, index: u32, cx: &Cx<'_>) -> Result<Vec<Event>, Reject> {
    if index as usize >= state.quiz.questions.len() {
        return Err(Reject::NoSuchQuestion);
    }
    if state.skipped.contains(&index) {
        return Ok(Vec::new());
    }
    let on_show = state.index == Some(index);
    if on_show && state.is_paused() {
        return Err(Reject::Paused);
    }
    let counted = state.rounds.get(&index).is_some_and(|round| round.reveal.is_some());
    let skipped = Event::Skipped { index };
    let mut after = state.clone();
    after.apply(members, cx.now, &skipped);
    let mut events = vec![skipped];
    match state.phase {
        Phase::Ended if counted => events.push(steps::ended(&after, members)),
        Phase::Leaderboard if counted => events.extend(steps::leaderboard(&after, members)),
        Phase::Reading | Phase::Open | Phase::Closed | Phase::Revealed if on_show => {
            let anything = after
                .rounds
                .iter()
                .any(|(n, round)| round.reveal.is_some() && !after.skipped.contains(n));
            if anything {
                events.extend(steps::leaderboard(&after, members));
            } else {
                events.extend(steps::show_next(
                    &after,
                    members,
                    steps::lead(state, cx.room_round_trip),
                    cx.now,
                ));
            }
        }
        Phase::Lobby
        | Phase::Starting
        | Phase::Reading
        | Phase::Open
        | Phase::Closed
        | Phase::Revealed
        | Phase::Leaderboard
        | Phase::Ended => {}
    }
    Ok(events)
}

fn set_auto_advance(state: &State, enabled: bool, now: Timestamp) -> Vec<Event> {
    if state.auto_advance == enabled {
        return Vec::new();
    }
    let phase_ends_at = match state.phase {
        Phase::Starting | Phase::Reading => state.ends_at,
        Phase::Lobby | Phase::Open | Phase::Closed | Phase::Revealed | Phase::Leaderboard | Phase::Ended => state
            .display_time()
            .filter(|_| enabled)
            .map(|span| state.clock(now) + span),
    };
    vec![Event::AutoAdvanceSet { enabled, phase_ends_at }]
}
