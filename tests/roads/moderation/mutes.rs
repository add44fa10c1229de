//! Mutes, and going by the will of a host: who is told why and until when, and that both end by themselves.
//!
//! What a removal ends is in [`join`](crate::join).

use std::time::Duration;

use tonic::Code;
use trivium_client::{
    Client, SessionEvent,
    proto::v1::{
        BanUserRequest, CreateRoomRequest, GetModerationRequest, LeaveReason, MemberLeft, Mute, RemoveMemberRequest,
        RoomKind, UnbanUserRequest, UnmuteMemberRequest, room_event::Event,
    },
};
use trivium_tests::{Person, Server, game::id, people};

use super::{NO_ROOM, NOT_PERMITTED, ask, deeds, edit, me, member, mute, say, wait_out};
use crate::common::{
    becomes, by_code, guests, hosted, hosted_as, join, joined, look, nobody, on_every_road, outcome, refusal, rejected,
    seen, why,
};

fn mutes(person: &Person) -> Vec<Mute> {
    seen(person, |event| match event {
        Event::MemberMuted(muted) => muted.mute.clone(),
        _ => None,
    })
}

fn unmute(room: &str, user: &str) -> UnmuteMemberRequest {
    UnmuteMemberRequest {
        request_id: id(),
        room_id: room.to_owned(),
        user_id: user.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one story from its beginning to its end")]
async fn who_is_muted_is_told_why_and_until_when_and_writes_again_after() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let (room, anas) = (room.id, me(&ana));
        let (own, other) = (
            say(&ana, &room, "mine").await.expect("sent"),
            say(&ben, &room, "his").await.expect("sent"),
        );

        let request = mute(&room, &anas, 60_000);
        let muted = outcome(host.client.moderation().mute_member(request.clone())).await;
        let seq = muted.expect("a host may").seq;
        let again = outcome(host.client.moderation().mute_member(request))
            .await
            .expect("a retry");
        assert_eq!(again.seq, seq, "a retry mutes once");
        let told = ana.event("the mute", |event| match event {
            Event::MemberMuted(muted) => muted.mute.clone(),
            _ => None,
        });
        let told = told.await;
        assert_eq!(
            (told.user_id.as_str(), told.reason.as_str(), told.actor_id.as_str()),
            (anas.as_str(), "Be kind", "host")
        );
        assert_eq!(told.expire_time_ms, told.create_time_ms + 60_000);
        assert_eq!(
            look(&ana.client, &room).await.me.expect("a member").mute,
            Some(told.clone())
        );
        let listed = ask(&host, GetModerationRequest { room_id: room.clone() })
            .await
            .expect("a host");
        assert_eq!(listed.mutes, [told]);

        let before = deeds(&server, &room).await;
        let refusals = [
            say(&ana, &room, "hello?").await.expect_err("muted"),
            rejected(ana.session.reply_to(&room, other, "hello?").await),
            rejected(ana.session.set_reaction(&room, other, "👍", true).await),
            refusal(ana.client.chat().edit_message(edit(&room, own, "mine!"))).await,
        ];
        for refused in refusals {
            assert_eq!(why(&refused), (Code::PermissionDenied, "MUTED"));
            let delay = refused.retry_after.expect("it ends");
            assert!(!delay.is_zero() && delay <= Duration::from_mins(1), "{delay:?}");
        }
        let stranger = people::client(&server, way, Some(server.token("stranger")));
        let unary = |client: &Client, request| {
            let mut calls = client.moderation();
            async move { refusal(calls.mute_member(request)).await }
        };
        let far = 28 * 24 * 60 * 60 * 1_000 + 1;
        for (refused, expected) in [
            (unary(&ben.client, mute(&room, &anas, 1)).await, NOT_PERMITTED),
            (
                ask(&ben, unmute(&room, &anas)).await.expect_err("no host"),
                NOT_PERMITTED,
            ),
            (unary(&host.client, mute(&room, "host", 1)).await, NOT_PERMITTED),
            (
                unary(&host.client, mute(&room, "nobody", 1)).await,
                (Code::NotFound, "NO_SUCH_MEMBER"),
            ),
            (
                unary(&host.client, mute(&room, &anas, far)).await,
                (Code::InvalidArgument, "INVALID_REQUEST"),
            ),
            (unary(&stranger, mute(&room, &anas, 1)).await, NO_ROOM),
            (
                unary(&nobody(&server, way), mute(&room, &anas, 1)).await,
                (Code::Unauthenticated, "TOKEN_MISSING"),
            ),
        ] {
            assert_eq!(why(&refused), expected);
        }
        assert_eq!(deeds(&server, &room).await, before, "what is refused leaves nothing");

        ask(&host, unmute(&room, &anas)).await.expect("a host may");
        let free = say(&ana, &room, "thanks").await.expect("free again");
        // A short one ends by itself, just when the refusal says.
        ask(&host, mute(&room, &anas, 300)).await.expect("a host may");
        if let Err(refused) = say(&ana, &room, "hello?").await {
            assert_eq!(why(&refused), (Code::PermissionDenied, "MUTED"));
            wait_out(&refused, Duration::from_millis(300)).await;
        }
        let last = becomes("the end of the mute", async || say(&ana, &room, "back").await.ok()).await;
        assert!(free < last);
        for person in [&mut host, &mut ana, &mut ben] {
            person.reach(last).await;
        }
        assert_eq!((mutes(&host).len(), mutes(&ana).len(), mutes(&ben).len()), (2, 2, 0));
        let ends = |person: &Person| {
            let ends = seen(person, |event| match event {
                Event::MemberUnmuted(unmuted) => Some(unmuted.user_id.clone()),
                _ => None,
            });
            ends.len()
        };
        assert_eq!((ends(&host), ends(&ana), ends(&ben)), (1, 1, 0));
        let listed = ask(&host, GetModerationRequest { room_id: room })
            .await
            .expect("a host");
        assert_eq!(listed.mutes, [], "it has ended");
        server.stop().await;
    })
    .await;
}

