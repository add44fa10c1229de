//! A room with any number of players and an open question.

use std::sync::Arc;

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use trivium_engine::{
    Actor, ChatCommand, Command, Cx, Entry, Event, Observation, PolicyChange, QuizCommand, Room, RoomCommand, RoomKind,
    Timestamp,
    quiz::{Answer, Choice, Kind, Question, Quiz, Settings},
};

/// A room and the time in it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) room: Room,
    pub(crate) now: Timestamp,
    rng: ChaCha8Rng,
}

impl World {
    /// A room with `players` players who are connected, and an open question.
    pub(crate) fn with_players(players: usize) -> Self {
        let room = Room::new("room".parse().expect("an id"), 1);
        let mut world = Self {
            room,
            now: Timestamp(1_000_000),
            rng: ChaCha8Rng::seed_from_u64(1),
        };
        world.run("host", &create());
        for n in 0..players {
            let name = player(n);
            world.run(&name, &join());
            world
                .room
                .observe(&Observation::Connected(name.parse().expect("an id")), world.now);
        }
        world.run("host", &QuizCommand::Load { quiz: Arc::new(quiz()) }.into());
        world.run("host", &QuizCommand::Start.into());
        while let Some(due) = world.room.next_deadline() {
            world.now = due;
            world.settle();
            if matches!(world.room.view(&trivium_engine::Audience::Hosts).quiz, Some(quiz) if quiz.opens_at.is_some()) {
                break;
            }
        }
        world.now = world.now + trivium_engine::Millis(5_000);
        world
    }

    /// Decides and applies one command. Returns its entries.
    pub(crate) fn run(&mut self, who: &str, command: &Command) -> Vec<Entry> {
        let actor = actor(who);
        let mut cx = Cx {
            now: self.now,
            actor: &actor,
            round_trip: None,
            room_round_trip: None,
            rng: &mut self.rng,
        };
        let events = self.room.decide(command, &mut cx).expect("allowed");
        events.into_iter().map(|event| self.apply(event)).collect()
    }

    /// What time alone brings about.
    pub(crate) fn settle(&mut self) {
        loop {
            let events = self.room.settle(self.now);
            if events.is_empty() {
                return;
            }
            for event in events {
                self.apply(event);
            }
        }
    }

    fn apply(&mut self, event: Event) -> Entry {
        let entry = Entry {
            seq: self.room.seq() + 1,
            at: self.now,
            actor: None,
            request: None,
            event,
        };
        self.room.apply(&entry);
        entry
    }
}

pub(crate) fn player(n: usize) -> String {
    format!("player{n:05}")
}

pub(crate) fn actor(who: &str) -> Actor {
    Actor {
        user: who.parse().expect("an id"),
        name: who.into(),
        guest: false,
        global_host: false,
        grant: None,
    }
}

pub(crate) fn create() -> Command {
    RoomCommand::Create {
        kind: RoomKind::Quiz,
        title: "Benchmark".into(),
        code: None,
        join_policy: None,
        capacity: Some(100_000),
        teams: Vec::new(),
        nickname: String::new(),
        policy: PolicyChange::default(),
    }
    .into()
}

pub(crate) fn join() -> Command {
    RoomCommand::Join {
        nickname: String::new(),
        avatar: String::new(),
        team: String::new(),
        observe: false,
        code_shown: true,
        invitation: None,
    }
    .into()
}

pub(crate) fn say(text: &str) -> Command {
    ChatCommand::say(text).into()
}

pub(crate) fn answer() -> Command {
    QuizCommand::Answer {
        index: 0,
        answer: Answer::Choice(0),
    }
    .into()
}

fn quiz() -> Quiz {
    let option = |text: &str, correct| Choice {
        text: text.into(),
        correct,
    };
    Quiz {
        id: "quiz".parse().expect("an id"),
        revision: 1,
        title: "Benchmark".into(),
        description: String::new(),
        language: String::new(),
        settings: Settings::default(),
        questions: vec![Question {
            text: "Which?".into(),
            explanation: String::new(),
            media_url: String::new(),
            media_alt: String::new(),
            time_limit: None,
            read: None,
            points: 1_000,
            kind: Kind::SingleChoice {
                options: vec![option("this", true), option("that", false)],
                shuffle: false,
            },
        }],
    }
}
