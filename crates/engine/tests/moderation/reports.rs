//! Reports: what they keep, and what closing one does.

use crate::common::*;
use trivium_engine::{
    Audience, Millis, Reject, Visibility,
    moderation::{Resolution, report},
};

use crate::{close, edit, names, report};

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
            let (open, _) = room.reports(false, 0, 10);
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
            assert!(room.reports(false, 0, 10).0.is_empty());
            let (all, _) = room.reports(true, 0, 10);
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
        .when(HOST, close(third, Resolution::Banned))
        .rejects(Reject::NotPermitted)
        .when(HOST, close(third, Resolution::Dismissed))
        .done();
}
