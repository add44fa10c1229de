//! Images of bundles into the store, and out of it.
//!
//! In a bundle a question names its image `media/<name>`, on the wire `/media/<hash>`. Images are stored before the quiz that
//! refers to them, so that no quiz is ever without; an import that then fails leaves images that count against the quota.

use std::collections::BTreeMap;

use bytes::Bytes;
use trivium_formats::Media;
use trivium_proto::v1::{self, FileIssue, FileIssueSeverity};
use trivium_store::{MediaId, MediaRecord, PutMedia};

use crate::{auth::Principal, call::Call, convert::common::count_out, error::ApiError, files::Picture};

/// Where stored images are.
const STORED: &str = "/media/";
/// Where those of a bundle are.
const BUNDLED: &str = "media/";
/// Largest bundle that can be read again, as far as its images go.
const MAX_BUNDLE_BYTES: usize = trivium_formats::limits::MAX_FILE_BYTES;

/// Stores the images of a bundle, and has the quiz refer to them. Those that cannot be kept are told and left out.
pub(super) async fn take(
    call: &Call,
    owner: &Principal,
    quiz: &mut v1::Quiz,
    media: Vec<Media>,
    dry_run: bool,
    issues: &mut Vec<FileIssue>,
) -> Result<(), ApiError> {
    let mut kept: BTreeMap<String, Result<String, String>> = BTreeMap::new();
    for Media { name, bytes } in media {
        let stored = match clean(call, bytes).await? {
            Ok(picture) if dry_run => Ok(address(&MediaId::of(&picture.bytes))),
            Ok(picture) => store(call, owner, picture).await?,
            Err(why) => Err(why),
        };
        kept.insert(format!("{BUNDLED}{name}"), stored);
    }
    for (n, question) in quiz.questions.iter_mut().enumerate() {
        match kept.get(&question.media_url) {
            Some(Ok(url)) => question.media_url.clone_from(url),
            Some(Err(why)) => {
                warn(issues, n, &format!("{} was left out: {why}", question.media_url));
                question.media_url.clear();
            }
            None => {}
        }
    }
    Ok(())
}

/// Reads the images that a quiz refers to, and has it refer to them as a bundle does. Those of other places stay where
/// they are.
pub(super) async fn give(
    call: &Call,
    quiz: &mut v1::Quiz,
    issues: &mut Vec<FileIssue>,
) -> Result<Vec<Media>, ApiError> {
    let mut media: Vec<Media> = Vec::new();
    let mut bytes = 0_usize;
    for (n, question) in quiz.questions.iter_mut().enumerate() {
        let Some(id) = question
            .media_url
            .strip_prefix(STORED)
            .and_then(|id| id.parse::<MediaId>().ok())
        else {
            continue;
        };
        let Some(record) = call.api.runtime.store().media(&id).await? else {
            warn(issues, n, &format!("{} is not stored here", question.media_url));
            continue;
        };
        let name = format!("{id}.{}", extension(&record.content_type));
        if !media.iter().any(|earlier| earlier.name == name) {
            bytes = bytes.saturating_add(record.body.len());
            if bytes > MAX_BUNDLE_BYTES {
                warn(
                    issues,
                    n,
                    "the bundle would be too large to be read again; the image is not in it",
                );
                bytes -= record.body.len();
                continue;
            }
            media.push(Media {
                name: name.clone(),
                bytes: record.body.to_vec(),
            });
        }
        question.media_url = format!("{BUNDLED}{name}");
    }
    Ok(media)
}

async fn clean(call: &Call, bytes: Vec<u8>) -> Result<Result<Picture, String>, ApiError> {
    let Some(pictures) = call.api.files.pictures else {
        return Ok(Err("this server keeps no images".to_owned()));
    };
    if bytes.len() > pictures.max_bytes {
        return Ok(Err(format!("an image has at most {} bytes", pictures.max_bytes)));
    }
    call.api.files.work(move || (pictures.clean)(&bytes)).await
}

/// The address of the stored image, or why it is not stored.
async fn store(call: &Call, owner: &Principal, picture: Picture) -> Result<Result<String, String>, ApiError> {
    let Picture { content_type, bytes }: Picture = picture;
    let quota = call.api.files.pictures.map_or(0, |pictures| pictures.quota);
    let record = MediaRecord {
        id: MediaId::of(&bytes),
        content_type: content_type.to_owned(),
        owner: owner.user.clone(),
        created_at: call.received_at,
        body: Bytes::clone(&bytes),
    };
    Ok(match call.api.runtime.store().put_media(&record, quota).await? {
        PutMedia::Stored => Ok(address(&record.id)),
        PutMedia::QuotaExceeded { used } => Err(format!("your images have {used} of {quota} bytes already")),
    })
}

fn address(id: &MediaId) -> String {
    format!("{STORED}{id}")
}

fn extension(content_type: &str) -> &'static str {
    match content_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => "bin",
    }
}

/// Reports are bounded where they are made; at most one more a question does not unbound them.
fn warn(issues: &mut Vec<FileIssue>, question: usize, message: &str) {
    if issues.len() < trivium_formats::limits::MAX_ISSUES {
        issues.push(FileIssue {
            line: count_out(question + 1),
            column: "media".to_owned(),
            severity: FileIssueSeverity::Warning.into(),
            message: message.chars().take(300).collect(),
            fixed_value: String::new(),
        });
    }
}
