//! Finds out how a file is written: by what is in it first, by its name where that says nothing.

use serde_json::Value;
use trivium_proto::v1::QuizFileFormat;

use crate::{archive, classquiz, gift, sheet::Sheet, table, text};

/// The format of a file; unspecified if none fits.
pub(crate) fn detect(file: &[u8], name: &str) -> QuizFileFormat {
    if file.starts_with(b"PK") {
        return in_archive(file);
    }
    let (text, _) = text::decode(file);
    let start = text.trim_start();
    if start.starts_with("<?xml") || start.starts_with('<') && start.contains("assessmentItem") {
        return QuizFileFormat::Qti;
    }
    if start.starts_with(['{', '[']) && !start.starts_with("[html]") && !start.starts_with("[markdown]") {
        if let Ok(value) = serde_json::from_str::<Value>(start) {
            return in_json(&value);
        }
        if name.to_ascii_lowercase().ends_with(".json") {
            return QuizFileFormat::Json;
        }
    }
    in_lines(&text, name)
}

fn in_archive(file: &[u8]) -> QuizFileFormat {
    let Ok(entries) = archive::unpack(file) else {
        return QuizFileFormat::Unspecified;
    };
    if entries.contains_key("quiz.json") {
        QuizFileFormat::Bundle
    } else if entries.contains_key("xl/workbook.xml") {
        match Sheet::read(file) {
            Ok(sheet) if classquiz::fits(&sheet) => QuizFileFormat::ClassquizXlsx,
            Ok(_) | Err(_) => QuizFileFormat::KahootXlsx,
        }
    } else if entries.keys().any(|name| crate::qti::is_xml(name)) {
        QuizFileFormat::Qti
    } else {
        QuizFileFormat::Unspecified
    }
}

fn in_json(value: &Value) -> QuizFileFormat {
    let has = |key| value.get(key).is_some();
    let razzia = value["questions"]
        .as_array()
        .is_some_and(|questions| questions.iter().any(|question| question.get("answers").is_some()));
    if has("quiz") || has("questionList") {
        QuizFileFormat::ArsnovaJson
    } else if has("subject") || razzia {
        QuizFileFormat::RazziaJson
    } else {
        QuizFileFormat::Json
    }
}

fn in_lines(text: &str, name: &str) -> QuizFileFormat {
    // Both are plain text, in which people can write whatever looks like the other.
    let parts = name.rsplit('.').take(2).map(str::to_ascii_lowercase);
    for part in parts {
        match part.as_str() {
            "gift" => return QuizFileFormat::Gift,
            "aiken" => return QuizFileFormat::Aiken,
            _ => {}
        }
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let lines = || text.lines().take(2_000);
    if table::is_header(first) {
        QuizFileFormat::Csv
    } else if lines().any(is_blackboard) {
        QuizFileFormat::Blackboard
    } else if lines().any(|line| line.trim_start().starts_with("ANSWER:")) && !gift::looks_like(text) {
        QuizFileFormat::Aiken
    } else if gift::looks_like(text) {
        QuizFileFormat::Gift
    } else {
        match name.rsplit('.').next().map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => QuizFileFormat::Csv,
            Some("json") => QuizFileFormat::Json,
            Some("xml") => QuizFileFormat::Qti,
            Some(_) | None => QuizFileFormat::Unspecified,
        }
    }
}

fn is_blackboard(line: &str) -> bool {
    let mut columns = line.split('\t');
    let kind = columns.next().unwrap_or_default().trim();
    crate::blackboard::KINDS.contains(&kind) && columns.next().is_some()
}
