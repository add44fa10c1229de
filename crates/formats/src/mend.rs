//! Makes a question keep the rules, or says why it cannot.
//!
//! The rules are those of the wire (`buf.validate`) and of the engine (`Quiz::check`); what is too long is cut, what is out
//! of range is clamped, what is there twice is left out, each with a warning. [`frame`] does the same for what is around the
//! questions.
//!
//! Neighbours: [`Harvest`](crate::harvest::Harvest) calls it for every question of every format.

mod kinds;

use trivium_proto::v1::{self, FileIssueSeverity};

use crate::{report::Report, text::cut};

/// Shortest time to answer, as the engine has it.
const MIN_TIME_MS: u32 = 100;
/// Longest time to answer.
const MAX_TIME_MS: u32 = 600_000;

/// Why a question cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hopeless {
    /// What it is about; empty for the question as a whole.
    pub(crate) column: String,
    /// Why, in a sentence.
    pub(crate) message: String,
}

impl Hopeless {
    fn new(column: &str, message: impl Into<String>) -> Self {
        Self {
            column: column.to_owned(),
            message: message.into(),
        }
    }
}

/// Where warnings go.
struct Notes<'a> {
    line: u32,
    report: &'a mut Report,
}

/// A question that keeps the rules.
pub(crate) fn question(mut question: v1::Question, line: u32, report: &mut Report) -> Result<v1::Question, Hopeless> {
    let mut notes = Notes { line, report };
    if question.text.trim().is_empty() {
        return Err(Hopeless::new("question", "there is no question text"));
    }
    let kind = question.kind.take();
    let kind = kind.ok_or_else(|| Hopeless::new("type", "it is not said what kind of question this is"))?;
    question.kind = Some(kinds::kind(kind, &mut notes)?);
    notes.shorten("question", &mut question.text, 1_000);
    notes.shorten("explanation", &mut question.explanation, 2_000);
    notes.address(&mut question.media_url);
    notes.shorten("media", &mut question.media_alt, 500);
    if question.time_limit_ms > 0 {
        notes.clamp("time", &mut question.time_limit_ms, MIN_TIME_MS, MAX_TIME_MS);
    }
    if let Some(read) = &mut question.read_ms {
        notes.clamp("read time", read, 0, 60_000);
    }
    if let Some(points) = &mut question.points {
        notes.clamp("points", points, 0, 2_000);
    }
    // A rule that is not known here must not cost the whole quiz.
    trivium_proto::validate(&question).map_err(|violations| {
        let first = violations.into_iter().next();
        first.map_or_else(
            || Hopeless::new("", "it breaks a rule"),
            |first| Hopeless::new(&first.field, first.description),
        )
    })?;
    Ok(question)
}

/// Title, description, language and settings that keep the rules.
pub(crate) fn frame(quiz: &mut v1::Quiz, report: &mut Report) {
    let mut notes = Notes { line: 0, report };
    (quiz.id, quiz.revision) = (String::new(), 0);
    notes.shorten("title", &mut quiz.title, 120);
    notes.shorten("description", &mut quiz.description, 1_000);
    if quiz.language.chars().count() > 35 {
        quiz.language.clear();
        notes.warn("language", "this is no language tag and was left out", "");
    }
    let Some(settings) = &mut quiz.settings else { return };
    if settings.time_limit_ms > 0 {
        notes.clamp("time", &mut settings.time_limit_ms, MIN_TIME_MS, MAX_TIME_MS);
    }
    notes.clamp("read time", &mut settings.read_ms, 0, 60_000);
    notes.clamp("leaderboard size", &mut settings.leaderboard_size, 0, 100);
    notes.clamp("reveal time", &mut settings.reveal_ms, 0, 120_000);
    notes.clamp("leaderboard time", &mut settings.leaderboard_ms, 0, 120_000);
    notes.clamp("countdown", &mut settings.start_countdown_ms, 0, 30_000);
    if let Some(weight) = &mut settings.speed_weight_permille {
        notes.clamp("speed weight", weight, 0, 1_000);
    }
    if v1::ScoringMode::try_from(settings.scoring).is_err() {
        settings.scoring = 0;
        notes.warn("scoring", "this way of scoring is not known", "linear");
    }
    if v1::RankBy::try_from(settings.rank_by).is_err() {
        settings.rank_by = 0;
        notes.warn("ranking", "this ranking is not known", "points");
    }
}

impl Notes<'_> {
    fn warn(&mut self, column: &str, message: &str, fixed: &str) {
        self.report
            .add(FileIssueSeverity::Warning, self.line, column, message, fixed);
    }

    fn shorten(&mut self, column: &str, text: &mut String, max: usize) {
        let short = cut(text, max);
        if short.len() < text.len() {
            let short = short.trim_end().to_owned();
            self.warn(column, &format!("longer than {max} characters, and cut"), &short);
            *text = short;
        }
    }

    fn clamp(&mut self, column: &str, value: &mut u32, min: u32, max: u32) {
        let clamped = (*value).clamp(min, max);
        if clamped != *value {
            let unit = if column.contains("time") || column == "countdown" {
                " ms"
            } else {
                ""
            };
            let message = format!("{value}{unit} is not between {min} and {max}");
            self.warn(column, &message, &clamped.to_string());
            *value = clamped;
        }
    }

    /// Half an address leads nowhere, so one that is too long is dropped.
    fn address(&mut self, url: &mut String) {
        if url.chars().count() > 512 {
            url.clear();
            self.warn(
                "media",
                "the address is longer than 512 characters, and was left out",
                "",
            );
        }
    }
}
