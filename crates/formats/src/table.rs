//! Our own table, as CSV: `type,question,option1..,correct,time,points,explanation,media`.
//!
//! The type may be followed by words on marking, as in `text case-sensitive edits=2`. What stands in the options and under
//! `correct` depends on the kind; [`cells`] has both directions side by side. Columns are found by their headings, in any
//! order; commas, semicolons or tabs separate them.

mod cells;

use std::collections::BTreeMap;

use trivium_proto::v1;

use self::cells::Row;
use crate::{
    WriteError, fields,
    guard::{guarded, unguarded},
    harvest::Harvest,
    limits::{MAX_COLUMNS, MAX_ROWS},
    lost::{self, Holds, numbered},
    report::Report,
    text::{self, tidy},
};

/// Options that every table has columns for.
const OPTIONS: usize = 8;
/// Most options that are read: a text may have so many accepted answers.
const MAX_OPTIONS: usize = 20;

/// Whether a line is the header of such a table.
pub(crate) fn is_header(line: &str) -> bool {
    let names = line.split([',', ';', '\t']).take(MAX_COLUMNS as usize);
    let names: Vec<String> = names.map(|name| heading(name.trim_matches('"'))).collect();
    ["type", "question"]
        .iter()
        .all(|wanted| names.iter().any(|name| name == wanted))
}

pub(crate) fn read(text: &str, harvest: &mut Harvest) {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separators = [b',', b';', b'\t'];
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    let separator = separators
        .into_iter()
        .max_by_key(|separator| (count(*separator), *separator == b','));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut columns = BTreeMap::new();
    let mut record = csv::StringRecord::new();
    for _ in 0..MAX_ROWS {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return harvest.error(0, "", format!("the table breaks off: {error}")),
        }
        let line = record
            .position()
            .map_or(0, |position| u32::try_from(position.line()).unwrap_or(u32::MAX));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if columns.is_empty() {
            columns = header(&record);
            if !(columns.contains_key("type") && columns.contains_key("question")) {
                return harvest.error(line, "", "the first row has no headings type and question");
            }
            continue;
        }
        question(&record, &columns, line, harvest);
    }
    harvest.warn(MAX_ROWS, "", format!("only the first {MAX_ROWS} rows were read"));
}

fn header(record: &csv::StringRecord) -> BTreeMap<String, usize> {
    let mut columns = BTreeMap::new();
    for (column, name) in record.iter().take(MAX_COLUMNS as usize).enumerate() {
        // Of two columns with the same heading the first is taken.
        columns.entry(heading(name)).or_insert(column);
    }
    columns
}

fn heading(name: &str) -> String {
    name.trim()
        .trim_start_matches('\u{feff}')
        .to_ascii_lowercase()
        .replace([' ', '_'], "")
}

fn question(record: &csv::StringRecord, columns: &BTreeMap<String, usize>, line: u32, harvest: &mut Harvest) {
    let cell = |name: &str| {
        let cell = columns
            .get(name)
            .and_then(|column| record.get(*column))
            .unwrap_or_default();
        tidy(unguarded(cell))
    };
    let mut options: Vec<String> = (1..=MAX_OPTIONS).map(|n| cell(&format!("option{n}"))).collect();
    while options.last().is_some_and(String::is_empty) {
        options.pop();
    }
    let row = Row {
        kind: cell("type"),
        options,
        correct: cell("correct"),
    };
    let kind = match cells::read(&row, line, harvest) {
        Ok(kind) => kind,
        Err((column, why)) => return harvest.reject(line, column, why),
    };
    let points = cell("points");
    let points = match text::number(&points) {
        Some(points) if points >= 0.0 => Some(whole(points)),
        Some(_) | None if points.is_empty() => None,
        Some(_) | None => {
            harvest.fixed(line, "points", format!("{points} is no number of points"), "1000");
            None
        }
    };
    let time_limit_ms = fields::seconds(&cell("time"), line, "time", harvest);
    harvest.add(
        line,
        v1::Question {
            explanation: cell("explanation"),
            media_url: cell("media"),
            time_limit_ms,
            points,
            ..fields::question(cell("question"), kind)
        },
    );
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits"
)]
fn whole(value: f64) -> u32 {
    value.round().clamp(0.0, 1e9) as u32
}

pub(crate) fn write(quiz: &v1::Quiz, report: &mut Report) -> Result<Vec<u8>, WriteError> {
    lost::tell_frame(quiz, false, false, report);
    let holds = Holds {
        time: true,
        points: true,
        explanation: true,
        media: true,
        shuffle: true,
        marking: true,
        ..Holds::default()
    };
    let rows: Vec<(Row, &v1::Question)> = numbered(quiz)
        .filter_map(|(number, question)| {
            let row = cells::write(question.kind.as_ref()?);
            lost::tell(question, number, holds, report);
            Some((row, question))
        })
        .collect();
    let options = rows
        .iter()
        .map(|(row, _)| row.options.len())
        .max()
        .unwrap_or_default()
        .max(OPTIONS);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let names = (1..=options).map(|n| format!("option{n}"));
    let tail = ["correct", "time", "points", "explanation", "media"].map(str::to_owned);
    writer.write_record(
        ["type", "question"]
            .map(str::to_owned)
            .into_iter()
            .chain(names)
            .chain(tail),
    )?;
    for (row, question) in rows {
        let time = if question.time_limit_ms == 0 {
            String::new()
        } else {
            fields::as_seconds(question.time_limit_ms)
        };
        let points = question.points.map(|points| points.to_string()).unwrap_or_default();
        let filled = row
            .options
            .iter()
            .map(String::as_str)
            .chain(std::iter::repeat(""))
            .take(options);
        let cells = [row.kind.as_str(), &question.text].into_iter().chain(filled);
        let tail = [
            row.correct.as_str(),
            &time,
            &points,
            &question.explanation,
            &question.media_url,
        ];
        let cells = cells.chain(tail).map(|cell| guarded(cell).into_owned());
        writer.write_record(cells)?;
    }
    writer
        .into_inner()
        .map_err(|error| WriteError::Failed(error.to_string()))
}
