//! A written quiz: what a teacher makes and the catalogue keeps.
//!
//! Neighbours: [`validity`](super::validity) says whether it can be played, `form` what players see of it.
//!
//! These types are also the storage format of quizzes and part of the events in room logs: a rename needs an upcaster.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Millis, QuizId};

/// Most questions in a quiz.
pub const MAX_QUESTIONS: usize = 200;
/// Most points for a right answer.
pub const MAX_POINTS: u32 = 2_000;
/// The greatest number in a question or an answer; the least is its negative.
pub const MAX_NUMBER: Number = Number::whole(1_000_000_000_000);

/// A number with six decimals: the value times 1,000,000. Whole arithmetic, so that every node agrees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(pub i64);

impl Number {
    /// A whole number, within `±9 * 10^12`.
    pub const fn whole(value: i64) -> Self {
        Self(value.saturating_mul(1_000_000))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, millionths) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        let decimals = format!("{millionths:06}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            decimals => write!(f, "{sign}{whole}.{decimals}"),
        }
    }
}

/// One revision of a quiz, with its solutions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiz {
    /// Identifier in the catalogue.
    pub id: QuizId,
    /// Revision, from 1.
    pub revision: u32,
    /// Title.
    pub title: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// BCP 47 language tag; empty if not stated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// How it is played.
    pub settings: Settings,
    /// The questions, 1 to [`MAX_QUESTIONS`].
    pub questions: Vec<Question>,
}

/// How a quiz is played, with every default filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Time to answer.
    pub time_limit: Millis,
    /// Time between stem and options; zero shows them together.
    pub read: Millis,
    /// The formula.
    pub scoring: Scoring,
    /// Whether streaks earn extra points.
    pub streak_bonus: bool,
    /// The ranking.
    pub rank_by: RankBy,
    /// Rows of the leaderboard, 1 to 100.
    pub leaderboard_size: u32,
    /// Goes on by itself after each phase.
    pub auto_advance: bool,
    /// How long auto-advance shows a reveal.
    pub reveal: Millis,
    /// How long auto-advance shows a leaderboard.
    pub leaderboard: Millis,
    /// Countdown before the first question.
    pub start_countdown: Millis,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_limit: Millis::secs(10),
            read: Millis::secs(3),
            scoring: Scoring::Linear {
                speed_weight_permille: 500,
            },
            streak_bonus: false,
            rank_by: RankBy::Points,
            leaderboard_size: 5,
            auto_advance: false,
            reveal: Millis::secs(8),
            leaderboard: Millis::secs(5),
            start_countdown: Millis::secs(3),
        }
    }
}

/// How points fall with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// `points * (1 - k * clamp(t - 500 ms, 0, T) / (T - 500 ms))`, rounded half up.
    Linear {
        /// k in thousandths, 0 to 1,000.
        speed_weight_permille: u32,
    },
    /// As Kahoot publishes it: full points under 500 ms, else `points * (1 - t / 2T)`, rounded half up.
    Kahoot,
}

/// Who ranks above whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RankBy {
    /// By points.
    Points,
    /// By the number of right answers, then points.
    CorrectThenPoints,
    /// By the number of right answers, then less time over right answers.
    CorrectThenTime,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The stem.
    pub text: String,
    /// Shown at the reveal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub explanation: String,
    /// An image shown with the stem; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_url: String,
    /// What the image shows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_alt: String,
    /// Time to answer, if not the quiz's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Millis>,
    /// Time between stem and options, if not the quiz's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Millis>,
    /// Points for a right answer, 0 to 2,000. Opinions earn nothing whatever this says.
    pub points: u32,
    /// What kind of question.
    pub kind: Kind,
}

