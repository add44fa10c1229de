//! Mutes: members who may not write for a time; and the terms of bans.
//!
//! Neighbours: [`gate`](super::gate) asks whether somebody is muted; [`membership`](crate::membership) keeps the bans.

use serde::{Deserialize, Serialize};

use super::{MAX_REASON, ModerationEvent, Settings, State};
use crate::{Actor, Audience, Cx, Event, Millis, Reject, Room, Timestamp, UserId, permission, text};

/// Most members muted at a time.
pub const MAX_MUTES: usize = 1_000;
/// Longest mute or ban that ends by itself.
pub const MAX_DURATION: Millis = Millis::secs(28 * 24 * 60 * 60);

/// A member who may not write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mute {
    /// When it ends; none for when a host ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What the host said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who did it.
    pub by: UserId,
    /// When it began.
    pub at: Timestamp,
}

/// A user who may not come in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// When it ends; none for when a host ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What the host said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Mute {
    /// Whether it has not ended.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

impl Ban {
    /// Whether it has not ended.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// When something that lasts so long ends.
///
/// # Errors
///
/// It may last [`MAX_DURATION`] at most.
pub(crate) fn ends_at(duration: Option<Millis>, now: Timestamp) -> Result<Option<Timestamp>, Reject> {
    match duration {
        Some(span) if span > MAX_DURATION => Err(Reject::LimitReached("time")),
        Some(span) => Ok(Some(now + span)),
        None => Ok(None),
    }
}

pub(super) fn mute(
    room: &Room,
    user: &UserId,
    duration: Option<Millis>,
    reason: &str,
    cx: &Cx<'_>,
) -> Result<Vec<Event>, Reject> {
    let reason = text::line(reason, MAX_REASON, "reason")?;
    let role = room.member(user).ok_or(Reject::NoSuchMember)?.role;
    if role.is_host() {
        return Err(Reject::NotPermitted);
    }
    let until = ends_at(duration, cx.now)?;
    let before = room.moderation.mute_of(user, cx.now);
    if until.is_none() && before.is_some_and(|mute| mute.until.is_none() && mute.reason == reason) {
        return Ok(Vec::new());
    }
    Ok(vec![muted(room, user, until, reason, cx)?])
}

/// Mutes a user until then, also one that has left.
///
/// # Errors
///
/// Too many are muted already.
pub(super) fn muted(
    room: &Room,
    user: &UserId,
    until: Option<Timestamp>,
    reason: String,
    cx: &Cx<'_>,
) -> Result<Event, Reject> {
    let state = &room.moderation;
    if state.mute_of(user, cx.now).is_none() && state.mutes(cx.now).count() >= MAX_MUTES {
        return Err(Reject::LimitReached("mutes"));
    }
    Ok(Event::Moderation(ModerationEvent::Muted {
        user: user.clone(),
        until,
        reason,
        by: cx.actor.user.clone(),
    }))
}

pub(super) fn unmute(room: &Room, user: &UserId, now: Timestamp) -> Vec<Event> {
    let muted = room.moderation.mute_of(user, now);
    let unmuted = muted.map(|_| Event::Moderation(ModerationEvent::Unmuted { user: user.clone() }));
    unmuted.into_iter().collect()
}

impl State {
    /// The mute that a user is under.
    pub(crate) fn mute_of(&self, user: &UserId, now: Timestamp) -> Option<&Mute> {
        self.mutes.get(user).filter(|mute| mute.holds(now))
    }

    /// Refuses who is muted.
    pub(crate) fn check_mute(&self, user: &UserId, now: Timestamp) -> Result<(), Reject> {
        match self.mute_of(user, now) {
            Some(mute) => Err(Reject::Muted {
                ends_in: mute.until.map(|until| until.since(now)),
            }),
            None => Ok(()),
        }
    }

    /// Who is muted, in the order of their ids.
    pub(crate) fn mutes(&self, now: Timestamp) -> impl Iterator<Item = (&UserId, &Mute)> {
        self.mutes.iter().filter(move |(_, mute)| mute.holds(now))
    }

    pub(super) fn add_mute(&mut self, user: &UserId, mute: Mute, now: Timestamp) {
        self.mutes.retain(|_, mute| mute.holds(now));
        self.mutes.insert(user.clone(), mute);
    }
}

impl Room {
    /// Who is muted, in the order of their ids.
    pub fn mutes(&self, now: Timestamp) -> Vec<(UserId, Mute)> {
        let mutes = self.moderation.mutes(now);
        mutes.map(|(user, mute)| (user.clone(), mute.clone())).collect()
    }

    /// Who is banned, in the order of their ids.
    pub fn bans(&self, now: Timestamp) -> Vec<(UserId, Ban)> {
        let bans = self.seats.bans.iter().filter(|(_, ban)| ban.holds(now));
        bans.map(|(user, ban)| (user.clone(), ban.clone())).collect()
    }

    /// How the room is moderated, as an audience may see it.
    pub fn moderation(&self, who: &Audience) -> Settings {
        self.moderation.settings.seen_by(who)
    }

    /// Whether the actor runs the room.
    pub(crate) fn is_run_by(&self, actor: &Actor) -> bool {
        permission::acting_role(&self.seats.members, actor).is_some_and(crate::Role::is_host)
    }
}
