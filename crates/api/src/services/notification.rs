//! Notifications and announcements.
//!
//! Neighbours: `trivium-runtime` has the inboxes and makes them when they are needed; what follows from messages by itself, its
//! courier delivers.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tonic::{Request, Response, Status};
use trivium_engine::{
    Actor, Audience, InboxCommand, Reject, RequestId, Room, RoomId, UserId,
    inbox::{Kind, Notification},
};
use trivium_proto::v1::{self, notification_service_server::NotificationService};
use trivium_runtime::{Caller, Done, ExecuteError, Runtime};

use super::{Services, seq_of};
use crate::{
    call::Call,
    convert::{self, Invalid},
    error::ApiError,
    ids::GUEST_PREFIX,
    limits::Operation,
};

const DEFAULT_PAGE: u32 = 50;
/// Most members of a room who are notified at once.
const MAX_MEMBERS: usize = 2_000;
/// Inboxes that are written to at a time; they share commits.
const AT_ONCE: usize = 32;

pub(crate) async fn notify(call: Call, request: v1::NotifyRequest) -> Result<v1::NotifyResponse, ApiError> {
    call.limit(Operation::Notify)?;
    let request_id: RequestId = convert::common::id("request_id", request.request_id.clone())?;
    let principal = call.principal()?.clone();
    let is_global = principal.roles.service || principal.roles.admin;
    let kind = if is_global { Kind::Service } else { Kind::Host };
    let mut notification = convert::notification::notify(&request, kind, &principal.name)?;
    let users = match (request.user_ids.is_empty(), request.room_id.is_empty()) {
        (false, true) if is_global => convert::notification::users(request.user_ids)?,
        (false, true) => return Err(ApiError::PermissionDenied),
        (true, false) => {
            let room: RoomId = convert::common::id("room_id", request.room_id)?;
            let (name, members) = members_of(&call, &room).await?;
            notification.room = Some(room);
            if let Some(name) = name {
                notification.actor_name = name;
            }
            members
        }
        (true, true) | (false, false) => {
            return Err(Invalid::new("user_ids", "exactly one of user_ids and room_id is needed").into());
        }
    };
    let sending = users
        .into_iter()
        .map(|user| tell(&call, user, &request_id, &notification));
    let delivered: Vec<bool> = stream::iter(sending).buffer_unordered(AT_ONCE).try_collect().await?;
    let count = |wanted: bool| convert::common::count_out(delivered.iter().filter(|was| **was == wanted).count());
    Ok(v1::NotifyResponse {
        delivered_count: count(true),
        declined_count: count(false),
    })
}

/// The name of the caller in the room, and the others who are in it, if the caller runs it.
async fn members_of(call: &Call, room: &RoomId) -> Result<(Option<String>, BTreeSet<UserId>), ApiError> {
    let user = call.principal()?.user.clone();
    let seen = call.look(room, move |room: &Room, who, _| match who {
        Audience::Hosts => {
            let name = room.member(&user).map(|member| member.nickname.clone());
            let members = room.accounts().filter(|member| **member != user);
            Some((name, members.take(MAX_MEMBERS + 1).cloned().collect::<BTreeSet<_>>()))
        }
        Audience::Member(_) | Audience::Observers => None,
    });
    let (name, members) = seen.await?.ok_or(Reject::NotPermitted)?;
    if members.len() > MAX_MEMBERS {
        return Err(Reject::LimitReached("members at a time").into());
    }
    Ok((name, members))
}

/// Whether the user has it; a user who declines the kind, or who has no inbox, has not.
async fn tell(call: &Call, user: UserId, request: &RequestId, notification: &Notification) -> Result<bool, ApiError> {
    if user.as_str().starts_with(GUEST_PREFIX) {
        return Ok(false);
    }
    let sender = call.principal()?;
    let caller = Caller {
        actor: Actor {
            user: sender.user.clone(),
            name: sender.name.clone(),
            guest: sender.guest,
            // Whether the sender may was decided above; an inbox takes what the server brings.
            global_host: true,
            grant: None,
        },
        request: Some(request.clone()),
        received_at: call.received_at,
        round_trip: None,
    };
    let command = InboxCommand::Notify {
        notification: notification.clone(),
    };
    let done = call.api.runtime.tell(&user, caller, command).await?;
    Ok(!done.entries.is_empty())
}

