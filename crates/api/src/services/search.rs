//! Searching messages and rooms, and the lists of rooms.
//!
//! What a caller may see is decided in the store, from who is in which room at that moment; what a hit says is read from its
//! room, so that it is the message as it stands.
//!
//! Neighbours: [`chat`](super::chat) and [`room`](super::room) have the services that these calls belong to.

use trivium_engine::{Reject, RoomId, UserId};
use trivium_proto::v1;
use trivium_store::{MessageSearch, Query, RoomCard, RoomSearch, Scope};

use super::{chat::Reader, page_after, page_size};
use crate::{
    call::Call,
    convert::{self, Invalid},
    error::ApiError,
    limits::Operation,
};

const DEFAULT_ROOMS: u32 = 50;
const DEFAULT_HITS: u32 = 20;

pub(crate) async fn list_rooms(call: Call, request: v1::ListRoomsRequest) -> Result<v1::ListRoomsResponse, ApiError> {
    let user = call.principal()?.user.clone();
    call.limit(Operation::Command)?;
    let after: Option<RoomId> = page_after(request.page_token)?;
    let limit = page_size(request.page_size, DEFAULT_ROOMS);
    let store = call.api.runtime.store();
    let rooms = match convert::common::enumerated("scope", request.scope)? {
        v1::RoomScope::Unspecified | v1::RoomScope::Made => {
            store.made_rooms(&user, request.all, after.as_ref(), limit).await?
        }
        v1::RoomScope::Joined => store.joined_rooms(&user, request.all, after.as_ref(), limit).await?,
    };
    Ok(v1::ListRoomsResponse {
        next_page_token: next_room(&rooms, limit),
        rooms: rooms.iter().map(|card| convert::room::card(card, true)).collect(),
    })
}

pub(crate) async fn search_rooms(
    call: Call,
    request: v1::SearchRoomsRequest,
) -> Result<v1::SearchRoomsResponse, ApiError> {
    let user = call.principal()?.user.clone();
    call.limit(Operation::Search)?;
    let limit = page_size(request.page_size, DEFAULT_HITS);
    let query = Query::new(&request.query);
    if query.is_none() && !request.query.trim().is_empty() {
        // Signs only: there is no word that could be found.
        return Ok(v1::SearchRoomsResponse::default());
    }
    let search = RoomSearch {
        query,
        viewer: user.clone(),
        after: page_after(request.page_token)?,
        limit,
    };
    let rooms = call.api.runtime.store().search_rooms(&search).await?;
    let own = |card: &RoomCard| card.joined || card.record.created_by == user;
    Ok(v1::SearchRoomsResponse {
        next_page_token: next_room(&rooms, limit),
        rooms: rooms.iter().map(|card| convert::room::card(card, own(card))).collect(),
    })
}

pub(crate) async fn search_messages(
    call: Call,
    request: v1::SearchMessagesRequest,
) -> Result<v1::SearchMessagesResponse, ApiError> {
    let principal = call.principal()?.clone();
    let room: Option<RoomId> = optional("room_id", request.room_id)?;
    call.limit(Operation::Search)?;
    if let Some(room) = &room {
        call.limit_in(Operation::Search, room)?;
    }
    let Some(query) = Query::new(&request.query) else {
        return Ok(v1::SearchMessagesResponse::default());
    };
    let limit = page_size(request.page_size, DEFAULT_HITS);
    let scope = match room {
        None => Scope::Joined(principal.user.clone()),
        Some(room) if principal.actor(&room).global_host => Scope::WholeRoom(room),
        Some(room) => Scope::JoinedRoom(principal.user.clone(), room),
    };
    let search = MessageSearch {
        query,
        scope,
        author: optional::<UserId>("author_id", request.author_id)?,
        before: before(&request.page_token)?,
        limit,
    };
    let found = call.api.runtime.store().search_messages(&search).await?;
    let full = found.len() == limit as usize;
    let next_page_token = found.last().filter(|_| full).map(|last| last.place.to_string());
    let mut reader: Option<Reader<'_>> = None;
    let mut hits = Vec::new();
    for hit in &found {
        if reader.as_ref().is_none_or(|reader| *reader.room() != hit.room) {
            reader = match Reader::of_hits(&call, &hit.room).await {
                Ok(reader) => Some(reader),
                // Left since it was found.
                Err(ApiError::RoomNotFound | ApiError::Reject(Reject::NotMember)) => None,
                Err(error) => return Err(error),
            };
        }
        let Some(reader) = &reader else { continue };
        let message = match reader.message(hit.seq).await {
            Ok(message) if message.deleted_at.is_none() => message,
            // Gone since it was found.
            Ok(_) | Err(ApiError::Reject(Reject::NoSuchMessage)) => continue,
            Err(error) => return Err(error),
        };
        hits.push(v1::SearchHit {
            message: Some(convert::chat::message(&hit.room, &message)),
            room_id: hit.room.to_string(),
            room_title: hit.title.clone(),
        });
    }
    Ok(v1::SearchMessagesResponse {
        hits,
        next_page_token: next_page_token.unwrap_or_default(),
    })
}

/// For the page after this one; empty at the end.
fn next_room(rooms: &[RoomCard], limit: u32) -> String {
    let full = rooms.len() == limit as usize;
    let last = rooms.last().filter(|_| full);
    last.map(|last| last.record.id.to_string()).unwrap_or_default()
}

fn optional<T>(field: &str, text: String) -> Result<Option<T>, Invalid>
where
    T: TryFrom<String, Error = trivium_engine::InvalidId>,
{
    if text.is_empty() {
        Ok(None)
    } else {
        convert::common::id(field, text).map(Some)
    }
}

/// The place before which a page begins.
fn before(token: &str) -> Result<Option<u64>, Invalid> {
    if token.is_empty() {
        return Ok(None);
    }
    let place = token
        .parse()
        .map_err(|_| Invalid::new("page_token", "not from an answer to this search"));
    place.map(Some)
}
