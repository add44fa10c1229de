//! The driver's connections: when to attempt one, what to do when it stands, is lost, falls silent or is given up.
//!
//! At most one attempt is under way. It either brings the session back on a road, or moves it from one road to another
//! while the old one goes on serving; a move is nothing but a resume.

use std::time::Duration;

use tokio::time::Instant;
use tonic::Code;
use trivium_proto::v1::{Authenticate, GoAway, GoAwayReason, Hello, Unsubscribe, connect_request};

use super::{Driver, Live, MAX_ROOMS, Stage, Trying};
use crate::attach::{AttachError, Attached, Attempt, Attempted, Up, attempt};
use crate::error::{ConnectError, Error, Rejection};
use crate::event::{DisconnectReason, SessionEvent};
use crate::road::{Choice, Road};
use crate::session::Status;
use crate::token::Token;

/// Commands under way on a stream, where the server does not say.
const WINDOW: usize = 64;
/// Unary calls under way.
const CALLS: usize = 4;
/// Events that the application has not taken, beyond which no attempt is made.
const PATIENCE: usize = 8;
/// How late a greeting may arrive that was given up.
const STRAY: Duration = Duration::from_secs(30);
/// After the source of tokens failed.
const RENEW_AGAIN: Duration = Duration::from_secs(10);

