//! Rooms: making them, coming in, and running them.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use tonic::{Request, Response, Status};
use trivium_engine::{Entry, JoinPolicy, Reject, Role, RoomId, RoomKind, Seq, UserId};
use trivium_proto::v1::{self, room_service_server::RoomService};
use trivium_runtime::Caller;
use trivium_store::{CreateRoom, RoomRecord};

use super::{
    Services,
    conversation::open_conversation,
    invitation::{create_invitation, revoke_invitation},
    page_after, page_size,
    search::{list_rooms, search_rooms},
    seq_of,
};
use crate::{
    auth::{Principal, Roles, TokenError},
    call::Call,
    convert::{self, reply, room::Shown},
    error::ApiError,
    ids, join_code,
    limits::Operation,
};

const DEFAULT_MEMBERS: u32 = 100;
const DEFAULT_EVENTS: u32 = 100;
/// Codes drawn before giving up; with 31^8 of them one is nearly always enough.
pub(super) const CODE_ATTEMPTS: usize = 8;

pub(crate) async fn create_room(
    call: Call,
    request: v1::CreateRoomRequest,
) -> Result<v1::CreateRoomResponse, ApiError> {
    let principal = call.principal()?.clone();
    call.limit(Operation::QuizWrite)?;
    let room = ids::room_id_for(
        &call.api.secret,
        &principal.user,
        &convert::common::id("request_id", request.request_id.clone())?,
    );
    let kind = convert::room::kind("kind", request.kind)?;
    let title = request.title.clone();
    let policy = convert::room::join_policy(request.join_policy)?.unwrap_or(kind.default_join_policy());
    let needs_code = policy == JoinPolicy::Code;
    let record = reserve(&call, &room, kind, &title, &principal.user, needs_code).await?;
    let (request, command) = convert::room::create(request, record.code.clone())?;
    let actor = principal.actor(&room);
    let caller = Caller {
        actor,
        request: Some(request),
        received_at: call.received_at,
        round_trip: call.round_trip,
    };
    let done = call.api.runtime.execute(&room, caller, command).await?;
    reply::create_room(&room, record.epoch, &done.entries).ok_or(ApiError::RequestReused)
}

/// Puts the room into the catalogue with a code of its own, unless an earlier try of the same request did.
async fn reserve(
    call: &Call,
    room: &RoomId,
    kind: RoomKind,
    title: &str,
    by: &UserId,
    needs_code: bool,
) -> Result<RoomRecord, ApiError> {
    for _ in 0..CODE_ATTEMPTS {
        let record = RoomRecord {
            id: room.clone(),
            epoch: call.received_at.0,
            code: needs_code.then(|| join_code::generate(&mut rand::rng(), call.api.code_length)),
            kind: convert::room::kind_name(kind).to_owned(),
            title: title.to_owned(),
            created_by: by.clone(),
            created_at: call.received_at,
            closed_at: None,
        };
        match call.api.runtime.store().create_room(&record).await? {
            CreateRoom::Created => return Ok(record),
            CreateRoom::Exists(record) => return Ok(record),
            CreateRoom::CodeTaken => {}
        }
    }
    Err(ApiError::Internal("no free join code was found".to_owned()))
}

pub(crate) async fn get_room(call: Call, request: v1::GetRoomRequest) -> Result<v1::GetRoomResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let actor = call.actor(&room)?;
    let view = call.look(&room, move |room, who, _| {
        room.view_for(&actor).map(|view| convert::room::snapshot(&view, who))
    });
    let snapshot = view.await?.ok_or(ApiError::RoomNotFound)?;
    Ok(v1::GetRoomResponse {
        snapshot: Some(snapshot),
    })
}

pub(crate) async fn join_room(call: Call, request: v1::JoinRoomRequest) -> Result<v1::JoinRoomResponse, ApiError> {
    join(call, request).await.map(|joined| joined.response)
}

/// Somebody has come into a room.
pub(crate) struct Joined {
    pub(crate) response: v1::JoinRoomResponse,
    /// The guest that a caller who was nobody has become.
    pub(crate) guest: Option<Principal>,
}

