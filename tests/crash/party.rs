//! A host and players on every road, in a room with a quiz.

use std::{path::Path, time::Duration};

use trivium_client::proto::v1::{
    AdvanceQuizRequest, CreateQuizRequest, CreateRoomRequest, GetRoomRequest, JoinRoomRequest, LoadQuizRequest,
    Question, Quiz, QuizPhase, QuizSettings, RoomKind, StartQuizRequest, TrueFalse, question::Kind,
};
use trivium_tests::{Process, Way, eventually, game};

use crate::{
    actor::{Actor, Open, open_of},
    check::{Figures, check},
    history::{Fact, Fate, Line, stored, told},
};

const WAYS: [Way; 3] = [Way::Grpc, Way::GrpcWeb, Way::WebTransport];

pub(crate) struct Party {
    pub(crate) host: Actor,
    pub(crate) players: Vec<Actor>,
    pub(crate) room: String,
    code: String,
}

/// A quiz that goes on by itself, if it shall.
pub(crate) fn quiz(questions: usize, time_limit: Duration, auto_advance: bool) -> Quiz {
    let question = |number: usize| Question {
        text: format!("Question {number}"),
        kind: Some(Kind::TrueFalse(TrueFalse { correct: true })),
        ..Question::default()
    };
    Quiz {
        title: "To be interrupted".into(),
        settings: Some(QuizSettings {
            time_limit_ms: u32::try_from(time_limit.as_millis()).expect("minutes"),
            no_read_phase: true,
            start_countdown_ms: 1,
            auto_advance,
            reveal_ms: 300,
            leaderboard_ms: 300,
            ..QuizSettings::default()
        }),
        questions: (0..questions).map(question).collect(),
        ..Quiz::default()
    }
}

impl Party {
    /// A host in a room with a quiz, and as many players, on the roads in turn.
    pub(crate) async fn gather(process: &Process, players: usize, quiz: Quiz) -> Self {
        Self::gather_as(process, "", players, quiz).await
    }

    /// The same with a word before everybody's name.
    pub(crate) async fn gather_as(process: &Process, word: &str, players: usize, quiz: Quiz) -> Self {
        let host = Actor::connect(process, Way::Grpc, &format!("{word}host")).await;
        let request = CreateRoomRequest {
            request_id: game::id(),
            kind: RoomKind::Quiz.into(),
            title: "A game".into(),
            nickname: "host".into(),
            ..CreateRoomRequest::default()
        };
        let room = host.session.execute(request).await.expect("a room").room.expect("one");
        let request = CreateQuizRequest {
            request_id: game::id(),
            quiz: Some(quiz),
        };
        let quiz = host.session.execute(request).await.expect("a quiz").quiz.expect("one");
        let request = LoadQuizRequest {
            request_id: game::id(),
            room_id: room.id.clone(),
            quiz_id: quiz.id,
            revision: 0,
        };
        host.session.execute(request).await.expect("loaded");
        host.session.subscribe(&room.id, None).await.expect("subscribed");
        let mut party = Self {
            host,
            players: Vec::new(),
            room: room.id,
            code: room.join_code,
        };
        for number in 0..players {
            party
                .invite(process, WAYS[number % WAYS.len()], &format!("{word}p{number}"))
                .await;
        }
        party
    }

    /// One more player.
    pub(crate) async fn invite(&mut self, process: &Process, way: Way, user: &str) {
        let player = Actor::connect(process, way, user).await;
        let request = JoinRoomRequest {
            request_id: game::id(),
            join_code: self.code.clone(),
            nickname: user.to_owned(),
            ..JoinRoomRequest::default()
        };
        player.session.execute(request).await.expect("joined");
        player.session.subscribe(&self.room, None).await.expect("subscribed");
        self.players.push(player);
    }

    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Actor> {
        std::iter::once(&self.host).chain(&self.players)
    }

    /// Starts the quiz.
    pub(crate) async fn start(&self) {
        let request = StartQuizRequest {
            request_id: game::id(),
            room_id: self.room.clone(),
        };
        self.host.session.execute(request).await.expect("started");
    }

    /// Does what comes next from a phase; gives the number of the entry that did it.
    pub(crate) async fn advance(&self, from: QuizPhase) -> u64 {
        let request = AdvanceQuizRequest {
            request_id: game::id(),
            room_id: self.room.clone(),
            from_phase: from.into(),
        };
        let advanced = eventually("what comes next", self.host.session.execute(request)).await;
        advanced.expect("advanced").seq
    }

    /// Reads the room over a unary call, and the question that is open in it. Waits for a server.
    pub(crate) async fn look(&self) -> Option<Open> {
        let request = GetRoomRequest {
            room_id: self.room.clone(),
        };
        let response = eventually("the room", async {
            loop {
                match self.host.client.rooms().get_room(request.clone()).await {
                    Ok(response) => return response.into_inner(),
                    Err(status) if status.code() == tonic::Code::Unavailable => {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    Err(status) => panic!("{status:?}"),
                }
            }
        });
        let snapshot = response.await.snapshot.expect("there is one");
        snapshot.quiz.as_ref().and_then(open_of)
    }

    /// The end: the host says so, everybody hears it, the server dies, and all that was noted is held against the log.
    /// `looks` are open questions as they were seen at some time. Panics with the faults.
    pub(crate) async fn settle(&self, process: &mut Process, looks: &[Open]) -> (Vec<Line>, Figures) {
        let end = self.last_word().await;
        self.verdict(process, end, looks).await
    }

    /// The host says that it is over; gives the number of that.
    pub(crate) async fn last_word(&self) -> u64 {
        eventually("the last word", self.host.say(&self.room, "the end".into(), false)).await;
        let last = self.host.history().deeds.pop().expect("it was said");
        let Fate::Acknowledged(seq) = last.fate else {
            panic!("{last:?}");
        };
        seq
    }

    /// The rest of [`settle`](Self::settle).
    pub(crate) async fn verdict(&self, process: &mut Process, end: u64, looks: &[Open]) -> (Vec<Line>, Figures) {
        let told = self.told(end).await;
        process.kill().await;
        self.hold(&process.database(), told, looks).await
    }

    /// The log as the server tells it, when everybody has heard all up to a number.
    pub(crate) async fn told(&self, end: u64) -> Vec<Line> {
        for actor in self.everybody() {
            actor.knows("the end", |known| known.seq >= end).await;
        }
        eventually("the log", told(&self.host.client, &self.room)).await
    }

    /// Holds all that was noted against the log that a killed server left.
    pub(crate) async fn hold(&self, database: &Path, mut told: Vec<Line>, looks: &[Open]) -> (Vec<Line>, Figures) {
        let stored = stored(database, &self.room).await;
        // Time goes on, so something may have been added, and heard, since the server told of it.
        told.extend_from_slice(stored.get(told.len()..).unwrap_or_default());
        let histories: Vec<_> = self.everybody().map(Actor::history).collect();
        let (faults, figures) = check(&stored, &told, &histories);
        assert_eq!(faults, crate::check::Faults::default());
        for look in looks {
            let opened = Fact::Opened {
                index: look.index,
                opens_at: look.opens_at,
                closes_at: look.closes_at,
            };
            assert!(
                stored.iter().any(|line| line.fact == opened),
                "{look:?} is not as opened"
            );
        }
        (stored, figures)
    }
}
