//! No byte of an answer key, and none of what others answered, reaches a player before the reveal.
//!
//! The player's road is tapped: bodies as they are decoded, and on TCP the bytes of the socket too. The tap proves itself by
//! hearing each secret as soon as it is none.

use trivium_client::{
    Road,
    proto::v1::{
        Answer, Cursor, GetResultsRequest, ListEventsRequest, QuizPhase, Words, answer::Value,
        connect_response::Response as Down, question::Kind, room_event::Event,
    },
};
use trivium_tests::{Person, Server, Way, game, quizzes};

use crate::{
    common::{hosted, look, on_every_road, outcome, seen},
    links::{Bench, Tape},
    raw::{Raw, hello},
};

/// What must not be heard before question `index` is revealed.
fn secrets(index: u32) -> Vec<String> {
    let mut secrets = vec![format!("CANARY-why-{index:02}")];
    if index == 3 {
        secrets.extend(["CANARY-key-03".to_owned(), "CANARY-of-ana-03".to_owned()]);
    }
    if index == 11 {
        secrets.push("CANARY-of-ana-11".to_owned());
    }
    secrets
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_secret_is_heard_before_the_reveal() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let mut quiz = quizzes::every_kind();
        for (index, question) in quiz.questions.iter_mut().enumerate() {
            question.explanation = format!("CANARY-why-{index:02}");
            if let Some(Kind::TextEntry(entry)) = &mut question.kind {
                entry.accepted = vec!["CANARY-key-03".into()];
            }
        }
        let questions = u32::try_from(quiz.questions.len()).expect("few");
        game::load(&host, &room.id, quiz).await;
        let mut ana = Person::guest(&server, way, &room.join_code, "Ana").await;
        let tape = Tape::default();
        let bench = Bench::taped(&server, way, &tape).await;
        let shape = if way == Way::GrpcWeb { Road::GrpcWeb } else { Road::Grpc };
        let client = bench.client(shape, None);
        client.join(&room.join_code, "Ben").await.expect("in");
        let mut ben = Person::connected(client, way, "Ben").await;
        ben.hear(&room.id).await;

        game::start(&host, &room.id).await;
        for index in 0..questions {
            let (form, opens) = game::opened(&mut ana, index).await;
            game::opened(&mut ben, index).await;
            game::wait_until(&ana, opens).await;
            let hers = match index {
                3 => Value::Text("CANARY-of-ana-03".into()),
                11 => Value::Words(Words {
                    words: vec!["CANARY-of-ana-11".into()],
                }),
                _ => quizzes::answer(index, &form, false).value.expect("a value"),
            };
            let hers = Answer { value: Some(hers) };
            ana.session.submit_answer(&room.id, index, hers).await.expect("in time");
            if index == 3 || index == 7 {
                bench.cut();
            }
            ask_everything(&ben, way, &room.id).await;
            game::wait_until(&ben, opens).await;
            let his = quizzes::answer(index, &form, false);
            ben.session.submit_answer(&room.id, index, his).await.expect("in time");
            ben.event("the close", |event| match event {
                Event::QuestionClosed(closed) if closed.index == index => Some(()),
                _ => None,
            })
            .await;
            ask_everything(&ben, way, &room.id).await;
            for later in index..questions {
                for secret in secrets(later) {
                    assert!(
                        !tape.has(&secret),
                        "question {index}: {secret} was heard among {} bytes",
                        tape.len()
                    );
                }
            }
            game::advance(&host, &room.id, QuizPhase::Closed).await;
            ben.event("the reveal", |event| match event {
                Event::QuestionRevealed(revealed) if revealed.index == index => Some(()),
                _ => None,
            })
            .await;
            for secret in secrets(index) {
                assert!(tape.has(&secret), "question {index}: the tap is deaf to {secret}");
            }
            game::advance(&host, &room.id, QuizPhase::Revealed).await;
            game::advance(&host, &room.id, QuizPhase::Leaderboard).await;
            host.drain();
        }
        let me = ben
            .snapshot
            .as_ref()
            .and_then(|snapshot| snapshot.me.clone())
            .expect("a member")
            .user_id;
        let accepted = seen(&ben, |event| match event {
            Event::AnswerAccepted(accepted) => Some(accepted.user_id.clone()),
            _ => None,
        });
        assert!(
            !accepted.is_empty() && accepted.iter().all(|user| *user == me),
            "only his own answers"
        );
        server.stop().await;
    })
    .await;
}

/// Everything that a player may read, in the middle of whatever goes on.
async fn ask_everything(player: &Person, way: Way, room: &str) {
    let client = &player.client;
    // The first call after a cut finds it out.
    let _lost = outcome(client.quizzes().get_results(GetResultsRequest { room_id: room.into() })).await;
    let snapshot = look(client, room).await;
    let cursor = snapshot.cursor.expect("there is always one");
    let results = GetResultsRequest { room_id: room.into() };
    let _none_yet = outcome(client.quizzes().get_results(results)).await;
    let events = ListEventsRequest {
        after: Some(Cursor {
            seq: 0,
            ..cursor.clone()
        }),
        page_size: 1_000,
    };
    outcome(client.rooms().list_events(events)).await.expect("may read");
    for from in [None, Some((cursor.epoch, 0)), Some((cursor.epoch, cursor.seq))] {
        let mut raw = Raw::open(client, way, hello(&[(room, from)])).await.expect("a stream");
        // Hidden entries at the head are told late, so that the second ping has to do for the end.
        let mut pings = 0;
        raw.until("what is there", |heard| {
            pings += usize::from(matches!(heard, Down::Ping(_)));
            (pings == 2).then_some(())
        })
        .await;
    }
}
