//! Coming in: the first member makes the room, the others need a code, an invitation, an account or a grant.
//!
//! Neighbours: [`membership`](super) keeps the state; [`change`](super::change) checks what arrivals and updates share.

use super::{
    State, change, count,
    invitation::{self, Invitation},
};
use crate::{
    Accommodations, Cx, JoinPolicy, Member, Policy, PolicyChange, Reject, Role, RoomEvent, RoomKind, Settings,
    nickname,
    quiz::Phase,
    settings::{DEFAULT_CAPACITY, MAX_TEAMS},
};

/// What the creator of a room asks for.
pub(super) struct Wish<'a> {
    pub(super) kind: RoomKind,
    pub(super) title: &'a str,
    pub(super) code: Option<&'a String>,
    pub(super) join_policy: Option<JoinPolicy>,
    pub(super) capacity: Option<u32>,
    pub(super) teams: &'a [String],
    pub(super) policy: &'a PolicyChange,
}

/// What somebody who comes in asks for.
pub(super) struct Seat<'a> {
    pub(super) nickname: &'a str,
    pub(super) avatar: &'a str,
    pub(super) team: &'a str,
    pub(super) observe: bool,
    pub(super) code_shown: bool,
    /// Code of an invitation.
    pub(super) invitation: Option<&'a str>,
}

/// The settings of a new room.
pub(super) fn settings(wish: &Wish<'_>, cx: &Cx<'_>) -> Result<Settings, Reject> {
    if wish.teams.len() > MAX_TEAMS {
        return Err(Reject::LimitReached("teams"));
    }
    let mut teams = Vec::new();
    for team in wish.teams {
        let team = change::team_name(team)?;
        if teams.contains(&team) {
            return Err(Reject::TextInvalid("two teams of one name"));
        }
        teams.push(team);
    }
    let mut policy = Policy {
        history: wish.kind.default_history_policy(),
        ..Policy::default()
    };
    change::policy(&mut policy, wish.policy, cx)?;
    Ok(Settings {
        kind: wish.kind,
        title: change::title(wish.title)?,
        code: wish.code.cloned(),
        join_policy: wish.join_policy.unwrap_or(wish.kind.default_join_policy()),
        locked: false,
        capacity: change::capacity(wish.capacity.unwrap_or(DEFAULT_CAPACITY))?,
        late_join: true,
        teams,
        chat_enabled: true,
        created_by: cx.actor.user.clone(),
        created_at: cx.now,
        closed_at: None,
        policy,
    })
}

impl State {
    pub(super) fn create(&self, settings: Settings, nickname: &str, cx: &mut Cx<'_>) -> Result<Vec<RoomEvent>, Reject> {
        let host = Member {
            user: cx.actor.user.clone(),
            nickname: self.nickname(nickname, cx)?,
            role: Role::Host,
            avatar: String::new(),
            team: String::new(),
            joined_at: cx.now,
            guest: cx.actor.guest,
            accommodations: Accommodations::default(),
            hand_at: None,
            mute: None,
        };
        Ok(vec![
            RoomEvent::Created { settings },
            RoomEvent::MemberJoined {
                member: host,
                member_count: 1,
                invitation: None,
            },
        ])
    }

    pub(super) fn join(
        &self,
        seat: &Seat<'_>,
        phase: Option<Phase>,
        cx: &mut Cx<'_>,
    ) -> Result<Vec<RoomEvent>, Reject> {
        let settings = self.check_open()?;
        let good = |code| self.invitation(code, cx.now).ok_or(Reject::WrongCode);
        let invitation = seat.invitation.map(good).transpose()?;
        if let Some(member) = self.members.get(&cx.actor.user) {
            return match invitation {
                Some(invitation) => self.raise(member, invitation, seat, settings, phase),
                None => Ok(Vec::new()),
            };
        }
        let role = self.role_of_arrival(seat, invitation, cx);
        if !cx.actor.global_host {
            self.admit(settings, seat, invitation, cx)?;
            check_doors(settings, invitation, role, phase)?;
        }
        if self.members.len() >= usize::try_from(settings.capacity).unwrap_or(usize::MAX) {
            return Err(Reject::RoomFull);
        }
        let member = Member {
            user: cx.actor.user.clone(),
            nickname: self.nickname(seat.nickname, cx)?,
            role,
            avatar: change::avatar(seat.avatar)?,
            team: change::team(seat.team, role, settings, &self.members)?,
            joined_at: cx.now,
            guest: cx.actor.guest,
            accommodations: Accommodations::default(),
            hand_at: None,
            mute: None,
        };
        Ok(vec![RoomEvent::MemberJoined {
            member,
            member_count: count(self.members.len() + 1),
            invitation: invitation.map(|invitation| invitation.code.clone()),
        }])
    }

