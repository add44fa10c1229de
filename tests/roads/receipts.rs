//! Marks and what is left to read: gathered into few entries, told to those who may know, right after coming back.

use tonic::Code;
use trivium_client::{
    Rejection,
    proto::v1::{
        AcknowledgeRequest, AcknowledgeResponse, GetMessageReceiptsRequest, GetMessageReceiptsResponse,
        ListReceiptsRequest, ListUnreadRequest, Receipt, RemoveMemberRequest, SetReceiptPrivacyRequest, Unread,
        room_event::Event,
    },
};
use trivium_tests::{Person, Server, game::id};

use crate::common::{becomes, by_code, guests, hosted, joined, log, look, nobody, on_every_road, outcome, why};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_is_told_in_few_entries_and_counted_right() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana, ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;
        let mut said = Vec::new();
        for text in ["one", "two @Ben", "three @room"] {
            said.push(host.session.send_message(&room, text).await.expect("sent").seq);
        }
        let own = ben.session.send_message(&room, "four").await.expect("sent").seq;

        let read = acknowledge(&ben, &room, 0, 0).await.expect("a member");
        assert_eq!(read.unread, Some(unread(3, 2)), "his own is no news");
        assert_eq!(marks(&read), (0, 0));
        let read = acknowledge(&ben, &room, said[1], said[0]).await.expect("a member");
        assert_eq!((marks(&read), read.unread), ((said[1], said[0]), Some(unread(2, 2))));
        let read = acknowledge(&ben, &room, 0, said[1]).await.expect("a member");
        assert_eq!((marks(&read), read.unread), ((said[1], said[1]), Some(unread(1, 1))));
        let read = acknowledge(&ben, &room, said[0], said[0])
            .await
            .expect("late, and harmless");
        assert_eq!(marks(&read), (said[1], said[1]), "marks never go back");
        let read = acknowledge(&ana, &room, u64::MAX, u64::MAX).await.expect("a member");
        let end = marks(&read).1;
        assert!(end >= own && end < 100, "no mark passes the end: {end}");
        assert_eq!(read.unread, Some(unread(0, 0)));

        // Everybody hears both marks, in one entry or two: the first acknowledgement waits a second for the others.
        let ben_id = ben_of(&ben, &room).await;
        let moved = ana
            .event("the marks of Ben", |event| match event {
                Event::ReceiptsMoved(moved) => moved.receipts.iter().find(|one| one.user_id == ben_id).cloned(),
                _ => None,
            })
            .await;
        assert_eq!((moved.delivered_seq, moved.read_seq), (said[1], said[1]));
        becomes("both in the log", async || {
            let seen = entries(&host, &room).await;
            (seen.iter().flatten().count() == 2).then_some(())
        })
        .await;
        assert!(
            entries(&host, &room).await.len() <= 2,
            "an entry for each acknowledgement"
        );

        // What a snapshot says is the same.
        let snapshot = look(&ben.client, &room).await;
        assert_eq!(snapshot.unread, Some(unread(1, 1)));
        let listed = snapshot.receipts.iter().map(|one| (one.user_id.clone(), one.read_seq));
        let listed: Vec<_> = listed.collect();
        assert_eq!(listed.len(), 3, "{listed:?}");
        assert!(listed.contains(&(ben_id.clone(), said[1])));
        let request = ListReceiptsRequest {
            room_id: room.clone(),
            page_size: 2,
            page_token: String::new(),
        };
        let first = outcome(ben.client.receipts().list_receipts(request.clone()))
            .await
            .expect("a member");
        let second = ListReceiptsRequest {
            page_token: first.next_page_token.clone(),
            ..request
        };
        let second = outcome(ben.client.receipts().list_receipts(second))
            .await
            .expect("a member");
        assert_eq!([first.receipts, second.receipts].concat(), snapshot.receipts);

        let found = of_message(&ana, &room, said[1]).await.expect("a member");
        assert_eq!((found.delivered_count, found.read_count, found.member_count), (2, 2, 2));
        assert_eq!(found.read_user_ids.len(), 2);
        let found = of_message(&host, &room, said[2]).await.expect("a host");
        assert_eq!((found.delivered_count, found.read_count), (1, 1));
        let refused = of_message(&ana, &room, 1).await.expect_err("no message");
        assert_eq!(why(&refused), (Code::NotFound, "NO_SUCH_MESSAGE"));
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_privately_is_not_seen_and_sees_nobody() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [ana, ben, cleo] = guests(&server, way, &room, ["Ana", "Ben", "Cleo"]).await;
        let room = room.id;
        let said = host.session.send_message(&room, "hello").await.expect("sent").seq;
        for _ in 0..2 {
            let set = SetReceiptPrivacyRequest {
                request_id: id(),
                room_id: room.clone(),
                private: true,
            };
            outcome(ben.client.receipts().set_receipt_privacy(set))
                .await
                .expect("a member");
        }
        for person in [&ana, &ben, &cleo] {
            acknowledge(person, &room, said, said).await.expect("a member");
        }
        let ids = [ben_of(&ana, &room).await, ben_of(&ben, &room).await];
        becomes("all three in the log", async || {
            let seen = entries(&host, &room).await;
            (seen.iter().flatten().count() == 3).then_some(())
        })
        .await;
        let of = |seen: Vec<Vec<Receipt>>, user: &str| {
            let newest = seen.into_iter().flatten().filter(|one| one.user_id == user);
            newest
                .max_by_key(|one| one.delivered_seq)
                .map(|one| (one.delivered_seq, one.read_seq))
        };
        assert_eq!(of(entries(&host, &room).await, &ids[1]), Some((said, 0)));
        assert_eq!(of(entries(&cleo, &room).await, &ids[1]), Some((said, 0)));
        assert_eq!(of(entries(&cleo, &room).await, &ids[0]), Some((said, said)));
        assert_eq!(of(entries(&ben, &room).await, &ids[1]), Some((said, said)), "her own");
        assert_eq!(of(entries(&ben, &room).await, &ids[0]), Some((said, 0)));
        for (person, private) in [(&host, false), (&cleo, false), (&ben, true)] {
            let snapshot = look(&person.client, &room).await;
            assert_eq!(snapshot.receipts_private, private);
            let read = |user: &str| {
                snapshot
                    .receipts
                    .iter()
                    .find(|one| one.user_id == user)
                    .map(|one| one.read_seq)
            };
            assert_eq!(read(&ids[1]), Some(if private { said } else { 0 }));
            assert_eq!(read(&ids[0]), Some(if private { 0 } else { said }));
        }
        let found = of_message(&cleo, &room, said).await.expect("a member");
        assert_eq!((found.delivered_count, found.read_count), (3, 2));
        let found = of_message(&ben, &room, said).await.expect("a member");
        assert_eq!(found.delivered_count, 3);
        assert!(!found.read_user_ids.contains(&ids[0]));
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_rooms_says_what_is_new_in_each() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, first) = hosted(&server, way).await;
        let (_, second) = hosted(&server, way).await;
        let [ana] = guests(&server, way, &first, ["Ana"]).await;
        ana.session.send_message(&first.id, "hello").await.expect("sent");
        let last = ana.session.send_message(&first.id, "@room").await.expect("sent");
        let mut rows = Vec::new();
        let mut token = String::new();
        loop {
            let request = ListUnreadRequest {
                page_size: 1,
                page_token: token,
            };
            let page = outcome(host.client.receipts().list_unread(request))
                .await
                .expect("an account");
            rows.extend(page.rooms);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        let row = |room: &str| {
            let mut found = rows
                .iter()
                .filter(|row| row.room.as_ref().is_some_and(|known| known.id == room));
            let row = found.next().expect("every room has its row");
            (
                row.unread.unwrap_or_default().message_count,
                row.last_message.as_ref().map(|message| message.seq),
            )
        };
        assert_eq!(row(&first.id), (2, Some(last.seq)));
        assert_eq!(row(&second.id), (0, None));
        let refused = outcome(ana.client.receipts().list_unread(ListUnreadRequest::default())).await;
        assert_eq!(
            why(&refused.expect_err("a guest")),
            (Code::PermissionDenied, "ACCOUNT_NEEDED")
        );
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_is_told_of_every_room_that_it_joined_and_of_no_other() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, plants) = hosted(&server, way).await;
        let [(_, stars), (_, stones), (_, never)] = [
            hosted(&server, way).await,
            hosted(&server, way).await,
            hosted(&server, way).await,
        ];
        let mut ana = Person::account(&server, way, "ana").await;
        for room in [&plants, &stars, &stones] {
            joined(&ana.client, by_code(&room.join_code, "Ana")).await;
            ana.hear(&room.id).await;
        }
        let read = host.session.send_message(&stars.id, "read").await.expect("sent").seq;
        acknowledge(&ana, &stars.id, read, read).await.expect("a member");

        ana.session.suspend().await.expect("it goes to sleep");
        host.session.send_message(&plants.id, "one").await.expect("sent");
        host.session.send_message(&plants.id, "two @Ana").await.expect("sent");
        let last = host.session.send_message(&stars.id, "@room").await.expect("sent").seq;
        host.session.send_message(&never.id, "@room").await.expect("sent");
        remove(&host, &stones.id, "ana").await;
        ana.session.resume().await.expect("it wakes up");
        ana.until("the last message", |event| match event {
            trivium_client::SessionEvent::Event(event) if event.room_id == stars.id && event.seq >= last => Some(()),
            _ => None,
        })
        .await;

        let listed = ana
            .session
            .execute(ListUnreadRequest::default())
            .await
            .expect("an account");
        let mut rows: Vec<_> = listed
            .rooms
            .into_iter()
            .map(|row| {
                (
                    row.room.expect("there is always one").id,
                    row.unread.expect("there is always one"),
                )
            })
            .collect();
        rows.sort_by_key(|(room, _)| *room != plants.id);
        assert_eq!(
            rows,
            [(plants.id.clone(), unread(2, 1)), (stars.id.clone(), unread(1, 1))]
        );
        for (room, counts) in rows {
            assert_eq!(
                look(&ana.client, &room).await.unread,
                Some(counts),
                "the room says the same"
            );
        }
        server.stop().await;
    })
    .await;
}

