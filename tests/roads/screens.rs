//! When the screens drew: told to hosts while the question is open, and kept in its end and in the results.

use tonic::Code;
use trivium_client::{
    SessionEvent,
    proto::v1::{
        GetResultsRequest, PlayRequest, PlayResponse, QuizPhase, ReportDrawnRequest, ScoringMode, ScreenReport,
        play_request::Request, room_event::Event, signal::Signal,
    },
};
use trivium_tests::{Person, Server, game, quizzes};

use crate::common::{guests, hosted, look, on_every_road, outcome, rejected, why};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_hear_when_the_screens_opened_and_it_is_kept() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;
        game::load(&host, &room, quizzes::short(1)).await;
        game::start(&host, &room).await;
        let (form, opens) = game::opened(&mut ana, 0).await;
        game::opened(&mut ben, 0).await;
        let drawn = async |who: &Person, offset: i64, error_ms| {
            who.session.report_drawn(&room, 0, opens + offset, error_ms).await
        };
        drawn(&ana, 12, 3).await.expect("a member");
        drawn(&ana, 900, 3).await.expect("heard and ignored");
        drawn(&ben, -4, 8).await.expect("a member");
        drawn(&host, 20_000, 1).await.expect("heard and ignored");
        let expected = ScreenReport {
            index: 0,
            screens: 2,
            spread_ms: 16,
            error_ms: 8,
            first_offset_ms: -4,
        };
        host.until("the report", |event| screens(event).find(|report| *report == expected))
            .await;
        let stranger = Person::account(&server, way, "eve").await;
        let refused = rejected(drawn(&stranger, 0, 1).await);
        assert_eq!(why(&refused), (Code::NotFound, "ROOM_NOT_FOUND"));
        let refused = rejected(drawn(&ana, 0, 1_001).await);
        assert_eq!(why(&refused), (Code::InvalidArgument, "INVALID_REQUEST"));

        game::wait_until(&ana, opens).await;
        let answered = ana
            .session
            .submit_answer(&room, 0, quizzes::answer(0, &form, true))
            .await
            .expect("in time");
        game::advance(&host, &room, QuizPhase::Open).await;
        let mut signals = Vec::new();
        let closed = ana
            .until("the close", |event| {
                signals.extend(screens(event));
                match event {
                    SessionEvent::Event(event) => match &event.event {
                        Some(Event::QuestionClosed(closed)) => Some(*closed),
                        _ => None,
                    },
                    _ => None,
                }
            })
            .await;
        assert_eq!(closed.screens, Some(expected), "everybody may see it then");
        assert_eq!(signals, [], "and only hosts before");
        let quiz = look(&ben.client, &room).await.quiz.expect("it is loaded");
        assert_eq!(quiz.screens, Some(expected));
        game::advance(&host, &room, QuizPhase::Closed).await;

        let request = GetResultsRequest { room_id: room.clone() };
        let results = outcome(ana.client.quizzes().get_results(request))
            .await
            .expect("a member");
        let settings = results.settings.expect("there are some");
        assert_eq!(
            (settings.scoring(), settings.speed_weight_permille),
            (ScoringMode::Linear, Some(500))
        );
        assert_eq!(
            (results.title.as_str(), results.question_count, results.phase()),
            ("Every kind", 1, QuizPhase::Revealed)
        );
        let question = &results.questions[0];
        assert_eq!(question.screens, Some(expected));
        assert!(question.close_time_ms > question.open_time_ms && question.open_time_ms == opens);
        let own = &question.results[0];
        let due = opens + i64::from(own.response_ms) + i64::from(own.credit_ms);
        assert_eq!((own.receive_time_ms, own.response_ms), (due, answered.response_ms));
        server.stop().await;
    })
    .await;
}

/// The facet has the request under the number that the whole has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn players_report_on_the_stream_of_the_game() {
    use futures_util::{StreamExt, stream};
    use trivium_client::proto::v1::{Hello, play_response::Response, reply};

    let server = Server::start().await;
    let (mut host, room) = hosted(&server, trivium_tests::Way::Grpc).await;
    let [mut ana] = guests(&server, trivium_tests::Way::Grpc, &room, ["Ana"]).await;
    game::load(&host, &room.id, quizzes::short(1)).await;
    game::start(&host, &room.id).await;
    let (_, opens) = game::opened(&mut ana, 0).await;
    let hello = Request::Hello(Hello::default());
    let report = Request::ReportDrawn(ReportDrawnRequest {
        room_id: room.id.clone(),
        question_index: 0,
        draw_time_ms: opens,
        error_ms: 5,
    });
    let says = [(0, hello), (7, report)].map(|(id, request)| PlayRequest {
        id,
        request: Some(request),
    });
    let says = stream::iter(says).chain(stream::pending());
    let mut heard = ana.client.quizzes().play(says).await.expect("begun").into_inner();
    let answer = trivium_tests::eventually("a reply", async {
        loop {
            let said: PlayResponse = heard.next().await.expect("goes on").expect("no error");
            if let Some(Response::Reply(reply)) = said.response {
                return reply;
            }
        }
    })
    .await;
    assert_eq!(answer.id, 7);
    assert!(
        matches!(answer.result, Some(reply::Result::ReportDrawn(_))),
        "{answer:?}"
    );
    host.until("the report", |event| screens(event).find(|report| report.screens == 1))
        .await;
    server.stop().await;
}

fn screens(event: &SessionEvent) -> impl Iterator<Item = ScreenReport> {
    let signals = match event {
        SessionEvent::Signals(signals) => signals.signals.as_slice(),
        _ => &[],
    };
    signals.iter().filter_map(|one| match &one.signal {
        Some(Signal::ScreenReport(report)) => Some(*report),
        _ => None,
    })
}
