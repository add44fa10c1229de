//! Kinds of rooms: on the wire, and under the names by which the catalogue keeps them.

use trivium_engine::RoomKind;
use trivium_proto::v1;

use crate::convert::common::{Invalid, enumerated};

/// The name under which the catalogue keeps a kind.
pub fn kind_name(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Quiz => "quiz",
        RoomKind::Classroom => "classroom",
        RoomKind::StudyGroup => "study_group",
        RoomKind::Channel => "channel",
        RoomKind::Conversation => "conversation",
        RoomKind::Inbox => "inbox",
        RoomKind::System => "system",
        RoomKind::Keys => "keys",
    }
}

/// What a room is for.
pub fn kind(field: &str, number: i32) -> Result<RoomKind, Invalid> {
    match enumerated(field, number)? {
        v1::RoomKind::Unspecified => Err(Invalid::new(field, "value is required")),
        v1::RoomKind::Quiz => Ok(RoomKind::Quiz),
        v1::RoomKind::Classroom => Ok(RoomKind::Classroom),
        v1::RoomKind::StudyGroup => Ok(RoomKind::StudyGroup),
        v1::RoomKind::Channel => Ok(RoomKind::Channel),
        v1::RoomKind::Conversation | v1::RoomKind::Inbox | v1::RoomKind::System | v1::RoomKind::Keys => {
            Err(Invalid::new(field, "rooms of this kind are not made by CreateRoom"))
        }
    }
}

pub(super) fn kind_named(name: &str) -> Option<RoomKind> {
    [
        RoomKind::Quiz,
        RoomKind::Classroom,
        RoomKind::StudyGroup,
        RoomKind::Channel,
        RoomKind::Conversation,
        RoomKind::Inbox,
        RoomKind::System,
        RoomKind::Keys,
    ]
    .into_iter()
    .find(|kind| kind_name(*kind) == name)
}

pub(super) fn kind_out(kind: RoomKind) -> v1::RoomKind {
    match kind {
        RoomKind::Quiz => v1::RoomKind::Quiz,
        RoomKind::Classroom => v1::RoomKind::Classroom,
        RoomKind::StudyGroup => v1::RoomKind::StudyGroup,
        RoomKind::Channel => v1::RoomKind::Channel,
        RoomKind::Conversation => v1::RoomKind::Conversation,
        RoomKind::Inbox => v1::RoomKind::Inbox,
        RoomKind::System => v1::RoomKind::System,
        RoomKind::Keys => v1::RoomKind::Keys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_come_back_from_the_wire_and_from_the_catalogue() {
        for expected in [
            RoomKind::Quiz,
            RoomKind::Classroom,
            RoomKind::StudyGroup,
            RoomKind::Channel,
        ] {
            assert_eq!(kind("kind", kind_out(expected).into()), Ok(expected));
            assert_eq!(kind_named(kind_name(expected)), Some(expected));
        }
        assert_eq!(kind("kind", 0).expect_err("unspecified").0.field, "kind");
    }
}
