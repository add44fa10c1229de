//! Every kind of caller.

use trivium_engine::Role;

/// A kind of caller, seen from one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// Has no token.
    Nobody,
    /// Has the host's token, but of yesterday.
    Expired,
    /// Has something that is no token.
    Garbage,
    /// Came in by code, without an account.
    Guest,
    /// Plays.
    Member,
    /// Looks on.
    Observer,
    /// Helps the host.
    CoHost,
    /// Made the room, and owns the quiz in it.
    Host,
    /// Guest of another room.
    OtherGuest,
    /// Plays in another room.
    OtherMember,
    /// Made another room.
    OtherHost,
    /// Another service; has no seat.
    Service,
    /// An operator; has no seat.
    Admin,
}

use Caller::{
    Admin, CoHost, Expired, Garbage, Guest, Host, Member, Nobody, Observer, OtherGuest, OtherHost, OtherMember, Service,
};

/// All of them.
pub(crate) const CALLERS: [Caller; 13] = [
    Nobody,
    Expired,
    Garbage,
    Guest,
    Member,
    Observer,
    CoHost,
    Host,
    OtherGuest,
    OtherMember,
    OtherHost,
    Service,
    Admin,
];

impl Caller {
    /// The user, where the token names an account.
    pub(crate) fn account(self) -> Option<&'static str> {
        match self {
            Nobody | Expired | Garbage | Guest | OtherGuest => None,
            Member => Some("member"),
            Observer => Some("observer"),
            CoHost => Some("co-host"),
            Host => Some("host"),
            OtherMember => Some("other-member"),
            OtherHost => Some("other-host"),
            Service => Some("service"),
            Admin => Some("admin"),
        }
    }

    /// The seat in the room.
    pub(crate) fn seat(self) -> Option<Role> {
        match self {
            Nobody | Expired | Garbage | OtherGuest | OtherMember | OtherHost | Service | Admin => None,
            Observer => Some(Role::Observer),
            Guest | Member => Some(Role::Member),
            CoHost => Some(Role::CoHost),
            Host => Some(Role::Host),
        }
    }

    /// Whether a global role makes the caller a host everywhere.
    pub(crate) fn is_global(self) -> bool {
        matches!(self, Service | Admin)
    }

    /// Whether the token is a guest's.
    pub(crate) fn is_guest(self) -> bool {
        matches!(self, Guest | OtherGuest)
    }

    /// Whether the quiz of the room is the caller's to read and change.
    pub(crate) fn owns_the_quiz(self) -> bool {
        matches!(self, Host | Admin)
    }
}
