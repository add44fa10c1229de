//! Keys of devices: the log of each user's, written by its owner and read by every account.
//!
//! Neighbours: [`statement`](crate::statement) checks signatures.

use tonic::{Request, Response, Status};
use trivium_engine::{
    Command, KeysCommand, PolicyChange, Reject, RoomCommand, RoomId, RoomKind, UserId, keys::KeysView,
};
use trivium_proto::v1::{self, key_service_server::KeyService};
use trivium_runtime::{Caller, ExecuteError};
use trivium_store::{CreateRoom, RoomRecord};

use super::Services;
use crate::{
    call::{Api, Call},
    convert::{self, Addressed},
    error::ApiError,
    ids,
    limits::Operation,
    statement,
};

/// Entries in a page of a key log.
const PAGE: usize = 200;

pub(crate) async fn register_device(
    call: Call,
    request: v1::RegisterDeviceRequest,
) -> Result<v1::RegisterDeviceResponse, ApiError> {
    let user = call.principal()?.user.clone();
    let addressed = convert::key::register(room_of(&call.api, &user), request)?;
    if let Command::Keys(KeysCommand::Register {
        device,
        agreement,
        signing,
        signature,
        ..
    }) = &addressed.command
    {
        statement::check_device(&user, device, agreement, signing, signature)?;
    }
    let event = match write(&call, addressed.clone()).await {
        Err(ApiError::RoomNotFound | ApiError::Reject(Reject::NoSuchRoom)) => {
            begin(&call, &addressed.room).await?;
            write(&call, addressed).await?
        }
        event => event?,
    };
    Ok(v1::RegisterDeviceResponse { event: Some(event) })
}

pub(crate) async fn rotate_device(
    call: Call,
    request: v1::RotateDeviceRequest,
) -> Result<v1::RotateDeviceResponse, ApiError> {
    let user = call.principal()?.user.clone();
    let addressed = convert::key::rotate(room_of(&call.api, &user), request)?;
    if let Command::Keys(KeysCommand::Rotate {
        device,
        agreement,
        signature,
    }) = &addressed.command
    {
        let id = device.clone();
        let read = call
            .api
            .runtime
            .query(&addressed.room, move |room, _| room.key_device(&id).cloned());
        let known = read.await.map_err(unknown)?.ok_or(Reject::NoSuchDevice)?;
        statement::check_device(&user, device, agreement, &known.signing, signature)?;
    }
    let event = write(&call, addressed).await.map_err(no_log)?;
    Ok(v1::RotateDeviceResponse { event: Some(event) })
}

pub(crate) async fn revoke_device(
    call: Call,
    request: v1::RevokeDeviceRequest,
) -> Result<v1::RevokeDeviceResponse, ApiError> {
    let user = call.principal()?.user.clone();
    let addressed = convert::key::revoke(room_of(&call.api, &user), request)?;
    let event = write(&call, addressed).await.map_err(no_log)?;
    Ok(v1::RevokeDeviceResponse { event: Some(event) })
}

pub(crate) async fn list_devices(
    call: Call,
    request: v1::ListDevicesRequest,
) -> Result<v1::ListDevicesResponse, ApiError> {
    call.principal()?;
    call.limit(Operation::Command)?;
    let mut users = Vec::with_capacity(request.user_ids.len());
    for user_id in request.user_ids {
        let user: UserId = convert::common::id("user_ids", user_id)?;
        let keys = keys_of(&call.api, &user).await?;
        users.push(convert::key::user_devices(user.to_string(), &keys));
    }
    Ok(v1::ListDevicesResponse { users })
}

pub(crate) async fn list_key_events(
    call: Call,
    request: v1::ListKeyEventsRequest,
) -> Result<v1::ListKeyEventsResponse, ApiError> {
    call.principal()?;
    call.limit(Operation::Command)?;
    let user: UserId = convert::common::id("user_id", request.user_id)?;
    let room = room_of(&call.api, &user);
    let after = request.after_seq;
    let places = call
        .api
        .runtime
        .query(&room, move |room, _| room.key_places(after))
        .await;
    let Some((first, last)) = missing_as(places, None)? else {
        return Ok(v1::ListKeyEventsResponse::default());
    };
    // The log of the room has other entries too, such as its beginning.
    let (mut events, mut read) = (Vec::new(), first - 1);
    while read < last && events.len() <= PAGE {
        let entries = call.api.runtime.read_log(&room, read, PAGE).await?;
        let Some(end) = entries.last() else { break };
        read = end.seq;
        events.extend(entries.iter().filter_map(convert::key::logged).map(convert::key::entry));
    }
    let more = events.len() > PAGE;
    events.truncate(PAGE);
    Ok(v1::ListKeyEventsResponse { events, more })
}

