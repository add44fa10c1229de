//! Our own bundle: a zip of `quiz.json` and the images it refers to as `media/<name>`.
//!
//! Neighbours: [`json`](crate::json) reads the quiz, [`archive`](crate::archive) the zip. Storing the images, and giving
//! them addresses, is the caller's business.

use std::collections::BTreeSet;

use trivium_proto::v1;

use crate::{
    WriteError, archive,
    harvest::Harvest,
    json,
    limits::MAX_MEDIA,
    media::{self, FOLDER, Media},
};

/// The quiz in a bundle.
const QUIZ: &str = "quiz.json";

pub(crate) fn read(file: &[u8], harvest: &mut Harvest) {
    let mut entries = match archive::unpack(file) {
        Ok(entries) => entries,
        Err(error) => return harvest.error(0, "", error),
    };
    let Some(quiz) = entries.remove(QUIZ) else {
        return harvest.error(0, "", "there is no quiz.json in the archive");
    };
    let text = harvest.decode(&quiz);
    json::read(&text, harvest);

    let wanted: BTreeSet<String> = harvest
        .quiz
        .questions
        .iter()
        .map(|question| question.media_url.clone())
        .collect();
    let mut missing = wanted.clone();
    for (path, bytes) in entries {
        let name = path.strip_prefix(FOLDER).filter(|name| media::is_name(name));
        match name {
            Some(name) if wanted.contains(&path) && harvest.media.len() < MAX_MEDIA => {
                missing.remove(&path);
                harvest.media.push(Media {
                    name: name.to_owned(),
                    bytes,
                });
            }
            Some(_) | None => harvest.info(0, "", format!("{path} belongs to no question and was left out")),
        }
    }
    let mut lost = Vec::new();
    for (n, question) in (1..).zip(&mut harvest.quiz.questions) {
        if question.media_url.starts_with(FOLDER) && missing.contains(&question.media_url) {
            lost.push((n, std::mem::take(&mut question.media_url)));
        }
    }
    for (line, url) in lost {
        harvest.warn(line, "media", format!("{url} is not in the archive"));
    }
}

pub(crate) fn write(quiz: &v1::Quiz, media: &[Media]) -> Result<Vec<u8>, WriteError> {
    let text = json::write(quiz)?;
    let quiz = [(QUIZ.to_owned(), text.as_slice())];
    let images = media
        .iter()
        .map(|image| (format!("{FOLDER}{}", image.name), image.bytes.as_slice()));
    archive::pack(quiz.into_iter().chain(images))
}
