//! A well-formed request for every unary method.

mod moderation;
mod private;
mod reading;

use prost::{Message, bytes::Buf, bytes::Bytes, encoding};
use trivium_proto::v1::{
    AdvanceQuizRequest, Answer, BanUserRequest, BroadcastRequest, CloseRoomRequest, ConnectRequest,
    CreateInvitationRequest, CreateQuizRequest, CreateRoomRequest, Cursor, DeleteMessageRequest, DeleteQuizRequest,
    EditMessageRequest, EndQuizRequest, ExportQuizRequest, ExportResultsRequest, ExtendQuestionRequest,
    GetMessageRequest, GetNotificationPreferencesRequest, GetQuizRequest, GetResultsRequest, GetRoomRequest,
    ImportQuizRequest, JoinRoomRequest, LeaveRoomRequest, ListAnnouncementsRequest, ListEventsRequest,
    ListMembersRequest, ListMessageEditsRequest, ListMessagesRequest, ListNotificationsRequest, ListPinsRequest,
    ListPresenceRequest, ListQuizzesRequest, ListRoomsRequest, LoadQuizRequest, MakeAnnouncementRequest,
    MarkNotificationsReadRequest, NotificationPreferences, NotifyRequest, OpenConversationRequest, PauseQuizRequest,
    PresenceState, QuizFileFormat, RemoveMemberRequest, ReportDrawnRequest, ReportLoadedRequest, ResultsFileFormat,
    ResumeQuizRequest, RetractAnnouncementRequest, RevokeInvitationRequest, Role, RoomKind, SearchMessagesRequest,
    SearchRoomsRequest, SendMessageRequest, SetAutoAdvanceRequest, SetPinRequest, SetPresenceRequest,
    SetReactionRequest, SetTypingRequest, SkipQuestionRequest, StartQuizRequest, SubmitAnswerRequest, SyncClockRequest,
    TakeHostRequest, UnbanUserRequest, UpdateMemberRequest, UpdateNotificationPreferencesRequest, UpdateQuizRequest,
    UpdateRoomRequest, answer::Value, connect_request::Request,
};
use trivium_tests::{game::id, quizzes};

/// What requests are about.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    /// The room.
    pub(crate) room: String,
    /// Its join code.
    pub(crate) code: String,
    /// The quiz that is loaded into it.
    pub(crate) quiz: String,
    /// A quiz that the caller may load.
    pub(crate) own_quiz: String,
    /// The member to change: the caller, if it is one.
    pub(crate) member: String,
    /// A member whom nobody misses.
    pub(crate) extra: String,
    /// The caller, where it has an account.
    pub(crate) user: String,
    /// A message: the caller's, if there is one.
    pub(crate) message: u64,
    /// A message of somebody else.
    pub(crate) foreign: u64,
    /// A report.
    pub(crate) report: u64,
}

/// Any request for the method.
pub(crate) fn example(method: &str) -> Option<Bytes> {
    call(method, &About::default())
}

/// The bytes of a request for any unary method. None for methods that are not known here.
pub(crate) fn call(method: &str, about: &About) -> Option<Bytes> {
    file(method, about).or_else(|| request(method, about).map(unary_bytes))
}

/// The requests that are calls only.
fn file(method: &str, about: &About) -> Option<Bytes> {
    let bytes = match method {
        "QuizFileService/ImportQuiz" => ImportQuizRequest {
            request_id: id(),
            format: QuizFileFormat::Aiken.into(),
            file_name: "one.txt".into(),
            file: Bytes::from_static(b"One?\nA. Yes\nB. No\nANSWER: A\n"),
            dry_run: false,
        }
        .encode_to_vec(),
        "QuizFileService/ExportQuiz" => ExportQuizRequest {
            quiz_id: about.quiz.clone(),
            revision: 0,
            format: QuizFileFormat::Csv.into(),
        }
        .encode_to_vec(),
        "QuizFileService/ExportResults" => ExportResultsRequest {
            room_id: about.room.clone(),
            format: ResultsFileFormat::Csv.into(),
        }
        .encode_to_vec(),
        _ => return None,
    };
    Some(bytes.into())
}

