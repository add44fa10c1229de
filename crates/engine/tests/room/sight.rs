//! Who sees what of a room.
//!
//! Neighbours: [`words`](crate::words) has what the scenarios speak of.

use trivium_engine::{
    Accommodations, Audience, Entry, Event, Member, Role, RoomCommand, RoomEvent, UserId, Visibility,
    event::LeaveReason,
};

use crate::{common::*, words::*};

#[test]
fn everybody_looks_through_the_eyes_of_its_role() {
    given([ANA]).when(DAN, observe()).done().check(|room| {
        assert_eq!(room.audience(&HOST.actor()), Some(Audience::Hosts));
        assert_eq!(room.audience(&ROOT.actor()), Some(Audience::Hosts));
        assert_eq!(room.audience(&ANA.actor()), Some(Audience::Member(ANA.user())));
        assert_eq!(room.audience(&DAN.actor()), Some(Audience::Observers));
        assert_eq!(room.audience(&EVE.actor()), None);
        assert_eq!(
            room.view_for(&HOST.actor()).and_then(|view| view.me).map(|me| me.role),
            Some(Role::Host)
        );
        assert_eq!(room.view_for(&ROOT.actor()).expect("may look").me, None);
        assert_eq!(
            room.view(&Audience::Member(ANA.user())).me.map(|me| me.user),
            Some(ANA.user())
        );
    });
}

#[test]
fn what_is_meant_for_few_is_seen_by_few() {
    let slow = Accommodations {
        untimed: true,
        ..Accommodations::default()
    };
    let ana = Member {
        accommodations: slow,
        ..member(ANA, Role::Member)
    };
    let plain = member(ANA, Role::Member);
    let hosts = Audience::Hosts;
    let [own, other] = [ANA, BEN].map(|who| Audience::Member(who.user()));
    let observers = Audience::Observers;
    let banned = Event::Room(RoomEvent::Banned {
        user: EVE.user(),
        message: String::new(),
        until: None,
    });
    let removed = left(ANA, LeaveReason::Removed, "why", 1);
    let hushed = left(ANA, LeaveReason::Removed, "", 1);

    let looks = |event: &Event| [&hosts, &own, &other, &observers].map(|who| event.seen_by(who));
    let all =
        |hosts: &Event, own: &Event, others: &Event| [hosts, own, others, others].map(|event| Some(event.clone()));
    let (rich, poor) = (updated(ana.clone()), updated(plain.clone()));
    assert_eq!(looks(&rich), all(&rich, &rich, &poor));
    let (rich, poor) = (joined(ana, 2), joined(plain, 2));
    assert_eq!(looks(&rich), all(&rich, &rich, &poor));
    assert_eq!(looks(&removed), all(&removed, &removed, &hushed));
    assert_eq!(looks(&hushed), all(&hushed, &hushed, &hushed));
    assert_eq!(looks(&banned), [Some(banned.clone()), None, None, None]);

    let visibility = |event: &Event| {
        Entry {
            seq: 1,
            at: T0,
            actor: None,
            request: None,
            event: event.clone(),
        }
        .visibility()
    };
    let expected = [
        (rich, Visibility::Personal),
        (poor, Visibility::Everyone),
        (removed, Visibility::Personal),
        (hushed, Visibility::Everyone),
        (banned, Visibility::Hosts),
    ];
    for (event, look) in expected {
        assert_eq!(visibility(&event), look, "{event:?}");
    }
}

#[test]
fn pages_and_views_are_bounded_and_hide_what_they_must() {
    let users: Vec<&'static str> = (0..250).map(|n| &*format!("u{n:03}").leak()).collect();
    let world = given(users.iter().map(|&id| who(id, id)));
    let slow = Accommodations {
        excused: true,
        ..Accommodations::default()
    };
    world
        .when(
            HOST,
            RoomCommand::UpdateMember {
                user: users[0].parse().expect("an id"),
                nickname: None,
                avatar: None,
                team: None,
                role: None,
                accommodations: Some(slow.clone()),
            },
        )
        .done()
        .check(|room| {
            let other = Audience::Member(users[1].parse().expect("an id"));
            let view = room.view(&other);
            assert_eq!(
                (view.members.len(), view.presences.len(), view.member_count),
                (200, 200, 251)
            );
            assert!(view.members.iter().all(|member| member.accommodations.is_none()));
            let first: UserId = "u".parse().expect("an id");
            let page = room.members(&Audience::Hosts, Some(&first), 3);
            assert_eq!(
                page.iter().map(|member| member.user.as_str()).collect::<Vec<_>>(),
                ["u000", "u001", "u002"]
            );
            assert_eq!(page[0].accommodations, slow);
            let next = room.presences(&Audience::Hosts, None, Some(&page[2].user), 1_000);
            assert_eq!((next[0].user.as_str(), next.len()), ("u003", 247));
        });
}
