//! What goes up and comes down on a connection that stands.
//!
//! [`connection`](super::connection) decides which connection that is. Control messages go before commands; on
//! gRPC-Web, where there is no stream upwards, commands are unary calls, one at a time where their order counts.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tonic::{Code, Status as RpcStatus};
use trivium_proto::v1::connect_response::Response as Down;
use trivium_proto::v1::session_service_client::SessionServiceClient;
use trivium_proto::v1::{
    ConnectRequest, Cursor, Ping, Pong, Reset, RoomEvent, SubscriptionEnded, SyncClockRequest, SyncClockResponse,
    connect_request, reply,
};

use super::{Driver, Live, Stage};
use crate::attach::{Called, Up};
use crate::command;
use crate::error::{Error, Rejection};
use crate::event::{DisconnectReason, SessionEvent};
use crate::positions::Verdict;
use crate::road::Road;
use crate::session::Timing;

/// How often a command is sent to a server that says it is not available.
const TRIES: u32 = 5;
/// Between two of these, where the server does not say.
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// Clock samples under way as unary calls; further ones are left out.
const CLOCK_CALLS: usize = 8;

impl Live {
    /// When to ask for a sign of life, or to give up if it was asked for.
    pub(super) fn life_at(&self, timing: &Timing) -> Instant {
        let quiet = match self.road {
            Road::WebTransport => timing.quiet_webtransport,
            Road::Grpc | Road::GrpcWeb => timing.quiet_tcp,
        };
        self.asked_at
            .map_or(self.heard_at + quiet, |asked_at| asked_at + timing.answer)
    }

    /// When `Watch` is given up although calls are answered, because something on the way holds it back.
    pub(super) fn deaf_at(&self, timing: &Timing) -> Option<Instant> {
        (self.road == Road::GrpcWeb).then(|| self.down_at + timing.deaf)
    }

    fn heard(&mut self) {
        self.heard_at = Instant::now();
        self.asked_at = None;
    }
}

impl Driver {
    pub(super) fn heard(&mut self, heard: Option<Result<Box<Down>, RpcStatus>>) {
        if let (Stage::Up(live), Some(Ok(_))) = (&mut self.stage, &heard) {
            live.heard();
            live.down_at = live.heard_at;
        }
        match heard.map(|heard| heard.map(|down| *down)) {
            None => self.lost(DisconnectReason::Lost("the stream ended".to_owned())),
            Some(Err(status)) => self.lost(DisconnectReason::Lost(status.to_string())),
            Some(Ok(Down::Welcome(_))) => tracing::debug!("a second welcome"),
            Some(Ok(Down::Reply(reply))) => self.replied(reply.id, reply.result),
            Some(Ok(Down::Event(event))) => self.event(event),
            Some(Ok(Down::Signals(mut signals))) => {
                if self.positions.contains(&signals.room_id) && self.ticks.sift(&mut signals) {
                    self.tell(SessionEvent::Signals(signals));
                }
            }
            Some(Ok(Down::Resumed(resumed))) => {
                let cursor = resumed.cursor.unwrap_or_default();
                let verdict = self.positions.resumed(&cursor);
                self.begins(&cursor, verdict);
            }
            Some(Ok(Down::Reset(reset))) => self.reset(reset),
            Some(Ok(Down::Progress(progress))) => self.positions.progress(&progress.room_id, progress.seq),
            Some(Ok(Down::Ping(ping))) => self.pong(&ping),
            Some(Ok(Down::GoAway(go_away))) => self.go_away(go_away),
            Some(Ok(Down::SubscriptionEnded(ended))) => self.subscription_ended(ended),
        }
    }

    fn event(&mut self, event: RoomEvent) {
        match self.positions.event(&event.room_id, event.seq) {
            Verdict::Deliver => self.tell(SessionEvent::Event(Box::new(event))),
            Verdict::Ignore => tracing::debug!(room = event.room_id, seq = event.seq, "an event that is known"),
            Verdict::Gap { expected, received } => self.gap(event.room_id, expected, received),
        }
    }

    /// The server said where a room goes on.
    fn begins(&mut self, cursor: &Cursor, verdict: Verdict) {
        match verdict {
            Verdict::Deliver => {
                if let Some(done) = self.hearing.remove(&cursor.room_id) {
                    let _ = done.send(Ok(()));
                }
            }
            Verdict::Ignore => {}
            Verdict::Gap { expected, received } => self.gap(cursor.room_id.clone(), expected, received),
        }
    }

    fn reset(&mut self, reset: Reset) {
        let reason = reset.reason();
        let snapshot = Box::new(reset.snapshot.unwrap_or_default());
        let cursor = snapshot.cursor.clone().unwrap_or_default();
        let verdict = self.positions.reset(&cursor);
        self.ticks.forget(&cursor.room_id);
        if verdict == Verdict::Deliver {
            self.tell(SessionEvent::Reset {
                room_id: cursor.room_id.clone(),
                snapshot,
                reason,
            });
        }
        self.begins(&cursor, verdict);
    }

