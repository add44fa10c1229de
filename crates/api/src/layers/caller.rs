//! Who calls: the token in the metadata, the session it names, the road it came over.

use std::{convert::Infallible, sync::Arc};

use http::{Request, Response};
use tonic::{body::Body, metadata::MetadataMap};
use tower::{Service, ServiceExt as _, service_fn};
use trivium_transport::Peer;

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
        peer: extensions.get::<Peer>().cloned().unwrap_or(Peer::UNKNOWN),
        web: extensions.get::<Web>().is_some(),
        received_at,
        round_trip,
    })
}

/// Lets only those through who may make the call, before anything of what they send is read. For services whose requests
/// are so large that strangers must not fill memory with them.
pub(crate) fn known<S>(
    api: &Arc<Api>,
    service: S,
) -> impl Service<
    Request<axum::body::Body>,
    Response = Response<Body>,
    Error = Infallible,
    Future: Future<Output = Result<Response<Body>, Infallible>> + Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static
where
    S: Service<Request<axum::body::Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
{
    let api = Arc::clone(api);
    service_fn(move |request: Request<axum::body::Body>| {
        let (api, service) = (Arc::clone(&api), service.clone());
        async move {
            let metadata = MetadataMap::from_headers(request.headers().clone());
            // What is no method is told so by the service, which reads nothing for that.
            if authz::rule(request.uri().path()).is_none() {
                return service.oneshot(request).await;
            }
            let method = request.uri().path().rsplit('/').next().unwrap_or_default();
            let named = format!("{method}Request");
            let admitted = match call(&api, &metadata, request.extensions()).await {
                Ok(call) => admit(&named, call.principal.as_deref()),
                Err(error) => Err(error),
            };
            match admitted {
                Ok(()) => service.oneshot(request).await,
                Err(error) => Ok(error.status().into_http()),
            }
        }
    })
}

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
        Some(principal) if !rule.admits(principal.roles) => Err(ApiError::PermissionDenied),
        Some(_) | None => Ok(()),
    }
}
