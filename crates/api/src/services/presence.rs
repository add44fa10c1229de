//! Presence: how the caller appears, and who is there.

use tonic::{Request, Response, Status};
use trivium_engine::{Role, RoomId, UserId};
use trivium_proto::v1::{self, presence_service_server::PresenceService};

use super::{Services, page_after, page_size};
use crate::{call::Call, convert, error::ApiError};

const DEFAULT_PAGE: u32 = 100;

pub(crate) async fn set_presence(
    call: Call,
    request: v1::SetPresenceRequest,
) -> Result<v1::SetPresenceResponse, ApiError> {
    let (room, observation) = convert::presence::appearance(request, call.principal()?.user.clone())?;
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
    let (presences, (online_count, away_count)) = call
        .look(&room, move |room, _, _| {
            (room.presences(after.as_ref(), limit), room.presence_counts())
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
}
