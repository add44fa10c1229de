//! Who calls: the token in the metadata, the session it names, the road it came over.

use std::sync::Arc;

use tonic::metadata::MetadataMap;
use trivium_transport::{Peer, Road};

use crate::{
    auth::{Principal, TokenError, bearer},
    authz,
    call::{Api, Call},
    error::ApiError,
};

/// Names the session that a unary call belongs to, for clients that watch.
pub(crate) const SESSION_HEADER: &str = "x-trivium-session";

/// Marks requests that came as gRPC-Web.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Web;

/// The call that a request makes.
///
/// # Errors
///
/// `UNAUTHENTICATED` if there is a token and it is not good.
pub(crate) async fn call(
    api: &Arc<Api>,
    metadata: &MetadataMap,
    extensions: &http::Extensions,
) -> Result<Call, ApiError> {
    let received_at = api.runtime.clock().now();
    let principal = match metadata.get("authorization") {
        None => None,
        Some(header) => Some(Arc::new(
            api.authenticator
                .authenticate(bearer(header.as_bytes())?, received_at)
                .await?,
        )),
    };
    let session = metadata.get(SESSION_HEADER).and_then(|id| id.to_str().ok());
    let round_trip = principal
        .as_ref()
        .zip(session)
        .and_then(|(principal, id)| api.sessions.find(id, &principal.user))
        .and_then(|session| session.round_trip());
    Ok(Call {
        api: Arc::clone(api),
        principal,
        peer: extensions.get::<Peer>().cloned().unwrap_or(UNKNOWN_PEER),
        web: extensions.get::<Web>().is_some(),
        received_at,
        round_trip,
    })
}

/// A request that no acceptor of ours made, such as a test's.
const UNKNOWN_PEER: Peer = Peer {
    remote_addr: None,
    road: Road::Memory,
    connection_id: 0,
    origin: None,
    tls: false,
};

/// Whether somebody may make the call that a request of this name belongs to, as far as the token tells.
///
/// # Errors
///
/// `TOKEN_MISSING` or `ACCOUNT_NEEDED`.
pub(crate) fn admit(request: &str, principal: Option<&Principal>) -> Result<(), ApiError> {
    let rule = authz::rule_of_request(request).ok_or_else(|| ApiError::Internal(format!("{request} has no rule")))?;
    match principal {
        None if rule.needs_token() => Err(ApiError::Token(TokenError::Missing)),
        Some(principal) if principal.guest && !rule.admits_guests() => Err(ApiError::AccountNeeded),
        Some(_) | None => Ok(()),
    }
}
