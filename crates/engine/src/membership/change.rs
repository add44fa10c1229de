//! Changing a member, and the checks of single values that arrivals and updates share.
//!
//! Neighbours: [`membership`](super) keeps the state; [`arrival`](super::arrival) fills in what nobody chose.

use super::State;
use crate::{
    Accommodations, Cx, Member, Policy, PolicyChange, Reject, Role, RoomEvent, Settings, UserId,
    member::{MAX_AVATAR, Members},
    nickname, permission,
    quiz::Phase,
    settings::{MAX_CAPACITY, MAX_DESCRIPTION, MAX_RETENTION_DAYS, MAX_TEAM_NAME, MAX_TITLE, MAX_WRITERS},
    text,
};

/// What is to be changed of a member.
pub(super) struct Change<'a> {
    pub(super) nickname: Option<&'a str>,
    pub(super) avatar: Option<&'a str>,
    pub(super) team: Option<&'a str>,
    pub(super) role: Option<Role>,
    pub(super) accommodations: Option<&'a Accommodations>,
}

impl State {
    pub(super) fn update(
        &self,
        user: &UserId,
        change: &Change<'_>,
        phase: Option<Phase>,
        cx: &Cx<'_>,
    ) -> Result<Vec<RoomEvent>, Reject> {
        let acting = permission::acting_role(&self.members, cx.actor).ok_or(Reject::NotMember)?;
        if !acting.is_host() {
            check_own(user, change, phase, cx)?;
        }
        let before = self.members.get(user).ok_or(Reject::NoSuchMember)?;
        let settings = self.check_open()?;
        let mut member = before.clone();
        if let Some(role) = change.role {
            member.role = changed_role(before, role, acting)?;
        }
        if let Some(name) = change.nickname {
            member.nickname = nickname::given(name, user, &self.members)?;
        }
        if let Some(seed) = change.avatar {
            member.avatar = avatar(seed)?;
        }
        if let Some(name) = change.team {
            member.team = team(name, member.role, settings, &self.members)?;
        } else if member.role == Role::Member && member.team.is_empty() {
            member.team = least_filled(settings, &self.members);
        }
        if let Some(wanted) = change.accommodations {
            member.accommodations = accommodations(wanted)?;
        }
        Ok(if member == *before {
            Vec::new()
        } else {
            vec![RoomEvent::MemberUpdated {
                member,
                invitation: None,
            }]
        })
    }
}

/// Members look after their own looks, and only until the game begins, so that nobody changes name under a score.
fn check_own(user: &UserId, change: &Change<'_>, phase: Option<Phase>, cx: &Cx<'_>) -> Result<(), Reject> {
    if *user != cx.actor.user || change.role.is_some() || change.accommodations.is_some() {
        return Err(Reject::NotPermitted);
    }
    match phase {
        None | Some(Phase::Lobby) => Ok(()),
        Some(phase) => Err(Reject::WrongPhase { phase }),
    }
}

/// Roles are the host's to give, but for its own: that goes over when it leaves or is gone.
fn changed_role(member: &Member, role: Role, acting: Role) -> Result<Role, Reject> {
    if member.role == role {
        return Ok(role);
    }
    if acting != Role::Host || member.role == Role::Host || role == Role::Host {
        return Err(Reject::NotPermitted);
    }
    Ok(role)
}

/// Puts the change into the policy.
pub(super) fn policy(policy: &mut Policy, change: &PolicyChange, cx: &Cx<'_>) -> Result<(), Reject> {
    policy.write = change.write.unwrap_or(policy.write);
    if let Some(writers) = &change.writers {
        if writers.len() > MAX_WRITERS {
            return Err(Reject::LimitReached("writers"));
        }
        policy.writers.clone_from(writers);
    }
    policy.history = change.history.unwrap_or(policy.history);
    policy.listed = change.listed.unwrap_or(policy.listed);
    match change.archived {
        Some(true) => {
            policy.archived_at.get_or_insert(cx.now);
        }
        Some(false) => policy.archived_at = None,
        None => {}
    }
    if let Some(days) = change.retention_days {
        if days > MAX_RETENTION_DAYS {
            return Err(Reject::LimitReached("retention_days"));
        }
        policy.retention_days = days;
    }
    if let Some(description) = &change.description {
        policy.description = text::line(description, MAX_DESCRIPTION, "description")?;
    }
    Ok(())
}

pub(super) fn title(title: &str) -> Result<String, Reject> {
    let title = text::line(title, MAX_TITLE, "title")?;
    if title.is_empty() {
        Err(Reject::TextInvalid("title"))
    } else {
        Ok(title)
    }
}

pub(super) fn capacity(capacity: u32) -> Result<u32, Reject> {
    if (1..=MAX_CAPACITY).contains(&capacity) {
        Ok(capacity)
    } else {
        Err(Reject::LimitReached("capacity"))
    }
}

pub(super) fn avatar(seed: &str) -> Result<String, Reject> {
    text::line(seed, MAX_AVATAR, "avatar")
}

pub(super) fn team_name(name: &str) -> Result<String, Reject> {
    let name = text::line(name, MAX_TEAM_NAME, "team")?;
    if name.is_empty() {
        Err(Reject::TextInvalid("team"))
    } else {
        Ok(name)
    }
}

/// The team asked for; for a player who asks for none, the one with the fewest players.
pub(super) fn team(name: &str, role: Role, settings: &Settings, members: &Members) -> Result<String, Reject> {
    let name = name.trim();
    if settings.teams.iter().any(|team| team == name) {
        Ok(name.to_owned())
    } else if !name.is_empty() {
        Err(Reject::NoSuchTeam)
    } else if role == Role::Member {
        Ok(least_filled(settings, members))
    } else {
        Ok(String::new())
    }
}

fn least_filled(settings: &Settings, members: &Members) -> String {
    let players = |team: &String| members.players().filter(|player| player.team == *team).count();
    settings
        .teams
        .iter()
        .min_by_key(|team| players(team))
        .cloned()
        .unwrap_or_default()
}

fn accommodations(wanted: &Accommodations) -> Result<Accommodations, Reject> {
    let time_percent = if wanted.time_percent == 0 {
        100
    } else {
        wanted.time_percent
    };
    if !(100..=1_000).contains(&time_percent) || wanted.fewer_options > 6 {
        return Err(Reject::LimitReached("accommodations"));
    }
    Ok(Accommodations {
        time_percent,
        ..wanted.clone()
    })
}
