//! Floods: whoever asks too often is told how long to wait, gets as much through as its rate allows, and slows nobody else.
//!
//! Neighbours: the suite `hostile` floods below the calls, with frames.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, future::join_all, stream};
use tonic::Code;
use trivium_api::limits::{Limits, Rate};
use trivium_client::{
    Rejection,
    proto::v1::{
        AcknowledgeRequest, ReportMessageRequest, ReportReason, SearchMessagesRequest, SendMessageRequest,
        SetReactionRequest, SetTypingRequest, room_event::Event,
    },
};
use trivium_tests::{Options, Person, Server, game::id, server::no_limits};

use crate::{
    common::{by_code, guests, hosted, joined, on_every_road, outcome, seen, why},
    moderation::ask,
};

/// What everybody may do at once, and how soon once more.
const RATE: Rate = Rate::per_second(2, 20);
/// Requests of a flood.
const FLOOD: usize = 100;
/// Of those on their way at once; a session takes 64.
const AT_ONCE: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Message,
    /// The same without a session.
    Call,
    Reaction,
    Typing,
    Report,
    Receipt,
    Search,
}

/// Asks once. Whatever the room says to it, it has come through.
async fn once(what: What, person: &Person, room: &str, message: u64) -> Result<(), Rejection> {
    let room_id = room.to_owned();
    let said = SendMessageRequest {
        request_id: id(),
        room_id: room_id.clone(),
        text: format!("from {}", person.name),
        ..SendMessageRequest::default()
    };
    let answer = match what {
        What::Message => ask(person, said).await.map(drop),
        What::Call => outcome(person.client.chat().send_message(said)).await.map(drop),
        What::Reaction => {
            let request = SetReactionRequest {
                request_id: id(),
                room_id,
                message_seq: message,
                emoji: "👍".into(),
                present: true,
            };
            ask(person, request).await.map(drop)
        }
        What::Typing => ask(person, SetTypingRequest { room_id, typing: true }).await.map(drop),
        What::Report => {
            let request = ReportMessageRequest {
                request_id: id(),
                room_id,
                message_seq: message,
                reason: ReportReason::Spam.into(),
                text: String::new(),
            };
            ask(person, request).await.map(drop)
        }
        What::Receipt => {
            let request = AcknowledgeRequest {
                room_id,
                read_seq: message,
                ..AcknowledgeRequest::default()
            };
            ask(person, request).await.map(drop)
        }
        What::Search => {
            let request = SearchMessagesRequest {
                room_id,
                query: "from".into(),
                ..SearchMessagesRequest::default()
            };
            ask(person, request).await.map(drop)
        }
    };
    match answer {
        Err(refused) if refused.code == Code::ResourceExhausted => Err(refused),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Asks very often, and says how much came through.
async fn flood(what: What, person: &Person, room: &str, message: u64, rate: Rate) -> usize {
    let begun = Instant::now();
    let answers = stream::iter(0..FLOOD).map(|_| once(what, person, room, message));
    let answers: Vec<_> = answers.buffer_unordered(AT_ONCE).collect().await;
    let passed = answers.iter().filter(|answer| answer.is_ok()).count();
    let refilled = begun.elapsed().as_nanos().div_ceil(rate.interval.as_nanos());
    let most = rate.burst as usize + usize::try_from(refilled).expect("a test is short");
    assert!(
        passed >= rate.burst as usize && passed <= most,
        "{what:?}: {passed} of at most {most}"
    );
    for refused in answers.into_iter().filter_map(Result::err) {
        assert_limited(what, &refused, rate.interval);
    }
    passed
}

fn assert_limited(what: What, refused: &Rejection, at_most: Duration) {
    assert_eq!(why(refused), (Code::ResourceExhausted, "RATE_LIMITED"), "{what:?}");
    let delay = refused.retry_after.expect("it says how long");
    // The wire tells whole milliseconds.
    let most = at_most + Duration::from_millis(1);
    assert!(!delay.is_zero() && delay <= most, "{what:?}: {delay:?}");
}

/// Asks until it is too often, waits just as long as it is told, and asks once more.
async fn comes_through_after_the_delay(what: What, person: &Person, room: &str, message: u64) {
    let refused = loop {
        // More than comes back meanwhile, however long each takes.
        join_all((0..AT_ONCE).map(|_| once(what, person, room, message))).await;
        if let Err(refused) = once(what, person, room, message).await {
            break refused;
        }
    };
    tokio::time::sleep(refused.retry_after.expect("it says how long")).await;
    let answer = once(what, person, room, message).await;
    assert_eq!(answer, Ok(()), "{what:?} after the delay");
}

/// Says as much as one may at once, one after the other.
async fn talk(person: &Person, room: &str) -> Vec<(u64, String)> {
    let mut said = Vec::new();
    for n in 0..15 {
        let text = format!("{} {n}", person.name);
        let sent = person.session.send_message(room, &text).await;
        said.push((sent.expect("no flooder").seq, text));
    }
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flooder_is_limited_and_told_when_and_slows_nobody() {
    use What::{Call, Message, Reaction, Receipt, Report, Search, Typing};
    on_every_road(async |way| {
        let limits = Limits {
            chat: RATE,
            command: RATE,
            report: RATE,
            receipt: RATE,
            search: RATE,
            ..no_limits()
        };
        let options = Options {
            limits: Some(limits),
            ..Options::default()
        };
        let server = Server::start_with(options).await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let first = host.session.send_message(&room.id, "Welcome").await.expect("sent").seq;
        let kinds = [Message, Call, Reaction, Typing, Report, Receipt, Search];
        let flooders = join_all(kinds.map(async |what| {
            let flooder = Person::account(&server, way, &format!("{what:?}")).await;
            joined(&flooder.client, by_code(&room.join_code, &flooder.name)).await;
            flooder
        }));
        let flooders = flooders.await;

        let floods = kinds.iter().zip(&flooders).map(|(what, flooder)| async {
            let passed = flood(*what, flooder, &room.id, first, RATE).await;
            comes_through_after_the_delay(*what, flooder, &room.id, first).await;
            passed
        });
        let (passed, said_by_ana, said_by_ben) =
            tokio::join!(join_all(floods), talk(&ana, &room.id), talk(&ben, &room.id));

        let last = host.session.send_message(&room.id, "Done").await.expect("sent").seq;
        for person in [&mut host, &mut ana] {
            person.reach(last).await;
            let heard = seen(person, |event| match event {
                Event::MessageSent(sent) => sent.message.clone().map(|message| (message.seq, message.text)),
                _ => None,
            });
            for said in [&said_by_ana, &said_by_ben] {
                let theirs: Vec<_> = heard.iter().filter(|one| said.contains(one)).cloned().collect();
                assert_eq!(theirs, *said, "each once and in order");
            }
            for (flooder, passed) in flooders.iter().zip(&passed).take(2) {
                let text = format!("from {}", flooder.name);
                let theirs = heard.iter().filter(|(_, said)| *said == text).count();
                assert!(theirs > *passed, "{theirs} heard of {passed}, and one after the delay");
                assert!(theirs <= FLOOD, "what was refused is in no log");
            }
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_limited_in_its_room_and_in_no_other() {
    on_every_road(async |way| {
        // Once more an hour is never within a test.
        let rate = Rate {
            interval: Duration::from_hours(1),
            burst: 20,
        };
        let limits = Limits {
            room_chat: rate,
            room_report: rate,
            room_search: rate,
            room_receipt: rate,
            ..no_limits()
        };
        let options = Options {
            limits: Some(limits),
            ..Options::default()
        };
        let server = Server::start_with(options).await;
        let (host, room) = hosted(&server, way).await;
        let (_, elsewhere) = hosted(&server, way).await;
        let first = host.session.send_message(&room.id, "Welcome").await.expect("sent").seq;
        let crowd = join_all(["ana", "ben", "cleo"].map(async |name| {
            let person = Person::account(&server, way, name).await;
            for room in [&room, &elsewhere] {
                joined(&person.client, by_code(&room.join_code, name)).await;
            }
            person
        }));
        let crowd = crowd.await;
        for (what, taken) in [
            (What::Message, 1),
            (What::Report, 0),
            (What::Receipt, 0),
            (What::Search, 0),
        ] {
            let all = crowd.iter().map(|person| async {
                let answers = (0..15).map(|_| once(what, person, &room.id, first));
                join_all(answers).await
            });
            let answers: Vec<_> = join_all(all).await.into_iter().flatten().collect();
            let passed = answers.iter().filter(|answer| answer.is_ok()).count();
            assert_eq!(passed + taken, rate.burst as usize, "{what:?}");
            for refused in answers.into_iter().filter_map(Result::err) {
                assert_limited(what, &refused, rate.interval);
            }
            assert_eq!(once(what, &crowd[0], &elsewhere.id, first).await, Ok(()), "{what:?}");
        }
        server.stop().await;
    })
    .await;
}
