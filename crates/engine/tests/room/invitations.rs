//! Invitations: who may make them, what they let in, and when they end.
//!
//! Neighbours: [`words`](crate::words) has what the scenarios speak of.

use trivium_engine::{
    Audience, Event, Invitation, JoinPolicy, Millis, Observation, QuizCommand, Reject, Role, Room, RoomCommand,
    RoomEvent, Timestamp, Visibility,
    membership::invitation::{MAX_INVITATIONS, MAX_LASTS, MAX_USES},
};

use crate::{common::*, words::*};

const LASTS: Millis = Millis::secs(60);

fn invite(code: &str, role: Role, max_uses: u32) -> RoomCommand {
    RoomCommand::CreateInvitation {
        code: code.to_owned(),
        role,
        lasts: LASTS,
        max_uses,
    }
}

fn revoke(code: &str) -> RoomCommand {
    RoomCommand::RevokeInvitation { code: code.to_owned() }
}

fn join_by(code: &str) -> RoomCommand {
    let mut command = join_without_code();
    if let RoomCommand::Join { invitation, .. } = &mut command {
        *invitation = Some(code.to_owned());
    }
    command
}

fn observe_by(code: &str) -> RoomCommand {
    let mut command = join_by(code);
    if let RoomCommand::Join { observe, .. } = &mut command {
        *observe = true;
    }
    command
}

fn joined_by(who: Who, role: Role, member_count: u32, code: &str) -> Event {
    Event::Room(RoomEvent::MemberJoined {
        member: member(who, role),
        member_count,
        invitation: Some(code.to_owned()),
    })
}

fn listed(room: &Room) -> Vec<(String, u32)> {
    let view = room.view(&Audience::Hosts);
    let listed = view.invitations.into_iter();
    listed.map(|invitation| (invitation.code, invitation.uses)).collect()
}

/// A room by invitation with these of one use each, made by its host.
fn with_invitations(roles: &[(&str, Role)]) -> World {
    let mut world = with_policy(JoinPolicy::Invited);
    for (code, role) in roles {
        world = world.when(HOST, invite(code, *role, 1)).done();
    }
    world
}

#[test]
fn an_invitation_lets_in_once_with_its_role() {
    let roles = [
        ("OBSERVE", Role::Observer),
        ("PLAY", Role::Member),
        ("RUN", Role::CoHost),
    ];
    let mut world = with_invitations(&roles);
    for ((n, (code, role)), who) in (2..).zip(roles).zip([ANA, BEN, CLEO]) {
        world = world
            .when(who, join_by(code))
            .events([joined_by(who, role, n, code)])
            .when(DAN, join_by(code))
            .rejects(Reject::WrongCode)
            .when(who, join_by(code))
            .rejects(Reject::WrongCode);
    }
    let world = world.check(|room| assert_eq!(listed(room), []));
    let _ = world
        .when(DAN, join_by("OTHER"))
        .rejects(Reject::WrongCode)
        .when(ROOT, join_by("OTHER"))
        .rejects(Reject::WrongCode)
        .when(DAN.granted(Role::Member), join_by("OTHER"))
        .rejects(Reject::WrongCode);
}

#[test]
fn a_guest_runs_the_room_by_code() {
    let made = Invitation {
        code: "RUN".to_owned(),
        role: Role::CoHost,
        expires_at: T0 + LASTS,
        max_uses: 2,
        uses: 0,
    };
    let world = given([])
        .when(HOST, invite("RUN", Role::CoHost, 2))
        .events([Event::Room(RoomEvent::InvitationCreated { invitation: made })])
        .when(HOST, invite("RUN", Role::CoHost, 2))
        .changes_nothing()
        .when(GUEST.granted(Role::Member), join_by("RUN"))
        .done()
        .check(|room| {
            assert_eq!(role_of(room, GUEST), Some(Role::CoHost));
            assert_eq!(listed(room), [("RUN".to_owned(), 1)]);
        });
    let _ = world
        .when(
            GUEST,
            RoomCommand::Remove {
                user: ANA.user(),
                message: String::new(),
            },
        )
        .rejects(Reject::NoSuchMember);
}

