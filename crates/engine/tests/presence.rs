//! Presence: sessions, grace, own words, typing, and what becomes of it all over time.

mod common;

use common::*;
use trivium_engine::{
    Audience, Hearers, Observation, PresenceState, RoomCommand, Signal, Timestamp,
    presence::{GRACE, MAX_STATUS, TYPING_FOR},
};

const ONLINE: PresenceState = PresenceState::Online;
const AWAY: PresenceState = PresenceState::Away;
const OFFLINE: PresenceState = PresenceState::Offline;

/// What a signal says, short enough to compare.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Is(Who, PresenceState, &'static str),
    /// To hosts and the member itself, of somebody who appears offline.
    Unseen(Who, PresenceState, &'static str),
    Types(Who, bool),
}
use Told::{Is, Types, Unseen};

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
        assert_eq!(shorter(told), expected.iter().map(as_text).collect::<Vec<_>>());
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
        assert_eq!(shorter(told), expected.iter().map(as_text).collect::<Vec<_>>());
        self.now = target;
        self
    }

    fn presence(&self, who: Who) -> (PresenceState, String, Timestamp) {
        let all = self.world.room.presences(&Audience::Hosts, None, None, 100);
        let one = all
            .into_iter()
            .find(|presence| presence.user == who.user())
            .expect("a member");
        (one.state, one.status, one.changed_at)
    }
}

/// What was told, as people can read it.
fn shorter(told: Vec<Signal>) -> Vec<String> {
    let text = |signal: Signal| match signal {
        Signal::Presence(one) => format!("{} is {:?} {:?}", one.user, one.state, one.status),
        Signal::Unseen(one) => format!("{} is unseen {:?} {:?}", one.user, one.state, one.status),
        Signal::Typing { user, typing } => format!("{user} types: {typing}"),
        other @ (Signal::PresenceCounts { .. } | Signal::AnswerProgress { .. } | Signal::Screens { .. }) => {
            panic!("not of presence: {other:?}")
        }
    };
    told.into_iter().map(text).collect()
}

fn as_text(told: &Told) -> String {
    match told {
        Is(who, state, status) => format!("{} is {state:?} {status:?}", who.id),
        Unseen(who, state, status) => format!("{} is unseen {state:?} {status:?}", who.id),
        Types(who, typing) => format!("{} types: {typing}", who.id),
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
        invisible: false,
    }
}

