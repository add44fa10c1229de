//! Hands, who wants to be seen, and who was there: told to those whom it concerns.

use tonic::Code;
use trivium_client::SessionEvent;
use trivium_client::{
    Rejection,
    proto::v1::{
        LeaveRoomRequest, ListActivityRequest, ListPresenceRequest, MemberActivity, Presence, PresenceState,
        RaiseHandRequest, RaiseHandResponse, SendMessageRequest, SetPresenceRequest, SetTypingRequest,
        room_event::Event, signal::Signal,
    },
};
use trivium_tests::{Person, Server, game::id};

use crate::common::{becomes, by_code, guests, hosted, joined, log, look, on_every_road, outcome, why};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hands_are_raised_in_a_queue_and_hosts_lower_them() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana, ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;
        let [ana_id, ben_id] = [me(&ana, &room).await, me(&ben, &room).await];
        let first = hand(&ben, &room, true, "").await.expect("a member");
        assert_eq!(
            hand(&ben, &room, true, "").await.expect("it is up"),
            first,
            "nothing had to change"
        );
        // A moment later, or the queue has no order.
        becomes("a later time", async || {
            let raised = hand_time(&host, &room, &ben_id).await;
            (server.api.runtime.clock().now().0 > u64::try_from(raised).expect("positive")).then_some(())
        })
        .await;
        hand(&ana, &room, true, "").await.expect("a member");
        let (of_ben, of_ana) = (
            hand_time(&ana, &room, &ben_id).await,
            hand_time(&ana, &room, &ana_id).await,
        );
        assert!(0 < of_ben && of_ben < of_ana, "{of_ben} {of_ana}");

        for (who, raised, whose) in [(&ana, false, &ben_id), (&ana, true, &ben_id), (&host, true, &ben_id)] {
            let refused = hand(who, &room, raised, whose).await.expect_err("not theirs");
            assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        }
        let refused = hand(&host, &room, false, "nobody").await.expect_err("no such member");
        assert_eq!(why(&refused), (Code::NotFound, "NO_SUCH_MEMBER"));
        hand(&host, &room, false, &ben_id).await.expect("hosts may");
        let lowered = ana.event("a hand goes down", |event| match event {
            Event::HandChanged(changed) if !changed.raised => Some(changed.user_id.clone()),
            _ => None,
        });
        assert_eq!(lowered.await, ben_id);
        assert_eq!(hand_time(&ana, &room, &ben_id).await, 0);

        let stranger = Person::account(&server, way, "stranger").await;
        let refused = hand(&stranger, &room, true, "").await.expect_err("no member");
        assert_eq!(why(&refused), (Code::NotFound, "ROOM_NOT_FOUND"));
        let observer = trivium_tests::people::client(&server, way, Some(server.token("observer")));
        let looks = trivium_client::proto::v1::JoinRoomRequest {
            observe: true,
            ..by_code(&look(&host.client, &room).await.room.expect("a room").join_code, "Olga")
        };
        joined(&observer, looks).await;
        let observer = Person::connected(observer, way, "Olga").await;
        let refused = hand(&observer, &room, true, "").await.expect_err("only looks");
        assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_invisible_is_there_for_hosts_only() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;
        let ben_id = me(&ben, &room).await;
        let hides = |invisible| SetPresenceRequest {
            room_id: room.clone(),
            state: PresenceState::Online.into(),
            status: "shy".into(),
            invisible,
        };
        ben.session.execute(hides(true)).await.expect("a member");
        ana.until("Ben is gone", |event| is(event, &ben_id, PresenceState::Offline))
            .await;
        ben.until("Ben sees himself", |event| is(event, &ben_id, PresenceState::Online))
            .await;
        host.until("the host sees him", |event| is(event, &ben_id, PresenceState::Online))
            .await;
        let typing = SetTypingRequest {
            room_id: room.clone(),
            typing: true,
        };
        ben.session.execute(typing).await.expect("a member");
        let of = async |person: &Person| {
            let listed = list(person, &room).await;
            let found = listed
                .0
                .into_iter()
                .find(|one| one.user_id == ben_id)
                .expect("a member");
            (found.state(), found.status, found.session_count, listed.1)
        };
        assert_eq!(of(&ana).await, (PresenceState::Offline, String::new(), 0, 2));
        assert_eq!(of(&ben).await.0, PresenceState::Online);
        assert_eq!(of(&host).await, (PresenceState::Online, "shy".to_owned(), 1, 3));
        let snapshot = look(&ana.client, &room).await;
        assert_eq!(snapshot.presence_counts.map(|counts| counts.online_count), Some(2));

        let refused = host
            .session
            .execute(hides(true))
            .await
            .expect_err("who runs a room is seen");
        let trivium_client::Error::Rejected(refused) = refused else {
            panic!("{refused}");
        };
        assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));

        // Had anything of the typing been told, it would have come before this.
        ben.session.execute(hides(false)).await.expect("a member");
        let next = ana.until("Ben is back, and nothing before", |event| match event {
            SessionEvent::Signals(signals) => signals.signals.iter().find_map(|one| match &one.signal {
                Some(Signal::Presence(one)) if one.user_id == ben_id => Some(Ok(one.state())),
                Some(Signal::Typing(typing)) if typing.user_id == ben_id => Some(Err(typing.typing)),
                _ => None,
            }),
            _ => None,
        });
        assert_eq!(next.await, Ok(PresenceState::Online));
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_learn_who_was_there_and_did_what() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [ana, ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;
        let [ana_id, ben_id] = [me(&ana, &room).await, me(&ben, &room).await];
        let said = ana.session.send_message(&room, "hello").await.expect("sent").seq;
        let more = SendMessageRequest {
            request_id: id(),
            room_id: room.clone(),
            text: "again".into(),
            ..SendMessageRequest::default()
        };
        outcome(ana.client.chat().send_message(more)).await.expect("sent");
        ben.session.set_reaction(&room, said, "👍", true).await.expect("put");
        hand(&ben, &room, true, "").await.expect("raised");
        hand(&ben, &room, false, "").await.expect("lowered");
        hand(&ben, &room, true, "").await.expect("raised");
        let of_ana = activity(&host, &room, &ana_id).await.expect("a host");
        assert!(
            of_ana.present && of_ana.visit_count == 1 && of_ana.first_seen_time_ms > 0,
            "{of_ana:?}"
        );
        assert_eq!((of_ana.nickname.as_str(), of_ana.message_count), ("Ana", 2));

        let leave = LeaveRoomRequest {
            request_id: id(),
            room_id: room.clone(),
        };
        outcome(ben.client.rooms().leave_room(leave)).await.expect("left");
        let of_ben = activity(&host, &room, &ben_id).await.expect("a host");
        assert_eq!(
            (of_ben.present, of_ben.visit_count, of_ben.nickname.as_str()),
            (false, 1, "Ben")
        );
        assert_eq!(
            (of_ben.reaction_count, of_ben.hand_count, of_ben.message_count),
            (1, 2, 0)
        );
        let span = of_ben.last_seen_time_ms - of_ben.first_seen_time_ms;
        assert_eq!(u64::try_from(span), Ok(of_ben.present_ms));

        let visits = async |person: &Person| {
            let log = log(&person.client, &room, 100).await;
            let ended = log.into_iter().filter_map(|event| match event.event {
                Some(Event::VisitEnded(visit)) => Some(visit.user_id),
                _ => None,
            });
            ended.collect::<Vec<_>>()
        };
        assert_eq!(visits(&host).await, [ben_id]);
        assert_eq!(visits(&ana).await, Vec::<String>::new());
        let refused = activity(&ana, &room, &ana_id).await.expect_err("not a host");
        assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        server.stop().await;
    })
    .await;
}