/// The request for a unary method that streams take as well. None for other methods.
pub(crate) fn request(method: &str, about: &About) -> Option<Request> {
    let request_id = id();
    let room_id = about.room.clone();
    let message_seq = about.message;
    let (service, call) = method.split_once('/')?;
    let request = match service {
        "SessionService" if call == "SyncClock" => Request::SyncClock(SyncClockRequest::default()),
        "RoomService" => return room(call, about),
        "QuizService" => return quiz(call, about),
        "NotificationService" => return notification(call, about),
        "ChatService" => match call {
            "SendMessage" => Request::SendMessage(SendMessageRequest {
                request_id,
                room_id,
                text: "hello".into(),
                reply_to: 0,
                ..SendMessageRequest::default()
            }),
            "EditMessage" => Request::EditMessage(EditMessageRequest {
                request_id,
                room_id,
                message_seq,
                text: "hello again".into(),
            }),
            "DeleteMessage" => Request::DeleteMessage(DeleteMessageRequest {
                request_id,
                room_id,
                message_seq,
            }),
            "SetReaction" => Request::SetReaction(SetReactionRequest {
                request_id,
                room_id,
                message_seq,
                emoji: "👍".into(),
                present: true,
            }),
            "SearchMessages" => Request::SearchMessages(SearchMessagesRequest {
                query: "hello".into(),
                ..SearchMessagesRequest::default()
            }),
            "ListMessages" => Request::ListMessages(ListMessagesRequest {
                room_id,
                ..ListMessagesRequest::default()
            }),
            "GetMessage" => Request::GetMessage(GetMessageRequest { room_id, message_seq }),
            "ListMessageEdits" => Request::ListMessageEdits(ListMessageEditsRequest { room_id, message_seq }),
            "SetPin" => Request::SetPin(SetPinRequest {
                request_id,
                room_id,
                message_seq,
                present: true,
            }),
            "ListPins" => Request::ListPins(ListPinsRequest { room_id }),
            "Broadcast" => Request::Broadcast(BroadcastRequest {
                request_id,
                room_id,
                event: "event".into(),
                payload_json: "{}".into(),
            }),
            "SetTyping" => Request::SetTyping(SetTypingRequest { room_id, typing: true }),
            _ => return private::request(call, about),
        },
        "PresenceService" => match call {
            "SetPresence" => Request::SetPresence(SetPresenceRequest {
                room_id,
                state: PresenceState::Online.into(),
                status: String::new(),
                ..SetPresenceRequest::default()
            }),
            "ListPresence" => Request::ListPresence(ListPresenceRequest {
                room_id,
                ..ListPresenceRequest::default()
            }),
            _ => return reading::request(call, about),
        },
        "ReceiptService" => return reading::request(call, about),
        "KeyService" => return private::request(call, about),
        "ModerationService" => return moderation::request(call, about),
        _ => return None,
    };
    Some(request)
}

fn quiz(call: &str, about: &About) -> Option<Request> {
    let request_id = id();
    let room_id = about.room.clone();
    let quiz_id = about.quiz.clone();
    let request = match call {
        "CreateQuiz" => Request::CreateQuiz(CreateQuizRequest {
            request_id,
            quiz: Some(quizzes::short(1)),
        }),
        "UpdateQuiz" => Request::UpdateQuiz(UpdateQuizRequest {
            request_id,
            quiz: Some(trivium_proto::v1::Quiz {
                id: quiz_id,
                revision: 1,
                ..quizzes::short(1)
            }),
        }),
        "GetQuiz" => Request::GetQuiz(GetQuizRequest { quiz_id, revision: 0 }),
        "ListQuizzes" => Request::ListQuizzes(ListQuizzesRequest::default()),
        "DeleteQuiz" => Request::DeleteQuiz(DeleteQuizRequest { request_id, quiz_id }),
        "LoadQuiz" => Request::LoadQuiz(LoadQuizRequest {
            request_id,
            room_id,
            quiz_id: about.own_quiz.clone(),
            revision: 1,
        }),
        "StartQuiz" => Request::StartQuiz(StartQuizRequest { request_id, room_id }),
        "AdvanceQuiz" => Request::AdvanceQuiz(AdvanceQuizRequest {
            request_id,
            room_id,
            from_phase: 0,
        }),
        "SubmitAnswer" => Request::SubmitAnswer(SubmitAnswerRequest {
            request_id,
            room_id,
            question_index: 0,
            answer: Some(Answer {
                value: Some(Value::Choice(0)),
            }),
        }),
        "ReportLoaded" => Request::ReportLoaded(ReportLoadedRequest {
            request_id,
            room_id,
            question_index: 0,
        }),
        "ReportDrawn" => Request::ReportDrawn(ReportDrawnRequest {
            room_id,
            question_index: 0,
            draw_time_ms: 1,
            error_ms: 1,
        }),
        "PauseQuiz" => Request::PauseQuiz(PauseQuizRequest { request_id, room_id }),
        "ResumeQuiz" => Request::ResumeQuiz(ResumeQuizRequest { request_id, room_id }),
        "ExtendQuestion" => Request::ExtendQuestion(ExtendQuestionRequest {
            request_id,
            room_id,
            extra_ms: 1_000,
        }),
        "SkipQuestion" => Request::SkipQuestion(SkipQuestionRequest {
            request_id,
            room_id,
            question_index: 1,
        }),
        "SetAutoAdvance" => Request::SetAutoAdvance(SetAutoAdvanceRequest {
            request_id,
            room_id,
            enabled: false,
        }),
        "EndQuiz" => Request::EndQuiz(EndQuizRequest { request_id, room_id }),
        "GetResults" => Request::GetResults(GetResultsRequest { room_id }),
        _ => return None,
    };
    Some(request)
}