pub(crate) async fn join(call: Call, request: v1::JoinRoomRequest) -> Result<Joined, ApiError> {
    call.limit(Operation::Join)?;
    let (room, shown) = find(&call, &request).await?;
    call.limit_in(Operation::Join, &room)?;
    let principal = match &call.principal {
        Some(principal) => principal.as_ref().clone(),
        None if shown != Shown::Nothing => guest(&call, &room, &request)?,
        None => return Err(ApiError::Token(TokenError::Missing)),
    };
    if !principal.may_address(&room) {
        return Err(ApiError::RoomNotFound);
    }
    let invited = matches!(shown, Shown::Invitation(_));
    let (request, command) = convert::room::join(request, shown)?;
    let user = principal.user.clone();
    let actor = principal.actor(&room);
    let caller = Caller {
        actor,
        request: Some(request),
        received_at: call.received_at,
        round_trip: call.round_trip,
    };
    let done = match call.api.runtime.execute(&room, caller, command).await {
        Ok(done) => done,
        Err(error) => {
            let error = ApiError::from(error);
            if invited && error == ApiError::Reject(Reject::WrongCode) {
                call.limit(Operation::CodeMiss)?;
            }
            return Err(error.for_outsider());
        }
    };
    let came_in = reply::joined(&done.entries).filter(|_| !done.replayed);
    let member = if let Some(member) = came_in {
        Some(member.clone())
    } else {
        // Who repeats a join made nothing happen, and is answered from the seat that is there.
        let runtime = &call.api.runtime;
        runtime.query(&room, move |room, _| room.member(&user).cloned()).await?
    };
    let member = member.ok_or(ApiError::RoomNotFound)?;
    if call.principal.is_some() {
        return Ok(Joined {
            response: reply::join_room(&room, &member, None),
            guest: None,
        });
    }
    let guest = Principal {
        grants: [(room.clone(), member.role.min(Role::Member))].into(),
        ..principal
    };
    let rng = &mut rand::rng();
    let (token, ends_at, guest) = call.api.authenticator.seat(guest, call.received_at, rng);
    Ok(Joined {
        response: reply::join_room(&room, &member, Some((token, ends_at))),
        guest: Some(guest),
    })
}

/// A caller without an account. Who repeats a request is the same guest. What the guest is granted is to be seen: an
/// invitation may have made an observer of it, and what runs a room is the seat and never the token.
fn guest(call: &Call, room: &RoomId, request: &v1::JoinRoomRequest) -> Result<Principal, ApiError> {
    let request_id = convert::common::id("request_id", request.request_id.clone())?;
    Ok(Principal {
        user: ids::guest_user_id(&call.api.secret, room, &request_id),
        name: request.nickname.clone(),
        guest: true,
        roles: Roles::default(),
        grants: [(room.clone(), Role::Member)].into(),
        expires_at: call.received_at,
        token_id: None,
    })
}

/// The room that the caller wants into, and what the caller has shown of it.
async fn find(call: &Call, request: &v1::JoinRoomRequest) -> Result<(RoomId, Shown), ApiError> {
    if request.join_code.is_empty() {
        if request.room_id.is_empty() {
            return Err(convert::Invalid::new("join_code", "join_code or room_id is needed").into());
        }
        return Ok((convert::common::id("room_id", request.room_id.clone())?, Shown::Nothing));
    }
    if let Some(code) = join_code::normalize(&request.join_code)
        && let Some(door) = call.api.runtime.room_by_code(&code).await?
    {
        let shown = if door.own_code {
            Shown::JoinCode
        } else {
            Shown::Invitation(code)
        };
        return Ok((door.room, shown));
    }
    call.limit(Operation::CodeMiss)?;
    Err(ApiError::RoomNotFound)
}

