//! Settings, members and bans of a room: who comes in, who goes, who becomes host.
//!
//! Neighbours: [`permission`](crate::permission) has refused what a role may not ask before this is reached;
//! [`nickname`](crate::nickname) says which names are usable; [`room`](crate::room) dispatches here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Cx, Event, Member, Reject, Role, RoomCommand, RoomEvent, Settings, Timestamp, UserId, event::LeaveReason,
    member::Members, permission, presence, quiz::Phase, text,
};

mod arrival;
mod change;
pub mod invitation;

pub use invitation::Invitation;

/// Most banned users.
pub const MAX_BANS: usize = 1_000;
/// Longest message to a member who is removed, in characters.
pub const MAX_MESSAGE: usize = 200;

/// What a room says of itself and of its members.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// None before the room is created.
    pub(crate) settings: Option<Settings>,
    pub(crate) members: Members,
    pub(crate) bans: BTreeSet<UserId>,
    /// By code; some may have expired.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) invitations: BTreeMap<String, Invitation>,
}

/// What membership may know of the rest of the room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    /// Where the quiz stands, if one is loaded.
    pub(crate) phase: Option<Phase>,
    pub(crate) board: &'a presence::Board,
}

impl State {
    /// Whether the room exists and is not over.
    pub(crate) fn check_open(&self) -> Result<&Settings, Reject> {
        let settings = self.settings.as_ref().ok_or(Reject::NoSuchRoom)?;
        if settings.closed_at.is_some() {
            Err(Reject::RoomClosed)
        } else {
            Ok(settings)
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm per command, none of them long")]
    pub(crate) fn decide(
        &self,
        command: &RoomCommand,
        around: Around<'_>,
        cx: &mut Cx<'_>,
    ) -> Result<Vec<Event>, Reject> {
        let events = match command {
            RoomCommand::Create {
                kind,
                title,
                code,
                join_policy,
                capacity,
                teams,
                nickname,
            } => {
                let settings = arrival::settings(
                    &arrival::Wish {
                        kind: *kind,
                        title,
                        code: code.as_ref(),
                        join_policy: *join_policy,
                        capacity: *capacity,
                        teams,
                    },
                    cx,
                )?;
                self.create(settings, nickname, cx)?
            }
            RoomCommand::Join {
                nickname,
                avatar,
                team,
                observe,
                code_shown,
                invitation,
            } => {
                let seat = arrival::Seat {
                    nickname,
                    avatar,
                    team,
                    observe: *observe,
                    code_shown: *code_shown,
                    invitation: invitation.as_deref(),
                };
                self.join(&seat, around.phase, cx)?
            }
            RoomCommand::Leave => self.leave(&cx.actor.user),
            RoomCommand::Update {
                title,
                locked,
                capacity,
                late_join,
                chat_enabled,
            } => {
                let mut settings = self.check_open()?.clone();
                if let Some(title) = title {
                    settings.title = change::title(title)?;
                }
                if let Some(capacity) = capacity {
                    settings.capacity = change::capacity(*capacity)?;
                }
                settings.locked = locked.unwrap_or(settings.locked);
                settings.late_join = late_join.unwrap_or(settings.late_join);
                settings.chat_enabled = chat_enabled.unwrap_or(settings.chat_enabled);
                if self.settings.as_ref() == Some(&settings) {
                    Vec::new()
                } else {
                    vec![RoomEvent::Updated { settings }]
                }
            }
            RoomCommand::Close => vec![RoomEvent::Closed],
            RoomCommand::UpdateMember {
                user,
                nickname,
                avatar,
                team,
                role,
                accommodations,
            } => {
                let change = change::Change {
                    nickname: nickname.as_deref(),
                    avatar: avatar.as_deref(),
                    team: team.as_deref(),
                    role: *role,
                    accommodations: accommodations.as_ref(),
                };
                self.update(user, &change, around.phase, cx)?
            }
            RoomCommand::Remove { user, message } => {
                let message = text::line(message, MAX_MESSAGE, "message")?;
                self.check_removable(user, cx)?;
                vec![self.left(user, LeaveReason::Removed, message)]
            }
            RoomCommand::Ban { user, message } => {
                let message = text::line(message, MAX_MESSAGE, "message")?;
                self.ban(user, message, cx)?
            }
            RoomCommand::Unban { user } if self.bans.contains(user) => vec![RoomEvent::Unbanned { user: user.clone() }],
            RoomCommand::Unban { .. } => Vec::new(),
            RoomCommand::TakeHost => self.take_host(around.board, cx)?,
            RoomCommand::CreateInvitation {
                code,
                role,
                lasts,
                max_uses,
            } => {
                let wish = invitation::Wish {
                    code,
                    role: *role,
                    lasts: *lasts,
                    max_uses: *max_uses,
                };
                self.invite(&wish, cx)?
            }
            RoomCommand::RevokeInvitation { code } => self.revoke(code, cx)?,
        };
        Ok(events.into_iter().map(Event::Room).collect())
    }

    /// Takes an event into the state.
    pub(crate) fn apply(&mut self, at: Timestamp, event: &RoomEvent, board: &mut presence::Board) {
        match event {
            RoomEvent::Created { settings } | RoomEvent::Updated { settings } => self.settings = Some(settings.clone()),
            RoomEvent::Closed => {
                if let Some(settings) = &mut self.settings {
                    settings.closed_at = Some(at);
                }
                self.invitations.clear();
            }
            RoomEvent::MemberJoined { member, invitation, .. } | RoomEvent::MemberUpdated { member, invitation } => {
                board.enter(&member.user, at);
                self.members.insert(member.clone());
                if let Some(code) = invitation {
                    self.count_use(code);
                }
            }
            RoomEvent::InvitationCreated { invitation } => self.add_invitation(invitation, at),
            RoomEvent::InvitationRevoked { code } => drop(self.invitations.remove(code)),
            RoomEvent::MemberLeft { user, reason, .. } => {
                board.leave(user);
                self.members.remove(user);
                if *reason == LeaveReason::Banned {
                    self.bans.insert(user.clone());
                }
            }
            RoomEvent::Banned { user, .. } => {
                self.bans.insert(user.clone());
            }
            RoomEvent::Unbanned { user } => {
                self.bans.remove(user);
            }
        }
    }

    fn host(&self) -> Option<&Member> {
        self.members.iter().find(|member| member.role == Role::Host)
    }

    /// The host's going makes the co-host host who has been in the room longest.
    fn leave(&self, user: &UserId) -> Vec<RoomEvent> {
        let mut events = vec![self.left(user, LeaveReason::Left, String::new())];
        if self.members.get(user).is_some_and(|member| member.role == Role::Host) {
            let heirs = self.members.iter().filter(|member| member.role == Role::CoHost);
            events.extend(
                heirs
                    .min_by_key(|heir| heir.joined_at)
                    .map(|heir| with_role(heir, Role::Host)),
            );
        }
        events
    }

    fn left(&self, user: &UserId, reason: LeaveReason, message: String) -> RoomEvent {
        let member_count = count(self.members.len().saturating_sub(1));
        RoomEvent::MemberLeft {
            user: user.clone(),
            reason,
            message,
            member_count,
        }
    }

    fn ban(&self, user: &UserId, message: String, cx: &Cx<'_>) -> Result<Vec<RoomEvent>, Reject> {
        if self.bans.contains(user) {
            return Ok(Vec::new());
        }
        if self.bans.len() >= MAX_BANS {
            return Err(Reject::LimitReached("bans"));
        }
        if self.members.get(user).is_none() {
            return Ok(vec![RoomEvent::Banned {
                user: user.clone(),
                message,
            }]);
        }
        self.check_removable(user, cx)?;
        Ok(vec![self.left(user, LeaveReason::Banned, message)])
    }

    /// The host stays, and co-hosts are for the host to remove.
    fn check_removable(&self, user: &UserId, cx: &Cx<'_>) -> Result<(), Reject> {
        let role = self.members.get(user).ok_or(Reject::NoSuchMember)?.role;
        let acting = permission::acting_role(&self.members, cx.actor);
        match role {
            Role::Observer | Role::Member => Ok(()),
            Role::CoHost if acting == Some(Role::Host) => Ok(()),
            Role::CoHost | Role::Host => Err(Reject::NotPermitted),
        }
    }

    fn take_host(&self, board: &presence::Board, cx: &Cx<'_>) -> Result<Vec<RoomEvent>, Reject> {
        let heir = self.members.get(&cx.actor.user).ok_or(Reject::NotMember)?;
        if heir.role == Role::Host {
            return Ok(Vec::new());
        }
        let mut events = vec![with_role(heir, Role::Host)];
        if let Some(host) = self.host() {
            let gone = board
                .lost_since(&host.user)
                .is_some_and(|lost| cx.now.since(lost) >= presence::HOST_PATIENCE);
            if !gone {
                return Err(Reject::HostPresent);
            }
            events.push(with_role(host, Role::CoHost));
        }
        Ok(events)
    }
}

fn with_role(member: &Member, role: Role) -> RoomEvent {
    RoomEvent::MemberUpdated {
        member: Member { role, ..member.clone() },
        invitation: None,
    }
}

fn count(members: usize) -> u32 {
    u32::try_from(members).unwrap_or(u32::MAX)
}