fn room(call: &str, about: &About) -> Option<Request> {
    let request_id = id();
    let room_id = about.room.clone();
    let user_id = about.extra.clone();
    let request = match call {
        "CreateRoom" => Request::CreateRoom(CreateRoomRequest {
            request_id,
            kind: RoomKind::Quiz.into(),
            title: "One more".into(),
            ..CreateRoomRequest::default()
        }),
        "GetRoom" => Request::GetRoom(GetRoomRequest { room_id }),
        "ListRooms" => Request::ListRooms(ListRoomsRequest::default()),
        "SearchRooms" => Request::SearchRooms(SearchRoomsRequest::default()),
        "OpenConversation" => Request::OpenConversation(OpenConversationRequest {
            request_id,
            user_ids: vec!["somebody-else".into()],
            ..OpenConversationRequest::default()
        }),
        "JoinRoom" => Request::JoinRoom(JoinRoomRequest {
            request_id,
            join_code: about.code.clone(),
            nickname: "Newcomer".into(),
            ..JoinRoomRequest::default()
        }),
        "LeaveRoom" => Request::LeaveRoom(LeaveRoomRequest { request_id, room_id }),
        "UpdateRoom" => Request::UpdateRoom(UpdateRoomRequest {
            request_id,
            room_id,
            title: Some("Another title".into()),
            ..UpdateRoomRequest::default()
        }),
        "CreateInvitation" => Request::CreateInvitation(CreateInvitationRequest {
            request_id,
            room_id,
            role: Role::Observer.into(),
            expire_ms: 0,
            max_uses: 0,
        }),
        "RevokeInvitation" => Request::RevokeInvitation(RevokeInvitationRequest {
            request_id,
            room_id,
            code: "ABCD2345".into(),
        }),
        "CloseRoom" => Request::CloseRoom(CloseRoomRequest { request_id, room_id }),
        "ListMembers" => Request::ListMembers(ListMembersRequest {
            room_id,
            ..ListMembersRequest::default()
        }),
        "UpdateMember" => Request::UpdateMember(UpdateMemberRequest {
            request_id,
            room_id,
            user_id: about.member.clone(),
            avatar: Some("owl".into()),
            ..UpdateMemberRequest::default()
        }),
        "RemoveMember" => Request::RemoveMember(RemoveMemberRequest {
            request_id,
            room_id,
            user_id,
            reason: String::new(),
        }),
        "BanUser" => Request::BanUser(BanUserRequest {
            request_id,
            room_id,
            user_id,
            reason: String::new(),
            ..BanUserRequest::default()
        }),
        "UnbanUser" => Request::UnbanUser(UnbanUserRequest {
            request_id,
            room_id,
            user_id,
        }),
        "TakeHost" => Request::TakeHost(TakeHostRequest { request_id, room_id }),
        "ListEvents" => Request::ListEvents(ListEventsRequest {
            after: Some(Cursor {
                room_id,
                ..Cursor::default()
            }),
            page_size: 10,
        }),
        _ => return None,
    };
    Some(request)
}

/// About the room; what is for nobody else is the caller's own.
fn notification(call: &str, about: &About) -> Option<Request> {
    let request_id = id();
    let request = match call {
        "Notify" => Request::Notify(NotifyRequest {
            request_id,
            room_id: about.room.clone(),
            title: "News".into(),
            ..NotifyRequest::default()
        }),
        "ListNotifications" => Request::ListNotifications(ListNotificationsRequest::default()),
        "MarkNotificationsRead" => Request::MarkNotificationsRead(MarkNotificationsReadRequest {
            request_id,
            through_seq: 1_000,
            seqs: Vec::new(),
        }),
        "GetNotificationPreferences" => Request::GetNotificationPreferences(GetNotificationPreferencesRequest {}),
        "UpdateNotificationPreferences" => {
            Request::UpdateNotificationPreferences(UpdateNotificationPreferencesRequest {
                request_id,
                preferences: Some(NotificationPreferences::default()),
            })
        }
        "MakeAnnouncement" => Request::MakeAnnouncement(MakeAnnouncementRequest {
            request_id,
            title: "News".into(),
            expire_ms: 3_600_000,
            ..MakeAnnouncementRequest::default()
        }),
        "RetractAnnouncement" => Request::RetractAnnouncement(RetractAnnouncementRequest {
            request_id,
            announcement_seq: 3,
        }),
        "ListAnnouncements" => Request::ListAnnouncements(ListAnnouncementsRequest {}),
        _ => return None,
    };
    Some(request)
}

/// The bytes of the unary request: requests on a stream are the very same messages, in a field each.
fn unary_bytes(request: Request) -> Bytes {
    let message = ConnectRequest {
        id: 0,
        request: Some(request),
    };
    let mut bytes = Bytes::from(message.encode_to_vec());
    encoding::decode_key(&mut bytes).expect("a field");
    let length = encoding::decode_varint(&mut bytes).expect("of a message");
    assert_eq!(length, bytes.remaining() as u64, "and nothing else");
    bytes
}
