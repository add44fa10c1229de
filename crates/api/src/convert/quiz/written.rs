//! Quizzes as teachers write them, in both directions. Settings that a request leaves at zero take the defaults that
//! the wire documents.

use trivium_engine::{
    Millis, QuizId,
    quiz::{Choice, Kind, Question, Quiz, RankBy, Scoring, Settings},
};
use trivium_proto::v1::{self, question::Kind as Wire};

use super::answer::{number, number_out};
use crate::convert::{
    Invalid,
    common::{enumerated, span_out},
};

/// Points for a right answer where a question states none.
const DEFAULT_POINTS: u32 = 1_000;
/// Most words per player where a word cloud states none.
const DEFAULT_WORDS: u32 = 3;

/// A quiz under the id and revision that it will have; those in the message are the caller's business.
pub fn quiz(wire: v1::Quiz, id: QuizId, revision: u32) -> Result<Quiz, Invalid> {
    let questions = wire.questions.into_iter().enumerate().map(|(index, wire)| {
        let path = format!("questions[{index}]");
        question(wire).map_err(|invalid| invalid.within(&path))
    });
    Ok(Quiz {
        id,
        revision,
        title: wire.title,
        description: wire.description,
        language: wire.language,
        settings: settings(wire.settings.unwrap_or_default()).map_err(|invalid| invalid.within("settings"))?,
        questions: questions.collect::<Result<_, _>>()?,
    })
}

/// A quiz with its solutions, on the way to its owner.
pub fn quiz_out(quiz: &Quiz) -> v1::Quiz {
    v1::Quiz {
        id: quiz.id.to_string(),
        revision: quiz.revision,
        title: quiz.title.clone(),
        description: quiz.description.clone(),
        language: quiz.language.clone(),
        settings: Some(settings_out(&quiz.settings)),
        questions: quiz.questions.iter().map(question_out).collect(),
    }
}

/// How a quiz is played, with every default filled in.
pub fn settings(wire: v1::QuizSettings) -> Result<Settings, Invalid> {
    let default = Settings::default();
    let or = |ms: u32, default: Millis| if ms == 0 { default } else { Millis(ms.into()) };
    let scoring = match enumerated("scoring", wire.scoring)? {
        v1::ScoringMode::Unspecified | v1::ScoringMode::Linear => match wire.speed_weight_permille {
            Some(speed_weight_permille) => Scoring::Linear { speed_weight_permille },
            None => default.scoring,
        },
        v1::ScoringMode::Kahoot => Scoring::Kahoot,
    };
    let rank_by = match enumerated("rank_by", wire.rank_by)? {
        v1::RankBy::Unspecified | v1::RankBy::Points => RankBy::Points,
        v1::RankBy::CorrectThenPoints => RankBy::CorrectThenPoints,
        v1::RankBy::CorrectThenTime => RankBy::CorrectThenTime,
    };
    Ok(Settings {
        time_limit: or(wire.time_limit_ms, default.time_limit),
        read: if wire.no_read_phase {
            Millis::ZERO
        } else {
            or(wire.read_ms, default.read)
        },
        scoring,
        streak_bonus: wire.streak_bonus,
        rank_by,
        leaderboard_size: match wire.leaderboard_size {
            0 => default.leaderboard_size,
            size => size,
        },
        auto_advance: wire.auto_advance,
        reveal: or(wire.reveal_ms, default.reveal),
        leaderboard: or(wire.leaderboard_ms, default.leaderboard),
        start_countdown: or(wire.start_countdown_ms, default.start_countdown),
    })
}

/// How a quiz is played, on the way out; nothing is left to defaults.
pub fn settings_out(settings: &Settings) -> v1::QuizSettings {
    let (scoring, speed_weight_permille) = match settings.scoring {
        Scoring::Linear { speed_weight_permille } => (v1::ScoringMode::Linear, Some(speed_weight_permille)),
        Scoring::Kahoot => (v1::ScoringMode::Kahoot, None),
    };
    let rank_by = match settings.rank_by {
        RankBy::Points => v1::RankBy::Points,
        RankBy::CorrectThenPoints => v1::RankBy::CorrectThenPoints,
        RankBy::CorrectThenTime => v1::RankBy::CorrectThenTime,
    };
    v1::QuizSettings {
        time_limit_ms: span_out(settings.time_limit),
        read_ms: span_out(settings.read),
        no_read_phase: settings.read == Millis::ZERO,
        scoring: scoring.into(),
        speed_weight_permille,
        streak_bonus: settings.streak_bonus,
        rank_by: rank_by.into(),
        leaderboard_size: settings.leaderboard_size,
        auto_advance: settings.auto_advance,
        reveal_ms: span_out(settings.reveal),
        leaderboard_ms: span_out(settings.leaderboard),
        start_countdown_ms: span_out(settings.start_countdown),
    }
}

fn question(wire: v1::Question) -> Result<Question, Invalid> {
    let asked = wire
        .kind
        .ok_or_else(|| Invalid::new("kind", "exactly one field is required in oneof"))?;
    Ok(Question {
        text: wire.text,
        explanation: wire.explanation,
        media_url: wire.media_url,
        media_alt: wire.media_alt,
        time_limit: (wire.time_limit_ms > 0).then_some(Millis(wire.time_limit_ms.into())),
        read: wire.read_ms.map(|ms| Millis(ms.into())),
        points: wire.points.unwrap_or(DEFAULT_POINTS),
        kind: kind(asked)?,
    })
}

