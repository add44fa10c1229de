//! Finding messages: words, pages, and what the caller may not see.
//!
//! Neighbours: the suite `search` compares random stories with the whole logs; here it is the way there and back.

use tonic::Code;
use trivium_client::{
    Client,
    proto::v1::{
        BanUserRequest, DeleteMessageRequest, EditMessageRequest, SearchHit, SearchMessagesRequest, SendMessageRequest,
    },
};
use trivium_tests::{Person, Server, game::id};

use crate::{
    common::{guests, hosted, on_every_road, outcome, why},
    rooms::{channel, enter, leave, made, say},
};

fn words(query: &str) -> SearchMessagesRequest {
    SearchMessagesRequest {
        query: query.to_owned(),
        ..SearchMessagesRequest::default()
    }
}

async fn find(client: &Client, request: SearchMessagesRequest) -> Vec<SearchHit> {
    let mut page_token = String::new();
    let mut hits = Vec::new();
    loop {
        let request = SearchMessagesRequest {
            page_token,
            ..request.clone()
        };
        let page = outcome(client.chat().search_messages(request)).await.expect("searched");
        hits.extend(page.hits);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return hits;
        }
    }
}

fn texts(hits: &[SearchHit]) -> Vec<&str> {
    hits.iter()
        .map(|hit| hit.message.as_ref().expect("there is always one").text.as_str())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_found_as_they_stand_by_those_who_may_see_them() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, ana) = (
            Person::account(&server, way, "host").await,
            Person::account(&server, way, "ana").await,
        );
        let (plants, stars) = (
            made(&host, channel("Plants")).await,
            made(&host, channel("Stars")).await,
        );
        for room in [&plants, &stars] {
            enter(&ana, &room.id).await;
        }
        say(&host, &plants.id, "Grüne Blätter sind grün").await;
        let wrong = say(&host, &plants.id, "Blätter sind blau").await;
        let gone = say(&ana, &plants.id, "Blätter rascheln").await;
        say(&ana, &stars.id, "Sterne sind keine Blätter").await;

        let hits = find(&ana.client, words("blatter")).await;
        assert_eq!(
            texts(&hits),
            [
                "Sterne sind keine Blätter",
                "Blätter rascheln",
                "Blätter sind blau",
                "Grüne Blätter sind grün"
            ]
        );
        assert_eq!(
            (hits[0].room_id.as_str(), hits[0].room_title.as_str()),
            (stars.id.as_str(), "Stars")
        );
        assert_eq!(texts(&find(&ana.client, words("sind bl")).await).len(), 3);
        let one_by_one = SearchMessagesRequest {
            page_size: 1,
            ..words("blätter")
        };
        assert_eq!(find(&ana.client, one_by_one).await, hits);
        let here = SearchMessagesRequest {
            room_id: plants.id.clone(),
            author_id: "ana".to_owned(),
            ..words("blätter")
        };
        assert_eq!(texts(&find(&ana.client, here.clone()).await), ["Blätter rascheln"]);

        let edit = EditMessageRequest {
            request_id: id(),
            room_id: plants.id.clone(),
            message_seq: wrong.seq,
            text: "Himmel ist blau".to_owned(),
        };
        outcome(host.client.chat().edit_message(edit)).await.expect("edited");
        let delete = DeleteMessageRequest {
            request_id: id(),
            room_id: plants.id.clone(),
            message_seq: gone.seq,
        };
        outcome(ana.client.chat().delete_message(delete))
            .await
            .expect("deleted");
        assert_eq!(find(&ana.client, words("blätter")).await.len(), 2);
        assert_eq!(texts(&find(&ana.client, words("blau")).await), ["Himmel ist blau"]);
        assert_eq!(find(&ana.client, words("rascheln")).await, []);

        // Strangers, those who left and those who were banned find nothing, whatever they name.
        let dan = Person::account(&server, way, "dan").await;
        assert_eq!(find(&dan.client, words("blätter")).await, []);
        assert_eq!(find(&dan.client, here.clone()).await, []);
        leave(&ana, &stars.id).await;
        assert_eq!(
            texts(&find(&ana.client, words("blätter")).await),
            ["Grüne Blätter sind grün"]
        );
        let ban = BanUserRequest {
            request_id: id(),
            room_id: plants.id.clone(),
            user_id: "ana".to_owned(),
            ..BanUserRequest::default()
        };
        outcome(host.client.rooms().ban_user(ban)).await.expect("banned");
        assert_eq!(find(&ana.client, words("blätter")).await, []);
        assert_eq!(find(&host.client, words("blätter")).await.len(), 2);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_are_words_whatever_they_look_like() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let ana = Person::account(&server, way, "ana").await;
        let room = made(&ana, channel("Odd")).await;
        say(&ana, &room.id, "near or not: \"text\" AND more*").await;
        for (query, found) in [
            ("text", 1),
            ("\"text", 1),
            ("NEAR(text)", 1),
            ("text OR nothing", 0),
            ("room : text", 0),
            ("'; DROP TABLE texts; --", 0),
            ("*", 0),
            ("\u{202e}txet", 0),
            ("mor", 1),
        ] {
            assert_eq!(find(&ana.client, words(query)).await.len(), found, "{query}");
        }
        let bad = SearchMessagesRequest {
            page_token: "not a place".to_owned(),
            ..words("text")
        };
        let refused = outcome(ana.client.chat().search_messages(bad))
            .await
            .expect_err("no token");
        assert_eq!(why(&refused), (Code::InvalidArgument, "INVALID_REQUEST"));
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_talk_and_do_not_search_and_what_is_old_is_read_from_the_log() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [guest] = guests(&server, way, &room, ["Gus"]).await;
        let first = say(&guest, &room.id, "needle in the hay").await;
        let refused = outcome(guest.client.chat().search_messages(words("needle"))).await;
        assert_eq!(
            why(&refused.expect_err("a guest")),
            (Code::PermissionDenied, "ACCOUNT_NEEDED")
        );
        // More than a room holds in memory.
        for n in 0..1_010 {
            let hay = SendMessageRequest {
                request_id: format!("h{n}"),
                room_id: room.id.clone(),
                text: format!("hay {n}"),
                ..SendMessageRequest::default()
            };
            outcome(host.client.chat().send_message(hay)).await.expect("sent");
        }
        let hits = find(&host.client, words("needle")).await;
        assert_eq!(texts(&hits), ["needle in the hay"]);
        assert_eq!(hits[0].message.as_ref().map(|message| message.seq), Some(first.seq));
        server.stop().await;
    })
    .await;
}
