//! Every way of failing says the same by a unary call and by a reply on the stream: code, reason, details.

use std::time::Duration;

use tonic::Code;
use trivium_client::{
    Rejection,
    proto::v1::{
        Authenticate, CloseRoomRequest, ConnectRequest, CreateQuizRequest, CreateRoomRequest, Cursor, GetQuizRequest,
        GetResultsRequest, GetRoomRequest, ListEventsRequest, ListMembersRequest, ListMessagesRequest,
        ListPresenceRequest, ListRoomsRequest, Option as Choice, Question, Quiz, QuizPhase, RemoveMemberRequest,
        SendMessageRequest, SetPresenceRequest, SetReactionRequest, SetTypingRequest, SingleChoice, StartQuizRequest,
        Subscribe, UpdateRoomRequest, connect_request::Request as Up, question::Kind, reply,
    },
};
use trivium_tests::{Options, Person, Raw as Bytes, Server, Way, game, game::id, people, quizzes};

use crate::{
    common::{guests, hosted, log, look, nobody, on_every_road, outcome, refusal, rejected, why},
    raw::{Raw, hello},
};

/// The refusal of a request, which has to be the same as a call and on the session.
macro_rules! refused {
    ($person:expr, $service:ident.$method:ident, $request:expr) => {{
        let request = $request;
        let called = refusal($person.client.$service().$method(request.clone())).await;
        let replied = rejected($person.session.execute(request).await);
        same(&called, &replied);
        called
    }};
}

fn same(called: &Rejection, replied: &Rejection) {
    let but_time = |rejection: &Rejection| Rejection {
        retry_after: rejection.retry_after.map(|_| Duration::ZERO),
        ..rejection.clone()
    };
    assert_eq!(but_time(called), but_time(replied), "by a call and by a reply");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "it is a table")]