async fn left(person: &mut Person) -> MemberLeft {
    person
        .event("somebody's going", |event| match event {
            Event::MemberLeft(left) => Some(left.clone()),
            _ => None,
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_teacher_removes_a_student_and_a_ban_ends_when_it_says() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let wishes = CreateRoomRequest {
            kind: RoomKind::Classroom.into(),
            ..Default::default()
        };
        let (mut teacher, room) = hosted_as(&server, way, wishes).await;
        let mut ana = member(&server, way, &room, "ana").await;
        let mut ben = member(&server, way, &room, "ben").await;
        let ban = |user: &str, duration_ms| BanUserRequest {
            request_id: id(),
            room_id: room.id.clone(),
            user_id: user.to_owned(),
            reason: "Twice is enough".into(),
            duration_ms,
        };
        let remove = |user: &str| RemoveMemberRequest {
            request_id: id(),
            room_id: room.id.clone(),
            user_id: user.to_owned(),
            reason: "Once is enough".into(),
        };

        let before = deeds(&server, &room.id).await;
        for (refused, expected) in [
            (ask(&ben, remove("ana")).await.map(drop), NOT_PERMITTED),
            (ask(&ben, ban("ana", 0)).await.map(drop), NOT_PERMITTED),
            (ask(&ben, remove("host")).await.map(drop), NOT_PERMITTED),
            (
                ask(&teacher, remove("nobody")).await.map(drop),
                (Code::NotFound, "NO_SUCH_MEMBER"),
            ),
            (ask(&teacher, ban("host", 0)).await.map(drop), NOT_PERMITTED),
            (
                ask(&teacher, ban("ana", u32::MAX)).await.map(drop),
                (Code::InvalidArgument, "INVALID_REQUEST"),
            ),
        ] {
            assert_eq!(why(&refused.expect_err("not allowed")), expected);
        }
        assert_eq!(deeds(&server, &room.id).await, before);

        ask(&teacher, remove("ana")).await.expect("as a matter of course");
        let (told, others) = (left(&mut ana).await, left(&mut ben).await);
        assert_eq!(
            (told.reason(), told.message.as_str()),
            (LeaveReason::Removed, "Once is enough")
        );
        assert_eq!((others.user_id.as_str(), others.message.as_str()), ("ana", ""));
        ana.until("the end of the subscription", |event| match event {
            SessionEvent::SubscriptionEnded { room_id, .. } if *room_id == room.id => Some(()),
            _ => None,
        })
        .await;
        joined(&ana.client, by_code(&room.join_code, "ana")).await;
        ana.hear(&room.id).await;

        ask(&teacher, ban("ana", 60_000)).await.expect("a teacher may");
        let (told, others, own) = (left(&mut ana).await, left(&mut ben).await, left(&mut teacher).await);
        let own = if own.reason() == LeaveReason::Banned {
            own
        } else {
            left(&mut teacher).await
        };
        assert_eq!(
            (told.reason(), told.message.as_str()),
            (LeaveReason::Banned, "Twice is enough")
        );
        assert!(told.ban_expire_time_ms > 0 && told == own, "{told:?} {own:?}");
        assert_eq!((others.message.as_str(), others.ban_expire_time_ms), ("", 0));
        let bans = async || {
            let request = GetModerationRequest {
                room_id: room.id.clone(),
            };
            ask(&teacher, request).await.expect("a host").bans
        };
        let listed = bans().await;
        assert_eq!(listed.len(), 1);
        assert_eq!(
            (
                listed[0].user_id.as_str(),
                listed[0].expire_time_ms,
                listed[0].reason.as_str()
            ),
            ("ana", told.ban_expire_time_ms, "Twice is enough")
        );
        let refused = join(&ana.client, by_code(&room.join_code, "ana")).await;
        assert_eq!(why(&refused.expect_err("banned")), (Code::PermissionDenied, "BANNED"));

        let unban = UnbanUserRequest {
            request_id: id(),
            room_id: room.id.clone(),
            user_id: "ana".into(),
        };
        ask(&teacher, unban).await.expect("a teacher may");
        joined(&ana.client, by_code(&room.join_code, "ana")).await;
        ask(&teacher, ban("ana", 200)).await.expect("a teacher may");
        let back = async || join(&ana.client, by_code(&room.join_code, "ana")).await.ok();
        becomes("the end of the ban", back).await;
        assert_eq!(bans().await, []);
        server.stop().await;
    })
    .await;
}
