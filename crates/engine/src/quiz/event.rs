//! What can happen to the quiz of a room. Part of the storage format: a rename needs an upcaster.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    Answer,
    model::{KindName, Number, Quiz},
    screens::ScreenReport,
    standings::Standings,
};
use crate::{Millis, Timestamp, UserId};

/// Something that happened to the quiz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A quiz was put into the room. Members see its outline only: as many questions, all of them blank.
    Loaded {
        /// The quiz with its solutions.
        quiz: Arc<Quiz>,
        /// Decides every shuffle of this game; 0 to those who see the outline.
        seed: u64,
    },
    /// The game begins.
    Started {
        /// When the first stem is shown.
        first_question_at: Timestamp,
        /// Lead of scheduled openings until something better is known.
        #[serde(default)]
        lead: Millis,
    },
    /// A stem is shown.
    QuestionShown {
        /// The stem.
        prompt: Prompt,
        /// When the read phase ends, unless media take longer to load.
        read_ends_at: Timestamp,
        /// Lead of the scheduled opening.
        lead: Millis,
    },
    /// Options are out; answering opens and closes at the stated times.
    QuestionOpened {
        /// The question, from 0.
        index: u32,
        /// What is needed to answer.
        form: Form,
        /// Shown position to written position; hosts and players see neither, as it gives orders away.
        shown: Vec<u32>,
        /// When answering opens.
        opens_at: Timestamp,
        /// When it closes for those without accommodations.
        closes_at: Timestamp,
    },
    /// Fewer options for one member. Only the member and hosts see it.
    OptionsReduced {
        /// The member.
        user: UserId,
        /// The question, from 0.
        index: u32,
        /// Shown positions that are taken away.
        hidden: Vec<u32>,
    },
    /// A member has loaded the media of the question on show. Nobody sees it.
    MediaLoaded {
        /// The member.
        user: UserId,
        /// The question, from 0.
        index: u32,
    },
    /// An answer is in. Only its author and hosts see it.
    AnswerAccepted {
        /// The player.
        user: UserId,
        /// The question, from 0.
        index: u32,
        /// What was answered.
        answer: Answer,
        /// Response time after the credit.
        response: Millis,
        /// Latency credit that was subtracted.
        credit: Millis,
        /// How many answers were in, this one included.
        order: u32,
    },
    /// Answering is over.
    QuestionClosed {
        /// The question, from 0.
        index: u32,
        /// Why.
        reason: CloseReason,
        /// How many had answered.
        answered: u32,
        /// When the screens drew it; none if none reported.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        screens: Option<ScreenReport>,
    },
    /// The solution is out. Members see their own result only.
    QuestionRevealed {
        /// The question, from 0.
        index: u32,
        /// The solution; none for opinions.
        solution: Option<Solution>,
        /// How the answers were spread.
        distribution: Distribution,
        /// The explanation.
        explanation: String,
        /// The player who was first to be wholly right.
        fastest: Option<UserId>,
        /// Everybody's result.
        results: BTreeMap<UserId, Outcome>,
    },
    /// The ranking is shown. Members see the first `top` rows and, after them or among them, their own.
    LeaderboardShown {
        /// After this question, from 0.
        index: u32,
        /// Everybody, best first.
        standings: Standings,
        /// Teams, best first.
        teams: Vec<Standing>,
        /// How many rows everybody sees.
        top: u32,
        /// How many players are ranked, seen or not.
        player_count: u32,
    },
    /// Time stands still.
    Paused {
        /// What is left of the running span.
        remaining: Millis,
    },
    /// Time goes on.
    Resumed {
        /// How far every pending deadline moved.
        shift: Millis,
        /// New end of countdown, read phase or display, if one runs.
        phase_ends_at: Option<Timestamp>,
        /// New opening, if set.
        opens_at: Option<Timestamp>,
        /// New closing, if set.
        closes_at: Option<Timestamp>,
    },
    /// More time for the open question.
    Extended {
        /// The question, from 0.
        index: u32,
        /// How much.
        extra: Millis,
        /// New closing.
        closes_at: Timestamp,
    },
    /// A question counts for nothing, from now on and in hindsight.
    Skipped {
        /// The question, from 0.
        index: u32,
    },
    /// The game goes on by itself, or no longer.
    AutoAdvanceSet {
        /// Whether.
        enabled: bool,
        /// When the present phase then ends.
        phase_ends_at: Option<Timestamp>,
    },
    /// Podium and final ranking, seen as the ranking is. Comes again if a question is skipped in hindsight.
    Ended {
        /// Everybody, best first.
        standings: Standings,
        /// Teams, best first.
        teams: Vec<Standing>,
        /// How many rows everybody sees.
        top: u32,
        /// How many players are ranked, seen or not.
        player_count: u32,
    },
}