async fn who_may_not_is_told_why() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [guest] = guests(&server, way, &room, ["Ana"]).await;
        let before = log(&host.client, &room.id, 100).await;
        let stranger = Person::account(&server, way, "stranger").await;
        let nameless = Person::connected(nobody(&server, way), way, "nobody").await;
        let room_id = || room.id.clone();
        let get = |room_id: &str| GetRoomRequest {
            room_id: room_id.to_owned(),
        };
        let say = || SendMessageRequest {
            request_id: id(),
            room_id: room_id(),
            text: "Hello".into(),
            ..SendMessageRequest::default()
        };
        let members = ListMembersRequest {
            room_id: room_id(),
            ..ListMembersRequest::default()
        };
        let messages = ListMessagesRequest {
            room_id: room_id(),
            ..ListMessagesRequest::default()
        };
        let events = ListEventsRequest {
            after: Some(Cursor {
                room_id: room_id(),
                ..Cursor::default()
            }),
            page_size: 0,
        };
        let presence = ListPresenceRequest {
            room_id: room_id(),
            ..ListPresenceRequest::default()
        };
        let results = GetResultsRequest { room_id: room_id() };
        let typing = SetTypingRequest {
            room_id: room_id(),
            typing: true,
        };
        let appear = SetPresenceRequest {
            room_id: room_id(),
            state: 1,
            status: String::new(),
            ..SetPresenceRequest::default()
        };
        let create = CreateRoomRequest {
            request_id: id(),
            kind: 1,
            title: "Mine".into(),
            ..CreateRoomRequest::default()
        };
        let write = CreateQuizRequest {
            request_id: id(),
            quiz: Some(quizzes::short(1)),
        };
        let close = CloseRoomRequest {
            request_id: id(),
            room_id: room_id(),
        };
        let start = StartQuizRequest {
            request_id: id(),
            room_id: room_id(),
        };
        let remove = RemoveMemberRequest {
            request_id: id(),
            room_id: room_id(),
            user_id: "host".into(),
            reason: String::new(),
        };
        let quiz = GetQuizRequest {
            quiz_id: "none".into(),
            revision: 0,
        };
        let missing = (Code::Unauthenticated, "TOKEN_MISSING");
        let account = (Code::PermissionDenied, "ACCOUNT_NEEDED");
        let no_room = (Code::NotFound, "ROOM_NOT_FOUND");
        let role = (Code::PermissionDenied, "NOT_PERMITTED");
        for (refused, expected) in [
            (refused!(nameless, rooms.get_room, get(&room.id)), missing),
            (refused!(nameless, rooms.create_room, create.clone()), missing),
            (refused!(nameless, chat.send_message, say()), missing),
            (refused!(guest, rooms.create_room, create), account),
            (refused!(guest, rooms.list_rooms, ListRoomsRequest::default()), account),
            (refused!(guest, quizzes.create_quiz, write), account),
            (refused!(guest, rooms.get_room, get("elsewhere")), no_room),
            (refused!(guest, rooms.close_room, close.clone()), role),
            (refused!(guest, quizzes.start_quiz, start.clone()), role),
            (refused!(guest, rooms.remove_member, remove), role),
            (refused!(stranger, rooms.get_room, get("nowhere")), no_room),
            (refused!(stranger, rooms.get_room, get(&room.id)), no_room),
            (refused!(stranger, rooms.list_members, members), no_room),
            (refused!(stranger, rooms.list_events, events), no_room),
            (refused!(stranger, chat.list_messages, messages), no_room),
            (refused!(stranger, chat.set_typing, typing), no_room),
            (refused!(stranger, presence.list_presence, presence), no_room),
            (refused!(stranger, presence.set_presence, appear), no_room),
            (refused!(stranger, quizzes.get_results, results), no_room),
            (refused!(stranger, chat.send_message, say()), no_room),
            (refused!(stranger, rooms.close_room, close), no_room),
            (refused!(stranger, quizzes.start_quiz, start), no_room),
            (
                refused!(stranger, quizzes.get_quiz, quiz),
                (Code::NotFound, "QUIZ_NOT_FOUND"),
            ),
        ] {
            assert_eq!(why(&refused), expected);
        }
        assert_eq!(
            log(&host.client, &room.id, 100).await,
            before,
            "a refusal leaves no event"
        );
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_tokens_are_refused_in_metadata_in_the_hello_and_in_stream() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let good = server.token("ana");
        let (signed, _) = good.rsplit_once('.').expect("three parts");
        for (bad, reason) in [
            ("x".to_owned(), "TOKEN_MALFORMED"),
            (format!("{signed}.AAAA"), "TOKEN_SIGNATURE_INVALID"),
            (good[1..].to_owned(), "TOKEN_MALFORMED"),
            ("x".repeat(8_193), "TOKEN_TOO_LARGE"),
        ] {
            let expected = (Code::Unauthenticated, reason);
            let client = people::client(&server, way, Some(bad.clone()));
            let called = refusal(client.rooms().list_rooms(ListRoomsRequest::default())).await;
            assert_eq!(why(&called), expected);
            let Err(refused) = Raw::open(&client, way, hello(&[])).await else {
                panic!("the stream took {reason}");
            };
            same(&called, &Rejection::from(refused));
            if bad.len() > 8_192 {
                continue;
            }
            let greeting = trivium_client::proto::v1::Hello {
                token: bad.clone(),
                ..hello(&[])
            };
            let Err(refused) = Raw::open(&nobody(&server, way), way, greeting).await else {
                panic!("the hello took {reason}");
            };
            same(&called, &Rejection::from(refused));
            if way != Way::GrpcWeb {
                let mut raw = Raw::open(&nobody(&server, way), way, hello(&[]))
                    .await
                    .expect("a stream");
                same(
                    &called,
                    &replied(raw.ask(Up::Authenticate(Authenticate { token: bad })).await),
                );
            }
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_rules_are_named_by_field() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let fields = |refused: &Rejection| {
            assert_eq!(why(refused), (Code::InvalidArgument, "INVALID_REQUEST"));
            let mut fields: Vec<_> = refused
                .field_violations
                .iter()
                .map(|(field, _)| field.clone())
                .collect();
            fields.sort_unstable();
            fields
        };
        let refused = refused!(
            host,
            chat.send_message,
            SendMessageRequest {
                request_id: "a b".into(),
                room_id: "r".repeat(65),
                text: "t".repeat(4_001),
                reply_to: 0,
                ..SendMessageRequest::default()
            }
        );
        assert_eq!(fields(&refused), ["request_id", "room_id", "text"]);
        let option = |text: &str| Choice {
            text: text.into(),
            correct: true,
        };
        let question = |text: &str, options| Question {
            text: text.into(),
            kind: Some(Kind::SingleChoice(SingleChoice {
                options,
                shuffle: false,
            })),
            ..Question::default()
        };
        let quiz = Quiz {
            title: "t".repeat(121),
            questions: vec![
                question("fine", vec![option("a"), option("b")]),
                question("", vec![option("a"), option("")]),
                Question {
                    kind: None,
                    ..question("no kind", Vec::new())
                },
            ],
            ..Quiz::default()
        };
        let refused = refused!(
            host,
            quizzes.create_quiz,
            CreateQuizRequest {
                request_id: id(),
                quiz: Some(quiz),
            }
        );
        let expected = [
            "quiz.questions[1].single_choice.options[1].text",
            "quiz.questions[1].text",
            "quiz.questions[2].kind",
            "quiz.title",
        ];
        assert_eq!(fields(&refused), expected);
        let refused = refused!(host, rooms.list_events, ListEventsRequest::default());
        assert_eq!(fields(&refused), ["after"]);
        let refused = refused!(
            host,
            presence.set_presence,
            SetPresenceRequest {
                room_id: room.id.clone(),
                state: 3,
                status: String::new(),
                ..SetPresenceRequest::default()
            }
        );
        assert_eq!(fields(&refused), ["state"]);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_does_not_know_is_not_done() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let bytes = Bytes::open(&server, way).await;
        for method in [
            "trivium.v1.RoomService/BurnDown",
            "trivium.v1.NoService/GetRoom",
            "trivium.v1.RoomService/getroom",
        ] {
            let status = bytes
                .unary(method, Some(&server.token("ana")), bytes::Bytes::new())
                .await;
            assert_eq!(
                status.expect_err("there is none").code(),
                Code::Unimplemented,
                "{method}"
            );
        }
        if way != Way::GrpcWeb {
            let client = people::client(&server, way, Some(server.token("ana")));
            let mut raw = Raw::open(&client, way, hello(&[])).await.expect("a stream");
            let up = raw.up.clone().expect("there is a way up");
            let empty = ConnectRequest { id: 7, request: None };
            up.send(empty).await.expect("the stream stands");
            let answer = raw
                .until("an answer", |heard| match heard {
                    trivium_client::proto::v1::connect_response::Response::Reply(reply) if reply.id == 7 => {
                        reply.result
                    }
                    _ => None,
                })
                .await;
            assert_eq!(why(&replied(answer)), (Code::InvalidArgument, "INVALID_REQUEST"));
            let nowhere = Subscribe {
                room_id: "nowhere".into(),
                cursor: None,
            };
            let refused = replied(raw.ask(Up::Subscribe(nowhere)).await);
            assert_eq!(
                why(&refused),
                (Code::NotFound, "ROOM_NOT_FOUND"),
                "and the stream goes on"
            );
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_too_quick_is_told_how_long_to_wait() {
    on_every_road(async |way| {
        let server = Server::start_with(Options {
            real_limits: true,
            ..Options::default()
        })
        .await;
        let (host, room) = hosted(&server, way).await;
        let say = || SendMessageRequest {
            request_id: id(),
            room_id: room.id.clone(),
            text: "Spam".into(),
            ..SendMessageRequest::default()
        };
        let mut refusals = Vec::new();
        while refusals.len() < 4 {
            let by_call = outcome(host.client.chat().send_message(say())).await;
            let by_reply = host.session.execute(say()).await;
            refusals.extend(by_call.err());
            if by_reply.is_err() {
                refusals.push(rejected(by_reply));
            }
        }
        for refused in &refusals {
            assert_eq!(why(refused), (Code::ResourceExhausted, "RATE_LIMITED"));
            let wait = refused.retry_after.expect("it says how long");
            assert!(wait > Duration::ZERO && wait <= Duration::from_millis(200), "{wait:?}");
        }
        // Whoever waits as long as told gets through.
        let refused = loop {
            if let Err(refused) = outcome(host.client.chat().send_message(say())).await {
                break refused;
            }
        };
        tokio::time::sleep(refused.retry_after.expect("it says how long")).await;
        outcome(host.client.chat().send_message(say()))
            .await
            .expect("waited long enough");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_is_refused_and_the_connection_stands() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let say = |bytes: usize| SendMessageRequest {
            request_id: id(),
            room_id: room.id.clone(),
            text: "x".repeat(bytes),
            ..SendMessageRequest::default()
        };
        let limit = server.api.limiter.limits().quiz_bytes;
        for (bytes, codes) in [
            (limit / 2, [Code::InvalidArgument, Code::ResourceExhausted]),
            (limit * 2, [Code::OutOfRange, Code::ResourceExhausted]),
        ] {
            let refused = refusal(host.client.chat().send_message(say(bytes))).await;
            assert!(codes.contains(&refused.code), "{bytes}: {refused}");
            outcome(host.client.chat().send_message(say(10)))
                .await
                .expect("the connection stands");
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_id_is_good_for_one_thing() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let used = id();
        let say = SendMessageRequest {
            request_id: used.clone(),
            room_id: room.id.clone(),
            text: "Once".into(),
            ..SendMessageRequest::default()
        };
        let first = outcome(host.client.chat().send_message(say.clone()))
            .await
            .expect("sent");
        let again = host.session.execute(say).await.expect("answered from the log");
        assert_eq!(first, again);
        game::load(&host, &room.id, quizzes::short(1)).await;
        let message = first.message.expect("there is one");
        let reused = (Code::AlreadyExists, "REQUEST_REUSED");
        let rename = UpdateRoomRequest {
            request_id: used.clone(),
            room_id: room.id.clone(),
            title: Some("Another".into()),
            ..UpdateRoomRequest::default()
        };
        let react = SetReactionRequest {
            request_id: used.clone(),
            room_id: room.id.clone(),
            message_seq: message.seq,
            emoji: "👍".into(),
            present: true,
        };
        let start = StartQuizRequest {
            request_id: used.clone(),
            room_id: room.id.clone(),
        };
        for refused in [
            refused!(host, rooms.update_room, rename),
            refused!(host, chat.set_reaction, react),
            refused!(host, quizzes.start_quiz, start),
        ] {
            assert_eq!(why(&refused), reused);
        }
        let snapshot = look(&host.client, &room.id).await;
        assert_eq!(snapshot.quiz.map(|quiz| quiz.phase()), Some(QuizPhase::Lobby));
        assert_eq!(snapshot.messages, [message]);
        host.drain();
        server.stop().await;
    })
    .await;
}

fn replied(answer: reply::Result) -> Rejection {
    match answer {
        reply::Result::Error(error) => Rejection::from(error),
        other => panic!("not refused: {other:?}"),
    }
}
