//! Coming in by invitation: a remote control, a projector, a member of a room that is closed to others.
//!
//! Neighbours: [`join`](crate::join) has the other doors.

use tonic::Code;
use trivium_client::{
    Client, Rejection, SessionEvent,
    proto::v1::{
        CreateInvitationRequest, CreateRoomRequest, Invitation, JoinPolicy, JoinRoomRequest, MemberJoined, QuizPhase,
        ResetReason, RevokeInvitationRequest, Role, UpdateRoomRequest, room_event::Event,
    },
};
use trivium_tests::{Options, Person, Server, Way, game, game::id, people, quizzes};

use crate::common::{
    by_code, guests, hosted, hosted_as, join, joined, log, look, nobody, on_every_road, outcome, rejected, update, why,
};

const NO_ROOM: (Code, &str) = (Code::NotFound, "ROOM_NOT_FOUND");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_without_an_account_runs_the_game() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana] = guests(&server, way, &room, ["Ana"]).await;
        let made = invite(&host, &room.id, Role::CoHost, 0, 0).await;
        assert_eq!((made.role(), made.max_uses, made.uses), (Role::CoHost, 1, 0));
        assert_ne!(made.code, room.join_code);

        let mut phone = Person::guest(&server, way, &made.code.to_lowercase(), "Phone").await;
        let me = phone.snapshot.as_ref().and_then(|snapshot| snapshot.me.clone());
        let me = me.expect("has a seat");
        assert!(me.guest && me.role() == Role::CoHost, "{me:?}");
        let came = |event: &Event| match event {
            Event::MemberJoined(joined) => is_of(joined, &me.user_id).then(|| joined.invitation_code.clone()),
            _ => None,
        };
        assert_eq!(host.event("the phone", came).await, made.code);
        assert_eq!(ana.event("the phone", came).await, "", "codes are for hosts");
        assert_eq!(look(&host.client, &room.id).await.invitations, [], "it is used up");

        game::load(&host, &room.id, quizzes::short(1)).await;
        let played = game::play(&mut phone, std::slice::from_mut(&mut ana), &room.id, 1, |_, _| true).await;
        assert_eq!(played.own[0][0].rank, 1);
        let refused = create(&phone.client, &room.id, Role::CoHost)
            .await
            .expect_err("the host's to give");
        assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        create(&phone.client, &room.id, Role::Observer)
            .await
            .expect("a co-host's to give");
        let refused = create(&ana.client, &room.id, Role::Observer)
            .await
            .expect_err("a player");
        assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        assert!(
            !shows(&log(&ana.client, &room.id, 100).await, &made.code),
            "nor in the log"
        );
        host.drain();
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projector_comes_into_a_locked_room_and_stays_one() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let nobody = nobody(&server, way);
        let lock = |locked| UpdateRoomRequest {
            locked: Some(locked),
            ..UpdateRoomRequest::default()
        };
        update(&host, &room, lock(true)).await;
        let screen = invite(&host, &room.id, Role::Observer, 0, 0).await;
        let player = invite(&host, &room.id, Role::Member, 0, 0).await;
        let refused = join(&nobody, by_code(&player.code, "")).await.expect_err("locked");
        assert_eq!(why(&refused), NO_ROOM);

        let request = by_code(&screen.code, "Screen");
        let seat = join(&nobody, request.clone()).await.expect("let in");
        let again = join(&nobody, request).await.expect("a retry gets the same seat");
        assert_eq!(seat.member, again.member);
        assert_eq!(
            seat.member.as_ref().map(trivium_client::proto::v1::Member::role),
            Some(Role::Observer)
        );
        assert_eq!(look(&host.client, &room.id).await.member_count, 2);

        // The seat is an observer's also when it is taken again.
        update(&host, &room, lock(false)).await;
        let client = people::client(&server, way, Some(again.seat_token));
        let leave = trivium_client::proto::v1::LeaveRoomRequest {
            request_id: id(),
            room_id: room.id.clone(),
        };
        outcome(client.rooms().leave_room(leave)).await.expect("left");
        let back = JoinRoomRequest {
            request_id: id(),
            room_id: room.id.clone(),
            ..JoinRoomRequest::default()
        };
        assert_eq!(joined(&client, back).await.role(), Role::Observer);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rooms_by_invitation_let_the_invited_in_and_raise_who_is_there() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let wishes = CreateRoomRequest {
            join_policy: JoinPolicy::Invited.into(),
            ..CreateRoomRequest::default()
        };
        let (mut host, room) = hosted_as(&server, way, wishes).await;
        assert_eq!(room.join_code, "");
        let player = invite(&host, &room.id, Role::Member, 60_000, 2).await;
        let [mut ana] = [Person::guest(&server, way, &player.code, "Ana").await];
        let remote = invite(&host, &room.id, Role::CoHost, 60_000, 1).await;
        let listed = look(&host.client, &room.id).await.invitations;
        let uses = |code: &str| listed.iter().find(|one| one.code == code).map(|one| one.uses);
        assert_eq!((uses(&player.code), uses(&remote.code)), (Some(1), Some(0)));
        assert_eq!(look(&ana.client, &room.id).await.invitations, []);

        let raised = joined(&ana.client, by_code(&remote.code, "")).await;
        assert_eq!((raised.role(), raised.nickname.as_str()), (Role::CoHost, "Ana"));
        let snapshot = ana
            .until("other eyes", |event| match event {
                SessionEvent::Reset { reason, snapshot, .. } if *reason == ResetReason::RoleChanged => {
                    Some(snapshot.clone())
                }
                _ => None,
            })
            .await;
        assert_eq!(
            snapshot.me.map(|me| (me.user_id, me.role)),
            Some((raised.user_id.clone(), raised.role))
        );
        let code = host
            .event("the change", |event| match event {
                Event::MemberUpdated(updated) => Some(updated.invitation_code.clone()),
                _ => None,
            })
            .await;
        assert_eq!(code, remote.code);
        let still = joined(&ana.client, by_code(&player.code, "")).await;
        assert_eq!(still.role(), Role::CoHost, "nobody is lowered");
        host.drain();
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_are_good_no_longer_look_like_any_wrong_one() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let nobody = nobody(&server, way);
        let used_up = invite(&host, &room.id, Role::Observer, 0, 1).await;
        joined(&nobody, by_code(&used_up.code, "")).await;
        let expired = invite(&host, &room.id, Role::Observer, 1, 1).await;
        let clock = server.api.runtime.clock();
        while clock.now().0 < expired.expire_time_ms.unsigned_abs() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let revoked = invite(&host, &room.id, Role::Observer, 0, 1).await;
        let revoke = RevokeInvitationRequest {
            request_id: id(),
            room_id: room.id.clone(),
            code: revoked.code.to_lowercase(),
        };
        let first = outcome(host.client.rooms().revoke_invitation(revoke.clone()))
            .await
            .expect("revoked");
        let again = outcome(host.client.rooms().revoke_invitation(revoke))
            .await
            .expect("a retry");
        assert!(first == again && first.seq > 0, "{first:?} {again:?}");
        let code = host
            .event("the end of it", |event| match event {
                Event::InvitationRevoked(revoked) => Some(revoked.code.clone()),
                _ => None,
            })
            .await;
        assert_eq!(code, revoked.code);
        let account = people::client(&server, way, Some(server.token("cleo")));
        for (what, code) in [
            ("used up", &used_up.code),
            ("expired", &expired.code),
            ("revoked", &revoked.code),
        ] {
            for client in [&nobody, &account] {
                let refused = join(client, by_code(code, "")).await.expect_err(what);
                assert_eq!(why(&refused), NO_ROOM, "{what}");
            }
        }
        let live = invite(&host, &room.id, Role::Observer, 0, 5).await;
        let close = trivium_client::proto::v1::CloseRoomRequest {
            request_id: id(),
            room_id: room.id.clone(),
        };
        outcome(host.client.rooms().close_room(close)).await.expect("closed");
        let refused = join(&nobody, by_code(&live.code, "")).await.expect_err("closed");
        assert_eq!(why(&refused), NO_ROOM);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trying_used_up_codes_is_as_slow_as_guessing() {
    let options = Options {
        real_limits: true,
        ..Options::default()
    };
    let server = Server::start_with(options).await;
    let (host, room) = hosted(&server, Way::Grpc).await;
    let nobody = nobody(&server, Way::Grpc);
    let made = invite(&host, &room.id, Role::Observer, 0, 1).await;
    joined(&nobody, by_code(&made.code, "")).await;
    let mut reasons = Vec::new();
    for _ in 0..14 {
        let refused = join(&nobody, by_code(&made.code, "")).await.expect_err("used up");
        reasons.push(refused.reason);
    }
    assert_eq!(reasons[0], "ROOM_NOT_FOUND");
    assert_eq!(reasons[13], "RATE_LIMITED", "{reasons:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invitations_outlive_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = || Options {
        sqlite: Some(folder.path().join("rooms.db")),
        ..Options::default()
    };
    let server = Server::start_with(options()).await;
    let (host, room) = hosted(&server, Way::Grpc).await;
    let request = CreateInvitationRequest {
        request_id: id(),
        room_id: room.id.clone(),
        role: Role::CoHost.into(),
        expire_ms: 600_000,
        max_uses: 1,
    };
    let made = outcome(host.client.rooms().create_invitation(request.clone()))
        .await
        .expect("made");
    let again = outcome(host.client.rooms().create_invitation(request))
        .await
        .expect("a retry");
    assert_eq!(made, again);
    let code = made.invitation.expect("there is one").code;
    server.stop().await;

    let server = Server::start_with(options()).await;
    let phone = joined(&nobody(&server, Way::Grpc), by_code(&code, "Phone")).await;
    assert_eq!(phone.role(), Role::CoHost);
    let refused = join(&nobody(&server, Way::Grpc), by_code(&code, "Other"))
        .await
        .expect_err("used up");
    assert_eq!(why(&refused), NO_ROOM);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_remote_advances_over_its_own_stream() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        game::load(&host, &room.id, quizzes::short(1)).await;
        let made = host.session.invite(&room.id, Role::CoHost).await.expect("made");
        let phone = Person::guest(&server, way, &made.code, "Phone").await;
        phone.session.start_quiz(&room.id).await.expect("a co-host may");
        host.event("the options", |event| {
            matches!(event, Event::QuestionOpened(_)).then_some(())
        })
        .await;
        phone
            .session
            .advance_quiz(&room.id, QuizPhase::Open)
            .await
            .expect("a co-host may");
        host.event("the close", |event| {
            matches!(event, Event::QuestionClosed(_)).then_some(())
        })
        .await;
        host.session
            .revoke_invitation(&room.id, &made.code)
            .await
            .expect("nothing to do");
        let refused = rejected(phone.session.invite(&room.id, Role::CoHost).await);
        assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        server.stop().await;
    })
    .await;
}

async fn create(client: &Client, room: &str, role: Role) -> Result<Invitation, Rejection> {
    let request = CreateInvitationRequest {
        request_id: id(),
        room_id: room.to_owned(),
        role: role.into(),
        expire_ms: 0,
        max_uses: 0,
    };
    let made = outcome(client.rooms().create_invitation(request)).await?;
    Ok(made.invitation.expect("there is always one"))
}

async fn invite(host: &Person, room: &str, role: Role, expire_ms: u32, max_uses: u32) -> Invitation {
    let request = CreateInvitationRequest {
        request_id: id(),
        room_id: room.to_owned(),
        role: role.into(),
        expire_ms,
        max_uses,
    };
    let made = outcome(host.client.rooms().create_invitation(request))
        .await
        .expect("made");
    made.invitation.expect("there is always one")
}

fn is_of(joined: &MemberJoined, user: &str) -> bool {
    joined.member.as_ref().is_some_and(|member| member.user_id == user)
}

fn shows(events: &[trivium_client::proto::v1::RoomEvent], code: &str) -> bool {
    events.iter().any(|event| format!("{event:?}").contains(code))
}
