//! What hosts may do to members, and who becomes host.
//!
//! Neighbours: [`words`](crate::words) has what the scenarios speak of.

use trivium_engine::{
    Accommodations, Audience, Event, Member, Reject, Role, RoomCommand, RoomEvent, UserId, event::LeaveReason,
    membership::MAX_BANS,
};

use crate::{common::*, words::*};

#[test]
fn members_look_after_themselves_and_hosts_after_everybody() {
    let slow = Accommodations {
        time_percent: 150,
        ..Accommodations::default()
    };
    let accommodate =
        |who: Who, accommodations: Accommodations| change(who, |c| c.accommodations = Some(accommodations));
    with_cohost([ANA, BEN])
        .when(ANA, change(ANA, |c| c.avatar = Some("fox".to_owned())))
        .events([updated(Member {
            avatar: "fox".to_owned(),
            ..member(ANA, Role::Member)
        })])
        .when(ANA, change(ANA, |c| c.avatar = Some("fox".to_owned())))
        .changes_nothing()
        .when(ANA, rename(BEN, "Benny"))
        .rejects(Reject::NotPermitted)
        .when(ANA, rename(ANA, "Ben"))
        .rejects(Reject::NicknameTaken)
        .when(ANA, accommodate(ANA, slow.clone()))
        .rejects(Reject::NotPermitted)
        .when(ANA, promote(ANA, Role::CoHost))
        .rejects(Reject::NotPermitted)
        .when(EVE, rename(EVE, "Eva"))
        .rejects(Reject::NotMember)
        .when(
            COHOST,
            accommodate(
                ANA,
                Accommodations {
                    time_percent: 90,
                    ..slow.clone()
                },
            ),
        )
        .rejects(Reject::LimitReached("accommodations"))
        .when(
            COHOST,
            accommodate(
                ANA,
                Accommodations {
                    fewer_options: 7,
                    ..slow.clone()
                },
            ),
        )
        .rejects(Reject::LimitReached("accommodations"))
        .when(
            COHOST,
            accommodate(
                BEN,
                Accommodations {
                    time_percent: 0,
                    ..Accommodations::default()
                },
            ),
        )
        .changes_nothing()
        .when(COHOST, accommodate(ANA, slow.clone()))
        .done()
        .when(COHOST, rename(HOST, "The Host"))
        .done()
        .when(HOST, rename(EVE, "Eva"))
        .rejects(Reject::NoSuchMember)
        .check(|room| assert_eq!(room.member(&ANA.user()).expect("a member").accommodations, slow));
}

#[test]
fn roles_are_the_hosts_to_give() {
    with_cohost([ANA])
        .when(COHOST, promote(ANA, Role::CoHost))
        .rejects(Reject::NotPermitted)
        .when(COHOST, promote(COHOST, Role::Member))
        .rejects(Reject::NotPermitted)
        .when(COHOST, promote(HOST, Role::Member))
        .rejects(Reject::NotPermitted)
        .when(HOST, promote(HOST, Role::Member))
        .rejects(Reject::NotPermitted)
        .when(HOST, promote(ANA, Role::Host))
        .rejects(Reject::NotPermitted)
        .when(HOST, promote(ANA, Role::Observer))
        .done()
        .when(ROOT, promote(ANA, Role::CoHost))
        .done()
        .when(ROOT, promote(HOST, Role::Member))
        .rejects(Reject::NotPermitted)
        .check(|room| assert_eq!(role_of(room, ANA), Some(Role::CoHost)));
}

#[test]
fn removed_members_may_come_back_and_banned_ones_not() {
    with_cohost([ANA])
        .when(
            COHOST,
            RoomCommand::Remove {
                user: ANA.user(),
                message: " be kind\n".to_owned(),
            },
        )
        .events([left(ANA, LeaveReason::Removed, "be kind", 2)])
        .when(COHOST, remove(ANA))
        .rejects(Reject::NoSuchMember)
        .when(ANA, join())
        .done()
        .when(COHOST, ban(ANA))
        .events([left(ANA, LeaveReason::Banned, "bye", 2)])
        .when(ANA.granted(Role::Member), join())
        .rejects(Reject::Banned)
        .when(COHOST, ban(ANA))
        .changes_nothing()
        .when(COHOST, ban(EVE))
        .events([Event::Room(RoomEvent::Banned {
            user: EVE.user(),
            message: "bye".to_owned(),
            until: None,
        })])
        .check(|room| assert_eq!(room.view(&Audience::Hosts).banned, [ANA.user(), EVE.user()]))
        .when(COHOST, unban(ANA))
        .events([Event::Room(RoomEvent::Unbanned { user: ANA.user() })])
        .when(COHOST, unban(ANA))
        .changes_nothing()
        .when(ANA, join())
        .done()
        .when(ANA, ban(EVE))
        .rejects(Reject::NotPermitted)
        .when(
            HOST,
            RoomCommand::Remove {
                user: ANA.user(),
                message: "x".repeat(201),
            },
        )
        .rejects(Reject::TextInvalid("message"));
}

