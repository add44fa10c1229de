//! Says what a format cannot hold of a question.
//!
//! Neighbours: every format that is written calls [`tell`] for each question, with a [`Holds`] of its own.

use trivium_proto::v1::{self, FileIssueSeverity, question::Kind};

use crate::report::Report;

/// What a format has a place for, beside the question, its options and which of them are right.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Holds {
    pub(crate) time: bool,
    pub(crate) read_time: bool,
    pub(crate) points: bool,
    pub(crate) explanation: bool,
    pub(crate) media: bool,
    pub(crate) media_alt: bool,
    /// Whether options are shuffled.
    pub(crate) shuffle: bool,
    /// All or nothing, partial credit, case, forgiven edits, units.
    pub(crate) marking: bool,
}

/// Warns of what is lost of question `number`, from 1.
pub(crate) fn tell(question: &v1::Question, number: u32, holds: Holds, report: &mut Report) {
    let mut lost = Vec::new();
    let mut check = |there: bool, held: bool, what| {
        if there && !held {
            lost.push(what);
        }
    };
    check(question.time_limit_ms > 0, holds.time, "time limit");
    check(question.read_ms.is_some(), holds.read_time, "read time");
    check(
        question.points.is_some_and(|points| points != 1_000),
        holds.points,
        "points",
    );
    check(!question.explanation.is_empty(), holds.explanation, "explanation");
    check(!question.media_url.is_empty(), holds.media, "image");
    check(
        !question.media_alt.is_empty(),
        holds.media_alt,
        "description of the image",
    );
    let (shuffle, marking) = match &question.kind {
        Some(Kind::SingleChoice(single)) => (single.shuffle, false),
        Some(Kind::MultipleChoice(multiple)) => (multiple.shuffle, multiple.all_or_nothing),
        Some(Kind::TextEntry(text)) => (false, text.case_sensitive || text.max_edits > 0),
        Some(Kind::NumberEntry(entry)) => (false, !entry.unit.is_empty()),
        Some(Kind::RangeEntry(entry)) => (false, !entry.unit.is_empty()),
        Some(Kind::Ordering(ordering)) => (false, ordering.partial_credit),
        Some(Kind::Matching(matching)) => (false, matching.partial_credit),
        Some(Kind::TrueFalse(_) | Kind::Poll(_) | Kind::Rating(_) | Kind::WordCloud(_)) | None => (false, false),
    };
    check(shuffle, holds.shuffle, "shuffling");
    check(marking, holds.marking, "details of marking");
    if !lost.is_empty() {
        report.warning(number, "", format!("the format has no place for: {}", lost.join(", ")));
    }
}

/// Tells what is lost of the quiz itself. A server writes all settings out, also those that are as always, so this is no
/// warning.
pub(crate) fn tell_frame(quiz: &v1::Quiz, title: bool, description: bool, report: &mut Report) {
    let mut lost = Vec::new();
    if !title {
        lost.push("title (it is the name of the file)");
    }
    if !description && !quiz.description.is_empty() {
        lost.push("description");
    }
    if !quiz.language.is_empty() {
        lost.push("language");
    }
    if quiz
        .settings
        .as_ref()
        .is_some_and(|settings| *settings != v1::QuizSettings::default())
    {
        lost.push("settings");
    }
    if !lost.is_empty() {
        let message = format!("the format has no place for: {}", lost.join(", "));
        report.add(FileIssueSeverity::Info, 0, "", &message, "");
    }
}

/// Warns that a question is left out because of its kind.
pub(crate) fn left_out(question: &v1::Question, number: u32, report: &mut Report) {
    let message = format!(
        "left out: the format has no questions of the kind {}",
        name(question.kind.as_ref())
    );
    report.warning(number, "type", message);
}

/// What a kind is called.
pub(crate) fn name(kind: Option<&Kind>) -> &'static str {
    match kind {
        Some(Kind::SingleChoice(_)) => "single choice",
        Some(Kind::MultipleChoice(_)) => "multiple choice",
        Some(Kind::TrueFalse(_)) => "true or false",
        Some(Kind::TextEntry(_)) => "text",
        Some(Kind::NumberEntry(_)) => "number",
        Some(Kind::RangeEntry(_)) => "range",
        Some(Kind::Ordering(_)) => "ordering",
        Some(Kind::Matching(_)) => "matching",
        Some(Kind::Poll(_)) => "poll",
        Some(Kind::Rating(_)) => "rating",
        Some(Kind::WordCloud(_)) => "word cloud",
        None => "unknown",
    }
}

/// Questions with their numbers, from 1.
pub(crate) fn numbered(quiz: &v1::Quiz) -> impl Iterator<Item = (u32, &v1::Question)> {
    (1..).zip(&quiz.questions)
}
