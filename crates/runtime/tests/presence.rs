//! Presence in crowds: people come, connect, drop out, come back and leave at random, in virtual time. What every observer
//! puts together from its snapshot, entries and signals is the truth in the end, and what it is sent grows with what
//! happens and not with how many are there.

use std::{collections::BTreeMap, fmt::Write as _, future::poll_fn, sync::Arc, time::Duration};

use bytes::Bytes;
use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::sync::watch;
use trivium_engine::{
    Actor, Audience, Command, Entry, Event, Observation, PolicyChange, PresenceState, RoomCommand, RoomEvent, RoomId,
    RoomKind, Seq, Signal, Timestamp, UserId, View,
};
use trivium_runtime::{
    Caller, Clock, Delivery, Encode, Runtime, RuntimeConfig, Start, Subscription, subscription::Features,
};
use trivium_store::{Catalogue, MemoryStore, RoomRecord};

/// Members who only look, each of whom is cut off and goes on from its cursor now and then.
const OBSERVERS: usize = 6;
/// Things that happen for each person of the crowd.
const STEPS: usize = 4;
/// Times that an observer is cut off.
const CUTS: usize = 3;

/// Frames are lines that an observer can read.
struct Lines;

impl Encode for Lines {
    fn entry(&self, _: &RoomId, _: u64, _: &Audience, _: &Entry, event: &Event) -> Bytes {
        match event {
            Event::Room(RoomEvent::MemberJoined { member, .. }) => format!("+ {}\n", member.user).into(),
            Event::Room(RoomEvent::MemberLeft { user, .. }) => format!("- {user}\n").into(),
            Event::Room(_)
            | Event::Quiz(_)
            | Event::Chat(_)
            | Event::Receipt(_)
            | Event::Moderation(_)
            | Event::Activity(_)
            | Event::Inbox(_)
            | Event::Keys(_) => Bytes::new(),
        }
    }

    fn progress(&self, _: &RoomId, _: Seq) -> Bytes {
        Bytes::new()
    }

    fn signals(&self, _: &RoomId, signals: &[(u64, Signal)]) -> Bytes {
        let mut lines = String::new();
        for (_, signal) in signals {
            let written = match signal {
                Signal::Presence(one) | Signal::Unseen(one) => writeln!(lines, "p {} {:?}", one.user, one.state),
                Signal::PresenceCounts { online, away, .. } => writeln!(lines, "c {online} {away}"),
                Signal::Typing { .. } | Signal::AnswerProgress { .. } | Signal::Screens { .. } => Ok(()),
            };
            written.expect("strings grow");
        }
        lines.into()
    }
}

#[derive(Clone)]
struct Stage {
    runtime: Runtime,
    room: RoomId,
}

impl Stage {
    async fn new(told_of_each: usize) -> Self {
        let store = Arc::new(MemoryStore::new());
        let config = RuntimeConfig {
            presence_broadcast_members: told_of_each,
            max_catch_up: 20_000,
            ..RuntimeConfig::default()
        };
        let clock = Clock::starting_at(1_000_000_000);
        let runtime = Runtime::start(store.clone(), Arc::new(Lines), clock, config, [7; 32]);
        let room: RoomId = "room".parse().expect("an id");
        let record = RoomRecord {
            id: room.clone(),
            epoch: 7,
            code: None,
            kind: "classroom".into(),
            title: "Room".into(),
            created_by: "host".parse().expect("an id"),
            created_at: runtime.clock().now(),
            closed_at: None,
        };
        store.create_room(&record).await.expect("memory");
        let stage = Self { runtime, room };
        let create = RoomCommand::Create {
            kind: RoomKind::Classroom,
            title: "Room".into(),
            code: None,
            join_policy: None,
            capacity: None,
            teams: Vec::new(),
            nickname: String::new(),
            policy: PolicyChange::default(),
        };
        stage.does("host", create.into()).await;
        stage
    }

    async fn does(&self, who: &str, command: Command) {
        let caller = Caller {
            actor: actor(who),
            request: None,
            received_at: Timestamp::default(),
            round_trip: None,
        };
        let done = self.runtime.execute(&self.room, caller, command).await;
        done.unwrap_or_else(|error| panic!("{who}: {error}"));
    }

    async fn joins(&self, who: &str) {
        let join = RoomCommand::Join {
            nickname: String::new(),
            avatar: String::new(),
            team: String::new(),
            observe: false,
            code_shown: true,
            invitation: None,
        };
        self.does(who, join.into()).await;
    }

    async fn hears(&self, who: &str, cursor: Option<(u64, Seq)>) -> (Start, Subscription) {
        let actor = actor(who);
        let heard = self.runtime.subscribe(&self.room, &actor, cursor, Features::ALL);
        heard.await.expect("a member")
    }

    /// Everybody's presence and the counts, as an audience sees them.
    async fn truth(&self, who: Audience) -> (BTreeMap<UserId, PresenceState>, (u32, u32)) {
        let truth = self.runtime.query(&self.room, move |room, _| {
            let mut all = BTreeMap::new();
            loop {
                let after: Option<UserId> = all.keys().next_back().cloned();
                let page = room.presences(&who, None, after.as_ref(), 500);
                if page.is_empty() {
                    return (all, room.presence_counts(&who));
                }
                all.extend(page.into_iter().map(|one| (one.user, one.state)));
            }
        });
        truth.await.expect("loaded")
    }
}

