//! One call: who makes it, over what, when it came in, and what it may reach.
//!
//! Unary handlers and the requests on a stream get the same [`Call`], so that a command is carried out in one way
//! whatever road and whatever shape it came in.

use std::{sync::Arc, time::Instant};

use trivium_engine::{Actor, Millis, Observation, Reject, Role, Room, RoomId, Timestamp, UserId};
use trivium_runtime::{Caller, Done, Runtime};
use trivium_transport::Peer;

use crate::{
    auth::{Authenticator, Principal, Secret, TokenError, resume::ResumeTokens},
    convert::Addressed,
    error::ApiError,
    files::Files,
    ids,
    limits::{Operation, RateLimiter, Who},
    sessions::Sessions,
};

/// What every call can reach.
pub struct Api {
    /// Rooms.
    pub runtime: Runtime,
    /// Tokens.
    pub authenticator: Authenticator,
    /// What identifiers are derived with.
    pub secret: Secret,
    /// Tokens by which sessions go on.
    pub resume_tokens: ResumeTokens,
    /// Token buckets.
    pub limiter: RateLimiter,
    /// Live sessions.
    pub sessions: Sessions,
    /// Where files are read and written.
    pub files: Files,
    /// Letters of a join code.
    pub code_length: usize,
}

impl Api {
    /// Has notifications delivered from now on. To be called once, before the first room is loaded.
    pub fn deliver_notifications(&self) {
        let secret = self.secret.clone();
        self.runtime
            .deliver_notifications(move |user| ids::inbox_room_id(&secret, user));
    }
}

/// One call. Cheap to clone.
#[derive(Clone)]
pub struct Call {
    /// What it can reach.
    pub api: Arc<Api>,
    /// Who makes it; nobody before a guest has joined.
    pub principal: Option<Arc<Principal>>,
    /// Where it comes from.
    pub peer: Peer,
    /// Whether it came as gRPC-Web.
    pub web: bool,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Lower quartile of the newest round trips measured on the session it belongs to.
    pub round_trip: Option<Millis>,
}

impl Call {
    /// Who makes the call.
    ///
    /// # Errors
    ///
    /// `UNAUTHENTICATED` if there is no token.
    pub fn principal(&self) -> Result<&Arc<Principal>, ApiError> {
        self.principal.as_ref().ok_or(ApiError::Token(TokenError::Missing))
    }

    /// The caller as a room sees it.
    pub fn actor(&self, room: &RoomId) -> Result<Actor, ApiError> {
        let principal = self.principal()?;
        // A guest's seat is good for its own room; other rooms are as good as not there.
        // Announcements are for guests too.
        if principal.may_address(room) || *room == Runtime::system_room() {
            Ok(principal.actor(room))
        } else {
            Err(ApiError::RoomNotFound)
        }
    }

    /// Carries a command out, after the caller's rate limit.
    ///
    /// # Errors
    ///
    /// What the room refuses; `NOT_FOUND` where the caller may not know that there is such a room.
    pub async fn execute(&self, operation: Operation, addressed: Addressed) -> Result<Done, ApiError> {
        let Addressed { room, request, command } = addressed;
        let actor = self.actor(&room)?;
        let outside = is_outside(&actor);
        self.limit(operation)?;
        self.limit_in(operation, &room)?;
        let caller = Caller {
            actor,
            request: Some(request),
            received_at: self.received_at,
            round_trip: self.round_trip,
        };
        let done = self.api.runtime.execute(&room, caller, command).await;
        done.map_err(|error| {
            let error = ApiError::from(error);
            if outside && error == ApiError::Reject(Reject::NotMember) {
                error.for_outsider()
            } else {
                error
            }
        })
    }

