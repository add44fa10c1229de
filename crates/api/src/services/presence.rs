//! Presence: how the caller appears, who is there, who wants to speak, and what everybody did.

use tonic::{Request, Response, Status};
use trivium_engine::{Audience, Reject, Role, Room, RoomId, Timestamp, UserId, activity::Deeds};
use trivium_proto::v1::{self, presence_service_server::PresenceService};

use super::{Services, page_after, page_size, seq_of};
use crate::{call::Call, convert, error::ApiError, limits::Operation};

const DEFAULT_PAGE: u32 = 100;

pub(crate) async fn set_presence(
    call: Call,
    request: v1::SetPresenceRequest,
) -> Result<v1::SetPresenceResponse, ApiError> {
    let invisible = request.invisible;
    let user = call.principal()?.user.clone();
    let (room, observation) = convert::presence::appearance(request, user.clone())?;
    if invisible {
        // Who runs a room is seen to be there.
        let is_host = move |room: &Room, _: Timestamp| room.member(&user).is_some_and(|member| member.role.is_host());
        if call.api.runtime.query(&room, is_host).await? {
            return Err(Reject::NotPermitted.into());
        }
    }
    call.observe(&room, Role::Observer, observation).await?;
    Ok(v1::SetPresenceResponse {})
}

pub(crate) async fn list_presence(
    call: Call,
    request: v1::ListPresenceRequest,
) -> Result<v1::ListPresenceResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let after: Option<UserId> = page_after(request.page_token)?;
    let limit = page_size(request.page_size, DEFAULT_PAGE) as usize;
    let me = call.principal()?.user.clone();
    let (presences, (online_count, away_count)) = call
        .look(&room, move |room, who: &Audience, _| {
            let presences = room.presences(who, Some(&me), after.as_ref(), limit);
            (presences, room.presence_counts(who))
        })
        .await?;
    let full = presences.len() == limit;
    let next_page_token = presences
        .last()
        .filter(|_| full)
        .map(|last| last.user.to_string())
        .unwrap_or_default();
    Ok(v1::ListPresenceResponse {
        presences: presences.iter().map(convert::presence::presence).collect(),
        next_page_token,
        online_count,
        away_count,
    })
}

pub(crate) async fn raise_hand(call: Call, request: v1::RaiseHandRequest) -> Result<v1::RaiseHandResponse, ApiError> {
    let command = convert::activity::raise_hand(request)?;
    let seq = seq_of(&call.execute(Operation::Command, command).await?);
    Ok(v1::RaiseHandResponse { seq })
}

pub(crate) async fn list_activity(
    call: Call,
    request: v1::ListActivityRequest,
) -> Result<v1::ListActivityResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let after: Option<UserId> = page_after(request.page_token)?;
    let limit = page_size(request.page_size, DEFAULT_PAGE) as usize;
    let members: Vec<v1::MemberActivity> = call
        .look(&room, move |room, who: &Audience, now| {
            let people = room.activity(who, after.as_ref(), limit, now)?;
            let row =
                |(user, deeds, present): &(UserId, Deeds, bool)| convert::activity::deeds(user, deeds, *present, now);
            Ok::<_, Reject>(people.iter().map(row).collect())
        })
        .await??;
    let next_page_token = members
        .last()
        .filter(|_| members.len() == limit)
        .map(|last| last.user_id.clone())
        .unwrap_or_default();
    Ok(v1::ListActivityResponse {
        members,
        next_page_token,
    })
}

#[tonic::async_trait]
impl PresenceService for Services {
    async fn set_presence(
        &self,
        request: Request<v1::SetPresenceRequest>,
    ) -> Result<Response<v1::SetPresenceResponse>, Status> {
        self.unary(request, set_presence).await
    }

    async fn list_presence(
        &self,
        request: Request<v1::ListPresenceRequest>,
    ) -> Result<Response<v1::ListPresenceResponse>, Status> {
        self.unary(request, list_presence).await
    }

    async fn raise_hand(
        &self,
        request: Request<v1::RaiseHandRequest>,
    ) -> Result<Response<v1::RaiseHandResponse>, Status> {
        self.unary(request, raise_hand).await
    }

    async fn list_activity(
        &self,
        request: Request<v1::ListActivityRequest>,
    ) -> Result<Response<v1::ListActivityResponse>, Status> {
        self.unary(request, list_activity).await
    }
}
