//! Adding up: totals, streaks and who ranks above whom.
//!
//! Nothing is kept from question to question. Every ranking is worked out anew from the results of all questions that
//! count, so that skipping one in hindsight needs no undoing.
//!
//! Neighbours: [`outcomes`](super::outcomes) makes the results, [`steps`](super::steps) puts rankings into events.

use std::{
    collections::{BTreeMap, btree_map},
    iter::Peekable,
    ops::RangeBounds,
};

use super::{
    RankBy,
    event::{Outcome, Standing, Verdict},
    outcomes, score,
    state::{Ranking, Round, State},
};
use crate::{Member, Millis, UserId, member::Members};

/// Results of a question that are not in the state yet.
type Fresh<'a> = Option<(u32, &'a BTreeMap<UserId, Outcome>)>;

/// What a player has earned in a run of questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    points: u32,
    correct: u32,
    correct_time: Millis,
    streak: u32,
    best_streak: u32,
    /// The newest question counted, and the bonus it earned.
    newest: Option<(u32, u32)>,
    /// In the room for at least one of the questions.
    took_part: bool,
}

/// The ranking after all questions revealed so far.
pub(super) fn ranking(state: &State, members: &Members) -> Ranking {
    let ledger = Ledger { state, fresh: None };
    let index = state.index.unwrap_or(0);
    let earlier = ledger.add_up(nothing(members), ..index);
    let tallies = ledger.add_up(earlier.clone(), index..);
    let rank_by = state.quiz.settings.rank_by;
    let standings = ranked(players(&tallies), rank_by);
    let teams_now = ranked(teams(&tallies), RankBy::Points);
    let (before, teams_before) = if ledger.rounds(..index).next().is_none() {
        (Vec::new(), Vec::new())
    } else {
        (
            ranked(players(&earlier), rank_by),
            ranked(teams(&earlier), RankBy::Points),
        )
    };
    Ranking {
        standings: with_previous(standings, &before, |row| row.user.as_ref().map_or("", UserId::as_str)).into(),
        teams: with_previous(teams_now, &teams_before, |row| &row.name),
        top: state.quiz.settings.leaderboard_size,
    }
}

/// Streaks, totals and ranks after a question whose results these are.
pub(super) fn fill_in(state: &State, members: &Members, index: u32, results: &mut BTreeMap<UserId, Outcome>) {
    let ledger = Ledger {
        state,
        fresh: Some((index, results)),
    };
    let tallies = ledger.add_up(nothing(members), ..=index);
    for row in ranked(players(&tallies), state.quiz.settings.rank_by) {
        if let Some(outcome) = row.user.and_then(|user| results.get_mut(&user)) {
            outcome.rank = row.rank;
        }
    }
    for (player, tally) in tallies {
        if let Some(outcome) = results.get_mut(&player.user) {
            outcome.streak = tally.streak;
            outcome.total = tally.points;
            outcome.streak_bonus = tally
                .newest
                .filter(|(newest, _)| *newest == index)
                .map_or(0, |(_, bonus)| bonus);
        }
    }
}

/// Every player, in the order of their ids, before the first question.
fn nothing(members: &Members) -> Vec<(&Member, Tally)> {
    members.players().map(|player| (player, Tally::default())).collect()
}

/// The questions that count.
#[derive(Clone, Copy)]
struct Ledger<'a> {
    state: &'a State,
    fresh: Fresh<'a>,
}

impl<'a> Ledger<'a> {
    fn rounds(
        self,
        range: impl RangeBounds<u32>,
    ) -> impl Iterator<Item = (u32, &'a Round, &'a BTreeMap<UserId, Outcome>)> {
        self.state.rounds.range(range).filter_map(move |(index, round)| {
            let fresh = self
                .fresh
                .filter(|(fresh, _)| fresh == index)
                .map(|(_, results)| results);
            let results = fresh.or(round.reveal.as_ref().map(|reveal| &reveal.results))?;
            let scored = self
                .state
                .quiz
                .questions
                .get(*index as usize)
                .is_some_and(super::Question::is_scored);
            (scored && !self.state.skipped.contains(index)).then_some((*index, round, results))
        })
    }