/// What an observer knows.
#[derive(Debug, Default)]
struct Roster {
    members: BTreeMap<UserId, PresenceState>,
    counts: (u32, u32),
    signals: usize,
    bytes: usize,
}

impl Roster {
    fn begin(&mut self, view: &View) {
        self.members = view
            .members
            .iter()
            .map(|member| (member.user.clone(), PresenceState::Away))
            .collect();
        for one in &view.presences {
            self.members.insert(one.user.clone(), one.state);
        }
        self.counts = view.presence_counts;
    }

    fn take(&mut self, frame: &Bytes) {
        self.bytes += frame.len();
        for line in std::str::from_utf8(frame).expect("text").lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let user = |at: usize| words[at].parse::<UserId>().expect("an id");
            match words[0] {
                // Who has just come in counts as just cut off.
                "+" => drop(self.members.insert(user(1), PresenceState::Away)),
                "-" => drop(self.members.remove(&user(1))),
                "p" => {
                    self.signals += 1;
                    let state = match words[2] {
                        "Online" => PresenceState::Online,
                        "Away" => PresenceState::Away,
                        _ => PresenceState::Offline,
                    };
                    if let Some(known) = self.members.get_mut(&user(1)) {
                        *known = state;
                    }
                }
                _ => {
                    self.signals += 1;
                    let number = |at: usize| words[at].parse().expect("a number");
                    self.counts = (number(1), number(2));
                }
            }
        }
    }
}

/// Looks until it is told that it is enough, and is cut off some times on the way.
async fn watch(stage: Stage, who: String, seed: u64, mut enough: watch::Receiver<bool>) -> Roster {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut roster = Roster::default();
    let (start, mut subscription) = stage.hears(&who, None).await;
    let view = start.whole_view();
    roster.begin(&view.expect("a cursor that nobody gave was taken up"));
    let mut cuts = 0;
    loop {
        tokio::select! {
            biased;
            next = poll_fn(|cx| subscription.poll_next(cx)) => match next {
                Delivery::Frames(frame) | Delivery::Signals(frame) => roster.take(&frame),
                Delivery::Interrupted(why) => panic!("{who}: {why:?}"),
            },
            _ = enough.wait_for(|enough| *enough) => return roster,
        }
        if cuts < CUTS && dice.random_ratio(1, 20) {
            cuts += 1;
            let cursor = (subscription.epoch(), subscription.position());
            drop(subscription);
            tokio::time::sleep(Duration::from_millis(dice.random_range(0..20_000))).await;
            let (start, again) = stage.hears(&who, Some(cursor)).await;
            assert!(matches!(start, Start::Resumed { .. }), "{who} starts over");
            subscription = again;
        }
    }
}

/// One of the crowd.
#[derive(Default)]
struct Person {
    member: bool,
    hearing: Vec<Subscription>,
}

