//! How a session ends, rests, or goes on under another token.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tonic::Code;
use trivium_client::proto::v1::{GoAway, GoAwayReason};
use trivium_client::{Client, DisconnectReason, Error, Road, SessionEvent, Status, Token};

use crate::fake::roads::Roads;
use crate::fake::{ROOM, Server};
use crate::table::{ROADS, Table, sit};

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
