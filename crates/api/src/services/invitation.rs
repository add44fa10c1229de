//! Invitations: making them, and taking them back. Coming in by one is [`join_room`](super::room::join_room).
//!
//! Neighbours: [`room`](super::room) has the service that these calls belong to.

use rand::{SeedableRng, rngs::StdRng};
use trivium_engine::{Audience, Reject, RequestId, RoomId, UserId};
use trivium_proto::v1;
use trivium_store::{InvitationRecord, PutInvitation};

use super::{room::CODE_ATTEMPTS, seq_of};
use crate::{
    call::Call,
    convert::{self, invitation::Wish, reply},
    error::ApiError,
    ids, join_code,
    limits::Operation,
};

pub(crate) async fn create_invitation(
    call: Call,
    request: v1::CreateInvitationRequest,
) -> Result<v1::CreateInvitationResponse, ApiError> {
    let user = call.principal()?.user.clone();
    let wish = convert::invitation::create(request)?;
    // Nobody else is to fill the catalogue. The room says to them what it says to all who may not.
    let actor = call.actor(&wish.room)?;
    let room = wish.room.clone();
    let sees_all = move |room: &trivium_engine::Room, _| room.audience(&actor) == Some(Audience::Hosts);
    let code = if call.api.runtime.query(&room, sees_all).await? {
        reserve(&call, &user, &wish).await?
    } else {
        code(&call, &room, &user, &wish.request, 0)
    };
    let done = call.execute(Operation::QuizWrite, wish.with(code.clone())).await;
    if let Err(ApiError::Reject(Reject::LimitReached(_))) = done {
        call.api.runtime.store().delete_invitation(&code).await?;
    }
    reply::create_invitation(&done?.entries).ok_or(ApiError::RequestReused)
}

pub(crate) async fn revoke_invitation(
    call: Call,
    request: v1::RevokeInvitationRequest,
) -> Result<v1::RevokeInvitationResponse, ApiError> {
    let done = call
        .execute(Operation::Command, convert::invitation::revoke(request)?)
        .await?;
    let seq = if done.entries.is_empty() { 0 } else { seq_of(&done) };
    Ok(v1::RevokeInvitationResponse { seq })
}

/// Puts a code into the catalogue before the room knows it, so that there is no invitation that cannot be found. One
/// that the room then does not want finds the room, is refused there, and is forgotten when it ends.
async fn reserve(call: &Call, user: &UserId, wish: &Wish) -> Result<String, ApiError> {
    for attempt in 0..CODE_ATTEMPTS {
        let record = InvitationRecord {
            code: code(call, &wish.room, user, &wish.request, attempt),
            room: wish.room.clone(),
            // The room may stamp the invitation a little later than it came in.
            expires_at: call.received_at + wish.lasts + SLACK,
        };
        let put = call.api.runtime.store().put_invitation(&record, call.received_at);
        match put.await? {
            // Where there is no room, the room's refusal says so.
            PutInvitation::Stored | PutInvitation::NoRoom => return Ok(record.code),
            PutInvitation::Taken => {}
        }
    }
    Err(ApiError::Internal("no free code was found".to_owned()))
}

/// How much longer than an invitation its code is kept.
const SLACK: trivium_engine::Millis = trivium_engine::Millis::secs(60);

/// A code that a retry of the request gets again and nobody can foretell.
fn code(call: &Call, room: &RoomId, user: &UserId, request: &RequestId, attempt: usize) -> String {
    let seed = ids::invitation_seed(&call.api.secret, room, user, request, attempt);
    join_code::generate(&mut StdRng::from_seed(seed), call.api.code_length)
}
