//! `/media`: pictures for quizzes. Accounts bring them, everybody who knows their name gets them.
//!
//! Neighbours: [`image`] says which bytes are a picture, `trivium-store` keeps them by the hash of their content,
//! [`upload`](super::upload) has how bytes come in, and [`problem`](super::problem) says what was wrong.

mod image;

use std::{sync::Arc, time::Instant};

use axum::{
    Json,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use tokio::sync::Semaphore;
use trivium_api::{
    Api, ApiError,
    auth::{Principal, TokenError, bearer},
    files::{Picture, Pictures},
    limits::{Operation, Who},
};
use trivium_store::{MediaId, MediaRecord, PutMedia};

use super::{
    Web,
    http::{self, IMMUTABLE},
    problem::Problem,
    upload::{announced, busy, in_its_own_task, receive},
};
use image::{Image, Refused};

/// Pictures that may be on their way in at once; one more is told to try again.
const UPLOADS: usize = 16;
/// Whatever is opened by itself may run, load and submit nothing.
const POLICY: &str = "default-src 'none'; sandbox";

/// What pictures may cost.
#[derive(Debug)]
pub struct Uploads {
    /// Most bytes of one picture.
    pub max_bytes: usize,
    /// Most bytes of all pictures of one user.
    pub quota: u64,
    places: Semaphore,
}

impl Uploads {
    /// Nobody is bringing anything.
    pub fn new(max_bytes: usize, quota: u64) -> Self {
        Self {
            max_bytes,
            quota,
            places: Semaphore::new(UPLOADS),
        }
    }
}

/// The same way in for pictures that come with a file.
pub fn pictures(max_bytes: usize, quota: u64) -> Pictures {
    Pictures {
        clean: |bytes| match image::clean(bytes) {
            Ok(image) => Ok(Picture {
                content_type: image.content_type,
                bytes: image.bytes,
            }),
            Err(why) => Err(refusal(why)),
        },
        max_bytes,
        quota,
    }
}

/// The answer to who has brought a picture.
#[derive(Serialize)]
struct Stored {
    id: String,
    url: String,
    content_type: &'static str,
    width: usize,
    height: usize,
}

pub(super) async fn upload(State(web): State<Arc<Web>>, request: Request) -> Response {
    match bring(&web, request).await {
        Ok(stored) => {
            let location = HeaderValue::from_str(&stored.url).expect("hexadecimal digits after a path");
            let headers = [
                (header::LOCATION, location),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (StatusCode::CREATED, headers, Json(stored)).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

pub(super) async fn get(State(web): State<Arc<Web>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Ok(id) = name.parse::<MediaId>() else {
        return unknown().into_response();
    };
    let tag = format!("\"{id}\"");
    // The name is the content, so who has it has the right one.
    let found = if http::has(&headers, &tag) {
        None
    } else {
        let store = Arc::clone(web.api.runtime.store());
        match in_its_own_task(async move { store.media(&id).await }).await {
            Ok(Some(media)) => Some(media),
            Ok(None) => return unknown().into_response(),
            Err(problem) => return problem.into_response(),
        }
    };
    let mut response = match found {
        Some(media) => match HeaderValue::from_str(&media.content_type) {
            Ok(kind) => ([(header::CONTENT_TYPE, kind)], Body::from(media.body)).into_response(),
            Err(_) => return unknown().into_response(),
        },
        None => StatusCode::NOT_MODIFIED.into_response(),
    };
    let fixed: [(HeaderName, &'static str); 4] = [
        (header::CACHE_CONTROL, IMMUTABLE),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "inline"),
    ];
    let headers = response.headers_mut();
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers.extend(HeaderValue::from_str(&tag).map(|tag| (header::ETAG, tag)));
    response
}

async fn bring(web: &Arc<Web>, request: Request) -> Result<Stored, Problem> {
    let owner = account(&web.api, request.headers()).await?;
    let limited = web
        .api
        .limiter
        .check(Operation::QuizWrite, Who::User(owner.user.clone()), Instant::now());
    limited.map_err(|limited| Problem::of(&ApiError::RateLimited(limited)))?;
    check_length(request.headers(), web.uploads.max_bytes)?;
    let _place = web.uploads.places.try_acquire().map_err(|_| busy())?;
    let max = web.uploads.max_bytes;
    let bytes = receive(request.into_body(), max, || too_large(max)).await?;
    let cleaned = tokio::task::spawn_blocking(move || {
        let image = image::clean(&bytes)?;
        Ok((MediaId::of(&image.bytes), image))
    });
    let cleaned: Result<(MediaId, Image), Refused> = cleaned.await.map_err(|_| failed())?;
    let (id, image) = cleaned.map_err(refused)?;
    keep(web, owner, id, image).await
}

/// The account that calls: media is brought by those who write quizzes.
async fn account(api: &Api, headers: &HeaderMap) -> Result<Principal, Problem> {
    let token = |error| Problem::of(&ApiError::Token(error));
    let given = headers.get(header::AUTHORIZATION).ok_or(TokenError::Missing);
    let given = given.and_then(|header| bearer(header.as_bytes())).map_err(token)?;
    let now = api.runtime.clock().now();
    let principal = api.authenticator.authenticate(given, now).await.map_err(token)?;
    if principal.guest {
        return Err(Problem::of(&ApiError::AccountNeeded));
    }
    Ok(principal)
}

/// Refuses before a byte is read.
fn check_length(headers: &HeaderMap, max: usize) -> Result<(), Problem> {
    match announced(headers) {
        None => Err(Problem::new(
            StatusCode::LENGTH_REQUIRED,
            "LENGTH_REQUIRED",
            "say how long the picture is, in Content-Length",
        )),
        Some(length) if length > max => Err(too_large(max)),
        Some(_) => Ok(()),
    }
}

async fn keep(web: &Web, owner: Principal, id: MediaId, image: Image) -> Result<Stored, Problem> {
    let record = MediaRecord {
        id: id.clone(),
        content_type: image.content_type.to_owned(),
        owner: owner.user,
        created_at: web.api.runtime.clock().now(),
        body: image.bytes,
    };
    let (store, quota) = (Arc::clone(web.api.runtime.store()), web.uploads.quota);
    match in_its_own_task(async move { store.put_media(&record, quota).await }).await? {
        PutMedia::Stored => Ok(Stored {
            url: format!("/media/{id}"),
            id: id.to_string(),
            content_type: image.content_type,
            width: image.width,
            height: image.height,
        }),
        PutMedia::QuotaExceeded { used } => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "MEDIA_QUOTA_EXCEEDED",
            format!("your pictures have {used} of {quota} bytes already"),
        )),
    }
}

fn refused(why: Refused) -> Problem {
    let (status, reason) = match why {
        Refused::Format => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "IMAGE_TYPE_UNSUPPORTED"),
        Refused::Malformed => (StatusCode::UNPROCESSABLE_ENTITY, "IMAGE_MALFORMED"),
        Refused::Dimensions => (StatusCode::UNPROCESSABLE_ENTITY, "IMAGE_DIMENSIONS"),
    };
    Problem::new(status, reason, refusal(why))
}

/// Why a picture is not taken, for people.
fn refusal(why: Refused) -> String {
    match why {
        Refused::Format => "pictures are PNG, JPEG, GIF or WebP".to_owned(),
        Refused::Malformed => "the picture is damaged".to_owned(),
        Refused::Dimensions => format!("a picture has at most {0} by {0} pixels", image::MAX_SIDE),
    }
}

fn too_large(max: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "IMAGE_TOO_LARGE",
        format!("a picture has at most {max} bytes"),
    )
}

fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "MEDIA_NOT_FOUND", "there is no such picture")
}

fn failed() -> Problem {
    Problem::of(&ApiError::Internal("a task of media ended".to_owned()))
}
