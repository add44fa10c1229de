//! Who may see what.
//!
//! This is the only place that hides anything: what a receiver may not see is removed here, not in `api` and not in a
//! client. Every entry has a [`Visibility`], from which the shell knows how many encodings it needs, and
//! [`Event::seen_by`](crate::Event::seen_by) gives the event as one audience sees it.

use crate::{Entry, Event, UserId};

/// Through whose eyes an event is seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Hosts, co-hosts, and services and admins by their global role.
    Hosts,
    /// One member.
    Member(UserId),
    /// Somebody who takes no part.
    Observers,
}

/// For whom an entry looks how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// The same for everybody.
    Everyone,
    /// One look for hosts, one for everybody else.
    Split,
    /// One look for hosts, one for observers, and one for each member.
    Personal,
    /// Hosts and one member.
    Private(UserId),
    /// Hosts only.
    Hosts,
    /// Nobody.
    Nobody,
}
