//! Answers out of place: each is refused by its own name, and player, hosts and log agree on those that count.

use tonic::Code;
use trivium_client::{
    Rejection, SessionEvent,
    proto::v1::{
        Accommodations, Answer, AnswerAccepted, QuizPhase, RoomEvent, SubmitAnswerRequest, SubmitAnswerResponse,
        UpdateMemberRequest, answer::Value, room_event::Event, signal::Signal,
    },
};
use trivium_tests::{Person, Server, game, game::id, quizzes};

use crate::common::{guests, hosted, log, on_every_road, outcome, rejected, why};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one game from the lobby to the reveal")]
async fn answers_out_of_place_are_refused_and_everybody_agrees_on_the_rest() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;
        let mut quiz = quizzes::short(2);
        quiz.settings.as_mut().expect("it has some").no_read_phase = false;
        quiz.questions
            .iter_mut()
            .for_each(|question| question.read_ms = Some(60_000));
        game::load(&host, &room, quiz).await;
        let request = UpdateMemberRequest {
            request_id: id(),
            room_id: room.clone(),
            user_id: user(&ben),
            accommodations: Some(Accommodations {
                fewer_options: 1,
                ..Accommodations::default()
            }),
            ..UpdateMemberRequest::default()
        };
        outcome(host.client.rooms().update_member(request))
            .await
            .expect("changed");
        let choice = |position| Answer {
            value: Some(Value::Choice(position)),
        };
        let not_open = (Code::FailedPrecondition, "QUESTION_NOT_OPEN");
        let closed = (Code::FailedPrecondition, "QUESTION_CLOSED");
        let unfit = (Code::InvalidArgument, "WRONG_ANSWER_TYPE");

        assert_eq!(why(&no(&ana, &room, 0, choice(0)).await), not_open, "in the lobby");
        game::start(&host, &room).await;
        ana.event("the stem", |event| {
            matches!(event, Event::QuestionShown(_)).then_some(())
        })
        .await;
        assert_eq!(why(&no(&ana, &room, 0, choice(0)).await), not_open, "while reading");
        game::advance(&host, &room, QuizPhase::Reading).await;
        let (form, opens) = game::opened(&mut ana, 0).await;
        let early = ana
            .session
            .submit_answer(&room, 0, quizzes::answer(0, &form, true))
            .await;
        let still_early = server.api.runtime.clock().now().0 < opens.unsigned_abs();
        if still_early || early.is_err() {
            let early = rejected(early);
            assert_eq!(why(&early), not_open, "before the stated instant");
            assert!(early.retry_after.is_some(), "it says when");
        }
        game::wait_until(&ana, opens).await;
        let hidden = ben
            .event("fewer options", |event| match event {
                Event::OptionsReduced(reduced) => Some(reduced.hidden_options.clone()),
                _ => None,
            })
            .await;
        assert_eq!(hidden.len(), 1);
        let wrong = Answer {
            value: Some(Value::Text("right".into())),
        };
        for (refused, expected) in [
            (no(&ben, &room, 0, choice(hidden[0])).await, unfit),
            (no(&ben, &room, 0, choice(7)).await, unfit),
            (no(&ben, &room, 0, wrong).await, unfit),
            (no(&ben, &room, 1, choice(0)).await, not_open),
            (
                no(&ben, &room, 150, choice(0)).await,
                (Code::NotFound, "NO_SUCH_QUESTION"),
            ),
            (
                no(&host, &room, 0, choice(0)).await,
                (Code::PermissionDenied, "NOT_PERMITTED"),
            ),
        ] {
            assert_eq!(why(&refused), expected);
        }
        let request = |answer| SubmitAnswerRequest {
            request_id: id(),
            room_id: room.clone(),
            question_index: 0,
            answer: Some(answer),
        };
        let mut accepted: Vec<SubmitAnswerResponse> = Vec::new();
        let hers = request(quizzes::answer(0, &form, true));
        if still_early {
            accepted.push(ana.session.execute(hers.clone()).await.expect("in time"));
            let twice = no(&ana, &room, 0, quizzes::answer(0, &form, false)).await;
            assert_eq!(why(&twice), (Code::AlreadyExists, "ALREADY_ANSWERED"));
        }
        let his = request(quizzes::answer(0, &form, true));
        accepted.push(ben.session.execute(his.clone()).await.expect("in time"));
        ana.event("the close", |event| {
            matches!(event, Event::QuestionClosed(_)).then_some(())
        })
        .await;

        let [cleo] = guests(
            &server,
            way,
            &crate::common::look(&host.client, &room).await.room.expect("one"),
            ["Cleo"],
        )
        .await;
        assert_eq!(why(&no(&cleo, &room, 0, choice(0)).await), closed, "after the close");
        let again = ben.session.execute(his.clone()).await.expect("the first result");
        assert_eq!(Some(&again), accepted.last());
        let again = outcome(ben.client.quizzes().submit_answer(his))
            .await
            .expect("the first result");
        assert_eq!(Some(&again), accepted.last());
        game::advance(&host, &room, QuizPhase::Closed).await;
        assert_eq!(why(&no(&cleo, &room, 0, choice(0)).await), closed, "after the reveal");

        let written = log(&host.client, &room, 3).await;
        let counted = answers(&written);
        host.reach(written.last().expect("a game").seq).await;
        assert_eq!(answers(&host.seen), counted, "the host saw what is in the log");
        if still_early {
            let told: Vec<_> = accepted
                .iter()
                .map(|one| (one.seq, one.received_order, one.response_ms))
                .collect();
            let kept: Vec<_> = counted
                .iter()
                .map(|(seq, one)| (*seq, one.received_order, one.response_ms))
                .collect();
            assert_eq!(told, kept, "players were told what is in the log");
        }
        for player in [&ana, &ben] {
            let own = answers(&log(&player.client, &room, 100).await);
            assert!(own.iter().all(|(_, answer)| answer.user_id == user(player)) && own.len() == 1);
        }
        server.stop().await;
    })
    .await;
}