    fn gap(&mut self, room_id: String, expected: u64, received: u64) {
        tracing::warn!(room = room_id, expected, received, "something is missing");
        self.send_subscription(&room_id);
        self.tell(SessionEvent::Gap {
            room_id,
            expected,
            received,
        });
    }

    fn subscription_ended(&mut self, ended: SubscriptionEnded) {
        if !self.positions.contains(&ended.room_id) {
            return;
        }
        let error = Box::new(Rejection::from(ended.error.unwrap_or_default()));
        if error.code == Code::Unavailable {
            let until = Instant::now() + error.retry_after.unwrap_or(TRY_AGAIN);
            self.positions.interrupted(&ended.room_id);
            self.again.insert(ended.room_id, until);
            return;
        }
        if !self.forget_room(&ended.room_id, Error::Rejected(error.clone())) {
            self.tell(SessionEvent::SubscriptionEnded {
                room_id: ended.room_id,
                error,
            });
        }
    }

    fn replied(&mut self, id: u64, result: Option<reply::Result>) {
        if let Some(reply::Result::SyncClock(response)) = &result {
            return self.clock_sample(response);
        }
        let room = self
            .subscribing
            .iter()
            .find(|(_, subscribe)| **subscribe == id)
            .map(|(room_id, _)| room_id.clone());
        if let Some(room_id) = room {
            self.subscribing.remove(&room_id);
            if let Some(reply::Result::Error(error)) = result {
                self.subscription_ended(SubscriptionEnded {
                    room_id,
                    error: Some(error),
                });
            }
            return;
        }
        let answer = match result {
            None => Err(Error::Protocol("the answer is of an unknown kind")),
            Some(reply::Result::Error(error)) => Err(Error::from(error)),
            Some(answer) => Ok(answer),
        };
        self.answered(id, answer);
    }

    pub(super) fn called(&mut self, called: Called) {
        let answered = match called {
            Called::Clock(Ok(response)) => {
                self.clock_sample(&response);
                true
            }
            Called::Clock(Err(_)) => false,
            Called::Command(id, answer) => self.call_ended(id, *answer),
        };
        if let (true, Stage::Up(live)) = (answered, &mut self.stage) {
            live.heard();
        }
    }

    /// Returns whether it was the server that answered.
    fn call_ended(&mut self, id: u64, answer: Result<reply::Result, RpcStatus>) -> bool {
        let lost = answer
            .as_ref()
            .is_err_and(|status| std::error::Error::source(status).is_some());
        if !lost {
            self.answered(id, answer.map_err(Error::from));
        } else if !self.outbox.defer(id, Instant::now() + TRY_AGAIN, u32::MAX) {
            self.answered(id, Err(Error::Disconnected));
        }
        // Otherwise it was the way to the server that failed: the command may have been carried out, or not.
        !lost
    }

    /// Gives an answer to who waits for it, unless the server asks to try again.
    fn answered(&mut self, id: u64, answer: Result<reply::Result, Error>) {
        if let Err(Error::Rejected(rejection)) = &answer
            && rejection.code == Code::Unavailable
        {
            let until = Instant::now() + rejection.retry_after.unwrap_or(TRY_AGAIN);
            if self.outbox.defer(id, until, TRIES) {
                return;
            }
        }
        if let Some(waiting) = self.outbox.take(id) {
            let _ = waiting.answer.send(answer);
        }
    }

    fn clock_sample(&self, response: &SyncClockResponse) {
        let received_us = self.clock.local_us();
        let stamps = [
            response.client_send_time_us,
            response.server_receive_time_us,
            response.server_send_time_us,
            received_us,
        ];
        self.clock.with(|sync| sync.sample(Instant::now(), stamps));
    }

    fn pong(&mut self, ping: &Ping) {
        if let Stage::Up(live) = &self.stage
            && live.road == Road::GrpcWeb
        {
            return self.ask_clock(ping.ping_id);
        }
        let is_pong = |request: &ConnectRequest| matches!(request.request, Some(connect_request::Request::Pong(_)));
        // An answer that has not left yet is worth less than the newest one.
        self.control.retain(|request| !is_pong(request));
        self.send_control(connect_request::Request::Pong(Pong { ping_id: ping.ping_id }));
    }

