//! Results as a workbook: the players, the questions, and a sheet for each question.

use rust_xlsxwriter::{Color, Format, Worksheet, XlsxError};
use trivium_proto::v1::{AnswerForm, GetResultsResponse, QuestionPrompt, QuestionResults};

use super::rows::{self, Names};
use crate::{sheet::new_workbook, text::cut};

/// Longest text of a cell, as Excel has it.
const MAX_CELL: usize = 32_767;

/// A sheet that is filled row by row.
struct Page<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    column: u16,
    head: Format,
    text: Format,
}

pub(super) fn write(results: &GetResultsResponse) -> Result<Vec<u8>, XlsxError> {
    let names = Names::new(results);
    let mut workbook = new_workbook()?;
    players(results, workbook.add_worksheet())?;
    questions(results, workbook.add_worksheet())?;
    for question in &results.questions {
        one_question(question, &names, workbook.add_worksheet())?;
    }
    workbook.save_to_buffer()
}

fn players(results: &GetResultsResponse, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let sums = rows::sums(results);
    let mut page = Page::new(sheet, "Players")?;
    let scored = results.questions.iter().filter(|question| {
        let kind = question.prompt.as_ref().map(QuestionPrompt::kind).unwrap_or_default();
        rows::is_scored(kind)
    });
    let of = format!("Number correct (of {})", scored.count());
    let heads = [
        "Rank",
        "Name",
        "Team",
        "Points",
        &of,
        "Answered",
        "Mean response time (ms)",
        "Longest streak",
    ];
    page.heads(&heads, &[8.0, 28.0, 18.0, 10.0, 22.0, 10.0, 24.0, 14.0])?;
    for row in &results.standings {
        let sum = sums.get(row.user_id.as_str()).copied().unwrap_or_default();
        page.number(row.rank)?;
        page.text(&row.name)?;
        page.text(&row.team)?;
        page.number(f64::from(row.points_tenths) / 10.0)?;
        page.number(sum.correct)?;
        page.number(sum.answered)?;
        match sum.mean_ms() {
            Some(mean) => page.number(mean)?,
            None => page.text("")?,
        }
        page.number(row.best_streak)?;
        page.next_row();
    }
    Ok(())
}

fn questions(results: &GetResultsResponse, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let mut page = Page::new(sheet, "Questions")?;
    let heads = [
        "No.",
        "Question",
        "Kind",
        "Time limit (s)",
        "Right answer",
        "Answered",
        "Correct",
        "Correct %",
        "Counts",
    ];
    page.heads(&heads, &[6.0, 60.0, 18.0, 14.0, 30.0, 10.0, 10.0, 10.0, 24.0])?;
    for question in &results.questions {
        let prompt = question.prompt.clone().unwrap_or_default();
        let form = question.form.clone().unwrap_or_default();
        let spread = question.distribution.clone().unwrap_or_default();
        page.number(prompt.index + 1)?;
        page.text(&prompt.text)?;
        page.text(rows::kind(prompt.kind()))?;
        page.number(f64::from(prompt.time_limit_ms) / 1_000.0)?;
        page.text(&rows::solution(question, &form))?;
        page.number(spread.answered)?;
        if rows::is_scored(prompt.kind()) {
            page.number(spread.correct)?;
            let share = f64::from(spread.correct) * 100.0 / f64::from(spread.answered.max(1));
            page.number((share * 10.0).round() / 10.0)?;
        } else {
            page.text("")?;
            page.text("")?;
        }
        for (label, count) in rows::counts(question, &form) {
            page.text(&format!("{label}: {count}"))?;
        }
        page.next_row();
    }
    Ok(())
}

fn one_question(question: &QuestionResults, names: &Names<'_>, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let prompt = question.prompt.clone().unwrap_or_default();
    let form: AnswerForm = question.form.clone().unwrap_or_default();
    let mut page = Page::new(sheet, &format!("Question {}", prompt.index + 1))?;
    page.text(&prompt.text)?;
    page.next_row();
    page.text(&rows::solution(question, &form))?;
    page.next_row();
    let heads = [
        "Player",
        "Answer",
        "Verdict",
        "Response (ms)",
        "Credit (ms)",
        "Points",
        "Streak bonus",
        "Streak",
        "Total",
        "Rank",
    ];
    page.heads(&heads, &[28.0, 40.0, 16.0, 14.0, 12.0, 10.0, 14.0, 10.0, 10.0, 8.0])?;
    for result in &question.results {
        page.text(names.of(&result.user_id))?;
        page.text(&rows::answer(result.answer.as_ref(), &form))?;
        page.text(rows::verdict(result.verdict()))?;
        if result.answer.is_some() {
            page.number(result.response_ms)?;
            page.number(result.credit_ms)?;
        } else {
            page.text("")?;
            page.text("")?;
        }
        page.number(result.points)?;
        page.number(result.streak_bonus)?;
        page.number(result.streak)?;
        page.number(result.total)?;
        page.number(result.rank)?;
        page.next_row();
    }
    Ok(())
}

impl<'a> Page<'a> {
    fn new(sheet: &'a mut Worksheet, name: &str) -> Result<Self, XlsxError> {
        Ok(Self {
            sheet: sheet.set_name(name)?,
            row: 0,
            column: 0,
            head: Format::new().set_bold().set_background_color(Color::RGB(0x00E6_E6E6)),
            text: Format::new().set_quote_prefix(),
        })
    }

    fn heads(&mut self, heads: &[&str], widths: &[f64]) -> Result<(), XlsxError> {
        for ((column, head), width) in (0..).zip(heads).zip(widths) {
            self.sheet
                .write_string_with_format(self.row, column, *head, &self.head)?;
            self.sheet.set_column_width(column, *width)?;
        }
        self.next_row();
        self.sheet.set_freeze_panes(self.row, 0)?;
        Ok(())
    }

    /// A text, which Excel takes for nothing else, even when somebody edits it.
    fn text(&mut self, text: &str) -> Result<(), XlsxError> {
        if !text.is_empty() {
            self.sheet
                .write_string_with_format(self.row, self.column, cut(text, MAX_CELL), &self.text)?;
        }
        self.column += 1;
        Ok(())
    }

    fn number(&mut self, number: impl Into<f64>) -> Result<(), XlsxError> {
        self.sheet.write_number(self.row, self.column, number.into())?;
        self.column += 1;
        Ok(())
    }

    fn next_row(&mut self) {
        (self.row, self.column) = (self.row + 1, 0);
    }
}
