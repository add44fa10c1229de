//! Requests of a stream: begun in the order in which they come, several at a time, and answered as they are done.

use tonic::Code;
use trivium_engine::RoomId;
use trivium_proto::v1::{self, connect_request::Request, reply::Result as Reply};

use super::{
    super::{dispatch::dispatch, outbound::Item},
    Driver, End, Finished,
};
use crate::{
    convert, encode,
    error::{ApiError, Bound},
};

const NOT_HERE: ApiError = ApiError::Protocol("not on this stream");

impl Driver {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the rest are requests of unary calls, which dispatch lists"
    )]
    pub(super) async fn request(&mut self, message: v1::ConnectRequest) -> Result<(), End> {
        let id = message.id;
        let Some(request) = message.request else {
            return self
                .refuse(
                    id,
                    &convert::Invalid::new("request", "exactly one field is required in oneof").into(),
                )
                .await;
        };
        match request {
            Request::Hello(_) => {
                let end = self
                    .go_away(v1::GoAwayReason::ProtocolError, false, Code::InvalidArgument)
                    .await;
                return Err(end);
            }
            Request::Subscribe(subscribe) => {
                let subscribed = match trivium_proto::validate(&subscribe) {
                    Ok(()) => Box::pin(self.subscribe(subscribe)).await,
                    Err(violations) => Err(ApiError::Invalid(violations)),
                };
                self.answer(id, done(subscribed)).await;
            }
            Request::Unsubscribe(unsubscribe) => {
                if let Ok(room) = unsubscribe.room_id.parse::<RoomId>() {
                    self.rooms.remove(&room);
                    self.item(Item::Remove(room)).await;
                }
                self.answer(id, done(Ok(()))).await;
            }
            Request::Pong(pong) => self.pong(pong.ping_id).await,
            Request::Authenticate(authenticate) => {
                let authenticated = Box::pin(self.authenticate(&authenticate.token)).await;
                self.answer(id, done(authenticated)).await;
            }
            request if !self.takes(&request) => {
                return self.refuse(id, &NOT_HERE).await;
            }
            _ if self.running.len() >= self.call.api.limiter.limits().in_flight => {
                return self.refuse(id, &ApiError::TooMany(Bound::InFlight)).await;
            }
            request => {
                if let Request::SyncClock(clock) = &request {
                    self.pong(clock.ping_id).await;
                }
                self.take(id, request);
            }
        }
        Ok(())
    }

    /// Not async, so that the driver's own future does not hold a place for that of the request.
    fn take(&mut self, id: u64, request: Request) {
        let mut call = self.call.clone();
        call.received_at = self.now();
        call.round_trip = self.session.as_ref().and_then(|session| session.round_trip());
        self.running.push(async move {
            let dispatched = dispatch(call, request).await;
            // Requests that only streams have were dealt with before.
            let dispatched = dispatched.unwrap_or_else(|| Reply::Error(NOT_HERE.wire()).into());
            Box::new(Finished { id, dispatched })
        });
    }

    fn takes(&self, request: &Request) -> bool {
        matches!(request, Request::SyncClock(_) | Request::JoinRoom(_)) || (self.facet.takes)(request)
    }

    /// A guest who has come in is somebody from now on; everybody gets the answer.
    pub(super) fn finished(&mut self, Finished { id, dispatched }: Finished) -> impl Future<Output = ()> {
        if let Some(guest) = dispatched.guest
            && self.call.principal.is_none()
        {
            self.is_somebody(guest);
        }
        self.answer(id, dispatched.reply)
    }

    /// Not async, so that the driver's own future does not hold a place for the answer.
    fn answer(&mut self, id: u64, reply: Reply) -> impl Future<Output = ()> {
        let asked = id > 0 || matches!(reply, Reply::Error(_));
        let answer = asked.then(|| encode::reply(id, reply));
        async move {
            if let Some(answer) = answer {
                self.frame(answer).await;
            }
        }
    }

    async fn refuse(&mut self, id: u64, error: &ApiError) -> Result<(), End> {
        self.answer(id, Reply::Error(error.wire())).await;
        Ok(())
    }
}

/// The reply to a request that has nothing to say but whether it was done.
fn done(result: Result<(), ApiError>) -> Reply {
    result.map_or_else(|error| Reply::Error(error.wire()), |()| Reply::Done(v1::Done {}))
}
