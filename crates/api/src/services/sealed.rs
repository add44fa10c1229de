//! Sealed messages: for exactly the devices that there are, and signed by the one that says so.
//!
//! Neighbours: [`key`](super::key) knows the devices, [`statement`](crate::statement) checks signatures; the room keeps the
//! order and sees to it that nobody came or went meanwhile.

use std::{collections::BTreeSet, sync::Arc};

use sha2::{Digest, Sha256};
use trivium_engine::{
    DeviceId, Reject, RequestId, Role, RoomId, RoomKind, Seq, UserId,
    chat::sealed::{MAX_ENVELOPES, MAX_READERS, Sealed},
    keys::{Device, KeysView},
};
use trivium_proto::v1;

use super::{key::keys_of, seq_of};
use crate::{
    call::{Call, is_outside},
    convert::{self, Invalid},
    error::ApiError,
    limits::Operation,
    statement::Statement,
};

pub(crate) async fn send_sealed_message(
    call: Call,
    request: v1::SendSealedMessageRequest,
) -> Result<v1::SendSealedMessageResponse, ApiError> {
    let v1::SendSealedMessageRequest {
        request_id,
        room_id,
        sealed,
        reply_to,
    } = request;
    let room: RoomId = convert::common::id("room_id", room_id.clone())?;
    let sealed = sealed.ok_or_else(|| Invalid::new("sealed", "value is required"))?;
    let sealed = Arc::new(convert::sealed::sealed(&request_id, sealed)?);
    let reply_to = (reply_to > 0).then_some(reply_to);
    let standing = look(&call, &room, &sealed.request).await?;
    if !standing.replayed {
        check(&call, &room, &standing.readers, &sealed, reply_to).await?;
    }
    let addressed = convert::sealed::send(room_id, request_id, Arc::clone(&sealed), reply_to, standing.readers)?;
    match call.execute(Operation::Chat, addressed).await {
        Ok(done) => convert::sealed::sent(&room, &done.entries).ok_or(ApiError::RequestReused),
        Err(ApiError::Reject(Reject::StaleDevices)) => {
            // Somebody came or went while the devices were looked up.
            let standing = look(&call, &room, &sealed.request).await?;
            Err(ApiError::StaleDevices(
                devices(&call, &standing.readers).await?.concat(),
            ))
        }
        Err(error) => Err(error),
    }
}

pub(crate) async fn request_resend(
    call: Call,
    request: v1::RequestResendRequest,
) -> Result<v1::RequestResendResponse, ApiError> {
    let user = call.principal()?.user.clone();
    let (addressed, device) = convert::sealed::ask(request)?;
    // In this order, so that who is not in the room learns nothing else.
    let replayed = look(&call, &addressed.room, &addressed.request).await?.replayed;
    if !replayed {
        let keys = keys_of(&call.api, &user).await?;
        present(&keys, &device).ok_or(Reject::NoSuchDevice)?;
    }
    let seq = seq_of(&call.execute(Operation::Chat, addressed).await?);
    Ok(v1::RequestResendResponse { seq })
}

/// What a room says before it is asked.
struct Standing {
    /// Who is in it.
    readers: BTreeSet<UserId>,
    /// Whether the request was carried out before: then devices may have changed since.
    replayed: bool,
}

/// Looks who is in a room that takes sealed messages, for a member of it.
async fn look(call: &Call, room: &RoomId, request: &RequestId) -> Result<Standing, ApiError> {
    let actor = call.actor(room)?;
    call.limit(Operation::Command)?;
    let outside = is_outside(&actor);
    let (user, request) = (actor.user, request.clone());
    let read = call.api.runtime.query(room, move |room, _| {
        let role = room.member(&user).map(|member| member.role).ok_or(Reject::NotMember)?;
        if role < Role::Member {
            return Err(Reject::NotPermitted);
        }
        let kind = room.settings().map(|settings| settings.kind);
        if kind != Some(RoomKind::Conversation) || room.member_count() > MAX_READERS {
            return Err(Reject::SealedNotAllowed);
        }
        Ok(Standing {
            readers: room.member_ids().cloned().collect(),
            replayed: room.replayed(&user, &request).is_some(),
        })
    });
    read.await?.map_err(|reject| {
        let error = ApiError::from(reject);
        if outside { error.for_outsider() } else { error }
    })
}

/// Refuses what is not for exactly the present devices of all members, or not signed by one of the caller's.
async fn check(
    call: &Call,
    room: &RoomId,
    readers: &BTreeSet<UserId>,
    sealed: &Sealed,
    reply_to: Option<Seq>,
) -> Result<(), ApiError> {
    let user = &call.principal()?.user;
    let present = devices(call, readers).await?;
    let own = readers.iter().zip(&present).find(|(reader, _)| *reader == user);
    let sender = own.and_then(|(_, devices)| devices.iter().find(|device| device.id == sealed.sender));
    let sender = sender.ok_or(Reject::NoSuchDevice)?.clone();
    let alone = readers
        .iter()
        .zip(&present)
        .all(|(reader, devices)| reader == user || devices.is_empty());
    if alone {
        return Err(ApiError::NoDevices);
    }
    let present = present.concat();
    if present.len() > MAX_ENVELOPES {
        return Err(Reject::TooManyDevices.into());
    }
    // Both are in the order of user and device.
    let there = present
        .iter()
        .map(|device| (&device.user, &device.id, device.key_number));
    let meant = sealed.envelopes().iter();
    if !there.eq(meant.map(|envelope| (&envelope.user, &envelope.device, envelope.key_number))) {
        return Err(ApiError::StaleDevices(present));
    }
    let said = said(room, user, sealed, reply_to);
    Ok(said.check(&sender.signing, &sealed.signature)?)
}

/// The present devices of each, in the order of their users.
async fn devices(call: &Call, users: &BTreeSet<UserId>) -> Result<Vec<Vec<Device>>, ApiError> {
    let mut devices = Vec::with_capacity(users.len());
    for user in users {
        devices.push(keys_of(&call.api, user).await?.devices);
    }
    Ok(devices)
}

fn present<'a>(keys: &'a KeysView, id: &DeviceId) -> Option<&'a Device> {
    keys.devices.iter().find(|device| device.id == *id)
}

/// What the sending device signs, byte for byte as `docs/end-to-end.md` has it.
fn said(room: &RoomId, author: &UserId, sealed: &Sealed, reply_to: Option<Seq>) -> Statement {
    let start = Statement::new("trivium-message-v1")
        .text(room.as_str())
        .text(author.as_str())
        .text(sealed.sender.as_str())
        .text(sealed.request.as_str())
        .number(reply_to.unwrap_or_default())
        .count(sealed.envelopes().len());
    sealed.envelopes().iter().fold(start, |statement, envelope| {
        statement
            .text(envelope.user.as_str())
            .text(envelope.device.as_str())
            .number(envelope.key_number)
            .raw(&envelope.encapsulated.0)
            .raw(&Sha256::digest(&envelope.ciphertext.0))
    })
}
