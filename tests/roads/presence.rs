//! Who is there: told in signals, gone only after the grace period.

use trivium_client::{
    Road, SessionEvent,
    proto::v1::{ListPresenceRequest, Presence, PresenceState, signal::Signal},
};
use trivium_tests::{Person, Server, Way};

use crate::{
    common::{becomes, by_code, guests, hosted, joined, on_every_road, outcome},
    links::Bench,
};

/// A member cut off is away for this long, by the server's clock.
const GRACE_MS: i64 = 15_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_are_online_away_and_only_then_offline() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let bench = Bench::new(&server, [way]);
        let shape = if way == Way::GrpcWeb { Road::GrpcWeb } else { Road::Grpc };
        let client = bench.client(shape, Some(server.token("ben")));
        joined(&client, by_code(&room.join_code, "Ben")).await;
        let mut ben = Person::connected(client, way, "Ben").await;
        ben.hear(&room.id).await;
        turns(&mut ana, PresenceState::Online, "").await;
        assert_eq!(counts(&host, &room.id).await, (3, 0));

        ben.session
            .set_presence(&room.id, PresenceState::Away, "back in 5")
            .await
            .expect("a member");
        turns(&mut ana, PresenceState::Away, "back in 5").await;
        assert_eq!(counts(&host, &room.id).await, (2, 1));
        ben.session
            .set_presence(&room.id, PresenceState::Online, "")
            .await
            .expect("a member");
        turns(&mut ana, PresenceState::Online, "").await;

        // A second session of the same user: one of them may go without anybody noticing.
        let mut phone = Person::account(&server, way, "ben").await;
        phone.hear(&room.id).await;
        let sessions = server.api.sessions.len();
        phone.session.close().await;
        becomes("one session less", async || {
            (server.api.sessions.len() < sessions).then_some(())
        })
        .await;
        assert_eq!(presence(&host, &room.id).await.state(), PresenceState::Online);

        bench.shut();
        let away = turns(&mut ana, PresenceState::Away, "").await;
        assert_eq!(counts(&host, &room.id).await, (2, 1));
        let gone = turns(&mut ana, PresenceState::Offline, "").await;
        let passed = gone.change_time_ms - away.change_time_ms;
        assert!(passed >= GRACE_MS, "gone after {passed} ms");
        assert_eq!(counts(&host, &room.id).await, (2, 0));

        bench.open();
        turns(&mut ana, PresenceState::Online, "").await;
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_within_the_grace_was_away_and_never_gone() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (_host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let bench = Bench::new(&server, [way]);
        let shape = if way == Way::GrpcWeb { Road::GrpcWeb } else { Road::Grpc };
        let client = bench.client(shape, Some(server.token("ben")));
        joined(&client, by_code(&room.join_code, "Ben")).await;
        let mut ben = Person::connected(client, way, "Ben").await;
        ben.hear(&room.id).await;
        turns(&mut ana, PresenceState::Online, "").await;
        for _ in 0..3 {
            bench.shut();
            turns(&mut ana, PresenceState::Away, "").await;
            bench.open();
            turns(&mut ana, PresenceState::Online, "").await;
        }
        server.stop().await;
    })
    .await;
}

/// Waits for the next change of Ben's presence that others are told, which has to be this one.
async fn turns(person: &mut Person, state: PresenceState, status: &str) -> Presence {
    let last = person
        .until("a change of presence", |event| match event {
            SessionEvent::Signals(signals) => signals.signals.iter().find_map(|one| match &one.signal {
                Some(Signal::Presence(presence)) if presence.user_id == "ben" && presence.state() == state => {
                    Some(presence.clone())
                }
                Some(Signal::Presence(presence)) if presence.user_id == "ben" => {
                    assert_ne!(
                        (presence.state(), state),
                        (PresenceState::Offline, PresenceState::Online),
                        "gone instead"
                    );
                    None
                }
                _ => None,
            }),
            _ => None,
        })
        .await;
    assert_eq!(last.status, status);
    last
}

async fn presence(person: &Person, room: &str) -> Presence {
    let listed = list(person, room).await;
    let ben = listed.presences.into_iter().find(|presence| presence.user_id == "ben");
    ben.expect("ben is a member")
}

async fn counts(person: &Person, room: &str) -> (u32, u32) {
    let listed = list(person, room).await;
    (listed.online_count, listed.away_count)
}

async fn list(person: &Person, room: &str) -> trivium_client::proto::v1::ListPresenceResponse {
    let request = ListPresenceRequest {
        room_id: room.to_owned(),
        ..ListPresenceRequest::default()
    };
    outcome(person.client.presence().list_presence(request))
        .await
        .expect("a member")
}
