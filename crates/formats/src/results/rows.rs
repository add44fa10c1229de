//! Results in words: names of players, answers, verdicts, right answers, means.

use std::collections::BTreeMap;

use trivium_proto::v1::{
    Answer, AnswerForm, GetResultsResponse, QuestionKind, QuestionPrompt, QuestionResults, Standing, Verdict,
    answer::Value,
};

/// Who is who.
pub(super) struct Names<'a>(BTreeMap<&'a str, &'a Standing>);

impl<'a> Names<'a> {
    pub(super) fn new(results: &'a GetResultsResponse) -> Self {
        Self(
            results
                .standings
                .iter()
                .map(|row| (row.user_id.as_str(), row))
                .collect(),
        )
    }

    /// The nickname, or the user where nobody is ranked under it.
    pub(super) fn of<'b>(&'b self, user: &'b str) -> &'b str {
        self.0.get(user).map_or(user, |row| row.name.as_str())
    }
}

/// What a player did over all questions.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Sum {
    /// Scored questions answered wholly right.
    pub(super) correct: u32,
    /// Questions answered, opinions included.
    pub(super) answered: u32,
    response_ms: u64,
}

impl Sum {
    /// Mean time to answer; none if nothing was answered.
    pub(super) fn mean_ms(self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "200 questions of 10 minutes")]
        let sum = self.response_ms as f64;
        (self.answered > 0).then(|| (sum / f64::from(self.answered)).round())
    }
}

/// Sums by player.
pub(super) fn sums(results: &GetResultsResponse) -> BTreeMap<&str, Sum> {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for result in results.questions.iter().flat_map(|question| &question.results) {
        let sum = sums.entry(result.user_id.as_str()).or_default();
        sum.correct += u32::from(result.verdict() == Verdict::Correct);
        if result.answer.is_some() {
            sum.answered += 1;
            sum.response_ms += u64::from(result.response_ms);
        }
    }
    sums
}

/// Whether a question earns points at all.
pub(super) fn is_scored(kind: QuestionKind) -> bool {
    match kind {
        QuestionKind::Poll | QuestionKind::MultiplePoll | QuestionKind::Rating | QuestionKind::WordCloud => false,
        QuestionKind::Unspecified
        | QuestionKind::SingleChoice
        | QuestionKind::MultipleChoice
        | QuestionKind::TrueFalse
        | QuestionKind::TextEntry
        | QuestionKind::NumberEntry
        | QuestionKind::RangeEntry
        | QuestionKind::Ordering
        | QuestionKind::Matching => true,
    }
}

/// A kind in words.
pub(super) fn kind(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Unspecified => "",
        QuestionKind::SingleChoice => "single choice",
        QuestionKind::MultipleChoice => "multiple choice",
        QuestionKind::TrueFalse => "true or false",
        QuestionKind::TextEntry => "text",
        QuestionKind::NumberEntry => "number",
        QuestionKind::RangeEntry => "range",
        QuestionKind::Ordering => "ordering",
        QuestionKind::Matching => "matching",
        QuestionKind::Poll => "poll",
        QuestionKind::MultiplePoll => "poll with several picks",
        QuestionKind::Rating => "rating",
        QuestionKind::WordCloud => "word cloud",
    }
}

/// A verdict in a word.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unspecified => "",
        Verdict::Correct => "correct",
        Verdict::Partial => "partly correct",
        Verdict::Incorrect => "incorrect",
        Verdict::Missed => "no answer",
        Verdict::Absent => "absent",
        Verdict::Unscored => "opinion",
    }
}

