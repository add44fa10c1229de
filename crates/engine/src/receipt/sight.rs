//! Who may see which mark.
//!
//! | | own | another's, room of up to [`SHARED_UP_TO`](super::SHARED_UP_TO) | another's, larger room |
//! |---|---|---|---|
//! | hosts | both | both; of the private ones delivered only | as in a small room |
//! | members | both | both; delivered only if either is private | none |
//! | observers | as another's | as members do | none |
//!
//! Hosts and observers are audiences without a name: they see their own marks as each other's, in entries; their own are
//! in the answers to what they ask. That a private reader sees nothing of others holds for members.

use super::Mark;
use crate::{Audience, UserId};

/// One mark as an audience may see it. `is_private` says who keeps its reading to itself.
pub(super) fn mark(mark: &Mark, who: &Audience, shared: bool, is_private: impl Fn(&UserId) -> bool) -> Option<Mark> {
    let (own, host, alike) = match who {
        Audience::Member(user) if *user == mark.user => (true, false, false),
        Audience::Member(user) => (false, false, is_private(user)),
        Audience::Hosts => (false, true, false),
        Audience::Observers => (false, false, false),
    };
    if !(own || host || shared) {
        return None;
    }
    let hidden = !own && (alike || is_private(&mark.user));
    Some(Mark {
        read: if hidden { 0 } else { mark.read },
        ..mark.clone()
    })
}

/// The marks of an entry, in the order of users, as an audience may see them.
pub(super) fn moved(marks: &[Mark], who: &Audience, shared: bool, private: &[UserId]) -> Vec<Mark> {
    let is_private = |user: &UserId| private.binary_search(user).is_ok();
    let seen = |one: &Mark| mark(one, who, shared, is_private);
    match who {
        // A thousand members look at the entry of a large room, each for one mark.
        Audience::Member(user) if !shared => {
            let own = marks.binary_search_by_key(&user, |mark| &mark.user).ok();
            own.and_then(|index| seen(&marks[index])).into_iter().collect()
        }
        Audience::Hosts | Audience::Member(_) | Audience::Observers => marks.iter().filter_map(seen).collect(),
    }
}
