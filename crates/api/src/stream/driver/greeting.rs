//! The beginning of a stream: hello, who it is, and welcome.

use std::{sync::Arc, time::Duration};

use tonic::Status;
use trivium_proto::v1::{self, connect_request::Request};
use trivium_transport::{Road, datagrams::Datagrams};

use super::{super::outbound::Item, Driver, End, Inbound, Opened};
use crate::{
    auth::{Principal, TokenError, resume::Resume},
    convert, encode,
    error::ApiError,
    ids::SessionId,
};

/// The first message has to come within this.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

impl Driver {
    /// Hello and welcome.
    pub(super) async fn greet(&mut self, inbound: &mut Inbound, datagrams: Option<Datagrams>) -> Result<(), End> {
        let hello = match inbound {
            Inbound::Watch(hello) => std::mem::take(hello),
            Inbound::Stream(stream) => {
                let first = tokio::time::timeout(HELLO_WITHIN, stream.message()).await;
                let first = first
                    .map_err(|_| End(Status::deadline_exceeded("no hello came")))?
                    .map_err(End)?;
                match first.and_then(|first| first.request) {
                    Some(Request::Hello(hello)) => hello,
                    Some(_) | None => return Err(End(Status::invalid_argument("the first message has to be a hello"))),
                }
            }
        };
        trivium_proto::validate(&hello).map_err(|violations| End(ApiError::Invalid(violations).into()))?;
        if !hello.token.is_empty() {
            self.call.principal = Some(Arc::new(
                self.verify(&hello.token).await.map_err(|error| End(error.into()))?,
            ));
        }
        let now = self.now();
        let user = self.call.user();
        let tokens = &self.call.api.resume_tokens;
        // A token that is no good is no reason to refuse: the client begins a new session and brings its cursors.
        let resumed = tokens.open(&hello.resume_token, user.as_ref(), now).ok();
        let session = resumed
            .as_ref()
            .map_or_else(|| SessionId::new(now, &mut rand::rng()), |old| old.session.clone());
        let id = session.as_str().to_owned();
        let token = tokens.seal(&Resume {
            session,
            user: user.clone(),
            issued_at: now,
        });
        self.session = Some(Opened {
            session: self.call.api.sessions.open(id.clone(), user.clone()),
            api: Arc::clone(&self.call.api),
        });
        self.frame(encode::welcome(v1::Welcome {
            session_id: id,
            resume_token: token,
            resumed: resumed.is_some(),
            server_time_ms: convert::common::time_out(now),
            user_id: user.map(|user| user.to_string()).unwrap_or_default(),
            limits: Some(self.limits()),
            road: self.road().to_owned(),
            datagrams: datagrams.is_some(),
        }))
        .await;
        if let Some(datagrams) = datagrams.filter(|_| hello.datagrams) {
            self.item(Item::Datagrams(datagrams)).await;
        }
        for subscribe in hello.subscriptions {
            let room = subscribe.room_id.clone();
            if let Err(error) = self.subscribe(subscribe).await
                && let Ok(room) = room.parse()
            {
                self.frame(encode::subscription_ended(&room, error.wire())).await;
            }
        }
        Ok(())
    }

    pub(super) async fn authenticate(&mut self, token: &str) -> Result<(), ApiError> {
        let principal = self.verify(token).await?;
        if self.call.user().is_some_and(|user| user != principal.user) {
            return Err(ApiError::Token(TokenError::OtherUser));
        }
        self.is_somebody(principal);
        Ok(())
    }

    pub(super) fn is_somebody(&mut self, principal: Principal) {
        if let Some(session) = &self.session {
            session.set_user(principal.user.clone());
        }
        self.call.principal = Some(Arc::new(principal));
    }

    async fn verify(&mut self, token: &str) -> Result<Principal, ApiError> {
        let now = self.now();
        let verifying = self.call.api.authenticator.authenticate(token, now);
        Ok(self.running.alongside(verifying).await?)
    }

    fn limits(&self) -> v1::Limits {
        let limits = self.call.api.limiter.limits();
        let number = convert::common::count_out;
        v1::Limits {
            max_message_bytes: number(limits.command_bytes),
            max_in_flight: number(limits.in_flight),
            max_subscriptions: number(limits.subscriptions),
            presence_grace_ms: convert::common::span_out(trivium_engine::presence::GRACE),
        }
    }

    fn road(&self) -> &'static str {
        match self.call.peer.road {
            Road::WebTransport => "webtransport",
            Road::Memory => "memory",
            Road::Http if self.call.web => "grpc-web",
            Road::Http => "grpc",
        }
    }
}
