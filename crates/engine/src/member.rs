//! Who is in a room, and what each may do.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde::{Deserialize, Serialize};

use crate::{Millis, Timestamp, UserId, moderation::Mute, nickname};

/// Longest avatar seed, in characters.
pub const MAX_AVATAR: usize = 64;

/// What a member may do. Ordered: a higher role may do all that a lower one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees what members see and takes no part.
    Observer,
    /// Answers, chats, votes.
    Member,
    /// Runs the room beside the host.
    CoHost,
    /// Owns the room.
    Host,
}

impl Role {
    /// Whether the role runs the room.
    pub fn is_host(self) -> bool {
        self >= Self::CoHost
    }
}

/// A user in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The user.
    pub user: UserId,
    /// Name shown in this room, unique in it.
    pub nickname: String,
    /// What the member may do.
    pub role: Role,
    /// Avatar seed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub avatar: String,
    /// Team; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub team: String,
    /// When the member came in.
    pub joined_at: Timestamp,
    /// Came in without an account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guest: bool,
    /// What makes a timed game fair for the member. Hosts and the member see it.
    #[serde(default, skip_serializing_if = "Accommodations::is_none")]
    pub accommodations: Accommodations,
    /// When the hand was raised, which is its place in the queue; none while it is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_at: Option<Timestamp>,
    /// The mute that the member is under, which may have ended. Hosts and the member see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mute: Option<Mute>,
}

impl Member {
    /// Whether the member and hosts see more of it than others do (see [`Audience`](crate::Audience)).
    pub(crate) fn has_secrets(&self) -> bool {
        !self.accommodations.is_none() || self.mute.is_some()
    }
}

/// What makes a timed game fair for one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Accommodations {
    /// Time factor in percent, 100 to 1,000.
    pub time_percent: u32,
    /// No time limit at all, until the host closes the question.
    pub untimed: bool,
    /// Wrong options taken away in choice questions.
    pub fewer_options: u32,
    /// Early close does not wait for this member.
    pub excused: bool,
}

impl Default for Accommodations {
    fn default() -> Self {
        Self {
            time_percent: 100,
            untimed: false,
            fewer_options: 0,
            excused: false,
        }
    }
}

impl Accommodations {
    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The member's own time limit; none if untimed.
    pub fn time_limit(&self, limit: Millis) -> Option<Millis> {
        (!self.untimed).then(|| Millis(limit.0 * u64::from(self.time_percent.max(100)) / 100))
    }
}

/// The members of a room, in the order of their ids.
///
/// Invariants: `names` has the nickname key of every member, and nothing else; `accommodated` has those with accommodations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<UserId, Member>", into = "BTreeMap<UserId, Member>")]
pub struct Members {
    by_id: BTreeMap<UserId, Member>,
    names: BTreeMap<String, BTreeSet<UserId>>,
    accommodated: BTreeSet<UserId>,
}

impl Members {
    /// One member.
    pub fn get(&self, user: &UserId) -> Option<&Member> {
        self.by_id.get(user)
    }

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Member> {
        self.by_id.values()
    }

    /// Those whose id comes after `user`, or all.
    pub fn after(&self, user: Option<&UserId>) -> impl Iterator<Item = &Member> {
        let from = user.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_id
            .range::<UserId, _>((from, Bound::Unbounded))
            .map(|(_, member)| member)
    }

    /// Those who play: role [`Role::Member`].
    pub fn players(&self) -> impl Iterator<Item = &Member> {
        self.iter().filter(|member| member.role == Role::Member)
    }

    /// The players with accommodations.
    pub fn accommodated(&self) -> impl Iterator<Item = &Member> {
        let members = self.accommodated.iter().filter_map(|user| self.get(user));
        members.filter(|member| member.role == Role::Member)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Whether somebody other than `user` has a nickname with this key.
    pub(crate) fn is_taken(&self, key: &str, user: &UserId) -> bool {
        self.names
            .get(key)
            .is_some_and(|holders| holders.iter().any(|holder| holder != user))
    }

    /// The member whose nickname has this key; the first in the order of their ids, should there be several.
    pub(crate) fn named(&self, key: &str) -> Option<&UserId> {
        self.names.get(key).and_then(BTreeSet::first)
    }

    /// Takes a member in, in place of an earlier one of the same user.
    pub(crate) fn insert(&mut self, member: Member) {
        self.remove(&member.user);
        self.names
            .entry(nickname::key(&member.nickname))
            .or_default()
            .insert(member.user.clone());
        if !member.accommodations.is_none() {
            self.accommodated.insert(member.user.clone());
        }
        self.by_id.insert(member.user.clone(), member);
    }

    /// Raises or lowers a member's hand.
    pub(crate) fn set_hand(&mut self, user: &UserId, hand_at: Option<Timestamp>) {
        if let Some(member) = self.by_id.get_mut(user) {
            member.hand_at = hand_at;
        }
    }

    /// Puts down the mute that a user is under, if it is a member.
    pub(crate) fn set_mute(&mut self, user: &UserId, mute: Option<Mute>) {
        if let Some(member) = self.by_id.get_mut(user) {
            member.mute = mute;
        }
    }

    /// Takes a member out.
    pub(crate) fn remove(&mut self, user: &UserId) -> Option<Member> {
        let member = self.by_id.remove(user)?;
        self.accommodated.remove(user);
        let key = nickname::key(&member.nickname);
        if let Some(holders) = self.names.get_mut(&key) {
            holders.remove(user);
            if holders.is_empty() {
                self.names.remove(&key);
            }
        }
        Some(member)
    }
}

impl From<BTreeMap<UserId, Member>> for Members {
    fn from(by_id: BTreeMap<UserId, Member>) -> Self {
        let mut members = Self::default();
        for member in by_id.into_values() {
            members.insert(member);
        }
        members
    }
}

impl From<Members> for BTreeMap<UserId, Member> {
    fn from(members: Members) -> Self {
        members.by_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_with_accommodations_are_those_who_have_some_now() {
        let mut members = Members::default();
        let mut expected = BTreeSet::new();
        for (name, role, percent) in [
            ("ana", Role::Member, 150),
            ("ben", Role::Member, 100),
            ("cleo", Role::Host, 150),
            ("ana", Role::Member, 100),
            ("dan", Role::Member, 200),
            ("ben", Role::Member, 120),
            ("ben", Role::Observer, 120),
            ("dan", Role::Member, 0),
        ] {
            let user: UserId = name.parse().expect("an id");
            if percent == 0 {
                members.remove(&user);
            } else {
                members.insert(Member {
                    user: user.clone(),
                    nickname: name.to_owned(),
                    role,
                    avatar: String::new(),
                    team: String::new(),
                    joined_at: Timestamp(0),
                    guest: false,
                    accommodations: Accommodations {
                        time_percent: percent,
                        ..Accommodations::default()
                    },
                    hand_at: None,
                    mute: None,
                });
            }
            expected.remove(&user);
            if percent > 100 && role == Role::Member {
                expected.insert(user);
            }
            let found: BTreeSet<UserId> = members.accommodated().map(|member| member.user.clone()).collect();
            assert_eq!(found, expected, "after {name}");
            let stored = BTreeMap::from(members.clone());
            assert_eq!(Members::from(stored), members, "nothing is lost in a snapshot");
        }
        assert_eq!(expected.len(), 0);
    }
}
