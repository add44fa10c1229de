//! A room under test: given what happened, when somebody asks, then this is what follows.
//!
//! ```ignore
//! given([ANA, BEN]).at(10).when(ANA, say("hi")).events([said(ANA, "hi")]).at(20).when(EVE, say("x")).rejects(Reject::NotMember);
//! ```
//!
//! [`World`] plays the shell: it stamps, decides, applies with dense numbers, settles, and wakes at every deadline. When
//! it is dropped it replays its log, also by way of JSON and of a snapshot half way, and compares the states.

#![allow(dead_code, unreachable_pub, reason = "every test file takes what it needs")]

use rand_chacha::{ChaCha12Rng, rand_core::SeedableRng};
use trivium_engine::{
    Actor, ChatCommand, Command, Cx, Entry, Event, Millis, Observation, PolicyChange, Reject, RequestId, Role, Room,
    RoomCommand, RoomKind, Signal, Timestamp, UserId,
};

/// Time 0 of every scenario.
pub const T0: Timestamp = Timestamp(1_000_000);

/// Somebody who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    pub id: &'static str,
    pub name: &'static str,
    pub guest: bool,
    pub global: bool,
    pub grant: Option<Role>,
}

pub const HOST: Who = who("host", "Hanna Host");
pub const COHOST: Who = who("cohost", "Cora");
pub const ANA: Who = who("ana", "Ana");
pub const BEN: Who = who("ben", "Ben");
pub const CLEO: Who = who("cleo", "Cleo");
pub const DAN: Who = who("dan", "Dan");
pub const EVE: Who = who("eve", "Eve");
/// A guest without a name.
pub const GUEST: Who = Who {
    guest: true,
    ..who("guest", "")
};
/// A service that is in no room and may act as host in all.
pub const ROOT: Who = Who {
    global: true,
    ..who("root", "Root")
};

pub const fn who(id: &'static str, name: &'static str) -> Who {
    Who {
        id,
        name,
        guest: false,
        global: false,
        grant: None,
    }
}

impl Who {
    pub fn user(self) -> UserId {
        self.id.parse().expect("a test id is an id")
    }

    /// The same with a grant for the room in its token.
    pub const fn granted(self, role: Role) -> Self {
        Self {
            grant: Some(role),
            ..self
        }
    }

    pub fn actor(self) -> Actor {
        Actor {
            user: self.user(),
            name: self.name.to_owned(),
            guest: self.guest,
            global_host: self.global,
            grant: self.grant,
        }
    }
}

/// A room and its shell.
#[derive(Debug)]
pub struct World {
    pub room: Room,
    pub log: Vec<Entry>,
    pub now: Timestamp,
    rng: ChaCha12Rng,
    round_trip: Option<Millis>,
    room_round_trip: Option<Millis>,
    settled: Vec<Event>,
    request: Option<RequestId>,
    requests: u32,
}

/// A quiz room made by [`HOST`] in which these are members; everybody is connected.
pub fn given(members: impl IntoIterator<Item = Who>) -> World {
    let mut world = World::new().when(HOST, create(RoomKind::Quiz)).done().connect(HOST);
    for member in members {
        world = world.when(member, join()).done().connect(member);
    }
    world
}

impl World {
    /// A room that has not been created.
    pub fn new() -> Self {
        Self {
            room: Room::new("room".parse().expect("an id"), 7),
            log: Vec::new(),
            now: T0,
            rng: ChaCha12Rng::seed_from_u64(42),
            round_trip: None,
            room_round_trip: None,
            settled: Vec::new(),
            request: None,
            requests: 0,
        }
    }

