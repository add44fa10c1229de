//! What the scenarios share: running over every road, rooms with people in them, refusals as data.
//!
//! [`links`](crate::links) are roads that can be cut and listened to; [`raw`](crate::raw) are streams without the SDK.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::{FutureExt, future::join_all};
use tokio::time::timeout;
use tonic::{Code, Response, Status};
use trivium_client::{
    Client, Rejection,
    proto::v1::{
        CreateRoomRequest, JoinRoomRequest, JoinRoomResponse, ListEventsRequest, Member, Room, RoomEvent, RoomKind,
        RoomSnapshot, UpdateRoomRequest, room_event::Event,
    },
};
use trivium_tests::{Person, ROADS, Server, Way, game::id, people};

/// No scenario takes this long: one that does stands still, and is told by its road.
const STANDS_STILL: Duration = Duration::from_mins(5);

/// Runs a scenario over all roads at once.
pub(crate) async fn on_every_road<F: Future<Output = ()>>(scenario: impl Fn(Way) -> F) {
    let scenario = &scenario;
    let runs = ROADS.map(|way| {
        Box::pin(async move {
            let run = AssertUnwindSafe(timeout(STANDS_STILL, scenario(way))).catch_unwind();
            (way, !matches!(run.await, Ok(Ok(()))))
        })
    });
    let failed: Vec<Way> = join_all(runs)
        .await
        .into_iter()
        .filter_map(|(way, failed)| failed.then_some(way))
        .collect();
    assert!(failed.is_empty(), "failed over {failed:?}");
}

/// A quiz room and its host, who hears it.
pub(crate) async fn hosted(server: &Server, way: Way) -> (Person, Room) {
    hosted_as(server, way, CreateRoomRequest::default()).await
}

/// The same with wishes; what is needed is filled in.
pub(crate) async fn hosted_as(server: &Server, way: Way, wishes: CreateRoomRequest) -> (Person, Room) {
    let mut host = Person::account(server, way, "host").await;
    let request = CreateRoomRequest {
        request_id: id(),
        kind: RoomKind::Quiz.into(),
        title: "A room".into(),
        nickname: host.name.clone(),
        ..wishes
    };
    let created = host.client.rooms().create_room(request).await.expect("a room");
    let room = created.into_inner().room.expect("there is always one");
    host.hear(&room.id).await;
    (host, room)
}

/// Guests in a room, who hear it.
pub(crate) async fn guests<const N: usize>(server: &Server, way: Way, room: &Room, names: [&str; N]) -> [Person; N] {
    let coming = names.map(|name| Person::guest(server, way, &room.join_code, name));
    let come: Vec<Person> = join_all(coming).await;
    come.try_into().ok().expect("as many as names")
}

/// Somebody without a token.
pub(crate) fn nobody(server: &Server, way: Way) -> Client {
    people::client(server, way, None)
}

/// A request to come in by code.
pub(crate) fn by_code(code: &str, nickname: &str) -> JoinRoomRequest {
    JoinRoomRequest {
        request_id: id(),
        join_code: code.to_owned(),
        nickname: nickname.to_owned(),
        ..JoinRoomRequest::default()
    }
}

/// Comes in.
pub(crate) async fn join(client: &Client, request: JoinRoomRequest) -> Result<JoinRoomResponse, Rejection> {
    outcome(client.rooms().join_room(request)).await
}

/// Comes in, and is a member.
pub(crate) async fn joined(client: &Client, request: JoinRoomRequest) -> Member {
    let joined = join(client, request).await.expect("let in");
    joined.member.expect("the answer names the member")
}

/// Changes settings as a host.
pub(crate) async fn update(host: &Person, room: &Room, change: UpdateRoomRequest) {
    let request = UpdateRoomRequest {
        request_id: id(),
        room_id: room.id.clone(),
        ..change
    };
    host.client.rooms().update_room(request).await.expect("updated");
}

/// The room as the caller sees it now.
pub(crate) async fn look(client: &Client, room: &str) -> RoomSnapshot {
    let request = trivium_client::proto::v1::GetRoomRequest {
        room_id: room.to_owned(),
    };
    let response = client.rooms().get_room(request).await.expect("may look");
    response.into_inner().snapshot.expect("there is always one")
}

/// The whole log as the caller may see it, read in pages of `page`.
pub(crate) async fn log(client: &Client, room: &str, page: u32) -> Vec<RoomEvent> {
    let mut after = trivium_client::proto::v1::Cursor {
        room_id: room.to_owned(),
        ..Default::default()
    };
    let mut events = Vec::new();
    loop {
        let request = ListEventsRequest {
            after: Some(after),
            page_size: page,
        };
        let listed = client
            .rooms()
            .list_events(request)
            .await
            .expect("may read")
            .into_inner();
        events.extend(listed.events);
        after = listed.through.expect("there is always one");
        if listed.at_head {
            return events;
        }
    }
}

/// A call's response or refusal.
pub(crate) async fn outcome<T>(call: impl Future<Output = Result<Response<T>, Status>>) -> Result<T, Rejection> {
    call.await.map(Response::into_inner).map_err(Rejection::from)
}

/// Why a call was refused.
pub(crate) async fn refusal<T>(call: impl Future<Output = Result<Response<T>, Status>>) -> Rejection {
    match outcome(call).await {
        Ok(_) => panic!("it was not refused"),
        Err(rejection) => rejection,
    }
}

/// Code and reason.
pub(crate) fn why(rejection: &Rejection) -> (Code, &str) {
    (rejection.code, &rejection.reason)
}

/// Why the SDK's session refused.
pub(crate) fn rejected<T>(result: Result<T, trivium_client::Error>) -> Rejection {
    match result {
        Err(trivium_client::Error::Rejected(rejection)) => *rejection,
        Err(other) => panic!("not refused by the server: {other}"),
        Ok(_) => panic!("it was not refused"),
    }
}

/// Waits until what `look` sees is so.
pub(crate) async fn becomes<T: std::fmt::Debug>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    trivium_tests::eventually(what.to_owned(), async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
}

/// Everything of one kind that somebody saw.
pub(crate) fn seen<T>(person: &Person, pick: impl FnMut(&Event) -> Option<T>) -> Vec<T> {
    person
        .seen
        .iter()
        .filter_map(|event| event.event.as_ref())
        .filter_map(pick)
        .collect()
}
