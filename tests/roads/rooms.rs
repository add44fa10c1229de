//! Rooms for talking: conversations, policies, lists, being found, the archive.
//!
//! Neighbours: [`search`](crate::search) finds what was said in them; [`join`](crate::join) has the doors.

use std::collections::BTreeSet;

use tonic::Code;
use trivium_client::SessionEvent;
use trivium_client::{
    Client,
    proto::v1::{
        CreateRoomRequest, HistoryPolicy, JoinPolicy, LeaveRoomRequest, ListMessagesRequest, ListRoomsRequest, Member,
        Message, OpenConversationRequest, OpenConversationResponse, ResetReason, Role, Room, RoomKind, RoomScope,
        SearchRoomsRequest, SendMessageRequest, UpdateRoomRequest, WritePolicy, room_event::Event,
    },
};
use trivium_tests::{Person, Server, game::id};

use crate::common::{hosted_as, join, log, look, nobody, on_every_road, outcome, seen, update, why};

/// A room of accounts, where everybody with a token may come in.
pub(crate) fn channel(title: &str) -> CreateRoomRequest {
    CreateRoomRequest {
        kind: RoomKind::Channel.into(),
        title: title.to_owned(),
        ..CreateRoomRequest::default()
    }
}

pub(crate) async fn made(person: &Person, wishes: CreateRoomRequest) -> Room {
    let request = CreateRoomRequest {
        request_id: id(),
        ..wishes
    };
    let made = outcome(person.client.rooms().create_room(request)).await.expect("made");
    made.room.expect("there is always one")
}

pub(crate) async fn enter(person: &Person, room: &str) {
    let request = trivium_client::proto::v1::JoinRoomRequest {
        request_id: id(),
        room_id: room.to_owned(),
        ..Default::default()
    };
    join(&person.client, request).await.expect("let in");
}

pub(crate) async fn leave(person: &Person, room: &str) {
    let request = LeaveRoomRequest {
        request_id: id(),
        room_id: room.to_owned(),
    };
    outcome(person.client.rooms().leave_room(request)).await.expect("left");
}

pub(crate) fn saying(room: &str, text: &str) -> SendMessageRequest {
    SendMessageRequest {
        request_id: id(),
        room_id: room.to_owned(),
        text: text.to_owned(),
        ..SendMessageRequest::default()
    }
}

pub(crate) async fn say(person: &Person, room: &str, text: &str) -> Message {
    let sent = outcome(person.client.chat().send_message(saying(room, text)))
        .await
        .expect("sent");
    sent.message.expect("there is always one")
}

async fn open(client: &Client, users: &[&str], end_to_end: bool) -> OpenConversationResponse {
    let request = OpenConversationRequest {
        request_id: id(),
        user_ids: users.iter().map(|user| (*user).to_owned()).collect(),
        title: String::new(),
        end_to_end,
    };
    outcome(client.rooms().open_conversation(request)).await.expect("open")
}

fn id_of(opened: &OpenConversationResponse) -> String {
    opened.room.as_ref().expect("there is always one").id.clone()
}

