//! Settings, members and bans of a room: who comes in, who goes, who becomes host.
//!
//! Neighbours: [`permission`](crate::permission) has refused what a role may not ask before this is reached;
//! [`nickname`](crate::nickname) says which names are usable; [`room`](crate::room) dispatches here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Actor, Cx, Entry, Event, Member, Reject, Role, RoomCommand, RoomEvent, Seq, Settings, Timestamp, UserId,
    WritePolicy,
    event::LeaveReason,
    member::Members,
    moderation::{Ban, mute},
    permission, presence,
    quiz::Phase,
    text,
};

mod arrival;
mod change;
mod conversation;
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
    /// Some may have ended.
    pub(crate) bans: BTreeMap<UserId, Ban>,
    /// By code; some may have expired.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) invitations: BTreeMap<String, Invitation>,
    /// Which entry brought each member in. Rooms that are older than this say nothing of those who were there before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) since: BTreeMap<UserId, Seq>,
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

    /// Whether the actor may write in the chat. Whether it has a seat has been asked before.
    pub(crate) fn check_writes(&self, actor: &Actor) -> Result<(), Reject> {
        let settings = self.settings.as_ref().ok_or(Reject::NoSuchRoom)?;
        let policy = &settings.policy;
        if policy.archived_at.is_some() {
            return Err(Reject::RoomArchived);
        }
        if permission::acting_role(&self.members, actor).is_some_and(Role::is_host) {
            return Ok(());
        }
        if !settings.chat_enabled {
            return Err(Reject::ChatClosed);
        }
        match policy.write {
            WritePolicy::Members => Ok(()),
            WritePolicy::Named if policy.writers.contains(&actor.user) => Ok(()),
            WritePolicy::Hosts | WritePolicy::Named => Err(Reject::WriteNotAllowed),
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
                policy,
            } => {
                let settings = arrival::settings(
                    &arrival::Wish {
                        kind: *kind,
                        title,
                        code: code.as_ref(),
                        join_policy: *join_policy,
                        capacity: *capacity,
                        teams,
                        policy,
                    },
                    cx,
                )?;
                self.create(settings, nickname, cx)?
            }
            RoomCommand::Open {
                title,
                people,
                end_to_end,
            } => conversation::open(title, people, *end_to_end, cx)?,
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
                policy,
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
                change::policy(&mut settings.policy, policy, cx)?;
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
            RoomCommand::Ban {
                user,
                message,
                duration,
            } => {
                let message = text::line(message, MAX_MESSAGE, "message")?;
                self.ban(user, message, mute::ends_at(*duration, cx.now)?, cx)?
            }
            RoomCommand::Unban { user } if self.ban_of(user, cx.now).is_some() => {
                vec![RoomEvent::Unbanned { user: user.clone() }]
            }
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
    pub(crate) fn apply(&mut self, entry: &Entry, event: &RoomEvent, board: &mut presence::Board) {
        let at = entry.at;
        match event {
            // The chat forgets them.
            RoomEvent::MessagesExpired { .. } => {}
            RoomEvent::Created { settings } | RoomEvent::Updated { settings } => self.settings = Some(settings.clone()),
            RoomEvent::Closed => {
                if let Some(settings) = &mut self.settings {
                    settings.closed_at = Some(at);
                }
                self.invitations.clear();
                board.visits.close(at);
            }
            RoomEvent::MemberJoined { member, invitation, .. } | RoomEvent::MemberUpdated { member, invitation } => {
                board.enter(&member.user, presence::Known::default(), at);
                if self.members.get(&member.user).is_none() {
                    self.since.insert(member.user.clone(), entry.seq);
                }
                self.members.insert(member.clone());
                if let Some(code) = invitation {
                    self.count_use(code);
                }
            }
            RoomEvent::InvitationCreated { invitation } => self.add_invitation(invitation, at),
            RoomEvent::InvitationRevoked { code } => drop(self.invitations.remove(code)),
            RoomEvent::MemberLeft {
                user,
                reason,
                message,
                until,
                ..
            } => {
                board.leave(user, at);
                self.members.remove(user);
                self.since.remove(user);
                if *reason == LeaveReason::Banned {
                    self.add_ban(user, *until, message, at);
                }
            }
            RoomEvent::Banned { user, message, until } => self.add_ban(user, *until, message, at),
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
            until: None,
        }
    }

    /// Keeps a user out, until a time or for ever; who is kept out already is so on the new terms.
    pub(crate) fn ban(
        &self,
        user: &UserId,
        message: String,
        until: Option<Timestamp>,
        cx: &Cx<'_>,
    ) -> Result<Vec<RoomEvent>, Reject> {
        let before = self.ban_of(user, cx.now);
        if before.is_some_and(|ban| ban.until == until) {
            return Ok(Vec::new());
        }
        if before.is_none() && self.bans.values().filter(|ban| ban.holds(cx.now)).count() >= MAX_BANS {
            return Err(Reject::LimitReached("bans"));
        }
        if self.members.get(user).is_none() {
            return Ok(vec![RoomEvent::Banned {
                user: user.clone(),
                message,
                until,
            }]);
        }
        self.check_removable(user, cx)?;
        Ok(vec![RoomEvent::MemberLeft {
            user: user.clone(),
            reason: LeaveReason::Banned,
            message,
            member_count: count(self.members.len().saturating_sub(1)),
            until,
        }])
    }

    /// The ban that a user is under.
    pub(crate) fn ban_of(&self, user: &UserId, now: Timestamp) -> Option<&Ban> {
        self.bans.get(user).filter(|ban| ban.holds(now))
    }

    fn add_ban(&mut self, user: &UserId, until: Option<Timestamp>, message: &str, now: Timestamp) {
        self.bans.retain(|_, ban| ban.holds(now));
        let ban = Ban {
            until,
            reason: message.to_owned(),
        };
        self.bans.insert(user.clone(), ban);
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
