//! Results as a long table: a row for each player and question.

use trivium_proto::v1::{GetResultsResponse, Verdict};

use super::rows::{self, Names};
use crate::{WriteError, guard::guarded};

const HEADINGS: [&str; 15] = [
    "room",
    "question_number",
    "question",
    "kind",
    "user",
    "player",
    "answer",
    "verdict",
    "correct",
    "t_ms",
    "credit_ms",
    "points",
    "streak_bonus",
    "streak",
    "total",
];

pub(super) fn write(results: &GetResultsResponse, room: &str) -> Result<Vec<u8>, WriteError> {
    let names = Names::new(results);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(HEADINGS)?;
    for question in &results.questions {
        let prompt = question.prompt.clone().unwrap_or_default();
        let form = question.form.clone().unwrap_or_default();
        let number = prompt.index.saturating_add(1).to_string();
        for result in &question.results {
            let correct = match result.verdict() {
                Verdict::Correct => "1",
                Verdict::Partial | Verdict::Incorrect | Verdict::Missed => "0",
                Verdict::Absent | Verdict::Unscored | Verdict::Unspecified => "",
            };
            let (response, credit) = match result.answer {
                Some(_) => (result.response_ms.to_string(), result.credit_ms.to_string()),
                None => (String::new(), String::new()),
            };
            let row = [
                room,
                &number,
                &prompt.text,
                rows::kind(prompt.kind()),
                &result.user_id,
                names.of(&result.user_id),
                &rows::answer(result.answer.as_ref(), &form),
                rows::verdict(result.verdict()),
                correct,
                &response,
                &credit,
                &result.points.to_string(),
                &result.streak_bonus.to_string(),
                &result.streak.to_string(),
                &result.total.to_string(),
            ];
            writer.write_record(row.map(|cell| guarded(cell).into_owned()))?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| WriteError::Failed(error.to_string()))
}
