//! Whom a token stands for.

use std::collections::BTreeMap;

use trivium_engine::{Actor, Role, RoomId, Timestamp, UserId};

/// Most rooms that one token grants.
pub const MAX_GRANTS: usize = 64;

/// Whom a token stands for, and what it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The user.
    pub user: UserId,
    /// Name to be shown; empty if the token has none. At most 64 characters.
    pub name: String,
    /// Came in without an account.
    pub guest: bool,
    /// Roles in the whole system.
    pub roles: Roles,
    /// Rooms that the user may enter without a code, and as what. At most [`MAX_GRANTS`].
    pub grants: BTreeMap<RoomId, Role>,
    /// When the token ends, with the leeway that clocks are given.
    pub expires_at: Timestamp,
    /// The token's own name (`jti`), if it has one.
    pub token_id: Option<String>,
}

/// Roles in the whole system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roles {
    /// Another service.
    pub service: bool,
    /// An operator.
    pub admin: bool,
}

impl Principal {
    /// The principal as a room knows it.
    pub fn actor(&self, room: &RoomId) -> Actor {
        Actor {
            user: self.user.clone(),
            name: self.name.clone(),
            guest: self.guest,
            global_host: self.roles.service || self.roles.admin,
            grant: self.grants.get(room).copied(),
        }
    }

    /// Whether the token may be used in this room at all: a guest's seat is good for its own room only.
    pub fn may_address(&self, room: &RoomId) -> bool {
        !self.guest || self.grants.contains_key(room)
    }

    /// Whether the token has ended.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(guest: bool, roles: Roles) -> Principal {
        let room = "mine".parse().expect("an id");
        Principal {
            user: "u".parse().expect("an id"),
            name: "U".into(),
            guest,
            roles,
            grants: BTreeMap::from([(room, Role::CoHost)]),
            expires_at: Timestamp(1_000),
            token_id: None,
        }
    }

    #[test]
    fn a_guest_stays_in_its_room() {
        let (mine, other) = ("mine".parse().expect("an id"), "other".parse().expect("an id"));
        let guest = principal(true, Roles::default());
        assert!(guest.may_address(&mine) && !guest.may_address(&other));
        assert!(principal(false, Roles::default()).may_address(&other));
    }

    #[test]
    fn rooms_learn_of_their_own_grant_only() {
        let (mine, other) = ("mine".parse().expect("an id"), "other".parse().expect("an id"));
        let user = principal(false, Roles::default());
        assert_eq!(user.actor(&mine).grant, Some(Role::CoHost));
        assert_eq!(user.actor(&other).grant, None);
        assert!(!user.actor(&mine).global_host);
        let roles = [(true, false), (false, true)].map(|(service, admin)| Roles { service, admin });
        assert!(
            roles
                .map(|roles| principal(false, roles).actor(&other).global_host)
                .iter()
                .all(|host| *host)
        );
    }

    #[test]
    fn a_token_ends_when_it_says() {
        let user = principal(false, Roles::default());
        assert!(!user.is_expired(Timestamp(999)) && user.is_expired(Timestamp(1_000)));
    }
}
