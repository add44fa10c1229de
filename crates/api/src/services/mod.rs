//! The unary calls, one file per feature. Each is a function of a [`Call`] and a request, which streams use as well.

pub(crate) mod chat;
pub(crate) mod conversation;
pub(crate) mod invitation;
pub(crate) mod key;
pub(crate) mod moderation;
pub(crate) mod notification;
pub(crate) mod presence;
pub(crate) mod quiz;
pub(crate) mod quiz_file;
pub(crate) mod receipt;
pub(crate) mod room;
pub(crate) mod sealed;
pub(crate) mod search;
pub(crate) mod session;

use std::sync::Arc;

use prost::Name;
use tonic::{Request, Response, Status};
use trivium_proto::Validate;
use trivium_runtime::Done;

use crate::{
    call::{Api, Call},
    convert::Invalid,
    error::{ApiError, Bound},
    layers::caller,
};

/// All generated service traits are implemented for this.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) api: Arc<Api>,
}

impl Services {
    /// Validates the request, finds out who calls, and runs the handler.
    async fn unary<Req, Res, Fut>(
        &self,
        request: Request<Req>,
        handler: fn(Call, Req) -> Fut,
    ) -> Result<Response<Res>, Status>
    where
        Req: Validate + Name,
        Fut: Future<Output = Result<Res, ApiError>> + Send,
    {
        let (metadata, extensions, message) = request.into_parts();
        let call = caller::call(&self.api, &metadata, &extensions).await?;
        let response = checked(call, message, handler).await?;
        Ok(Response::new(response))
    }
}

/// Runs a handler for a caller who may call it, with a request that keeps to its rules.
pub(crate) async fn checked<Req, Res, Fut>(
    call: Call,
    request: Req,
    handler: fn(Call, Req) -> Fut,
) -> Result<Res, ApiError>
where
    Req: Validate + Name,
    Fut: Future<Output = Result<Res, ApiError>> + Send,
{
    tracing::debug!(request = Req::NAME, "asked");
    caller::admit(Req::NAME, call.principal.as_deref())?;
    if request.encoded_len() > call.api.limiter.limits().message_bytes(Req::NAME) {
        return Err(ApiError::TooMany(Bound::MessageBytes));
    }
    trivium_proto::validate(&request).map_err(ApiError::Invalid)?;
    handler(call, request).await
}

/// The position that a command reached.
fn seq_of(done: &Done) -> u64 {
    done.seq
}

/// How many a page holds; 0 asks for the default.
fn page_size(asked: u32, default: u32) -> u32 {
    if asked == 0 { default } else { asked }
}

/// The identifier after which a page begins.
fn page_after<T>(token: String) -> Result<Option<T>, Invalid>
where
    T: TryFrom<String, Error = trivium_engine::InvalidId>,
{
    if token.is_empty() {
        Ok(None)
    } else {
        crate::convert::common::id("page_token", token).map(Some)
    }
}
