//! What messages carry, over every road: threads, mentions, links, questions, pins, edits, broadcasts, pages both ways.

use futures_util::future::join_all;
use tonic::Code;
use trivium_client::{
    Rejection,
    proto::v1::{
        BroadcastRequest, CreateQuizRequest, CreateRoomRequest, DeleteMessageRequest, EditMessageRequest,
        GetMessageRequest, ListMessageEditsRequest, ListMessagesRequest, ListMessagesResponse, ListPinsRequest,
        Message, Role, SendMessageRequest, SetPinRequest, SharedLink, SharedQuestion, UpdateMemberRequest,
        room_event::Event,
    },
};
use trivium_tests::{Person, Server, game::id, quizzes};

use crate::common::{guests, hosted, hosted_as, log, look, on_every_road, rejected, seen, why};

/// What a request on the session is answered, or why it is refused.
macro_rules! ask {
    ($person:expr, $request:expr) => {
        $person
            .session
            .execute($request)
            .await
            .map_err(|error| rejected::<()>(Err(error)))
    };
}

fn text(room: &str, text: &str) -> SendMessageRequest {
    SendMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        text: text.to_owned(),
        ..SendMessageRequest::default()
    }
}

async fn send(person: &Person, request: SendMessageRequest) -> Result<Message, Rejection> {
    let sent = ask!(person, request)?;
    Ok(sent.message.expect("the message"))
}

async fn get(person: &Person, room: &str, seq: u64) -> Result<Message, Rejection> {
    let request = GetMessageRequest {
        room_id: room.to_owned(),
        message_seq: seq,
    };
    Ok(ask!(person, request)?.message.expect("the message"))
}

async fn pin(person: &Person, room: &str, seq: u64, present: bool) -> Result<u64, Rejection> {
    let request = SetPinRequest {
        request_id: id(),
        room_id: room.to_owned(),
        message_seq: seq,
        present,
    };
    Ok(ask!(person, request)?.seq)
}

async fn pins(person: &Person, room: &str) -> Vec<u64> {
    let request = ListPinsRequest {
        room_id: room.to_owned(),
    };
    let listed = ask!(person, request).expect("may look");
    listed.messages.iter().map(|message| message.seq).collect()
}

async fn edits(person: &Person, room: &str, seq: u64) -> Result<Vec<String>, Rejection> {
    let request = ListMessageEditsRequest {
        room_id: room.to_owned(),
        message_seq: seq,
    };
    let listed = ask!(person, request)?;
    Ok(listed.edits.into_iter().map(|edit| edit.text).collect())
}

async fn edit(person: &Person, room: &str, seq: u64, text: &str) {
    let request = EditMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        message_seq: seq,
        text: text.to_owned(),
    };
    ask!(person, request).expect("own message");
}

async fn delete(person: &Person, room: &str, seq: u64) {
    let request = DeleteMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        message_seq: seq,
    };
    ask!(person, request).expect("may");
}

async fn page(person: &Person, request: ListMessagesRequest) -> ListMessagesResponse {
    ask!(person, request).expect("may look")
}

fn user(person: &Person) -> String {
    let me = person.snapshot.as_ref().and_then(|snapshot| snapshot.me.clone());
    me.expect("a member").user_id
}

