//! The room: one state machine that owns membership and dispatches to the features.
//!
//! Neighbours: [`membership`](crate::membership), [`quiz`] and [`chat`] decide and apply what is theirs;
//! [`presence`] and what screens report are kept beside the log; [`permission`] and [`dedupe`](crate::dedupe) stand before all
//! of them; how a room looks from outside stands in `room/queries.rs`.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{
    Command, Cx, Entry, Event, Observation, Reject, RequestId, Role, RoomCommand, RoomEvent, RoomId, RoomKind, Seq,
    Signal, Timestamp, UserId, activity, chat, dedupe::Requests, gone::Gone, inbox, keys, membership, moderation,
    permission, presence, quiz, receipt, retention,
};

mod queries;
mod views;

/// One room. Serialising it makes a snapshot of what its log says; presence is not part of that.
///
/// Whoever loads a room, from a snapshot or a log, calls [`reset_presence`](Self::reset_presence) before anything else.
///
/// ```
/// use trivium_engine::{Actor, Command, Cx, Entry, Room, RoomCommand, RoomKind, Timestamp};
///
/// let ana = Actor { user: "ana".parse()?, name: "Ana".into(), guest: false, global_host: false, grant: None };
/// let create = Command::Room(RoomCommand::Create {
///     kind: RoomKind::Quiz,
///     title: "Capitals".into(),
///     code: None,
///     join_policy: None,
///     capacity: None,
///     teams: vec![],
///     nickname: "Ms. A".into(),
///     policy: Default::default(),
/// });
/// # struct Fixed;
/// # impl rand::TryRng for Fixed {
/// #     type Error = std::convert::Infallible;
/// #     fn try_next_u32(&mut self) -> Result<u32, Self::Error> { Ok(0) }
/// #     fn try_next_u64(&mut self) -> Result<u64, Self::Error> { Ok(0) }
/// #     fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> { Ok(()) }
/// # }
/// # let mut rng = Fixed;
/// let mut room = Room::new("r1".parse()?, 1);
/// let now = Timestamp(1_700_000_000_000);
/// let mut cx = Cx { now, actor: &ana, round_trip: None, room_round_trip: None, rng: &mut rng };
/// for event in room.decide(&create, &mut cx)? {
///     room.apply(&Entry { seq: room.seq() + 1, at: now, actor: Some(ana.user.clone()), request: None, event });
/// }
/// assert_eq!(room.member(&ana.user).expect("the creator is in").nickname, "Ms. A");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Room {
    id: RoomId,
    epoch: u64,
    seq: Seq,
    pub(crate) seats: membership::State,
    pub(crate) chat: chat::State,
    pub(crate) quiz: Option<quiz::State>,
    #[serde(default, skip_serializing_if = "crate::omit::is_default")]
    pub(crate) gone: Gone,
    #[serde(default)]
    pub(crate) retention: retention::State,
    #[serde(default)]
    pub(crate) receipts: receipt::State,
    #[serde(default)]
    pub(crate) moderation: moderation::State,
    #[serde(default)]
    pub(crate) activity: activity::State,
    #[serde(default)]
    pub(crate) inbox: inbox::State,
    #[serde(default)]
    pub(crate) keys: keys::State,
    requests: Requests,
    #[serde(skip)]
    pub(crate) board: presence::Board,
    #[serde(skip)]
    screens: quiz::screens::Board,
    /// Acknowledgements that are not in the log yet.
    #[serde(skip)]
    pub(crate) notes: receipt::Notes,
}

impl Room {
    /// A room before its first entry. `epoch` tells this life of the log from others.
    pub fn new(id: RoomId, epoch: u64) -> Self {
        Self {
            id,
            epoch,
            seq: 0,
            seats: membership::State::default(),
            chat: chat::State::default(),
            quiz: None,
            gone: Gone::default(),
            retention: retention::State::default(),
            receipts: receipt::State::default(),
            moderation: moderation::State::default(),
            activity: activity::State::default(),
            inbox: inbox::State::default(),
            keys: keys::State::default(),
            requests: Requests::default(),
            board: presence::Board::default(),
            screens: quiz::screens::Board::default(),
            notes: receipt::Notes::default(),
        }
    }

    /// Identifier.
    pub fn id(&self) -> &RoomId {
        &self.id
    }

