//! A session goes on: after cuts, on other roads, on another server, and never with a gap or a repetition.

use std::time::Duration;

use tonic::Code;
use trivium_api::auth::{Principal, Roles};
use trivium_client::{
    Road,
    proto::v1::{
        Authenticate, GetRoomRequest, GoAwayReason, Hello, ListRoomsRequest, QuizPhase, ResetReason, Room, RoomEvent,
        connect_request::Request as Up, connect_response::Response as Down, reply, room_event::Event,
    },
};
use trivium_engine::Timestamp;
use trivium_runtime::RuntimeConfig;
use trivium_tests::{Options, Person, ROADS, Server, Way, game, people, quizzes};

use crate::{
    common::{by_code, hosted, joined, log, look, on_every_road, rejected, why},
    links::Bench,
    raw::{Raw, hello},
};

fn shape(way: Way) -> Road {
    if way == Way::GrpcWeb { Road::GrpcWeb } else { Road::Grpc }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_goes_on_after_cuts_on_its_road_and_on_every_other() {
    // One stream both ways on three roads, a stream down and calls up on all four.
    let both_ways = [Way::Grpc, Way::WebTransport, Way::Memory];
    on_every_road(async |way| {
        for (shape, ways) in [
            (shape(way), vec![way]),
            (Road::Grpc, both_ways.to_vec()),
            (Road::GrpcWeb, ROADS.to_vec()),
        ] {
            let server = Server::start().await;
            let (host, room) = hosted(&server, way).await;
            let bench = Bench::new(&server, ways);
            let client = people::client(&server, way, Some(server.token("ana")));
            joined(&client, by_code(&room.join_code, "Ana")).await;
            let client = bench.client(shape, Some(server.token("ana")));
            let mut ana = Person::connected(client, way, "ana").await;
            ana.hear(&room.id).await;
            let from = ana
                .snapshot
                .as_ref()
                .and_then(|seen| seen.cursor.clone())
                .expect("a cursor")
                .seq;
            let mut last = 0;
            for n in 0..8 {
                // Half of the cuts hit a session that misses something meanwhile.
                if n % 2 == 0 {
                    bench.shut();
                    last = host
                        .session
                        .send_message(&room.id, format!("missed {n}"))
                        .await
                        .expect("sent")
                        .seq;
                    bench.open();
                } else {
                    bench.cut();
                }
                last = last.max(
                    ana.session
                        .send_message(&room.id, format!("said {n}"))
                        .await
                        .expect("sent")
                        .seq,
                );
            }
            ana.reach(last).await;
            let written: Vec<RoomEvent> = log(&host.client, &room.id, 100)
                .await
                .into_iter()
                .filter(|event| event.seq > from)
                .collect();
            assert_eq!(ana.seen, written, "every event once and in order");
            assert_eq!(server.api.sessions.len(), 2, "it is one session all the time");
            server.stop().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_gets_exactly_what_it_misses_or_a_reset_that_says_why() {
    on_every_road(async |way| {
        let server = Server::start_with(Options {
            runtime: RuntimeConfig {
                max_catch_up: 10,
                ..RuntimeConfig::default()
            },
            ..Options::default()
        })
        .await;
        let (host, room) = hosted(&server, way).await;
        let talker = Person::account(&server, way, "host").await;
        for n in 0..20 {
            talker
                .session
                .send_message(&room.id, format!("Message {n}"))
                .await
                .expect("sent");
        }
        let cursor = look(&host.client, &room.id).await.cursor.expect("there is always one");
        let (epoch, head) = (cursor.epoch, cursor.seq);
        for missing in [0, 1, 9, 10] {
            let from = head - missing;
            let mut raw = stream(&host, way, &room, (epoch, from)).await;
            let begun = raw
                .until("a beginning", |heard| match heard {
                    Down::Resumed(resumed) => Some(resumed),
                    Down::Reset(reset) => panic!("{:?}", reset.reason()),
                    _ => None,
                })
                .await;
            assert_eq!(
                (begun.cursor.map(|cursor| cursor.seq), begun.head_seq),
                (Some(from), head)
            );
            for expected in from + 1..=head {
                let seq = raw
                    .until("an event", |heard| match heard {
                        Down::Event(event) => Some(event.seq),
                        _ => None,
                    })
                    .await;
                assert_eq!(seq, expected);
            }
        }
        for (from, expected) in [
            ((epoch + 1, head), ResetReason::EpochChanged),
            ((epoch, head + 1), ResetReason::AheadOfLog),
            ((epoch, u64::MAX), ResetReason::AheadOfLog),
            ((epoch, head - 11), ResetReason::TooFarBehind),
        ] {
            let mut raw = stream(&host, way, &room, from).await;
            let reset = raw
                .until("a beginning", |heard| match heard {
                    Down::Reset(reset) => Some(reset),
                    Down::Resumed(_) => panic!("resumed from {from:?}"),
                    _ => None,
                })
                .await;
            assert_eq!(reset.reason(), expected, "{from:?}");
            let snapshot = reset.snapshot.expect("there is always one");
            assert_eq!(snapshot.cursor.as_ref(), Some(&cursor));
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_superseded_is_told() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let mut older = Raw::open(&host.client, way, hello(&[(&room.id, None)]))
            .await
            .expect("a stream");
        let token = older.welcome.resume_token.clone();
        // The same session on each road in turn.
        for other in ROADS {
            let client = people::client(&server, other, Some(server.token("host")));
            let greeting = Hello {
                resume_token: token.clone(),
                ..hello(&[(&room.id, None)])
            };
            let newer = Raw::open(&client, other, greeting).await.expect("a stream");
            assert!(newer.welcome.resumed);
            assert_eq!(newer.welcome.session_id, older.welcome.session_id);
            gone(&mut older, GoAwayReason::Superseded, false, Code::Aborted).await;
            older = newer;
        }
        // A token is good for its user only.
        let thief = people::client(&server, way, Some(server.token("thief")));
        let greeting = Hello {
            resume_token: token,
            ..hello(&[])
        };
        let stolen = Raw::open(&thief, way, greeting).await.expect("a stream of its own");
        assert!(!stolen.welcome.resumed && stolen.welcome.session_id != older.welcome.session_id);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_come_change_and_end_in_stream() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let short = || lasting(&server, "ana", 2);
        let client = people::client(&server, way, Some(short()));
        let mut ending = Raw::open(&client, way, hello(&[])).await.expect("a stream");
        if way == Way::GrpcWeb {
            gone(&mut ending, GoAwayReason::TokenExpired, true, Code::Unauthenticated).await;
        } else {
            let nobody = people::client(&server, way, None);
            let mut raw = Raw::open(&nobody, way, hello(&[])).await.expect("a stream");
            let rooms = || Up::ListRooms(ListRoomsRequest::default());
            assert!(matches!(raw.ask(rooms()).await, reply::Result::Error(error) if error.reason == "TOKEN_MISSING"));
            let with = |token| Up::Authenticate(Authenticate { token });
            assert!(matches!(raw.ask(with(short())).await, reply::Result::Done(_)));
            assert!(matches!(raw.ask(rooms()).await, reply::Result::ListRooms(_)));
            let other = raw.ask(with(server.token("ben"))).await;
            assert!(matches!(other, reply::Result::Error(error) if error.reason == "TOKEN_OTHER_USER"));
            assert!(matches!(
                raw.ask(with(server.token("ana"))).await,
                reply::Result::Done(_)
            ));
            gone(&mut ending, GoAwayReason::TokenExpired, true, Code::Unauthenticated).await;
            let refreshed = raw.ask(rooms()).await;
            assert!(
                matches!(refreshed, reply::Result::ListRooms(_)),
                "a token that was renewed goes on"
            );
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_outlives_its_server() {
    on_every_road(async |way| {
        let folder = tempfile::tempdir().expect("a folder");
        let options = || Options {
            sqlite: Some(folder.path().join("trivium.db")),
            ..Options::default()
        };
        let server = Server::start_with(options()).await;
        let bench = Bench::new(&server, [way]);
        let mut host = Person::connected(bench.client(shape(way), Some(server.token("host"))), way, "host").await;
        let room = game::room(&mut host, quizzes::short(2)).await;
        let mut players = Vec::new();
        for name in ["Ana", "Ben"] {
            let client = bench.client(shape(way), None);
            client.join(&room.join_code, name).await.expect("in");
            let mut player = Person::connected(client, way, name).await;
            player.hear(&room.id).await;
            players.push(player);
        }
        game::start(&host, &room.id).await;
        for player in &mut players {
            answer(player, &room, 0).await;
        }
        players[0]
            .event("the close", |event| {
                matches!(event, Event::QuestionClosed(_)).then_some(())
            })
            .await;
        for phase in [QuizPhase::Closed, QuizPhase::Revealed, QuizPhase::Leaderboard] {
            game::advance(&host, &room.id, phase).await;
        }
        answer(&mut players[0], &room, 1).await;
        game::opened(&mut players[1], 1).await;
        let before = look(&players[1].client, &room.id).await;
        bench.shut();
        server.stop().await;

        let server = Server::start_with(options()).await;
        bench.lead_to(&server);
        bench.open();
        let after = again(&players[1], &room).await;
        let (quiz, was) = (after.quiz.expect("a game"), before.quiz.expect("a game"));
        assert_eq!(
            (quiz.phase(), quiz.close_time_ms),
            (QuizPhase::Open, was.close_time_ms),
            "the deadline is the same"
        );
        assert_eq!(
            (quiz.own.clone(), after.me),
            (was.own, before.me),
            "seat and score are the same"
        );
        let (form, _) = game_form(&quiz);
        let twice = players[0]
            .session
            .submit_answer(&room.id, 1, quizzes::answer(1, &form, true))
            .await;
        assert_eq!(why(&rejected(twice)), (Code::AlreadyExists, "ALREADY_ANSWERED"));
        let late = players[1]
            .session
            .submit_answer(&room.id, 1, quizzes::answer(1, &form, true))
            .await;
        late.expect("in time");
        for player in &mut players {
            player
                .event("the close", |event| match event {
                    Event::QuestionClosed(closed) if closed.index == 1 => Some(closed.answered),
                    _ => None,
                })
                .await;
        }
        for phase in [QuizPhase::Closed, QuizPhase::Revealed, QuizPhase::Leaderboard] {
            advance(&host, &room, phase).await;
        }
        let podium = players[1]
            .event("the podium", |event| match event {
                Event::QuizEnded(ended) => Some(ended.standings.clone()),
                _ => None,
            })
            .await;
        assert!(
            podium.len() == 2 && podium.iter().all(|row| row.correct == 2),
            "{podium:?}"
        );
        for player in &players {
            assert!(
                player.seen.windows(2).all(|pair| pair[0].seq < pair[1].seq),
                "{}",
                player.name
            );
        }
        server.stop().await;
    })
    .await;
}

async fn stream(host: &Person, way: Way, room: &Room, cursor: (u64, u64)) -> Raw {
    let greeting = hello(&[(&room.id, Some(cursor))]);
    Raw::open(&host.client, way, greeting).await.expect("a stream")
}

/// The server says goodbye, and then ends the stream.
async fn gone(raw: &mut Raw, reason: GoAwayReason, reconnect: bool, code: Code) {
    let said = raw
        .until("a goodbye", |heard| match heard {
            Down::GoAway(go_away) => Some(go_away),
            _ => None,
        })
        .await;
    assert_eq!((said.reason(), said.reconnect), (reason, reconnect));
    assert_eq!(raw.end().await.expect_err("it must not end well").code(), code);
}

/// A token that ends soon.
fn lasting(server: &Server, user: &str, seconds: u64) -> String {
    let principal = Principal {
        user: user.parse().expect("an id"),
        name: user.to_owned(),
        guest: false,
        roles: Roles::default(),
        grants: std::collections::BTreeMap::new(),
        expires_at: Timestamp::default(),
        token_id: None,
    };
    let now = server.api.runtime.clock().now();
    server
        .api
        .authenticator
        .mint(&principal, Duration::from_secs(seconds), now, &mut rand::rng())
        .0
}

async fn answer(player: &mut Person, room: &Room, index: u32) {
    let (form, opens) = game::opened(player, index).await;
    game::wait_until(player, opens).await;
    let answer = quizzes::answer(index, &form, true);
    player
        .session
        .submit_answer(&room.id, index, answer)
        .await
        .expect("in time");
}

/// The room, as soon as the session is back.
async fn again(player: &Person, room: &Room) -> trivium_client::proto::v1::RoomSnapshot {
    let request = GetRoomRequest {
        room_id: room.id.clone(),
    };
    let seen = trivium_tests::eventually("the room", player.session.execute(request)).await;
    seen.expect("still a member").snapshot.expect("there is always one")
}

fn game_form(quiz: &trivium_client::proto::v1::QuizState) -> (trivium_client::proto::v1::AnswerForm, i64) {
    (quiz.form.clone().expect("the question is open"), quiz.open_time_ms)
}

async fn advance(host: &Person, room: &Room, from: QuizPhase) {
    host.session.advance_quiz(&room.id, from).await.expect("advanced");
}