    /// Lets time pass until `ms` after [`T0`], waking at every deadline on the way.
    pub fn at(mut self, ms: u64) -> Self {
        let target = T0 + Millis(ms);
        assert!(target >= self.now, "time goes forward");
        for _ in 0..10_000 {
            let due = self.room.next_deadline().filter(|due| *due <= target);
            let Some(due) = due else { break };
            self.now = self.now.max(due);
            let before = self.log.len();
            self.settle();
            if self.log.len() == before {
                assert!(
                    self.room.next_deadline().is_none_or(|next| next > self.now),
                    "a deadline that has passed without effect is still there: {:?}",
                    self.room.next_deadline()
                );
            }
        }
        self.now = target;
        self.settle();
        self
    }

    /// What time alone brought about since the last command, observation or check.
    #[track_caller]
    pub fn settles_to(mut self, expected: impl IntoIterator<Item = Event>) -> Self {
        assert_eq!(
            std::mem::take(&mut self.settled),
            expected.into_iter().collect::<Vec<_>>()
        );
        self
    }

    /// The same for a look with one's own eyes.
    pub fn settled(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.settled)
    }

    /// Round trip of the next actors' connections.
    pub fn round_trips(mut self, own: Option<u64>, room: Option<u64>) -> Self {
        self.round_trip = own.map(Millis);
        self.room_round_trip = room.map(Millis);
        self
    }

    /// The next command carries this request id.
    pub fn request(mut self, id: &str) -> Self {
        self.request = Some(id.parse().expect("a test id is an id"));
        self
    }

    /// Somebody asks.
    pub fn when(mut self, who: Who, command: impl Into<Command>) -> Outcome {
        self.settled.clear();
        self.requests += 1;
        let request = self
            .request
            .take()
            .unwrap_or_else(|| format!("r{}", self.requests).parse().expect("an id"));
        let actor = who.actor();
        if let Some(range) = self.room.replayed(&actor.user, &request) {
            return Outcome {
                result: Ok(Vec::new()),
                replayed: Some((*range.start(), *range.end())),
                world: self,
            };
        }
        let mut cx = Cx {
            now: self.now,
            actor: &actor,
            round_trip: self.round_trip,
            room_round_trip: self.room_round_trip,
            rng: &mut self.rng,
        };
        let result = self.room.decide(&command.into(), &mut cx);
        for event in result.iter().flatten() {
            self.apply(Some(actor.user.clone()), Some(request.clone()), event.clone());
        }
        self.settle();
        Outcome {
            world: self,
            result,
            replayed: None,
        }
    }

    /// Writes down what a refusal leaves for hosts to see, if anything.
    pub fn tell(mut self, who: Who, reject: &Reject) -> Self {
        let actor = who.actor();
        let cx = Cx {
            now: self.now,
            actor: &actor,
            round_trip: None,
            room_round_trip: None,
            rng: &mut self.rng,
        };
        let event = self.room.refused(reject, &cx);
        if let Some(event) = event {
            self.apply(Some(actor.user.clone()), None, event);
        }
        self
    }

    pub fn connect(self, who: Who) -> Self {
        self.observe(&Observation::Connected(who.user())).0
    }

    pub fn disconnect(self, who: Who) -> Self {
        self.observe(&Observation::Disconnected(who.user())).0
    }

    /// The shell tells the room about connections.
    pub fn observe(mut self, observation: &Observation) -> (Self, Vec<Signal>) {
        let signals = self.room.observe(observation, self.now);
        self.settle();
        (self, signals)
    }

    /// Looks at the room.
    pub fn check(self, look: impl FnOnce(&Room)) -> Self {
        look(&self.room);
        self
    }

    fn settle(&mut self) {
        for _ in 0..64 {
            let events = self.room.settle(self.now);
            if events.is_empty() {
                return;
            }
            for event in events {
                self.settled.push(event.clone());
                self.apply(None, None, event);
            }
        }
        panic!("settling does not come to an end");
    }

    /// Writes something down that nobody asked for.
    pub fn apply(&mut self, actor: Option<UserId>, request: Option<RequestId>, event: Event) {
        let entry = Entry {
            seq: self.room.seq() + 1,
            at: self.now,
            actor,
            request,
            event,
        };
        self.room.apply(&entry);
        assert_eq!(self.room.seq(), entry.seq);
        self.log.push(entry);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_replays(&self.room, &self.log);
        }
    }
}

