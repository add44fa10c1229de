//! What it takes to call each method: one table.
//!
//! The rim checks what it can from the token alone: whether there is one, and whether it is a guest's. Roles in a room
//! are the engine's business (its `permission` module), as is who owns a quiz that of the catalogue; their rows here say
//! what callers can rely on, and tests compare them with what happens.

use std::{collections::HashMap, sync::LazyLock};

use trivium_engine::Role;

use crate::auth::Roles;

/// What it takes to call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing. On streams each message is checked by the row of the call that it stands for.
    Public,
    /// A token that is not a guest's.
    Account,
    /// The token of a service or an admin.
    Global,
    /// A token, not a guest's, of whoever owns the thing named.
    Owner,
    /// A token, and a seat in the room with at least this role, which a global role does not replace.
    Seat(Role),
    /// A token, and a seat in the room as [`Role::Member`] and nothing else: hosts do not play.
    Player,
    /// A token, and at least this role in the room, by a seat or by a global role.
    InRoom(Role),
}

impl Access {
    /// Whether a call needs a token at all.
    pub fn needs_token(self) -> bool {
        match self {
            Self::Public => false,
            Self::Account | Self::Global | Self::Owner | Self::Seat(_) | Self::Player | Self::InRoom(_) => true,
        }
    }

    /// Whether these global roles are enough, as far as global roles matter.
    pub fn admits(self, roles: Roles) -> bool {
        match self {
            Self::Global => roles.service || roles.admin,
            Self::Public | Self::Account | Self::Owner | Self::Seat(_) | Self::Player | Self::InRoom(_) => true,
        }
    }

    /// Whether a guest's token is enough.
    pub fn admits_guests(self) -> bool {
        match self {
            Self::Public | Self::Seat(_) | Self::Player | Self::InRoom(_) => true,
            Self::Account | Self::Global | Self::Owner => false,
        }
    }
}