/// Where a user's keys stand; nowhere if the user never had any.
pub(super) async fn keys_of(api: &Api, user: &UserId) -> Result<KeysView, ApiError> {
    let keys = api.runtime.query(&room_of(api, user), |room, _| room.keys()).await;
    missing_as(keys, KeysView::default())
}

fn room_of(api: &Api, user: &UserId) -> RoomId {
    ids::keys_room_id(&api.secret, user)
}

/// A log that was never begun is empty.
fn missing_as<T>(read: Result<T, ExecuteError>, empty: T) -> Result<T, ApiError> {
    match read {
        Err(ExecuteError::NoSuchRoom) => Ok(empty),
        read => Ok(read?),
    }
}

fn unknown(error: ExecuteError) -> ApiError {
    no_log(error.into())
}

/// Who has no log has no device.
fn no_log(error: ApiError) -> ApiError {
    if matches!(error, ApiError::RoomNotFound | ApiError::Reject(Reject::NoSuchRoom)) {
        Reject::NoSuchDevice.into()
    } else {
        error
    }
}

async fn write(call: &Call, addressed: Addressed) -> Result<v1::KeyEvent, ApiError> {
    let done = call.execute(Operation::KeyWrite, addressed).await?;
    convert::key::made(&done.entries).ok_or(ApiError::RequestReused)
}

/// Makes the log of a user. Two devices may do so at once, and one of them finds it made.
async fn begin(call: &Call, room: &RoomId) -> Result<(), ApiError> {
    let record = RoomRecord {
        id: room.clone(),
        epoch: call.received_at.0,
        code: None,
        kind: convert::room::kind_name(RoomKind::Keys).to_owned(),
        title: TITLE.to_owned(),
        // In nobody's list: it is not a room that anybody enters.
        created_by: convert::common::id("room_id", room.to_string())?,
        created_at: call.received_at,
        closed_at: None,
    };
    match call.api.runtime.store().create_room(&record).await? {
        CreateRoom::Created | CreateRoom::Exists(_) => {}
        CreateRoom::CodeTaken => return Err(ApiError::Internal("a key log has no code".to_owned())),
    }
    let command = RoomCommand::Create {
        kind: RoomKind::Keys,
        title: TITLE.to_owned(),
        code: None,
        join_policy: None,
        capacity: Some(1),
        teams: Vec::new(),
        nickname: String::new(),
        policy: PolicyChange::default(),
    };
    let caller = Caller {
        actor: call.actor(room)?,
        request: None,
        received_at: call.received_at,
        round_trip: None,
    };
    match call.api.runtime.execute(room, caller, command.into()).await {
        Ok(_) | Err(ExecuteError::Reject(Reject::RoomExists)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Nobody sees it.
const TITLE: &str = "keys";

#[tonic::async_trait]
impl KeyService for Services {
    async fn register_device(
        &self,
        request: Request<v1::RegisterDeviceRequest>,
    ) -> Result<Response<v1::RegisterDeviceResponse>, Status> {
        self.unary(request, register_device).await
    }

    async fn rotate_device(
        &self,
        request: Request<v1::RotateDeviceRequest>,
    ) -> Result<Response<v1::RotateDeviceResponse>, Status> {
        self.unary(request, rotate_device).await
    }

    async fn revoke_device(
        &self,
        request: Request<v1::RevokeDeviceRequest>,
    ) -> Result<Response<v1::RevokeDeviceResponse>, Status> {
        self.unary(request, revoke_device).await
    }

    async fn list_devices(
        &self,
        request: Request<v1::ListDevicesRequest>,
    ) -> Result<Response<v1::ListDevicesResponse>, Status> {
        self.unary(request, list_devices).await
    }

    async fn list_key_events(
        &self,
        request: Request<v1::ListKeyEventsRequest>,
    ) -> Result<Response<v1::ListKeyEventsResponse>, Status> {
        self.unary(request, list_key_events).await
    }
}
