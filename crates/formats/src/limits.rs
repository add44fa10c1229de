//! Every bound of reading and writing files.
//!
//! What is above one of them is left out, and the report says so; nothing here can be raised by a file.

/// Largest file that is read.
pub const MAX_FILE_BYTES: usize = 8 << 20;
/// Most bytes that the entries of an archive unpack to.
pub const MAX_UNPACKED_BYTES: usize = 32 << 20;
/// How many times larger than the archive its entries may be, beyond the first mebibyte.
pub const MAX_UNPACKED_RATIO: usize = 100;
/// Most entries of an archive.
pub const MAX_ENTRIES: usize = 512;
/// Most questions of a quiz.
pub const MAX_QUESTIONS: usize = 200;
/// Most issues of a report; the rest is counted.
pub const MAX_ISSUES: usize = 1_000;
/// Rows of a table or sheet that are looked at.
pub const MAX_ROWS: u32 = 5_000;
/// Columns of a table or sheet that are looked at.
pub const MAX_COLUMNS: u32 = 64;
/// Sheets of a workbook that are looked at for the first with anything in it.
pub const MAX_SHEETS: usize = 16;
/// Most bytes of all cells of a sheet that are kept.
pub const MAX_SHEET_BYTES: usize = 16 << 20;
/// Deepest nesting of XML.
pub const MAX_XML_DEPTH: usize = 64;
/// Most elements of an XML file.
pub const MAX_XML_ELEMENTS: usize = 50_000;
/// Most images of a bundle; as many as questions.
pub const MAX_MEDIA: usize = MAX_QUESTIONS;
/// Largest file that is written.
pub const MAX_WRITTEN_BYTES: usize = 32 << 20;
/// Most rows of results that are written, all questions together.
pub const MAX_RESULT_ROWS: usize = 500_000;
