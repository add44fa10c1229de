//! Rooms and members: requests in; settings, members and snapshots out.
//!
//! Neighbours: `room/kind.rs` has the kinds of rooms, `room/member.rs` a member.

mod kind;
mod member;

use std::collections::BTreeSet;

use trivium_engine::{
    Audience, Command, HistoryPolicy, JoinPolicy, Member, MessageView, PolicyChange, RequestId, RoomCommand, RoomId,
    Settings, UserId, View, WritePolicy,
    event::{LeaveReason, RoomEvent},
    view::VIEW_MESSAGES,
};
use trivium_proto::v1::{self, room_event::Event};
use trivium_store::{RoomCard, RoomRecord};

pub use kind::{kind, kind_name};
use kind::{kind_named, kind_out};
use member::accommodations;
pub use member::member;

use super::{
    chat,
    common::{Addressed, Invalid, addressed, cursor_out, enumerated, id, role, span_out, time_or_zero, time_out},
    invitation, moderation, notification, presence, quiz, receipt,
};

/// Make a room, with a code that the catalogue has reserved for it.
pub fn create(request: v1::CreateRoomRequest, code: Option<String>) -> Result<(RequestId, Command), Invalid> {
    let join_policy = join_policy(request.join_policy)?;
    let policy = PolicyChange {
        write: write_policy(request.write_policy)?,
        writers: None,
        history: history_policy(request.history_policy)?,
        listed: Some(request.listed),
        archived: None,
        retention_days: Some(request.retention_days),
        description: Some(request.description),
    };
    let command = RoomCommand::Create {
        kind: kind("kind", request.kind)?,
        title: request.title,
        code,
        join_policy,
        capacity: (request.capacity > 0).then_some(request.capacity),
        teams: request.teams,
        nickname: request.nickname,
        policy,
    };
    Ok((id("request_id", request.request_id)?, Command::Room(command)))
}

/// Who may come in; none for the default of the kind.
pub fn join_policy(number: i32) -> Result<Option<JoinPolicy>, Invalid> {
    Ok(match enumerated("join_policy", number)? {
        v1::JoinPolicy::Unspecified => None,
        v1::JoinPolicy::Code => Some(JoinPolicy::Code),
        v1::JoinPolicy::Open => Some(JoinPolicy::Open),
        v1::JoinPolicy::Invited => Some(JoinPolicy::Invited),
    })
}

fn write_policy(number: i32) -> Result<Option<WritePolicy>, Invalid> {
    Ok(match enumerated("write_policy", number)? {
        v1::WritePolicy::Unspecified => None,
        v1::WritePolicy::Members => Some(WritePolicy::Members),
        v1::WritePolicy::Hosts => Some(WritePolicy::Hosts),
        v1::WritePolicy::Named => Some(WritePolicy::Named),
    })
}

fn history_policy(number: i32) -> Result<Option<HistoryPolicy>, Invalid> {
    Ok(match enumerated("history_policy", number)? {
        v1::HistoryPolicy::Unspecified => None,
        v1::HistoryPolicy::All => Some(HistoryPolicy::All),
        v1::HistoryPolicy::SinceJoin => Some(HistoryPolicy::SinceJoin),
    })
}

/// What somebody who wants to come in has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// No code.
    Nothing,
    /// The room's join code.
    JoinCode,
    /// The code of an invitation, which may be good no longer.
    Invitation(String),
}

/// Come in. The caller has found the room, by its id or by what was shown.
pub fn join(request: v1::JoinRoomRequest, shown: Shown) -> Result<(RequestId, Command), Invalid> {
    let command = RoomCommand::Join {
        nickname: request.nickname,
        avatar: request.avatar,
        team: request.team,
        observe: request.observe,
        code_shown: shown == Shown::JoinCode,
        invitation: match shown {
            Shown::Invitation(code) => Some(code),
            Shown::Nothing | Shown::JoinCode => None,
        },
    };
    Ok((id("request_id", request.request_id)?, Command::Room(command)))
}

