//! What is heard of a room: each entry once, in order, over every road and over cuts between them.

use std::time::Duration;

use tokio::time::sleep;
use trivium_client::proto::v1::Cursor;
use trivium_client::{Road, SessionEvent};

use crate::fake::roads::Roads;
use crate::fake::{ROOM, Server};
use crate::table::{ROADS, Table, sit, sit_at};

#[tokio::test(start_paused = true)]
async fn on_every_road_a_room_is_heard_and_spoken_to() {
    for road in ROADS {
        let mut table = sit(road).await;
        table.server.say("before");
        table.session.subscribe(ROOM, None).await.expect("it is there");
        let cursor = table.until(|event| match event {
            SessionEvent::Reset { snapshot, .. } => snapshot.cursor.clone(),
            _ => None,
        });
        assert_eq!(cursor.await.seq, 1);
        let message = table.session.send_message(ROOM, "hello").await.expect("it is said");
        assert_eq!(message.seq, 2, "{road:?}");
        table.server.say("answer");
        assert_eq!(table.read(2, 2).await, ["hello", "answer"], "{road:?}");
        assert!(table.server.heard().tokens.iter().all(|token| token == "Bearer token"));
    }
}

#[tokio::test(start_paused = true)]
async fn on_every_road_a_cut_connection_resumes_without_loss_or_repetition() {
    for road in ROADS {
        let mut table = sit(road).await;
        table.session.subscribe(ROOM, None).await.expect("it is there");
        for round in 0..20 {
            let first = u64::try_from(round * 10).expect("it is small") + 1;
            table.server.say_many(5);
            table.server.cut();
            table.server.say_many(5);
            table.read(first, 10).await;
        }
        let heard = table.server.heard();
        assert!(
            heard.hellos.len() > 10,
            "{road:?}: it did come back: {}",
            heard.hellos.len()
        );
        let cursors = heard
            .hellos
            .iter()
            .skip(2)
            .map(|hello| hello.subscriptions[0].cursor.is_some());
        assert!(cursors.clone().all(|has| has), "{road:?}: with cursors");
        assert!(
            heard.hellos.iter().skip(1).all(|hello| !hello.resume_token.is_empty()),
            "{road:?}: as the same session"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn on_every_road_what_is_sent_twice_is_told_once() {
    for road in ROADS {
        let mut table = sit(road).await;
        table.session.subscribe(ROOM, None).await.expect("it is there");
        table.server.say_many(5);
        table.read(1, 5).await;
        table.server.state().rewind = 3;
        table.server.cut();
        table.server.say_many(5);
        table.read(6, 5).await;
    }
}

#[tokio::test(start_paused = true)]
async fn hidden_entries_move_the_position_and_are_no_gap() {
    let mut table = sit(Road::Grpc).await;
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.server.state().hidden = vec![2, 3];
    table.server.say_many(4);
    let mut seqs = Vec::new();
    while seqs.len() < 2 {
        match table.next().await {
            SessionEvent::Event(event) => seqs.push(event.seq),
            SessionEvent::Gap { .. } => panic!("there is none"),
            _ => {}
        }
    }
    assert_eq!(seqs, [1, 4]);
}

#[tokio::test(start_paused = true)]
async fn on_every_road_a_gap_is_told_and_filled() {
    for road in ROADS {
        let mut table = sit(road).await;
        table.session.subscribe(ROOM, None).await.expect("it is there");
        table.server.state().skip_once = vec![2];
        table.server.say_many(4);
        let (mut seqs, mut gaps) = (Vec::new(), Vec::new());
        while seqs.len() < 4 {
            match table.next().await {
                SessionEvent::Event(event) => seqs.push(event.seq),
                SessionEvent::Gap { expected, received, .. } => gaps.push((expected, received)),
                _ => {}
            }
        }
        assert_eq!((seqs, gaps), (vec![1, 2, 3, 4], vec![(2, 3)]), "{road:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_that_began_anew_is_a_reset() {
    let mut table = sit(Road::Grpc).await;
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.server.say_many(5);
    table.read(1, 5).await;
    table.server.lose_log();
    table.server.cut();
    let cursor = table.until(|event| match event {
        SessionEvent::Reset { snapshot, .. } => snapshot.cursor.clone(),
        _ => None,
    });
    assert_eq!(
        cursor.await,
        Cursor {
            room_id: ROOM.to_owned(),
            epoch: 2,
            seq: 0
        }
    );
    table.server.say("new");
    assert_eq!(table.read(1, 1).await, ["new"]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_from_an_earlier_life_goes_on_there() {
    for road in ROADS {
        let server = Server::new();
        server.say_many(6);
        let roads = Roads::new(&server);
        let mut table = sit_at(server, roads, road).await;
        let cursor = Cursor {
            room_id: ROOM.to_owned(),
            epoch: 1,
            seq: 4,
        };
        table.session.subscribe(ROOM, Some(cursor)).await.expect("it is there");
        assert_eq!(table.read(5, 2).await, ["4", "5"], "{road:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_is_not_there_fails_the_subscription() {
    for road in ROADS {
        let table = sit(road).await;
        let error = table
            .session
            .subscribe("nowhere", None)
            .await
            .expect_err("it is not there");
        assert_eq!(error.reason(), "ROOM_NOT_FOUND", "{road:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_application_that_does_not_read_stops_the_stream_and_misses_nothing() {
    let mut table = sit(Road::Grpc).await;
    table.session.subscribe(ROOM, None).await.expect("it is there");
    let total = 2_000;
    for _ in 0..total / 10 {
        table.server.say_many(10);
        sleep(Duration::from_millis(1)).await;
    }
    sleep(Duration::from_mins(1)).await;
    assert_eq!(
        table.server.heard().hellos.len(),
        1,
        "silence is not held against a stream that is not read"
    );
    table.server.cut();
    table.read(1, total).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_without_listeners_goes_on() {
    let Table {
        server,
        session,
        events,
        ..
    } = sit(Road::Grpc).await;
    drop(events);
    session.subscribe(ROOM, None).await.expect("it is there");
    server.say_many(2_000);
    assert_eq!(
        session
            .send_message(ROOM, "still here")
            .await
            .map(|message| message.seq)
            .ok(),
        Some(2_001)
    );
}

#[tokio::test(start_paused = true)]
async fn on_every_road_a_room_that_is_not_available_is_asked_for_until_it_is() {
    for road in ROADS {
        let mut table = sit(road).await;
        table.server.state().busy = 4;
        table
            .session
            .subscribe(ROOM, None)
            .await
            .expect("in the end it is there");
        assert_eq!(table.server.state().busy, 0, "{road:?}");
        table.server.say_many(2);
        table.read(1, 2).await;
        table.server.state().busy = 3;
        table.server.cut();
        table.server.say_many(2);
        table.read(3, 2).await;
    }
}

#[tokio::test(start_paused = true)]
async fn on_every_road_a_room_that_is_no_longer_heard_is_silent() {
    for road in ROADS {
        let mut table = sit(road).await;
        table.session.subscribe(ROOM, None).await.expect("it is there");
        table.server.say("one");
        table.read(1, 1).await;
        table.session.unsubscribe(ROOM).await.expect("it goes on");
        table.server.say("two");
        table.server.cut();
        table.connected().await;
        table.server.say("three");
        let quiet = tokio::time::timeout(
            Duration::from_secs(20),
            table.until(|event| match event {
                SessionEvent::Event(event) => Some(event.seq),
                _ => None,
            }),
        );
        assert!(quiet.await.is_err(), "{road:?}");
        let hello = table.server.heard().hellos.last().cloned().expect("there was one");
        assert!(hello.subscriptions.is_empty(), "{road:?}");
    }
}
