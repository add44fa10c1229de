//! The spreadsheet that ClassQuiz imports: title in C5, description in C6, questions from row 14 on.
//!
//! Its places are fixed and its headings are not, so it goes by places. As there, any one of several right answers counts.

use trivium_proto::v1;

use crate::{fields, harvest::Harvest, kahoot, place::letter, sheet::Sheet, text::tidy};

/// Where the title is: row from 1, column from 0.
const TITLE: (u32, u32) = (5, 2);
/// Columns, from 0.
const QUESTION: u32 = 1;
const ANSWERS: std::ops::Range<u32> = 2..6;
const TIME: u32 = 6;
const CORRECT: u32 = 7;
/// First row of the questions, from 1.
const FIRST_ROW: u32 = 14;

/// Whether a sheet is laid out like this: a title, and no header of Kahoot's but right above the first question.
pub(crate) fn fits(sheet: &Sheet) -> bool {
    let header = kahoot::header(sheet);
    let titled = !sheet.cell(TITLE.0, TITLE.1).trim().is_empty();
    titled && header.is_none_or(|header| header.row + 1 == FIRST_ROW)
}

pub(crate) fn read(file: &[u8], harvest: &mut Harvest) {
    let sheet = match Sheet::read(file) {
        Ok(sheet) => sheet,
        Err(error) => return harvest.error(0, "", error),
    };
    harvest.quiz.title = tidy(sheet.cell(TITLE.0, TITLE.1));
    harvest.quiz.description = tidy(sheet.cell(6, 2));
    for (row, _) in sheet.rows().filter(|(row, _)| *row >= FIRST_ROW) {
        question(&sheet, row, harvest);
    }
}

fn question(sheet: &Sheet, row: u32, harvest: &mut Harvest) {
    let text = tidy(sheet.cell(row, QUESTION));
    let mut texts: Vec<String> = ANSWERS.map(|column| tidy(sheet.cell(row, column))).collect();
    if text.is_empty() && texts.iter().all(String::is_empty) {
        return;
    }
    let marks = fields::marks(sheet.cell(row, CORRECT), texts.len(), row, &letter(CORRECT), harvest);
    while texts.last().is_some_and(String::is_empty) {
        texts.pop();
    }
    let time_limit_ms = fields::seconds(sheet.cell(row, TIME), row, &letter(TIME), harvest);
    let kind = fields::single(fields::marked(texts, &marks), false);
    harvest.add(
        row,
        v1::Question {
            time_limit_ms,
            ..fields::question(text, kind)
        },
    );
}
