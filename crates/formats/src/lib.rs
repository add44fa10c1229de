//! Files to quizzes and back, and results to files. Pure functions over bytes: no I/O, no clock, no luck.
//!
//! ```text
//! bytes -> detect -> one module per format -> Harvest: mend each question, or say why not -> Imported
//! Quiz  ----------->  the same modules      -> Written: the file, and what it cannot hold
//! ```
//!
//! An import is total: whatever the bytes are, it ends with the questions that could be read and a list of issues. Every
//! question that comes out keeps the rules of the wire and can be played. Bounds are in [`limits`].
//!
//! Neighbours: `trivium-proto` has the messages, `trivium-api` offers this as `QuizFileService`, `trivium-server` on the
//! command line.

mod aiken;
mod archive;
mod arsnova;
mod blackboard;
mod bundle;
mod classquiz;
mod detect;
mod fields;
mod gift;
mod guard;
mod harvest;
mod json;
mod kahoot;
pub mod limits;
mod lost;
mod media;
mod mend;
mod place;
mod qti;
mod razzia;
mod report;
pub mod results;
mod sheet;
mod table;
mod text;
mod xml;

use trivium_proto::v1::{self, QuizFileFormat};

use crate::{harvest::Harvest, limits::MAX_FILE_BYTES};
pub use crate::{
    media::{Media, content_type},
    report::Report,
};

/// What came of reading a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// How the file was read; unspecified if nothing fitted.
    pub format: QuizFileFormat,
    /// The quiz, without id; none if no question could be read.
    pub quiz: Option<v1::Quiz>,
    /// Images of the file, to which questions refer as `media/<name>`.
    pub media: Vec<Media>,
    /// How many questions could not be read.
    pub rejected: u32,
    /// What did not go through as it was written.
    pub report: Report,
}

/// A file that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// A name for it.
    pub name: String,
    /// Its media type.
    pub content_type: &'static str,
    /// What the format cannot hold, by question.
    pub report: Report,
}

/// Why no file was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// The format is only read.
    NotWritten,
    /// There is nothing in the quiz that the format can hold.
    Nothing(Report),
    /// The file would be above [`limits::MAX_WRITTEN_BYTES`].
    TooLarge,
    /// The library that writes it refused.
    Failed(String),
}

/// Reads a quiz. Never fails: what is wrong with the file is in the report.
///
/// `name` is the file's name, a hint at its format, and its title where it has none; an unspecified format is found out.
pub fn import(file: &[u8], name: &str, format: QuizFileFormat) -> Imported {
    let mut harvest = Harvest::new(name);
    let format = if file.len() > MAX_FILE_BYTES {
        harvest.error(0, "", format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20));
        format
    } else {
        let format = if format == QuizFileFormat::Unspecified {
            detect::detect(file, name)
        } else {
            format
        };
        read(file, format, &mut harvest);
        format
    };
    harvest.finish(format)
}

fn read(file: &[u8], format: QuizFileFormat, harvest: &mut Harvest) {
    match format {
        QuizFileFormat::Unspecified => {
            harvest.error(0, "", "this is no format that can be read here; say which one it is");
        }
        QuizFileFormat::Json => json::read(&harvest.decode(file), harvest),
        QuizFileFormat::Bundle => bundle::read(file, harvest),
        QuizFileFormat::Csv => table::read(&harvest.decode(file), harvest),
        QuizFileFormat::KahootXlsx => kahoot::read(file, harvest),
        QuizFileFormat::ClassquizXlsx => classquiz::read(file, harvest),
        QuizFileFormat::RazziaJson => razzia::read(&harvest.decode(file), harvest),
        QuizFileFormat::ArsnovaJson => arsnova::read(&harvest.decode(file), harvest),
        QuizFileFormat::Aiken => aiken::read(&harvest.decode(file), harvest),
        QuizFileFormat::Gift => gift::read(&harvest.decode(file), harvest),
        QuizFileFormat::Qti => qti::read(file, harvest),
        QuizFileFormat::Blackboard => blackboard::read(&harvest.decode(file), harvest),
    }
}

/// Writes a quiz. `media` are the images that the quiz refers to by `media/<name>`; only bundles can hold them.
///
/// # Errors
///
/// The format is only read, or can hold nothing of this quiz, or the file would be too large.
pub fn export(quiz: &v1::Quiz, format: QuizFileFormat, media: &[Media]) -> Result<Written, WriteError> {
    let mut report = Report::default();
    let (bytes, extension, content_type) = match format {
        QuizFileFormat::Unspecified | QuizFileFormat::Json => (json::write(quiz)?, "json", "application/json"),
        QuizFileFormat::Bundle => (bundle::write(quiz, media)?, "trivium.zip", "application/zip"),
        QuizFileFormat::Csv => (table::write(quiz, &mut report)?, "csv", "text/csv; charset=utf-8"),
        QuizFileFormat::KahootXlsx => (kahoot::write(quiz, &mut report)?, "xlsx", XLSX),
        QuizFileFormat::RazziaJson => (razzia::write(quiz, &mut report)?, "razzia.json", "application/json"),
        QuizFileFormat::Aiken => (
            aiken::write(quiz, &mut report),
            "aiken.txt",
            "text/plain; charset=utf-8",
        ),
        QuizFileFormat::Gift => (gift::write(quiz, &mut report), "gift", "text/plain; charset=utf-8"),
        QuizFileFormat::Qti => (qti::write(quiz, &mut report)?, "qti.zip", "application/zip"),
        QuizFileFormat::ClassquizXlsx | QuizFileFormat::ArsnovaJson | QuizFileFormat::Blackboard => {
            return Err(WriteError::NotWritten);
        }
    };
    if bytes.is_empty() {
        return Err(WriteError::Nothing(report));
    }
    if bytes.len() > limits::MAX_WRITTEN_BYTES {
        return Err(WriteError::TooLarge);
    }
    Ok(Written {
        bytes,
        name: format!("{}.{extension}", text::file_stem(&quiz.title, "quiz")),
        content_type,
        report,
    })
}

/// Media type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotWritten => f.write_str("this format is only read"),
            Self::Nothing(_) => f.write_str("the format can hold none of the questions"),
            Self::TooLarge => write!(
                f,
                "the file would be larger than {} MiB",
                limits::MAX_WRITTEN_BYTES >> 20
            ),
            Self::Failed(why) => write!(f, "the file could not be written: {why}"),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<serde_json::Error> for WriteError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<rust_xlsxwriter::XlsxError> for WriteError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<csv::Error> for WriteError {
    fn from(error: csv::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<zip::result::ZipError> for WriteError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