    /// Adds a range of questions to the players' tallies. Players and results are in the same order, so each question is gone
    /// through once, and nobody is looked up.
    fn add_up(self, mut tallies: Vec<(&Member, Tally)>, range: impl RangeBounds<u32>) -> Vec<(&Member, Tally)> {
        let bonuses = self.state.quiz.settings.streak_bonus;
        for (index, round, results) in self.rounds(range) {
            let (mut results, mut answers) = (InOrder::of(results), InOrder::of(&round.answers));
            for (player, tally) in &mut tallies {
                let (verdict, points, response) = match (results.get(&player.user), answers.get(&player.user)) {
                    (Some(outcome), _) => (outcome.verdict, outcome.points, outcome.response),
                    // Answered, left before the reveal and came back.
                    (None, Some(given)) => {
                        let (verdict, points) = outcomes::judge(self.state, index, round, given);
                        (verdict, points, given.response)
                    }
                    (None, None) => (Verdict::Absent, 0, Millis::ZERO),
                };
                tally.add(index, verdict, points, response, bonuses);
            }
        }
        tallies
    }
}

/// A map that is asked for ever greater keys.
struct InOrder<'a, V>(Peekable<btree_map::Iter<'a, UserId, V>>);

impl<'a, V> InOrder<'a, V> {
    fn of(map: &'a BTreeMap<UserId, V>) -> Self {
        Self(map.iter().peekable())
    }

    fn get(&mut self, user: &UserId) -> Option<&'a V> {
        while self.0.next_if(|(key, _)| *key < user).is_some() {}
        self.0.next_if(|(key, _)| *key == user).map(|(_, value)| value)
    }
}

impl Tally {
    fn add(&mut self, index: u32, verdict: Verdict, points: u32, response: Millis, bonuses: bool) {
        self.took_part |= verdict != Verdict::Absent;
        self.points = self.points.saturating_add(points);
        let right = verdict == Verdict::Correct;
        self.streak = if right { self.streak.saturating_add(1) } else { 0 };
        self.best_streak = self.best_streak.max(self.streak);
        let bonus = if right && bonuses {
            score::streak_bonus(self.streak)
        } else {
            0
        };
        self.points = self.points.saturating_add(bonus);
        self.newest = Some((index, bonus));
        if right {
            self.correct = self.correct.saturating_add(1);
            self.correct_time = self.correct_time + response;
        }
    }
}

fn players(tallies: &[(&Member, Tally)]) -> Vec<Standing> {
    let row = |(player, tally): &(&Member, Tally)| Standing {
        user: Some(player.user.clone()),
        name: player.nickname.clone(),
        rank: 0,
        previous_rank: 0,
        points_tenths: tally.points.saturating_mul(10),
        correct: tally.correct,
        correct_time: tally.correct_time,
        streak: tally.streak,
        best_streak: tally.best_streak,
        team: player.team.clone(),
        avatar: player.avatar.clone(),
    };
    tallies.iter().map(row).collect()
}

/// One row per team: the mean points of its members who are in the room and took part in anything, to one decimal.
fn teams(tallies: &[(&Member, Tally)]) -> Vec<Standing> {
    let mut teams = BTreeMap::<&str, Vec<&Tally>>::new();
    for (player, tally) in tallies {
        if tally.took_part && !player.team.is_empty() {
            teams.entry(&player.team).or_default().push(tally);
        }
    }
    let row = |(name, tallies): (&str, Vec<&Tally>)| {
        let (points, count) = (
            tallies.iter().map(|t| u64::from(t.points)).sum::<u64>(),
            tallies.len() as u64,
        );
        Standing {
            user: None,
            name: name.to_owned(),
            rank: 0,
            previous_rank: 0,
            points_tenths: u32::try_from((20 * points + count) / (2 * count)).unwrap_or(u32::MAX),
            correct: tallies.iter().map(|t| t.correct).sum(),
            correct_time: tallies.iter().fold(Millis::ZERO, |sum, t| sum + t.correct_time),
            streak: 0,
            best_streak: 0,
            team: String::new(),
            avatar: String::new(),
        }
    };
    teams.into_iter().map(row).collect()
}

/// The rows best first with competition ranks (1, 2, 2, 4). Equal rows keep the order they came in.
fn ranked(mut rows: Vec<Standing>, rank_by: RankBy) -> Vec<Standing> {
    rows.sort_by_key(|row| key(row, rank_by));
    let mut last = None;
    for (position, row) in (1..).zip(&mut rows) {
        let key = key(row, rank_by);
        let rank = last.filter(|(same, _)| *same == key).map_or(position, |(_, rank)| rank);
        row.rank = rank;
        last = Some((key, rank));
    }
    rows
}

