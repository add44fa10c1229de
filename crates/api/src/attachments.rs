//! Files of rooms: who may bring one, who may read one, and how messages come by those that are attached to them.
//!
//! Neighbours: the server takes and gives the bytes over plain HTTP and asks here first; `ChatService` attaches what was brought;
//! `trivium-store` keeps files by room and name.

use std::sync::Arc;

use trivium_engine::{Audience, Reject, RoomId};
use trivium_store::{FileId, FileInfo, FileRecord};

use crate::{
    call::{Call, is_outside},
    error::{ApiError, Thing},
};

/// Most files of one message.
pub const MAX_ATTACHMENTS: usize = 10;

/// What a message tells of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name in the room, by which `GET /rooms/{room}/files/{id}` gives it out.
    pub id: String,
    /// Its name for people, at most 200 characters; no path.
    pub name: String,
    /// What the server found it to be, such as `image/png`.
    pub content_type: String,
    /// Bytes.
    pub size_bytes: u64,
    /// Width in pixels, of a picture; else 0.
    pub width: u32,
    /// Height in pixels, of a picture; else 0.
    pub height: u32,
}

impl From<FileInfo> for Attachment {
    fn from(info: FileInfo) -> Self {
        let (width, height) = info.size.unwrap_or_default();
        Self {
            id: info.id.to_string(),
            name: info.name,
            content_type: info.content_type,
            size_bytes: info.bytes,
            width,
            height,
        }
    }
}

/// Takes files into a message: all of them are the caller's, brought to this room. From then on whoever may read the room may read
/// them, and they are kept as long as the room is. Asking again, as a retry does, changes nothing.
///
/// # Errors
///
/// `FILE_NOT_FOUND` if one of them is not there, somebody else's or in another room; then none is attached. `INVALID_ARGUMENT` if
/// they are more than [`MAX_ATTACHMENTS`].
pub async fn attach(call: &Call, room: &RoomId, ids: &[String]) -> Result<Vec<Attachment>, ApiError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    if ids.len() > MAX_ATTACHMENTS {
        return Err(ApiError::Protocol("a message has at most 10 files"));
    }
    let unknown = ApiError::NotFound(Thing::File);
    let names: Result<Vec<FileId>, _> = ids.iter().map(|id| id.parse()).collect();
    let names = names.map_err(|_| unknown.clone())?;
    let (store, owner, room) = (
        Arc::clone(call.api.runtime.store()),
        call.principal()?.user.clone(),
        room.clone(),
    );
    // In a task of its own: a caller that gives up must not cancel a query half way.
    let attached = tokio::spawn(async move { store.attach_files(&room, &owner, &names).await });
    let attached = attached
        .await
        .map_err(|error| ApiError::Internal(error.to_string()))??;
    let attached = attached.ok_or(unknown)?;
    Ok(attached.into_iter().map(Attachment::from).collect())
}

/// Whether the caller may bring a file to the room now: who may write there may.
///
/// # Errors
///
/// What the room would say to a message; `ROOM_NOT_FOUND` where the caller may not know that there is such a room.
pub async fn check_bringer(call: &Call, room: &RoomId) -> Result<(), ApiError> {
    let actor = call.actor(room)?;
    let outside = is_outside(&actor);
    let allowed = call
        .api
        .runtime
        .query(room, move |room, now| room.may_write(&actor, now))
        .await?;
    allowed.map_err(|reject| {
        if outside && reject == Reject::NotMember {
            ApiError::RoomNotFound
        } else {
            reject.into()
        }
    })
}

/// The file of that name, if the caller may look into its room at this moment. What is in no message yet is for who brought it, and
/// for hosts.
///
/// # Errors
///
/// `FILE_NOT_FOUND`, and `ROOM_NOT_FOUND` for rooms that the caller may not look into, as for rooms that are not there.
pub async fn read(call: &Call, room: &RoomId, id: &str) -> Result<FileRecord, ApiError> {
    let is_host = call.look(room, |_, who, _| *who == Audience::Hosts).await?;
    let unknown = ApiError::NotFound(Thing::File);
    let id: FileId = id.parse().map_err(|_| unknown.clone())?;
    let (store, room) = (Arc::clone(call.api.runtime.store()), room.clone());
    let found = tokio::spawn(async move { store.file(&room, &id).await });
    let found = found.await.map_err(|error| ApiError::Internal(error.to_string()))??;
    let found = found.ok_or(unknown.clone())?;
    if found.info.attached || is_host || call.user().is_some_and(|user| user == found.info.owner) {
        Ok(found)
    } else {
        Err(unknown)
    }
}