fn question_out(question: &Question) -> v1::Question {
    v1::Question {
        text: question.text.clone(),
        explanation: question.explanation.clone(),
        media_url: question.media_url.clone(),
        media_alt: question.media_alt.clone(),
        time_limit_ms: question.time_limit.map_or(0, span_out),
        read_ms: question.read.map(span_out),
        points: Some(question.points),
        kind: Some(kind_out(&question.kind)),
    }
}

fn kind(wire: Wire) -> Result<Kind, Invalid> {
    Ok(match wire {
        Wire::SingleChoice(single) => Kind::SingleChoice {
            options: choices(single.options),
            shuffle: single.shuffle,
        },
        Wire::MultipleChoice(multiple) => Kind::MultipleChoice {
            options: choices(multiple.options),
            shuffle: multiple.shuffle,
            all_or_nothing: multiple.all_or_nothing,
        },
        Wire::TrueFalse(asked) => Kind::TrueFalse { correct: asked.correct },
        Wire::TextEntry(text) => Kind::TextEntry {
            accepted: text.accepted,
            case_sensitive: text.case_sensitive,
            max_edits: text.max_edits,
        },
        Wire::NumberEntry(entry) => Kind::NumberEntry {
            target: number("number_entry.target", entry.target)?,
            tolerance: number("number_entry.tolerance", entry.tolerance)?,
            unit: entry.unit,
        },
        Wire::RangeEntry(range) => Kind::RangeEntry {
            min: number("range_entry.min", range.min)?,
            max: number("range_entry.max", range.max)?,
            step: number("range_entry.step", range.step)?,
            correct_min: number("range_entry.correct_min", range.correct_min)?,
            correct_max: number("range_entry.correct_max", range.correct_max)?,
            unit: range.unit,
        },
        Wire::Ordering(ordering) => Kind::Ordering {
            items: ordering.items,
            partial_credit: ordering.partial_credit,
        },
        Wire::Matching(matching) => Kind::Matching {
            pairs: matching.pairs.into_iter().map(|pair| (pair.left, pair.right)).collect(),
            partial_credit: matching.partial_credit,
        },
        Wire::Poll(poll) => Kind::Poll {
            options: poll.options,
            multiple: poll.multiple,
        },
        Wire::Rating(rating) => Kind::Rating {
            steps: rating.steps,
            low_label: rating.low_label,
            high_label: rating.high_label,
        },
        Wire::WordCloud(cloud) => Kind::WordCloud {
            max_words: match cloud.max_words {
                0 => DEFAULT_WORDS,
                words => words,
            },
        },
    })
}

fn kind_out(kind: &Kind) -> Wire {
    match kind {
        Kind::SingleChoice { options, shuffle } => Wire::SingleChoice(v1::SingleChoice {
            options: choices_out(options),
            shuffle: *shuffle,
        }),
        Kind::MultipleChoice {
            options,
            shuffle,
            all_or_nothing,
        } => Wire::MultipleChoice(v1::MultipleChoice {
            options: choices_out(options),
            shuffle: *shuffle,
            all_or_nothing: *all_or_nothing,
        }),
        Kind::TrueFalse { correct } => Wire::TrueFalse(v1::TrueFalse { correct: *correct }),
        Kind::TextEntry {
            accepted,
            case_sensitive,
            max_edits,
        } => Wire::TextEntry(v1::TextEntry {
            accepted: accepted.clone(),
            case_sensitive: *case_sensitive,
            max_edits: *max_edits,
        }),
        Kind::NumberEntry {
            target,
            tolerance,
            unit,
        } => Wire::NumberEntry(v1::NumberEntry {
            target: number_out(*target),
            tolerance: number_out(*tolerance),
            unit: unit.clone(),
        }),
        Kind::RangeEntry {
            min,
            max,
            step,
            correct_min,
            correct_max,
            unit,
        } => Wire::RangeEntry(v1::RangeEntry {
            min: number_out(*min),
            max: number_out(*max),
            step: number_out(*step),
            correct_min: number_out(*correct_min),
            correct_max: number_out(*correct_max),
            unit: unit.clone(),
        }),
        Kind::Ordering { items, partial_credit } => Wire::Ordering(v1::Ordering {
            items: items.clone(),
            partial_credit: *partial_credit,
        }),
        Kind::Matching { pairs, partial_credit } => Wire::Matching(v1::Matching {
            pairs: pairs.iter().map(pair_out).collect(),
            partial_credit: *partial_credit,
        }),
        Kind::Poll { options, multiple } => Wire::Poll(v1::Poll {
            options: options.clone(),
            multiple: *multiple,
        }),
        Kind::Rating {
            steps,
            low_label,
            high_label,
        } => Wire::Rating(v1::Rating {
            steps: *steps,
            low_label: low_label.clone(),
            high_label: high_label.clone(),
        }),
        Kind::WordCloud { max_words } => Wire::WordCloud(v1::WordCloud { max_words: *max_words }),
    }
}

fn choices(options: Vec<v1::Option>) -> Vec<Choice> {
    let choice = |option: v1::Option| Choice {
        text: option.text,
        correct: option.correct,
    };
    options.into_iter().map(choice).collect()
}

fn choices_out(options: &[Choice]) -> Vec<v1::Option> {
    let option = |choice: &Choice| v1::Option {
        text: choice.text.clone(),
        correct: choice.correct,
    };
    options.iter().map(option).collect()
}

fn pair_out((left, right): &(String, String)) -> v1::MatchingPair {
    v1::MatchingPair {
        left: left.clone(),
        right: right.clone(),
    }
}

#[cfg(test)]
mod tests;
