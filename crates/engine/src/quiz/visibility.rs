//! Who may see what of the quiz.
//!
//! Before the reveal of a question nothing of its solution leaves: members and observers get an outline of the quiz, the
//! order in which things are shown goes to nobody, and answers go to their authors and to hosts.
//!
//! Neighbours: [`audience`](crate::audience) explains audiences; [`view`](super::view) shows state by the same rules.

use std::{collections::BTreeMap, sync::Arc};

use super::{Event, Kind, Question, Quiz, event::Outcome, standings::Standings};
use crate::{Audience, UserId, Visibility};

impl Event {
    /// A short name for people and queries.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Loaded { .. } => "quiz.loaded",
            Self::Started { .. } => "quiz.started",
            Self::QuestionShown { .. } => "quiz.question_shown",
            Self::QuestionOpened { .. } => "quiz.question_opened",
            Self::OptionsReduced { .. } => "quiz.options_reduced",
            Self::MediaLoaded { .. } => "quiz.media_loaded",
            Self::AnswerAccepted { .. } => "quiz.answer_accepted",
            Self::QuestionClosed { .. } => "quiz.question_closed",
            Self::QuestionRevealed { .. } => "quiz.question_revealed",
            Self::LeaderboardShown { .. } => "quiz.leaderboard_shown",
            Self::Paused { .. } => "quiz.paused",
            Self::Resumed { .. } => "quiz.resumed",
            Self::Extended { .. } => "quiz.extended",
            Self::Skipped { .. } => "quiz.skipped",
            Self::AutoAdvanceSet { .. } => "quiz.auto_advance_set",
            Self::Ended { .. } => "quiz.ended",
        }
    }

    /// For whom the event looks how.
    pub fn visibility(&self) -> Visibility {
        match self {
            Self::Loaded { .. } => Visibility::Split,
            Self::OptionsReduced { user, .. } | Self::AnswerAccepted { user, .. } => Visibility::Private(user.clone()),
            Self::MediaLoaded { .. } => Visibility::Nobody,
            Self::QuestionRevealed { .. } | Self::LeaderboardShown { .. } | Self::Ended { .. } => Visibility::Personal,
            Self::Started { .. }
            | Self::QuestionShown { .. }
            | Self::QuestionOpened { .. }
            | Self::QuestionClosed { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::Extended { .. }
            | Self::Skipped { .. }
            | Self::AutoAdvanceSet { .. } => Visibility::Everyone,
        }
    }

    /// The event as an audience may see it; none if it may not see it at all.
    pub fn seen_by(&self, who: &Audience) -> Option<Self> {
        let mut seen = match self {
            Self::MediaLoaded { .. } => return None,
            Self::OptionsReduced { user, .. } | Self::AnswerAccepted { user, .. } => {
                return sees_private(who, user).then(|| self.clone());
            }
            // Cutting a copy of the quiz down would first make the copy.
            Self::Loaded { quiz, .. } if *who != Audience::Hosts => {
                return Some(Self::Loaded {
                    quiz: Arc::new(quiz.outline()),
                    seed: 0,
                });
            }
            Self::QuestionRevealed { .. } | Self::LeaderboardShown { .. } | Self::Ended { .. } => {
                return Some(self.cut_to(who));
            }
            Self::Loaded { .. }
            | Self::Started { .. }
            | Self::QuestionShown { .. }
            | Self::QuestionOpened { .. }
            | Self::QuestionClosed { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::Extended { .. }
            | Self::Skipped { .. }
            | Self::AutoAdvanceSet { .. } => self.clone(),
        };
        if let Self::QuestionOpened { shown, .. } = &mut seen {
            shown.clear();
        }
        Some(seen)
    }

    /// Results and rankings without other people's rows. Built from its parts, as a room of thousands asks for thousands.
    fn cut_to(&self, who: &Audience) -> Self {
        match self {
            Self::QuestionRevealed {
                index,
                solution,
                distribution,
                explanation,
                fastest,
                results,
            } => Self::QuestionRevealed {
                index: *index,
                solution: solution.clone(),
                distribution: distribution.clone(),
                explanation: explanation.clone(),
                fastest: fastest.clone(),
                results: visible_results(results, who),
            },
            Self::LeaderboardShown {
                index,
                standings,
                teams,
                top,
                player_count,
            } => Self::LeaderboardShown {
                index: *index,
                standings: visible_standings(standings, *top, who),
                teams: teams.clone(),
                top: *top,
                player_count: *player_count,
            },
            Self::Ended {
                standings,
                teams,
                top,
                player_count,
            } => Self::Ended {
                standings: visible_standings(standings, *top, who),
                teams: teams.clone(),
                top: *top,
                player_count: *player_count,
            },
            Self::Loaded { .. }
            | Self::Started { .. }
            | Self::QuestionShown { .. }
            | Self::QuestionOpened { .. }
            | Self::OptionsReduced { .. }
            | Self::MediaLoaded { .. }
            | Self::AnswerAccepted { .. }
            | Self::QuestionClosed { .. }
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::Extended { .. }
            | Self::Skipped { .. }
            | Self::AutoAdvanceSet { .. } => self.clone(),
        }
    }
}

impl Quiz {
    /// The quiz with as many questions, all of them blank.
    pub(super) fn outline(&self) -> Self {
        let blank = Question {
            text: String::new(),
            explanation: String::new(),
            media_url: String::new(),
            media_alt: String::new(),
            time_limit: None,
            read: None,
            points: 0,
            kind: Kind::TrueFalse { correct: false },
        };
        Self {
            id: self.id.clone(),
            revision: self.revision,
            title: self.title.clone(),
            description: self.description.clone(),
            language: self.language.clone(),
            settings: self.settings.clone(),
            questions: vec![blank; self.questions.len()],
        }
    }
}

fn sees_private(who: &Audience, user: &UserId) -> bool {
    match who {
        Audience::Hosts => true,
        Audience::Member(member) => member == user,
        Audience::Observers => false,
    }
}

/// Everybody's results for hosts, their own for members, none for observers.
pub(super) fn visible_results(results: &BTreeMap<UserId, Outcome>, who: &Audience) -> BTreeMap<UserId, Outcome> {
    match who {
        Audience::Hosts => results.clone(),
        Audience::Member(user) => results
            .get_key_value(user)
            .map(|(k, v)| (k.clone(), v.clone()))
            .into_iter()
            .collect(),
        Audience::Observers => BTreeMap::new(),
    }
}

/// All rows for hosts; the first `top` for everybody else, and behind them a member's own row if it is not among them.
pub(super) fn visible_standings(standings: &Standings, top: u32, who: &Audience) -> Standings {
    let top = top as usize;
    let own = match who {
        Audience::Hosts => return standings.clone(),
        Audience::Member(user) => standings.place(user).filter(|place| *place >= top),
        Audience::Observers => None,
    };
    let own = own.and_then(|place| standings.get(place));
    standings.iter().take(top).chain(own).cloned().collect()
}