fn hides(who: Who, status: &str) -> Observation {
    Observation::Appearance {
        user: who.user(),
        away: false,
        status: status.to_owned(),
        invisible: true,
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
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .sees(&disconnected(ANA), &[Is(ANA, ONLINE, "")])
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
        .sees(&disconnected(ANA), &[Is(ANA, AWAY, "more tea")])
        .sees(&connected(ANA), &[Is(ANA, AWAY, "more tea")])
        .sees(&disconnected(ANA), &[Is(ANA, AWAY, "more tea")])
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
    assert_eq!(stage.world.room.presences(&Audience::Hosts, None, None, 100).len(), 4);
    stage.world = stage.world.when(ANA, RoomCommand::Leave).done();
    assert_eq!(stage.world.room.presences(&Audience::Hosts, None, None, 100).len(), 3);
    stage.sees(&disconnected(ANA), &[]).sees(&types(ANA, true), &[]);
}

#[test]
fn a_newcomer_has_the_grace_period_to_connect() {
    let mut stage = stage();
    stage.world.now = stage.now;
    stage.world = stage.world.when(CLEO, join()).done();
    assert_eq!(stage.presence(CLEO).0, AWAY);
    assert_eq!(stage.world.room.presence_counts(&Audience::Hosts), (0, 1));
    let stage = stage.sees(&connected(BEN), &[Is(BEN, ONLINE, "")]);
    assert_eq!(stage.world.room.presence_counts(&Audience::Hosts), (1, 1));
    let stage = stage.passes(15_000, &[Is(CLEO, OFFLINE, "")]);
    assert_eq!(stage.world.room.presence_counts(&Audience::Hosts), (1, 0));
}

#[test]
fn after_loading_everybody_is_just_cut_off() {
    let mut stage = stage().sees(&connected(ANA), &[Is(ANA, ONLINE, "")]);
    let snapshot = state(&stage.world.room);
    stage.world.room = serde_json::from_str(&snapshot).expect("a snapshot loads");
    assert_eq!(stage.world.room.presence_counts(&Audience::Hosts), (0, 0));
    stage.world.room.reset_presence(stage.now);
    assert_eq!(stage.world.room.presence_counts(&Audience::Hosts), (0, 3));
    stage
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .passes(15_000, &[Is(BEN, OFFLINE, ""), Is(HOST, OFFLINE, "")]);
}

#[test]
fn last_seen_is_when_the_last_session_went() {
    let stage = stage()
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")]);
    let seen = |stage: &Stage| {
        let all = stage.world.room.presences(&Audience::Observers, None, None, 100);
        let ana = all.into_iter().find(|one| one.user == ANA.user()).expect("a member");
        (ana.last_seen, ana.sessions)
    };
    assert_eq!(seen(&stage), (None, 2));
    let stage = stage
        .sees(&disconnected(ANA), &[Is(ANA, ONLINE, "")])
        .passes(1_000, &[])
        .sees(&disconnected(ANA), &[Is(ANA, AWAY, "")]);
    let gone = Some(T0 + GRACE + trivium_engine::Millis::secs(1));
    assert_eq!(seen(&stage), (gone, 0));
    let mut stage = stage.passes(60_000, &[Is(ANA, OFFLINE, "")]);
    assert_eq!(seen(&stage), (gone, 0));

    // The visit is in the log, and so the time is known after loading.
    let now = stage.now.since(T0).0;
    stage.world = stage.world.at(now);
    stage.world.room = serde_json::from_str(&state(&stage.world.room)).expect("a snapshot loads");
    stage.world.room.reset_presence(stage.now);
    assert_eq!(seen(&stage), (gone, 0));
}

#[test]
fn who_is_invisible_is_offline_to_others_and_stays_so() {
    let sees = |stage: &Stage, who: &Audience, me: Option<Who>| {
        let me = me.map(Who::user);
        let all = stage.world.room.presences(who, me.as_ref(), None, 100);
        let ana = all.into_iter().find(|one| one.user == ANA.user()).expect("a member");
        (ana.state, ana.status, ana.last_seen, ana.sessions)
    };
    let nothing = || (OFFLINE, String::new(), None, 0);
    let stage = stage()
        .sees(&connected(ANA), &[Is(ANA, ONLINE, "")])
        .sees(&types(ANA, true), &[Types(ANA, true)])
        .sees(
            &hides(ANA, "shy"),
            &[Types(ANA, false), Is(ANA, OFFLINE, ""), Unseen(ANA, ONLINE, "shy")],
        )
        .sees(&types(ANA, true), &[])
        .sees(&connected(ANA), &[Unseen(ANA, ONLINE, "shy")])
        .sees(&disconnected(ANA), &[Unseen(ANA, ONLINE, "shy")])
        .sees(&hides(ANA, "shy"), &[])
        .sees(&disconnected(ANA), &[Unseen(ANA, AWAY, "shy")])
        .sees(&connected(ANA), &[Unseen(ANA, ONLINE, "shy")]);
    let ben = Audience::Member(BEN.user());
    assert_eq!(sees(&stage, &ben, Some(BEN)), nothing());
    assert_eq!(sees(&stage, &Audience::Observers, None), nothing());
    assert_eq!(sees(&stage, &Audience::Hosts, None).0, ONLINE);
    assert_eq!(sees(&stage, &Audience::Member(ANA.user()), Some(ANA)).0, ONLINE);
    assert_eq!(stage.world.room.presence_counts(&ben), (0, 0));
    assert_eq!(stage.world.room.presence_counts(&Audience::Hosts), (1, 0));
    let changed = stage.world.room.presences(&ben, None, None, 100)[0].changed_at;

    let mut stage = stage
        .sees(&disconnected(ANA), &[Unseen(ANA, AWAY, "shy")])
        .passes(60_000, &[Unseen(ANA, OFFLINE, "shy")]);
    assert_eq!(sees(&stage, &ben, None), nothing());
    assert_eq!(
        stage.world.room.presences(&ben, None, None, 100)[0].changed_at,
        changed,
        "nor when it went"
    );

    // The wish is in the log: a room that is loaded again does not give her away.
    let now = stage.now.since(T0).0;
    stage.world = stage.world.at(now);
    stage.world.room = serde_json::from_str(&state(&stage.world.room)).expect("a snapshot loads");
    stage.world.room.reset_presence(stage.now);
    assert_eq!(sees(&stage, &ben, None), nothing());
    stage
        .sees(&connected(ANA), &[Unseen(ANA, ONLINE, "")])
        .sees(&appears(ANA, false, "here"), &[Is(ANA, ONLINE, "here")])
        .sees(&types(ANA, true), &[Types(ANA, true)]);
}

#[test]
fn what_is_unseen_is_for_hosts_and_the_member() {
    let stage = stage();
    let presence = stage.world.room.presences(&Audience::Hosts, None, None, 1).remove(0);
    let user = presence.user.clone();
    assert_eq!(Signal::Unseen(presence.clone()).hearers(), Hearers::HostsAnd(&user));
    assert_eq!(Signal::Presence(presence).hearers(), Hearers::Everyone);
    let counts = |truth| Signal::PresenceCounts {
        online: 1,
        away: 0,
        truth,
    };
    assert_eq!(counts(true).hearers(), Hearers::Hosts);
    assert_eq!(counts(false).hearers(), Hearers::Others);
}