#[test]
fn only_the_host_gives_away_the_running_of_the_room() {
    let mut world = with_cohost([ANA]);
    for (who, role, allowed) in [
        (HOST, Role::CoHost, true),
        (ROOT, Role::CoHost, true),
        (COHOST, Role::Observer, true),
        (COHOST, Role::Member, true),
        (COHOST, Role::CoHost, false),
        (HOST, Role::Host, false),
        (ANA, Role::Observer, false),
    ] {
        let asked = world.when(who, invite("CODE", role, 1));
        world = if allowed {
            asked.done().when(HOST, revoke("CODE")).done()
        } else {
            asked.rejects(Reject::NotPermitted)
        };
    }
    let _ = world
        .when(EVE, invite("CODE", Role::Observer, 1))
        .rejects(Reject::NotMember)
        .when(HOST, invite("RUN", Role::CoHost, 1))
        .done()
        .when(COHOST, revoke("RUN"))
        .rejects(Reject::NotPermitted)
        .when(ANA, revoke("RUN"))
        .rejects(Reject::NotPermitted)
        .when(COHOST, revoke("OTHER"))
        .changes_nothing()
        .when(HOST, revoke("RUN"))
        .events([Event::Room(RoomEvent::InvitationRevoked { code: "RUN".to_owned() })])
        .when(EVE, join_by("RUN"))
        .rejects(Reject::WrongCode);
}

#[test]
fn who_is_in_already_is_raised_in_the_same_seat() {
    let raised = |who, role, code: &str| {
        Event::Room(RoomEvent::MemberUpdated {
            member: member(who, role),
            invitation: Some(code.to_owned()),
        })
    };
    let world = given([ANA])
        .when(DAN, observe())
        .done()
        .when(HOST, invite("PLAY", Role::Member, 9))
        .done()
        .when(HOST, invite("RUN", Role::CoHost, 9))
        .done();
    let _ = world
        .when(DAN, observe_by("PLAY"))
        .changes_nothing()
        .when(DAN, join_by("PLAY"))
        .events([raised(DAN, Role::Member, "PLAY")])
        .when(ANA, join_by("PLAY"))
        .changes_nothing()
        .request("raise")
        .when(ANA, join_by("RUN"))
        .events([raised(ANA, Role::CoHost, "RUN")])
        .request("raise")
        .when(ANA, join_by("RUN"))
        .replays(8, 8)
        .when(HOST, join_by("RUN"))
        .changes_nothing()
        .check(|room| assert_eq!(listed(room), [("PLAY".to_owned(), 1), ("RUN".to_owned(), 1)]));
}

#[test]
fn an_observer_who_is_raised_to_play_gets_a_team() {
    let world = with_teams(&["Red"])
        .when(DAN, observe())
        .done()
        .when(HOST, invite("PLAY", Role::Member, 1))
        .done();
    let _ = world.when(DAN, join_by("PLAY")).done().check(|room| {
        assert_eq!(room.member(&DAN.user()).map(|member| member.team.as_str()), Some("Red"));
    });
}

#[test]
fn a_lock_keeps_players_out_and_nobody_else() {
    let roles = [
        ("OBSERVE", Role::Observer),
        ("PLAY", Role::Member),
        ("RUN", Role::CoHost),
    ];
    let locked = || {
        with_invitations(&roles)
            .when(HOST, settings(|settings| settings.locked = true))
            .done()
    };
    for (code, result) in [("OBSERVE", Ok(())), ("PLAY", Err(Reject::RoomLocked)), ("RUN", Ok(()))] {
        let asked = locked().when(ANA, join_by(code));
        match result {
            Ok(()) => drop(asked.done()),
            Err(reject) => drop(asked.rejects(reject)),
        }
    }
    let _ = locked()
        .when(ANA, observe_by("PLAY"))
        .rejects(Reject::RoomLocked)
        .when(HOST, ban(BEN))
        .done()
        .when(BEN, join_by("RUN"))
        .rejects(Reject::Banned)
        .when(HOST, settings(|settings| settings.capacity = 1))
        .done()
        .when(ANA, join_by("RUN"))
        .rejects(Reject::RoomFull);
}

#[test]
fn once_the_game_runs_late_join_is_asked_of_players_only() {
    let quiz = trivium_engine::quiz::Quiz {
        id: "q".parse().expect("an id"),
        revision: 1,
        title: "Quiz".to_owned(),
        description: String::new(),
        language: String::new(),
        settings: trivium_engine::quiz::Settings::default(),
        questions: vec![trivium_engine::quiz::Question {
            text: "?".to_owned(),
            explanation: String::new(),
            media_url: String::new(),
            media_alt: String::new(),
            time_limit: None,
            read: None,
            points: 1_000,
            kind: trivium_engine::quiz::Kind::TrueFalse { correct: true },
        }],
    };
    let _ = with_invitations(&[("PLAY", Role::Member), ("RUN", Role::CoHost)])
        .when(HOST, settings(|settings| settings.late_join = false))
        .done()
        .when(HOST, QuizCommand::Load { quiz: quiz.into() })
        .done()
        .when(HOST, QuizCommand::Start)
        .done()
        .when(ANA, join_by("PLAY"))
        .rejects(Reject::LateJoinClosed)
        .when(BEN, join_by("RUN"))
        .done();
}

