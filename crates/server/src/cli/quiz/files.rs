//! Quizzes as files of this and other programs, with a server or without.
//!
//! Ids and files go to standard output, everything that people should read to standard error. Whatever is only looked at or
//! turned from one format into another needs no server.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use clap::ValueEnum;
use trivium_client::{
    Error, new_request_id,
    proto::v1::{ExportQuizRequest, FileIssue, FileIssueSeverity, ImportQuizRequest, Quiz, QuizFileFormat},
};

use crate::cli::{connect::Account, failure::Usage};
use crate::ui::{out, text::clean};

/// How files are read.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Reading {
    /// How they are written [found out].
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    format: Format,
    /// Only tell what would come of it; needs no server.
    #[arg(long, conflicts_with = "to")]
    dry_run: bool,
    /// Write the quiz into this file as JSON instead of the catalogue; needs no server.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// How a file is written.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Writing {
    /// How to write it [json].
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to [standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Found out from content and name.
    Auto,
    /// Our own JSON.
    Json,
    /// Our own JSON with images, as a zip.
    Bundle,
    /// Our own table.
    Csv,
    /// Kahoot's spreadsheet.
    Kahoot,
    /// ClassQuiz's spreadsheet; only read.
    Classquiz,
    /// Razzia's JSON.
    Razzia,
    /// The JSON of arsnova.eu and arsnova.click; only read.
    Arsnova,
    /// Aiken, plain text with one right choice.
    Aiken,
    /// GIFT, Moodle's plain text.
    Gift,
    /// IMS QTI 2.1.
    Qti,
    /// Blackboard's text with tabs; only read.
    Blackboard,
}

impl Format {
    const fn wire(self) -> QuizFileFormat {
        match self {
            Self::Auto => QuizFileFormat::Unspecified,
            Self::Json => QuizFileFormat::Json,
            Self::Bundle => QuizFileFormat::Bundle,
            Self::Csv => QuizFileFormat::Csv,
            Self::Kahoot => QuizFileFormat::KahootXlsx,
            Self::Classquiz => QuizFileFormat::ClassquizXlsx,
            Self::Razzia => QuizFileFormat::RazziaJson,
            Self::Arsnova => QuizFileFormat::ArsnovaJson,
            Self::Aiken => QuizFileFormat::Aiken,
            Self::Gift => QuizFileFormat::Gift,
            Self::Qti => QuizFileFormat::Qti,
            Self::Blackboard => QuizFileFormat::Blackboard,
        }
    }
}

impl Writing {
    /// Whether nothing is asked for but to see the quiz.
    pub(super) fn is_plain(&self) -> bool {
        self.format.is_none() && self.output.is_none()
    }
}

/// What came of one file, wherever it was read.
struct Read {
    quiz: Option<Quiz>,
    rejected: u32,
    issues: Vec<FileIssue>,
    omitted: u32,
}

pub(super) async fn import(paths: &[PathBuf], reading: &Reading, account: &Account) -> Result<()> {
    if reading.to.is_some() && paths.len() > 1 {
        return Err(anyhow!(Usage("--to takes one file at a time".to_owned())));
    }
    let mut empty = Vec::new();
    for path in paths {
        let bytes = bytes_of(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let here = reading.dry_run || reading.to.is_some();
        let read = if here {
            read_here(&bytes, &name, reading.format)
        } else {
            read_there(bytes, name, reading.format, account)
                .await
                .with_context(|| path.display().to_string())?
        };
        tell(path, &read.issues, read.omitted);
        let Some(quiz) = read.quiz else {
            empty.push(path.display().to_string());
            continue;
        };
        out::note(&format!(
            "{}: {} questions, {} left out",
            path.display(),
            quiz.questions.len(),
            read.rejected
        ));
        match &reading.to {
            Some(to) => std::fs::write(to, serde_json::to_string_pretty(&quiz)? + "\n")
                .with_context(|| to.display().to_string())?,
            None if reading.dry_run => {}
            None => out::line(&quiz.id)?,
        }
    }
    if empty.is_empty() {
        Ok(())
    } else {
        Err(nothing_read(&empty.join(", ")))
    }
}

pub(super) async fn export(quiz: &str, revision: u32, writing: &Writing, account: &Account) -> Result<()> {
    let format = writing.format.unwrap_or(Format::Json).wire();
    let path = Path::new(quiz);
    let (file, issues, omitted) = if path.exists() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let read = trivium_formats::import(&bytes_of(path)?, &name, QuizFileFormat::Unspecified);
        tell(path, read.report.issues(), read.report.omitted());
        let Some(quiz) = read.quiz else {
            return Err(nothing_read(&path.display().to_string()));
        };
        let written = trivium_formats::export(&quiz, format, &read.media)?;
        (
            written.bytes,
            written.report.issues().to_vec(),
            written.report.omitted(),
        )
    } else {
        let request = ExportQuizRequest {
            quiz_id: quiz.to_owned(),
            revision,
            format: format.into(),
        };
        let answer = account.client()?.quiz_files().export_quiz(request).await;
        let written = answer.map_err(Error::from)?.into_inner();
        (written.file.to_vec(), written.issues, written.omitted_issue_count)
    };
    tell(path, &issues, omitted);
    save(&file, writing.output.as_deref())
}