impl Driver {
    /// When something is due without anything happening.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let now = Instant::now();
        let reading = self.outgoing.is_empty();
        match &self.stage {
            Stage::Down { retry_at } => retry_at.filter(|_| self.outgoing.len() < PATIENCE),
            Stage::Up(live) => {
                let timing = &self.setup.timing;
                let sign = Some(live.life_at(timing)).filter(|_| reading);
                let deaf = live.deaf_at(timing).filter(|_| reading);
                let clock = Some(self.clock.with(|sync| sync.next_at()));
                let renew = self.renew_at.filter(|_| self.renewal.is_none());
                let outbox = self.outbox.next_at().filter(|at| *at > now);
                let again = self.again.values().min().copied();
                [sign, deaf, clock, renew, outbox, again, self.return_at(live)]
                    .into_iter()
                    .flatten()
                    .min()
            }
            Stage::Suspended | Stage::Stopped(_) => None,
        }
    }

    pub(super) fn tick(&mut self) {
        let now = Instant::now();
        let reading = self.outgoing.is_empty();
        match &self.stage {
            Stage::Down { retry_at: Some(at) } if *at <= now && self.outgoing.len() < PATIENCE => {
                self.stage = Stage::Down { retry_at: None };
                self.begin(self.setup.choice, false);
            }
            Stage::Up(live) => {
                let sign_due = reading && live.life_at(&self.setup.timing) <= now;
                let (asked, road) = (live.asked_at.is_some(), live.road);
                let to_return = self.return_at(live).is_some_and(|at| at <= now);
                let deaf = live.deaf_at(&self.setup.timing).is_some_and(|at| reading && at <= now);
                if deaf || sign_due && asked {
                    return self.fell_silent(road);
                }
                if sign_due {
                    self.ask_for_life();
                } else if self.clock.with(|sync| sync.next_at()) <= now {
                    self.ask_clock(0);
                }
                if to_return {
                    self.begin(Choice::Only(Road::WebTransport), false);
                }
                self.ask_again(now);
                if self.renewal.is_none() && self.renew_at.is_some_and(|at| at <= now) {
                    self.renewal = Some(Box::pin(self.setup.credentials.clone().renew()));
                }
            }
            Stage::Down { .. } | Stage::Suspended | Stage::Stopped(_) => {}
        }
    }

    fn ask_again(&mut self, now: Instant) {
        let due: Vec<String> = self
            .again
            .extract_if(.., |_, at| *at <= now)
            .map(|(room_id, _)| room_id)
            .collect();
        for room_id in due {
            self.send_subscription(&room_id);
        }
    }

    /// When WebTransport is tried again from another road.
    fn return_at(&self, live: &Live) -> Option<Instant> {
        let fallen_back = self.setup.choice == Choice::Auto && live.road != Road::WebTransport;
        let free = self.trying.is_none() && self.outgoing.is_empty();
        (fallen_back && free).then(|| {
            self.webtransport_at
                .unwrap_or(live.since + self.setup.timing.webtransport_pause)
        })
    }

    /// Sets out on a road.
    fn begin(&mut self, choice: Choice, rejoin: bool) {
        let subscriptions = self.positions.subscriptions();
        let rooms = subscriptions
            .iter()
            .map(|subscribe| subscribe.room_id.clone())
            .collect();
        let hello = Hello {
            resume_token: self.resume_token.clone(),
            subscriptions,
            client: self.setup.client.clone(),
            ..Hello::default()
        };
        let future = attempt(Attempt {
            connector: self.setup.connector.clone(),
            choice,
            try_webtransport: self.webtransport_at.is_none_or(|at| at <= Instant::now()),
            credentials: self.setup.credentials.clone(),
            renew_token: self.renew_token,
            clock: self.clock.clone(),
            datagrams: self.setup.datagrams,
            hello,
        });
        self.trying = Some(Trying {
            future: Box::pin(future),
            rooms,
            rejoin,
        });
    }

    /// Greets anew, because `Watch` cannot be told of another room or token.
    pub(super) fn rejoin(&mut self) {
        if self.trying.is_some() {
            self.rejoin_again = true;
        } else if let Stage::Up(live) = &self.stage {
            self.begin(Choice::Only(live.road), true);
        }
    }

    pub(super) fn attempted(&mut self, attempted: Attempted) {
        let Some(Trying { rooms, rejoin, .. }) = self.trying.take() else {
            return;
        };
        match attempted.webtransport {
            Some(true) => self.webtransport_at = None,
            Some(false) => self.avoid_webtransport(),
            None => {}
        }
        let greeted_in_vain = matches!(
            &attempted.result,
            Err(AttachError::Status(_) | AttachError::Silent | AttachError::Protocol(_))
        );
        if greeted_in_vain || attempted.webtransport == Some(false) {
            self.stray_until = Some(Instant::now() + STRAY);
        }
        match attempted.result {
            Ok(attached) => self.attached(*attached, &rooms),
            Err(error) => match &self.stage {
                Stage::Up(_) if rejoin => self.lost(DisconnectReason::Lost(format!("{error:?}"))),
                Stage::Up(_) => self.avoid_webtransport(),
                Stage::Down { .. } => self.failed(error),
                Stage::Suspended | Stage::Stopped(_) => {}
            },
        }
    }

    fn avoid_webtransport(&mut self) {
        self.webtransport_at = Some(Instant::now() + self.setup.timing.webtransport_pause);
    }

    fn attached(&mut self, attached: Attached, greeted: &[String]) {
        let now = Instant::now();
        let Attached {
            road,
            welcome,
            greeted_us,
            up,
            down,
        } = attached;
        self.detach();
        let limits = welcome.limits.unwrap_or_default();
        let given = |limit: u32, default: usize| match usize::try_from(limit) {
            Ok(0) | Err(_) => default,
            Ok(limit) => limit,
        };
        self.max_rooms = given(limits.max_subscriptions, MAX_ROOMS).min(MAX_ROOMS);
        let window = match &up {
            // The rest is for what goes up besides commands.
            Up::Stream(_) => given(limits.max_in_flight, WINDOW).div_ceil(2),
            Up::Calls { .. } => CALLS,
        };
        self.resume_token = welcome.resume_token;
        self.renew_token = false;
        self.clock.with(|sync| {
            sync.greeting(now, greeted_us.0, welcome.server_time_ms, greeted_us.1);
            sync.restart(now);
        });
        self.stage = Stage::Up(Box::new(Live {
            road,
            up,
            down,
            session_id: welcome.session_id,
            since: now,
            heard_at: now,
            down_at: now,
            asked_at: None,
            window,
        }));
        self.schedule_renewal();
        self.status.send_replace(Status::Connected(road));
        self.tell(SessionEvent::Connected {
            road,
            resumed: welcome.resumed,
        });

        // What changed since the greeting was written.
        for subscribe in self.positions.subscriptions() {
            if !greeted.contains(&subscribe.room_id) {
                self.send_subscription(&subscribe.room_id);
            }
        }
        for room_id in greeted {
            if !self.positions.contains(room_id) {
                self.send_control(connect_request::Request::Unsubscribe(Unsubscribe {
                    room_id: room_id.clone(),
                }));
            }
        }
        if std::mem::take(&mut self.rejoin_again) && road == Road::GrpcWeb {
            self.rejoin();
        }
    }

    /// What was under way on the last connection is to be done again on the next.
    fn detach(&mut self) {
        for waiting in self.outbox.disconnected() {
            let _ = waiting.answer.send(Err(Error::Disconnected));
        }
        self.positions.disconnected();
        self.ticks.clear();
        self.control.clear();
        self.subscribing.clear();
        self.again.clear();
    }

    fn failed(&mut self, error: AttachError) {
        match error {
            AttachError::GoAway(go_away) => self.go_away(go_away),
            AttachError::Token(error) => self.down(DisconnectReason::Failed(error), Duration::ZERO),
            AttachError::Connect(error @ (ConnectError::Url(_) | ConnectError::Certificate(_))) => {
                self.stop(error.into());
            }
            AttachError::Connect(error) => self.down(DisconnectReason::Failed(error.into()), Duration::ZERO),
            AttachError::Silent => self.down(DisconnectReason::Silent, Duration::ZERO),
            AttachError::Protocol(what) => self.stop(Error::Protocol(what)),
            AttachError::Status(status) => {
                let refused = matches!(
                    status.code(),
                    Code::PermissionDenied | Code::InvalidArgument | Code::FailedPrecondition
                );
                let unknown = status.code() == Code::Unauthenticated;
                let rejection = Rejection::from(status);
                let delay = rejection.retry_after.unwrap_or_default();
                let error = Error::Rejected(Box::new(rejection));
                if refused || unknown && (self.renew_token || !self.setup.credentials.can_renew()) {
                    return self.stop(error);
                }
                self.renew_token |= unknown;
                self.down(DisconnectReason::Failed(error), delay);
            }
        }
    }

    pub(super) fn go_away(&mut self, go_away: GoAway) {
        let reason = go_away.reason();
        let retry_after = Duration::from_millis(go_away.retry_after_ms.into());
        if reason == GoAwayReason::Superseded && self.trying.is_some() {
            // The session's own move to another road did it.
            self.detach();
            self.stage = Stage::Down { retry_at: None };
            return;
        }
        if reason == GoAwayReason::Superseded && self.stray_until.take().is_some_and(|until| until > Instant::now()) {
            // It was an attempt of the session's own, whose greeting was heard and whose welcome was lost.
            return self.down(DisconnectReason::GoAway(reason), Duration::ZERO);
        }
        let reconnect = go_away.reconnect && reason != GoAwayReason::ProtocolError;
        self.tell(SessionEvent::GoAway {
            reason,
            reconnect,
            retry_after,
            message: go_away.message.clone(),
        });
        if !reconnect {
            return self.stop(Error::Ended {
                reason,
                message: go_away.message,
            });
        }
        self.renew_token |= reason == GoAwayReason::TokenExpired && self.setup.credentials.can_renew();
        self.down(DisconnectReason::GoAway(reason), retry_after);
    }

    pub(super) fn lost(&mut self, reason: DisconnectReason) {
        self.down(reason, Duration::ZERO);
    }

    fn fell_silent(&mut self, road: Road) {
        if road == Road::WebTransport {
            self.avoid_webtransport();
        }
        self.down(DisconnectReason::Silent, Duration::ZERO);
    }

    /// The session stands on no road; comes back after `at_least` and a random delay, or as the attempt under way does.
    fn down(&mut self, reason: DisconnectReason, at_least: Duration) {
        let now = Instant::now();
        if let Stage::Up(live) = &self.stage {
            self.backoff.lasted(now - live.since);
        }
        self.detach();
        let retry_in = if self.trying.is_some() {
            self.stage = Stage::Down { retry_at: None };
            Duration::ZERO
        } else {
            let delay = at_least + self.backoff.next(rand::random());
            self.stage = Stage::Down {
                retry_at: Some(now + delay),
            };
            delay
        };
        self.status.send_replace(Status::Connecting);
        self.tell(SessionEvent::Disconnected {
            reason,
            retry_in: Some(retry_in),
        });
    }

    pub(super) fn suspend(&mut self) {
        if matches!(self.stage, Stage::Suspended | Stage::Stopped(_)) {
            return;
        }
        self.trying = None;
        self.detach();
        self.stage = Stage::Suspended;
        self.status.send_replace(Status::Connecting);
        self.tell(SessionEvent::Disconnected {
            reason: DisconnectReason::Suspended,
            retry_in: None,
        });
    }

    pub(super) fn network_changed(&mut self) {
        let now = Instant::now();
        self.webtransport_at = None;
        self.backoff.reset();
        match &mut self.stage {
            Stage::Down { retry_at } => *retry_at = retry_at.map(|_| now),
            Stage::Up(live) => {
                let fallen_back = live.road != Road::WebTransport;
                if fallen_back {
                    self.webtransport_at = Some(now);
                }
                self.clock.with(|sync| sync.restart(now));
                self.ask_for_life();
            }
            Stage::Suspended | Stage::Stopped(_) => {}
        }
    }

    /// The session is over.
    pub(super) fn stop(&mut self, error: Error) {
        if matches!(self.stage, Stage::Stopped(_)) {
            return;
        }
        self.stage = Stage::Stopped(error.clone());
        self.status.send_replace(Status::Stopped(error.clone()));
        self.trying = None;
        self.renewal = None;
        for waiting in self.outbox.drain() {
            let _ = waiting.answer.send(Err(error.clone()));
        }
        for (_, done) in std::mem::take(&mut self.hearing) {
            let _ = done.send(Err(error.clone()));
        }
        self.control.clear();
        self.tell(SessionEvent::Stopped { error });
    }

    pub(super) fn renewed(&mut self, renewed: Result<Token, Error>) {
        self.renewal = None;
        match renewed {
            Ok(_) => self.token_changed(),
            Err(error) => {
                tracing::warn!(%error, "cannot renew the token");
                self.renew_at = Some(Instant::now() + RENEW_AGAIN);
            }
        }
    }

    /// Tells the server the current token.
    pub(super) fn token_changed(&mut self) {
        self.schedule_renewal();
        let Some(token) = self.setup.credentials.current() else {
            return;
        };
        match &self.stage {
            Stage::Up(live) if live.road == Road::GrpcWeb => self.rejoin(),
            Stage::Up(_) => {
                let token = token.as_str().to_owned();
                self.send_control(connect_request::Request::Authenticate(Authenticate { token }));
            }
            Stage::Down { .. } | Stage::Suspended | Stage::Stopped(_) => {}
        }
    }

    fn schedule_renewal(&mut self) {
        // A source that hands out ended tokens must not be asked in a tight loop.
        let soonest = Instant::now() + Duration::from_secs(1);
        let at = self.setup.credentials.renew_at().map(|at| at.max(soonest));
        self.renew_at = at.filter(|_| self.setup.credentials.can_renew());
    }
}
