//! Commands, events and rooms that the scenarios speak of.
//!
//! Neighbours: [`main`](super) and its modules.

use trivium_engine::{
    Accommodations, Event, JoinPolicy, Member, Policy, PolicyChange, Role, Room, RoomCommand, RoomEvent, RoomKind,
    Settings, event::LeaveReason,
};

use crate::common::*;

pub(crate) fn member(who: Who, role: Role) -> Member {
    Member {
        user: who.user(),
        nickname: who.name.to_owned(),
        role,
        avatar: String::new(),
        team: String::new(),
        joined_at: T0,
        mute: None,
        guest: who.guest,
        accommodations: Accommodations::default(),
        hand_at: None,
    }
}

pub(crate) fn joined(member: Member, member_count: u32) -> Event {
    Event::Room(RoomEvent::MemberJoined {
        member,
        member_count,
        invitation: None,
    })
}

pub(crate) fn updated(member: Member) -> Event {
    Event::Room(RoomEvent::MemberUpdated {
        member,
        invitation: None,
    })
}

pub(crate) fn left(who: Who, reason: LeaveReason, message: &str, member_count: u32) -> Event {
    Event::Room(RoomEvent::MemberLeft {
        user: who.user(),
        reason,
        message: message.to_owned(),
        member_count,
        until: None,
    })
}

pub(crate) fn with_policy(policy: JoinPolicy) -> World {
    let mut command = create(RoomKind::Classroom);
    if let RoomCommand::Create { join_policy, .. } = &mut command {
        *join_policy = Some(policy);
    }
    World::new().when(HOST, command).done().connect(HOST)
}

pub(crate) fn with_teams(names: &[&str]) -> World {
    let mut command = create(RoomKind::Quiz);
    if let RoomCommand::Create { teams, .. } = &mut command {
        *teams = names.iter().map(|&name| name.to_owned()).collect();
    }
    World::new().when(HOST, command).done().connect(HOST)
}

/// A room with a host, a co-host and these members.
pub(crate) fn with_cohost(members: impl IntoIterator<Item = Who>) -> World {
    given([COHOST].into_iter().chain(members))
        .when(HOST, promote(COHOST, Role::CoHost))
        .done()
}

pub(crate) fn settings(change: impl FnOnce(&mut Settings)) -> RoomCommand {
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
        policy: Policy::default(),
    };
    change(&mut wanted);
    RoomCommand::Update {
        title: Some(wanted.title),
        locked: Some(wanted.locked),
        capacity: Some(wanted.capacity),
        late_join: Some(wanted.late_join),
        chat_enabled: Some(wanted.chat_enabled),
        policy: PolicyChange::default(),
    }
}

pub(crate) fn join_without_code() -> RoomCommand {
    RoomCommand::Join {
        nickname: String::new(),
        avatar: String::new(),
        team: String::new(),
        observe: false,
        code_shown: false,
        invitation: None,
    }
}

pub(crate) fn join_team(name: &str) -> RoomCommand {
    RoomCommand::Join {
        nickname: String::new(),
        avatar: String::new(),
        team: name.to_owned(),
        observe: false,
        code_shown: true,
        invitation: None,
    }
}

pub(crate) fn rename(who: Who, name: &str) -> RoomCommand {
    change(who, |member| member.nickname = Some(name.to_owned()))
}

/// What is to be changed of a member.
#[derive(Default)]
pub(crate) struct Change {
    pub nickname: Option<String>,
    pub avatar: Option<String>,
    pub team: Option<String>,
    pub accommodations: Option<Accommodations>,
}

pub(crate) fn change(who: Who, change: impl FnOnce(&mut Change)) -> RoomCommand {
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

pub(crate) fn remove(who: Who) -> RoomCommand {
    RoomCommand::Remove {
        user: who.user(),
        message: String::new(),
    }
}

pub(crate) fn ban(who: Who) -> RoomCommand {
    RoomCommand::Ban {
        user: who.user(),
        message: "bye".to_owned(),
        duration: None,
    }
}

pub(crate) fn unban(who: Who) -> RoomCommand {
    RoomCommand::Unban { user: who.user() }
}

pub(crate) fn nickname_of(room: &Room, who: Who) -> String {
    room.member(&who.user()).expect("a member").nickname.clone()
}

pub(crate) fn role_of(room: &Room, who: Who) -> Option<Role> {
    room.member(&who.user()).map(|member| member.role)
}
