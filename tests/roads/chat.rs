//! Saying things: one order for everybody, and every text comes through or is refused by name.

use futures_util::future::join_all;
use tonic::Code;
use trivium_client::{
    SessionEvent,
    proto::v1::{
        DeleteMessageRequest, EditMessageRequest, ListMessagesRequest, Message, RoomEvent, UpdateRoomRequest,
        room_event::Event, signal::Signal,
    },
};
use trivium_tests::{Person, Server, game::id};

use crate::common::{guests, hosted, log, look, on_every_road, outcome, rejected, seen, update, why};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_sent_answered_changed_taken_away_and_reacted_to() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;

        let question = ana.session.send_message(&room, "Ready?").await.expect("sent");
        assert_eq!(
            (question.text.as_str(), question.author_nickname.as_str()),
            ("Ready?", "Ana")
        );
        let answer = ben
            .session
            .reply_to(&room, question.seq, "Yes!")
            .await
            .expect("answered");
        assert_eq!(answer.reply_to, question.seq);
        edit(&ana, &room, question.seq, "Are you ready?")
            .await
            .expect("own message");
        for person in [&ben, &host] {
            let reacted = person.session.set_reaction(&room, question.seq, "👍", true).await;
            reacted.expect("an emoji");
        }
        ben.session
            .set_reaction(&room, question.seq, "👍", false)
            .await
            .expect("taken back");
        let rude = ben.session.send_message(&room, "Rude").await.expect("sent");
        for refused in [
            edit(&ana, &room, rude.seq, "Nice").await.expect_err("not hers"),
            delete(&ana, &room, rude.seq).await.expect_err("not hers"),
        ] {
            assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        }
        delete(&host, &room, rude.seq).await.expect("hosts may");
        for refused in [
            edit(&ben, &room, rude.seq, "Nice").await.expect_err("gone"),
            rejected(ana.session.reply_to(&room, rude.seq, "?").await),
            rejected(ana.session.set_reaction(&room, 1, "👍", true).await),
        ] {
            assert_eq!(why(&refused), (Code::NotFound, "NO_SUCH_MESSAGE"));
        }
        let last = host.session.send_message(&room, "Go").await.expect("sent");

        for person in [&mut host, &mut ana, &mut ben] {
            person.reach(last.seq).await;
        }
        let story = seen(&ana, |event| match event {
            Event::MessageSent(sent) => Some(format!("+{}", sent.message.as_ref()?.text)),
            Event::MessageEdited(edited) => Some(format!("={}", edited.text)),
            Event::MessageDeleted(deleted) => Some(format!("-{}", deleted.by_host)),
            Event::ReactionChanged(changed) => Some(format!("{} {}", changed.emoji, changed.count)),
            _ => None,
        });
        let expected = [
            "+Ready?",
            "+Yes!",
            "=Are you ready?",
            "👍 1",
            "👍 2",
            "👍 1",
            "+Rude",
            "-true",
            "+Go",
        ];
        assert_eq!(story, expected);

        // Who comes later sees how things stand.
        let messages = look(&ben.client, &room).await.messages;
        let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts, ["Are you ready?", "Yes!", "", "Go"]);
        assert!(messages[0].edit_time_ms >= messages[0].send_time_ms && messages[2].delete_time_ms > 0);
        let reactions: Vec<_> = messages[0]
            .reactions
            .iter()
            .map(|one| (one.emoji.as_str(), one.count))
            .collect();
        assert_eq!(reactions, [("👍", 1)]);
        assert_eq!(page(&ben, &room, 0, 50).await, (messages, false));

        let shut = |chat_enabled| UpdateRoomRequest {
            chat_enabled: Some(chat_enabled),
            ..UpdateRoomRequest::default()
        };
        let quiet = look(&host.client, &room).await.room.expect("there is one");
        update(&host, &quiet, shut(false)).await;
        let refused = rejected(ana.session.send_message(&room, "Hello?").await);
        assert_eq!(why(&refused), (Code::FailedPrecondition, "CHAT_CLOSED"));
        host.session
            .send_message(&room, "Quiet, please")
            .await
            .expect("hosts may");
        update(&host, &quiet, shut(true)).await;
        ana.session.send_message(&room, "Thanks").await.expect("open again");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_is_read_back_beyond_what_a_snapshot_or_the_room_holds() {
    const SENT: usize = 1_050;
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        // Whoever does not read what it hears is not answered either, so this one hears nothing.
        let talker = Person::account(&server, way, "host").await;
        let session = talker.session.clone();
        let sent: Vec<Message> = join_all((0..SENT).collect::<Vec<_>>().chunks(50).map(|chunk| {
            let (session, room, chunk) = (session.clone(), room.id.clone(), chunk.to_vec());
            async move {
                let mut sent = Vec::new();
                for n in chunk {
                    sent.push(session.send_message(&room, format!("Message {n}")).await.expect("sent"));
                }
                sent
            }
        }))
        .await
        .concat();
        let mut in_order = sent;
        in_order.sort_by_key(|message| message.seq);

        let snapshot = look(&host.client, &room.id).await.messages;
        assert!(
            snapshot.len() <= 100 && in_order.ends_with(&snapshot),
            "{}",
            snapshot.len()
        );
        let mut read: Vec<Message> = Vec::new();
        let mut before = 0;
        loop {
            let (mut messages, more) = page(&talker, &room.id, before, 90).await;
            before = messages.first().expect("a page has something").seq;
            messages.append(&mut read);
            read = messages;
            if !more {
                break;
            }
        }
        assert_eq!(read.len(), SENT);
        assert!(read == in_order, "the history is not what was sent");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_see_who_is_typing() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [ana] = guests(&server, way, &room, ["Ana"]).await;
        let user = ana
            .snapshot
            .as_ref()
            .and_then(|snapshot| snapshot.me.clone())
            .expect("a member")
            .user_id;
        let before = look(&ana.client, &room.id).await.cursor;
        for typing in [true, false, true] {
            ana.session.set_typing(&room.id, typing).await.expect("a member");
            host.until("a signal", |event| match event {
                SessionEvent::Signals(signals) => signals.signals.iter().find_map(|one| match &one.signal {
                    Some(Signal::Typing(one)) if one.user_id == user && one.typing == typing => Some(()),
                    _ => None,
                }),
                _ => None,
            })
            .await;
        }
        assert_eq!(
            look(&ana.client, &room.id).await.cursor,
            before,
            "typing leaves nothing in the log"
        );
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_one_order() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let talk = |person: &Person| {
            let (session, name, room) = (person.session.clone(), person.name.clone(), room.id.clone());
            async move {
                let mut last = 0;
                for n in 0..30 {
                    last = session
                        .send_message(&room, format!("{name} {n}"))
                        .await
                        .expect("sent")
                        .seq;
                }
                last
            }
        };
        let ends = join_all([talk(&host), talk(&ana), talk(&ben)]).await;
        let last = ends.into_iter().max().expect("three talked");
        let written = said(&log(&host.client, &room.id, 7).await);
        assert_eq!(written.len(), 90);
        for person in [&mut host, &mut ana, &mut ben] {
            person.reach(last).await;
            assert_eq!(said(&person.seen), written, "{}", person.name);
        }
        for name in ["host", "Ana", "Ben"] {
            let own: Vec<_> = written
                .iter()
                .filter(|(_, text)| text.starts_with(name))
                .map(|(_, text)| text)
                .collect();
            let expected: Vec<String> = (0..30).map(|n| format!("{name} {n}")).collect();
            assert_eq!(
                own,
                expected.iter().collect::<Vec<_>>(),
                "one's own messages stay in order"
            );
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unusual_texts_come_through_or_are_refused_by_name() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let zalgo = format!("Z{}", "\u{300}\u{315}\u{327}\u{36f}".repeat(100));
        let (longest, widest) = ("x".repeat(4_000), "𝕏".repeat(4_000));
        for text in [
            "שלום hello مرحبا",
            "\u{202e}drawkcab\u{202c} \u{2067}rtl\u{2069}",
            "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁷󠁬󠁳󠁿 1️⃣ 🇩🇪",
            "e\u{301} é ﬁ Å",
            "日本語\n\tテキスト",
            "<script>alert('&amp;')</script> \"\\' %00 ${x}",
            "\u{feff}BOM \u{10ffff} \u{fffd}",
            zalgo.as_str(),
            longest.as_str(),
            widest.as_str(),
        ] {
            let sent = host.session.send_message(&room.id, text).await.expect("a text");
            assert_eq!(sent.text, text);
            ana.reach(sent.seq).await;
            let (_, heard) = said(&ana.seen).pop().expect("heard");
            assert_eq!(heard, text);
        }
        for (text, reason) in [
            (String::new(), "TEXT_INVALID"),
            ("x".repeat(4_001), "INVALID_REQUEST"),
            (" \n\t ".into(), "TEXT_INVALID"),
            ("\u{200b}\u{202e}".into(), "TEXT_INVALID"),
            ("\u{301}".into(), "TEXT_INVALID"),
            ("\0\u{7}\u{1b}".into(), "TEXT_INVALID"),
        ] {
            let refused = rejected(host.session.send_message(&room.id, text.as_str()).await);
            assert_eq!(why(&refused), (Code::InvalidArgument, reason), "{text:?}");
        }
        for (emoji, good) in [
            ("🇩🇪", true),
            ("👩‍👩‍👧", true),
            ("a", false),
            ("👍👍", false),
            ("\u{200d}", false),
        ] {
            let (seq, _) = said(&ana.seen).pop().expect("heard");
            let reacted = ana.session.set_reaction(&room.id, seq, emoji, true).await;
            if good {
                reacted.expect("an emoji");
            } else {
                assert_eq!(
                    why(&rejected(reacted)),
                    (Code::InvalidArgument, "TEXT_INVALID"),
                    "{emoji:?}"
                );
            }
        }
        server.stop().await;
    })
    .await;
}

fn said(events: &[RoomEvent]) -> Vec<(u64, String)> {
    let sent = events.iter().filter_map(|event| match &event.event {
        Some(Event::MessageSent(sent)) => sent.message.clone(),
        _ => None,
    });
    sent.map(|message| (message.seq, message.text)).collect()
}

async fn page(person: &Person, room: &str, before: u64, size: u32) -> (Vec<Message>, bool) {
    let request = ListMessagesRequest {
        room_id: room.to_owned(),
        before_seq: before,
        page_size: size,
        ..ListMessagesRequest::default()
    };
    let page = person.session.execute(request).await.expect("a member");
    (page.messages, page.more)
}

async fn edit(person: &Person, room: &str, message: u64, text: &str) -> Result<(), trivium_client::Rejection> {
    let request = EditMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        message_seq: message,
        text: text.to_owned(),
    };
    outcome(person.client.chat().edit_message(request)).await.map(drop)
}

async fn delete(person: &Person, room: &str, message: u64) -> Result<(), trivium_client::Rejection> {
    let request = DeleteMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        message_seq: message,
    };
    outcome(person.client.chat().delete_message(request)).await.map(drop)
}