async fn me(person: &Person, room: &str) -> String {
    look(&person.client, room).await.me.expect("a member").user_id
}

/// On the session.
async fn hand(person: &Person, room: &str, raised: bool, whose: &str) -> Result<RaiseHandResponse, Rejection> {
    let request = RaiseHandRequest {
        request_id: id(),
        room_id: room.to_owned(),
        raised,
        user_id: whose.to_owned(),
    };
    person.session.execute(request).await.map_err(|error| match error {
        trivium_client::Error::Rejected(rejection) => *rejection,
        other => panic!("not refused by the server: {other}"),
    })
}

async fn hand_time(person: &Person, room: &str, whose: &str) -> i64 {
    let members = look(&person.client, room).await.members;
    let member = members.into_iter().find(|member| member.user_id == whose);
    member.expect("a member").hand_time_ms
}

async fn activity(person: &Person, room: &str, whose: &str) -> Result<MemberActivity, Rejection> {
    let mut found = None;
    let mut token = String::new();
    loop {
        let request = ListActivityRequest {
            room_id: room.to_owned(),
            page_size: 2,
            page_token: token,
        };
        let page = outcome(person.client.presence().list_activity(request)).await?;
        found = found.or(page.members.into_iter().find(|member| member.user_id == whose));
        token = page.next_page_token;
        if token.is_empty() {
            return Ok(found.expect("whoever was there is listed"));
        }
    }
}

/// Everybody's presence, and how many are online.
async fn list(person: &Person, room: &str) -> (Vec<Presence>, u32) {
    let request = ListPresenceRequest {
        room_id: room.to_owned(),
        ..ListPresenceRequest::default()
    };
    let listed = outcome(person.client.presence().list_presence(request))
        .await
        .expect("a member");
    (listed.presences, listed.online_count)
}

/// Whether a signal says that somebody is so.
fn is(event: &SessionEvent, user: &str, state: PresenceState) -> Option<()> {
    let SessionEvent::Signals(signals) = event else {
        return None;
    };
    let mut values = signals.signals.iter();
    let so = values.any(|one| match &one.signal {
        Some(Signal::Presence(one)) => one.user_id == user && one.state() == state,
        _ => false,
    });
    so.then_some(())
}