#[test]
fn invitations_end_by_time_and_with_the_room() {
    let world = with_invitations(&[("PLAY", Role::Member)]).at(59_999);
    let world = world.when(ANA, join_by("PLAY")).done();
    let world = world.when(HOST, invite("LATE", Role::Member, 5)).done().at(119_999);
    let world = world.when(BEN, join_by("LATE")).rejects(Reject::WrongCode);
    // Those that have ended make room when the next is made.
    let world = world.check(|room| assert_eq!(listed(room).len(), 1));
    let world = world.when(HOST, invite("NEXT", Role::Member, 5)).done();
    let world = world.check(|room| assert_eq!(listed(room), [("NEXT".to_owned(), 0)]));
    let _ = world
        .when(HOST, RoomCommand::Close)
        .done()
        .check(|room| assert_eq!(listed(room), []))
        .when(BEN, join_by("NEXT"))
        .rejects(Reject::RoomClosed);
}

#[test]
fn invitations_are_bounded() {
    let ask = |code: &str, lasts, max_uses| RoomCommand::CreateInvitation {
        code: code.to_owned(),
        role: Role::Member,
        lasts,
        max_uses,
    };
    let time = Reject::LimitReached("how long an invitation lasts");
    let uses = Reject::LimitReached("uses of an invitation");
    let mut world = given([]);
    for (command, reject) in [
        (ask("", LASTS, 1), Reject::TextInvalid("code")),
        (ask(&"X".repeat(17), LASTS, 1), Reject::TextInvalid("code")),
        (ask("X", Millis::ZERO, 1), time.clone()),
        (ask("X", MAX_LASTS + Millis(1), 1), time),
        (ask("X", LASTS, 0), uses.clone()),
        (ask("X", LASTS, MAX_USES + 1), uses),
    ] {
        world = world.when(HOST, command).rejects(reject);
    }
    for n in 0..MAX_INVITATIONS {
        world = world.when(HOST, ask(&format!("C{n}"), LASTS, MAX_USES)).done();
    }
    let _ = world
        .when(HOST, ask("MORE", LASTS, 1))
        .rejects(Reject::LimitReached("invitations"))
        .at(60_000)
        .when(HOST, ask("MORE", MAX_LASTS, 1))
        .done()
        .check(|room| assert_eq!(listed(room).len(), 1));
}

#[test]
fn only_hosts_see_codes() {
    let code = || "RUN".to_owned();
    let came = joined_by(ANA, Role::CoHost, 2, "RUN");
    let made = Event::Room(RoomEvent::InvitationCreated {
        invitation: Invitation {
            code: code(),
            role: Role::CoHost,
            expires_at: Timestamp(9),
            max_uses: 1,
            uses: 0,
        },
    });
    let gone = Event::Room(RoomEvent::InvitationRevoked { code: code() });
    let visibility = |event: &Event| {
        let (event, at) = (event.clone(), T0);
        let entry = trivium_engine::Entry {
            seq: 1,
            at,
            actor: None,
            request: None,
            event,
        };
        entry.visibility()
    };
    for (event, look) in [
        (&came, Visibility::Split),
        (&made, Visibility::Hosts),
        (&gone, Visibility::Hosts),
    ] {
        assert_eq!(event.seen_by(&Audience::Hosts).as_ref(), Some(event));
        assert_eq!(visibility(event), look);
    }
    for who in [Audience::Member(ANA.user()), Audience::Observers] {
        assert_eq!(came.seen_by(&who), Some(joined(member(ANA, Role::CoHost), 2)));
        assert_eq!((made.seen_by(&who), gone.seen_by(&who)), (None, None));
    }
    let _ = given([ANA])
        .when(HOST, invite("RUN", Role::CoHost, 1))
        .done()
        .check(|room| {
            let seen = |who: &Audience| room.view(who).invitations.len();
            assert_eq!(seen(&Audience::Hosts), 1);
            assert_eq!(
                (seen(&Audience::Member(ANA.user())), seen(&Audience::Observers)),
                (0, 0)
            );
        });
}

#[test]
fn a_screen_without_a_quiz_reports_nothing() {
    let drawn = Observation::Drawn {
        user: HOST.user(),
        index: 0,
        at: T0,
        error: Millis::ZERO,
    };
    assert_eq!(given([]).observe(&drawn).1, []);
}
