//! `/rooms/{room}/files`: what members bring to a room, to send messages with.
//!
//! ```text
//!  POST ──may write?──> receive, bounded ──> kind: what it is ──> picture: made anew ──may write still?──> store, within quotas
//!  GET  ──may look into the room at this moment?──> store
//! ```
//!
//! Neighbours: `trivium_api::attachments` says who may; [`upload`](super::upload) has how bytes come in; [`name`] what a file may be
//! called, [`kind`] and [`office`] what it may be, [`picture`] how pictures are made anew; [`problem`](super::problem) says what was
//! wrong.

mod kind;
mod name;
mod office;
mod picture;

use std::{sync::Arc, time::Instant};

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use trivium_api::{
    ApiError, Call,
    attachments::{self, Attachment},
    auth::{TokenError, bearer},
    error::Thing,
    limits::{Operation, Who},
};
use trivium_engine::RoomId;
use trivium_store::{FileInfo, FileQuota, FileRecord, PutFile};
use trivium_transport::Peer;

use super::{
    Web, http,
    problem::Problem,
    upload::{announced, busy, in_its_own_task, receive},
};
use crate::config::Limits;
use kind::Kind;

/// Files that may be on their way in at once; one more is told to try again.
const UPLOADS: usize = 16;
/// Whatever is opened by itself may run, load and submit nothing.
const POLICY: &str = "default-src 'none'; sandbox";
/// For every reading the room is asked anew, and what is kept is for nobody else.
const CACHE: &str = "private, no-cache";

/// What files of rooms may cost.
#[derive(Debug)]
pub struct RoomFiles {
    /// Most bytes of one file.
    pub max_bytes: usize,
    /// Most bytes of all files of a user, and of a room.
    pub quota: FileQuota,
    places: Semaphore,
}

impl RoomFiles {
    /// Nobody is bringing anything.
    pub fn of(limits: &Limits) -> Self {
        Self {
            max_bytes: limits.file_bytes,
            quota: FileQuota {
                per_user: limits.file_bytes_per_user,
                per_room: limits.file_bytes_per_room,
            },
            places: Semaphore::new(UPLOADS),
        }
    }
}

/// Why bytes are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// They are nothing that is taken.
    Type,
    /// They would run somewhere.
    Active,
    /// They are not built as they should be.
    Malformed,
    /// A picture with too many pixels, or none.
    Dimensions,
    /// They unpack to more than is allowed.
    Bomb,
}

/// What the query of an upload says.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    name: String,
}

/// The answer to who has brought a file.
#[derive(Serialize)]
struct Stored {
    id: String,
    url: String,
    name: String,
    content_type: String,
    size_bytes: u64,
    width: u32,
    height: u32,
}

/// A file as it may be kept.
struct Checked {
    name: String,
    kind: Kind,
    bytes: Bytes,
    size: Option<(u32, u32)>,
}

