//! Coming in, being somebody, and going: the same doors on every road.

use tonic::Code;
use trivium_client::{
    Rejection, SessionEvent,
    proto::v1::{
        AnswerForm, BanUserRequest, CreateRoomRequest, JoinRoomRequest, LeaveReason, LeaveRoomRequest, MemberLeft,
        QuizPhase, RemoveMemberRequest, ResetReason, Role, SendMessageRequest, UnbanUserRequest, UpdateMemberRequest,
        UpdateRoomRequest, room_event::Event,
    },
};
use trivium_tests::{Person, Server, game, game::id, people, quizzes};

use crate::common::{
    by_code, guests, hosted, hosted_as, join, joined, look, nobody, on_every_road, outcome, refusal, rejected, update,
    why,
};

/// What somebody outside hears, whatever the door is shut for.
const NO_ROOM: (Code, &str) = (Code::NotFound, "ROOM_NOT_FOUND");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_are_understood_in_any_spelling() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let (nobody, code) = (nobody(&server, way), &room.join_code);
        let (left, right) = code.split_at(4);
        for typed in [
            code.clone(),
            code.to_lowercase(),
            format!("{left}-{right}"),
            format!(" {left} {right} "),
            format!("{left}\u{2013}{}", right.to_lowercase()),
        ] {
            let came = join(&nobody, by_code(&typed, "")).await.expect(&typed);
            assert_eq!(came.room_id, room.id, "{typed:?}");
        }
        for typed in [
            "22222222".to_owned(),
            format!("{code}2"),
            left.to_owned(),
            "код".into(),
            "0O1I".into(),
        ] {
            let refused = join(&nobody, by_code(&typed, "")).await.expect_err(&typed);
            assert_eq!(why(&refused), NO_ROOM, "{typed:?}");
        }
        let refused = join(&nobody, by_code("", "")).await.expect_err("no code");
        assert_eq!(why(&refused), (Code::InvalidArgument, "INVALID_REQUEST"));
        assert_eq!(look(&host.client, &room.id).await.member_count, 6);
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_gets_a_seat_and_who_repeats_gets_the_same() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let request = by_code(&room.join_code, "Ana");
        let first = join(&nobody(&server, way), request.clone()).await.expect("in");
        let again = join(&nobody(&server, way), request.clone()).await.expect("in again");
        assert_eq!(first.member, again.member);
        let ana = first.member.expect("a member");
        assert!(
            ana.guest && ana.nickname == "Ana" && ana.role() == Role::Member,
            "{ana:?}"
        );
        for seat in [&first.seat_token, &again.seat_token] {
            let client = people::client(&server, way, Some(seat.clone()));
            let me = look(&client, &room.id).await.me.expect("is a member");
            assert_eq!(me.user_id, ana.user_id);
        }
        let other = join(&nobody(&server, way), by_code(&room.join_code, "Ben"))
            .await
            .expect("in");
        assert_ne!(other.member.expect("a member").user_id, ana.user_id);
        assert_eq!(look(&host.client, &room.id).await.member_count, 3);

        // Accounts need no seat token, and come back to the seat that they have.
        let account = people::client(&server, way, Some(server.token("cleo")));
        let first = join(&account, by_code(&room.join_code, "")).await.expect("in");
        let again = join(&account, by_code(&room.join_code, "Other"))
            .await
            .expect("in again");
        assert_eq!((&first.member, first.seat_token.as_str()), (&again.member, ""));
        let cleo = first.member.expect("a member");
        assert_eq!((cleo.nickname.as_str(), cleo.guest), ("cleo", false));
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn observers_see_and_take_no_part() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let client = people::client(&server, way, Some(server.token("screen")));
        let request = JoinRoomRequest {
            observe: true,
            ..by_code(&room.join_code, "")
        };
        assert_eq!(joined(&client, request).await.role(), Role::Observer);
        let mut screen = Person::connected(client, way, "screen").await;
        screen.hear(&room.id).await;
        let said = host.session.send_message(&room.id, "Hello").await.expect("sent");
        screen.reach(said.seq).await;
        assert_eq!(screen.seen.len(), 1);
        let refused = [
            rejected(screen.session.send_message(&room.id, "Hi").await),
            rejected(
                screen
                    .session
                    .submit_answer(&room.id, 0, quizzes::answer(8, &AnswerForm::default(), true))
                    .await,
            ),
            rejected(screen.session.start_quiz(&room.id).await),
        ];
        for refused in refused {
            assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_are_shared_out_to_teams() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let teams = vec!["red".to_owned(), "blue".to_owned()];
        let wishes = CreateRoomRequest {
            teams,
            ..CreateRoomRequest::default()
        };
        let (_host, room) = hosted_as(&server, way, wishes).await;
        let nobody = nobody(&server, way);
        let mut counts = [0, 0];
        for wish in ["", "", "blue", "", "red", ""] {
            let request = JoinRoomRequest {
                team: wish.to_owned(),
                ..by_code(&room.join_code, "")
            };
            let team = joined(&nobody, request).await.team;
            assert!(wish.is_empty() || wish == team, "{wish} {team}");
            counts[usize::from(team == "blue")] += 1;
        }
        assert_eq!(counts, [3, 3]);
        let stranger = JoinRoomRequest {
            team: "green".into(),
            ..by_code(&room.join_code, "")
        };
        let refused = join(&nobody, stranger).await.expect_err("no such team");
        assert_eq!(why(&refused), (Code::NotFound, "NO_SUCH_TEAM"));
        let screen = JoinRoomRequest {
            observe: true,
            ..by_code(&room.join_code, "")
        };
        assert_eq!(joined(&nobody, screen).await.team, "");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nicknames_are_one_of_a_kind_or_made_up() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (_host, room) = hosted(&server, way).await;
        let nobody = nobody(&server, way);
        for (wish, given) in [
            ("Zoë K.", Ok("Zoë K.")),
            ("  ZOË  k.", Err("NICKNAME_TAKEN")),
            ("Ｚｏë\u{200b} K.", Err("NICKNAME_TAKEN")),
            ("HOST", Err("NICKNAME_TAKEN")),
            ("\u{202e}olleh", Ok("olleh")),
            ("\u{200b}", Err("NICKNAME_INVALID")),
            ("Z\u{300}\u{301}\u{302}\u{303}\u{304}", Err("NICKNAME_INVALID")),
            ("明日香 🌸", Ok("明日香 🌸")),
        ] {
            let came = join(&nobody, by_code(&room.join_code, wish)).await;
            let came = came.map(|joined| joined.member.expect("a member").nickname);
            let came = came.as_deref().map_err(|refused| refused.reason.as_str());
            assert_eq!(came, given, "{wish:?}");
        }
        let one = joined(&nobody, by_code(&room.join_code, "")).await.nickname;
        let two = joined(&nobody, by_code(&room.join_code, "")).await.nickname;
        assert!(!one.is_empty() && !two.is_empty() && one != two, "{one:?} {two:?}");
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shut_door_is_shut_to_those_outside_and_looks_like_any_other() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let nobody = nobody(&server, way);
        let account = people::client(&server, way, Some(server.token("cleo")));
        joined(&account, by_code(&room.join_code, "")).await;
        let change = |locked, capacity, late_join| UpdateRoomRequest {
            locked,
            capacity,
            late_join,
            ..UpdateRoomRequest::default()
        };
        game::load(&host, &room.id, quizzes::short(1)).await;
        game::start(&host, &room.id).await;
        for (what, shut, open) in [
            (
                "locked",
                change(Some(true), None, None),
                change(Some(false), None, None),
            ),
            ("full", change(None, Some(2), None), change(None, Some(50), None)),
            ("late", change(None, None, Some(false)), change(None, None, Some(true))),
        ] {
            update(&host, &room, shut).await;
            let refused = join(&nobody, by_code(&room.join_code, "")).await.expect_err(what);
            assert_eq!(why(&refused), NO_ROOM, "{what}");
            joined(&account, by_code(&room.join_code, "")).await;
            update(&host, &room, open).await;
            let before = look(&host.client, &room.id).await.member_count;
            joined(&nobody, by_code(&room.join_code, "")).await;
            let after = look(&host.client, &room.id).await.member_count;
            assert_eq!(after, before + 1, "{what}");
            update(&host, &room, change(None, Some(2_000), None)).await;
            // The next one starts with two members again.
            for member in look(&host.client, &room.id)
                .await
                .members
                .into_iter()
                .filter(|member| member.guest)
            {
                remove(&host, &room.id, &member.user_id).await.expect("removed");
            }
        }
        // Who was in the room before the start may leave and is late then; observers are never late.
        update(&host, &room, change(None, None, Some(false))).await;
        let screen = JoinRoomRequest {
            observe: true,
            ..by_code(&room.join_code, "")
        };
        joined(&nobody, screen).await;
        host.drain();
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_hears_why_and_nothing_more_and_may_come_back_unless_banned() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ben] = guests(&server, way, &room, ["Ben"]).await;
        let client = people::client(&server, way, Some(server.token("ana")));
        joined(&client, by_code(&room.join_code, "Ana")).await;
        let mut ana = Person::connected(client, way, "ana").await;
        ana.hear(&room.id).await;

        for (banned, reason) in [(false, LeaveReason::Removed), (true, LeaveReason::Banned)] {
            if banned {
                let request = BanUserRequest {
                    request_id: id(),
                    room_id: room.id.clone(),
                    user_id: "ana".into(),
                    reason: "enough".into(),
                    ..BanUserRequest::default()
                };
                outcome(host.client.rooms().ban_user(request)).await.expect("banned");
            } else {
                remove(&host, &room.id, "ana").await.expect("removed");
            }
            let told = left(&mut ana).await;
            assert_eq!((told.reason(), told.message.as_str()), (reason, "enough"));
            let others = left(&mut ben).await;
            assert_eq!(
                (others.reason(), others.message.as_str()),
                (reason, ""),
                "the message is not for others"
            );
            let ended = ana
                .until("the end of the subscription", |event| match event {
                    SessionEvent::SubscriptionEnded { room_id, error } if *room_id == room.id => Some(error.clone()),
                    _ => None,
                })
                .await;
            assert_eq!(why(&ended), (Code::PermissionDenied, "NOT_MEMBER"));
            let last = ana.seen.len();
            let said = host.session.send_message(&room.id, "She is gone").await.expect("sent");
            ben.reach(said.seq).await;
            let refused = rejected(ana.session.send_message(&room.id, "Am I?").await);
            assert_eq!(why(&refused), NO_ROOM);
            ana.drain();
            assert_eq!(ana.seen.len(), last, "nothing after the end");

            let back = join(&ana.client, by_code(&room.join_code, "Ana")).await;
            if banned {
                assert_eq!(why(&back.expect_err("banned")), (Code::PermissionDenied, "BANNED"));
                let request = UnbanUserRequest {
                    request_id: id(),
                    room_id: room.id.clone(),
                    user_id: "ana".into(),
                };
                outcome(host.client.rooms().unban_user(request))
                    .await
                    .expect("unbanned");
                joined(&ana.client, by_code(&room.join_code, "Ana")).await;
            } else {
                back.expect("may come back");
            }
            ana.hear(&room.id).await;
            let said = ana.session.send_message(&room.id, "I am back").await.expect("sent");
            ben.reach(said.seq).await;
        }
        let refused = remove(&ana, &room.id, &host.name)
            .await
            .expect_err("not hers to remove");
        assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        host.drain();
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_becomes_co_host_starts_over_with_other_eyes() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let user = me(&ana);
        let refused = rejected(ana.session.start_quiz(&room.id).await);
        assert_eq!(why(&refused), (Code::PermissionDenied, "NOT_PERMITTED"));
        for (role, reason) in [(Role::CoHost, "NO_QUIZ"), (Role::Member, "NOT_PERMITTED")] {
            let request = UpdateMemberRequest {
                request_id: id(),
                room_id: room.id.clone(),
                user_id: user.clone(),
                role: Some(role.into()),
                ..UpdateMemberRequest::default()
            };
            outcome(host.client.rooms().update_member(request))
                .await
                .expect("changed");
            let snapshot = ana
                .until("a reset", |event| match event {
                    SessionEvent::Reset { reason, snapshot, .. } => {
                        assert_eq!(*reason, ResetReason::RoleChanged);
                        Some(snapshot.clone())
                    }
                    _ => None,
                })
                .await;
            assert_eq!(snapshot.me.map(|me| me.role()), Some(role));
            let seen = ben
                .event("the change", |event| match event {
                    Event::MemberUpdated(updated) => updated.member.clone(),
                    _ => None,
                })
                .await;
            assert_eq!((seen.user_id.as_str(), seen.role()), (user.as_str(), role));
            assert_eq!(rejected(ana.session.start_quiz(&room.id).await).reason, reason);
            let said = host.session.send_message(&room.id, "Welcome").await.expect("sent");
            ana.reach(said.seq).await;
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_host_leaves_and_the_game_goes_on() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let user = me(&ana);
        let request = UpdateMemberRequest {
            request_id: id(),
            room_id: room.id.clone(),
            user_id: user.clone(),
            role: Some(Role::CoHost.into()),
            ..UpdateMemberRequest::default()
        };
        outcome(host.client.rooms().update_member(request))
            .await
            .expect("promoted");
        let mut quiz = quizzes::short(1);
        quiz.settings.as_mut().expect("it has some").time_limit_ms = 1_000;
        game::load(&host, &room.id, quiz).await;
        game::start(&host, &room.id).await;
        game::opened(&mut ben, 0).await;
        let leave = LeaveRoomRequest {
            request_id: id(),
            room_id: room.id.clone(),
        };
        host.session.execute(leave).await.expect("left");
        assert_eq!(left(&mut host).await.reason(), LeaveReason::Left);
        ben.event("an heir", |event| match event {
            Event::MemberUpdated(updated) => {
                let member = updated.member.as_ref()?;
                (member.user_id == user && member.role() == Role::Host).then_some(())
            }
            _ => None,
        })
        .await;
        ben.event("the close", |event| {
            matches!(event, Event::QuestionClosed(_)).then_some(())
        })
        .await;
        game::advance(&ana, &room.id, QuizPhase::Closed).await;
        ben.event("the reveal", |event| {
            matches!(event, Event::QuestionRevealed(_)).then_some(())
        })
        .await;
        let request = SendMessageRequest {
            request_id: id(),
            room_id: room.id.clone(),
            text: "I am not here".into(),
            ..SendMessageRequest::default()
        };
        assert_eq!(why(&refusal(host.client.chat().send_message(request)).await), NO_ROOM);
        ana.drain();
        server.stop().await;
    })
    .await;
}

async fn remove(host: &Person, room: &str, user: &str) -> Result<u64, Rejection> {
    let request = RemoveMemberRequest {
        request_id: id(),
        room_id: room.to_owned(),
        user_id: user.to_owned(),
        reason: "enough".into(),
    };
    Ok(outcome(host.client.rooms().remove_member(request)).await?.seq)
}

async fn left(person: &mut Person) -> MemberLeft {
    person
        .event("somebody's going", |event| match event {
            Event::MemberLeft(left) => Some(left.clone()),
            _ => None,
        })
        .await
}

fn me(person: &Person) -> String {
    let snapshot = person.snapshot.as_ref().expect("heard the room");
    snapshot.me.as_ref().expect("is a member").user_id.clone()
}
