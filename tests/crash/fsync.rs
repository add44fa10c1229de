//! Durable before it is told, seen from outside: the system calls of the server while people on two roads talk and answer.
//!
//! [`calls`] notes them. Each text has a mark in it that is in no other, so the calls tell when it was written into the log,
//! when that was synced, and when it was first sent to anybody: as an acknowledgement or as an event. [`judge`] judges them.

mod calls;
mod judge;

use std::{ops::Range, time::Duration};

use futures_util::future::{join, join_all};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use trivium_client::proto::v1::{
    Answer, ConnectRequest, ConnectResponse, Hello, Question, Quiz, QuizPhase, SubmitAnswerRequest, TextEntry,
    answer::Value, connect_request::Request as Up, connect_response::Response as Down, question::Kind, reply,
};
use trivium_tests::{Process, Way, eventually, game};

use crate::{
    BINARY,
    actor::Actor,
    history::Fate,
    party::{self, Party},
};
use calls::Strace;
use judge::{id, judge, mark};

/// Players on gRPC and gRPC-Web in turn, for these roads are not encrypted here. All but the first answer.
const PLAYERS: usize = 6;
/// Messages of each player.
const MESSAGES: u32 = 50;
const QUESTIONS: u32 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_before_it_is_synced() {
    let data = tempfile::tempdir().expect("a directory");
    let Some(strace) = Strace::find(&data.path().join("calls.txt")) else {
        return;
    };
    let mut process = Process::start_under(&strace.command(), BINARY, data.path(), &[]).await;
    let mut party = Party::gather(&process, 0, quiz()).await;
    for number in 0..PLAYERS {
        let way = [Way::Grpc, Way::GrpcWeb][number % 2];
        party.invite(&process, way, &format!("p{number}")).await;
    }
    party.start().await;

    let mut marks = 0;
    let mut busy = JoinSet::new();
    for actor in &party.players {
        let own = marks..marks + MESSAGES;
        marks = own.end;
        busy.spawn(talk(actor.clone(), party.room.clone(), own));
    }
    let mut streams = Vec::new();
    for actor in party.players[1..].iter().filter(|actor| actor.way == Way::Grpc) {
        streams.push(Stream::open(actor).await);
    }
    for index in 0..QUESTIONS {
        answer(&party, &mut streams, index, &mut marks).await;
    }
    busy.join_all().await;
    let fates = party.players.iter().flat_map(|actor| actor.history().deeds);
    assert!(fates.into_iter().all(|deed| matches!(deed.fate, Fate::Acknowledged(_))));
    let end = party.last_word().await;
    party.told(end).await;
    let server = process.id();
    process.kill().await;

    let verdict = judge(&strace.calls(server).await, marks);
    eprintln!("fsync: {}", verdict.figures());
    assert!(
        verdict.is_good(),
        "{}, by the lines of {}/calls.txt",
        verdict.faults(),
        data.keep().display()
    );
    // What is across two frames is not found.
    assert!(verdict.unseen.len() * 20 <= verdict.sound, "{verdict:?}");
    let ids = streams.len() * usize::try_from(QUESTIONS).expect("few");
    assert!(verdict.ids * 20 >= ids * 19, "{ids} replies: {verdict:?}");
}

fn quiz() -> Quiz {
    let questions = usize::try_from(QUESTIONS).expect("few");
    let mut quiz = party::quiz(questions, Duration::from_mins(10), false);
    let text = |question: &mut Question| {
        question.kind = Some(Kind::TextEntry(TextEntry {
            accepted: vec!["right".into()],
            ..TextEntry::default()
        }));
    };
    quiz.questions.iter_mut().for_each(text);
    quiz
}

async fn talk(actor: Actor, room: String, marks: Range<u32>) {
    for number in marks {
        let said = actor.say(&room, mark(number), false);
        eventually(("an acknowledgement", number), said).await;
    }
}

/// All players but the first answer a question at once, and the host goes on to the next one.
async fn answer(party: &Party, streams: &mut [Stream], index: u32, marks: &mut u32) {
    let mut next = || {
        *marks += 1;
        *marks - 1
    };
    for actor in &party.players[1..] {
        let before = index.checked_sub(1);
        let open = eventually("a question", actor.opened(before)).await;
        assert_eq!(open.index, index);
    }
    let others = party.players[1..].iter().filter(|actor| actor.way != Way::Grpc);
    let others = others.map(|actor| {
        let text = Value::Text(mark(next()));
        actor.answer(&party.room, index, text, false)
    });
    let others: Vec<_> = others.collect();
    let streams = streams
        .iter_mut()
        .map(|stream| stream.answer(&party.room, index, next()));
    let streams: Vec<_> = streams.collect();
    eventually("answers", join(join_all(others), join_all(streams))).await;
    for phase in [
        QuizPhase::Open,
        QuizPhase::Closed,
        QuizPhase::Revealed,
        QuizPhase::Leaderboard,
    ] {
        party.advance(phase).await;
    }
}

/// A stream of one's own, on which requests have the ids that one likes.
struct Stream {
    up: mpsc::Sender<ConnectRequest>,
    down: Streaming<ConnectResponse>,
}

impl Stream {
    async fn open(actor: &Actor) -> Self {
        let (up, requests) = mpsc::channel(1);
        let hello = ConnectRequest {
            id: 0,
            request: Some(Up::Hello(Hello::default())),
        };
        up.send(hello).await.expect("there is room");
        let mut sessions = actor.client.sessions();
        let down = eventually("a stream", sessions.connect(ReceiverStream::new(requests))).await;
        let down = down.expect("a stream").into_inner();
        Self { up, down }
    }

    /// Answers with a mark, under its id, and waits for the acknowledgement.
    async fn answer(&mut self, room: &str, index: u32, number: u32) {
        let answer = SubmitAnswerRequest {
            request_id: game::id(),
            room_id: room.to_owned(),
            question_index: index,
            answer: Some(Answer {
                value: Some(Value::Text(mark(number))),
            }),
        };
        let request = ConnectRequest {
            id: id(number),
            request: Some(Up::SubmitAnswer(answer)),
        };
        self.up.send(request).await.expect("the stream goes on");
        loop {
            let heard = self.down.message().await.expect("it goes on").expect("and on");
            if let Some(Down::Reply(reply)) = heard.response
                && reply.id == id(number)
            {
                assert!(
                    matches!(reply.result, Some(reply::Result::SubmitAnswer(_))),
                    "{reply:?}"
                );
                return;
            }
        }
    }
}
