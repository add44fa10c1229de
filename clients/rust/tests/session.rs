//! Sessions against the fake server in virtual time: resume, outbox, gaps, back-pressure, roads.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for one event among many")]

mod fake;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use fake::roads::Roads;
use fake::{ROOM, Server, now_us, text};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tonic::Code;
use trivium_client::proto::v1::{Cursor, GoAway, GoAwayReason, SetTypingRequest};
use trivium_client::{
    Choice, Client, DisconnectReason, Error, Events, Road, Session, SessionEvent, Status, Timing, Token,
};

const ROADS: [Road; 3] = [Road::Grpc, Road::GrpcWeb, Road::WebTransport];

struct Table {
    server: Server,
    roads: Roads,
    session: Session,
    events: Events,
}

/// A connected session.
async fn sit(choice: impl Into<Choice>) -> Table {
    let server = Server::new();
    let roads = Roads::new(&server);
    sit_at(server, roads, choice).await
}

async fn sit_at(server: Server, roads: Roads, choice: impl Into<Choice>) -> Table {
    let client = Client::builder("http://fake")
        .road(choice)
        .token("token")
        .connector(roads.clone())
        .build();
    let (session, events) = client
        .expect("nothing is wrong with it")
        .connect()
        .await
        .expect("the server takes it");
    Table {
        server,
        roads,
        session,
        events,
    }
}

impl Table {
    async fn next(&mut self) -> SessionEvent {
        let next = timeout(Duration::from_secs(200), self.events.next()).await;
        next.expect("an event comes").expect("the session goes on")
    }

    /// Reads on until `found` finds what it wants.
    async fn until<T>(&mut self, mut found: impl FnMut(&SessionEvent) -> Option<T>) -> T {
        loop {
            let event = self.next().await;
            if let Some(found) = found(&event) {
                return found;
            }
        }
    }

    async fn connected(&mut self) -> (Road, bool) {
        self.until(|event| match event {
            SessionEvent::Connected { road, resumed } => Some((*road, *resumed)),
            _ => None,
        })
        .await
    }

    async fn disconnected(&mut self) -> DisconnectReason {
        self.until(|event| match event {
            SessionEvent::Disconnected { reason, .. } => Some(reason.clone()),
            _ => None,
        })
        .await
    }

    async fn stopped(&mut self) -> Error {
        let error = self.until(|event| match event {
            SessionEvent::Stopped { error } => Some(error.clone()),
            _ => None,
        });
        let error = error.await;
        assert!(self.events.next().await.is_none(), "it is the last event");
        error
    }

    /// The next `count` events of the room, checked to be dense from `first` on.
    async fn read(&mut self, first: u64, count: usize) -> Vec<String> {
        let (mut texts, mut expected) = (Vec::new(), first);
        while texts.len() < count {
            if let SessionEvent::Event(event) = self.next().await {
                assert_eq!(event.seq, expected, "the next entry, once");
                expected += 1;
                texts.push(text(&event));
            }
        }
        texts
    }
}

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

