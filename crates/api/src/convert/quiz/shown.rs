//! What players are shown, and how they did: stems, forms, solutions, results, rankings. All of it on the way out.

use trivium_engine::{
    UserId,
    quiz::{
        KindName, ScreenReport,
        event::{Distribution, Form, Outcome, Prompt, Solution, Standing, Verdict},
    },
};
use trivium_proto::v1;

use super::answer::{answer_out, number_out};
use crate::convert::common::{span_out, time_or_zero, user_or_empty};

/// A stem.
pub fn prompt(prompt: &Prompt) -> v1::QuestionPrompt {
    v1::QuestionPrompt {
        index: prompt.index,
        count: prompt.count,
        text: prompt.text.clone(),
        media_url: prompt.media_url.clone(),
        media_alt: prompt.media_alt.clone(),
        points: prompt.points,
        time_limit_ms: span_out(prompt.time_limit),
        kind: kind(prompt.kind).into(),
    }
}

/// What is needed to answer.
pub fn form(form: &Form) -> v1::AnswerForm {
    v1::AnswerForm {
        options: form.options.clone(),
        matches: form.matches.clone(),
        min: number_out(form.min),
        max: number_out(form.max),
        step: number_out(form.step),
        unit: form.unit.clone(),
        limit: form.limit,
        low_label: form.low_label.clone(),
        high_label: form.high_label.clone(),
    }
}

/// The solution.
pub fn solution(solution: &Solution) -> v1::Solution {
    v1::Solution {
        positions: solution.positions.clone(),
        truth: solution.truth,
        accepted: solution.accepted.clone(),
        number_min: number_out(solution.number_min),
        number_max: number_out(solution.number_max),
        tolerance: number_out(solution.tolerance),
    }
}

/// How the answers were spread.
pub fn distribution(distribution: &Distribution) -> v1::Distribution {
    let texts = distribution.texts.iter().map(|(text, count)| v1::TextCount {
        text: text.clone(),
        count: *count,
    });
    v1::Distribution {
        answered: distribution.answered,
        correct: distribution.correct,
        counts: distribution.counts.clone(),
        texts: texts.collect(),
    }
}

/// One player's result.
pub fn outcome(user: &UserId, outcome: &Outcome) -> v1::PlayerResult {
    let verdict = match outcome.verdict {
        Verdict::Correct => v1::Verdict::Correct,
        Verdict::Partial => v1::Verdict::Partial,
        Verdict::Incorrect => v1::Verdict::Incorrect,
        Verdict::Missed => v1::Verdict::Missed,
        Verdict::Absent => v1::Verdict::Absent,
        Verdict::Unscored => v1::Verdict::Unscored,
    };
    v1::PlayerResult {
        user_id: user.to_string(),
        verdict: verdict.into(),
        points: outcome.points,
        streak_bonus: outcome.streak_bonus,
        streak: outcome.streak,
        total: outcome.total,
        rank: outcome.rank,
        response_ms: span_out(outcome.response),
        credit_ms: span_out(outcome.credit),
        time_limit_ms: outcome.time_limit.map_or(0, span_out),
        answer: outcome.answer.as_ref().map(answer_out),
        receive_time_ms: time_or_zero(outcome.received_at),
    }
}

/// When the screens drew a question.
pub fn screens(index: u32, report: &ScreenReport) -> v1::ScreenReport {
    v1::ScreenReport {
        index,
        screens: report.count,
        spread_ms: span_out(report.spread),
        error_ms: span_out(report.error),
        // Within the range that the engine takes reports from.
        first_offset_ms: i32::try_from(report.first_offset).unwrap_or_default(),
    }
}

/// One row of a ranking.
pub fn standing(standing: &Standing) -> v1::Standing {
    v1::Standing {
        user_id: user_or_empty(standing.user.as_ref()),
        name: standing.name.clone(),
        rank: standing.rank,
        previous_rank: standing.previous_rank,
        points_tenths: standing.points_tenths,
        correct: standing.correct,
        correct_ms: span_out(standing.correct_time),
        streak: standing.streak,
        best_streak: standing.best_streak,
        team: standing.team.clone(),
        avatar: standing.avatar.clone(),
    }
}

fn kind(kind: KindName) -> v1::QuestionKind {
    match kind {
        KindName::SingleChoice => v1::QuestionKind::SingleChoice,
        KindName::MultipleChoice => v1::QuestionKind::MultipleChoice,
        KindName::TrueFalse => v1::QuestionKind::TrueFalse,
        KindName::TextEntry => v1::QuestionKind::TextEntry,
        KindName::NumberEntry => v1::QuestionKind::NumberEntry,
        KindName::RangeEntry => v1::QuestionKind::RangeEntry,
        KindName::Ordering => v1::QuestionKind::Ordering,
        KindName::Matching => v1::QuestionKind::Matching,
        KindName::Poll => v1::QuestionKind::Poll,
        KindName::MultiplePoll => v1::QuestionKind::MultiplePoll,
        KindName::Rating => v1::QuestionKind::Rating,
        KindName::WordCloud => v1::QuestionKind::WordCloud,
    }
}