async fn remove(host: &Person, room: &str, user: &str) {
    let request = RemoveMemberRequest {
        request_id: id(),
        room_id: room.to_owned(),
        user_id: user.to_owned(),
        reason: String::new(),
    };
    outcome(host.client.rooms().remove_member(request))
        .await
        .expect("removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn marks_are_for_who_is_in_a_room_that_is_open() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let stranger = Person::account(&server, way, "stranger").await;
        let service = Person::connected(
            trivium_tests::people::client(&server, way, Some(server.service_token("service"))),
            way,
            "service",
        )
        .await;
        for (who, reason) in [(&stranger, "ROOM_NOT_FOUND"), (&service, "NOT_MEMBER")] {
            let refused = acknowledge(who, &room.id, 1, 1).await.expect_err("no seat");
            assert_eq!(refused.reason, reason);
        }
        let request = AcknowledgeRequest {
            room_id: room.id.clone(),
            ..AcknowledgeRequest::default()
        };
        let refused = outcome(nobody(&server, way).receipts().acknowledge(request)).await;
        assert_eq!(
            why(&refused.expect_err("no token")),
            (Code::Unauthenticated, "TOKEN_MISSING")
        );
        let observer = trivium_tests::people::client(&server, way, Some(server.token("observer")));
        let looks = trivium_client::proto::v1::JoinRoomRequest {
            observe: true,
            ..by_code(&room.join_code, "Olga")
        };
        joined(&observer, looks).await;
        let observer = Person::connected(observer, way, "Olga").await;
        acknowledge(&observer, &room.id, 1, 1)
            .await
            .expect("observers read too");

        host.client
            .rooms()
            .close_room(trivium_client::proto::v1::CloseRoomRequest {
                request_id: id(),
                room_id: room.id.clone(),
            })
            .await
            .expect("closed");
        let refused = acknowledge(&host, &room.id, 1, 1).await.expect_err("it is over");
        assert_eq!(why(&refused), (Code::FailedPrecondition, "ROOM_CLOSED"));
        server.stop().await;
    })
    .await;
}