    /// Which life of the log.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Number of the last entry applied; 0 before the first.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The entries that an earlier command with this request id made, if it is remembered (the newest 256 per user).
    pub fn replayed(&self, user: &UserId, request: &RequestId) -> Option<RangeInclusive<Seq>> {
        self.requests.replayed(user, request)
    }

    /// What the command brings about now, or why it is refused. No events means that nothing had to change.
    ///
    /// Ask [`replayed`](Self::replayed) first: whether this is a retry is not looked at here.
    pub fn decide(&self, command: &Command, cx: &mut Cx<'_>) -> Result<Vec<Event>, Reject> {
        match (command, &self.seats.settings) {
            (Command::Room(RoomCommand::Create { .. } | RoomCommand::Open { .. }), None) => {}
            (Command::Room(RoomCommand::Create { .. } | RoomCommand::Open { .. }), Some(_)) => {
                return Err(Reject::RoomExists);
            }
            (_, _) => {
                self.seats.check_open()?;
            }
        }
        let members = &self.seats.members;
        let kind = self.seats.settings.as_ref().map(|settings| settings.kind);
        permission::check(command, kind, members, cx.actor)?;
        keys::guard(self, command)?;
        inbox::guard(self, command)?;
        let events = match command {
            Command::Room(command) => {
                let phase = self.quiz.as_ref().map(quiz::State::phase);
                self.seats.decide(
                    command,
                    membership::Around {
                        phase,
                        board: &self.board,
                    },
                    cx,
                )
            }
            Command::Quiz(command) => quiz::decide(self.quiz.as_ref(), members, &self.screens, command, cx)
                .map(|events| events.into_iter().map(Event::Quiz).collect()),
            Command::Chat(command) => chat::decide(self, command, cx),
            Command::Receipt(command) => Ok(receipt::decide(self, command, cx)),
            Command::Moderation(command) => moderation::decide(self, command, cx),
            Command::Activity(command) => activity::decide(self, command, cx),
            Command::Inbox(command) => inbox::decide(self, command, cx),
            Command::Keys(command) => keys::decide(self, command, cx),
        }?;
        moderation::gate::admit(self, events, cx)
    }

    /// What is to be written down of a command that [`decide`](Self::decide) has refused: none but for what hosts are to
    /// see, such as that a rule refused a text. These events belong to the actor and to no request, as a retry is decided
    /// anew.
    pub fn refused(&self, reject: &Reject, cx: &Cx<'_>) -> Option<Event> {
        moderation::gate::refused(self, reject, cx).map(Event::Moderation)
    }

    /// What time (and presence) alone bring about; apply and ask again until empty. Bounded: at most a few events a call.
    pub fn settle(&self, now: Timestamp) -> Vec<Event> {
        let quiz = self
            .playing()
            .map(|quiz| quiz::settle(quiz, &self.seats.members, &self.board, &self.screens, now));
        let quiz = quiz.unwrap_or_default().into_iter().map(Event::Quiz);
        let expired = retention::settle(self, now).map(Event::Room);
        quiz.chain(expired)
            .chain(receipt::settle(self, now).into_iter().map(Event::Receipt))
            .chain(moderation::settle(self, now).into_iter().map(Event::Moderation))
            .chain(activity::settle(self, now).into_iter().map(Event::Activity))
            .chain(inbox::settle(self, now).into_iter().map(Event::Inbox))
            .chain(keys::settle(self, now).into_iter().map(Event::Keys))
            .collect()
    }

    /// Takes an entry into the state. Total: any entry that was ever written applies to the state it was decided on.
    pub fn apply(&mut self, entry: &Entry) {
        self.seq = entry.seq;
        self.requests.record(entry);
        self.receipts.note(entry);
        self.activity.note(entry);
        self.notes.strike(&entry.event);
        self.gone.take(entry);
        self.retention.apply(entry);
        match &entry.event {
            Event::Room(event) => {
                if let RoomEvent::MessagesExpired { through } = event {
                    self.chat.expire(*through);
                    self.moderation.expire(*through);
                }
                self.seats.apply(entry, event, &mut self.board);
            }
            Event::Quiz(event) => {
                if let quiz::Event::QuestionOpened { .. } = event {
                    self.screens = quiz::screens::Board::default();
                }
                quiz::apply(
                    &mut self.quiz,
                    &self.seats.members,
                    entry.at,
                    entry.actor.as_ref(),
                    event,
                );
            }
            Event::Chat(event) => self.chat.apply(entry.seq, entry.at, event),
            Event::Receipt(event) => self.receipts.apply(event),
            Event::Moderation(event) => moderation::apply(self, entry, event),
            Event::Activity(event) => activity::apply(self, entry.at, event),
            Event::Inbox(event) => self.inbox.apply(entry, event),
            Event::Keys(event) => self.keys.apply(entry, event),
        }
        moderation::notice(self, entry);
    }

