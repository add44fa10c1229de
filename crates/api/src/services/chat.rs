//! Chat: messages, reactions, history, typing.

use tonic::{Request, Response, Status};
use trivium_engine::{Role, RoomId, Seq, view::MessageView};
use trivium_proto::v1::{self, chat_service_server::ChatService};

use super::{Services, page_size, seq_of};
use crate::{
    call::Call,
    convert::{self, reply},
    error::ApiError,
    limits::Operation,
};

/// Messages in a page where nothing else is asked for.
const DEFAULT_PAGE: u32 = 50;

pub(crate) async fn send_message(
    call: Call,
    request: v1::SendMessageRequest,
) -> Result<v1::SendMessageResponse, ApiError> {
    let done = call.execute(Operation::Chat, convert::chat::send(request)?).await?;
    reply::send_message(&done.entries).ok_or(ApiError::RequestReused)
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

pub(crate) async fn list_messages(
    call: Call,
    request: v1::ListMessagesRequest,
) -> Result<v1::ListMessagesResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let before = (request.before_seq > 0).then_some(request.before_seq);
    let limit = page_size(request.page_size, DEFAULT_PAGE) as usize;
    let (mut messages, more) = call.look(&room, move |room, _, _| room.messages(before, limit)).await?;
    let more = if messages.len() < limit && more {
        // What the room no longer holds in memory is in its log.
        let end = messages.first().map(|message| message.seq).or(before);
        let (mut older, more) = older_messages(&call, &room, end, limit - messages.len()).await?;
        older.append(&mut messages);
        messages = older;
        more
    } else {
        more
    };
    Ok(v1::ListMessagesResponse {
        messages: messages.iter().map(convert::chat::message).collect(),
        more,
    })
}

/// Rebuilds messages before `end` from the log.
async fn older_messages(
    call: &Call,
    room: &RoomId,
    end: Option<Seq>,
    limit: usize,
) -> Result<(Vec<MessageView>, bool), ApiError> {
    const PAGE: usize = 1_000;
    let mut history = trivium_engine::chat::History::new(end, limit);
    let mut after = 0;
    loop {
        let page = call.api.runtime.read_log(room, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(history.finish());
        };
        after = last.seq;
        for entry in &page {
            history.take(entry);
        }
    }
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

    async fn set_typing(
        &self,
        request: Request<v1::SetTypingRequest>,
    ) -> Result<Response<v1::SetTypingResponse>, Status> {
        self.unary(request, set_typing).await
    }
}