fn unread(message_count: u32, mention_count: u32) -> Unread {
    Unread {
        message_count,
        mention_count,
    }
}

fn marks(answer: &AcknowledgeResponse) -> (u64, u64) {
    let receipt = answer.receipt.clone().expect("there is always one");
    (receipt.delivered_seq, receipt.read_seq)
}

/// On the session.
async fn acknowledge(person: &Person, room: &str, delivered: u64, read: u64) -> Result<AcknowledgeResponse, Rejection> {
    let request = AcknowledgeRequest {
        room_id: room.to_owned(),
        delivered_seq: delivered,
        read_seq: read,
    };
    person.session.execute(request).await.map_err(|error| match error {
        trivium_client::Error::Rejected(rejection) => *rejection,
        other => panic!("not refused by the server: {other}"),
    })
}

async fn of_message(person: &Person, room: &str, message: u64) -> Result<GetMessageReceiptsResponse, Rejection> {
    let request = GetMessageReceiptsRequest {
        room_id: room.to_owned(),
        message_seq: message,
    };
    outcome(person.client.receipts().get_message_receipts(request)).await
}

/// The caller's own id.
async fn ben_of(person: &Person, room: &str) -> String {
    look(&person.client, room).await.me.expect("a member").user_id
}

/// The marks in each entry of the log, as somebody may see them.
async fn entries(person: &Person, room: &str) -> Vec<Vec<Receipt>> {
    let log = log(&person.client, room, 100).await;
    let moved = log.into_iter().filter_map(|event| match event.event {
        Some(Event::ReceiptsMoved(moved)) => Some(moved.receipts),
        _ => None,
    });
    moved.collect()
}