/// Give up the seat.
pub fn leave(request: v1::LeaveRoomRequest) -> Result<Addressed, Invalid> {
    addressed(request.room_id, request.request_id, Command::Room(RoomCommand::Leave))
}

/// Change settings.
pub fn update(request: v1::UpdateRoomRequest) -> Result<Addressed, Invalid> {
    let write = request.write_policy.map(write_policy).transpose()?.flatten();
    let writers = request
        .writer_user_ids
        .into_iter()
        .map(|user| id("writer_user_ids", user));
    let writers = writers.collect::<Result<BTreeSet<UserId>, _>>()?;
    let policy = PolicyChange {
        write,
        // An empty list cannot be told from an absent one, but by what it is for.
        writers: (!writers.is_empty() || write == Some(WritePolicy::Named)).then_some(writers),
        history: request.history_policy.map(history_policy).transpose()?.flatten(),
        listed: request.listed,
        archived: request.archived,
        retention_days: request.retention_days,
        description: request.description,
    };
    let command = RoomCommand::Update {
        title: request.title,
        locked: request.locked,
        capacity: request.capacity,
        late_join: request.late_join,
        chat_enabled: request.chat_enabled,
        policy,
    };
    addressed(request.room_id, request.request_id, Command::Room(command))
}

/// End the room.
pub fn close(request: v1::CloseRoomRequest) -> Result<Addressed, Invalid> {
    addressed(request.room_id, request.request_id, Command::Room(RoomCommand::Close))
}

/// Change a member.
pub fn update_member(request: v1::UpdateMemberRequest) -> Result<Addressed, Invalid> {
    let command = RoomCommand::UpdateMember {
        user: id("user_id", request.user_id)?,
        nickname: request.nickname,
        avatar: request.avatar,
        team: request.team,
        role: request.role.map(|number| role("role", number)).transpose()?.flatten(),
        accommodations: request.accommodations.map(accommodations).transpose()?,
    };
    addressed(request.room_id, request.request_id, Command::Room(command))
}

/// Remove a member.
pub fn remove(request: v1::RemoveMemberRequest) -> Result<Addressed, Invalid> {
    let command = RoomCommand::Remove {
        user: id("user_id", request.user_id)?,
        message: request.reason,
    };
    addressed(request.room_id, request.request_id, Command::Room(command))
}

/// Ban a user.
pub fn ban(request: v1::BanUserRequest) -> Result<Addressed, Invalid> {
    let command = RoomCommand::Ban {
        user: id("user_id", request.user_id)?,
        message: request.reason,
        duration: moderation::duration(request.duration_ms),
    };
    addressed(request.room_id, request.request_id, Command::Room(command))
}

/// End a ban.
pub fn unban(request: v1::UnbanUserRequest) -> Result<Addressed, Invalid> {
    let command = RoomCommand::Unban {
        user: id("user_id", request.user_id)?,
    };
    addressed(request.room_id, request.request_id, Command::Room(command))
}

/// Become host.
pub fn take_host(request: v1::TakeHostRequest) -> Result<Addressed, Invalid> {
    addressed(
        request.room_id,
        request.request_id,
        Command::Room(RoomCommand::TakeHost),
    )
}

