//! The JSON that arsnova.eu exports, and that of its elder, arsnova.click. Lines of issues are numbers of questions.

use serde_json::Value;
use trivium_proto::v1::{self, question::Kind};

use crate::{
    fields::{self, line_of},
    harvest::Harvest,
    text::{tidy, without_html},
};

pub(crate) fn read(text: &str, harvest: &mut Harvest) {
    let file: Value = match serde_json::from_str(text) {
        Ok(file) => file,
        Err(error) => return harvest.error(line_of(error.line()), "", format!("this is no JSON: {error}")),
    };
    let quiz = file.get("quiz").unwrap_or(&file);
    harvest.quiz.title = tidy(quiz["name"].as_str().unwrap_or_default());
    harvest.quiz.description = tidy(quiz["description"].as_str().unwrap_or_default());
    if let Some(seconds) = quiz["defaultTimer"].as_f64().filter(|seconds| *seconds > 0.0) {
        harvest.quiz.settings = Some(v1::QuizSettings {
            time_limit_ms: fields::milliseconds(seconds),
            no_read_phase: quiz["readingPhaseEnabled"] == Value::Bool(false),
            ..v1::QuizSettings::default()
        });
    }
    let questions = [&quiz["questions"], &quiz["questionList"]]
        .into_iter()
        .find_map(Value::as_array);
    let Some(questions) = questions else {
        return harvest.error(0, "questions", "there is no list of questions");
    };
    let mut ordered: Vec<(usize, &Value)> = questions.iter().enumerate().collect();
    ordered.sort_by_key(|(n, question)| (question["order"].as_i64().unwrap_or_default(), *n));
    for (n, question) in ordered {
        read_question(line_of(n + 1), question, harvest);
    }
}

fn read_question(line: u32, asked: &Value, harvest: &mut Harvest) {
    let either = |new: &str, old: &str| asked.get(new).or_else(|| asked.get(old)).cloned().unwrap_or_default();
    let (text, had_html) = without_html(either("text", "questionText").as_str().unwrap_or_default());
    if had_html {
        harvest.info(line, "text", "tags of HTML were taken out");
    }
    let answers = either("answers", "answerOptionList");
    let answers = answers.as_array().map(Vec::as_slice).unwrap_or_default();
    let options: Vec<v1::Option> = answers
        .iter()
        .take(32)
        .map(|answer| {
            let text = answer.get("text").or_else(|| answer.get("answerText"));
            let text = text.and_then(Value::as_str).unwrap_or_default();
            fields::option(tidy(&without_html(text).0), answer["isCorrect"] == Value::Bool(true))
        })
        .collect();
    let kind = either("type", "TYPE");
    let kind = match kind_of(kind.as_str().unwrap_or_default(), options, asked) {
        Ok(kind) => kind,
        Err(why) => return harvest.reject(line, "type", why),
    };
    harvest.add(
        line,
        v1::Question {
            time_limit_ms: asked["timer"].as_f64().map_or(0, fields::milliseconds),
            ..fields::question(tidy(&text), kind)
        },
    );
}

/// The kind by its name, which both programs write in their own way: `SINGLE_CHOICE`, `SingleChoiceQuestion`.
fn kind_of(name: &str, options: Vec<v1::Option>, asked: &Value) -> Result<Kind, String> {
    let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
    let letters = letters.to_ascii_lowercase();
    let texts = || -> Vec<String> { options.iter().map(|option| option.text.clone()).collect() };
    let is = |part: &str| letters.contains(part);
    let kind = if is("survey") || is("poll") {
        Kind::Poll(v1::Poll {
            options: texts(),
            multiple: asked["multipleSelectionEnabled"] == Value::Bool(true),
        })
    } else if is("multiple") {
        fields::multiple(options, false)
    } else if is("freetext") || is("text") {
        Kind::TextEntry(v1::TextEntry {
            accepted: texts(),
            ..v1::TextEntry::default()
        })
    } else if is("rang") || is("numeric") {
        let number = |key: &str| asked[key].as_f64().ok_or_else(|| format!("{key} is no number"));
        let (low, high) = (number("rangeMin")?, number("rangeMax")?);
        let target = asked["correctValue"].as_f64().unwrap_or(f64::midpoint(low, high));
        Kind::NumberEntry(v1::NumberEntry {
            target,
            tolerance: (target - low).abs().max((high - target).abs()),
            unit: String::new(),
        })
    } else if is("ordering") || is("sorting") {
        Kind::Ordering(v1::Ordering {
            items: texts(),
            partial_credit: false,
        })
    } else if is("wordcloud") {
        Kind::WordCloud(v1::WordCloud::default())
    } else if is("choice") || is("truefalse") || is("yesno") || letters.is_empty() {
        fields::single(options, false)
    } else {
        return Err(format!("questions of the type {name} are not known here"));
    };
    Ok(kind)
}