async fn listed(client: &Client, scope: RoomScope, all: bool) -> BTreeSet<String> {
    let mut page_token = String::new();
    let mut ids = BTreeSet::new();
    loop {
        let request = ListRoomsRequest {
            page_size: 2,
            page_token,
            scope: scope.into(),
            all,
        };
        let page = outcome(client.rooms().list_rooms(request)).await.expect("listed");
        ids.extend(page.rooms.into_iter().map(|room| room.id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return ids;
        }
    }
}

async fn texts(client: &Client, room: &str) -> Vec<String> {
    let request = ListMessagesRequest {
        room_id: room.to_owned(),
        ..ListMessagesRequest::default()
    };
    let page = outcome(client.chat().list_messages(request)).await.expect("may read");
    page.messages.into_iter().map(|message| message.text).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_people_have_the_same_conversation() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (ana, mut ben) = (
            Person::account(&server, way, "ana").await,
            Person::account(&server, way, "ben").await,
        );
        let first = open(&ana.client, &["ben"], false).await;
        assert!(first.created);
        let room = first.room.clone().expect("there is always one");
        assert_eq!(
            (room.kind(), room.member_count, room.title.as_str()),
            (RoomKind::Conversation, 2, "")
        );
        let again = open(&ben.client, &["ana", "ben"], false).await;
        assert_eq!((id_of(&again), again.created), (room.id.clone(), false));
        let sealed = open(&ana.client, &["ben"], true).await;
        assert!(
            sealed.created && id_of(&sealed) != room.id && sealed.room.as_ref().is_some_and(|room| room.end_to_end)
        );
        let three = open(&ana.client, &["ben", "cleo"], false).await;
        assert!(three.created && id_of(&three) != room.id);

        ben.hear(&room.id).await;
        let roles: Vec<_> = ben
            .snapshot
            .as_ref()
            .expect("heard")
            .members
            .iter()
            .map(Member::role)
            .collect();
        assert_eq!(roles, [Role::Member, Role::Member]);
        // A message to users is one into their conversation, which it makes where there is none.
        let to_ben = |request_id: &str| SendMessageRequest {
            request_id: request_id.to_owned(),
            to_user_ids: vec!["ben".to_owned()],
            text: "hello".to_owned(),
            ..SendMessageRequest::default()
        };
        let (first, retry) = (
            outcome(ana.client.chat().send_message(to_ben("m1")))
                .await
                .expect("sent"),
            outcome(ana.client.chat().send_message(to_ben("m1")))
                .await
                .expect("sent"),
        );
        assert_eq!(first, retry);
        let heard = ben.event("the message", |event| match event {
            Event::MessageSent(sent) => sent.message.clone(),
            _ => None,
        });
        assert_eq!(heard.await.text, "hello");
        let stranger = Person::account(&server, way, "dan").await;
        let refused = outcome(stranger.client.chat().send_message(saying(&room.id, "me too"))).await;
        assert_eq!(
            why(&refused.expect_err("not in it")),
            (Code::NotFound, "ROOM_NOT_FOUND")
        );
        let both = SendMessageRequest {
            room_id: room.id.clone(),
            ..to_ben("m2")
        };
        let refused = outcome(ana.client.chat().send_message(both))
            .await
            .expect_err("either or");
        assert_eq!(refused.code, Code::InvalidArgument);

        // Who leaves is not brought back: the next conversation is another.
        leave(&ben, &room.id).await;
        let next = open(&ana.client, &["ben"], false).await;
        assert!(next.created && id_of(&next) != room.id);
        let joined = listed(&ben.client, RoomScope::Joined, false).await;
        assert_eq!(joined, [id_of(&sealed), id_of(&three), id_of(&next)].into());
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_to_somebody_who_left_opens_the_next_conversation() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (ana, ben) = (
            Person::account(&server, way, "ana").await,
            Person::account(&server, way, "ben").await,
        );
        let to_ben = || SendMessageRequest {
            request_id: id(),
            to_user_ids: vec!["ben".to_owned()],
            text: "hello".to_owned(),
            ..SendMessageRequest::default()
        };
        let send = async || outcome(ana.client.chat().send_message(to_ben())).await.expect("sent");
        let rooms = async || listed(&ben.client, RoomScope::Joined, false).await;
        send().await;
        let first = rooms().await;
        send().await;
        assert_eq!(rooms().await, first);
        let first = first.first().expect("the conversation");
        leave(&ben, first).await;
        assert!(rooms().await.is_empty());
        send().await;
        let next = rooms().await;
        let next = next.first().expect("another");
        assert_ne!(next, first);
        assert_eq!(texts(&ben.client, next).await, ["hello"]);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn impossible_conversations_are_refused() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let ana = Person::account(&server, way, "ana").await;
        for users in [vec!["ana"], vec!["g_guest"]] {
            let request = OpenConversationRequest {
                request_id: id(),
                user_ids: users.into_iter().map(str::to_owned).collect(),
                ..OpenConversationRequest::default()
            };
            let refused = outcome(ana.client.rooms().open_conversation(request))
                .await
                .expect_err("nobody to talk to");
            assert_eq!(refused.code, Code::InvalidArgument);
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_write_is_the_rooms_to_say() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let wishes = CreateRoomRequest {
            write_policy: WritePolicy::Hosts.into(),
            ..channel("News")
        };
        let (host, room) = hosted_as(&server, way, wishes).await;
        let ana = Person::account(&server, way, "ana").await;
        // The kind that `hosted_as` makes lets people in by code.
        let code = crate::common::by_code(&room.join_code, "Ana");
        join(&ana.client, code).await.expect("let in");
        let refused = outcome(ana.client.chat().send_message(saying(&room.id, "no"))).await;
        assert_eq!(
            why(&refused.expect_err("hosts write")),
            (Code::PermissionDenied, "WRITE_NOT_ALLOWED")
        );
        say(&host, &room.id, "yes").await;
        let named = UpdateRoomRequest {
            write_policy: Some(WritePolicy::Named.into()),
            writer_user_ids: vec!["ana".to_owned()],
            ..UpdateRoomRequest::default()
        };
        update(&host, &room, named).await;
        say(&ana, &room.id, "I too").await;
        let shown = look(&ana.client, &room.id).await.room.expect("there is always one");
        assert_eq!(
            (shown.write_policy(), shown.writer_user_ids),
            (WritePolicy::Named, vec!["ana".to_owned()])
        );
        let archived = UpdateRoomRequest {
            archived: Some(true),
            ..UpdateRoomRequest::default()
        };
        update(&host, &room, archived).await;
        for person in [&ana, &host] {
            let refused = outcome(person.client.chat().send_message(saying(&room.id, "no"))).await;
            assert_eq!(
                why(&refused.expect_err("archived")),
                (Code::FailedPrecondition, "ROOM_ARCHIVED")
            );
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_see_nothing_of_the_past_where_the_room_keeps_it() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let host = Person::account(&server, way, "host").await;
        let wishes = CreateRoomRequest {
            history_policy: HistoryPolicy::SinceJoin.into(),
            ..channel("Group")
        };
        let room = made(&host, wishes).await;
        let mut ana = Person::account(&server, way, "ana").await;
        enter(&ana, &room.id).await;
        ana.hear(&room.id).await;
        let secret = say(&host, &room.id, "before Ben").await;
        let mut ben = Person::account(&server, way, "ben").await;
        enter(&ben, &room.id).await;
        ben.hear(&room.id).await;
        say(&host, &room.id, "after Ben").await;
        // What happens to what is hidden is hidden too.
        let edit = trivium_client::proto::v1::EditMessageRequest {
            request_id: id(),
            room_id: room.id.clone(),
            message_seq: secret.seq,
            text: "still before Ben".to_owned(),
        };
        let edited = outcome(host.client.chat().edit_message(edit))
            .await
            .expect("edited")
            .seq;
        let last = say(&host, &room.id, "the end").await;
        for person in [&mut ana, &mut ben] {
            person.reach(last.seq).await;
        }
        let heard = |person: &Person| person.seen.iter().any(|event| event.seq == edited);
        assert_eq!((heard(&ana), heard(&ben)), (true, false));
        let sent = seen(&ben, |event| match event {
            Event::MessageSent(sent) => sent.message.as_ref().map(|message| message.text.clone()),
            _ => None,
        });
        assert_eq!(sent, ["after Ben", "the end"]);
        assert_eq!(texts(&ben.client, &room.id).await, ["after Ben", "the end"]);
        assert_eq!(
            texts(&ana.client, &room.id).await,
            ["still before Ben", "after Ben", "the end"]
        );
        let seqs: Vec<u64> = log(&ben.client, &room.id, 3)
            .await
            .iter()
            .map(|event| event.seq)
            .collect();
        assert!(
            !seqs.contains(&secret.seq) && !seqs.contains(&edited) && seqs.contains(&last.seq),
            "{seqs:?}"
        );
        let snapshot = look(&ben.client, &room.id).await;
        assert_eq!(snapshot.messages.len(), 2);

        // Who comes back with an old cursor begins anew.
        let old = ben.seen.first().map(|event| event.seq).expect("heard something");
        leave(&ben, &room.id).await;
        let between = say(&host, &room.id, "while Ben was away").await;
        let mut back = Person::account(&server, way, "ben").await;
        enter(&back, &room.id).await;
        let cursor = trivium_client::proto::v1::Cursor {
            room_id: room.id.clone(),
            epoch: room.epoch,
            seq: old,
        };
        back.session
            .subscribe(&room.id, Some(cursor))
            .await
            .expect("subscribed");
        let reset = back.until("a snapshot", |event| match event {
            SessionEvent::Reset { reason, snapshot, .. } => Some((*reason, snapshot.messages.len())),
            _ => None,
        });
        assert_eq!(reset.await, (ResetReason::RoleChanged, 0));
        assert!(back.seen.iter().all(|event| event.seq != between.seq));
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rooms_are_listed_for_those_in_them_and_found_by_others() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let host = Person::account(&server, way, "host").await;
        let ana = Person::account(&server, way, "ana").await;
        let shown = made(
            &host,
            CreateRoomRequest {
                listed: true,
                description: "Cells and plants".to_owned(),
                join_policy: JoinPolicy::Code.into(),
                ..channel("Biology")
            },
        )
        .await;
        let hidden = made(&host, channel("Biology, hidden")).await;
        let search = async |client: &Client, query: &str| {
            let request = SearchRoomsRequest {
                query: query.to_owned(),
                ..SearchRoomsRequest::default()
            };
            outcome(client.rooms().search_rooms(request))
                .await
                .expect("searched")
                .rooms
        };
        let found = search(&ana.client, "plants bio").await;
        assert_eq!(found.len(), 1, "{found:?}");
        let room = &found[0];
        assert_eq!((&room.id, room.member_count, room.listed), (&shown.id, 1, true));
        assert_eq!(
            (room.description.as_str(), room.join_code.as_str()),
            ("Cells and plants", ""),
            "codes are for members"
        );
        assert_eq!(search(&host.client, "biology").await.len(), 2);
        assert_eq!(search(&host.client, "plants").await[0].join_code, shown.join_code);
        assert_eq!(search(&ana.client, "\" OR *").await, []);

        assert_eq!(listed(&ana.client, RoomScope::Joined, true).await, BTreeSet::new());
        enter(&ana, &hidden.id).await;
        assert_eq!(
            search(&ana.client, "biology").await.len(),
            2,
            "what one is in, one finds"
        );
        assert_eq!(
            listed(&ana.client, RoomScope::Joined, false).await,
            [hidden.id.clone()].into()
        );
        let both = BTreeSet::from([shown.id.clone(), hidden.id.clone()]);
        assert_eq!(listed(&host.client, RoomScope::Joined, false).await, both);
        let renamed = UpdateRoomRequest {
            title: Some("Chemistry".to_owned()),
            listed: Some(true),
            ..UpdateRoomRequest::default()
        };
        update(&host, &hidden, renamed).await;
        // At once: the index is written with the event.
        assert_eq!(search(&ana.client, "chem").await.len(), 1);
        let archived = UpdateRoomRequest {
            archived: Some(true),
            ..UpdateRoomRequest::default()
        };
        update(&host, &hidden, archived).await;
        assert_eq!(search(&ana.client, "chem").await, []);
        assert_eq!(listed(&ana.client, RoomScope::Joined, false).await, BTreeSet::new());
        assert_eq!(
            listed(&ana.client, RoomScope::Joined, true).await,
            [hidden.id.clone()].into()
        );
        assert_eq!(
            listed(&host.client, RoomScope::Made, false).await,
            [shown.id.clone()].into()
        );
        assert_eq!(listed(&host.client, RoomScope::Made, true).await, both);
        leave(&ana, &hidden.id).await;
        assert_eq!(listed(&ana.client, RoomScope::Joined, true).await, BTreeSet::new());
        let nobody = nobody(&server, way);
        let refused = outcome(nobody.rooms().search_rooms(SearchRoomsRequest::default())).await;
        assert_eq!(refused.expect_err("no token").code, Code::Unauthenticated);
        server.stop().await;
    })
    .await;
}
