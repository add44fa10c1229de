//! What is asked of the server: once, in order, and answered once.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::sleep;
use tonic::Code;
use trivium_client::proto::v1::SetTypingRequest;
use trivium_client::{Error, Road};

use crate::fake::ROOM;
use crate::table::{ROADS, sit};

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
