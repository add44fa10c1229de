//! What an import gathers: questions that keep the rules, and issues for everything else.
//!
//! Every format hands its questions to [`Harvest::add`], which has [`mend`](crate::mend) look at them. A question that
//! cannot be mended is rejected with an error, and the others are none the worse for it.

use trivium_proto::v1::{self, FileIssueSeverity, QuizFileFormat};

use crate::{
    Imported,
    limits::MAX_QUESTIONS,
    media::Media,
    mend,
    report::Report,
    text::{self, cut},
};

/// Collects questions and issues.
#[derive(Debug)]
pub(crate) struct Harvest {
    /// Title, description, language and settings, as far as the file states them; questions are added by [`Self::add`].
    pub(crate) quiz: v1::Quiz,
    /// Images of the file.
    pub(crate) media: Vec<Media>,
    report: Report,
    rejected: u32,
    fallback_title: String,
}

impl Harvest {
    /// Nothing yet. The name of the file gives the title, if the file does not.
    pub(crate) fn new(file_name: &str) -> Self {
        let base = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = base.split_once('.').map_or(base, |(stem, _)| stem);
        Self {
            quiz: v1::Quiz::default(),
            media: Vec::new(),
            report: Report::default(),
            rejected: 0,
            fallback_title: text::tidy(&stem.replace(['_', '-'], " ")),
        }
    }

    /// The text of the file.
    pub(crate) fn decode(&mut self, file: &[u8]) -> String {
        let (text, guessed) = text::decode(file);
        if guessed {
            self.warn(0, "", "the file is not UTF-8 and was read as Windows-1252");
        }
        text
    }

    /// Takes a question, or rejects it with the reason. `line` is where it begins.
    pub(crate) fn add(&mut self, line: u32, question: v1::Question) {
        if self.quiz.questions.len() >= MAX_QUESTIONS {
            let message = format!("a quiz has at most {MAX_QUESTIONS} questions; this one was left out");
            return self.reject(line, "", message);
        }
        match mend::question(question, line, &mut self.report) {
            Ok(question) => self.quiz.questions.push(question),
            Err(mend::Hopeless { column, message }) => self.reject(line, &column, message),
        }
    }

    /// Rejects a question.
    pub(crate) fn reject(&mut self, line: u32, column: &str, message: impl AsRef<str>) {
        self.rejected = self.rejected.saturating_add(1);
        self.error(line, column, message);
    }

    /// Something could not be taken.
    pub(crate) fn error(&mut self, line: u32, column: &str, message: impl AsRef<str>) {
        self.report
            .add(FileIssueSeverity::Error, line, column, message.as_ref(), "");
    }

    /// Something was changed or left out.
    pub(crate) fn warn(&mut self, line: u32, column: &str, message: impl AsRef<str>) {
        self.report.warning(line, column, message);
    }

    /// Something was replaced.
    pub(crate) fn fixed(&mut self, line: u32, column: &str, message: impl AsRef<str>, value: impl AsRef<str>) {
        self.report.add(
            FileIssueSeverity::Warning,
            line,
            column,
            message.as_ref(),
            value.as_ref(),
        );
    }

    /// Good to know.
    pub(crate) fn info(&mut self, line: u32, column: &str, message: impl AsRef<str>) {
        self.report
            .add(FileIssueSeverity::Info, line, column, message.as_ref(), "");
    }

    /// What it has come to.
    pub(crate) fn finish(mut self, format: QuizFileFormat) -> Imported {
        if self.quiz.title.trim().is_empty() {
            self.quiz.title = match self.fallback_title.as_str() {
                "" => "Imported quiz".to_owned(),
                name => cut(name, 120).to_owned(),
            };
        }
        mend::frame(&mut self.quiz, &mut self.report);
        let quiz = if self.quiz.questions.is_empty() {
            self.error(0, "", "no question could be read");
            None
        } else {
            Some(self.quiz)
        };
        Imported {
            format,
            quiz,
            media: self.media,
            rejected: self.rejected,
            report: self.report,
        }
    }
}