/// A room as an audience sees it.
pub fn snapshot(view: &View, audience: &Audience) -> v1::RoomSnapshot {
    v1::RoomSnapshot {
        room: Some(v1::Room {
            member_count: view.member_count,
            ..settings(&view.room, view.epoch, &view.settings)
        }),
        cursor: Some(cursor_out(&view.room, view.epoch, view.seq)),
        me: view.me.as_ref().map(member),
        members: view.members.iter().map(member).collect(),
        member_count: view.member_count,
        presences: view.presences.iter().map(presence::presence).collect(),
        quiz: view.quiz.as_ref().map(|quiz| quiz::state(quiz, audience)),
        messages: own_messages(view),
        pins: chat::messages(&view.room, &view.pins),
        notifications: notification::items(&view.notifications),
        notification_count: view.notifications.unread,
        announcements: notification::announcements(&view.announcements),
        banned_user_ids: view.banned.iter().map(ToString::to_string).collect(),
        invitations: view.invitations.iter().map(invitation::invitation).collect(),
        receipts: view.receipts.iter().map(receipt::receipt).collect(),
        unread: Some(receipt::unread(view.unread)),
        receipts_private: view.receipts_private,
        presence_counts: Some(presence::counts(view.presence_counts)),
        moderation: Some(moderation::settings(&view.moderation)),
        pending_count: view.pending_count,
        report_count: view.report_count,
    }
}

/// The members of a snapshot, and nothing else of it.
pub fn members(members: &[Member]) -> v1::RoomSnapshot {
    v1::RoomSnapshot {
        members: members.iter().map(member).collect(),
        ..v1::RoomSnapshot::default()
    }
}

/// The messages of a snapshot, and nothing else of it.
pub fn messages(room: &RoomId, messages: &[MessageView]) -> v1::RoomSnapshot {
    v1::RoomSnapshot {
        messages: chat::messages(room, messages),
        ..v1::RoomSnapshot::default()
    }
}

/// The newest messages, among them the receiver's own that wait for a host.
fn own_messages(view: &View) -> Vec<v1::Message> {
    let mut messages = chat::messages(&view.room, &view.messages);
    messages.extend(view.waiting.iter().map(|held| moderation::held(&view.room, held)));
    messages.sort_by_key(|message| message.seq);
    let surplus = messages.len().saturating_sub(VIEW_MESSAGES);
    messages.split_off(surplus)
}

/// A room's settings.
pub fn settings(room: &RoomId, epoch: u64, settings: &Settings) -> v1::Room {
    let join_policy = match settings.join_policy {
        JoinPolicy::Code => v1::JoinPolicy::Code,
        JoinPolicy::Open => v1::JoinPolicy::Open,
        JoinPolicy::Invited => v1::JoinPolicy::Invited,
    };
    let policy = &settings.policy;
    let write_policy = match policy.write {
        WritePolicy::Members => v1::WritePolicy::Members,
        WritePolicy::Hosts => v1::WritePolicy::Hosts,
        WritePolicy::Named => v1::WritePolicy::Named,
    };
    let history_policy = match policy.history {
        HistoryPolicy::All => v1::HistoryPolicy::All,
        HistoryPolicy::SinceJoin => v1::HistoryPolicy::SinceJoin,
    };
    v1::Room {
        id: room.to_string(),
        epoch,
        kind: kind_out(settings.kind).into(),
        title: settings.title.clone(),
        join_code: settings.code.clone().unwrap_or_default(),
        join_policy: join_policy.into(),
        locked: settings.locked,
        capacity: settings.capacity,
        late_join: settings.late_join,
        teams: settings.teams.clone(),
        create_time_ms: time_out(settings.created_at),
        close_time_ms: time_or_zero(settings.closed_at),
        chat_enabled: settings.chat_enabled,
        write_policy: write_policy.into(),
        writer_user_ids: policy.writers.iter().map(ToString::to_string).collect(),
        history_policy: history_policy.into(),
        listed: policy.listed,
        archive_time_ms: time_or_zero(policy.archived_at),
        retention_days: policy.retention_days,
        description: policy.description.clone(),
        end_to_end: policy.end_to_end,
        slow_mode_ms: span_out(policy.slow_mode),
        approval: policy.approval,
        ..v1::Room::default()
    }
}

/// What the directory knows of a room, for lists; the join code for those who may come in anyway.
pub fn card(card: &RoomCard, inside: bool) -> v1::Room {
    let mut room = v1::Room {
        description: card.description.clone(),
        listed: card.listed,
        archive_time_ms: time_or_zero(card.archived_at),
        member_count: card.members,
        ..listed(&card.record)
    };
    if !inside {
        room.join_code.clear();
    }
    room
}