    /// When [`settle`](Self::settle) has something to do next, if nothing else happens. What presence does by time alone
    /// is not part of it; a shell sleeps until the earlier of this and
    /// [`next_presence_deadline`](Self::next_presence_deadline), and then calls both settling functions.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let quiz = self
            .playing()
            .and_then(|quiz| quiz::next_deadline(quiz, &self.seats.members, &self.board));
        let features = [
            quiz,
            receipt::next_deadline(self),
            moderation::next_deadline(self),
            activity::next_deadline(self),
            inbox::next_deadline(self),
            keys::next_deadline(self),
        ];
        features.into_iter().flatten().min()
    }

    /// When [`settle_presence`](Self::settle_presence) has something to do next, if nothing else happens.
    pub fn next_presence_deadline(&self) -> Option<Timestamp> {
        self.board.next_deadline()
    }

    /// After loading: every member counts as cut off just now, so that nobody is taken for gone before all had the time to
    /// come back.
    pub fn reset_presence(&mut self, now: Timestamp) {
        self.board = presence::Board::after_loading(self.activity.interrupted(), self.is_closed());
        self.notes = receipt::Notes::default();
        for member in self.seats.members.iter() {
            self.board.enter(&member.user, self.activity.known(&member.user), now);
        }
    }

    /// Takes in what the shell knows of connections and screens. Returns what the room should be told.
    ///
    /// Strangers are ignored; when somebody whose sessions hear the room already becomes a member, the shell says
    /// `Connected` again, once per session. Observers are never typing.
    pub fn observe(&mut self, observation: &Observation, now: Timestamp) -> Vec<Signal> {
        // Nobody asks who is at an inbox, and its log is not for visits.
        let kind = self.seats.settings.as_ref().map(|settings| settings.kind);
        if let Some(RoomKind::Inbox | RoomKind::System | RoomKind::Keys) = kind {
            return Vec::new();
        }
        match observation {
            Observation::Typing { user, typing: true } if self.role(user).is_none_or(|role| role < Role::Member) => {
                Vec::new()
            }
            Observation::Drawn { user, index, at, error } => {
                let playing = self.seats.check_open().ok().and(self.quiz.as_ref());
                let told = playing
                    .filter(|_| self.seats.members.get(user).is_some())
                    .and_then(|quiz| self.screens.take(quiz, user, *index, *at, *error));
                told.into_iter().collect()
            }
            Observation::Acknowledged { user, delivered, read } => {
                if self.seats.check_open().is_ok() {
                    self.notes
                        .take(&self.receipts, user, (*delivered, *read), self.seq, now);
                }
                Vec::new()
            }
            Observation::Appearance {
                user,
                away,
                status,
                invisible,
            } => {
                let shown = Observation::Appearance {
                    user: user.clone(),
                    away: *away,
                    status: moderation::gate::status(self, user, status, now),
                    invisible: *invisible,
                };
                self.board.observe(&shown, now)
            }
            Observation::Connected(_) | Observation::Disconnected(_) | Observation::Typing { .. } => {
                self.board.observe(observation, now)
            }
        }
    }

    /// What presence does by time alone (grace periods end, typing is forgotten): signals to send.
    pub fn settle_presence(&mut self, now: Timestamp) -> Vec<Signal> {
        self.board.settle(now)
    }

    /// What the log should know before the room goes out of memory in good order: what was noted beside it, and the visits
    /// of those who are there. Apply it.
    pub fn parting(&mut self, now: Timestamp) -> Vec<Event> {
        self.board.visits.close(now);
        let receipts = receipt::flush(self).into_iter().map(Event::Receipt);
        receipts
            .chain(activity::parting(self, now).into_iter().map(Event::Activity))
            .collect()
    }

    /// The quiz, unless the room is over and time with it.
    fn playing(&self) -> Option<&quiz::State> {
        self.seats.check_open().ok().and(self.quiz.as_ref())
    }

    fn role(&self, user: &UserId) -> Option<Role> {
        self.seats.members.get(user).map(|member| member.role)
    }
}
