//! What has to come of a call, as the table of the product says it.

use tonic::Code;
use trivium_api::authz::{self, Access};
use trivium_engine::Role;

use crate::callers::Caller;

/// Code and reason of a refusal.
pub(crate) type Refusal = (Code, String);

/// What has to come of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// The caller is let through; the state of the room may still say no.
    Allowed,
    /// Exactly this.
    Denied(Code, &'static str),
}

use Expected::{Allowed, Denied};

const TOKEN_MISSING: Expected = Denied(Code::Unauthenticated, "TOKEN_MISSING");
const ROOM_NOT_FOUND: Expected = Denied(Code::NotFound, "ROOM_NOT_FOUND");
const QUIZ_NOT_FOUND: Expected = Denied(Code::NotFound, "QUIZ_NOT_FOUND");
const NOT_MEMBER: Expected = Denied(Code::PermissionDenied, "NOT_MEMBER");
const NOT_PERMITTED: Expected = Denied(Code::PermissionDenied, "NOT_PERMITTED");
const PERMISSION_DENIED: Expected = Denied(Code::PermissionDenied, "PERMISSION_DENIED");
const ACCOUNT_NEEDED: Expected = Denied(Code::PermissionDenied, "ACCOUNT_NEEDED");

/// What the table says of a method.
pub(crate) fn access(method: &str) -> Access {
    authz::rule(method).unwrap_or_else(|| panic!("{method} has no rule"))
}

/// What has to come of a call.
pub(crate) fn expected(method: &str, caller: Caller) -> Expected {
    if let Some(refused) = refused_token(caller) {
        return refused;
    }
    let access = access(method);
    if access.needs_token() && caller == Caller::Nobody {
        return TOKEN_MISSING;
    }
    if caller.is_guest() && !access.admits_guests() {
        return ACCOUNT_NEEDED;
    }
    match (method, access) {
        // A guest's seat is good for its own room, and for coming into no other.
        ("trivium.v1.RoomService/JoinRoom", _) if caller == Caller::OtherGuest => ROOM_NOT_FOUND,
        // What is loaded has to be the caller's own quiz, and guests have none.
        ("trivium.v1.QuizService/LoadQuiz", _) if caller.is_guest() => QUIZ_NOT_FOUND,
        // Members pin in conversations, and the stage is none.
        ("trivium.v1.ChatService/SetPin", _) if caller.is_global() => Allowed,
        ("trivium.v1.ChatService/SetPin", _) => in_role(caller.seat(), Role::CoHost, caller),
        (_, Access::Public | Access::Account) => Allowed,
        (_, Access::Global) if caller.is_global() => Allowed,
        (_, Access::Global) => PERMISSION_DENIED,
        (_, Access::Owner) if caller.owns_the_quiz() => Allowed,
        (_, Access::Owner) => QUIZ_NOT_FOUND,
        (_, Access::Player) if caller.seat() > Some(Role::Member) => NOT_PERMITTED,
        (_, Access::Player) => in_role(caller.seat(), Role::Member, caller),
        (_, Access::InRoom(least)) if caller.is_global() => in_role(Some(Role::Host), least, caller),
        (_, Access::Seat(least) | Access::InRoom(least)) => in_role(caller.seat(), least, caller),
    }
}

/// What has to come of a stream's greeting.
pub(crate) fn refused_token(caller: Caller) -> Option<Expected> {
    match caller {
        Caller::Expired => Some(Denied(Code::Unauthenticated, "TOKEN_EXPIRED")),
        Caller::Garbage => Some(Denied(Code::Unauthenticated, "TOKEN_MALFORMED")),
        Caller::Nobody
        | Caller::Guest
        | Caller::Member
        | Caller::Observer
        | Caller::CoHost
        | Caller::Host
        | Caller::OtherGuest
        | Caller::OtherMember
        | Caller::OtherHost
        | Caller::Service
        | Caller::Admin => None,
    }
}

/// What has to come of hearing the room.
pub(crate) fn hearing(caller: Caller) -> Expected {
    if caller == Caller::Nobody {
        TOKEN_MISSING
    } else if caller.is_global() || caller.seat().is_some() {
        Allowed
    } else {
        ROOM_NOT_FOUND
    }
}

fn in_role(role: Option<Role>, least: Role, caller: Caller) -> Expected {
    match role {
        Some(role) if role >= least => Allowed,
        Some(_) => NOT_PERMITTED,
        // Who may look into the room is told what is missing; for everybody else there is no such room.
        None if caller.is_global() => NOT_MEMBER,
        None => ROOM_NOT_FOUND,
    }
}

impl Expected {
    /// Says what is wrong with an outcome, if anything is.
    pub(crate) fn objection(self, outcome: &Result<(), Refusal>) -> Option<String> {
        match (self, outcome) {
            (Allowed, Ok(())) => None,
            (Allowed, Err(refusal)) if is_about_the_state(refusal) => None,
            (Denied(code, reason), Err(refusal)) if *refusal == (code, reason.to_owned()) => None,
            _ => Some(format!("expected {self:?}, got {outcome:?}")),
        }
    }
}

/// Whether a caller who may ask is refused because of how things stand.
fn is_about_the_state((code, reason): &Refusal) -> bool {
    matches!(code, Code::FailedPrecondition | Code::AlreadyExists | Code::Aborted)
        || *code == Code::NotFound && (reason.starts_with("NO_SUCH_") || reason == "DEVICE_UNKNOWN")
}
