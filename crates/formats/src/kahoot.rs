//! The spreadsheet that Kahoot imports, in and out.
//!
//! Its header has stood in different rows over the years, so it is found by its texts: a row with cells that begin with
//! `Question` and `Answer 1`. As in Kahoot, any one of several right answers counts.

use rust_xlsxwriter::Format;
use trivium_proto::v1;

use crate::{
    WriteError, fields,
    harvest::Harvest,
    lost::{self, Holds, numbered},
    place::letter,
    report::Report,
    sheet::{Sheet, new_workbook},
    text::{cut, one_line, tidy},
};

/// Most answers that Kahoot takes.
const ANSWERS: usize = 4;
/// Longest question and answer that Kahoot takes, in characters.
const QUESTION_LENGTH: usize = 120;
const ANSWER_LENGTH: usize = 75;
/// The times that Kahoot knows, in seconds.
const TIMES: [u32; 8] = [5, 10, 20, 30, 60, 90, 120, 240];
/// Where the columns are: answers from `FIRST_ANSWER` on.
const QUESTION: u16 = 1;
const FIRST_ANSWER: u16 = 2;
const TIME: u16 = 6;
const CORRECT: u16 = 7;
/// Row of the header, from 0; the questions follow.
const HEADER_ROW: u32 = 7;

/// Where the columns are, from 0.
#[derive(Debug)]
pub(crate) struct Header {
    /// Its row, from 1.
    pub(crate) row: u32,
    question: u32,
    answers: Vec<u32>,
    time: Option<u32>,
    correct: Option<u32>,
}

/// The header of a sheet; none if it is not Kahoot's.
pub(crate) fn header(sheet: &Sheet) -> Option<Header> {
    sheet.rows().take(50).find_map(|(row, cells)| {
        let find = |start: &str| {
            let mut cells = cells.iter();
            let found = cells.find(|(_, text)| tidy(text).to_lowercase().starts_with(start));
            found.map(|(column, _)| *column)
        };
        let answers: Vec<u32> = (1..=8).map_while(|n| find(&format!("answer {n}"))).collect();
        let question = find("question")?;
        (!answers.is_empty()).then(|| Header {
            row,
            question,
            answers,
            time: find("time limit"),
            correct: find("correct answer"),
        })
    })
}

pub(crate) fn read(file: &[u8], harvest: &mut Harvest) {
    let sheet = match Sheet::read(file) {
        Ok(sheet) => sheet,
        Err(error) => return harvest.error(0, "", error),
    };
    let Some(header) = header(&sheet) else {
        return harvest.error(0, "", "no row has the headings Question and Answer 1");
    };
    for (row, _) in sheet.rows().filter(|(row, _)| *row > header.row) {
        question(&sheet, &header, row, harvest);
    }
}

fn question(sheet: &Sheet, header: &Header, row: u32, harvest: &mut Harvest) {
    let cell = |column: u32| tidy(sheet.cell(row, column));
    let text = cell(header.question);
    let mut texts: Vec<String> = header.answers.iter().map(|column| cell(*column)).collect();
    if text.is_empty() && texts.iter().all(String::is_empty) {
        return;
    }
    let correct = header.correct.map(cell).unwrap_or_default();
    let column = header.correct.map(letter).unwrap_or_default();
    let marks = fields::marks(&correct, texts.len(), row, &column, harvest);
    for mark in &marks {
        if texts[mark - 1].is_empty() {
            harvest.warn(row, &column, format!("answer {mark} is marked as right and is empty"));
        }
    }
    // Empty answers at the end are usual, those between others are a slip that `mend` reports.
    while texts.last().is_some_and(String::is_empty) {
        texts.pop();
    }
    let time = header.time.map(cell).unwrap_or_default();
    let time_limit_ms = fields::seconds(&time, row, &header.time.map(letter).unwrap_or_default(), harvest);
    let kind = fields::single(fields::marked(texts, &marks), false);
    harvest.add(
        row,
        v1::Question {
            time_limit_ms,
            ..fields::question(text, kind)
        },
    );
}

