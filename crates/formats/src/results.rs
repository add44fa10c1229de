//! Results as files: a workbook, a table, or JSON.
//!
//! Neighbours: [`rows`] puts answers into words, [`workbook`] and [`table`] lay them out. They get what `GetResults` says to a
//! host, with times and credits, so that every point can be checked.

mod rows;
mod table;
mod workbook;

use trivium_proto::v1::{GetResultsResponse, ResultsFileFormat};

use crate::{
    Report, WriteError, Written, XLSX,
    limits::{MAX_RESULT_ROWS, MAX_WRITTEN_BYTES},
    text::file_stem,
};

/// Writes the results of a room.
///
/// # Errors
///
/// The file would be too large, or the library that writes it refused.
pub fn export(results: &GetResultsResponse, room: &str, format: ResultsFileFormat) -> Result<Written, WriteError> {
    let rows: usize = results.questions.iter().map(|question| question.results.len()).sum();
    if rows > MAX_RESULT_ROWS {
        return Err(WriteError::TooLarge);
    }
    let (bytes, extension, content_type) = match format {
        ResultsFileFormat::Unspecified | ResultsFileFormat::Xlsx => (workbook::write(results)?, "xlsx", XLSX),
        ResultsFileFormat::Csv => (table::write(results, room)?, "csv", "text/csv; charset=utf-8"),
        ResultsFileFormat::Json => (serde_json::to_vec_pretty(results)?, "json", "application/json"),
    };
    if bytes.len() > MAX_WRITTEN_BYTES {
        return Err(WriteError::TooLarge);
    }
    Ok(Written {
        bytes,
        name: format!("{}-results.{extension}", file_stem(&results.title, "quiz")),
        content_type,
        report: Report::default(),
    })
}
