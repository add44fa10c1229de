//! What can be asked of the server: every request of the unary calls, on a stream or as a call of its own.
//!
//! One table says for each request which call it is, whether it changes something, and whether it is worth sending
//! again after a lost connection. [`session`](crate::session) executes commands, [`driver`](crate::driver) carries
//! them.

use futures_util::future::BoxFuture;
use tonic::Status;
use trivium_proto::v1::{
    self, chat_service_client::ChatServiceClient, connect_request::Request, key_service_client::KeyServiceClient,
    moderation_service_client::ModerationServiceClient, notification_service_client::NotificationServiceClient,
    presence_service_client::PresenceServiceClient, quiz_service_client::QuizServiceClient,
    receipt_service_client::ReceiptServiceClient, reply::Result as Answer, room_service_client::RoomServiceClient,
};

use crate::channel::Channel;
use crate::outbox::Kind;

/// A request that a session can execute. Implemented for every request of the unary calls but `SyncClock`, and not by
/// others.
pub trait Command: sealed::Sealed<Output = Self::Response> + Send + 'static {
    /// What the server answers.
    type Response: Send + 'static;
}

pub(crate) mod sealed {
    use super::{Answer, Kind, Request};

    pub trait Sealed: Sized {
        type Output;
        const KIND: Kind;
        /// Where the request keeps the id by which a retry is recognised.
        fn request_id(&mut self) -> Option<&mut String>;
        fn into_request(self) -> Request;
        fn output(answer: Answer) -> Option<Self::Output>;
    }
}

macro_rules! request_id {
    (command, $self:ident) => {
        Some(&mut $self.request_id)
    };
    ($other:ident, $self:ident) => {
        None
    };
}

macro_rules! kind {
    (command) => {
        Kind {
            ordered: true,
            fleeting: false,
        }
    };
    (query) => {
        Kind {
            ordered: false,
            fleeting: false,
        }
    };
    (fleeting) => {
        Kind {
            ordered: true,
            fleeting: true,
        }
    };
}

macro_rules! commands {
    ($($kind:ident $name:ident($request:ident) -> $response:ident by $client:ident::$method:ident;)*) => {
        $(
            impl sealed::Sealed for v1::$request {
                type Output = v1::$response;
                const KIND: Kind = kind!($kind);
                fn request_id(&mut self) -> Option<&mut String> {
                    request_id!($kind, self)
                }
                fn into_request(self) -> Request {
                    Request::$name(self)
                }
                fn output(answer: Answer) -> Option<Self::Output> {
                    if let Answer::$name(response) = answer { Some(response) } else { None }
                }
            }
            impl Command for v1::$request {
                type Response = v1::$response;
            }
        )*

        /// Executes a command as a unary call; `None` for what exists on streams only.
        pub(crate) fn call(channel: Channel, request: Request) -> Option<BoxFuture<'static, Result<Answer, Status>>> {
            match request {
                $(Request::$name(request) => Some(Box::pin(async move {
                    let response = $client::new(channel).$method(request).await?;
                    Ok(Answer::$name(response.into_inner()))
                })),)*
                Request::Hello(_)
                | Request::Subscribe(_)
                | Request::Unsubscribe(_)
                | Request::Pong(_)
                | Request::SyncClock(_)
                | Request::Authenticate(_) => None,
            }
        }
    };
}