/// The state says the same when it is made again from its log, from the log by way of JSON, and from a snapshot half way.
pub fn assert_replays(room: &Room, log: &[Entry]) {
    let expected = state(room);
    let mut replayed = Room::new(room.id().clone(), room.epoch());
    for (n, entry) in log.iter().enumerate() {
        let json = serde_json::to_string(entry).expect("entries serialise");
        let back: Entry = serde_json::from_str(&json).expect("entries deserialise");
        assert_eq!(*entry, back, "by way of {json}");
        replayed.apply(&back);
        if n == log.len() / 2 {
            replayed = serde_json::from_str(&state(&replayed)).expect("snapshots deserialise");
        }
    }
    assert_eq!(state(&replayed), expected);
}

/// The snapshot as text.
pub fn state(room: &Room) -> String {
    serde_json::to_string(room).expect("rooms serialise")
}

/// What came of a command.
#[derive(Debug)]
#[must_use]
pub struct Outcome {
    world: World,
    pub result: Result<Vec<Event>, Reject>,
    replayed: Option<(u64, u64)>,
}

impl Outcome {
    /// Exactly these events.
    #[track_caller]
    pub fn events(self, expected: impl IntoIterator<Item = Event>) -> World {
        assert_eq!(self.result, Ok(expected.into_iter().collect()));
        self.world
    }

    /// Refused for this reason.
    #[track_caller]
    pub fn rejects(self, reject: Reject) -> World {
        assert_eq!(self.result, Err(reject));
        self.world
    }

    /// Allowed, and there was something to do.
    #[track_caller]
    pub fn done(self) -> World {
        let events = self.result.expect("the command is allowed");
        assert!(!events.is_empty(), "the command does something");
        self.world
    }

    /// Allowed, and there was nothing to do.
    #[track_caller]
    pub fn changes_nothing(self) -> World {
        assert_eq!((self.result, self.replayed), (Ok(Vec::new()), None));
        self.world
    }

    /// Recognised as a retry of the command that made these entries.
    #[track_caller]
    pub fn replays(self, first: u64, last: u64) -> World {
        assert_eq!(self.replayed, Some((first, last)));
        self.world
    }

    /// Allowed or not.
    pub fn either_way(self) -> World {
        self.world
    }

    /// Allowed; the events for a look with one's own eyes.
    #[track_caller]
    pub fn look(self, look: impl FnOnce(&[Event])) -> World {
        look(&self.result.expect("the command is allowed"));
        self.world
    }
}

pub fn create(kind: RoomKind) -> RoomCommand {
    RoomCommand::Create {
        kind,
        title: "Room".to_owned(),
        code: Some("123456".to_owned()),
        join_policy: None,
        capacity: None,
        teams: Vec::new(),
        nickname: String::new(),
        policy: PolicyChange::default(),
    }
}

/// Comes in with the right code under the name in the token.
pub fn join() -> RoomCommand {
    join_as("")
}

/// Comes in with the right code under a name.
pub fn join_as(nickname: &str) -> RoomCommand {
    RoomCommand::Join {
        nickname: nickname.to_owned(),
        avatar: String::new(),
        team: String::new(),
        observe: false,
        code_shown: true,
        invitation: None,
    }
}

/// Comes in with the right code to look on.
pub fn observe() -> RoomCommand {
    RoomCommand::Join {
        nickname: String::new(),
        avatar: String::new(),
        team: String::new(),
        observe: true,
        code_shown: true,
        invitation: None,
    }
}

/// Gives a member a role.
pub fn promote(who: Who, to: Role) -> RoomCommand {
    RoomCommand::UpdateMember {
        user: who.user(),
        nickname: None,
        avatar: None,
        team: None,
        role: Some(to),
        accommodations: None,
    }
}

pub fn say(text: &str) -> ChatCommand {
    ChatCommand::say(text)
}