/// Every method of the wire, in the order of its name.
pub const RULES: &[(&str, Access)] = &[
    ("trivium.v1.ChatService/Broadcast", Access::InRoom(Role::CoHost)),
    ("trivium.v1.ChatService/Converse", Access::Public),
    ("trivium.v1.ChatService/DeleteMessage", Access::InRoom(Role::Member)),
    ("trivium.v1.ChatService/EditMessage", Access::Seat(Role::Member)),
    ("trivium.v1.ChatService/GetMessage", Access::InRoom(Role::Observer)),
    ("trivium.v1.ChatService/ListMessageEdits", Access::InRoom(Role::Member)),
    ("trivium.v1.ChatService/ListMessages", Access::InRoom(Role::Observer)),
    ("trivium.v1.ChatService/ListPins", Access::InRoom(Role::Observer)),
    ("trivium.v1.ChatService/RequestResend", Access::Seat(Role::Member)),
    ("trivium.v1.ChatService/SearchMessages", Access::Account),
    ("trivium.v1.ChatService/SendMessage", Access::Seat(Role::Member)),
    ("trivium.v1.ChatService/SendSealedMessage", Access::Seat(Role::Member)),
    ("trivium.v1.ChatService/SetPin", Access::InRoom(Role::Member)),
    ("trivium.v1.ChatService/SetReaction", Access::Seat(Role::Member)),
    ("trivium.v1.ChatService/SetTyping", Access::Seat(Role::Member)),
    ("trivium.v1.KeyService/ListDevices", Access::Account),
    ("trivium.v1.KeyService/ListKeyEvents", Access::Account),
    ("trivium.v1.KeyService/RegisterDevice", Access::Account),
    ("trivium.v1.KeyService/RevokeDevice", Access::Account),
    ("trivium.v1.KeyService/RotateDevice", Access::Account),
    (
        "trivium.v1.ModerationService/GetModeration",
        Access::InRoom(Role::CoHost),
    ),
    ("trivium.v1.ModerationService/ListAudit", Access::InRoom(Role::CoHost)),
    (
        "trivium.v1.ModerationService/ListHeldMessages",
        Access::InRoom(Role::CoHost),
    ),
    ("trivium.v1.ModerationService/ListReports", Access::InRoom(Role::CoHost)),
    ("trivium.v1.ModerationService/MuteMember", Access::InRoom(Role::CoHost)),
    ("trivium.v1.ModerationService/ReportMessage", Access::Seat(Role::Member)),
    (
        "trivium.v1.ModerationService/ResolveMessage",
        Access::InRoom(Role::CoHost),
    ),
    (
        "trivium.v1.ModerationService/ResolveReport",
        Access::InRoom(Role::CoHost),
    ),
    ("trivium.v1.ModerationService/TestFilter", Access::InRoom(Role::CoHost)),
    (
        "trivium.v1.ModerationService/UnmuteMember",
        Access::InRoom(Role::CoHost),
    ),
    (
        "trivium.v1.ModerationService/UpdateModeration",
        Access::InRoom(Role::CoHost),
    ),
    (
        "trivium.v1.NotificationService/GetNotificationPreferences",
        Access::Account,
    ),
    ("trivium.v1.NotificationService/ListAnnouncements", Access::Public),
    ("trivium.v1.NotificationService/ListNotifications", Access::Account),
    ("trivium.v1.NotificationService/MakeAnnouncement", Access::Global),
    ("trivium.v1.NotificationService/MarkNotificationsRead", Access::Account),
    ("trivium.v1.NotificationService/Notify", Access::InRoom(Role::CoHost)),
    ("trivium.v1.NotificationService/RetractAnnouncement", Access::Global),
    (
        "trivium.v1.NotificationService/UpdateNotificationPreferences",
        Access::Account,
    ),
    ("trivium.v1.PresenceService/ListActivity", Access::InRoom(Role::CoHost)),
    (
        "trivium.v1.PresenceService/ListPresence",
        Access::InRoom(Role::Observer),
    ),
    ("trivium.v1.PresenceService/RaiseHand", Access::InRoom(Role::Member)),
    ("trivium.v1.PresenceService/SetPresence", Access::Seat(Role::Observer)),
    ("trivium.v1.PresenceService/Track", Access::Public),
    ("trivium.v1.QuizFileService/ExportQuiz", Access::Owner),
    ("trivium.v1.QuizFileService/ExportResults", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizFileService/ImportQuiz", Access::Account),
    ("trivium.v1.QuizService/AdvanceQuiz", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/CreateQuiz", Access::Account),
    ("trivium.v1.QuizService/DeleteQuiz", Access::Owner),
    ("trivium.v1.QuizService/EndQuiz", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/ExtendQuestion", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/GetQuiz", Access::Owner),
    ("trivium.v1.QuizService/GetResults", Access::InRoom(Role::Observer)),
    ("trivium.v1.QuizService/ListQuizzes", Access::Account),
    ("trivium.v1.QuizService/LoadQuiz", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/PauseQuiz", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/Play", Access::Public),
    ("trivium.v1.QuizService/ReportDrawn", Access::Seat(Role::Observer)),
    ("trivium.v1.QuizService/ReportLoaded", Access::Player),
    ("trivium.v1.QuizService/ResumeQuiz", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/SetAutoAdvance", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/SkipQuestion", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/StartQuiz", Access::InRoom(Role::CoHost)),
    ("trivium.v1.QuizService/SubmitAnswer", Access::Player),
    ("trivium.v1.QuizService/UpdateQuiz", Access::Owner),
    ("trivium.v1.ReceiptService/Acknowledge", Access::Seat(Role::Observer)),
    (
        "trivium.v1.ReceiptService/GetMessageReceipts",
        Access::InRoom(Role::Observer),
    ),
    ("trivium.v1.ReceiptService/ListReceipts", Access::InRoom(Role::Observer)),
    ("trivium.v1.ReceiptService/ListUnread", Access::Account),
    (
        "trivium.v1.ReceiptService/SetReceiptPrivacy",
        Access::Seat(Role::Observer),
    ),
    ("trivium.v1.RoomService/BanUser", Access::InRoom(Role::CoHost)),
    ("trivium.v1.RoomService/CloseRoom", Access::InRoom(Role::CoHost)),
    ("trivium.v1.RoomService/CreateInvitation", Access::InRoom(Role::CoHost)),
    ("trivium.v1.RoomService/CreateRoom", Access::Account),
    ("trivium.v1.RoomService/GetRoom", Access::InRoom(Role::Observer)),
    ("trivium.v1.RoomService/JoinRoom", Access::Public),
    ("trivium.v1.RoomService/LeaveRoom", Access::Seat(Role::Observer)),
    ("trivium.v1.RoomService/ListEvents", Access::InRoom(Role::Observer)),
    ("trivium.v1.RoomService/ListMembers", Access::InRoom(Role::Observer)),
    ("trivium.v1.RoomService/ListRooms", Access::Account),
    ("trivium.v1.RoomService/OpenConversation", Access::Account),
    ("trivium.v1.RoomService/RemoveMember", Access::InRoom(Role::CoHost)),
    ("trivium.v1.RoomService/RevokeInvitation", Access::InRoom(Role::CoHost)),
    ("trivium.v1.RoomService/SearchRooms", Access::Account),
    ("trivium.v1.RoomService/TakeHost", Access::Seat(Role::CoHost)),
    ("trivium.v1.RoomService/UnbanUser", Access::InRoom(Role::CoHost)),
    ("trivium.v1.RoomService/UpdateMember", Access::InRoom(Role::Observer)),
    ("trivium.v1.RoomService/UpdateRoom", Access::InRoom(Role::CoHost)),
    ("trivium.v1.SessionService/Connect", Access::Public),
    ("trivium.v1.SessionService/SyncClock", Access::Public),
    ("trivium.v1.SessionService/Watch", Access::Public),
];

/// The rule for the path of a call, such as `/trivium.v1.RoomService/GetRoom`. None for what is no method of the wire.
pub fn rule(path: &str) -> Option<Access> {
    let name = path.strip_prefix('/').unwrap_or(path);
    let index = RULES.binary_search_by_key(&name, |(method, _)| method).ok()?;
    Some(RULES[index].1)
}

/// The rule for the call that a request of this name belongs to: `GetRoomRequest` to `GetRoom`, whose name no other
/// service has.
pub fn rule_of_request(request: &str) -> Option<Access> {
    BY_CALL.get(request.strip_suffix("Request")?).copied()
}

/// By the name of the call alone: each message on a stream asks.
static BY_CALL: LazyLock<HashMap<&str, Access>> = LazyLock::new(|| {
    let named = |(method, access): &(&'static str, Access)| Some((method.split_once('/')?.1, *access));
    RULES.iter().filter_map(named).collect()
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    fn methods() -> BTreeSet<String> {
        let set = FileDescriptorSet::decode(trivium_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors");
        let ours = set.file.iter().filter(|file| file.package() == "trivium.v1");
        ours.flat_map(|file| &file.service)
            .flat_map(|service| {
                let name = |method: &str| format!("trivium.v1.{}/{method}", service.name());
                service
                    .method
                    .iter()
                    .map(move |method| name(method.name()))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn every_method_has_one_row_and_every_row_a_method() {
        let rows: BTreeSet<String> = RULES.iter().map(|(method, _)| (*method).to_owned()).collect();
        assert_eq!(rows, methods());
        assert_eq!(rows.len(), RULES.len(), "a row stands twice");
        assert_eq!(BY_CALL.len(), RULES.len(), "a name is that of two calls");
        assert!(RULES.is_sorted_by_key(|(method, _)| *method), "found by halving");
    }

    #[test]
    fn rules_are_found_by_path() {
        for (method, access) in RULES {
            assert_eq!(rule(&format!("/{method}")), Some(*access));
        }
        for stranger in [
            "",
            "/",
            "/trivium.v1.RoomService",
            "/trivium.v1.RoomService/GetRoom/",
            "/grpc.health.v1.Health/Check",
        ] {
            assert_eq!(rule(stranger), None, "{stranger}");
        }
    }

    #[test]
    fn what_needs_no_token_is_coming_in_streams_the_clock_and_what_all_may_hear() {
        let open: Vec<_> = RULES.iter().filter(|(_, access)| !access.needs_token()).collect();
        let names: Vec<_> = open.iter().filter_map(|(method, _)| method.split('/').nth(1)).collect();
        assert_eq!(
            names,
            [
                "Converse",
                "ListAnnouncements",
                "Track",
                "Play",
                "JoinRoom",
                "Connect",
                "SyncClock",
                "Watch"
            ]
        );
    }
}