pub(crate) async fn list_notifications(
    call: Call,
    request: v1::ListNotificationsRequest,
) -> Result<v1::ListNotificationsResponse, ApiError> {
    call.limit(Operation::Command)?;
    let before = (request.before_seq > 0).then_some(request.before_seq);
    let limit = super::page_size(request.page_size, DEFAULT_PAGE) as usize;
    let unread_only = request.unread_only;
    let (room, page) = read(&call, move |room| room.notifications(before, limit, unread_only)).await?;
    Ok(v1::ListNotificationsResponse {
        notifications: convert::notification::items(&page),
        more: page.more,
        unread_count: page.unread,
        inbox_room_id: room.to_string(),
    })
}

pub(crate) async fn mark_notifications_read(
    call: Call,
    request: v1::MarkNotificationsReadRequest,
) -> Result<v1::MarkNotificationsReadResponse, ApiError> {
    let request_id = convert::common::id("request_id", request.request_id.clone())?;
    let done = write(&call, request_id, convert::notification::mark_read(request)).await?;
    Ok(v1::MarkNotificationsReadResponse { seq: seq_of(&done) })
}

pub(crate) async fn get_notification_preferences(
    call: Call,
    _request: v1::GetNotificationPreferencesRequest,
) -> Result<v1::GetNotificationPreferencesResponse, ApiError> {
    call.limit(Operation::Command)?;
    let (_, preferences) = read(&call, |room| room.preferences().clone()).await?;
    Ok(v1::GetNotificationPreferencesResponse {
        preferences: Some(convert::notification::preferences_out(&preferences)),
    })
}

pub(crate) async fn update_notification_preferences(
    call: Call,
    request: v1::UpdateNotificationPreferencesRequest,
) -> Result<v1::UpdateNotificationPreferencesResponse, ApiError> {
    let request_id = convert::common::id("request_id", request.request_id)?;
    let command = convert::notification::set_preferences(&request.preferences.unwrap_or_default())?;
    let done = write(&call, request_id, command).await?;
    Ok(v1::UpdateNotificationPreferencesResponse { seq: seq_of(&done) })
}

pub(crate) async fn make_announcement(
    call: Call,
    request: v1::MakeAnnouncementRequest,
) -> Result<v1::MakeAnnouncementResponse, ApiError> {
    let request_id = convert::common::id("request_id", request.request_id.clone())?;
    let done = announce(&call, request_id, convert::notification::announce(request)?).await?;
    let announcement = convert::notification::announced(&done.entries).ok_or(ApiError::RequestReused)?;
    Ok(v1::MakeAnnouncementResponse {
        announcement: Some(announcement),
    })
}

pub(crate) async fn retract_announcement(
    call: Call,
    request: v1::RetractAnnouncementRequest,
) -> Result<v1::RetractAnnouncementResponse, ApiError> {
    let request_id = convert::common::id("request_id", request.request_id.clone())?;
    let done = announce(&call, request_id, convert::notification::retract(&request)).await?;
    Ok(v1::RetractAnnouncementResponse { seq: seq_of(&done) })
}

pub(crate) async fn list_announcements(
    call: Call,
    _request: v1::ListAnnouncementsRequest,
) -> Result<v1::ListAnnouncementsResponse, ApiError> {
    call.limit(Operation::Command)?;
    let room = Runtime::system_room();
    let runtime = &call.api.runtime;
    let announcements = match runtime.query(&room, |room, _| room.announcements()).await {
        // So that it can be heard before there is anything to hear.
        Err(ExecuteError::NoSuchRoom) => {
            runtime.open_system_room().await?;
            Vec::new()
        }
        announcements => announcements?,
    };
    Ok(v1::ListAnnouncementsResponse {
        announcements: convert::notification::announcements(&announcements),
        room_id: room.to_string(),
    })
}

