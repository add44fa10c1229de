//! Presence: sessions, grace, own words, typing, and what becomes of it all over time.

mod common;

use common::*;
use trivium_engine::{
    Observation, PresenceState, RoomCommand, Signal, Timestamp,
    presence::{GRACE, MAX_STATUS, TYPING_FOR},
};

const ONLINE: PresenceState = PresenceState::Online;
const AWAY: PresenceState = PresenceState::Away;
const OFFLINE: PresenceState = PresenceState::Offline;

/// What a signal says, short enough to compare.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Is(Who, PresenceState, &'static str),
    Types(Who, bool),
}
use Told::{Is, Types};

/// A room with Ana and Ben whose presence is looked at; nobody is connected, and everybody has been so for long.
struct Stage {
    world: World,
    now: Timestamp,
}

fn stage() -> Stage {
    let mut world = World::new().when(HOST, create(trivium_engine::RoomKind::Quiz)).done();
    for who in [ANA, BEN] {
        world = world.when(who, join()).done();
    }
    let now = T0 + GRACE;
    world.room.settle_presence(now);
    Stage { world, now }
}

impl Stage {
    #[track_caller]
    fn sees(mut self, observation: &Observation, expected: &[Told]) -> Self {
        let told = self.world.room.observe(observation, self.now);
        assert_eq!(told, expected.iter().map(|told| self.signal(told)).collect::<Vec<_>>());
        self
    }

    /// Time passes, waking at every deadline; all that is told on the way.
    #[track_caller]
    fn passes(mut self, ms: u64, expected: &[Told]) -> Self {
        let target = Timestamp(self.now.0 + ms);
        let mut told = Vec::new();
        while let Some(due) = self.world.room.next_presence_deadline().filter(|due| *due <= target) {
            assert!(
                self.world.room.settle_presence(Timestamp(due.0 - 1)).is_empty(),
                "nothing happens early"
            );
            self.now = due;
            told.extend(self.world.room.settle_presence(due));
            assert_ne!(self.world.room.next_presence_deadline(), Some(due), "a deadline passes");
        }
        assert_eq!(told, expected.iter().map(|told| self.signal(told)).collect::<Vec<_>>());
        self.now = target;
        self
    }

    /// The signal as sent now: a presence carries the newest change.
    fn signal(&self, told: &Told) -> Signal {
        match told {
            Is(who, state, status) => {
                let (user, status) = (who.user(), (*status).to_owned());
                let changed_at = self.presence(*who).2;
                Signal::Presence(trivium_engine::Presence {
                    user,
                    state: *state,
                    status,
                    changed_at,
                })
            }
            Types(who, typing) => Signal::Typing {
                user: who.user(),
                typing: *typing,
            },
        }
    }

    fn presence(&self, who: Who) -> (PresenceState, String, Timestamp) {
        let all = self.world.room.presences(None, 100);
        let one = all
            .into_iter()
            .find(|presence| presence.user == who.user())
            .expect("a member");
        (one.state, one.status, one.changed_at)
    }
}

fn connected(who: Who) -> Observation {
    Observation::Connected(who.user())
}

fn disconnected(who: Who) -> Observation {
    Observation::Disconnected(who.user())
}

fn appears(who: Who, away: bool, status: &str) -> Observation {
    Observation::Appearance {
        user: who.user(),
        away,
        status: status.to_owned(),
    }
}

fn types(who: Who, typing: bool) -> Observation {
    Observation::Typing {
        user: who.user(),
        typing,
    }
}

#[test]
fn one_is_there_as_long_as_one_session_is() {
    stage()
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .sees(&connected(ANA), &[])
        .sees(&disconnected(ANA), &[])
        .sees(&disconnected(ANA), &[Is(ANA, AWAY, "")])
        .sees(&disconnected(ANA), &[])
        .passes(14_999, &[])
        .passes(1, &[Is(ANA, OFFLINE, "")])
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")]);
}

#[test]
fn a_hiccup_ends_no_presence() {
    let stage = stage()
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .sees(&disconnected(ANA), &[Is(ANA, AWAY, "")])
        .passes(14_999, &[])
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .passes(60_000, &[]);
    assert_eq!(
        stage.presence(ANA),
        (ONLINE, String::new(), T0 + GRACE + GRACE - trivium_engine::Millis(1))
    );
}