/// What the catalogue knows of a room. A kind that this version does not know comes out as unspecified.
fn listed(record: &RoomRecord) -> v1::Room {
    v1::Room {
        id: record.id.to_string(),
        epoch: record.epoch,
        kind: kind_named(&record.kind)
            .map_or(v1::RoomKind::Unspecified, kind_out)
            .into(),
        title: record.title.clone(),
        join_code: record.code.clone().unwrap_or_default(),
        create_time_ms: time_out(record.created_at),
        close_time_ms: time_or_zero(record.closed_at),
        ..v1::Room::default()
    }
}

/// An event of the room itself.
pub fn event(room: &RoomId, epoch: u64, event: &RoomEvent) -> Event {
    match event {
        RoomEvent::Created { settings: made } => Event::RoomCreated(v1::RoomCreated {
            room: Some(settings(room, epoch, made)),
        }),
        RoomEvent::Updated { settings: changed } => Event::RoomUpdated(v1::RoomUpdated {
            room: Some(settings(room, epoch, changed)),
        }),
        RoomEvent::Closed => Event::RoomClosed(v1::RoomClosed {}),
        RoomEvent::MessagesExpired { through } => Event::MessagesExpired(v1::MessagesExpired { through_seq: *through }),
        RoomEvent::MemberJoined {
            member: joined,
            member_count,
            invitation,
        } => Event::MemberJoined(v1::MemberJoined {
            member: Some(member(joined)),
            member_count: *member_count,
            invitation_code: invitation.clone().unwrap_or_default(),
        }),
        RoomEvent::MemberLeft {
            user,
            reason,
            message,
            member_count,
            until,
        } => Event::MemberLeft(v1::MemberLeft {
            user_id: user.to_string(),
            reason: leave_reason(*reason).into(),
            message: message.clone(),
            member_count: *member_count,
            ban_expire_time_ms: time_or_zero(*until),
        }),
        RoomEvent::MemberUpdated {
            member: changed,
            invitation,
        } => Event::MemberUpdated(v1::MemberUpdated {
            member: Some(member(changed)),
            invitation_code: invitation.clone().unwrap_or_default(),
        }),
        RoomEvent::InvitationCreated { invitation: made } => Event::InvitationCreated(v1::InvitationCreated {
            invitation: Some(invitation::invitation(made)),
        }),
        RoomEvent::InvitationRevoked { code } => Event::InvitationRevoked(v1::InvitationRevoked { code: code.clone() }),
        RoomEvent::Unbanned { user } => Event::UserUnbanned(v1::UserUnbanned {
            user_id: user.to_string(),
        }),
        RoomEvent::Banned { user, message, until } => Event::UserBanned(v1::UserBanned {
            user_id: user.to_string(),
            message: message.clone(),
            expire_time_ms: time_or_zero(*until),
        }),
    }
}

fn leave_reason(reason: LeaveReason) -> v1::LeaveReason {
    match reason {
        LeaveReason::Left => v1::LeaveReason::Left,
        LeaveReason::Removed => v1::LeaveReason::Removed,
        LeaveReason::Banned => v1::LeaveReason::Banned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_tells_absent_from_empty() {
        let request = v1::UpdateMemberRequest {
            request_id: "q".into(),
            room_id: "r".into(),
            user_id: "u".into(),
            team: Some(String::new()),
            role: Some(v1::Role::CoHost.into()),
            ..v1::UpdateMemberRequest::default()
        };
        let expected = RoomCommand::UpdateMember {
            user: "u".parse().expect("an id"),
            nickname: None,
            avatar: None,
            team: Some(String::new()),
            role: Some(trivium_engine::Role::CoHost),
            accommodations: None,
        };
        assert_eq!(update_member(request).expect("valid").command, Command::Room(expected));
    }
}
