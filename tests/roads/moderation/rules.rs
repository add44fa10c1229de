//! What is refused at once: by the slow mode, by who may write, by rules for texts and names, and of newcomers.

use std::time::Duration;

use tonic::Code;
use trivium_client::proto::v1::{
    FilterAction, FilterRule, FilterSyntax, GetModerationRequest, MessageState, ModerationSettings, Role,
    TestFilterRequest, TestFilterResponse, UpdateMemberRequest, UpdateModerationRequest, UpdateRoomRequest,
    WritePolicy, room_event::Event,
};
use trivium_tests::{Server, game::id};

use super::{NOT_PERMITTED, ask, deeds, edit, me, moderate, mute, rule, say, wait_out};
use crate::common::{becomes, by_code, guests, hosted, join, look, nobody, on_every_road, outcome, seen, update, why};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_mode_and_who_may_write_are_told_to_all_and_kept() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let id_of = room.id.clone();
        let slow = |slow_mode_ms| ModerationSettings {
            slow_mode_ms,
            ..ModerationSettings::default()
        };
        let before = deeds(&server, &id_of).await;
        let request = UpdateModerationRequest {
            request_id: id(),
            room_id: id_of.clone(),
            settings: Some(slow(60_000)),
        };
        assert_eq!(
            why(&ask(&ana, request.clone()).await.expect_err("no host")),
            NOT_PERMITTED
        );
        let too_slow = UpdateModerationRequest {
            settings: Some(slow(u32::MAX)),
            ..request
        };
        let refused = ask(&host, too_slow).await.expect_err("too slow");
        assert_eq!(why(&refused), (Code::InvalidArgument, "INVALID_REQUEST"));
        assert_eq!(deeds(&server, &id_of).await, before);

        moderate(&host, &id_of, slow(60_000)).await;
        for person in [&mut ana, &mut ben] {
            let told = person.event("the slow mode", |event| match event {
                Event::ModerationUpdated(updated) => updated.settings.clone(),
                _ => None,
            });
            assert_eq!(told.await, slow(60_000));
        }
        assert_eq!(
            look(&ana.client, &id_of).await.room.expect("it is there").slow_mode_ms,
            60_000
        );
        say(&ana, &id_of, "one").await.expect("the first");
        let before = deeds(&server, &id_of).await;
        let refused = say(&ana, &id_of, "two").await.expect_err("too soon");
        assert_eq!(why(&refused), (Code::ResourceExhausted, "SLOW_MODE"));
        let delay = refused.retry_after.expect("it says when");
        assert!(!delay.is_zero() && delay <= Duration::from_mins(1), "{delay:?}");
        assert_eq!(deeds(&server, &id_of).await, before);
        say(&ben, &id_of, "three").await.expect("others may");
        for _ in 0..3 {
            say(&host, &id_of, "four").await.expect("hosts are exempt");
        }
        moderate(&host, &id_of, slow(300)).await;
        let mut sent = 0;
        while sent < 3 {
            match say(&ben, &id_of, "quickly").await {
                Ok(_) => sent += 1,
                Err(refused) => {
                    assert_eq!(why(&refused), (Code::ResourceExhausted, "SLOW_MODE"));
                    wait_out(&refused, Duration::from_millis(300)).await;
                }
            }
        }
        moderate(&host, &id_of, slow(0)).await;

        let writes = |write_policy: WritePolicy, writers: &[&str]| UpdateRoomRequest {
            write_policy: Some(write_policy.into()),
            writer_user_ids: writers.iter().map(|user| (*user).to_owned()).collect(),
            ..UpdateRoomRequest::default()
        };
        let bens = me(&ben);
        for (change, ana_may, ben_may) in [
            (writes(WritePolicy::Hosts, &[]), false, false),
            (writes(WritePolicy::Named, &[&bens]), false, true),
            (writes(WritePolicy::Members, &[]), true, true),
        ] {
            update(&host, &room, change).await;
            for (person, may) in [(&ana, ana_may), (&ben, ben_may), (&host, true)] {
                let before = deeds(&server, &id_of).await.len();
                let said = say(person, &id_of, "may I?").await;
                assert_eq!(deeds(&server, &id_of).await.len(), before + usize::from(may));
                match said {
                    Ok(_) => assert!(may, "{}", person.name),
                    Err(refused) => {
                        assert!(!may, "{}", person.name);
                        assert_eq!(why(&refused), (Code::PermissionDenied, "WRITE_NOT_ALLOWED"));
                    }
                }
            }
        }
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one story from its beginning to its end")]
async fn rules_are_tried_kept_and_hidden_from_those_they_are_for() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (mut host, room) = hosted(&server, way).await;
        let [mut ana, mut ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let (code, room) = (room.join_code, room.id);
        let rules = vec![
            FilterRule {
                nicknames: true,
                ..rule("spam*", FilterSyntax::Word, FilterAction::Block)
            },
            rule(r"\b\d{4}-\d{4}\b", FilterSyntax::Regex, FilterAction::Mask),
            rule("maybe", FilterSyntax::Word, FilterAction::Hold),
        ];
        let trial = |text: &str, rules: &[FilterRule]| TestFilterRequest {
            room_id: room.clone(),
            text: text.to_owned(),
            rules: rules.to_vec(),
        };
        let tried = outcome(host.client.moderation().test_filter(trial("call 1234-5678", &rules))).await;
        let TestFilterResponse { matches, shown, action } = tried.expect("a host may");
        assert_eq!(
            (shown.as_str(), action),
            ("call *********", i32::from(FilterAction::Mask))
        );
        assert_eq!((matches[0].rule, matches[0].start, matches[0].end), (1, 5, 14));
        let before = deeds(&server, &room).await;
        let settings = |rules: &[FilterRule]| ModerationSettings {
            rules: rules.to_vec(),
            ..ModerationSettings::default()
        };
        let broken = [rules[0].clone(), rule("(", FilterSyntax::Regex, FilterAction::Block)];
        let update = |rules: &[FilterRule]| UpdateModerationRequest {
            request_id: id(),
            room_id: room.clone(),
            settings: Some(settings(rules)),
        };
        for (refused, field) in [
            (ask(&host, trial("x", &broken)).await.map(drop), "rules[1].pattern"),
            (ask(&host, update(&broken)).await.map(drop), "settings.rules[1].pattern"),
        ] {
            let refused = refused.expect_err("no pattern");
            assert_eq!(why(&refused), (Code::InvalidArgument, "INVALID_REQUEST"));
            assert_eq!(refused.field_violations[0].0, field);
        }
        for refused in [
            ask(&ana, trial("x", &rules)).await.map(drop),
            ask(&ana, update(&rules)).await.map(drop),
            ask(&ana, GetModerationRequest { room_id: room.clone() })
                .await
                .map(drop),
        ] {
            assert_eq!(why(&refused.expect_err("no host")), NOT_PERMITTED);
        }
        assert_eq!(deeds(&server, &room).await, before);

        moderate(&host, &room, settings(&rules)).await;
        let own = ask(&host, trial("SP4MMER", &[])).await.expect("a host may");
        assert_eq!(own.action(), FilterAction::Block, "the room's own rules");
        for (person, shown) in [(&host, rules.len()), (&ana, 0)] {
            let kept = look(&person.client, &room)
                .await
                .moderation
                .expect("there is always one");
            assert_eq!(kept.rules.len(), shown);
        }
        let refused = say(&ana, &room, "Buy s.p.a.m? No: ＳＰＡＭ!")
            .await
            .expect_err("blocked");
        assert_eq!(why(&refused), (Code::InvalidArgument, "FILTERED"));
        assert!(!refused.message.contains("spam*"), "{}", refused.message);
        let blocked = host.event("what was blocked", |event| match event {
            Event::FilterBlocked(blocked) => Some(blocked.clone()),
            _ => None,
        });
        let blocked = blocked.await;
        assert_eq!((blocked.user_id, blocked.rule), (me(&ana), 0));
        let masked = ana
            .session
            .send_message(&room, "call 1234-5678 ok")
            .await
            .expect("sent");
        assert_eq!(masked.text, "call ********* ok");
        let refused = ask(&ana, edit(&room, masked.seq, "spammers call")).await;
        assert_eq!(why(&refused.expect_err("blocked")), (Code::InvalidArgument, "FILTERED"));
        let refused = ask(&ana, edit(&room, masked.seq, "maybe")).await;
        assert_eq!(
            why(&refused.expect_err("it cannot wait")),
            (Code::FailedPrecondition, "APPROVAL_NEEDED")
        );
        let waits = ana.session.send_message(&room, "well, m4ybe").await.expect("kept");
        assert_eq!(waits.state(), MessageState::Pending);
        say(&host, &room, "spam, said the host")
            .await
            .expect("hosts are exempt");

        for name in ["Spammer", "5pam"] {
            let refused = join(&nobody(&server, way), by_code(&code, name)).await;
            assert_eq!(
                why(&refused.expect_err("a bad name")),
                (Code::InvalidArgument, "FILTERED")
            );
        }
        let rename = UpdateMemberRequest {
            request_id: id(),
            room_id: room.clone(),
            user_id: me(&ben),
            nickname: Some("Spam Ben".into()),
            ..UpdateMemberRequest::default()
        };
        let refused = ask(&ben, rename).await.expect_err("a bad name");
        assert_eq!(why(&refused), (Code::InvalidArgument, "FILTERED"));
        let last = say(&ben, &room, "done").await.expect("sent");
        for person in [&mut ana, &mut ben] {
            person.reach(last).await;
            let hidden = seen(person, |event| match event {
                Event::FilterBlocked(_) => Some(0),
                Event::ModerationUpdated(updated) => updated.settings.as_ref().map(|settings| settings.rules.len()),
                _ => None,
            });
            assert_eq!(
                hidden,
                [0],
                "that it changed, without the rules; and nothing of what was blocked"
            );
        }
        let heard = seen(&ben, |event| match event {
            Event::MessageHeld(_) => Some(()),
            _ => None,
        });
        assert!(heard.is_empty());
        server.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newcomers_share_no_links_until_they_are_none_and_a_co_host_moderates() {
    on_every_road(async |way| {
        let server = Server::start().await;
        let (host, room) = hosted(&server, way).await;
        let [ana, ben] = guests(&server, way, &room, ["Ana", "Ben"]).await;
        let room = room.id;
        let newcomer = |newcomer_ms| ModerationSettings {
            newcomer_ms,
            ..ModerationSettings::default()
        };
        moderate(&host, &room, newcomer(3_600_000)).await;
        let before = deeds(&server, &room).await;
        for text in ["look: https://example.org", "ex\u{200b}ample.com", "www.example.net/x"] {
            let refused = say(&ana, &room, text).await.expect_err("a newcomer");
            assert_eq!(why(&refused), (Code::PermissionDenied, "NEWCOMER"), "{text}");
            let delay = refused.retry_after.expect("it says when");
            assert!(delay <= Duration::from_hours(1), "{delay:?}");
        }
        let plain = say(&ana, &room, "no link at all").await.expect("sent");
        let refused = ask(&ana, edit(&room, plain, "see example.org")).await;
        assert_eq!(
            why(&refused.expect_err("a newcomer")),
            (Code::PermissionDenied, "NEWCOMER")
        );
        assert_eq!(deeds(&server, &room).await.len(), before.len() + 1, "the plain one");
        say(&host, &room, "https://example.org")
            .await
            .expect("hosts are exempt");

        let promote = UpdateMemberRequest {
            request_id: id(),
            room_id: room.clone(),
            user_id: me(&ben),
            role: Some(Role::CoHost.into()),
            ..UpdateMemberRequest::default()
        };
        ask(&host, promote).await.expect("a host may");
        moderate(&ben, &room, newcomer(1)).await;
        becomes("the end of being new", async || {
            say(&ana, &room, "https://example.org").await.ok()
        })
        .await;
        ask(&ben, mute(&room, &me(&ana), 0)).await.expect("a co-host may");
        let refused = say(&ana, &room, "hello?").await.expect_err("muted");
        assert_eq!(
            (why(&refused), refused.retry_after),
            ((Code::PermissionDenied, "MUTED"), None)
        );
        server.stop().await;
    })
    .await;
}