#[test]
fn own_words_are_kept_and_being_away_ends_with_the_presence() {
    let long = "x".repeat(MAX_STATUS + 1);
    let stage = stage()
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .sees(&appears(ANA, true, "tea\n"), &[Is(ANA, AWAY, "tea")])
        .sees(&appears(ANA, true, "tea"), &[])
        .sees(&appears(ANA, true, "more tea"), &[Is(ANA, AWAY, "more tea")])
        .sees(&disconnected(ANA), &[])
        .sees(&connected(ANA), &[])
        .sees(&disconnected(ANA), &[])
        .passes(15_000, &[Is(ANA, OFFLINE, "more tea")])
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "more tea")]);
    let mut stage = stage;
    stage.world.room.observe(&appears(ANA, false, &long), stage.now);
    assert_eq!(stage.presence(ANA).1.len(), MAX_STATUS);
}

#[test]
fn appearing_does_not_connect() {
    stage()
        .sees(&appears(ANA, false, "soon"), &[Is(ANA, OFFLINE, "soon")])
        .passes(60_000, &[]);
}

#[test]
fn typing_is_forgotten_unless_repeated() {
    stage()
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .sees(&types(ANA, true), &[Types(ANA, true)])
        .passes(TYPING_FOR.0 - 1, &[])
        .sees(&types(ANA, true), &[])
        .passes(TYPING_FOR.0 - 1, &[])
        .passes(1, &[Types(ANA, false)])
        .sees(&types(ANA, true), &[Types(ANA, true)])
        .sees(&types(ANA, false), &[Types(ANA, false)])
        .sees(&types(ANA, false), &[])
        .sees(&types(ANA, true), &[Types(ANA, true)])
        .sees(&disconnected(ANA), &[Is(ANA, AWAY, ""), Types(ANA, false)])
        .passes(15_000, &[Is(ANA, OFFLINE, "")]);
}

#[test]
fn strangers_and_observers_are_not_heard() {
    let mut stage = stage();
    stage.world = stage.world.when(DAN, observe()).done();
    let mut stage = stage
        .sees(&connected(EVE), &[])
        .sees(&types(EVE, true), &[])
        .sees(&appears(EVE, true, "hi"), &[])
        .sees(&disconnected(EVE), &[])
        .sees(&types(DAN, true), &[])
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")]);
    assert_eq!(stage.world.room.presences(None, 100).len(), 4);
    stage.world = stage.world.when(ANA, RoomCommand::Leave).done();
    assert_eq!(stage.world.room.presences(None, 100).len(), 3);
    stage.sees(&disconnected(ANA), &[]).sees(&types(ANA, true), &[]);
}

#[test]
fn a_newcomer_has_the_grace_period_to_connect() {
    let mut stage = stage();
    stage.world.now = stage.now;
    stage.world = stage.world.when(CLEO, join()).done();
    assert_eq!(stage.presence(CLEO).0, AWAY);
    assert_eq!(stage.world.room.presence_counts(), (0, 1));
    let stage = stage.sees(&connected(BEN), &[Is(BEN, ONLINE, "")]);
    assert_eq!(stage.world.room.presence_counts(), (1, 1));
    let stage = stage.passes(15_000, &[Is(CLEO, OFFLINE, "")]);
    assert_eq!(stage.world.room.presence_counts(), (1, 0));
}

#[test]
fn after_loading_everybody_is_just_cut_off() {
    let mut stage = stage().sees(&connected(ANA), &[Is(ANA, ONLINE, "")]);
    let snapshot = state(&stage.world.room);
    stage.world.room = serde_json::from_str(&snapshot).expect("a snapshot loads");
    assert_eq!(stage.world.room.presence_counts(), (0, 0));
    stage.world.room.reset_presence(stage.now);
    assert_eq!(stage.world.room.presence_counts(), (0, 3));
    stage
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .passes(15_000, &[Is(BEN, OFFLINE, ""), Is(HOST, OFFLINE, "")]);
}