commands! {
    command CreateRoom(CreateRoomRequest) -> CreateRoomResponse by RoomServiceClient::create_room;
    query GetRoom(GetRoomRequest) -> GetRoomResponse by RoomServiceClient::get_room;
    query ListRooms(ListRoomsRequest) -> ListRoomsResponse by RoomServiceClient::list_rooms;
    command JoinRoom(JoinRoomRequest) -> JoinRoomResponse by RoomServiceClient::join_room;
    command LeaveRoom(LeaveRoomRequest) -> LeaveRoomResponse by RoomServiceClient::leave_room;
    command UpdateRoom(UpdateRoomRequest) -> UpdateRoomResponse by RoomServiceClient::update_room;
    command CloseRoom(CloseRoomRequest) -> CloseRoomResponse by RoomServiceClient::close_room;
    query ListMembers(ListMembersRequest) -> ListMembersResponse by RoomServiceClient::list_members;
    command UpdateMember(UpdateMemberRequest) -> UpdateMemberResponse by RoomServiceClient::update_member;
    command RemoveMember(RemoveMemberRequest) -> RemoveMemberResponse by RoomServiceClient::remove_member;
    command BanUser(BanUserRequest) -> BanUserResponse by RoomServiceClient::ban_user;
    command UnbanUser(UnbanUserRequest) -> UnbanUserResponse by RoomServiceClient::unban_user;
    command TakeHost(TakeHostRequest) -> TakeHostResponse by RoomServiceClient::take_host;
    command CreateInvitation(CreateInvitationRequest) -> CreateInvitationResponse by RoomServiceClient::create_invitation;
    command RevokeInvitation(RevokeInvitationRequest) -> RevokeInvitationResponse by RoomServiceClient::revoke_invitation;
    query ListEvents(ListEventsRequest) -> ListEventsResponse by RoomServiceClient::list_events;
    command CreateQuiz(CreateQuizRequest) -> CreateQuizResponse by QuizServiceClient::create_quiz;
    command UpdateQuiz(UpdateQuizRequest) -> UpdateQuizResponse by QuizServiceClient::update_quiz;
    query GetQuiz(GetQuizRequest) -> GetQuizResponse by QuizServiceClient::get_quiz;
    query ListQuizzes(ListQuizzesRequest) -> ListQuizzesResponse by QuizServiceClient::list_quizzes;
    command DeleteQuiz(DeleteQuizRequest) -> DeleteQuizResponse by QuizServiceClient::delete_quiz;
    command LoadQuiz(LoadQuizRequest) -> LoadQuizResponse by QuizServiceClient::load_quiz;
    command StartQuiz(StartQuizRequest) -> StartQuizResponse by QuizServiceClient::start_quiz;
    command AdvanceQuiz(AdvanceQuizRequest) -> AdvanceQuizResponse by QuizServiceClient::advance_quiz;
    command SubmitAnswer(SubmitAnswerRequest) -> SubmitAnswerResponse by QuizServiceClient::submit_answer;
    command ReportLoaded(ReportLoadedRequest) -> ReportLoadedResponse by QuizServiceClient::report_loaded;
    fleeting ReportDrawn(ReportDrawnRequest) -> ReportDrawnResponse by QuizServiceClient::report_drawn;
    command PauseQuiz(PauseQuizRequest) -> PauseQuizResponse by QuizServiceClient::pause_quiz;
    command ResumeQuiz(ResumeQuizRequest) -> ResumeQuizResponse by QuizServiceClient::resume_quiz;
    command ExtendQuestion(ExtendQuestionRequest) -> ExtendQuestionResponse by QuizServiceClient::extend_question;
    command SkipQuestion(SkipQuestionRequest) -> SkipQuestionResponse by QuizServiceClient::skip_question;
    command SetAutoAdvance(SetAutoAdvanceRequest) -> SetAutoAdvanceResponse by QuizServiceClient::set_auto_advance;
    command EndQuiz(EndQuizRequest) -> EndQuizResponse by QuizServiceClient::end_quiz;
    query GetResults(GetResultsRequest) -> GetResultsResponse by QuizServiceClient::get_results;
    command SendMessage(SendMessageRequest) -> SendMessageResponse by ChatServiceClient::send_message;
    command EditMessage(EditMessageRequest) -> EditMessageResponse by ChatServiceClient::edit_message;
    command DeleteMessage(DeleteMessageRequest) -> DeleteMessageResponse by ChatServiceClient::delete_message;
    command SetReaction(SetReactionRequest) -> SetReactionResponse by ChatServiceClient::set_reaction;
    query ListMessages(ListMessagesRequest) -> ListMessagesResponse by ChatServiceClient::list_messages;
    fleeting SetTyping(SetTypingRequest) -> SetTypingResponse by ChatServiceClient::set_typing;
    query SetPresence(SetPresenceRequest) -> SetPresenceResponse by PresenceServiceClient::set_presence;
    query ListPresence(ListPresenceRequest) -> ListPresenceResponse by PresenceServiceClient::list_presence;
    query SearchRooms(SearchRoomsRequest) -> SearchRoomsResponse by RoomServiceClient::search_rooms;
    command OpenConversation(OpenConversationRequest) -> OpenConversationResponse by RoomServiceClient::open_conversation;
    query GetMessage(GetMessageRequest) -> GetMessageResponse by ChatServiceClient::get_message;
    query ListMessageEdits(ListMessageEditsRequest) -> ListMessageEditsResponse by ChatServiceClient::list_message_edits;
    command SetPin(SetPinRequest) -> SetPinResponse by ChatServiceClient::set_pin;
    query ListPins(ListPinsRequest) -> ListPinsResponse by ChatServiceClient::list_pins;
    query SearchMessages(SearchMessagesRequest) -> SearchMessagesResponse by ChatServiceClient::search_messages;
    command Broadcast(BroadcastRequest) -> BroadcastResponse by ChatServiceClient::broadcast;
    command SendSealedMessage(SendSealedMessageRequest) -> SendSealedMessageResponse by ChatServiceClient::send_sealed_message;
    command RequestResend(RequestResendRequest) -> RequestResendResponse by ChatServiceClient::request_resend;
    command RaiseHand(RaiseHandRequest) -> RaiseHandResponse by PresenceServiceClient::raise_hand;
    query ListActivity(ListActivityRequest) -> ListActivityResponse by PresenceServiceClient::list_activity;
    query Acknowledge(AcknowledgeRequest) -> AcknowledgeResponse by ReceiptServiceClient::acknowledge;
    command SetReceiptPrivacy(SetReceiptPrivacyRequest) -> SetReceiptPrivacyResponse by ReceiptServiceClient::set_receipt_privacy;
    query ListReceipts(ListReceiptsRequest) -> ListReceiptsResponse by ReceiptServiceClient::list_receipts;
    query GetMessageReceipts(GetMessageReceiptsRequest) -> GetMessageReceiptsResponse by ReceiptServiceClient::get_message_receipts;
    query ListUnread(ListUnreadRequest) -> ListUnreadResponse by ReceiptServiceClient::list_unread;
    query GetModeration(GetModerationRequest) -> GetModerationResponse by ModerationServiceClient::get_moderation;
    command UpdateModeration(UpdateModerationRequest) -> UpdateModerationResponse by ModerationServiceClient::update_moderation;
    query TestFilter(TestFilterRequest) -> TestFilterResponse by ModerationServiceClient::test_filter;
    command MuteMember(MuteMemberRequest) -> MuteMemberResponse by ModerationServiceClient::mute_member;
    command UnmuteMember(UnmuteMemberRequest) -> UnmuteMemberResponse by ModerationServiceClient::unmute_member;
    query ListHeldMessages(ListHeldMessagesRequest) -> ListHeldMessagesResponse by ModerationServiceClient::list_held_messages;
    command ResolveMessage(ResolveMessageRequest) -> ResolveMessageResponse by ModerationServiceClient::resolve_message;
    command ReportMessage(ReportMessageRequest) -> ReportMessageResponse by ModerationServiceClient::report_message;
    query ListReports(ListReportsRequest) -> ListReportsResponse by ModerationServiceClient::list_reports;
    command ResolveReport(ResolveReportRequest) -> ResolveReportResponse by ModerationServiceClient::resolve_report;
    query ListAudit(ListAuditRequest) -> ListAuditResponse by ModerationServiceClient::list_audit;
    command Notify(NotifyRequest) -> NotifyResponse by NotificationServiceClient::notify;
    query ListNotifications(ListNotificationsRequest) -> ListNotificationsResponse by NotificationServiceClient::list_notifications;
    command MarkNotificationsRead(MarkNotificationsReadRequest) -> MarkNotificationsReadResponse by NotificationServiceClient::mark_notifications_read;
    query GetNotificationPreferences(GetNotificationPreferencesRequest) -> GetNotificationPreferencesResponse by NotificationServiceClient::get_notification_preferences;
    command UpdateNotificationPreferences(UpdateNotificationPreferencesRequest) -> UpdateNotificationPreferencesResponse by NotificationServiceClient::update_notification_preferences;
    command MakeAnnouncement(MakeAnnouncementRequest) -> MakeAnnouncementResponse by NotificationServiceClient::make_announcement;
    command RetractAnnouncement(RetractAnnouncementRequest) -> RetractAnnouncementResponse by NotificationServiceClient::retract_announcement;
    query ListAnnouncements(ListAnnouncementsRequest) -> ListAnnouncementsResponse by NotificationServiceClient::list_announcements;
    command RegisterDevice(RegisterDeviceRequest) -> RegisterDeviceResponse by KeyServiceClient::register_device;
    command RotateDevice(RotateDeviceRequest) -> RotateDeviceResponse by KeyServiceClient::rotate_device;
    command RevokeDevice(RevokeDeviceRequest) -> RevokeDeviceResponse by KeyServiceClient::revoke_device;
    query ListDevices(ListDevicesRequest) -> ListDevicesResponse by KeyServiceClient::list_devices;
    query ListKeyEvents(ListKeyEventsRequest) -> ListKeyEventsResponse by KeyServiceClient::list_key_events;
}

/// An id by which the server recognises a retry: 128 random bits.
pub fn new_request_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sealed::Sealed as _;

    #[test]
    fn commands_carry_an_id_and_others_do_not() {
        let mut message = v1::SendMessageRequest::default();
        message.request_id().expect("it is a command").push('x');
        assert_eq!(message.request_id, "x");
        assert!(v1::GetRoomRequest::default().request_id().is_none());
        assert!(v1::SetTypingRequest::default().request_id().is_none());
    }

    #[test]
    fn an_answer_to_something_else_is_no_answer() {
        let answer = || Answer::SendMessage(v1::SendMessageResponse::default());
        assert!(v1::SendMessageRequest::output(answer()).is_some());
        assert!(v1::EditMessageRequest::output(answer()).is_none());
    }

    #[test]
    fn request_ids_differ_and_keep_to_the_rules() {
        let (a, b) = (new_request_id(), new_request_id());
        assert_ne!(a, b);
        assert!(a.len() == 32 && a.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
