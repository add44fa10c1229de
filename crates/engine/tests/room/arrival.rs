//! Making a room and coming in: policies, grants, nicknames, teams.
//!
//! Neighbours: [`words`](crate::words) has what the scenarios speak of.

use trivium_engine::{Event, JoinPolicy, Policy, Reject, Role, RoomCommand, RoomEvent, RoomKind, Settings};

use crate::{common::*, words::*};

#[test]
fn a_room_begins_with_its_host() {
    let expected = Settings {
        kind: RoomKind::Quiz,
        title: "Room".to_owned(),
        code: Some("123456".to_owned()),
        join_policy: JoinPolicy::Code,
        locked: false,
        capacity: 2_000,
        late_join: true,
        teams: Vec::new(),
        chat_enabled: true,
        created_by: HOST.user(),
        created_at: T0,
        closed_at: None,
        policy: Policy::default(),
    };
    World::new()
        .when(HOST, create(RoomKind::Quiz))
        .events([
            Event::Room(RoomEvent::Created { settings: expected }),
            joined(member(HOST, Role::Host), 1),
        ])
        .when(HOST, create(RoomKind::Quiz))
        .rejects(Reject::RoomExists)
        .when(ANA, join())
        .events([joined(member(ANA, Role::Member), 2)])
        .when(ANA, join())
        .changes_nothing();
}

#[test]
fn unusable_settings_are_refused() {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    for wanted in [" \n ", &"x".repeat(121)] {
        let mut command = create(RoomKind::Quiz);
        if let RoomCommand::Create { title, .. } = &mut command {
            wanted.clone_into(title);
        }
        World::new().when(HOST, command).rejects(Reject::TextInvalid("title"));
    }
    for wanted in [0, 100_001] {
        let mut command = create(RoomKind::Quiz);
        if let RoomCommand::Create { capacity, .. } = &mut command {
            *capacity = Some(wanted);
        }
        World::new()
            .when(HOST, command)
            .rejects(Reject::LimitReached("capacity"));
    }
    for (names, reject) in [
        (texts(&["Red", "Red"]), Reject::TextInvalid("two teams of one name")),
        (texts(&["Red", " "]), Reject::TextInvalid("team")),
        (vec!["x".repeat(41)], Reject::TextInvalid("team")),
        ((0..17).map(|n| n.to_string()).collect(), Reject::LimitReached("teams")),
    ] {
        let mut command = create(RoomKind::Quiz);
        if let RoomCommand::Create { teams, .. } = &mut command {
            *teams = names;
        }
        World::new().when(HOST, command).rejects(reject);
    }
}

#[test]
fn each_policy_lets_in_whom_it_means() {
    let granted = DAN.granted(Role::Member);
    with_policy(JoinPolicy::Code)
        .when(ANA, join_without_code())
        .rejects(Reject::WrongCode)
        .when(GUEST, join())
        .done()
        .when(granted, join_without_code())
        .done();
    with_policy(JoinPolicy::Open)
        .when(ANA, join_without_code())
        .done()
        .when(GUEST, join())
        .rejects(Reject::NotInvited)
        .when(granted, join_without_code())
        .done();
    with_policy(JoinPolicy::Invited)
        .when(ANA, join())
        .rejects(Reject::NotInvited)
        .when(granted, join_without_code())
        .done()
        .when(ROOT, join_without_code())
        .done();
}

#[test]
fn a_grant_may_carry_a_role_but_a_room_has_one_host() {
    with_policy(JoinPolicy::Code)
        .when(ANA.granted(Role::CoHost), join_without_code())
        .done()
        .when(BEN.granted(Role::Host), join_without_code())
        .done()
        .when(CLEO.granted(Role::CoHost), observe())
        .done()
        .when(DAN, observe())
        .done()
        .check(|room| {
            assert_eq!(role_of(room, ANA), Some(Role::CoHost));
            assert_eq!(role_of(room, BEN), Some(Role::CoHost));
            assert_eq!(role_of(room, CLEO), Some(Role::Observer));
            assert_eq!(role_of(room, DAN), Some(Role::Observer));
        });
    given([])
        .when(HOST, RoomCommand::Leave)
        .done()
        .when(BEN.granted(Role::Host), join_without_code())
        .events([joined(member(BEN, Role::Host), 1)]);
}

