//! Conversations: opening the one that these users have, or making it.
//!
//! Its name is a keyed hash of who is in it, so nobody needs to look for it, and two who open it at once open the same.
//! When somebody has left, the next one of the same users has another name.
//!
//! Neighbours: [`room`](super::room) has the service; [`chat`](super::chat) opens one for a message to users.

use std::collections::BTreeSet;

use trivium_engine::{Reject, RequestId, RoomCommand, RoomId, RoomKind, UserId, settings::MAX_PEOPLE};
use trivium_proto::v1;
use trivium_runtime::{Caller, ExecuteError};
use trivium_store::{CreateRoom, RoomRecord};

use crate::{
    call::Call,
    convert::{self, Invalid},
    error::ApiError,
    ids,
    limits::Operation,
};

/// How often all of the same users may have been in a conversation that one of them left.
const GENERATIONS: usize = 32;
/// The request of one who opens a conversation on the way to a message. A room is made once, so one name is enough.
const ON_THE_WAY: &str = "trivium.open-conversation";

pub(crate) async fn open_conversation(
    call: Call,
    request: v1::OpenConversationRequest,
) -> Result<v1::OpenConversationResponse, ApiError> {
    let people = people(&call, request.user_ids, "user_ids")?;
    let wish = Wish {
        people,
        title: request.title,
        end_to_end: request.end_to_end,
        request: Some(convert::common::id("request_id", request.request_id)?),
    };
    call.limit(Operation::Command)?;
    let (room, created) = open(&call, &wish).await?;
    let shown = room.clone();
    let settings = call.api.runtime.query(&room, move |room, _| {
        let settings = room.settings()?;
        Some(v1::Room {
            member_count: room.member_count(),
            ..convert::room::settings(&shown, room.epoch(), settings)
        })
    });
    Ok(v1::OpenConversationResponse {
        room: settings.await?,
        created,
    })
}

/// The conversation of the caller with these users, which is made if there is none.
pub(crate) async fn conversation_with(call: &Call, users: Vec<String>) -> Result<RoomId, ApiError> {
    if call.principal()?.guest {
        return Err(ApiError::AccountNeeded);
    }
    let wish = Wish {
        people: people(call, users, "to_user_ids")?,
        title: String::new(),
        end_to_end: false,
        request: None,
    };
    call.limit(Operation::Command)?;
    Ok(open(call, &wish).await?.0)
}

struct Wish {
    /// The others and the caller.
    people: BTreeSet<UserId>,
    title: String,
    end_to_end: bool,
    /// By which a retry is recognised; none on the way to a message, which is not asked for twice.
    request: Option<RequestId>,
}

/// What there is of a conversation.
enum Standing {
    Missing,
    /// An earlier try of this very call has made it.
    Made,
    /// All of them are in it.
    Whole,
    /// It is over, or somebody has left.
    Broken,
}

fn people(call: &Call, users: Vec<String>, field: &'static str) -> Result<BTreeSet<UserId>, ApiError> {
    let users = users.into_iter().map(|user| convert::common::id::<UserId>(field, user));
    let mut people = users.collect::<Result<BTreeSet<_>, _>>()?;
    if people.iter().any(|user| user.as_str().starts_with(ids::GUEST_PREFIX)) {
        return Err(Invalid::new(field, "guests are in one room only").into());
    }
    people.insert(call.principal()?.user.clone());
    if !(2..=MAX_PEOPLE).contains(&people.len()) {
        return Err(Invalid::new(field, "somebody beside the caller is needed").into());
    }
    Ok(people)
}

/// The room, and whether this call or an earlier try of it has made it.
async fn open(call: &Call, wish: &Wish) -> Result<(RoomId, bool), ApiError> {
    for generation in 0..GENERATIONS {
        let room = ids::conversation_id_for(&call.api.secret, &wish.people, wish.end_to_end, generation);
        let mut standing = look(call, &room, wish).await?;
        if let Standing::Missing = standing {
            call.limit(Operation::Conversation)?;
            if make(call, &room, wish).await? {
                return Ok((room, true));
            }
            // Somebody else was faster.
            standing = look(call, &room, wish).await?;
        }
        match standing {
            Standing::Made => return Ok((room, true)),
            Standing::Whole => return Ok((room, false)),
            Standing::Broken | Standing::Missing => {}
        }
    }
    Err(Reject::LimitReached("conversations of the same users").into())
}

/// What there is of the conversation that would be called so.
async fn look(call: &Call, room: &RoomId, wish: &Wish) -> Result<Standing, ApiError> {
    let user = call.principal()?.user.clone();
    let (people, request) = (wish.people.clone(), wish.request.clone());
    let look = call.api.runtime.query(room, move |room, _| {
        let Some(settings) = room.settings() else {
            return Standing::Missing;
        };
        if request.is_some_and(|request| room.replayed(&user, &request).is_some()) {
            Standing::Made
        } else if settings.closed_at.is_none() && people.iter().all(|user| room.member(user).is_some()) {
            Standing::Whole
        } else {
            Standing::Broken
        }
    });
    match look.await {
        Err(ExecuteError::NoSuchRoom) => Ok(Standing::Missing),
        standing => Ok(standing?),
    }
}

/// Makes the room. False if it is there.
async fn make(call: &Call, room: &RoomId, wish: &Wish) -> Result<bool, ApiError> {
    let principal = call.principal()?;
    let store = call.api.runtime.store();
    let record = RoomRecord {
        id: room.clone(),
        epoch: call.received_at.0,
        code: None,
        kind: convert::room::kind_name(RoomKind::Conversation).to_owned(),
        title: wish.title.clone(),
        created_by: principal.user.clone(),
        created_at: call.received_at,
        closed_at: None,
    };
    match store.create_room(&record).await? {
        CreateRoom::Created | CreateRoom::Exists(_) => {}
        CreateRoom::CodeTaken => return Err(ApiError::Internal("a conversation has no code".to_owned())),
    }
    let others: Vec<UserId> = wish
        .people
        .iter()
        .filter(|user| **user != principal.user)
        .cloned()
        .collect();
    let known = store.nicknames(&principal.user, &others).await?;
    let name = |user: &UserId| {
        known
            .iter()
            .find(|(known, _)| known == user)
            .map(|(_, name)| name.clone())
    };
    let people = others.iter().map(|user| (user.clone(), name(user).unwrap_or_default()));
    let command = RoomCommand::Open {
        title: wish.title.clone(),
        people: people.collect(),
        end_to_end: wish.end_to_end,
    };
    let request = match &wish.request {
        Some(request) => request.clone(),
        None => convert::common::id("request_id", ON_THE_WAY.to_owned())?,
    };
    let caller = Caller {
        actor: principal.actor(room),
        request: Some(request),
        received_at: call.received_at,
        round_trip: call.round_trip,
    };
    match call.api.runtime.execute(room, caller, command.into()).await {
        Ok(_) => Ok(true),
        Err(ExecuteError::Reject(Reject::RoomExists | Reject::RoomClosed)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