fn refused(refusal: Result<impl Sized, Rejection>, code: Code, reason: &str) {
    match refusal {
        Ok(_) => panic!("it was not refused, but should be {reason}"),
        Err(rejection) => assert_eq!(why(&rejection), (code, reason)),
    }
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_mentions_and_edits_reach_everybody() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben B"]).await;
        let room = room.id;
        let question = send(&ana, text(&room, "Who helps? @ben b @Nobody @room"))
            .await
            .expect("sent");
        assert_eq!(
            (question.mention_user_ids, question.mentions_room),
            (vec![user(&ben)], false)
        );
        let all = send(&host, text(&room, "@room listen")).await.expect("sent");
        assert!(all.mentions_room && all.mention_user_ids.is_empty());
        let inside = |seq, reply_to, words: &str| SendMessageRequest {
            thread_seq: seq,
            reply_to,
            ..text(&room, words)
        };
        let first = send(&ben, inside(question.seq, 0, "I do")).await.expect("sent");
        let second = send(&ana, inside(question.seq, first.seq, "Thanks @BenB"))
            .await
            .expect("sent");
        assert_eq!((second.thread_seq, second.reply_to), (question.seq, first.seq));
        for (request, code, reason) in [
            (inside(first.seq, 0, "deeper"), Code::InvalidArgument, "WRONG_THREAD"),
            (
                inside(question.seq, all.seq, "across"),
                Code::InvalidArgument,
                "WRONG_THREAD",
            ),
            (inside(1, 0, "no message"), Code::NotFound, "NO_SUCH_MESSAGE"),
            (inside(0, 9_999, "no message"), Code::NotFound, "NO_SUCH_MESSAGE"),
        ] {
            refused(send(&ben, request).await, code, reason);
        }
        edit(&ana, &room, second.seq, "Thanks, @host").await;
        let last = send(&ben, text(&room, "done")).await.expect("sent");
        let mentioned = user(&ben);
        for person in [&mut host, &mut ben] {
            person.reach(last.seq).await;
            let heard = seen(person, |event| match event {
                Event::MessageSent(sent) => {
                    let message = sent.message.clone()?;
                    Some((message.seq, message.thread_seq, message.mention_user_ids))
                }
                Event::MessageEdited(edited) => Some((edited.message_seq, 0, edited.mention_user_ids.clone())),
                _ => None,
            });
            assert!(
                heard.contains(&(second.seq, question.seq, vec![mentioned.clone()])),
                "{heard:?}"
            );
            assert!(heard.contains(&(second.seq, 0, vec!["host".to_owned()])), "{heard:?}");
        }
        // The thread by itself, from both ends, and its root as it stands.
        let thread = |before_seq, after_seq, page_size| ListMessagesRequest {
            room_id: room.clone(),
            thread_seq: question.seq,
            before_seq,
            after_seq,
            page_size,
            ..ListMessagesRequest::default()
        };
        for (request, expected, more, more_after) in [
            (thread(0, 0, 10), vec![first.seq, second.seq], false, false),
            (thread(0, 0, 1), vec![second.seq], true, false),
            (thread(second.seq, 0, 10), vec![first.seq], false, true),
            (thread(0, question.seq, 1), vec![first.seq], false, true),
            (thread(0, first.seq, 10), vec![second.seq], true, false),
            (thread(first.seq, 0, 10), vec![], false, true),
        ] {
            let page = page(&ben, request).await;
            assert_eq!(
                (seqs(&page.messages), page.more, page.more_after),
                (expected, more, more_after)
            );
        }
        let stands = get(&host, &room, question.seq).await.expect("there");
        assert_eq!((stands.thread_count, stands.thread_time_ms), (2, second.send_time_ms));
        assert_eq!(get(&host, &room, second.seq).await.expect("there").edit_count, 1);
        refused(get(&host, &room, 1).await, Code::NotFound, "NO_SUCH_MESSAGE");
        refused(get(&host, &room, 9_999).await, Code::NotFound, "NO_SUCH_MESSAGE");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn earlier_texts_are_for_authors_and_hosts_until_the_message_is_deleted() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [ana, ben, mut olaf] = guests(&server, way, &room, ["Ana", "Ben", "Olaf"]).await;
        let room = room.id;
        let message = send(&ana, text(&room, "one")).await.expect("sent");
        edit(&ana, &room, message.seq, "two").await;
        edit(&ana, &room, message.seq, "three").await;
        for person in [&ana, &host] {
            let texts = edits(person, &room, message.seq).await.expect("may");
            assert_eq!(texts, ["one", "two", "three"]);
        }
        refused(
            edits(&ben, &room, message.seq).await,
            Code::PermissionDenied,
            "NOT_PERMITTED",
        );
        refused(edits(&host, &room, 1).await, Code::NotFound, "NO_SUCH_MESSAGE");
        let own = send(&olaf, text(&room, "mine")).await.expect("sent");
        let observer = UpdateMemberRequest {
            request_id: id(),
            room_id: room.clone(),
            user_id: user(&olaf),
            role: Some(Role::Observer.into()),
            ..UpdateMemberRequest::default()
        };
        let demoted = ask!(host, observer).expect("hosts may");
        olaf.reach(demoted.seq).await;
        refused(
            edits(&olaf, &room, own.seq).await,
            Code::PermissionDenied,
            "NOT_PERMITTED",
        );

        delete(&ana, &room, message.seq).await;
        for person in [&ana, &host] {
            refused(
                edits(person, &room, message.seq).await,
                Code::NotFound,
                "NO_SUCH_MESSAGE",
            );
            let left = get(person, &room, message.seq).await.expect("a gravestone");
            assert!(left.text.is_empty() && left.delete_time_ms > 0 && left.author_nickname == "Ana");
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_and_questions_are_shared_without_what_answers_them() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let room = room.id;
        let link = |url: &str| SendMessageRequest {
            link: Some(SharedLink {
                url: url.to_owned(),
                title: "Maps".to_owned(),
            }),
            ..text(&room, "")
        };
        let sent = send(&ana, link("https://example.org/a?b#c"))
            .await
            .expect("a link alone");
        assert_eq!(sent.link.expect("the link").title, "Maps");
        for (url, reason) in [
            ("javascript:alert(1)", "INVALID_REQUEST"),
            ("https://a b", "INVALID_REQUEST"),
            ("https://a\u{202e}b", "TEXT_INVALID"),
            ("https://a\u{1b}b", "TEXT_INVALID"),
        ] {
            refused(send(&ana, link(url)).await, Code::InvalidArgument, reason);
        }
        refused(send(&ana, text(&room, "")).await, Code::InvalidArgument, "TEXT_INVALID");

        let create = CreateQuizRequest {
            request_id: id(),
            quiz: Some(quizzes::every_kind()),
        };
        let quiz = ask!(host, create).expect("made").quiz.expect("the quiz");
        let question = |index, revision| SendMessageRequest {
            question: Some(SharedQuestion {
                quiz_id: quiz.id.clone(),
                revision,
                index,
                text: "made up".to_owned(),
                options: vec!["made up".to_owned()],
            }),
            ..text(&room, "")
        };
        for (index, written) in (0..).zip(&quiz.questions) {
            let sent = send(&host, question(index, 0)).await.expect("own quiz");
            ana.reach(sent.seq).await;
            let shared = sent.question.expect("the question");
            assert_eq!((&shared.text, shared.revision, shared.index), (&written.text, 1, index));
            assert!(!shared.options.contains(&"made up".to_owned()));
        }
        refused(send(&ana, question(0, 0)).await, Code::NotFound, "QUIZ_NOT_FOUND");
        refused(send(&host, question(0, 7)).await, Code::NotFound, "QUIZ_NOT_FOUND");
        refused(send(&host, question(900, 0)).await, Code::NotFound, "NO_SUCH_QUESTION");
        let before = look(&host.client, &room).await.cursor;
        let lost = SendMessageRequest {
            attachment_ids: vec!["0123456789abcdefghijklmnop".to_owned()],
            ..text(&room, "see")
        };
        refused(send(&ana, lost).await, Code::NotFound, "FILE_NOT_FOUND");
        assert_eq!(
            look(&host.client, &room).await.cursor,
            before,
            "refusals leave no event"
        );
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_pin_and_everybody_sees_the_pins() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let room = room.id;
        let a = send(&ana, text(&room, "a")).await.expect("sent").seq;
        let b = send(&ana, text(&room, "b")).await.expect("sent").seq;
        refused(pin(&ana, &room, a, true).await, Code::PermissionDenied, "NOT_PERMITTED");
        refused(pin(&host, &room, 1, true).await, Code::NotFound, "NO_SUCH_MESSAGE");
        let seq = pin(&host, &room, a, true).await.expect("hosts may");
        assert_eq!(pin(&host, &room, a, true).await.expect("nothing to do"), seq);
        let last = pin(&host, &room, b, true).await.expect("hosts may");
        ana.reach(last).await;
        let heard = seen(&ana, |event| match event {
            Event::PinChanged(changed) => Some((changed.message_seq, changed.present)),
            _ => None,
        });
        assert_eq!(heard, [(a, true), (b, true)]);
        assert_eq!(pins(&ana, &room).await, [b, a]);
        let snapshot = look(&ana.client, &room).await;
        assert_eq!(seqs(&snapshot.pins), [b, a]);
        assert!(snapshot.pins.iter().all(|pin| pin.pin_time_ms > 0));
        delete(&ana, &room, b).await;
        pin(&host, &room, a, false).await.expect("taken out");
        assert_eq!(pins(&ana, &room).await, [0_u64; 0]);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_broadcast_json_to_all_programs() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let room = room.id;
        let request = |event: &str, payload: &str| BroadcastRequest {
            request_id: id(),
            room_id: room.clone(),
            event: event.to_owned(),
            payload_json: payload.to_owned(),
        };
        let payload = "{\"page\": 7, \"who\": \"\\u202e<script>\"}";
        let seq = ask!(host, request("lesson:next", payload)).expect("hosts may").seq;
        ana.reach(seq).await;
        let heard = seen(&ana, |event| match event {
            Event::BroadcastSent(sent) => Some((sent.event.clone(), sent.payload_json.clone())),
            _ => None,
        });
        assert_eq!(
            heard,
            [("lesson:next".to_owned(), payload.to_owned())],
            "not a byte is changed"
        );
        let denied = ask!(ana, request("e", "1"));
        refused(denied, Code::PermissionDenied, "NOT_PERMITTED");
        for (event, payload) in [
            ("e", "{"),
            ("e", ""),
            ("e", "undefined"),
            ("e", "\"\\ud800\""),
            ("e", "1e999"),
            ("e", &"[".repeat(10_000)),
            ("e", &format!("\"{}\"", "x".repeat(32_000))),
            ("", "1"),
            ("a b", "1"),
            ("<script>", "1"),
        ] {
            let denied = ask!(host, request(event, payload));
            refused(denied, Code::InvalidArgument, "INVALID_REQUEST");
        }
        let broadcasts = log(&host.client, &room, 50).await;
        let broadcasts = broadcasts
            .iter()
            .filter(|event| matches!(event.event, Some(Event::BroadcastSent(_))));
        assert_eq!(broadcasts.count(), 1, "refusals leave no event");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_go_both_ways_through_what_is_held_and_what_is_not() {
    const SENT: usize = 1_120;
    on_every_road(async |way| {
        let server = Server::start().await;
        let (_, room) = hosted_as(&server, way, CreateRoomRequest::default()).await;
        let room = room.id;
        let talker = Person::account(&server, way, "host").await;
        let question = send(&talker, text(&room, "root")).await.expect("sent").seq;
        let sending = (0..8).map(|_| async {
            for n in 0..SENT / 8 {
                let request = SendMessageRequest {
                    thread_seq: if n == 3 { question } else { 0 },
                    ..text(&room, "x")
                };
                send(&talker, request).await.expect("sent");
            }
        });
        join_all(sending).await;
        let list = |before_seq, after_seq, around_seq, thread_seq| ListMessagesRequest {
            room_id: room.clone(),
            before_seq,
            after_seq,
            around_seq,
            thread_seq,
            page_size: 200,
        };
        let mut forward: Vec<Message> = Vec::new();
        let mut after = 1;
        loop {
            let page = page(&talker, list(0, after, 0, 0)).await;
            assert_eq!(page.more, after > 1);
            after = page.messages.last().expect("a page has something").seq;
            forward.extend(page.messages);
            if !page.more_after {
                break;
            }
        }
        assert_eq!(forward.len(), SENT + 1);
        assert_eq!(forward[0].thread_count, 8, "as it stands, though it is in the log only");
        let mut backward: Vec<Message> = Vec::new();
        let mut before = 0;
        loop {
            let mut page = page(&talker, list(before, 0, 0, 0)).await;
            assert_eq!(page.more_after, before > 0);
            before = page.messages.first().expect("a page has something").seq;
            page.messages.append(&mut backward);
            backward = page.messages;
            if !page.more {
                break;
            }
        }
        assert!(backward == forward, "both ways tell the same");
        for at in [0, 60, 121, 122, 300, SENT] {
            let around = forward[at].seq;
            let page = page(&talker, list(0, 0, around, 0)).await;
            let from = at.saturating_sub(100);
            let to = (at + 100).min(SENT + 1);
            assert!(page.messages == forward[from..to], "around {at}");
            assert_eq!((page.more, page.more_after), (from > 0, to < SENT + 1), "around {at}");
        }
        let thread = page(&talker, list(0, 0, 0, question)).await;
        assert_eq!(
            (thread.messages.len(), thread.more, thread.more_after),
            (8, false, false)
        );
        assert_eq!(get(&talker, &room, question).await.expect("there"), forward[0]);
        let both = ask!(talker, list(7, 7, 0, 0));
        refused(both, Code::InvalidArgument, "INVALID_REQUEST");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_deleted_is_in_no_log_that_anybody_reads() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let before = ben.snapshot.as_ref().and_then(|snapshot| snapshot.cursor.clone());
        let room = room.id;
        let link = SharedLink {
            url: "https://example.org/canary".to_owned(),
            title: String::new(),
        };
        let message = SendMessageRequest {
            link: Some(link),
            ..text(&room, "canary")
        };
        let message = send(&ana, message).await.expect("sent");
        edit(&ana, &room, message.seq, "second canary").await;
        let stays = send(&ana, text(&room, "stays")).await.expect("sent");
        ben.reach(stays.seq).await;
        assert!(format!("{:?}", log(&ben.client, &room, 3).await).contains("canary"));
        delete(&host, &room, message.seq).await;

        for person in [&ana, &ben, &host] {
            let told = format!("{:?}", log(&person.client, &room, 3).await);
            assert!(!told.contains("canary") && told.contains("stays"), "{told}");
        }
        let mut late = Person::connected(ben.client.clone(), way, "Ben again").await;
        late.session.subscribe(&room, before).await.expect("subscribed");
        late.event("the deletion", |event| match event {
            Event::MessageDeleted(deleted) => (deleted.message_seq == message.seq).then_some(()),
            _ => None,
        })
        .await;
        let told = format!("{:?}", late.seen);
        assert!(!told.contains("canary") && told.contains("stays"), "{told}");
        server.stop().await;
    })
    .await;
}