#[test]
fn a_locked_or_full_room_takes_nobody_new() {
    given([ANA])
        .when(HOST, settings(|s| s.locked = true))
        .done()
        .when(HOST, settings(|s| s.locked = true))
        .changes_nothing()
        .when(BEN, join())
        .rejects(Reject::RoomLocked)
        .when(ANA, join())
        .changes_nothing()
        .when(HOST, settings(|s| s.capacity = 2))
        .done()
        .when(BEN, join())
        .rejects(Reject::RoomFull)
        .when(ANA, join())
        .changes_nothing()
        .when(ANA, settings(|s| s.capacity = 3))
        .rejects(Reject::NotPermitted)
        .when(HOST, settings(|s| s.capacity = 0))
        .rejects(Reject::LimitReached("capacity"));
}

#[test]
fn nicknames_are_cleaned_and_unique() {
    given([])
        .when(ANA, join_as("  Zoë\u{200b}   K. "))
        .done()
        .check(|room| assert_eq!(nickname_of(room, ANA), "Zoë K."))
        .when(BEN, join_as("ZOË k."))
        .rejects(Reject::NicknameTaken)
        .when(BEN, join_as("\u{202e}"))
        .rejects(Reject::NicknameInvalid)
        .when(BEN, join_as(&"x".repeat(41)))
        .rejects(Reject::NicknameInvalid)
        .when(ANA, rename(ANA, "zoë k."))
        .done()
        .when(ANA, RoomCommand::Leave)
        .done()
        .when(BEN, join_as("ZOË k."))
        .done();
}

#[test]
fn who_gives_no_nickname_gets_the_name_in_the_token_or_a_made_up_one() {
    let other_ana = who("ana2", "ana");
    let third_ana = who("ana3", "Ana");
    let second_guest = Who { id: "guest2", ..GUEST };
    given([ANA, other_ana, third_ana, GUEST, second_guest]).check(|room| {
        assert_eq!(nickname_of(room, other_ana), "ana 2");
        assert_eq!(nickname_of(room, third_ana), "Ana 3");
        let (first, second) = (nickname_of(room, GUEST), nickname_of(room, second_guest));
        assert_eq!(first.split(' ').count(), 2, "{first} has an adjective and an animal");
        assert_ne!(first, second);
    });
}

#[test]
fn made_up_names_stay_unique_in_a_full_house() {
    let guests = (0..1_500).map(|n| Who {
        id: format!("g{n}").leak(),
        ..GUEST
    });
    let world = given(guests);
    let names: std::collections::BTreeSet<_> = world
        .log
        .iter()
        .filter_map(|entry| {
            let Event::Room(RoomEvent::MemberJoined { member, .. }) = &entry.event else {
                return None;
            };
            Some(member.nickname.to_lowercase())
        })
        .collect();
    assert_eq!(names.len(), 1_501);
}

#[test]
fn players_are_shared_out_to_the_teams() {
    with_teams(&["Red", "Blue"])
        .when(ANA, join_team("Green"))
        .rejects(Reject::NoSuchTeam)
        .when(ANA, join_team("Red"))
        .done()
        .when(BEN, join())
        .done()
        .when(CLEO, join())
        .done()
        .when(DAN, observe())
        .done()
        .check(|room| {
            let team = |who: Who| room.member(&who.user()).expect("a member").team.clone();
            assert_eq!([HOST, ANA, BEN, CLEO, DAN].map(team), ["", "Red", "Blue", "Red", ""]);
        })
        .when(CLEO, change(CLEO, |c| c.team = Some("Blue".to_owned())))
        .done()
        .when(CLEO, change(CLEO, |c| c.team = Some("Green".to_owned())))
        .rejects(Reject::NoSuchTeam)
        .when(HOST, promote(DAN, Role::Member))
        .done()
        .check(|room| assert_eq!(room.member(&DAN.user()).expect("a member").team, "Red"));
    given([]).when(ANA, join_team("Red")).rejects(Reject::NoSuchTeam);
}