/// Writes a file where it is wanted.
pub(in crate::cli) fn save(file: &[u8], output: Option<&Path>) -> Result<()> {
    if let Some(path) = output {
        return std::fs::write(path, file).with_context(|| path.display().to_string());
    }
    let mut out = std::io::stdout().lock();
    out.write_all(file)?;
    Ok(out.flush()?)
}

fn read_here(bytes: &[u8], name: &str, format: Format) -> Read {
    let read = trivium_formats::import(bytes, name, format.wire());
    if !read.media.is_empty() {
        out::note(&format!("{name}: images can only be kept by a server"));
    }
    Read {
        quiz: read.quiz,
        rejected: read.rejected,
        omitted: read.report.omitted(),
        issues: read.report.into_issues(),
    }
}

async fn read_there(bytes: Vec<u8>, name: String, format: Format, account: &Account) -> Result<Read> {
    let request = ImportQuizRequest {
        request_id: new_request_id(),
        format: format.wire().into(),
        file_name: name,
        file: bytes.into(),
        dry_run: false,
    };
    let answer = account.client()?.quiz_files().import_quiz(request).await;
    let read = answer.map_err(Error::from)?.into_inner();
    Ok(Read {
        quiz: read.quiz,
        rejected: read.rejected_count,
        issues: read.issues,
        omitted: read.omitted_issue_count,
    })
}

fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| anyhow!(Usage(format!("{}: {error}", path.display()))))
}

/// One line for each issue, as compilers write them.
fn tell(path: &Path, issues: &[FileIssue], omitted: u32) {
    for issue in issues {
        out::note(&clean(&line_of(&path.display().to_string(), issue)));
    }
    if omitted > 0 {
        out::note(&format!("{}: and {omitted} more", path.display()));
    }
}

/// Whatever the server, these files hold no quiz.
fn nothing_read(files: &str) -> anyhow::Error {
    anyhow!(Usage(format!("no question could be read from {files}")))
}

fn line_of(file: &str, issue: &FileIssue) -> String {
    let severity = match issue.severity() {
        FileIssueSeverity::Error => "error",
        FileIssueSeverity::Warning => "warning",
        FileIssueSeverity::Info | FileIssueSeverity::Unspecified => "note",
    };
    let line = if issue.line == 0 {
        String::new()
    } else {
        format!(":{}", issue.line)
    };
    let column = if issue.column.is_empty() {
        String::new()
    } else {
        format!("{}: ", issue.column)
    };
    let fixed = if issue.fixed_value.is_empty() {
        String::new()
    } else {
        format!("; now: {}", issue.fixed_value)
    };
    format!("{file}{line}: {severity}: {column}{}{fixed}", issue.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_are_told_in_one_line() {
        let issue = |line, column: &str, fixed: &str| FileIssue {
            line,
            column: column.to_owned(),
            severity: FileIssueSeverity::Warning.into(),
            message: "too long".to_owned(),
            fixed_value: fixed.to_owned(),
        };
        for (issue, told) in [
            (issue(0, "", ""), "a.csv: warning: too long"),
            (issue(7, "time", "5"), "a.csv:7: warning: time: too long; now: 5"),
        ] {
            assert_eq!(line_of("a.csv", &issue), told);
        }
    }
}
