//! Our own JSON: the canonical mapping of `trivium.v1.Quiz`.
//!
//! It is read piece by piece, so that one bad question costs no other. Lines of issues are numbers of questions.

use serde_json::{Map, Value};
use trivium_proto::v1;

use crate::{WriteError, fields::line_of, harvest::Harvest};

pub(crate) fn read(text: &str, harvest: &mut Harvest) {
    match serde_json::from_str(text) {
        Ok(Value::Object(quiz)) => read_quiz(quiz, harvest),
        Ok(_) => harvest.error(1, "", "this is JSON, but no quiz"),
        Err(error) => harvest.error(line_of(error.line()), "", format!("this is no JSON: {error}")),
    }
}

pub(crate) fn write(quiz: &v1::Quiz) -> Result<Vec<u8>, WriteError> {
    let quiz = v1::Quiz {
        id: String::new(),
        revision: 0,
        ..quiz.clone()
    };
    let mut text = serde_json::to_vec_pretty(&quiz)?;
    text.push(b'\n');
    Ok(text)
}

fn read_quiz(mut quiz: Map<String, Value>, harvest: &mut Harvest) {
    let questions = quiz.remove("questions").unwrap_or_default();
    // Of the catalogue that it came from, and so nothing here.
    quiz.remove("id");
    quiz.remove("revision");
    for (key, value) in quiz {
        let piece = Value::Object(Map::from_iter([(key.clone(), value)]));
        match serde_json::from_value::<v1::Quiz>(piece) {
            Ok(piece) => merge(piece, &mut harvest.quiz),
            Err(error) => harvest.warn(0, &key, format!("left out: {error}")),
        }
    }
    let Value::Array(questions) = questions else {
        return harvest.error(0, "questions", "there is no list of questions");
    };
    for (n, question) in questions.into_iter().enumerate() {
        let line = line_of(n + 1);
        match serde_json::from_value::<v1::Question>(question) {
            Ok(question) => harvest.add(line, question),
            Err(error) => harvest.reject(line, "", error.to_string()),
        }
    }
}

/// Takes over the one field that the piece has.
fn merge(piece: v1::Quiz, quiz: &mut v1::Quiz) {
    for (from, to) in [
        (piece.title, &mut quiz.title),
        (piece.description, &mut quiz.description),
        (piece.language, &mut quiz.language),
    ] {
        if !from.is_empty() {
            *to = from;
        }
    }
    if piece.settings.is_some() {
        quiz.settings = piece.settings;
    }
}