#[test]
fn hosts_are_not_removed_by_their_equals() {
    with_cohost([ANA.granted(Role::CoHost)])
        .when(COHOST, remove(ANA))
        .rejects(Reject::NotPermitted)
        .when(COHOST, ban(ANA))
        .rejects(Reject::NotPermitted)
        .when(COHOST, remove(HOST))
        .rejects(Reject::NotPermitted)
        .when(HOST, remove(HOST))
        .rejects(Reject::NotPermitted)
        .when(ROOT, ban(HOST))
        .rejects(Reject::NotPermitted)
        .when(HOST, remove(ANA))
        .done()
        .when(ROOT, ban(COHOST))
        .done();
}

#[test]
fn bans_are_bounded() {
    let mut world = given([]);
    for n in 0..MAX_BANS {
        let user: UserId = format!("u{n}").parse().expect("an id");
        world = world
            .when(
                HOST,
                RoomCommand::Ban {
                    user,
                    message: String::new(),
                    duration: None,
                },
            )
            .done();
    }
    world.when(HOST, ban(EVE)).rejects(Reject::LimitReached("bans"));
}

#[test]
fn when_the_host_leaves_the_oldest_co_host_takes_over() {
    given([BEN])
        .at(10)
        .when(ANA.granted(Role::CoHost), join())
        .done()
        .when(HOST, promote(BEN, Role::CoHost))
        .done()
        .when(HOST, RoomCommand::Leave)
        .events([left(HOST, LeaveReason::Left, "", 2), updated(member(BEN, Role::Host))])
        .when(BEN, RoomCommand::Leave)
        .done()
        .check(|room| assert_eq!(role_of(room, ANA), Some(Role::Host)))
        .when(ANA, RoomCommand::Leave)
        .events([left(ANA, LeaveReason::Left, "", 0)])
        .when(ANA, RoomCommand::Leave)
        .rejects(Reject::NotMember);
}

#[test]
fn a_co_host_takes_over_from_a_host_who_is_gone() {
    let host = |role| updated(member(HOST, role));
    let cohost = |role| updated(member(COHOST, role));
    with_cohost([ANA])
        .when(COHOST, RoomCommand::TakeHost)
        .rejects(Reject::HostPresent)
        .when(ANA, RoomCommand::TakeHost)
        .rejects(Reject::NotPermitted)
        .when(ROOT, RoomCommand::TakeHost)
        .rejects(Reject::NotMember)
        .disconnect(HOST)
        .at(29_999)
        .when(COHOST, RoomCommand::TakeHost)
        .rejects(Reject::HostPresent)
        .at(30_000)
        .when(COHOST, RoomCommand::TakeHost)
        .events([cohost(Role::Host), host(Role::CoHost)])
        .when(COHOST, RoomCommand::TakeHost)
        .changes_nothing();
}

#[test]
fn after_a_restart_everybody_counts_as_just_cut_off() {
    let mut world = with_cohost([]).at(100_000);
    world.room.reset_presence(world.now);
    world
        .when(COHOST, RoomCommand::TakeHost)
        .rejects(Reject::HostPresent)
        .at(130_000)
        .when(COHOST, RoomCommand::TakeHost)
        .done();
}

#[test]
fn without_a_host_a_co_host_takes_over_at_once() {
    given([])
        .when(HOST, RoomCommand::Leave)
        .done()
        .when(ANA.granted(Role::CoHost), join())
        .done()
        .when(ANA, RoomCommand::TakeHost)
        .events([updated(member(ANA, Role::Host))]);
}