/// Goal: commands whose answers are lost happen once and are answered once, whatever road they come back on.
#[tokio::test(start_paused = true)]
async fn commands_happen_once_though_a_third_of_the_answers_is_eaten() {
    for road in ROADS {
        let mut table = sit(road).await;
        table.session.subscribe(ROOM, None).await.expect("it is there");
        table.server.state().eat_every = 3;
        let count = 300;
        // All at once would overflow the outbox.
        let at_once = Arc::new(Semaphore::new(100));
        let commands: Vec<_> = (0..count)
            .map(|n| {
                let (session, at_once) = (table.session.clone(), at_once.clone());
                tokio::spawn(async move {
                    let _turn = at_once.acquire().await.expect("it stays open");
                    session
                        .send_message(ROOM, n.to_string())
                        .await
                        .map(|message| (n, message.seq))
                })
            })
            .collect();
        let read = tokio::spawn(async move {
            let texts = table.read(1, usize::try_from(count).expect("it is small")).await;
            (texts, table)
        });
        for command in commands {
            let (n, seq) = command.await.expect("no panic").expect("it is answered");
            assert!(seq >= 1 && seq <= count, "{road:?}: {n} at {seq}");
        }
        let (mut texts, table) = read.await.expect("no panic");
        assert_eq!(table.server.texts(), texts, "{road:?}: what was read is the log");
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len() as u64, count, "{road:?}: each once");
        assert!(
            table.server.heard().commands > count + 50,
            "{road:?}: there were retries"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn commands_arrive_in_the_order_given() {
    for road in ROADS {
        let table = sit(road).await;
        let sends = (0..100).map(|n| table.session.send_message(ROOM, n.to_string()));
        let sent = futures_util::future::join_all(sends).await;
        assert!(sent.iter().all(Result::is_ok), "{road:?}");
        let expected: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        assert_eq!(table.server.texts(), expected, "{road:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_outbox_refuses_and_loses_nothing() {
    let mut table = sit(Road::Grpc).await;
    table.roads.gates.offline.store(true, SeqCst);
    table.server.cut();
    table.disconnected().await;
    let (session, server) = (table.session.clone(), table.server.clone());
    let sends = tokio::spawn(async move {
        futures_util::future::join_all((0..260).map(|n| session.send_message(ROOM, n.to_string()))).await
    });
    sleep(Duration::from_secs(1)).await;
    table.roads.gates.offline.store(false, SeqCst);
    let sent = sends.await.expect("no panic");
    let refused = sent
        .iter()
        .filter(|sent| matches!(sent, Err(Error::OutboxFull)))
        .count();
    assert_eq!((refused, sent.iter().filter(|sent| sent.is_ok()).count()), (4, 256));
    assert_eq!(server.texts().len(), 256);
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
async fn goodbyes_are_obeyed() {
    let wait = |reason: GoAwayReason, reconnect, retry_after_ms| GoAway {
        reason: reason.into(),
        reconnect,
        retry_after_ms,
        message: String::new(),
    };
    for (go_away, comes_back_after) in [
        (wait(GoAwayReason::Draining, true, 7_000), Some(Duration::from_secs(7))),
        (wait(GoAwayReason::TooSlow, true, 0), Some(Duration::ZERO)),
        (wait(GoAwayReason::Superseded, false, 0), None),
        (wait(GoAwayReason::ProtocolError, true, 0), None),
    ] {
        let mut table = sit(Road::Grpc).await;
        table.connected().await;
        let since = Instant::now();
        let reason = go_away.reason();
        table.server.go_away(go_away);
        if let Some(delay) = comes_back_after {
            table.server.state().refuse = None;
            table.connected().await;
            assert!(
                since.elapsed() >= delay && since.elapsed() < delay + Duration::from_secs(1),
                "{reason:?}"
            );
        } else {
            let pending = table
                .session
                .send_message(ROOM, "late")
                .await
                .map(|message| message.seq);
            let error = table.stopped().await;
            assert!(
                matches!(error, Error::Ended { reason: told, .. } if told == reason),
                "{error}"
            );
            assert!(matches!(pending, Err(Error::Ended { .. }) | Ok(_)), "{pending:?}");
            assert!(matches!(table.session.status(), Status::Stopped(Error::Ended { .. })));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_that_cannot_be_mended_stop_and_others_are_tried_again() {
    for (code, stops) in [
        (Code::PermissionDenied, true),
        (Code::InvalidArgument, true),
        (Code::Unauthenticated, true),
        (Code::Unavailable, false),
        (Code::ResourceExhausted, false),
        (Code::Internal, false),
    ] {
        let mut table = sit(Road::Grpc).await;
        table.connected().await;
        table.server.state().refuse = Some(tonic::Status::new(code, "no"));
        table.server.cut();
        if stops {
            let error = table.stopped().await;
            assert!(
                matches!(&error, Error::Rejected(rejection) if rejection.code == code),
                "{error}"
            );
        } else {
            sleep(Duration::from_secs(30)).await;
            let tries = table.server.heard().tokens.len();
            assert!((5..40).contains(&tries), "{code:?}: {tries} tries in 30 s");
            table.server.state().refuse = None;
            assert!(table.connected().await.1, "{code:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_is_tried_again_while_the_server_is_not_available_but_not_for_ever() {
    let error = |code: u32| trivium_client::proto::v1::Error {
        code,
        retry_after_ms: 100,
        ..Default::default()
    };
    for (replies, tries, expected) in [
        (vec![error(14); 4], 5, None),
        (vec![error(14); 9], 5, Some(Code::Unavailable)),
        (vec![error(9); 1], 1, Some(Code::FailedPrecondition)),
    ] {
        let table = sit(Road::Grpc).await;
        table.server.state().replies = replies;
        let sent = table.session.send_message(ROOM, "x").await;
        let code = sent.err().map(|error| match error {
            Error::Rejected(rejection) => rejection.code,
            other => panic!("{other}"),
        });
        assert_eq!((code, table.server.heard().commands), (expected, tries));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_worth_repeating_fails_without_a_connection() {
    let mut table = sit(Road::Grpc).await;
    table.roads.gates.offline.store(true, SeqCst);
    let typing = table.session.execute(SetTypingRequest {
        room_id: ROOM.to_owned(),
        typing: true,
    });
    let (typed, ()) = tokio::join!(typing, async {
        sleep(Duration::from_millis(50)).await;
        table.server.cut();
    });
    assert!(matches!(typed, Err(Error::Disconnected)), "{typed:?}");
    table.disconnected().await;
    let typed = table.session.set_typing(ROOM, true).await;
    assert!(matches!(typed, Err(Error::Disconnected)), "{typed:?}");
}

#[tokio::test(start_paused = true)]
async fn pings_are_answered_on_every_road() {
    for road in ROADS {
        let table = sit(road).await;
        for ping_id in [7, 8, 9] {
            table.server.ping(ping_id);
            sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(table.server.heard().pongs, [7, 8, 9], "{road:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_clock_is_sampled_in_a_burst_and_then_now_and_then() {
    for road in ROADS {
        let table = sit(road).await;
        sleep(Duration::from_millis(1_500)).await;
        assert_eq!(table.server.heard().samples, 5, "{road:?}");
        let estimate = table.session.clock().estimate().expect("there are samples");
        assert!(
            estimate.offset_us > 9 * 24 * 3_600 * 1_000_000,
            "the server's clock is ten days ahead: {estimate:?}"
        );
        let off = table.session.clock().now_ms().abs_diff(now_us() / 1_000);
        assert!(
            off <= 1 + estimate.error_us().unsigned_abs() / 1_000,
            "{road:?}: {estimate:?} is {off} ms off"
        );
        let deadline = now_us() / 1_000 + 5_000;
        assert!(
            table
                .session
                .clock()
                .remaining(deadline)
                .abs_diff(Duration::from_secs(5))
                < Duration::from_millis(10)
        );
        assert_eq!(table.session.clock().remaining(deadline - 6_000), Duration::ZERO);
        sleep(Duration::from_mins(1)).await;
        let samples = table.server.heard().samples;
        assert!((8..=40).contains(&samples), "{road:?}: {samples}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_given_up() {
    for (road, within) in [(Road::WebTransport, 5), (Road::Grpc, 18), (Road::GrpcWeb, 18)] {
        let mut table = sit(road).await;
        table.connected().await;
        sleep(Duration::from_secs(3)).await;
        table.server.mute();
        let since = Instant::now();
        assert!(
            matches!(table.disconnected().await, DisconnectReason::Silent),
            "{road:?}"
        );
        assert!(table.connected().await.1);
        assert!(
            since.elapsed() < Duration::from_secs(within),
            "{road:?}: {:?}",
            since.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_way_down_that_is_held_back_is_given_up_though_calls_are_answered() {
    let mut table = sit(Road::GrpcWeb).await;
    table.connected().await;
    let since = Instant::now();
    assert!(matches!(table.disconnected().await, DisconnectReason::Silent));
    assert_eq!(since.elapsed().as_secs(), 45, "this server never pings");
    assert!(table.server.heard().samples > 5);
}

#[tokio::test(start_paused = true)]
async fn with_udp_blocked_grpc_is_there_at_once_and_webtransport_later() {
    let server = Server::new();
    let roads = Roads::new(&server);
    roads.gates.udp_blocked.store(true, SeqCst);
    let since = Instant::now();
    let mut table = sit_at(server, roads, Choice::Auto).await;
    assert!(since.elapsed() < Duration::from_millis(500), "{:?}", since.elapsed());
    assert_eq!(table.connected().await, (Road::Grpc, false));
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.server.say_many(3);
    table.read(1, 3).await;

    // Cut off while UDP is known to be blocked: no time is lost on it.
    table.server.cut();
    table.server.say_many(3);
    assert_eq!(table.connected().await, (Road::Grpc, true));
    assert_eq!(table.roads.gates.webtransport_tries.load(SeqCst), 1);
    table.read(4, 3).await;

    sleep(Duration::from_secs(150)).await;
    let tries = table.roads.gates.webtransport_tries.load(SeqCst);
    assert!((2..=4).contains(&tries), "one probe a minute, not {tries}");

    table.roads.gates.udp_blocked.store(false, SeqCst);
    let healed = Instant::now();
    assert_eq!(table.connected().await, (Road::WebTransport, true));
    assert!(healed.elapsed() < Duration::from_secs(66), "{:?}", healed.elapsed());
    table.server.say_many(3);
    table.read(7, 3).await;
    assert_eq!(
        table.roads.gates.pending.most(),
        1,
        "never two WebTransport attempts at once"
    );
}

#[tokio::test(start_paused = true)]
async fn a_udp_blackout_in_the_middle_moves_to_grpc_and_loses_nothing() {
    let mut table = sit(Choice::Auto).await;
    assert_eq!(table.connected().await, (Road::WebTransport, false));
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.server.say_many(3);
    table.read(1, 3).await;
    sleep(Duration::from_secs(5)).await;
    table.roads.gates.udp_blocked.store(true, SeqCst);
    table.server.mute();
    table.server.say_many(3);
    let since = Instant::now();
    let sent = table.session.clone();
    let sent = tokio::spawn(async move { sent.send_message(ROOM, "through").await.map(|message| message.seq) });
    assert_eq!(table.connected().await, (Road::Grpc, true));
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_eq!(table.read(4, 4).await.last().map(String::as_str), Some("through"));
    assert_eq!(sent.await.expect("no panic").ok(), Some(7));
}

#[tokio::test(start_paused = true)]
async fn a_suspended_session_rests_and_comes_back_with_what_it_missed() {
    let mut table = sit(Road::Grpc).await;
    table.session.subscribe(ROOM, None).await.expect("it is there");
    table.session.suspend().await.expect("it goes on");
    assert!(matches!(table.disconnected().await, DisconnectReason::Suspended));
    table.server.say_many(10);
    let session = table.session.clone();
    let waiting = tokio::spawn(async move { session.send_message(ROOM, "later").await.map(|message| message.seq) });
    sleep(Duration::from_hours(1)).await;
    assert_eq!(table.server.heard().hellos.len(), 1);
    table.session.resume().await.expect("it goes on");
    assert_eq!(table.read(1, 11).await.last().map(String::as_str), Some("later"));
    assert_eq!(waiting.await.expect("no panic").ok(), Some(11));
}

#[tokio::test(start_paused = true)]
async fn another_network_is_tried_at_once() {
    let mut table = sit(Road::Grpc).await;
    table.connected().await;
    table.roads.gates.offline.store(true, SeqCst);
    table.server.cut();
    sleep(Duration::from_mins(2)).await;
    table.roads.gates.offline.store(false, SeqCst);
    let since = Instant::now();
    table.session.network_changed().await.expect("it goes on");
    table.connected().await;
    assert!(since.elapsed() < Duration::from_millis(100), "{:?}", since.elapsed());

    // And a connection that the change has killed is found out soon.
    table.server.mute();
    let since = Instant::now();
    table.session.network_changed().await.expect("it goes on");
    assert!(matches!(table.disconnected().await, DisconnectReason::Silent));
    assert!(since.elapsed() <= Duration::from_secs(3), "{:?}", since.elapsed());
}

#[tokio::test(start_paused = true)]
async fn tokens_are_renewed_before_they_end_and_when_refused() {
    for road in ROADS {
        let server = Server::new();
        let count = Arc::new(AtomicUsize::new(0));
        let issued = count.clone();
        let source = move || {
            let n = issued.fetch_add(1, SeqCst);
            let expires = std::time::SystemTime::now() + Duration::from_mins(10);
            std::future::ready(Ok(Token::new(format!("t{n}")).expires(expires)))
        };
        let client = Client::builder("http://fake")
            .road(road)
            .token_source(source)
            .connector(Roads::new(&server));
        let (session, mut events) = client
            .build()
            .expect("nothing is wrong with it")
            .connect()
            .await
            .expect("the server takes it");
        tokio::spawn(async move { while events.next().await.is_some() {} });
        assert_eq!(server.heard().tokens, ["Bearer t0"], "{road:?}");
        sleep(Duration::from_secs(550)).await;
        let heard = server.heard();
        if road == Road::GrpcWeb {
            assert_eq!(heard.tokens.last().map(String::as_str), Some("Bearer t1"));
        } else {
            assert_eq!(
                (heard.authenticated, heard.hellos.len()),
                (vec!["t1".to_owned()], 1),
                "{road:?}"
            );
        }

        let token = server.heard().tokens.last().cloned().expect("there was one");
        server.state().ended_token = format!("Bearer t{}", count.load(SeqCst) - 1);
        server.cut();
        sleep(Duration::from_secs(2)).await;
        let renewed = server.heard().tokens.last().cloned();
        assert!(
            matches!(session.status(), Status::Connected(_)),
            "{road:?}: {:?}",
            session.status()
        );
        assert_ne!(renewed, Some(token), "{road:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn closing_and_dropping_end_the_stream_in_good_order() {
    for close in [true, false] {
        let Table {
            server,
            session,
            mut events,
            ..
        } = sit(Road::Grpc).await;
        if close {
            session.close().await;
        } else {
            drop(session);
        }
        let mut last = None;
        while let Some(event) = events.next().await {
            last = Some(event);
        }
        assert!(
            matches!(last, Some(SessionEvent::Stopped { error: Error::Closed })),
            "{last:?}"
        );
        assert_eq!(server.heard().ended, 1, "the server saw the end of the stream");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cold_start_without_a_network_waits_for_it() {
    let server = Server::new();
    let roads = Roads::new(&server);
    roads.gates.offline.store(true, SeqCst);
    let client = Client::builder("http://fake")
        .connector(roads.clone())
        .timing(Timing::default())
        .build();
    let client = client.expect("nothing is wrong with it");
    let connecting = tokio::spawn(async move { client.connect().await.map(|(session, _)| session.status()) });
    sleep(Duration::from_mins(1)).await;
    assert!(!connecting.is_finished());
    roads.gates.offline.store(false, SeqCst);
    let status = timeout(Duration::from_secs(11), connecting)
        .await
        .expect("within the cap of the ladder");
    assert!(matches!(
        status.expect("no panic"),
        Ok(Status::Connected(Road::WebTransport))
    ));
}