/// Kinds of questions with what each needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One option is right, or any of several that count the same.
    SingleChoice {
        /// 2 to 8 options, at least one correct.
        options: Vec<Choice>,
        /// Shown in a random order, the same for everybody.
        shuffle: bool,
    },
    /// Several options are right.
    MultipleChoice {
        /// 2 to 8 options, at least one correct.
        options: Vec<Choice>,
        /// Shown in a random order, the same for everybody.
        shuffle: bool,
        /// All right options and no other, or nothing.
        all_or_nothing: bool,
    },
    /// True or false.
    TrueFalse {
        /// The right one.
        correct: bool,
    },
    /// A word or a phrase.
    TextEntry {
        /// Accepted texts.
        accepted: Vec<String>,
        /// Case counts.
        case_sensitive: bool,
        /// Most single-character edits that are forgiven.
        max_edits: u32,
    },
    /// A number near a target.
    NumberEntry {
        /// The target.
        target: Number,
        /// Half the width of the band; 0 asks for the exact number.
        tolerance: Number,
        /// Shown behind the number.
        unit: String,
    },
    /// A number on a slider, right anywhere within a range.
    RangeEntry {
        /// Left end of the slider.
        min: Number,
        /// Right end.
        max: Number,
        /// Step; 0 for none.
        step: Number,
        /// Lowest right number.
        correct_min: Number,
        /// Highest right number.
        correct_max: Number,
        /// Shown behind the number.
        unit: String,
    },
    /// Items to be put in order.
    Ordering {
        /// 2 to 10 items in the right order.
        items: Vec<String>,
        /// Points in proportion to neighbours that stand in the right order.
        partial_credit: bool,
    },
    /// Pairs to be found.
    Matching {
        /// 2 to 10 pairs, left and right.
        pairs: Vec<(String, String)>,
        /// Points in proportion to the right pairs.
        partial_credit: bool,
    },
    /// An opinion among options.
    Poll {
        /// 2 to 8 options.
        options: Vec<String>,
        /// Several may be picked.
        multiple: bool,
    },
    /// An opinion on a scale from 1.
    Rating {
        /// The highest step, 2 to 10.
        steps: u32,
        /// What 1 means.
        low_label: String,
        /// What the highest step means.
        high_label: String,
    },
    /// Free words.
    WordCloud {
        /// Most words per player, 1 to 10.
        max_words: u32,
    },
}

/// An option of a choice question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Text.
    pub text: String,
    /// Whether it is right.
    pub correct: bool,
}

/// The name of a kind, without its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "named as the variants of Kind")]
pub enum KindName {
    SingleChoice,
    MultipleChoice,
    TrueFalse,
    TextEntry,
    NumberEntry,
    RangeEntry,
    Ordering,
    Matching,
    Poll,
    MultiplePoll,
    Rating,
    WordCloud,
}

impl Question {
    /// Whether right answers count: for points, in rankings and for streaks.
    pub fn is_scored(&self) -> bool {
        self.points > 0 && !self.kind.is_opinion()
    }
}

impl Kind {
    /// Its name.
    pub fn name(&self) -> KindName {
        match self {
            Self::SingleChoice { .. } => KindName::SingleChoice,
            Self::MultipleChoice { .. } => KindName::MultipleChoice,
            Self::TrueFalse { .. } => KindName::TrueFalse,
            Self::TextEntry { .. } => KindName::TextEntry,
            Self::NumberEntry { .. } => KindName::NumberEntry,
            Self::RangeEntry { .. } => KindName::RangeEntry,
            Self::Ordering { .. } => KindName::Ordering,
            Self::Matching { .. } => KindName::Matching,
            Self::Poll { multiple: false, .. } => KindName::Poll,
            Self::Poll { multiple: true, .. } => KindName::MultiplePoll,
            Self::Rating { .. } => KindName::Rating,
            Self::WordCloud { .. } => KindName::WordCloud,
        }
    }

    /// Whether it asks for an opinion, which earns nothing and leaves streaks alone.
    pub fn is_opinion(&self) -> bool {
        matches!(self, Self::Poll { .. } | Self::Rating { .. } | Self::WordCloud { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        for (millionths, text) in [
            (0, "0"),
            (5_000_000, "5"),
            (-5_250_000, "-5.25"),
            (1, "0.000001"),
            (-1, "-0.000001"),
            (i64::MIN, "-9223372036854.775808"),
        ] {
            assert_eq!(Number(millionths).to_string(), text);
        }
    }
}
