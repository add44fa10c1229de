//! Receipts: how far members have received and read, and what is left to read.

use futures_util::{StreamExt, TryStreamExt, stream};
use tonic::{Request, Response, Status};
use trivium_engine::{Audience, Reject, RoomId, UserId};
use trivium_proto::v1::{self, receipt_service_server::ReceiptService};
use trivium_runtime::ExecuteError;

use super::{Services, page_after, page_size, seq_of};
use crate::{call::Call, convert, error::ApiError, limits::Operation};

/// Marks in a page where nothing else is asked for.
const DEFAULT_RECEIPTS: u32 = 100;
/// Rooms in a page where nothing else is asked for.
const DEFAULT_ROOMS: u32 = 50;
/// Rooms asked at a time. Each is loaded if it is not in memory.
const ROOMS_AT_ONCE: usize = 8;

/// The marks are durable about a second after the answer, with those of all who acknowledge within it. Whoever was cut off
/// meanwhile repeats them.
pub(crate) async fn acknowledge(
    call: Call,
    request: v1::AcknowledgeRequest,
) -> Result<v1::AcknowledgeResponse, ApiError> {
    let (room, observation) = convert::receipt::acknowledge(request, call.principal()?.user.clone())?;
    let read = |room: &trivium_engine::Room, actor: &trivium_engine::Actor| {
        room.may_acknowledge(actor)?;
        room.reading(&actor.user).ok_or(Reject::NotMember)
    };
    let (mark, unread) = call.tell(Operation::Receipt, &room, observation, read).await?;
    Ok(v1::AcknowledgeResponse {
        receipt: Some(convert::receipt::receipt(&mark)),
        unread: Some(convert::receipt::unread(unread)),
    })
}

pub(crate) async fn set_receipt_privacy(
    call: Call,
    request: v1::SetReceiptPrivacyRequest,
) -> Result<v1::SetReceiptPrivacyResponse, ApiError> {
    let command = convert::receipt::set_privacy(request)?;
    let seq = seq_of(&call.execute(Operation::Command, command).await?);
    Ok(v1::SetReceiptPrivacyResponse { seq })
}

pub(crate) async fn list_receipts(
    call: Call,
    request: v1::ListReceiptsRequest,
) -> Result<v1::ListReceiptsResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let after: Option<UserId> = page_after(request.page_token)?;
    let limit = page_size(request.page_size, DEFAULT_RECEIPTS) as usize;
    let me = call.principal()?.user.clone();
    let marks = call
        .look(&room, move |room, who: &Audience, _| {
            room.receipts(who, Some(&me), after.as_ref(), limit)
        })
        .await?;
    let next_page_token = marks
        .last()
        .filter(|_| marks.len() == limit)
        .map(|last| last.user.to_string())
        .unwrap_or_default();
    Ok(v1::ListReceiptsResponse {
        receipts: marks.iter().map(convert::receipt::receipt).collect(),
        next_page_token,
    })
}

pub(crate) async fn get_message_receipts(
    call: Call,
    request: v1::GetMessageReceiptsRequest,
) -> Result<v1::GetMessageReceiptsResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let message = request.message_seq;
    let actor = call.actor(&room)?;
    let look = call.look(&room, move |room, _, _| room.message_receipts(&actor, message));
    let found = look.await??;
    Ok(convert::receipt::of_message(&found))
}

pub(crate) async fn list_unread(
    call: Call,
    request: v1::ListUnreadRequest,
) -> Result<v1::ListUnreadResponse, ApiError> {
    let user = call.principal()?.user.clone();
    call.limit(Operation::Command)?;
    let after: Option<RoomId> = page_after(request.page_token)?;
    let limit = page_size(request.page_size, DEFAULT_ROOMS);
    let store = call.api.runtime.store();
    let listed = store.joined_rooms(&user, false, after.as_ref(), limit).await?;
    let next_page_token = listed
        .last()
        .filter(|_| listed.len() == limit as usize)
        .map(|last| last.record.id.to_string())
        .unwrap_or_default();
    let call = &call;
    let rooms = stream::iter(listed)
        .map(|card| async move { row(call, &card.record.id).await })
        .buffered(ROOMS_AT_ONCE)
        .try_filter_map(async |row| Ok(row))
        .try_collect()
        .await?;
    Ok(v1::ListUnreadResponse { rooms, next_page_token })
}

/// What goes on in one of the caller's rooms; none if the caller has lost its seat since they were listed.
async fn row(call: &Call, room: &RoomId) -> Result<Option<v1::RoomActivity>, ApiError> {
    let actor = call.actor(room)?;
    let glance = call.api.runtime.query(room, move |room, _| room.glance(&actor)).await;
    match glance {
        Ok(glance) => Ok(glance.map(|glance| convert::receipt::glance(room, &glance))),
        Err(ExecuteError::NoSuchRoom) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[tonic::async_trait]
impl ReceiptService for Services {
    async fn acknowledge(
        &self,
        request: Request<v1::AcknowledgeRequest>,
    ) -> Result<Response<v1::AcknowledgeResponse>, Status> {
        self.unary(request, acknowledge).await
    }

    async fn set_receipt_privacy(
        &self,
        request: Request<v1::SetReceiptPrivacyRequest>,
    ) -> Result<Response<v1::SetReceiptPrivacyResponse>, Status> {
        self.unary(request, set_receipt_privacy).await
    }

    async fn list_receipts(
        &self,
        request: Request<v1::ListReceiptsRequest>,
    ) -> Result<Response<v1::ListReceiptsResponse>, Status> {
        self.unary(request, list_receipts).await
    }

    async fn get_message_receipts(
        &self,
        request: Request<v1::GetMessageReceiptsRequest>,
    ) -> Result<Response<v1::GetMessageReceiptsResponse>, Status> {
        self.unary(request, get_message_receipts).await
    }

    async fn list_unread(
        &self,
        request: Request<v1::ListUnreadRequest>,
    ) -> Result<Response<v1::ListUnreadResponse>, Status> {
        self.unary(request, list_unread).await
    }
}
