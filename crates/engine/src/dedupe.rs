//! Which requests have had their effect, so that a retry gets the first result and not a second effect.
//!
//! The log itself says it: every entry carries the request that made it. Only requests that made entries are remembered,
//! as repeating any other has no effect anyway.
//!
//! Neighbours: [`room`](crate::room) records each entry here and asks before it decides.
//!
//! Invariant: `index` names exactly the requests in `made`.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use serde::{Deserialize, Serialize};

use crate::{Entry, RequestId, Seq, UserId};

/// Most requests remembered for one user; the oldest is forgotten first.
pub const PER_USER: usize = 256;
/// Most requests remembered for one room; the oldest is forgotten first.
pub const PER_ROOM: usize = 262_144;

/// The requests that made entries.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(Seq, Made)>", into = "Vec<(Seq, Made)>")]
pub(crate) struct Requests {
    /// By the first entry.
    made: BTreeMap<Seq, Made>,
    index: BTreeMap<UserId, Own>,
}

/// The requests of one user.
#[derive(Debug, Clone, Default)]
struct Own {
    /// The first entry of each.
    firsts: BTreeMap<RequestId, Seq>,
    /// The same, the oldest first.
    in_order: BTreeSet<Seq>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Made {
    user: UserId,
    request: RequestId,
    last: Seq,
}

impl Requests {
    /// The entries that a request made, if it is remembered.
    pub(crate) fn replayed(&self, user: &UserId, request: &RequestId) -> Option<RangeInclusive<Seq>> {
        let first = *self.index.get(user)?.firsts.get(request)?;
        self.made.get(&first).map(|made| first..=made.last)
    }

    /// Remembers what an entry says of the request that made it.
    pub(crate) fn record(&mut self, entry: &Entry) {
        let (Some(user), Some(request)) = (&entry.actor, &entry.request) else {
            return;
        };
        if let Some(first) = self.index.get(user).and_then(|own| own.firsts.get(request)) {
            if let Some(made) = self
                .made
                .get_mut(first)
                .filter(|made| made.last.checked_add(1) == Some(entry.seq))
            {
                made.last = entry.seq;
            }
            return;
        }
        self.insert(
            entry.seq,
            Made {
                user: user.clone(),
                request: request.clone(),
                last: entry.seq,
            },
        );
    }

    fn insert(&mut self, first: Seq, made: Made) {
        self.forget(first);
        let own = self.index.entry(made.user.clone()).or_default();
        own.firsts.insert(made.request.clone(), first);
        own.in_order.insert(first);
        let oldest = own.in_order.first().filter(|_| own.in_order.len() > PER_USER).copied();
        self.made.insert(first, made);
        if let Some(oldest) = oldest {
            self.forget(oldest);
        }
        if self.made.len() > PER_ROOM
            && let Some((&oldest, _)) = self.made.first_key_value()
        {
            self.forget(oldest);
        }
    }

    fn forget(&mut self, first: Seq) {
        let Some(made) = self.made.remove(&first) else { return };
        if let Some(own) = self.index.get_mut(&made.user) {
            own.firsts.remove(&made.request);
            own.in_order.remove(&first);
            if own.in_order.is_empty() {
                self.index.remove(&made.user);
            }
        }
    }
}

impl From<Vec<(Seq, Made)>> for Requests {
    fn from(made: Vec<(Seq, Made)>) -> Self {
        let mut requests = Self::default();
        for (first, made) in made {
            requests.insert(first, made);
        }
        requests
    }
}

impl From<Requests> for Vec<(Seq, Made)> {
    fn from(requests: Requests) -> Self {
        requests.made.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, RoomEvent, Timestamp};

    fn entry(seq: Seq, user: &str, request: &str) -> Entry {
        Entry {
            seq,
            at: Timestamp(0),
            actor: Some(user.parse().expect("an id")),
            request: Some(request.parse().expect("an id")),
            event: Event::Room(RoomEvent::Closed),
        }
    }

    fn replayed(requests: &Requests, user: &str, request: &str) -> Option<(Seq, Seq)> {
        let range = requests.replayed(&user.parse().expect("an id"), &request.parse().expect("an id"))?;
        Some((*range.start(), *range.end()))
    }

    #[test]
    fn a_request_is_known_by_user_and_id_with_all_its_entries() {
        let mut requests = Requests::default();
        for (seq, user, request) in [(1, "a", "x"), (2, "a", "x"), (3, "b", "x"), (4, "a", "y")] {
            requests.record(&entry(seq, user, request));
        }
        assert_eq!(replayed(&requests, "a", "x"), Some((1, 2)));
        assert_eq!(replayed(&requests, "b", "x"), Some((3, 3)));
        assert_eq!(replayed(&requests, "b", "y"), None);
        requests.record(&entry(9, "a", "x"));
        assert_eq!(replayed(&requests, "a", "x"), Some((1, 2)), "the first result stays");
    }

    #[test]
    fn the_oldest_of_a_user_is_forgotten_first() {
        let mut requests = Requests::default();
        requests.record(&entry(1, "b", "r"));
        for n in 0..=PER_USER as Seq {
            requests.record(&entry(10 + n, "a", &format!("r{n}")));
        }
        let json = serde_json::to_string(&requests).expect("serialises");
        let requests: Requests = serde_json::from_str(&json).expect("deserialises");
        assert_eq!(replayed(&requests, "a", "r0"), None);
        assert_eq!(replayed(&requests, "a", "r1"), Some((11, 11)));
        assert_eq!(replayed(&requests, "b", "r"), Some((1, 1)), "others are not pushed out");
        assert_eq!(requests.made.len(), PER_USER + 1);
    }
}