fn answers(events: &[RoomEvent]) -> Vec<(u64, AnswerAccepted)> {
    let accepted = events.iter().filter_map(|event| match &event.event {
        Some(Event::AnswerAccepted(accepted)) => Some((event.seq, accepted.clone())),
        _ => None,
    });
    accepted.collect()
}

/// The refusal of an answer.
async fn no(player: &Person, room: &str, index: u32, answer: Answer) -> Rejection {
    rejected(player.session.submit_answer(room, index, answer).await)
}

fn user(person: &Person) -> String {
    let snapshot = person.snapshot.as_ref().expect("heard the room");
    snapshot.me.as_ref().expect("is a member").user_id.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_told_how_many_have_answered_and_hosts_who_has_not() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        game::load(&host, &room.id, quizzes::short(1)).await;
        game::start(&host, &room.id).await;
        let (form, opens) = game::opened(&mut ana, 0).await;
        game::wait_until(&ana, opens).await;
        let right = quizzes::answer(0, &form, true);
        ana.session.submit_answer(&room.id, 0, right).await.expect("accepted");
        let ben_is_named = user(&ben);
        for (person, named) in [
            (&mut host, vec![ben_is_named]),
            (&mut ana, Vec::new()),
            (&mut ben, Vec::new()),
        ] {
            let told = person
                .until("progress", |event| match event {
                    SessionEvent::Signals(signals) => signals.signals.iter().find_map(|one| match &one.signal {
                        Some(Signal::AnswerProgress(told)) if told.answered == 1 => Some(told.clone()),
                        _ => None,
                    }),
                    _ => None,
                })
                .await;
            assert_eq!((told.index, told.expected), (0, 2));
            assert_eq!(told.waiting_user_ids, named);
        }
        server.stop().await;
    })
    .await;
}
