//! The events of each step of a game, whoever takes it: a host by command, or time.
//!
//! Neighbours: [`decide`](super::decide) and [`settle`](super::settle) choose the step; nothing here asks whether it is due.

use super::{
    Event,
    distribution::count,
    event::CloseReason,
    outcomes, ranking, screens,
    state::{LEAD, MEDIA_PATIENCE, Ranking, State},
};
use crate::{Millis, Timestamp, UserId, member::Members, presence::Board};

/// The lead of a scheduled opening: twice the room's slowest usual round trip, within [`LEAD`].
pub(super) fn lead(state: &State, room_round_trip: Option<Millis>) -> Millis {
    room_round_trip.map_or(state.lead, |rtt| Millis(rtt.0.saturating_mul(2)).clamp(LEAD.0, LEAD.1))
}

/// The next stem, or the end if there is none.
pub(super) fn show_next(state: &State, members: &Members, lead: Millis, now: Timestamp) -> Vec<Event> {
    let settings = &state.quiz.settings;
    let shown = state.next_index().and_then(|index| {
        let prompt = state.quiz.prompt(index)?;
        let read = state.quiz.questions.get(index as usize)?.read.unwrap_or(settings.read);
        Some(Event::QuestionShown {
            prompt,
            read_ends_at: now + read,
            lead,
        })
    });
    shown.map_or_else(|| vec![ended(state, members)], |shown| vec![shown])
}

/// The options of the question on show, fewer of them for some.
pub(super) fn open(state: &State, members: &Members, lead: Millis, now: Timestamp) -> Vec<Event> {
    let Some((index, question, _)) = state.current() else {
        return Vec::new();
    };
    let shown = question.kind.shown(state.seed, index);
    let form = question.kind.form(&shown);
    let opens_at = now + lead;
    let closes_at = opens_at + state.quiz.time_limit(index);
    let reduced = members.players().filter_map(|player| {
        let fewer = player.accommodations.fewer_options;
        let hidden = question.kind.hidden(&shown, fewer, state.seed, index, &player.user);
        (!hidden.is_empty()).then(|| Event::OptionsReduced {
            user: player.user.clone(),
            index,
            hidden,
        })
    });
    let reduced: Vec<Event> = reduced.collect();
    std::iter::once(Event::QuestionOpened {
        index,
        form,
        shown,
        opens_at,
        closes_at,
    })
    .chain(reduced)
    .collect()
}

/// The end of answering.
pub(super) fn close(state: &State, members: &Members, screens: &screens::Board, reason: CloseReason) -> Vec<Event> {
    let Some((index, _, round)) = state.current() else {
        return Vec::new();
    };
    let answered = count(
        members
            .players()
            .filter(|player| round.answers.contains_key(&player.user))
            .count(),
    );
    vec![Event::QuestionClosed {
        index,
        reason,
        answered,
        screens: screens.report(index),
    }]
}

/// The solution of the question on show.
pub(super) fn reveal(state: &State, members: &Members) -> Vec<Event> {
    let Some((index, question, round)) = state.current() else {
        return Vec::new();
    };
    let Some(reveal) = outcomes::reveal(state, members, index, round) else {
        return Vec::new();
    };
    vec![Event::QuestionRevealed {
        index,
        solution: question.kind.solution(&round.shown),
        distribution: reveal.distribution,
        explanation: question.explanation.clone(),
        fastest: reveal.fastest,
        results: reveal.results,
    }]
}

/// The ranking so far.
pub(super) fn leaderboard(state: &State, members: &Members) -> Vec<Event> {
    let Some(index) = state.index else { return Vec::new() };
    let Ranking { standings, teams, top } = ranking::ranking(state, members);
    vec![Event::LeaderboardShown {
        index,
        player_count: count(standings.len()),
        standings,
        teams,
        top,
    }]
}

/// The end. Everybody on the podium is seen by everybody, however short the leaderboard was.
pub(super) fn ended(state: &State, members: &Members) -> Event {
    let Ranking { standings, teams, top } = ranking::ranking(state, members);
    Event::Ended {
        player_count: count(standings.len()),
        standings,
        teams,
        top: top.max(3),
    }
}

/// When the question on show may open: at the end of the read phase, or once enough media are loaded or patience ends.
pub(super) fn ready_at(state: &State, members: &Members, board: &Board) -> Option<Timestamp> {
    let read_ends_at = state.ends_at?;
    let (_, question, round) = state.current()?;
    if question.media_url.is_empty() {
        return Some(read_ends_at);
    }
    let connected: Vec<&UserId> = members
        .players()
        .map(|p| &p.user)
        .filter(|user| board.is_connected(user))
        .collect();
    let loaded = connected.iter().filter(|user| round.loaded.contains(**user)).count();
    let enough = !connected.is_empty() && loaded * 100 >= connected.len() * 95;
    Some(if enough {
        read_ends_at
    } else {
        read_ends_at + MEDIA_PATIENCE
    })
}