/// Why answering ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// Time was up.
    Deadline,
    /// Every connected player that was waited for had answered.
    AllAnswered,
    /// A host closed it.
    Host,
}

/// A stem as players see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Number of the question, from 0.
    pub index: u32,
    /// How many questions there are.
    pub count: u32,
    /// The stem.
    pub text: String,
    /// An image; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_url: String,
    /// What the image shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_alt: String,
    /// Points for a right answer.
    pub points: u32,
    /// Time to answer.
    pub time_limit: Millis,
    /// What kind of question.
    pub kind: KindName,
}

/// What a player needs to answer, without anything that gives the solution away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Options as shown: choices, polls, items to order, left sides of pairs.
    pub options: Vec<String>,
    /// Right sides of pairs as shown.
    pub matches: Vec<String>,
    /// Slider: left end.
    pub min: Number,
    /// Slider: right end.
    pub max: Number,
    /// Slider: step.
    pub step: Number,
    /// Unit of the number.
    pub unit: String,
    /// Rating: the highest step. Word cloud: most words.
    pub limit: u32,
    /// Rating: what 1 means.
    pub low_label: String,
    /// Rating: what the highest step means.
    pub high_label: String,
}

/// The solution of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Solution {
    /// Right options as shown; ordering: shown positions in the right order; matching: the shown position of each left
    /// side's right side.
    pub positions: Vec<u32>,
    /// True or false.
    pub truth: bool,
    /// Accepted texts.
    pub accepted: Vec<String>,
    /// The target, or the lowest right number.
    pub number_min: Number,
    /// The target, or the highest right number.
    pub number_max: Number,
    /// Half the width of the band around the target.
    pub tolerance: Number,
}

/// How the answers were spread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Distribution {
    /// How many players answered.
    pub answered: u32,
    /// How many of them were wholly right.
    pub correct: u32,
    /// Per option as shown (true/false as `[false, true]`) or per step of a rating: how many picked it.
    pub counts: Vec<u32>,
    /// Texts, words and numbers, most frequent first, at most 50.
    pub texts: Vec<(String, u32)>,
}

/// How an answer turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Wholly right.
    Correct,
    /// Partly right.
    Partial,
    /// Wrong.
    Incorrect,
    /// No answer in time.
    Missed,
    /// Not in the room when it was asked.
    Absent,
    /// An opinion.
    Unscored,
}

/// One player's result for one question: why this score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it turned out.
    pub verdict: Verdict,
    /// Points for the answer, speed included.
    pub points: u32,
    /// Points for the streak, on top.
    pub streak_bonus: u32,
    /// Right answers in a row, this one included.
    pub streak: u32,
    /// Points so far, this question included.
    pub total: u32,
    /// Rank so far; equal ranks are shared (1, 2, 2, 4).
    pub rank: u32,
    /// Response time after the credit.
    pub response: Millis,
    /// Latency credit that was subtracted.
    pub credit: Millis,
    /// The player's own time limit; none if untimed.
    pub time_limit: Option<Millis>,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// When the answer was received. It is the opening, the response and the credit together, unless time stood still
    /// meanwhile or the answer came in the grace period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
}

/// One row of a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The player; none for a team.
    pub user: Option<UserId>,
    /// Nickname or team name.
    pub name: String,
    /// Rank; equal ranks are shared.
    pub rank: u32,
    /// Rank before the last question; 0 if there was none.
    pub previous_rank: u32,
    /// Points in tenths.
    pub points_tenths: u32,
    /// Right answers.
    pub correct: u32,
    /// Time over right answers.
    pub correct_time: Millis,
    /// Right answers in a row.
    pub streak: u32,
    /// Longest streak.
    pub best_streak: u32,
    /// Team; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub team: String,
    /// Avatar seed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub avatar: String,
}
