//! Rooms: creating, coming in, leaving, roles, bans, retries, who sees what.

mod common;

use common::*;
use trivium_engine::{
    Accommodations, Audience, Entry, Event, JoinPolicy, Member, Reject, Role, Room, RoomCommand, RoomEvent, RoomKind,
    Settings, Timestamp, UserId, Visibility, event::LeaveReason, membership::MAX_BANS, quiz,
};

fn member(who: Who, role: Role) -> Member {
    Member {
        user: who.user(),
        nickname: who.name.to_owned(),
        role,
        avatar: String::new(),
        team: String::new(),
        joined_at: T0,
        guest: who.guest,
        accommodations: Accommodations::default(),
    }
}

fn joined(member: Member, member_count: u32) -> Event {
    Event::Room(RoomEvent::MemberJoined { member, member_count })
}

fn updated(member: Member) -> Event {
    Event::Room(RoomEvent::MemberUpdated { member })
}

fn left(who: Who, reason: LeaveReason, message: &str, member_count: u32) -> Event {
    Event::Room(RoomEvent::MemberLeft {
        user: who.user(),
        reason,
        message: message.to_owned(),
        member_count,
    })
}

fn with_policy(policy: JoinPolicy) -> World {
    let mut command = create(RoomKind::Classroom);
    if let RoomCommand::Create { join_policy, .. } = &mut command {
        *join_policy = Some(policy);
    }
    World::new().when(HOST, command).done().connect(HOST)
}

fn with_teams(names: &[&str]) -> World {
    let mut command = create(RoomKind::Quiz);
    if let RoomCommand::Create { teams, .. } = &mut command {
        *teams = names.iter().map(|&name| name.to_owned()).collect();
    }
    World::new().when(HOST, command).done().connect(HOST)
}

/// A room with a host, a co-host and these members.
fn with_cohost(members: impl IntoIterator<Item = Who>) -> World {
    given([COHOST].into_iter().chain(members))
        .when(HOST, promote(COHOST, Role::CoHost))
        .done()
}

fn settings(change: impl FnOnce(&mut Settings)) -> RoomCommand {
    let mut wanted = Settings {
        kind: RoomKind::Quiz,
        title: "Room".to_owned(),
        code: None,
        join_policy: JoinPolicy::Code,
        locked: false,
        capacity: 2_000,
        late_join: true,
        teams: Vec::new(),
        chat_enabled: true,
        created_by: HOST.user(),
        created_at: T0,
        closed_at: None,
    };
    change(&mut wanted);
    RoomCommand::Update {
        title: Some(wanted.title),
        locked: Some(wanted.locked),
        capacity: Some(wanted.capacity),
        late_join: Some(wanted.late_join),
        chat_enabled: Some(wanted.chat_enabled),
    }
}

fn join_without_code() -> RoomCommand {
    RoomCommand::Join {
        nickname: String::new(),
        avatar: String::new(),
        team: String::new(),
        observe: false,
        code_shown: false,
    }
}

fn join_team(name: &str) -> RoomCommand {
    RoomCommand::Join {
        nickname: String::new(),
        avatar: String::new(),
        team: name.to_owned(),
        observe: false,
        code_shown: true,
    }
}

fn rename(who: Who, name: &str) -> RoomCommand {
    change(who, |member| member.nickname = Some(name.to_owned()))
}

/// What is to be changed of a member.
#[derive(Default)]
struct Change {
    nickname: Option<String>,
    avatar: Option<String>,
    team: Option<String>,
    accommodations: Option<Accommodations>,
}

fn change(who: Who, change: impl FnOnce(&mut Change)) -> RoomCommand {
    let mut wanted = Change::default();
    change(&mut wanted);
    RoomCommand::UpdateMember {
        user: who.user(),
        nickname: wanted.nickname,
        avatar: wanted.avatar,
        team: wanted.team,
        role: None,
        accommodations: wanted.accommodations,
    }
}

