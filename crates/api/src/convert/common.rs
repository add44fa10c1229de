//! Words that every feature uses: identifiers, roles, times, cursors, and how an impossible value is refused.
//!
//! Neighbours: every other module of [`convert`](super).

use trivium_engine::{Command, Millis, RequestId, Role, RoomId, Seq, Timestamp, UserId};
use trivium_proto::{Violation, v1};

/// A command on its way to a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// The room.
    pub room: RoomId,
    /// By what a retry is recognised.
    pub request: RequestId,
    /// What is asked.
    pub command: Command,
}

/// A value that the engine's types cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", .0.field, .0.description)]
pub struct Invalid(pub Violation);

impl Invalid {
    /// Says what is wrong with the field at this path of the request.
    pub fn new(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self(Violation {
            field: field.into(),
            description: description.into(),
        })
    }

    /// The same, seen from the message that holds this one in `outer`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        self.0.field = format!("{outer}.{}", self.0.field);
        self
    }
}

/// An identifier of any kind.
pub fn id<T>(field: &str, text: String) -> Result<T, Invalid>
where
    T: TryFrom<String, Error = trivium_engine::InvalidId>,
{
    T::try_from(text).map_err(|error| Invalid::new(field, error.to_string()))
}

/// Puts a command together with where it goes and how its retry is recognised.
pub fn addressed(room_id: String, request_id: String, command: impl Into<Command>) -> Result<Addressed, Invalid> {
    Ok(Addressed {
        room: id("room_id", room_id)?,
        request: id("request_id", request_id)?,
        command: command.into(),
    })
}

/// A member of an enum of the wire; unknown numbers are refused.
pub fn enumerated<E: TryFrom<i32>>(field: &str, number: i32) -> Result<E, Invalid> {
    E::try_from(number).map_err(|_| Invalid::new(field, "value must be one of the defined enum values"))
}

/// A role; none if unspecified.
pub fn role(field: &str, number: i32) -> Result<Option<Role>, Invalid> {
    Ok(match enumerated(field, number)? {
        v1::Role::Unspecified => None,
        v1::Role::Observer => Some(Role::Observer),
        v1::Role::Member => Some(Role::Member),
        v1::Role::CoHost => Some(Role::CoHost),
        v1::Role::Host => Some(Role::Host),
    })
}

/// A role, on the way out.
pub fn role_out(role: Role) -> v1::Role {
    match role {
        Role::Observer => v1::Role::Observer,
        Role::Member => v1::Role::Member,
        Role::CoHost => v1::Role::CoHost,
        Role::Host => v1::Role::Host,
    }
}

/// A cursor: room, epoch and sequence number.
pub fn cursor(field: &str, cursor: v1::Cursor) -> Result<(RoomId, u64, Seq), Invalid> {
    let room = id("room_id", cursor.room_id).map_err(|invalid: Invalid| invalid.within(field))?;
    Ok((room, cursor.epoch, cursor.seq))
}

/// A cursor, on the way out.
pub fn cursor_out(room: &RoomId, epoch: u64, seq: Seq) -> v1::Cursor {
    v1::Cursor {
        room_id: room.to_string(),
        epoch,
        seq,
    }
}

/// A moment, on the way out.
pub fn time_out(time: Timestamp) -> i64 {
    i64::try_from(time.0).unwrap_or(i64::MAX)
}

/// A moment that may not be set, on the way out.
pub fn time_or_zero(time: Option<Timestamp>) -> i64 {
    time.map_or(0, time_out)
}

/// A span, on the way out. Spans over 49 days come out as the longest that the wire holds.
pub fn span_out(span: Millis) -> u32 {
    u32::try_from(span.0).unwrap_or(u32::MAX)
}

/// A count, on the way out.
pub fn count_out(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A user who may be nobody, on the way out.
pub fn user_or_empty(user: Option<&UserId>) -> String {
    user.map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impossible_value_names_its_field() {
        let invalid = cursor(
            "after",
            v1::Cursor {
                room_id: "a/b".into(),
                ..Default::default()
            },
        )
        .expect_err("a slash is in no identifier");
        assert_eq!(invalid.0.field, "after.room_id");
        assert_eq!(role("role", 9).expect_err("no such role").0.field, "role");
    }

    #[test]
    fn roles_come_back() {
        for expected in [Role::Observer, Role::Member, Role::CoHost, Role::Host] {
            assert_eq!(role("role", role_out(expected).into()), Ok(Some(expected)));
        }
        assert_eq!(role("role", 0), Ok(None));
    }

    #[test]
    fn what_does_not_fit_the_wire_is_cut_and_does_not_wrap() {
        assert_eq!(span_out(Millis(u64::MAX)), u32::MAX);
        assert_eq!(time_out(Timestamp(u64::MAX)), i64::MAX);
        assert_eq!(time_or_zero(None), 0);
    }
}
