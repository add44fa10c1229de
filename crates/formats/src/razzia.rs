//! The JSON of Razzia, which was Rahoot: two to four answers, any one of the solutions counts. Lines of issues are numbers
//! of questions.

use serde_json::{Value, json};
use trivium_proto::v1;

use crate::{
    WriteError,
    fields::{self, line_of},
    harvest::Harvest,
    lost::{self, Holds, numbered},
    report::Report,
    text::tidy,
};

/// Most answers that Razzia takes.
const ANSWERS: usize = 4;

pub(crate) fn read(text: &str, harvest: &mut Harvest) {
    let quiz: Value = match serde_json::from_str(text) {
        Ok(quiz) => quiz,
        Err(error) => return harvest.error(line_of(error.line()), "", format!("this is no JSON: {error}")),
    };
    harvest.quiz.title = tidy(quiz["subject"].as_str().unwrap_or_default());
    let Some(questions) = quiz["questions"].as_array() else {
        return harvest.error(0, "questions", "there is no list of questions");
    };
    for (n, question) in questions.iter().enumerate() {
        read_question(line_of(n + 1), question, harvest);
    }
}

fn read_question(line: u32, asked: &Value, harvest: &mut Harvest) {
    let Some(answers) = asked["answers"].as_array() else {
        return harvest.reject(line, "answers", "there is no list of answers");
    };
    let texts: Vec<String> = answers
        .iter()
        .take(32)
        .map(|answer| tidy(answer.as_str().unwrap_or_default()))
        .collect();
    // Old files have one number where new ones have a list.
    let solutions = match (&asked["solutions"], &asked["solution"]) {
        (Value::Array(solutions), _) | (_, Value::Array(solutions)) => solutions.clone(),
        (Value::Null, one) | (one, _) => vec![one.clone()],
    };
    let mut marks = Vec::new();
    for solution in solutions.iter().take(32) {
        match solution
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .filter(|n| *n < texts.len())
        {
            Some(n) => marks.push(n + 1),
            None => harvest.warn(
                line,
                "solutions",
                format!("{solution} is none of the {} answers", texts.len()),
            ),
        }
    }
    let media = match (&asked["media"]["url"], &asked["image"]) {
        (Value::String(url), _) if matches!(asked["media"]["type"].as_str(), None | Some("image")) => url.clone(),
        (Value::String(_), _) => {
            harvest.warn(
                line,
                "media",
                "only images can be shown; the sound or film was left out",
            );
            String::new()
        }
        (_, Value::String(url)) => url.clone(),
        _ => String::new(),
    };
    harvest.add(
        line,
        v1::Question {
            time_limit_ms: asked["time"].as_f64().map_or(0, fields::milliseconds),
            read_ms: asked["cooldown"].as_f64().map(fields::milliseconds),
            media_url: tidy(&media),
            ..fields::question(
                tidy(asked["question"].as_str().unwrap_or_default()),
                fields::single(fields::marked(texts, &marks), false),
            )
        },
    );
}

pub(crate) fn write(quiz: &v1::Quiz, report: &mut Report) -> Result<Vec<u8>, WriteError> {
    lost::tell_frame(quiz, true, false, report);
    let holds = Holds {
        time: true,
        read_time: true,
        media: true,
        ..Holds::default()
    };
    let mut questions = Vec::new();
    for (number, question) in numbered(quiz) {
        let Some((options, several)) = fields::options_of(question.kind.as_ref()) else {
            lost::left_out(question, number, report);
            continue;
        };
        if options.len() > ANSWERS {
            report.warning(
                number,
                "answers",
                format!("left out: Razzia takes at most {ANSWERS} answers"),
            );
            continue;
        }
        lost::tell(question, number, holds, report);
        if several {
            report.warning(number, "type", "in Razzia any one of the right answers counts");
        }
        questions.push(one(quiz, question, &options));
    }
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = serde_json::to_vec_pretty(&json!({ "subject": quiz.title, "questions": questions }))?;
    text.push(b'\n');
    Ok(text)
}

fn one(quiz: &v1::Quiz, question: &v1::Question, options: &[v1::Option]) -> Value {
    let settings = quiz.settings.unwrap_or_default();
    let or = |own: u32, of_quiz: u32, default: u32| match (own, of_quiz) {
        (0, 0) => default,
        (0, ms) | (ms, _) => ms,
    };
    let time = or(question.time_limit_ms, settings.time_limit_ms, 10_000);
    let read = question.read_ms.unwrap_or(if settings.no_read_phase {
        0
    } else {
        or(0, settings.read_ms, 3_000)
    });
    let right = options.iter().enumerate().filter(|(_, option)| option.correct);
    let mut written = json!({
        "question": question.text,
        "answers": options.iter().map(|option| option.text.as_str()).collect::<Vec<_>>(),
        "solutions": right.map(|(n, _)| n).collect::<Vec<_>>(),
        "cooldown": number(read),
        "time": number(time),
    });
    if !question.media_url.is_empty() {
        written["media"] = json!({ "type": "image", "url": question.media_url });
    }
    written
}

/// Seconds; whole ones as a whole number.
fn number(ms: u32) -> Value {
    if ms.is_multiple_of(1_000) {
        json!(ms / 1_000)
    } else {
        json!(f64::from(ms) / 1_000.0)
    }
}
