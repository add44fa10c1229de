//! Deadlines, cancellation, half-close: how calls end when nobody wants them to go on.

use std::{sync::Arc, time::Duration};

use tonic::{Code, Request};
use trivium_client::{
    Road,
    proto::v1::{
        ListRoomsRequest, PresenceState, SendMessageRequest, connect_response::Response as Down, reply,
        room_event::Event,
    },
};
use trivium_store::MemoryStore;
use trivium_tests::{Options, Server, Way, game::id};

use crate::{
    common::{becomes, by_code, hosted, joined, log, look, on_every_road, outcome},
    links::Bench,
    raw::{Raw, hello},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_ends_at_its_deadline() {
    on_every_road(async |way| {
        let store = Arc::new(MemoryStore::new());
        let server = Server::start_with(Options {
            store: Some(store.clone()),
            ..Options::default()
        })
        .await;
        let (host, room) = hosted(&server, way).await;
        let client = Bench::new(&server, [way]).client(Road::Grpc, Some(server.token("host")));
        let say = |request_id: &str, timeout: &'static str| {
            let mut request = Request::new(SendMessageRequest {
                request_id: request_id.to_owned(),
                room_id: room.id.clone(),
                text: "In time?".into(),
                ..SendMessageRequest::default()
            });
            request
                .metadata_mut()
                .insert("grpc-timeout", timeout.parse().expect("ASCII"));
            let client = client.clone();
            async move { outcome(client.chat().send_message(request)).await }
        };
        // Whether the command took effect is not known after a deadline, and the retry makes it happen once.
        let retried = id();
        store.hold_appends();
        for timeout in ["1n", "20m"] {
            let late = say(&retried, timeout).await.expect_err("the store does not answer");
            assert_eq!(late.code, Code::DeadlineExceeded);
        }
        store.release_appends();
        let first = say(&retried, "20S").await.expect("enough time");
        assert_eq!(say(&retried, "1H").await.expect("enough time"), first);
        for malformed in ["", "10", "S", "1s", "123456789S", "-1S"] {
            let refused = say(&id(), malformed).await.expect_err("malformed");
            assert_eq!(refused.code, Code::InvalidArgument, "{malformed:?}");
        }
        let sent = log(&host.client, &room.id, 100).await;
        let sent = sent
            .iter()
            .filter(|event| matches!(event.event, Some(Event::MessageSent(_))))
            .count();
        assert_eq!(sent, 1);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_at_its_deadline() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let before = server.api.sessions.len();
        let client = Bench::new(&server, [way]).client(Road::Grpc, Some(server.token("host")));
        let greeting = hello(&[(&room.id, None)]);
        let mut raw = Raw::open_with(&client, way, greeting, |metadata| {
            metadata.insert("grpc-timeout", "700m".parse().expect("ASCII"));
        })
        .await
        .expect("time enough for a welcome");
        let ended = raw.end().await.expect_err("it must not end well");
        assert_eq!(ended.code(), Code::DeadlineExceeded);
        becomes("the session is gone", async || {
            (server.api.sessions.len() == before).then_some(())
        })
        .await;
        drop(host);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_dropped_frees_its_session() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let before = server.api.sessions.len();
        let client = Bench::new(&server, [way]).client(Road::Grpc, Some(server.token("ana")));
        joined(&client, by_code(&room.join_code, "Ana")).await;
        let state = async || {
            let presences = look(&host.client, &room.id).await.presences;
            presences
                .iter()
                .find(|one| one.user_id == "ana")
                .map(trivium_client::proto::v1::Presence::state)
        };
        for _ in 0..3 {
            let raw = Raw::open(&client, way, hello(&[(&room.id, None)]))
                .await
                .expect("a stream");
            becomes("online", async || {
                (state().await == Some(PresenceState::Online)).then_some(())
            })
            .await;
            assert_eq!(server.api.sessions.len(), before + 1);
            drop(raw);
            becomes("the session is gone", async || {
                (server.api.sessions.len() == before).then_some(())
            })
            .await;
            becomes("away", async || {
                (state().await == Some(PresenceState::Away)).then_some(())
            })
            .await;
        }
        server.stop().await;
    })
    .await;
}

/// Clients go away at every moment of the greeting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_dropped_while_it_is_greeted_frees_its_session() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (_host, room) = hosted(&server, way).await;
        let before = server.api.sessions.len();
        let client = Bench::new(&server, [way]).client(Road::Grpc, Some(server.token("host")));
        for n in 0..100 {
            let opening = Raw::open(&client, way, hello(&[(&room.id, None)]));
            let _gone = tokio::time::timeout(Duration::from_micros(50 * n), opening).await;
        }
        becomes("their sessions are gone", async || {
            (server.api.sessions.len() == before).then_some(())
        })
        .await;
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_said_everything_gets_every_answer_and_goes_on_hearing() {
    on_every_road(async |way| {
        if way == Way::GrpcWeb {
            // Its streams have no way up to close; what it hears is in every other scenario.
            return;
        }
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let client = Bench::new(&server, [way]).client(Road::Grpc, Some(server.token("host")));

        // Without a room the stream is done once every answer is out.
        let mut raw = Raw::open(&client, way, hello(&[])).await.expect("a stream");
        let up = raw.up.take().expect("there is a way up");
        for id in 1..=20 {
            let request = trivium_client::proto::v1::connect_request::Request::ListRooms(ListRoomsRequest::default());
            let message = trivium_client::proto::v1::ConnectRequest {
                id,
                request: Some(request),
            };
            up.send(message).await.expect("the stream stands");
        }
        drop(up);
        let mut answered = Vec::new();
        loop {
            match raw.next().await {
                Some(Ok(Down::Reply(reply))) => {
                    assert!(matches!(reply.result, Some(reply::Result::ListRooms(_))), "{reply:?}");
                    answered.push(reply.id);
                }
                Some(Ok(_)) => {}
                Some(Err(status)) => panic!("{status}"),
                None => break,
            }
        }
        answered.sort_unstable();
        assert_eq!(answered, (1..=20).collect::<Vec<_>>());

        // With a room it goes on hearing.
        let mut raw = Raw::open(&client, way, hello(&[(&room.id, None)]))
            .await
            .expect("a stream");
        raw.up = None;
        // The welcome comes before the room: what is said in between is in the room as it comes, and nowhere else.
        raw.until("the room", |heard| matches!(heard, Down::Reset(_)).then_some(()))
            .await;
        for text in ["one", "two"] {
            let sent = host.session.send_message(&room.id, text).await.expect("sent");
            raw.until(text, |heard| match heard {
                Down::Event(event) if event.seq == sent.seq => Some(()),
                _ => None,
            })
            .await;
        }
        server.stop().await;
    })
    .await;
}
