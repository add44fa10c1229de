//! What did not go through as it was written.
//!
//! Bounded: after [`MAX_ISSUES`] issues the rest is only counted.

use trivium_proto::v1::{FileIssue, FileIssueSeverity};

use crate::{limits::MAX_ISSUES, text::cut};

/// Longest message and fixed value of an issue, in characters.
const MAX_TEXT: usize = 300;
/// Longest name of a column.
const MAX_COLUMN: usize = 64;

/// Issues in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    issues: Vec<FileIssue>,
    omitted: u32,
}

impl Report {
    /// The issues, at most [`MAX_ISSUES`].
    pub fn issues(&self) -> &[FileIssue] {
        &self.issues
    }

    /// The issues, to keep.
    pub fn into_issues(self) -> Vec<FileIssue> {
        self.issues
    }

    /// How many more there were.
    pub fn omitted(&self) -> u32 {
        self.omitted
    }

    /// Adds an issue. `line` counts from 1, 0 is the file as a whole; `fixed` is what was put in, or empty.
    pub(crate) fn add(&mut self, severity: FileIssueSeverity, line: u32, column: &str, message: &str, fixed: &str) {
        if self.issues.len() >= MAX_ISSUES {
            self.omitted = self.omitted.saturating_add(1);
            return;
        }
        self.issues.push(FileIssue {
            line,
            column: cut(column, MAX_COLUMN).to_owned(),
            severity: severity.into(),
            message: cut(message, MAX_TEXT).to_owned(),
            fixed_value: cut(fixed, MAX_TEXT).to_owned(),
        });
    }

    /// Something was changed or left out.
    pub(crate) fn warning(&mut self, line: u32, column: &str, message: impl AsRef<str>) {
        self.add(FileIssueSeverity::Warning, line, column, message.as_ref(), "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_bounded_and_counts_on() {
        let mut report = Report::default();
        for line in 0..1_007 {
            report.warning(line, &"c".repeat(100), "ü".repeat(1_000));
        }
        assert_eq!((report.issues().len(), report.omitted()), (1_000, 7));
        assert_eq!(report.issues()[0].message.chars().count(), 300);
        assert_eq!(report.issues()[0].column.len(), 64);
    }
}