pub(crate) async fn list_members(
    call: Call,
    request: v1::ListMembersRequest,
) -> Result<v1::ListMembersResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let after: Option<UserId> = page_after(request.page_token)?;
    let limit = page_size(request.page_size, DEFAULT_MEMBERS) as usize;
    let members = call
        .look(&room, move |room, who, _| room.members(who, after.as_ref(), limit))
        .await?;
    let full = members.len() == limit;
    let next_page_token = members
        .last()
        .filter(|_| full)
        .map(|last| last.user.to_string())
        .unwrap_or_default();
    Ok(v1::ListMembersResponse {
        members: members.iter().map(convert::room::member).collect(),
        next_page_token,
    })
}

pub(crate) async fn list_events(
    call: Call,
    request: v1::ListEventsRequest,
) -> Result<v1::ListEventsResponse, ApiError> {
    let (room, _, after) = convert::common::cursor("after", request.after.unwrap_or_default())?;
    let limit = page_size(request.page_size, DEFAULT_EVENTS) as usize;
    call.look(&room, |_, _, _| ()).await?;
    let entries: Arc<[Entry]> = call.api.runtime.read_log(&room, after, limit).await?.into();
    // Asked after the log was read, so that what a message lost meanwhile, or the caller its seat, counts.
    let (actor, logged) = (call.actor(&room)?, Arc::clone(&entries));
    let look = call.api.runtime.query(&room, move |room, _| {
        let who = room.audience(&actor)?;
        let shown = |entry| match room.gone().shown(entry) {
            Cow::Borrowed(_) => None,
            Cow::Owned(changed) => Some((changed.seq, changed)),
        };
        let changed: BTreeMap<Seq, Entry> = logged.iter().filter_map(shown).collect();
        Some((who, room.epoch(), room.seq(), room.history_floor(&actor), changed))
    });
    let (who, epoch, head, floor, changed) = look.await?.ok_or(ApiError::RoomNotFound)?;
    let through = entries.last().map_or(after.min(head), |last| last.seq);
    let events = entries
        .iter()
        .filter(|entry| entry.event.tells_of(entry.seq).is_none_or(|message| message > floor))
        .map(|entry| changed.get(&entry.seq).unwrap_or(entry))
        .filter_map(|entry| convert::event::seen(&room, epoch, entry, &who))
        .collect();
    Ok(v1::ListEventsResponse {
        events,
        through: Some(convert::common::cursor_out(&room, epoch, through)),
        at_head: through >= head,
    })
}

pub(crate) async fn leave_room(call: Call, request: v1::LeaveRoomRequest) -> Result<v1::LeaveRoomResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Command, convert::room::leave(request)?).await?);
    Ok(v1::LeaveRoomResponse { seq })
}

pub(crate) async fn update_room(
    call: Call,
    request: v1::UpdateRoomRequest,
) -> Result<v1::UpdateRoomResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Command, convert::room::update(request)?)
            .await?,
    );
    Ok(v1::UpdateRoomResponse { seq })
}

pub(crate) async fn close_room(call: Call, request: v1::CloseRoomRequest) -> Result<v1::CloseRoomResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Command, convert::room::close(request)?).await?);
    Ok(v1::CloseRoomResponse { seq })
}

pub(crate) async fn update_member(
    call: Call,
    request: v1::UpdateMemberRequest,
) -> Result<v1::UpdateMemberResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Command, convert::room::update_member(request)?)
            .await?,
    );
    Ok(v1::UpdateMemberResponse { seq })
}

pub(crate) async fn remove_member(
    call: Call,
    request: v1::RemoveMemberRequest,
) -> Result<v1::RemoveMemberResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Command, convert::room::remove(request)?)
            .await?,
    );
    Ok(v1::RemoveMemberResponse { seq })
}

pub(crate) async fn ban_user(call: Call, request: v1::BanUserRequest) -> Result<v1::BanUserResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Command, convert::room::ban(request)?).await?);
    Ok(v1::BanUserResponse { seq })
}

pub(crate) async fn unban_user(call: Call, request: v1::UnbanUserRequest) -> Result<v1::UnbanUserResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Command, convert::room::unban(request)?).await?);
    Ok(v1::UnbanUserResponse { seq })
}

