//! Reports: what they keep, and what closing one does.

use crate::common::*;
use trivium_engine::{
    Audience, ChatCommand, ChatEvent, Millis, Reject, Role, Visibility,
    chat::{Attachment, Draft},
    moderation::{Resolution, mute::MAX_MUTES, report},
};

use crate::{close, edit, mute, names, report};

#[test]
fn a_report_has_the_message_as_it_stood_and_closing_it_does_what_it_says() {
    let world = given([ANA, BEN, CLEO]).when(ANA, say("nasty")).done();
    let message = world.room.seq();
    let world = world
        .when(ANA, report(message))
        .rejects(Reject::OwnMessage)
        .when(EVE, report(message))
        .rejects(Reject::NotMember)
        .when(BEN, report(1))
        .rejects(Reject::NoSuchMessage)
        .when(BEN, report(message))
        .done();
    let first = world.room.seq();
    let entry = world.log.last().expect("one").clone();
    assert_eq!(entry.visibility(), Visibility::Hosts);
    assert_eq!(entry.event.seen_by(&Audience::Member(ANA.user())), None);
    let world = world
        .when(BEN, report(message))
        .rejects(Reject::AlreadyReported)
        .when(CLEO, report(message))
        .done()
        .when(ANA, edit(message, "nice"))
        .done()
        .check(|room| {
            let (open, _) = room.reports(&HOST.user(), false, 0, 10);
            assert_eq!(open.len(), 2);
            assert_eq!(
                (open[0].quote.sent.text.as_str(), open[0].text.as_str()),
                ("nasty", " why")
            );
            assert_eq!(room.view_for(&HOST.actor()).expect("the host").report_count, 2);
            assert_eq!(room.view_for(&BEN.actor()).expect("a member").report_count, 0);
        })
        .when(BEN, close(first, Resolution::Dismissed))
        .rejects(Reject::NotPermitted)
        .when(HOST, close(999, Resolution::Dismissed))
        .rejects(Reject::NoSuchReport);
    let before = world.log.len();
    let world = world.when(HOST, close(first, Resolution::Muted)).done();
    assert_eq!(
        names(&world, before),
        [
            "moderation.report_resolved",
            "moderation.report_resolved",
            "chat.deleted",
            "moderation.muted"
        ]
    );
    let world = world
        .when(HOST, close(first, Resolution::Muted))
        .changes_nothing()
        .check(|room| {
            assert!(room.reports(&HOST.user(), false, 0, 10).0.is_empty());
            let (all, _) = room.reports(&HOST.user(), true, 0, 10);
            assert!(all.iter().all(|report| {
                report
                    .closed
                    .as_ref()
                    .is_some_and(|closed| closed.by == Some(HOST.user()))
            }));
        })
        .at(report::MUTED_FOR.0 - 1)
        .when(ANA, say("x"))
        .rejects(Reject::Muted {
            ends_in: Some(Millis(1)),
        })
        .at(report::MUTED_FOR.0)
        .when(ANA, say("again"))
        .done();
    let message = world.room.seq();
    let world = world.when(BEN, report(message)).done();
    let second = world.room.seq();
    let world = world
        .when(HOST, close(second, Resolution::Banned))
        .done()
        .when(ANA, join())
        .rejects(Reject::Banned)
        .when(HOST, say("mine"))
        .done();
    let message = world.room.seq();
    let world = world.when(BEN, report(message)).done();
    let third = world.room.seq();
    world
        .when(ROOT, close(third, Resolution::Banned))
        .rejects(Reject::NotPermitted)
        .when(ROOT, close(third, Resolution::Dismissed))
        .done();
}

