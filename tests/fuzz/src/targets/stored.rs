//! What is kept or brought: entries of a room's log, and files of quizzes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use trivium_engine::{Entry, Event, RoomEvent, Timestamp};
use trivium_formats::limits::MAX_FILE_BYTES;
use trivium_proto::v1::{Quiz, QuizFileFormat};

/// An entry that is understood is stored as what reads as the same again.
pub(super) fn entry(input: &[u8]) {
    let Ok(entry) = serde_json::from_slice::<Entry>(input) else {
        return;
    };
    let stored = serde_json::to_vec(&entry).expect("entries have string keys only");
    let again: Entry = serde_json::from_slice(&stored).expect("what was stored is in order");
    assert_eq!(again, entry);
    assert!(!entry.event.name().is_empty());
}

/// Entries in order: one that is made here, and all that the engine keeps as samples of what was ever written.
pub(super) fn entries() -> Vec<Vec<u8>> {
    let closed = Entry {
        seq: 4,
        at: Timestamp(1_700_000_000_000),
        actor: Some("ana".parse().expect("an id")),
        request: Some("q1".parse().expect("an id")),
        event: Event::Room(RoomEvent::Closed),
    };
    let mut entries = vec![serde_json::to_vec(&closed).expect("it has string keys only")];
    for log in samples("crates/engine/tests/golden").filter(|log| log.extension().is_some_and(|it| it == "jsonl")) {
        let log = fs::read_to_string(log).expect("readable");
        entries.extend(log.lines().map(|line| line.as_bytes().to_vec()));
    }
    entries
}

/// A file is never too strange: what cannot be read is reported. The first byte says as what to read it.
pub(super) fn quiz_file(input: &[u8]) {
    let Some((format, file)) = input.split_first() else {
        return;
    };
    assert!(file.len() <= MAX_FILE_BYTES);
    let format = QuizFileFormat::try_from(i32::from(format % 12)).unwrap_or_default();
    let read = trivium_formats::import(file, "file", format);
    let questions = read.quiz.as_ref().map_or(0, |quiz: &Quiz| quiz.questions.len());
    if let Some(quiz) = read.quiz.filter(|_| questions > 0) {
        // Whatever was read can be written in the one format that holds everything.
        let written = trivium_formats::export(&quiz, QuizFileFormat::Json, &[]).expect("JSON holds every quiz");
        let again = trivium_formats::import(&written.bytes, "file.json", QuizFileFormat::Json);
        let again = again.quiz.map_or(0, |quiz| quiz.questions.len());
        assert_eq!(again, questions, "nothing is lost on the way");
    }
}

/// Files in order: one for each format that is text, and the samples that the formats are tested with, under the format that is
/// found out.
pub(super) fn quiz_files() -> Vec<Vec<u8>> {
    let files: [(QuizFileFormat, &str); 4] = [
        (QuizFileFormat::Aiken, "One?\nA. Yes\nB. No\nANSWER: A\n"),
        (
            QuizFileFormat::Gift,
            "::T:: What is {=right ~wrong ~%50%half} ?\n\nTrue?{T}\n",
        ),
        (
            QuizFileFormat::Csv,
            "type,question,answer 1,answer 2,correct\nsingle,One?,Yes,No,1\n",
        ),
        (QuizFileFormat::Unspecified, "{\"title\":\"T\",\"questions\":[]}"),
    ];
    let made = files.into_iter().map(|(format, text)| {
        let number = u8::try_from(i32::from(format)).expect("there are few formats");
        [&[number], text.as_bytes()].concat()
    });
    let kept = samples("crates/formats/tests/samples").map(|file| {
        let file = fs::read(file).expect("readable");
        [&[0], file.as_slice()].concat()
    });
    made.chain(kept).collect()
}

/// The files of a folder of the repository, in the order of their names.
fn samples(folder: &str) -> impl Iterator<Item = PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let files = fs::read_dir(folder).expect("the samples are there");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("readable").path()).collect();
    files.sort();
    files.into_iter()
}