    /// Somebody who is in already gets the role of the invitation, if that is higher, in the same seat.
    fn raise(
        &self,
        member: &Member,
        invitation: &Invitation,
        seat: &Seat<'_>,
        settings: &Settings,
        phase: Option<Phase>,
    ) -> Result<Vec<RoomEvent>, Reject> {
        if seat.observe || member.role >= invitation.role {
            return Ok(Vec::new());
        }
        check_doors(settings, Some(invitation), invitation.role, phase)?;
        let mut raised = Member {
            role: invitation.role,
            ..member.clone()
        };
        if raised.team.is_empty() {
            raised.team = change::team("", raised.role, settings, &self.members)?;
        }
        Ok(vec![invitation::raised(raised, invitation)])
    }

    /// A room has one host, so a grant for that role makes a co-host while there is one.
    fn role_of_arrival(&self, seat: &Seat<'_>, invitation: Option<&Invitation>, cx: &Cx<'_>) -> Role {
        if let (false, Some(invitation)) = (seat.observe, invitation) {
            return invitation.role;
        }
        match cx.actor.grant {
            _ if seat.observe => Role::Observer,
            Some(Role::Host) if self.host().is_some() => Role::CoHost,
            Some(role @ (Role::Host | Role::CoHost | Role::Member | Role::Observer)) => role,
            None => Role::Member,
        }
    }

    /// Whether the actor is somebody whom the room takes in; a ban weighs more than any code.
    fn admit(
        &self,
        settings: &Settings,
        seat: &Seat<'_>,
        invitation: Option<&Invitation>,
        cx: &Cx<'_>,
    ) -> Result<(), Reject> {
        if self.ban_of(&cx.actor.user, cx.now).is_some() {
            return Err(Reject::Banned);
        }
        let granted = cx.actor.grant.is_some() || invitation.is_some();
        match settings.join_policy {
            JoinPolicy::Code if !(seat.code_shown || granted) => Err(Reject::WrongCode),
            JoinPolicy::Open if cx.actor.guest && !granted => Err(Reject::NotInvited),
            JoinPolicy::Invited if !granted => Err(Reject::NotInvited),
            JoinPolicy::Code | JoinPolicy::Open | JoinPolicy::Invited => Ok(()),
        }
    }

    fn nickname(&self, given: &str, cx: &mut Cx<'_>) -> Result<String, Reject> {
        let user = &cx.actor.user;
        if given.is_empty() {
            Ok(nickname::chosen(&cx.actor.name, user, &self.members, cx.rng))
        } else {
            nickname::given(given, user, &self.members)
        }
    }
}

/// Whether the room takes anybody in right now, in this role.
fn check_doors(
    settings: &Settings,
    invitation: Option<&Invitation>,
    role: Role,
    phase: Option<Phase>,
) -> Result<(), Reject> {
    if settings.locked && !invitation.is_some_and(Invitation::passes_lock) {
        return Err(Reject::RoomLocked);
    }
    if role == Role::Member && !settings.late_join && phase.is_some_and(is_running) {
        return Err(Reject::LateJoinClosed);
    }
    Ok(())
}

/// Whether the game has begun and is not over.
fn is_running(phase: Phase) -> bool {
    match phase {
        Phase::Lobby | Phase::Ended => false,
        Phase::Starting | Phase::Reading | Phase::Open | Phase::Closed | Phase::Revealed | Phase::Leaderboard => true,
    }
}
