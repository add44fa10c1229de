//! 3. One answer per player and question, in time by the server's stamp; scores are a function of the log.
//!
//! Neighbours: [`liveness`](super::liveness) compares the live state with a replay of the whole log at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use trivium_engine::{
    Entry, Event, Millis, Room, RoomEvent, Timestamp, UserId,
    quiz::{
        self, Answer, Quiz,
        state::{GRACE, MAX_CREDIT},
    },
};

/// What one room's log says about answers.
#[derive(Debug, Default)]
pub(crate) struct Referee {
    quiz: Option<Arc<Quiz>>,
    rounds: BTreeMap<u32, Round>,
    skipped: BTreeSet<u32>,
    left: BTreeSet<UserId>,
    /// Revision and number of all questions whose solution is out, in whatever game.
    revealed: BTreeSet<(u32, u32)>,
}

#[derive(Debug, Default)]
struct Round {
    opens_at: Timestamp,
    extra: Millis,
    closed: bool,
    answers: BTreeMap<UserId, Answer>,
    /// Points of each player for this question, bonus included.
    points: BTreeMap<UserId, u32>,
}

impl Referee {
    /// Whether the solution of a question of that revision is out.
    pub(crate) fn is_revealed(&self, revision: u32, index: u32) -> bool {
        self.revealed.contains(&(revision, index))
    }

    /// Takes the next entry; `room` stands just before it.
    pub(crate) fn take(&mut self, room: &Room, entry: &Entry) -> Result<(), String> {
        if let Event::Room(RoomEvent::MemberLeft { user, .. }) = &entry.event {
            self.left.insert(user.clone());
        }
        if let Event::Quiz(event) = &entry.event {
            self.take_quiz(room, entry, event)?;
        }
        Ok(())
    }

    fn take_quiz(&mut self, room: &Room, entry: &Entry, event: &quiz::Event) -> Result<(), String> {
        match event {
            quiz::Event::Loaded { quiz, .. } => {
                *self = Self {
                    quiz: Some(quiz.clone()),
                    revealed: std::mem::take(&mut self.revealed),
                    ..Self::default()
                };
            }
            quiz::Event::QuestionOpened { index, opens_at, .. } => {
                let round = self.rounds.entry(*index).or_default();
                round.opens_at = *opens_at;
            }
            quiz::Event::Extended { index, extra, .. } => {
                let round = self.rounds.entry(*index).or_default();
                round.extra = round.extra + *extra;
            }
            quiz::Event::Resumed {
                opens_at: Some(opens_at),
                ..
            } => {
                if let Some(open) = self.rounds.values_mut().find(|round| !round.closed) {
                    open.opens_at = *opens_at;
                }
            }
            quiz::Event::QuestionClosed { index, .. } => self.rounds.entry(*index).or_default().closed = true,
            quiz::Event::Skipped { index } => {
                self.skipped.insert(*index);
                self.rounds.entry(*index).or_default().closed = true;
            }
            quiz::Event::AnswerAccepted {
                user, index, answer, ..
            } => {
                return self.accepted(room, entry, user, *index, answer);
            }
            quiz::Event::QuestionRevealed { index, results, .. } => return self.reveal(*index, results),
            quiz::Event::Started { .. }
            | quiz::Event::QuestionShown { .. }
            | quiz::Event::OptionsReduced { .. }
            | quiz::Event::MediaLoaded { .. }
            | quiz::Event::LeaderboardShown { .. }
            | quiz::Event::Paused { .. }
            | quiz::Event::Resumed { opens_at: None, .. }
            | quiz::Event::AutoAdvanceSet { .. }
            | quiz::Event::Ended { .. } => {}
        }
        Ok(())
    }

    fn accepted(
        &mut self,
        room: &Room,
        entry: &Entry,
        user: &UserId,
        index: u32,
        answer: &Answer,
    ) -> Result<(), String> {
        let quiz = self.quiz.as_ref().ok_or("an answer without a quiz")?;
        let limit = quiz.questions[index as usize]
            .time_limit
            .unwrap_or(quiz.settings.time_limit);
        let Some(round) = self.rounds.get_mut(&index).filter(|round| !round.closed) else {
            return Err(format!("{user} answers question {index}, which is not open"));
        };
        let member = room
            .member(user)
            .ok_or_else(|| format!("{user} answers and is no member"))?;
        if entry.at < round.opens_at {
            return Err(format!(
                "{user} answers {index} at {:?}, before {:?}",
                entry.at, round.opens_at
            ));
        }
        if let Some(own) = member.accommodations.time_limit(limit) {
            let close = round.opens_at + own + round.extra + GRACE + MAX_CREDIT;
            if entry.at > close {
                return Err(format!("{user} answers {index} at {:?}, after {close:?}", entry.at));
            }
        }
        match round.answers.insert(user.clone(), answer.clone()) {
            Some(_) => Err(format!("{user} answers {index} twice")),
            None => Ok(()),
        }
    }

    fn reveal(&mut self, index: u32, results: &BTreeMap<UserId, quiz::event::Outcome>) -> Result<(), String> {
        let quiz = self.quiz.as_ref().ok_or("a reveal without a quiz")?;
        let possible = quiz.questions[index as usize].points;
        self.revealed.insert((quiz.revision, index));
        let round = self.rounds.entry(index).or_default();
        for (user, outcome) in results {
            if outcome.answer.as_ref() != round.answers.get(user) {
                return Err(format!("{user} is shown another answer to {index} than was accepted"));
            }
            if outcome.points > possible || (outcome.answer.is_none() && outcome.points > 0) {
                return Err(format!(
                    "{user} gets {} of {possible} points for {index}",
                    outcome.points
                ));
            }
            round.points.insert(user.clone(), outcome.points + outcome.streak_bonus);
        }
        // Those who left may have lost a streak, and a skip in hindsight moves bonuses.
        if !self.skipped.is_empty() {
            return Ok(());
        }
        for (user, outcome) in results.iter().filter(|(user, _)| !self.left.contains(*user)) {
            let sum: u32 = self.rounds.values().filter_map(|round| round.points.get(user)).sum();
            if outcome.total != sum {
                return Err(format!(
                    "{user} has {} points after {index}, the log adds up to {sum}",
                    outcome.total
                ));
            }
        }
        Ok(())
    }
}