pub(crate) async fn take_host(call: Call, request: v1::TakeHostRequest) -> Result<v1::TakeHostResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Command, convert::room::take_host(request)?)
            .await?,
    );
    Ok(v1::TakeHostResponse { seq })
}

#[tonic::async_trait]
impl RoomService for Services {
    async fn create_room(
        &self,
        request: Request<v1::CreateRoomRequest>,
    ) -> Result<Response<v1::CreateRoomResponse>, Status> {
        self.unary(request, create_room).await
    }

    async fn get_room(&self, request: Request<v1::GetRoomRequest>) -> Result<Response<v1::GetRoomResponse>, Status> {
        self.unary(request, get_room).await
    }

    async fn list_rooms(
        &self,
        request: Request<v1::ListRoomsRequest>,
    ) -> Result<Response<v1::ListRoomsResponse>, Status> {
        self.unary(request, list_rooms).await
    }

    async fn search_rooms(
        &self,
        request: Request<v1::SearchRoomsRequest>,
    ) -> Result<Response<v1::SearchRoomsResponse>, Status> {
        self.unary(request, search_rooms).await
    }

    async fn open_conversation(
        &self,
        request: Request<v1::OpenConversationRequest>,
    ) -> Result<Response<v1::OpenConversationResponse>, Status> {
        self.unary(request, open_conversation).await
    }

    async fn join_room(&self, request: Request<v1::JoinRoomRequest>) -> Result<Response<v1::JoinRoomResponse>, Status> {
        self.unary(request, join_room).await
    }

    async fn list_members(
        &self,
        request: Request<v1::ListMembersRequest>,
    ) -> Result<Response<v1::ListMembersResponse>, Status> {
        self.unary(request, list_members).await
    }

    async fn list_events(
        &self,
        request: Request<v1::ListEventsRequest>,
    ) -> Result<Response<v1::ListEventsResponse>, Status> {
        self.unary(request, list_events).await
    }

    async fn leave_room(
        &self,
        request: Request<v1::LeaveRoomRequest>,
    ) -> Result<Response<v1::LeaveRoomResponse>, Status> {
        self.unary(request, leave_room).await
    }

    async fn update_room(
        &self,
        request: Request<v1::UpdateRoomRequest>,
    ) -> Result<Response<v1::UpdateRoomResponse>, Status> {
        self.unary(request, update_room).await
    }

    async fn close_room(
        &self,
        request: Request<v1::CloseRoomRequest>,
    ) -> Result<Response<v1::CloseRoomResponse>, Status> {
        self.unary(request, close_room).await
    }

    async fn update_member(
        &self,
        request: Request<v1::UpdateMemberRequest>,
    ) -> Result<Response<v1::UpdateMemberResponse>, Status> {
        self.unary(request, update_member).await
    }

    async fn remove_member(
        &self,
        request: Request<v1::RemoveMemberRequest>,
    ) -> Result<Response<v1::RemoveMemberResponse>, Status> {
        self.unary(request, remove_member).await
    }

    async fn ban_user(&self, request: Request<v1::BanUserRequest>) -> Result<Response<v1::BanUserResponse>, Status> {
        self.unary(request, ban_user).await
    }

    async fn unban_user(
        &self,
        request: Request<v1::UnbanUserRequest>,
    ) -> Result<Response<v1::UnbanUserResponse>, Status> {
        self.unary(request, unban_user).await
    }

    async fn create_invitation(
        &self,
        request: Request<v1::CreateInvitationRequest>,
    ) -> Result<Response<v1::CreateInvitationResponse>, Status> {
        self.unary(request, create_invitation).await
    }

    async fn revoke_invitation(
        &self,
        request: Request<v1::RevokeInvitationRequest>,
    ) -> Result<Response<v1::RevokeInvitationResponse>, Status> {
        self.unary(request, revoke_invitation).await
    }

    async fn take_host(&self, request: Request<v1::TakeHostRequest>) -> Result<Response<v1::TakeHostResponse>, Status> {
        self.unary(request, take_host).await
    }
}