/// What a player answered, in words.
pub(super) fn answer(given: Option<&Answer>, form: &AnswerForm) -> String {
    let Some(value) = given.and_then(|answer| answer.value.as_ref()) else {
        return String::new();
    };
    match value {
        Value::Choice(position) => at(&form.options, *position),
        Value::Choices(positions) => list(&form.options, &positions.positions, "; "),
        Value::Truth(truth) => truth_word(*truth).to_owned(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => with_unit(*number, &form.unit),
        Value::Order(positions) => list(&form.options, &positions.positions, " > "),
        Value::Matches(positions) => matches(form, &positions.positions),
        Value::Rating(step) => step.to_string(),
        Value::Words(words) => words.words.join("; "),
    }
}

/// The right answer, in words; empty for opinions.
pub(super) fn solution(question: &QuestionResults, form: &AnswerForm) -> String {
    let Some(solution) = &question.solution else {
        return String::new();
    };
    let positions = &solution.positions;
    match question.prompt.as_ref().map(QuestionPrompt::kind).unwrap_or_default() {
        QuestionKind::SingleChoice | QuestionKind::MultipleChoice => list(&form.options, positions, "; "),
        QuestionKind::TrueFalse => truth_word(solution.truth).to_owned(),
        QuestionKind::TextEntry => solution.accepted.join("; "),
        QuestionKind::NumberEntry if solution.tolerance > 0.0 => {
            format!(
                "{} ± {}",
                solution.number_min,
                with_unit(solution.tolerance, &form.unit)
            )
        }
        QuestionKind::NumberEntry => with_unit(solution.number_min, &form.unit),
        QuestionKind::RangeEntry => {
            format!(
                "{} to {}",
                solution.number_min,
                with_unit(solution.number_max, &form.unit)
            )
        }
        QuestionKind::Ordering => list(&form.options, positions, " > "),
        QuestionKind::Matching => matches(form, positions),
        QuestionKind::Unspecified
        | QuestionKind::Poll
        | QuestionKind::MultiplePoll
        | QuestionKind::Rating
        | QuestionKind::WordCloud => String::new(),
    }
}

/// The options, steps or texts that were given, with how often.
pub(super) fn counts(question: &QuestionResults, form: &AnswerForm) -> Vec<(String, u32)> {
    let Some(spread) = &question.distribution else {
        return Vec::new();
    };
    let kind = question.prompt.as_ref().map(QuestionPrompt::kind).unwrap_or_default();
    let label = |n: usize| match kind {
        QuestionKind::TrueFalse => truth_word(n == 1).to_owned(),
        QuestionKind::Rating => (n + 1).to_string(),
        QuestionKind::Unspecified
        | QuestionKind::SingleChoice
        | QuestionKind::MultipleChoice
        | QuestionKind::TextEntry
        | QuestionKind::NumberEntry
        | QuestionKind::RangeEntry
        | QuestionKind::Ordering
        | QuestionKind::Matching
        | QuestionKind::Poll
        | QuestionKind::MultiplePoll
        | QuestionKind::WordCloud => form.options.get(n).cloned().unwrap_or_else(|| (n + 1).to_string()),
    };
    let picked = spread.counts.iter().enumerate().map(|(n, count)| (label(n), *count));
    let said = spread.texts.iter().map(|text| (text.text.clone(), text.count));
    picked.chain(said).collect()
}

fn at(options: &[String], position: u32) -> String {
    let option = usize::try_from(position)
        .ok()
        .and_then(|position| options.get(position));
    option
        .cloned()
        .unwrap_or_else(|| format!("#{}", position.saturating_add(1)))
}

fn list(options: &[String], positions: &[u32], between: &str) -> String {
    let texts: Vec<String> = positions.iter().map(|position| at(options, *position)).collect();
    texts.join(between)
}

fn matches(form: &AnswerForm, positions: &[u32]) -> String {
    let pairs = form.options.iter().zip(positions);
    let pairs: Vec<String> = pairs
        .map(|(left, right)| format!("{left} = {}", at(&form.matches, *right)))
        .collect();
    pairs.join("; ")
}

fn with_unit(number: f64, unit: &str) -> String {
    if unit.is_empty() {
        number.to_string()
    } else {
        format!("{number} {unit}")
    }
}

fn truth_word(truth: bool) -> &'static str {
    if truth { "True" } else { "False" }
}