/// Smaller is better; equal is a true tie.
fn key(row: &Standing, rank_by: RankBy) -> [i128; 3] {
    let (points, correct) = (-i128::from(row.points_tenths), -i128::from(row.correct));
    let time = i128::from(row.correct_time.0);
    match rank_by {
        // Teams of different sizes cannot be told apart by time: only equal points are looked at.
        RankBy::Points if row.user.is_none() => [points, 0, 0],
        RankBy::Points => [points, time, 0],
        RankBy::CorrectThenPoints => [correct, points, time],
        RankBy::CorrectThenTime => [correct, time, points],
    }
}

fn with_previous(mut rows: Vec<Standing>, before: &[Standing], name: impl Fn(&Standing) -> &str) -> Vec<Standing> {
    let ranks: BTreeMap<&str, u32> = before.iter().map(|row| (name(row), row.rank)).collect();
    for row in &mut rows {
        row.previous_rank = ranks.get(name(row)).copied().unwrap_or(0);
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;

    /// A player with points, right answers and time over them.
    fn player(n: usize, (points, correct, time): (u32, u32, u64)) -> Standing {
        let tally = Tally {
            points,
            correct,
            correct_time: Millis(time),
            ..Tally::default()
        };
        let member = Member {
            user: format!("u{n}").parse().expect("an id"),
            nickname: format!("u{n}"),
            role: crate::Role::Member,
            avatar: String::new(),
            team: String::new(),
            joined_at: crate::Timestamp(0),
            mute: None,
            guest: false,
            accommodations: crate::Accommodations::default(),
            hand_at: None,
        };
        players(&[(&member, tally)]).remove(0)
    }

    /// Whether one row beats another, said the long way.
    fn beats(a: &Standing, b: &Standing, rank_by: RankBy) -> bool {
        let points = a.points_tenths.cmp(&b.points_tenths);
        let correct = a.correct.cmp(&b.correct);
        let time = b.correct_time.cmp(&a.correct_time);
        let order = match rank_by {
            RankBy::Points => points.then(time),
            RankBy::CorrectThenPoints => correct.then(points).then(time),
            RankBy::CorrectThenTime => correct.then(time).then(points),
        };
        order == Ordering::Greater
    }

    prop_compose! {
        fn field()(rows in prop::collection::vec((0_u32..4, 0_u32..4, 0_u64..4), 0..12)) -> Vec<Standing> {
            rows.into_iter().enumerate().map(|(n, row)| player(n, row)).collect()
        }
    }

    proptest! {
        #[test]
        fn ranks_are_one_more_than_those_who_are_better(field in field(), by in 0_usize..3) {
            let rank_by = [RankBy::Points, RankBy::CorrectThenPoints, RankBy::CorrectThenTime][by];
            let ranked = ranked(field.clone(), rank_by);
            prop_assert_eq!(ranked.len(), field.len());
            for row in &ranked {
                let better = field.iter().filter(|other| beats(other, row, rank_by)).count();
                prop_assert_eq!(row.rank as usize, better + 1);
            }
            prop_assert!(ranked.is_sorted_by_key(|row| row.rank));
        }

        #[test]
        fn no_speed_beats_one_more_right_answer(
            a in (0_u32..400_000, 0_u32..200, 0_u64..1_000_000), b in (0_u32..400_000, 0_u32..200, 0_u64..1_000_000),
            time_first in any::<bool>(),
        ) {
            let rank_by = if time_first { RankBy::CorrectThenTime } else { RankBy::CorrectThenPoints };
            let rows = ranked(vec![player(0, a), player(1, b)], rank_by);
            prop_assert!(rows[0].correct >= rows[1].correct);
        }
    }

    #[test]
    fn competition_ranks_skip_after_a_tie() {
        let rows = [(5, 1, 1), (7, 1, 1), (5, 1, 1), (2, 1, 1)]
            .into_iter()
            .enumerate()
            .map(|(n, row)| player(n, row));
        let ranks: Vec<u32> = ranked(rows.collect(), RankBy::Points)
            .iter()
            .map(|row| row.rank)
            .collect();
        assert_eq!(ranks, [1, 2, 2, 4]);
    }
}