    /// Takes a clock sample; it also answers a ping where the road has no stream upwards.
    pub(super) fn ask_clock(&mut self, ping_id: u64) {
        self.clock.with(|sync| sync.sent(Instant::now()));
        let Stage::Up(live) = &mut self.stage else {
            return;
        };
        let session_id = live.session_id.clone();
        let request = SyncClockRequest {
            client_send_time_us: self.clock.local_us(),
            ping_id,
            session_id,
        };
        match &mut live.up {
            Up::Calls { channel, under_way } => {
                if under_way.len() < CLOCK_CALLS {
                    let mut client = SessionServiceClient::new(channel.clone());
                    under_way.push(Box::pin(async move {
                        Called::Clock(client.sync_clock(request).await.map(tonic::Response::into_inner))
                    }));
                }
            }
            Up::Stream(_) => {
                let is_sample =
                    |request: &ConnectRequest| matches!(request.request, Some(connect_request::Request::SyncClock(_)));
                if !self.control.iter().any(is_sample) {
                    self.send_control(connect_request::Request::SyncClock(request));
                }
            }
        }
    }

    pub(super) fn ask_for_life(&mut self) {
        self.ask_clock(0);
        if let Stage::Up(live) = &mut self.stage {
            live.asked_at.get_or_insert_with(Instant::now);
        }
    }

    /// Asks for a room where it is to go on.
    pub(super) fn send_subscription(&mut self, room_id: &str) {
        let Some(subscribe) = self.positions.subscription(room_id) else {
            return;
        };
        let Stage::Up(live) = &self.stage else {
            return;
        };
        if live.road == Road::GrpcWeb {
            return self.rejoin();
        }
        if let Some(id) = self.send_control(connect_request::Request::Subscribe(subscribe)) {
            self.subscribing.insert(room_id.to_owned(), id);
        }
    }

    /// Queues a message of the session's own; returns its id. Nothing is queued where there is no stream: the next
    /// greeting says it.
    pub(super) fn send_control(&mut self, request: connect_request::Request) -> Option<u64> {
        match &self.stage {
            Stage::Up(live) if matches!(live.up, Up::Stream(_)) => {
                let id = self.take_id();
                self.control.push_back(ConnectRequest {
                    id,
                    request: Some(request),
                });
                Some(id)
            }
            Stage::Up(_) | Stage::Down { .. } | Stage::Suspended | Stage::Stopped(_) => None,
        }
    }

    /// Whether something waits to go up the stream.
    pub(super) fn wants_up(&self) -> bool {
        match &self.stage {
            Stage::Up(live) => {
                !self.control.is_empty() || self.outbox.next(Instant::now(), live.window, false).is_some()
            }
            Stage::Down { .. } | Stage::Suspended | Stage::Stopped(_) => false,
        }
    }

    /// Sends what can be sent at once.
    pub(super) fn pump(&mut self) {
        let now = Instant::now();
        let Stage::Up(live) = &mut self.stage else {
            return;
        };
        match &mut live.up {
            Up::Stream(stream) => {
                while let Ok(permit) = stream.try_reserve() {
                    if let Some(mut request) = self.control.pop_front() {
                        if let Some(connect_request::Request::SyncClock(sample)) = &mut request.request {
                            sample.client_send_time_us = self.clock.local_us();
                        }
                        permit.send(request);
                    } else if let Some((id, waiting)) = self.outbox.next(now, live.window, false) {
                        permit.send(ConnectRequest {
                            id,
                            request: Some((*waiting.request).clone()),
                        });
                        self.outbox.sent(id);
                    } else {
                        break;
                    }
                }
            }
            Up::Calls { channel, under_way } => {
                while let Some((id, waiting)) = self.outbox.next(now, live.window, true) {
                    if let Some(call) = command::call(channel.clone(), (*waiting.request).clone()) {
                        under_way.push(Box::pin(async move { Called::Command(id, Box::new(call.await)) }));
                    }
                    self.outbox.sent(id);
                }
            }
        }
    }

    /// Queues an event for the application.
    pub(super) fn tell(&mut self, event: SessionEvent) {
        if self.events.is_some() {
            self.outgoing.push_back(event);
        }
        self.flush();
    }

    /// Hands on what the application takes.
    pub(super) fn flush(&mut self) {
        if self.outgoing.is_empty() {
            return;
        }
        while let (Some(events), Some(event)) = (&self.events, self.outgoing.pop_front()) {
            match events.try_send(event) {
                Ok(()) => {
                    if self.outgoing.is_empty() && matches!(self.stage, Stage::Stopped(_)) {
                        self.events = None;
                    }
                }
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.outgoing.push_front(event);
                    self.blocked = true;
                    return;
                }
                Err(mpsc::error::TrySendError::Closed(_)) => {
                    self.events = None;
                    self.outgoing.clear();
                }
            }
        }
        if std::mem::take(&mut self.blocked)
            && let Stage::Up(live) = &mut self.stage
        {
            // Nothing was read meanwhile, so nothing can be said about silence.
            live.heard();
            live.down_at = live.heard_at;
        }
    }
}
