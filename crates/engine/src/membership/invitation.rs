//! Invitations: further codes of a room, each good for one role, so many times and for so long.
//!
//! Neighbours: [`membership`](super) keeps them in its state; [`arrival`](super::arrival) asks here whether a code is
//! good; codes are made and found by the shell, which sees to it that no two rooms have the same.

use serde::{Deserialize, Serialize};

use super::State;
use crate::{Cx, Member, Millis, Reject, Role, RoomEvent, Timestamp, permission};

/// Most invitations of a room that are good at a time.
pub const MAX_INVITATIONS: usize = 100;
/// Most uses of one.
pub const MAX_USES: u32 = 1_000;
/// The longest that one is good for.
pub const MAX_LASTS: Millis = Millis::secs(30 * 24 * 3_600);
/// How long one is good for where nothing else is said.
pub const DEFAULT_LASTS: Millis = Millis::secs(600);
/// Longest code, in bytes.
pub const MAX_CODE: usize = 16;

/// A code by which others come into the room with a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// What its bearers show.
    pub code: String,
    /// As what they come in; never [`Role::Host`].
    pub role: Role,
    /// From when on it is good no longer.
    pub expires_at: Timestamp,
    /// How often it may be used, at least once.
    pub max_uses: u32,
    /// How often it has been used.
    #[serde(default, skip_serializing_if = "crate::omit::is_default")]
    pub uses: u32,
}

impl Invitation {
    /// Whether it is good for one more use.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.uses < self.max_uses && now < self.expires_at
    }

    /// Whether its bearers come into a locked room: those who run it or show it do, those who play do not.
    pub(super) fn passes_lock(&self) -> bool {
        self.role != Role::Member
    }
}

/// What a host wants an invitation to be.
pub(super) struct Wish<'a> {
    pub(super) code: &'a str,
    pub(super) role: Role,
    pub(super) lasts: Millis,
    pub(super) max_uses: u32,
}

impl State {
    /// The invitation with this code, if it is good.
    pub(super) fn invitation(&self, code: &str, now: Timestamp) -> Option<&Invitation> {
        self.invitations.get(code).filter(|invitation| invitation.is_good(now))
    }

    pub(super) fn invite(&self, wish: &Wish<'_>, cx: &Cx<'_>) -> Result<Vec<RoomEvent>, Reject> {
        self.check_role_to_give(wish.role, cx)?;
        if wish.code.is_empty() || wish.code.len() > MAX_CODE {
            return Err(Reject::TextInvalid("code"));
        }
        if wish.lasts == Millis::ZERO || wish.lasts > MAX_LASTS {
            return Err(Reject::LimitReached("how long an invitation lasts"));
        }
        if !(1..=MAX_USES).contains(&wish.max_uses) {
            return Err(Reject::LimitReached("uses of an invitation"));
        }
        if self.invitation(wish.code, cx.now).is_some() {
            return Ok(Vec::new());
        }
        let good = self.invitations.values().filter(|there| there.is_good(cx.now));
        if good.count() >= MAX_INVITATIONS {
            return Err(Reject::LimitReached("invitations"));
        }
        Ok(vec![RoomEvent::InvitationCreated {
            invitation: Invitation {
                code: wish.code.to_owned(),
                role: wish.role,
                expires_at: cx.now + wish.lasts,
                max_uses: wish.max_uses,
                uses: 0,
            },
        }])
    }

    /// Who may not give a role may not take its invitation back either.
    pub(super) fn revoke(&self, code: &str, cx: &Cx<'_>) -> Result<Vec<RoomEvent>, Reject> {
        let Some(invitation) = self.invitations.get(code) else {
            return Ok(Vec::new());
        };
        self.check_role_to_give(invitation.role, cx)?;
        Ok(vec![RoomEvent::InvitationRevoked { code: code.to_owned() }])
    }

    /// Takes one in, in place of those that are good no longer; so there are never more than [`MAX_INVITATIONS`].
    pub(super) fn add_invitation(&mut self, invitation: &Invitation, at: Timestamp) {
        self.invitations.retain(|_, there| there.is_good(at));
        self.invitations.insert(invitation.code.clone(), invitation.clone());
    }

    pub(super) fn count_use(&mut self, code: &str) {
        if let Some(invitation) = self.invitations.get_mut(code) {
            invitation.uses = invitation.uses.saturating_add(1);
            if invitation.uses >= invitation.max_uses {
                self.invitations.remove(code);
            }
        }
    }

    fn check_role_to_give(&self, role: Role, cx: &Cx<'_>) -> Result<(), Reject> {
        let acting = permission::acting_role(&self.members, cx.actor);
        match role {
            Role::Observer | Role::Member => Ok(()),
            Role::CoHost if acting == Some(Role::Host) => Ok(()),
            Role::CoHost | Role::Host => Err(Reject::NotPermitted),
        }
    }
}

/// A member in a higher role, by an invitation.
pub(super) fn raised(member: Member, invitation: &Invitation) -> RoomEvent {
    RoomEvent::MemberUpdated {
        member,
        invitation: Some(invitation.code.clone()),
    }
}