/// Reads the caller's inbox.
async fn read<T: Send + 'static>(
    call: &Call,
    read: impl FnOnce(&Room) -> T + Clone + Send + 'static,
) -> Result<(RoomId, T), ApiError> {
    let user = &call.principal()?.user;
    let runtime = &call.api.runtime;
    let inbox = runtime
        .inbox(user)
        .ok_or_else(|| ApiError::Internal("there are no inboxes".to_owned()))?;
    let again = read.clone();
    let value = match runtime
        .query(&inbox, move |room, _| is_made(room).then(|| read(room)))
        .await
    {
        Ok(Some(value)) => value,
        Ok(None) | Err(ExecuteError::NoSuchRoom) => {
            runtime.open_inbox(user).await?;
            runtime.query(&inbox, move |room, _| again(room)).await?
        }
        Err(error) => return Err(error.into()),
    };
    Ok((inbox, value))
}

/// Whether whoever began to make a room has come to its end.
fn is_made(room: &Room) -> bool {
    room.settings().is_some()
}

/// Carries a command of the owner out in the caller's inbox.
async fn write(call: &Call, request: RequestId, command: InboxCommand) -> Result<Done, ApiError> {
    call.limit(Operation::Command)?;
    let principal = call.principal()?;
    let caller = Caller {
        actor: Actor {
            user: principal.user.clone(),
            name: principal.name.clone(),
            guest: principal.guest,
            global_host: false,
            grant: None,
        },
        request: Some(request),
        received_at: call.received_at,
        round_trip: None,
    };
    Ok(call.api.runtime.tell(&principal.user, caller, command).await?)
}

/// Carries a command out among the announcements.
async fn announce(call: &Call, request: RequestId, command: InboxCommand) -> Result<Done, ApiError> {
    call.limit(Operation::Command)?;
    let caller = Caller {
        actor: call.actor(&Runtime::system_room())?,
        request: Some(request),
        received_at: call.received_at,
        round_trip: None,
    };
    Ok(call.api.runtime.tell_everybody(caller, command).await?)
}

#[tonic::async_trait]
impl NotificationService for Services {
    async fn notify(&self, request: Request<v1::NotifyRequest>) -> Result<Response<v1::NotifyResponse>, Status> {
        self.unary(request, notify).await
    }

    async fn list_notifications(
        &self,
        request: Request<v1::ListNotificationsRequest>,
    ) -> Result<Response<v1::ListNotificationsResponse>, Status> {
        self.unary(request, list_notifications).await
    }

    async fn mark_notifications_read(
        &self,
        request: Request<v1::MarkNotificationsReadRequest>,
    ) -> Result<Response<v1::MarkNotificationsReadResponse>, Status> {
        self.unary(request, mark_notifications_read).await
    }

    async fn get_notification_preferences(
        &self,
        request: Request<v1::GetNotificationPreferencesRequest>,
    ) -> Result<Response<v1::GetNotificationPreferencesResponse>, Status> {
        self.unary(request, get_notification_preferences).await
    }

    async fn update_notification_preferences(
        &self,
        request: Request<v1::UpdateNotificationPreferencesRequest>,
    ) -> Result<Response<v1::UpdateNotificationPreferencesResponse>, Status> {
        self.unary(request, update_notification_preferences).await
    }

    async fn make_announcement(
        &self,
        request: Request<v1::MakeAnnouncementRequest>,
    ) -> Result<Response<v1::MakeAnnouncementResponse>, Status> {
        self.unary(request, make_announcement).await
    }

    async fn retract_announcement(
        &self,
        request: Request<v1::RetractAnnouncementRequest>,
    ) -> Result<Response<v1::RetractAnnouncementResponse>, Status> {
        self.unary(request, retract_announcement).await
    }

    async fn list_announcements(
        &self,
        request: Request<v1::ListAnnouncementsRequest>,
    ) -> Result<Response<v1::ListAnnouncementsResponse>, Status> {
        self.unary(request, list_announcements).await
    }
}
