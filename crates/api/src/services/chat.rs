//! Chat: messages, reactions, pins, broadcasts, typing.
//!
//! Neighbours: [`history`] reads messages, also those that are in the log only; [`edits`] what they said before; [`shared`]
//! looks up what a message carries.

mod edits;
mod history;
mod shared;

use tonic::{Request, Response, Status};
use trivium_engine::{Role, RoomId};
use trivium_proto::v1::{self, chat_service_server::ChatService};

use super::{
    Services,
    conversation::conversation_with,
    sealed::{request_resend, send_sealed_message},
    search::search_messages,
    seq_of,
};
use crate::{
    call::Call,
    convert::{self, Invalid, reply},
    error::ApiError,
    limits::Operation,
};
pub(crate) use edits::list_message_edits;
pub(crate) use history::{Reader, get_message, list_messages};

pub(crate) async fn send_message(
    call: Call,
    request: v1::SendMessageRequest,
) -> Result<v1::SendMessageResponse, ApiError> {
    let room_id = match (request.room_id.is_empty(), request.to_user_ids.is_empty()) {
        (false, true) => request.room_id.clone(),
        (true, false) => conversation_with(&call, request.to_user_ids.clone()).await?.to_string(),
        (_, _) => return Err(Invalid::new("room_id", "either room_id or to_user_ids is needed").into()),
    };
    let request_id = request.request_id.clone();
    let room: RoomId = convert::common::id("room_id", room_id.clone())?;
    let draft = shared::looked_up(&call, &room, convert::chat::said(request)?).await?;
    let command = convert::chat::send(room_id, request_id, draft)?;
    let done = call.execute(Operation::Chat, command).await?;
    reply::send_message(&room, &done.entries).ok_or(ApiError::RequestReused)
}

pub(crate) async fn edit_message(
    call: Call,
    request: v1::EditMessageRequest,
) -> Result<v1::EditMessageResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Chat, convert::chat::edit(request)?).await?);
    Ok(v1::EditMessageResponse { seq })
}

pub(crate) async fn delete_message(
    call: Call,
    request: v1::DeleteMessageRequest,
) -> Result<v1::DeleteMessageResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Chat, convert::chat::delete(request)?).await?);
    Ok(v1::DeleteMessageResponse { seq })
}

pub(crate) async fn set_reaction(
    call: Call,
    request: v1::SetReactionRequest,
) -> Result<v1::SetReactionResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Chat, convert::chat::react(request)?).await?);
    Ok(v1::SetReactionResponse { seq })
}

pub(crate) async fn set_pin(call: Call, request: v1::SetPinRequest) -> Result<v1::SetPinResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Chat, convert::chat::pin(request)?).await?);
    Ok(v1::SetPinResponse { seq })
}

pub(crate) async fn list_pins(call: Call, request: v1::ListPinsRequest) -> Result<v1::ListPinsResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let actor = call.actor(&room)?;
    let pins = call.look(&room, move |room, _, _| {
        let floor = room.history_floor(&actor);
        let mut pins = room.pins();
        pins.retain(|message| message.seq > floor);
        pins
    });
    let pins = pins.await?;
    Ok(v1::ListPinsResponse {
        messages: convert::chat::messages(&room, &pins),
    })
}

pub(crate) async fn broadcast(call: Call, request: v1::BroadcastRequest) -> Result<v1::BroadcastResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Chat, convert::chat::broadcast(request)?)
            .await?,
    );
    Ok(v1::BroadcastResponse { seq })
}

pub(crate) async fn set_typing(call: Call, request: v1::SetTypingRequest) -> Result<v1::SetTypingResponse, ApiError> {
    let (room, observation) = convert::presence::typing(request, call.principal()?.user.clone())?;
    call.observe(&room, Role::Member, observation).await?;
    Ok(v1::SetTypingResponse {})
}

#[tonic::async_trait]
impl ChatService for Services {
    async fn send_message(
        &self,
        request: Request<v1::SendMessageRequest>,
    ) -> Result<Response<v1::SendMessageResponse>, Status> {
        self.unary(request, send_message).await
    }

    async fn edit_message(
        &self,
        request: Request<v1::EditMessageRequest>,
    ) -> Result<Response<v1::EditMessageResponse>, Status> {
        self.unary(request, edit_message).await
    }

    async fn delete_message(
        &self,
        request: Request<v1::DeleteMessageRequest>,
    ) -> Result<Response<v1::DeleteMessageResponse>, Status> {
        self.unary(request, delete_message).await
    }

    async fn set_reaction(
        &self,
        request: Request<v1::SetReactionRequest>,
    ) -> Result<Response<v1::SetReactionResponse>, Status> {
        self.unary(request, set_reaction).await
    }

    async fn list_messages(
        &self,
        request: Request<v1::ListMessagesRequest>,
    ) -> Result<Response<v1::ListMessagesResponse>, Status> {
        self.unary(request, list_messages).await
    }

    async fn search_messages(
        &self,
        request: Request<v1::SearchMessagesRequest>,
    ) -> Result<Response<v1::SearchMessagesResponse>, Status> {
        self.unary(request, search_messages).await
    }

    async fn set_typing(
        &self,
        request: Request<v1::SetTypingRequest>,
    ) -> Result<Response<v1::SetTypingResponse>, Status> {
        self.unary(request, set_typing).await
    }

    async fn get_message(
        &self,
        request: Request<v1::GetMessageRequest>,
    ) -> Result<Response<v1::GetMessageResponse>, Status> {
        self.unary(request, get_message).await
    }

    async fn list_message_edits(
        &self,
        request: Request<v1::ListMessageEditsRequest>,
    ) -> Result<Response<v1::ListMessageEditsResponse>, Status> {
        self.unary(request, list_message_edits).await
    }

    async fn set_pin(&self, request: Request<v1::SetPinRequest>) -> Result<Response<v1::SetPinResponse>, Status> {
        self.unary(request, set_pin).await
    }

    async fn send_sealed_message(
        &self,
        request: Request<v1::SendSealedMessageRequest>,
    ) -> Result<Response<v1::SendSealedMessageResponse>, Status> {
        self.unary(request, send_sealed_message).await
    }

    async fn request_resend(
        &self,
        request: Request<v1::RequestResendRequest>,
    ) -> Result<Response<v1::RequestResendResponse>, Status> {
        self.unary(request, request_resend).await
    }

    async fn list_pins(&self, request: Request<v1::ListPinsRequest>) -> Result<Response<v1::ListPinsResponse>, Status> {
        self.unary(request, list_pins).await
    }

    async fn broadcast(
        &self,
        request: Request<v1::BroadcastRequest>,
    ) -> Result<Response<v1::BroadcastResponse>, Status> {
        self.unary(request, broadcast).await
    }
}