    /// Reads a room in the eyes of the caller.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND` for rooms that the caller may not look into, as for rooms that are not there.
    pub async fn look<T, F>(&self, room: &RoomId, read: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Room, &trivium_engine::Audience, Timestamp) -> T + Clone + Send + 'static,
    {
        let actor = self.actor(room)?;
        self.limit(Operation::Command)?;
        let seen = self
            .api
            .runtime
            .query(room, move |room, now| {
                room.audience(&actor).map(|who| read(room, &who, now))
            })
            .await?;
        seen.ok_or(ApiError::RoomNotFound)
    }

    /// Tells a room something that is not for its log. The caller needs a seat with at least this role.
    ///
    /// # Errors
    ///
    /// As a command that needs such a seat.
    pub async fn observe(&self, room: &RoomId, least: Role, observation: Observation) -> Result<(), ApiError> {
        let actor = self.actor(room)?;
        self.limit(Operation::Command)?;
        let user = actor.user.clone();
        let role = self
            .api
            .runtime
            .query(room, move |room, _| room.member(&user).map(|member| member.role))
            .await?;
        match role {
            Some(role) if role >= least => Ok(self.api.runtime.observe(room, observation).await?),
            Some(_) => Err(Reject::NotPermitted.into()),
            None if is_outside(&actor) => Err(ApiError::RoomNotFound),
            None => Err(Reject::NotMember.into()),
        }
    }

    /// Tells a room something that is not for its log and that it takes from members only, and reads what came of it.
    ///
    /// # Errors
    ///
    /// What `read` refuses; `NOT_FOUND` where the caller may not know that there is such a room.
    pub async fn tell<T, F>(
        &self,
        operation: Operation,
        room: &RoomId,
        observation: Observation,
        read: F,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&Room, &Actor) -> Result<T, Reject> + Clone + Send + 'static,
    {
        let actor = self.actor(room)?;
        let outside = is_outside(&actor);
        self.limit(operation)?;
        self.limit_in(operation, room)?;
        self.api.runtime.observe(room, observation).await?;
        let told = self.api.runtime.query(room, move |room, _| read(room, &actor)).await?;
        told.map_err(|reject| {
            if outside && reject == Reject::NotMember {
                ApiError::RoomNotFound
            } else {
                reject.into()
            }
        })
    }

    /// Counts the call against its user, or against its address where nobody is known or everybody may guess.
    pub fn limit(&self, operation: Operation) -> Result<(), ApiError> {
        let by_address = match operation {
            Operation::Join | Operation::CodeMiss => true,
            Operation::Chat
            | Operation::Command
            | Operation::Clock
            | Operation::QuizWrite
            | Operation::Report
            | Operation::Filter
            | Operation::Search
            | Operation::Upload
            | Operation::Notify
            | Operation::Conversation
            | Operation::KeyWrite
            | Operation::Receipt
            | Operation::RoomChat
            | Operation::RoomJoin
            | Operation::RoomReport
            | Operation::RoomSearch
            | Operation::RoomReceipt => false,
        };
        let user = self.user().filter(|_| !by_address).map(Who::User);
        match user.or_else(|| self.peer.remote_addr.map(|addr| Who::address(addr.ip()))) {
            Some(who) => Ok(self.api.limiter.check(operation, who, Instant::now())?),
            // Only a caller in this very process has neither a user nor an address.
            None => Ok(()),
        }
    }

    /// Counts the call against its room, where what everybody does there is bounded too. After [`limit`](Self::limit), so
    /// that what one user may not do takes nothing from the others.
    pub fn limit_in(&self, operation: Operation, room: &RoomId) -> Result<(), ApiError> {
        match operation.in_room() {
            Some(operation) => Ok(self
                .api
                .limiter
                .check(operation, Who::Room(room.clone()), Instant::now())?),
            None => Ok(()),
        }
    }

    /// The caller, if known.
    pub fn user(&self) -> Option<UserId> {
        self.principal.as_ref().map(|principal| principal.user.clone())
    }
}

/// Whether an actor without a seat is nobody to the room, and so must not learn of it.
pub(crate) fn is_outside(actor: &Actor) -> bool {
    !actor.global_host && actor.grant.is_none()
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("user", &self.user())
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
