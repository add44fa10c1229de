//! The methods, from the descriptors, in an order in which most calls that are allowed also succeed.

use std::collections::BTreeSet;

use prost::Message;
use prost_types::FileDescriptorSet;

/// Every unary method: first what only looks, then a game, then chat, then what takes things away.
pub(crate) const UNARY: [&str; 87] = [
    "SessionService/SyncClock",
    "RoomService/CreateRoom",
    "RoomService/ListRooms",
    "RoomService/SearchRooms",
    "RoomService/OpenConversation",
    "RoomService/GetRoom",
    "RoomService/ListMembers",
    "RoomService/ListEvents",
    "QuizService/CreateQuiz",
    "QuizService/ListQuizzes",
    "QuizService/GetQuiz",
    "QuizService/UpdateQuiz",
    "QuizService/LoadQuiz",
    "QuizService/StartQuiz",
    "QuizService/ReportLoaded",
    "QuizService/ReportDrawn",
    "QuizService/ExtendQuestion",
    "QuizService/PauseQuiz",
    "QuizService/ResumeQuiz",
    "QuizService/SetAutoAdvance",
    "QuizService/SubmitAnswer",
    "QuizService/SkipQuestion",
    "QuizService/GetResults",
    "QuizService/AdvanceQuiz",
    "QuizService/EndQuiz",
    "QuizFileService/ImportQuiz",
    "QuizFileService/ExportQuiz",
    "QuizFileService/ExportResults",
    "ChatService/SendMessage",
    "ChatService/EditMessage",
    "ChatService/SetReaction",
    "ChatService/ListMessages",
    "ChatService/GetMessage",
    "ChatService/ListMessageEdits",
    "ChatService/SetPin",
    "ChatService/ListPins",
    "ChatService/Broadcast",
    "ChatService/SearchMessages",
    "ChatService/SetTyping",
    "ReceiptService/Acknowledge",
    "ReceiptService/SetReceiptPrivacy",
    "ReceiptService/ListReceipts",
    "ReceiptService/GetMessageReceipts",
    "ReceiptService/ListUnread",
    "ChatService/SendSealedMessage",
    "ChatService/RequestResend",
    "ModerationService/GetModeration",
    "ModerationService/UpdateModeration",
    "ModerationService/TestFilter",
    "ModerationService/MuteMember",
    "ModerationService/UnmuteMember",
    "ModerationService/ListHeldMessages",
    "ModerationService/ResolveMessage",
    "ModerationService/ReportMessage",
    "ModerationService/ListReports",
    "ModerationService/ResolveReport",
    "ModerationService/ListAudit",
    "ChatService/DeleteMessage",
    "PresenceService/SetPresence",
    "PresenceService/ListPresence",
    "PresenceService/RaiseHand",
    "PresenceService/ListActivity",
    "NotificationService/Notify",
    "NotificationService/ListNotifications",
    "NotificationService/MarkNotificationsRead",
    "NotificationService/GetNotificationPreferences",
    "NotificationService/UpdateNotificationPreferences",
    "NotificationService/MakeAnnouncement",
    "NotificationService/RetractAnnouncement",
    "NotificationService/ListAnnouncements",
    "KeyService/RegisterDevice",
    "KeyService/RotateDevice",
    "KeyService/ListDevices",
    "KeyService/ListKeyEvents",
    "KeyService/RevokeDevice",
    "RoomService/UpdateRoom",
    "RoomService/CreateInvitation",
    "RoomService/RevokeInvitation",
    "RoomService/UpdateMember",
    "RoomService/UnbanUser",
    "RoomService/RemoveMember",
    "RoomService/BanUser",
    "RoomService/JoinRoom",
    "RoomService/TakeHost",
    "QuizService/DeleteQuiz",
    "RoomService/CloseRoom",
    "RoomService/LeaveRoom",
];

/// Those after which the callers are no longer what they were, so that the next call needs a new room.
pub(crate) const CHANGES_CALLERS: [&str; 5] = [
    "RoomService/JoinRoom",
    "RoomService/TakeHost",
    "QuizService/DeleteQuiz",
    "RoomService/CloseRoom",
    "RoomService/LeaveRoom",
];

/// Those that are calls only: files are too large for a session's stream.
pub(crate) const CALLS_ONLY: [&str; 3] = [
    "QuizFileService/ImportQuiz",
    "QuizFileService/ExportQuiz",
    "QuizFileService/ExportResults",
];

/// Those that no caller on the stage succeeds with: no question has media, the host is there, and nothing is private in a
/// quiz room.
pub(crate) const NEVER_SUCCEED: [&str; 4] = [
    "QuizService/ReportLoaded",
    "RoomService/TakeHost",
    "ChatService/SendSealedMessage",
    "ChatService/RequestResend",
];

/// Every streaming method.
pub(crate) const STREAMING: [&str; 5] = [
    "SessionService/Connect",
    "SessionService/Watch",
    "QuizService/Play",
    "ChatService/Converse",
    "PresenceService/Track",
];

/// The descriptors of `trivium.v1`.
pub(crate) fn descriptors() -> FileDescriptorSet {
    let mut set = FileDescriptorSet::decode(trivium_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors");
    set.file.retain(|file| file.package() == "trivium.v1");
    set
}

/// Every method has its place here, and every place a method.
pub(crate) fn check() {
    let set = descriptors();
    let described = |streaming: bool| -> BTreeSet<String> {
        let services = set.file.iter().flat_map(|file| &file.service);
        services
            .flat_map(|service| service.method.iter().map(move |method| (service, method)))
            .filter(|(_, method)| (method.client_streaming() || method.server_streaming()) == streaming)
            .map(|(service, method)| format!("{}/{}", service.name(), method.name()))
            .collect()
    };
    let named = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    assert_eq!(named(&UNARY), described(false), "unary methods");
    assert_eq!(named(&STREAMING), described(true), "streaming methods");
    let connect = set.file.iter().flat_map(|file| &file.message_type);
    let connect = connect.filter(|message| message.name() == "ConnectRequest");
    let streamed: BTreeSet<&str> = connect
        .flat_map(|message| &message.field)
        .map(prost_types::FieldDescriptorProto::type_name)
        .collect();
    for method in UNARY {
        let call = method.split('/').next_back().expect("there is a last part");
        let on_streams = streamed.contains(format!(".trivium.v1.{call}Request").as_str());
        assert_eq!(on_streams, !CALLS_ONLY.contains(&method), "{method} on streams");
        let request = crate::requests::example(method);
        assert!(request.is_some(), "there is no request for {method}");
    }
}
