//! The cells of a workbook's first sheet that has any, as text; and workbooks to be filled.
//!
//! Cells are read one by one: asking the library for a range would make it hold a rectangle as large as the file claims.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::{
    archive,
    limits::{MAX_COLUMNS, MAX_ROWS, MAX_SHEET_BYTES, MAX_SHEETS},
};

/// Rows by number, from 1; cells by column, from 0.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    rows: BTreeMap<u32, BTreeMap<u32, String>>,
}

impl Sheet {
    /// Reads a workbook.
    pub(crate) fn read(file: &[u8]) -> Result<Self, String> {
        // The library unpacks whatever it is given, so the bounds are tried out first.
        archive::unpack(file)?;
        let broken = |error: XlsxError| format!("this workbook cannot be read: {error}");
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(broken)?;
        // Any number of names may stand for one large sheet without a cell, which is read anew for each.
        for name in workbook.sheet_names().into_iter().take(MAX_SHEETS) {
            let sheet = cells(&mut workbook, &name).map_err(broken)?;
            if !sheet.rows.is_empty() {
                return Ok(sheet);
            }
        }
        Err(format!(
            "none of the first {MAX_SHEETS} sheets of this workbook has anything in it"
        ))
    }

    /// The text of a cell; empty if there is none. Rows from 1, columns from 0.
    pub(crate) fn cell(&self, row: u32, column: u32) -> &str {
        let cell = self.rows.get(&row).and_then(|cells| cells.get(&column));
        cell.map_or("", String::as_str)
    }

    /// The rows that have anything in them, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u32, &BTreeMap<u32, String>)> {
        self.rows.iter().map(|(row, cells)| (*row, cells))
    }
}

/// A workbook to be filled. It says of its making only that it was in 1980, so that the same quiz is the same file.
pub(crate) fn new_workbook() -> Result<Workbook, rust_xlsxwriter::XlsxError> {
    let made = ExcelDateTime::from_ymd(1980, 1, 1)?;
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(workbook)
}

fn cells(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Sheet, XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(name)?;
    let mut sheet = Sheet::default();
    let mut bytes = 0_usize;
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            continue;
        }
        let text = text(cell.get_value());
        bytes = bytes.saturating_add(text.len());
        if bytes > MAX_SHEET_BYTES {
            break;
        }
        if !text.trim().is_empty() {
            sheet.rows.entry(row + 1).or_default().insert(column, text);
        }
    }
    Ok(sheet)
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(time) => time.as_f64().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sheet_with_anything_in_it_is_read_if_it_is_not_far() {
        for (empty, expected) in [(0, true), (MAX_SHEETS - 1, true), (MAX_SHEETS, false)] {
            let mut workbook = new_workbook().expect("a workbook");
            for _ in 0..empty {
                workbook.add_worksheet();
            }
            workbook.add_worksheet().write(1, 2, "here").expect("written");
            let sheet = Sheet::read(&workbook.save_to_buffer().expect("saved"));
            assert_eq!(sheet.is_ok_and(|sheet| sheet.cell(2, 2) == "here"), expected, "{empty}");
        }
    }
}