fn remove(who: Who) -> RoomCommand {
    RoomCommand::Remove {
        user: who.user(),
        message: String::new(),
    }
}

fn ban(who: Who) -> RoomCommand {
    RoomCommand::Ban {
        user: who.user(),
        message: "bye".to_owned(),
    }
}

fn unban(who: Who) -> RoomCommand {
    RoomCommand::Unban { user: who.user() }
}

fn nickname_of(room: &Room, who: Who) -> String {
    room.member(&who.user()).expect("a member").nickname.clone()
}

fn role_of(room: &Room, who: Who) -> Option<Role> {
    room.member(&who.user()).map(|member| member.role)
}

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
fn before_a_room_exists_there_is_nothing_to_do_in_it() {
    World::new()
        .when(ANA, join())
        .rejects(Reject::NoSuchRoom)
        .when(ROOT, RoomCommand::Close)
        .rejects(Reject::NoSuchRoom)
        .check(|room| assert_eq!(room.audience(&ROOT.actor()), None));
}

#[test]
fn a_closed_room_stays_closed_and_can_still_be_seen() {
    given([ANA])
        .when(ANA, RoomCommand::Close)
        .rejects(Reject::NotPermitted)
        .at(5)
        .when(HOST, RoomCommand::Close)
        .events([Event::Room(RoomEvent::Closed)])
        .when(HOST, RoomCommand::Close)
        .rejects(Reject::RoomClosed)
        .when(ANA, join())
        .rejects(Reject::RoomClosed)
        .when(ANA, say("hello?"))
        .rejects(Reject::RoomClosed)
        .when(HOST, create(RoomKind::Quiz))
        .rejects(Reject::RoomExists)
        .check(|room| {
            let view = room.view_for(&ANA.actor()).expect("a member may look");
            assert_eq!(view.settings.closed_at, Some(Timestamp(T0.0 + 5)));
        });
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
        .filter_map(|entry| match &entry.event {
            Event::Room(RoomEvent::MemberJoined { member, .. }) => Some(member.nickname.to_lowercase()),
            Event::Room(_) | Event::Quiz(_) | Event::Chat(_) => None,
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

#[test]
fn retries_are_recognised_by_user_and_request() {
    World::new()
        .request("make")
        .when(HOST, create(RoomKind::Quiz))
        .done()
        .request("make")
        .when(HOST, create(RoomKind::Quiz))
        .replays(1, 2)
        .request("make")
        .when(ANA, join())
        .done()
        .request("again")
        .when(ANA, join())
        .changes_nothing()
        .request("again")
        .when(ANA, say("hi"))
        .done()
        .request("again")
        .when(ANA, say("hi"))
        .replays(4, 4)
        .request("bye")
        .when(ANA, RoomCommand::Leave)
        .done()
        .request("bye")
        .when(ANA, RoomCommand::Leave)
        .replays(5, 5);
}

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
            let next = room.presences(Some(&page[2].user), 1_000);
            assert_eq!((next[0].user.as_str(), next.len()), ("u003", 247));
        });
}

#[test]
fn there_is_no_quiz_until_one_is_loaded() {
    given([ANA])
        .when(ANA, trivium_engine::QuizCommand::Start)
        .rejects(Reject::NotPermitted)
        .when(
            EVE,
            trivium_engine::QuizCommand::Answer {
                index: 0,
                answer: quiz::Answer::Choice(0),
            },
        )
        .rejects(Reject::NotMember)
        .when(
            ROOT,
            trivium_engine::QuizCommand::Answer {
                index: 0,
                answer: quiz::Answer::Choice(0),
            },
        )
        .rejects(Reject::NotMember)
        .when(HOST, trivium_engine::QuizCommand::Start)
        .rejects(Reject::NoQuiz)
        .check(|room| assert_eq!(room.results(&Audience::Hosts), Err(Reject::NoQuiz)));
}