pub(crate) fn write(quiz: &v1::Quiz, report: &mut Report) -> Result<Vec<u8>, WriteError> {
    lost::tell_frame(quiz, false, false, report);
    let mut workbook = new_workbook()?;
    let bold = Format::new().set_bold();
    let plain = Format::new().set_quote_prefix();
    let sheet = workbook.add_worksheet();
    sheet.write_string_with_format(1, QUESTION, "Quiz template", &bold)?;
    sheet.write_string(
        2,
        QUESTION,
        "Add questions, at least two answer alternatives, time limit and choose correct answers.",
    )?;
    let heading = |n: u16| format!("Answer {n} - max {ANSWER_LENGTH} characters");
    sheet.write_string_with_format(
        HEADER_ROW,
        QUESTION,
        format!("Question - max {QUESTION_LENGTH} characters"),
        &bold,
    )?;
    for n in 0..4 {
        sheet.write_string_with_format(HEADER_ROW, FIRST_ANSWER + n, heading(n + 1), &bold)?;
    }
    sheet.write_string_with_format(
        HEADER_ROW,
        TIME,
        "Time limit (sec) – 5, 10, 20, 30, 60, 90, 120, or 240 secs",
        &bold,
    )?;
    sheet.write_string_with_format(HEADER_ROW, CORRECT, "Correct answer(s) - choose at least one", &bold)?;
    let mut row = HEADER_ROW;
    for (number, question) in numbered(quiz) {
        let Some((mut options, several)) = fields::options_of(question.kind.as_ref()) else {
            lost::left_out(question, number, report);
            continue;
        };
        row += 1;
        lost::tell(
            question,
            number,
            Holds {
                time: true,
                ..Holds::default()
            },
            report,
        );
        if several {
            report.warning(number, "type", "in Kahoot any one of the right answers counts");
        }
        fit(&mut options, number, report);
        sheet.write_number(row, 0, row - HEADER_ROW)?;
        sheet.write_string_with_format(
            row,
            QUESTION,
            shortened(&question.text, QUESTION_LENGTH, "question", number, report),
            &plain,
        )?;
        for (column, option) in (FIRST_ANSWER..).zip(&options) {
            let text = shortened(&option.text, ANSWER_LENGTH, "answer", number, report);
            sheet.write_string_with_format(row, column, text, &plain)?;
        }
        sheet.write_number(row, TIME, time(quiz, question, number, report))?;
        let right = (1..).zip(&options).filter(|(_, option)| option.correct);
        let right: Vec<String> = right.map(|(n, _): (u32, _)| n.to_string()).collect();
        sheet.write_string(row, CORRECT, right.join(","))?;
    }
    if row == HEADER_ROW {
        Ok(Vec::new())
    } else {
        Ok(workbook.save_to_buffer()?)
    }
}

/// At most four answers, right ones before wrong ones.
fn fit(options: &mut Vec<v1::Option>, number: u32, report: &mut Report) {
    if options.len() > ANSWERS {
        report.warning(
            number,
            "answers",
            format!("Kahoot takes {ANSWERS} answers; the last wrong ones are left out"),
        );
    }
    while options.len() > ANSWERS {
        let last_wrong = options.iter().rposition(|option| !option.correct);
        options.remove(last_wrong.unwrap_or(options.len() - 1));
    }
}

/// Text on one line. What is longer than Kahoot takes is told, and cut there and not here.
fn shortened(text: &str, max: usize, column: &str, number: u32, report: &mut Report) -> String {
    if cut(text, max).len() < text.len() {
        report.warning(number, column, format!("Kahoot takes at most {max} characters"));
    }
    if text.contains('\n') {
        report.warning(number, column, "lines are joined");
        return one_line(text);
    }
    text.to_owned()
}

/// The next time that Kahoot knows.
fn time(quiz: &v1::Quiz, question: &v1::Question, number: u32, report: &mut Report) -> u32 {
    let of_quiz = quiz.settings.as_ref().map_or(0, |settings| settings.time_limit_ms);
    let ms = match (question.time_limit_ms, of_quiz) {
        (0, 0) => 10_000,
        (0, ms) | (ms, _) => ms,
    };
    let seconds = TIMES.into_iter().find(|seconds| seconds * 1_000 >= ms).unwrap_or(240);
    if seconds * 1_000 != ms {
        report.warning(
            number,
            "time",
            format!("Kahoot does not know this time limit; it is {seconds} s there"),
        );
    }
    seconds
}