/// What each observer was told when so many come and go: signals and bytes, the host first.
async fn crowd(people: usize, told_of_each: usize) -> Vec<(usize, usize)> {
    let stage = Stage::new(told_of_each).await;
    let (enough, until) = watch::channel(false);
    let mut watching = vec![tokio::spawn(watch(stage.clone(), "host".to_owned(), 1, until.clone()))];
    for n in 0..OBSERVERS {
        let name = format!("observer{n}");
        stage.joins(&name).await;
        watching.push(tokio::spawn(watch(stage.clone(), name, n as u64, until.clone())));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let mut dice = ChaCha8Rng::seed_from_u64(people as u64);
    let mut crowd: Vec<Person> = (0..people).map(|_| Person::default()).collect();
    for step in 0..people * STEPS {
        // Each comes once, and then whatever falls.
        let n = if step < people {
            step
        } else {
            dice.random_range(0..people)
        };
        acts(&stage, &format!("p{n}"), &mut crowd[n], &mut dice).await;
        tokio::time::sleep(Duration::from_millis(dice.random_range(0..200))).await;
    }
    tokio::time::sleep(Duration::from_mins(1)).await;
    let mut truths = vec![stage.truth(Audience::Hosts).await];
    truths.resize(OBSERVERS + 1, stage.truth(Audience::Observers).await);
    enough.send(true).expect("they watch");
    let mut told = Vec::new();
    for (n, watching) in watching.into_iter().enumerate() {
        let roster = watching.await.expect("no panic");
        let (all, counts) = &truths[n];
        if people > told_of_each && n > 0 {
            assert_eq!(roster.counts, *counts, "observer {n} of {people}");
            assert!(roster.members.keys().eq(all.keys()), "observer {n} of {people}");
        } else {
            assert_eq!(roster.members, *all, "observer {n} of {people}");
        }
        told.push((roster.signals, roster.bytes));
    }
    drop(crowd);
    stage.runtime.shutdown().await;
    told
}

async fn acts(stage: &Stage, name: &str, person: &mut Person, dice: &mut impl Rng) {
    if !person.member {
        stage.joins(name).await;
        person.member = true;
        person.hearing.push(stage.hears(name, None).await.1);
        return;
    }
    match dice.random_range(0..10) {
        0..4 => drop(person.hearing.pop()),
        4..7 if person.hearing.len() < 3 => person.hearing.push(stage.hears(name, None).await.1),
        7 | 8 => {
            let appears = Observation::Appearance {
                user: name.parse().expect("an id"),
                away: dice.random(),
                status: String::new(),
                invisible: dice.random_ratio(1, 3),
            };
            let told = stage.runtime.observe(&stage.room, appears).await;
            told.expect("there is room");
        }
        _ => {
            stage.does(name, RoomCommand::Leave.into()).await;
            person.hearing.clear();
            person.member = false;
        }
    }
}

/// Whether twice as many cost about twice as much, and not four times.
fn grows_with_what_happens(sizes: &[(usize, Vec<(usize, usize)>)]) {
    for pair in sizes.windows(2) {
        let [(few, less), (many, more)] = pair else {
            unreachable!("windows of two")
        };
        assert_eq!(few * 2, *many);
        for (n, (less, more)) in less.iter().zip(more).enumerate() {
            for (what, less, more) in [("signals", less.0, more.0), ("bytes", less.1, more.1)] {
                assert!(
                    more * 10 <= less * 26,
                    "observer {n} is sent {less} {what} among {few} people and {more} among {many}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_large_room_hosts_know_everybody_and_others_how_many() {
    let mut sizes = Vec::new();
    for people in [250, 500, 1_000] {
        let told = crowd(people, 200).await;
        // Hosts are told of each change, others at most once a tick.
        assert!(told[0].0 <= 3 * people * STEPS + (CUTS + 1) * people, "{told:?}");
        sizes.push((people, told));
    }
    grows_with_what_happens(&sizes);
}

#[tokio::test(start_paused = true)]
async fn where_everybody_is_told_of_everybody_all_rosters_are_the_truth() {
    let mut sizes = Vec::new();
    for people in [250, 500, 1_000] {
        sizes.push((people, crowd(people, 2_000).await));
    }
    grows_with_what_happens(&sizes);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_becomes_small_again_tells_of_each() {
    let stage = Stage::new(20).await;
    for n in 0..3 {
        stage.joins(&format!("observer{n}")).await;
    }
    let (enough, until) = watch::channel(false);
    let watching = tokio::spawn(watch(stage.clone(), "observer0".to_owned(), 3, until));
    let mut crowd = Vec::new();
    for n in 0..30 {
        stage.joins(&format!("p{n}")).await;
        crowd.push(stage.hears(&format!("p{n}"), None).await.1);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    // Nobody is told of these while the room is large.
    crowd.drain(..5);
    tokio::time::sleep(Duration::from_secs(20)).await;
    for n in 10..30 {
        stage.does(&format!("p{n}"), RoomCommand::Leave.into()).await;
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    let (all, _) = stage.truth(Audience::Observers).await;
    enough.send(true).expect("it watches");
    let roster = watching.await.expect("no panic");
    assert!(all.len() < 20 && all.values().any(|state| *state == PresenceState::Offline));
    assert_eq!(roster.members, all);
    assert!(roster.signals < 250, "{} signals", roster.signals);
}

/// How often an observer hears of the counts, while somebody comes in every 20 ms.
#[tokio::test(start_paused = true)]
async fn the_more_there_are_the_less_often_a_room_sends_signals() {
    let mut often = Vec::new();
    for people in [100, 400, 1_400] {
        let stage = Stage::new(10).await;
        for n in 0..people {
            stage.joins(&format!("p{n}")).await;
        }
        let mut hearing = Vec::new();
        for n in 1..people {
            hearing.push(stage.hears(&format!("p{n}"), None).await.1);
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        let (_, mut observer) = stage.hears("p0", None).await;
        let heard = tokio::spawn(async move {
            let mut heard = 0;
            let begin = tokio::time::Instant::now();
            while begin.elapsed() < Duration::from_secs(10) {
                let next = poll_fn(|cx| observer.poll_next(cx));
                let next = tokio::time::timeout(Duration::from_secs(1), next).await;
                heard += usize::from(matches!(next, Ok(Delivery::Signals(_))));
            }
            heard
        });
        // Everybody comes for the first time or leaves: the counts are others each time.
        for n in 0..500 {
            let name = format!("p{}", people + n);
            stage.joins(&name).await;
            hearing.push(stage.hears(&name, None).await.1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        often.push(heard.await.expect("no panic"));
    }
    let [small, large, huge] = often[..] else {
        unreachable!("three sizes")
    };
    // Within 10 s, while 500 more come: ticks of 100 to 300 ms, of 200 to 450, and of 700 to 950.
    assert!(small > large && large > 2 * huge && huge >= 5, "{often:?}");
}

fn actor(who: &str) -> Actor {
    Actor {
        user: who.parse().expect("an id"),
        name: who.into(),
        guest: false,
        global_host: false,
        grant: None,
    }
}