pub(super) async fn upload(
    State(web): State<Arc<Web>>,
    Path(room): Path<String>,
    Query(Named { name }): Query<Named>,
    request: Request,
) -> Response {
    match bring(&web, &room, &name, request).await {
        Ok(stored) => {
            let location = HeaderValue::from_str(&stored.url).expect("identifiers are letters, digits and a few signs");
            let headers = [
                (header::LOCATION, location),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (StatusCode::CREATED, headers, Json(stored)).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

pub(super) async fn get(
    State(web): State<Arc<Web>>,
    Path((room, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    match read(&web, &room, &id, &parts).await {
        Ok(file) => shown(file, &parts.headers),
        Err(problem) => problem.into_response(),
    }
}

async fn bring(web: &Arc<Web>, room: &str, name: &str, request: Request) -> Result<Stored, Problem> {
    let max = web.files.max_bytes;
    let (parts, body) = request.into_parts();
    let call = call(web, &parts).await?;
    let room = room_of(room)?;
    let user = call.principal().map_err(|error| Problem::of(&error))?.user.clone();
    let limited = web
        .api
        .limiter
        .check(Operation::Upload, Who::User(user), Instant::now());
    limited.map_err(|limited| Problem::of(&ApiError::RateLimited(limited)))?;
    may_bring(&call, &room).await?;
    let name = name::clean(name).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "FILE_NAME_INVALID",
            format!(
                "say in ?name= what the file is called: 1 to {} characters that can be seen, and no path",
                name::MAX_NAME
            ),
        )
    })?;
    if announced(&parts.headers).is_some_and(|length| length > max) {
        return Err(too_large(max));
    }
    let _place = web.files.places.try_acquire().map_err(|_| busy())?;
    let bytes = receive(body, max, || too_large(max)).await?;
    let checked = web.api.files.work(move || check(name, bytes)).await;
    let checked = checked.map_err(|error| Problem::of(&error))?.map_err(refused)?;
    if checked.bytes.len() > max {
        return Err(too_large(max));
    }
    // Much may have happened while the bytes came.
    may_bring(&call, &room).await?;
    keep(web, &call, room, checked).await
}

/// What the bytes are, in the form in which they may be kept.
fn check(name: String, bytes: Bytes) -> Result<Checked, Refused> {
    let kind = Kind::of(&bytes)?;
    let (kind, bytes, size) = match kind {
        Kind::Png | Kind::Jpeg | Kind::Gif | Kind::WebP => {
            let picture = picture::anew(kind, &bytes)?;
            (picture.kind, picture.bytes, Some(picture.size))
        }
        Kind::Pdf | Kind::Text | Kind::Office(_) | Kind::Mp3 | Kind::Ogg | Kind::Wav | Kind::Mp4 | Kind::WebM => {
            (kind, bytes, None)
        }
    };
    if bytes.is_empty() {
        return Err(Refused::Malformed);
    }
    Ok(Checked {
        name: name::with_ending(name, kind),
        kind,
        bytes,
        size,
    })
}

async fn keep(web: &Web, call: &Call, room: RoomId, checked: Checked) -> Result<Stored, Problem> {
    let Checked {
        name,
        kind,
        bytes,
        size,
    } = checked;
    let record = FileRecord {
        info: FileInfo {
            id: trivium_api::ids::file_id(&mut rand::rng()),
            room,
            owner: call.principal().map_err(|error| Problem::of(&error))?.user.clone(),
            name,
            content_type: kind.content_type().to_owned(),
            bytes: bytes.len() as u64,
            size,
            created_at: web.api.runtime.clock().now(),
            attached: false,
        },
        body: bytes,
    };
    let info = record.info.clone();
    let (store, quota) = (Arc::clone(web.api.runtime.store()), web.files.quota);
    match in_its_own_task(async move { store.put_file(&record, quota).await }).await? {
        PutFile::Stored => {
            let url = format!("/rooms/{}/files/{}", info.room, info.id);
            let told = Attachment::from(info);
            Ok(Stored {
                id: told.id,
                url,
                name: told.name,
                content_type: told.content_type,
                size_bytes: told.size_bytes,
                width: told.width,
                height: told.height,
            })
        }
        PutFile::Taken => Err(Problem::of(&ApiError::Internal(
            "128 random bits were drawn twice".to_owned(),
        ))),
        PutFile::UserFull { used } => Err(quota_exceeded("your files have", used, quota.per_user)),
        PutFile::RoomFull { used } => Err(quota_exceeded("the files of this room have", used, quota.per_room)),
    }
}

async fn read(web: &Arc<Web>, room: &str, id: &str, parts: &Parts) -> Result<FileRecord, Problem> {
    let call = call(web, parts).await?;
    let file = attachments::read(&call, &room_of(room)?, id).await;
    // Whether there is a room is nobody's business who may not look into it; so both are the same.
    let unknown = ApiError::NotFound(Thing::File);
    file.map_err(|error| {
        Problem::of(if error == ApiError::RoomNotFound {
            &unknown
        } else {
            &error
        })
    })
}

fn shown(file: FileRecord, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", file.info.id);
    let mut response = if http::has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.body).into_response()
    };
    let how = if file.info.size.is_some() {
        "inline"
    } else {
        "attachment"
    };
    let told = [
        (header::CONTENT_TYPE, file.info.content_type),
        (header::CONTENT_DISPOSITION, name::disposition(how, &file.info.name)),
        (header::ETAG, tag),
    ];
    let fixed: [(HeaderName, &'static str); 4] = [
        (header::CACHE_CONTROL, CACHE),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let headers = response.headers_mut();
    for (name, value) in told {
        match HeaderValue::from_str(&value) {
            Ok(value) => headers.insert(name, value),
            Err(_) => return Problem::of(&ApiError::NotFound(Thing::File)).into_response(),
        };
    }
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

/// Who calls. Guests may, with the token of their seat.
async fn call(web: &Arc<Web>, parts: &Parts) -> Result<Call, Problem> {
    let token = |error| Problem::of(&ApiError::Token(error));
    let given = parts.headers.get(header::AUTHORIZATION).ok_or(TokenError::Missing);
    let given = given.and_then(|header| bearer(header.as_bytes())).map_err(token)?;
    let received_at = web.api.runtime.clock().now();
    let principal = web
        .api
        .authenticator
        .authenticate(given, received_at)
        .await
        .map_err(token)?;
    Ok(Call {
        api: Arc::clone(&web.api),
        principal: Some(Arc::new(principal)),
        peer: parts.extensions.get::<Peer>().cloned().unwrap_or(Peer::UNKNOWN),
        web: false,
        received_at,
        round_trip: None,
    })
}

async fn may_bring(call: &Call, room: &RoomId) -> Result<(), Problem> {
    let allowed = attachments::check_bringer(call, room).await;
    allowed.map_err(|error| Problem::of(&error))
}

fn room_of(text: &str) -> Result<RoomId, Problem> {
    text.parse().map_err(|_| Problem::of(&ApiError::RoomNotFound))
}

fn refused(why: Refused) -> Problem {
    let (status, reason, message) = match why {
        Refused::Type => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "FILE_TYPE_UNSUPPORTED",
            "taken are PNG, JPEG, GIF, WebP, PDF, plain text, documents of office programs, MP3, Ogg, WAV, MP4 and WebM",
        ),
        Refused::Active => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "FILE_ACTIVE_CONTENT",
            "pages, drawings and documents that can run programs are not taken",
        ),
        Refused::Malformed => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "FILE_MALFORMED",
            "the file is empty or damaged",
        ),
        Refused::Dimensions => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "IMAGE_DIMENSIONS",
            "the picture has too many pixels, or none",
        ),
        Refused::Bomb => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "FILE_BOMB",
            "the file unpacks to far more than it is",
        ),
    };
    Problem::new(status, reason, message)
}

fn quota_exceeded(whose: &str, used: u64, quota: u64) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "FILE_QUOTA_EXCEEDED",
        format!("{whose} {used} of {quota} bytes already"),
    )
}

fn too_large(max: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "FILE_TOO_LARGE",
        format!("a file has at most {max} bytes"),
    )
}
