//! 4. Nothing of an answer key reaches a player before the reveal.
//!
//! Judged by marks that the quizzes of [`quizzes`](crate::quizzes) carry in every solution, and by the shape of what is
//! sent; not by asking the engine what may be seen.

use std::fmt::Debug;

use trivium_engine::{Audience, Event, View, quiz};

use crate::{quizzes, truth::Log};

/// An event that somebody received.
pub(crate) fn event(who: &Audience, event: &Event, log: &Log) -> Result<(), String> {
    let user = match who {
        Audience::Hosts => return Ok(()),
        Audience::Member(user) => Some(user),
        Audience::Observers => None,
    };
    let Event::Quiz(event) = event else { return Ok(()) };
    match event {
        quiz::Event::AnswerAccepted { user: author, .. } | quiz::Event::OptionsReduced { user: author, .. }
            if user != Some(author) =>
        {
            Err(format!("{who:?} hears what is {author}'s"))
        }
        // What they answer themselves may happen to be right.
        quiz::Event::AnswerAccepted { .. } => Ok(()),
        quiz::Event::Loaded { quiz, seed } => {
            let blank = |question: &quiz::Question| question.text.is_empty() && question.explanation.is_empty();
            if *seed != 0 || !quiz.questions.iter().all(blank) {
                return Err(format!("{who:?} gets the quiz"));
            }
            unmarked(who, event, log)
        }
        quiz::Event::QuestionOpened { shown, .. } if !shown.is_empty() => Err(format!("{who:?} gets the order")),
        quiz::Event::QuestionRevealed { results, .. } => match results.keys().find(|player| user != Some(*player)) {
            Some(player) => Err(format!("{who:?} sees the result of {player}")),
            None => unmarked(who, event, log),
        },
        quiz::Event::QuestionOpened { .. }
        | quiz::Event::OptionsReduced { .. }
        | quiz::Event::Started { .. }
        | quiz::Event::QuestionShown { .. }
        | quiz::Event::MediaLoaded { .. }
        | quiz::Event::QuestionClosed { .. }
        | quiz::Event::LeaderboardShown { .. }
        | quiz::Event::Paused { .. }
        | quiz::Event::Resumed { .. }
        | quiz::Event::Extended { .. }
        | quiz::Event::Skipped { .. }
        | quiz::Event::AutoAdvanceSet { .. }
        | quiz::Event::Ended { .. } => unmarked(who, event, log),
    }
}

/// A snapshot that somebody received.
pub(crate) fn view(who: &Audience, view: &View, log: &Log) -> Result<(), String> {
    match (who, &view.quiz) {
        (Audience::Hosts, _) | (_, None) => Ok(()),
        (Audience::Member(_) | Audience::Observers, Some(quiz)) => unmarked(who, quiz, log),
    }
}

fn unmarked(who: &Audience, what: &impl Debug, log: &Log) -> Result<(), String> {
    let text = format!("{what:?}");
    match quizzes::marks(&text).find(|(revision, index)| !log.referee.is_revealed(*revision, *index)) {
        Some(mark) => Err(format!("{who:?} gets the key of {mark:?}: {text}")),
        None => Ok(()),
    }
}