#[test]
fn a_host_neither_sees_nor_closes_reports_of_what_it_wrote() {
    let world = given([COHOST, BEN]).when(HOST, promote(COHOST, Role::CoHost)).done();
    let world = world.when(COHOST, say("mean")).done();
    let message = world.room.seq();
    let world = world.when(BEN, report(message)).done();
    let report = world.room.seq();
    let entry = world.log.last().expect("one").clone();
    assert_eq!(entry.visibility(), Visibility::Nobody);
    assert_eq!(entry.event.seen_by(&Audience::Hosts), None);
    let open = |room: &trivium_engine::Room, who: Who| {
        let (listed, _) = room.reports(&who.user(), true, 0, 10);
        let view = room.view_for(&who.actor()).expect("a host");
        (listed.len(), view.report_count)
    };
    world
        .check(|room| {
            assert_eq!(open(room, COHOST), (0, 0));
            assert_eq!(open(room, HOST), (1, 1));
        })
        .when(COHOST, close(report, Resolution::Dismissed))
        .rejects(Reject::NoSuchReport)
        .when(HOST, close(report, Resolution::Deleted))
        .done()
        .check(|room| assert_eq!((open(room, COHOST), open(room, HOST)), ((0, 0), (1, 0))));
}

#[test]
fn closing_reports_mutes_within_the_bound_and_never_for_less() {
    let world = given([ANA, BEN]).when(ANA, say("nasty")).done();
    let message = world.room.seq();
    let world = world.when(BEN, report(message)).done();
    let first = world.room.seq();
    let world = world.when(HOST, mute(ANA, None)).done();
    let before = world.log.len();
    let mut world = world.when(HOST, close(first, Resolution::Muted)).done();
    assert_eq!(names(&world, before), ["moderation.report_resolved", "chat.deleted"]);

    for n in 1..MAX_MUTES {
        let muted = trivium_engine::ModerationEvent::Muted {
            user: format!("u{n}").parse().expect("an id"),
            until: None,
            reason: String::new(),
            by: HOST.user(),
        };
        world.apply(None, None, trivium_engine::Event::Moderation(muted));
    }
    let world = world.when(BEN, say("nasty too")).done();
    let message = world.room.seq();
    let world = world.when(HOST, report(message)).done();
    let second = world.room.seq();
    world
        .when(COHOST, close(second, Resolution::Muted))
        .rejects(Reject::NotMember)
        .when(HOST, close(second, Resolution::Muted))
        .rejects(Reject::LimitReached("mutes"))
        .when(HOST, close(second, Resolution::Deleted))
        .done();
}

#[test]
fn files_go_with_their_message_once_nobody_has_to_judge_it() {
    let file = |id: &str| Attachment {
        id: id.to_owned(),
        name: format!("{id}.png"),
        content_type: "image/png".to_owned(),
        size: 3,
        width: None,
        height: None,
    };
    let with = |files: &[&str]| -> ChatCommand {
        Draft {
            attachments: files.iter().map(|id| file(id)).collect(),
            ..Draft::text("look")
        }
        .into()
    };
    let delete = |message| ChatCommand::Delete { message };
    let freed = |world: &World| {
        let trivium_engine::Event::Chat(ChatEvent::Deleted { files, .. }) = &world.log.last().expect("some").event
        else {
            panic!("{:?}", world.log.last());
        };
        files.clone()
    };
    let world = given([ANA, BEN]).when(ANA, with(&["a", "both"])).done();
    let first = world.room.seq();
    let world = world.when(ANA, with(&["b", "both"])).done();
    let second = world.room.seq();
    let world = world.when(ANA, delete(first)).done();
    assert_eq!(freed(&world), ["a"], "what another message has stays");
    let world = world.when(BEN, report(second)).done();
    let report = world.room.seq();
    let world = world.when(ANA, delete(second)).done();
    assert!(freed(&world).is_empty(), "what hosts have to judge stays");
    assert!(world.room.files_of_report(report).is_empty());
    let world = world.when(HOST, close(report, Resolution::Dismissed)).done();
    assert_eq!(world.room.files_of_report(report), ["b", "both"]);
}
