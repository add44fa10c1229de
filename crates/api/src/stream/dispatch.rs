//! Requests on a stream: each goes to the handler of the unary call of the same name.

use prost::Name;
use trivium_proto::{
    Validate,
    v1::{JoinRoomRequest, connect_request::Request, reply::Result as Reply},
};

use crate::{
    auth::Principal,
    call::Call,
    error::ApiError,
    services::{
        chat, checked, conversation, invitation, key, moderation, notification, presence, quiz, receipt, room, sealed,
        search, session,
    },
};

/// What came of a request.
pub(super) struct Dispatched {
    pub(super) reply: Reply,
    /// Who the caller has become by it.
    pub(super) guest: Option<Principal>,
}

/// Runs a request of a unary call. None for requests that only streams have.
#[expect(clippy::too_many_lines, reason = "an arm for each request, and nothing else")]
pub(super) async fn dispatch(call: Call, request: Request) -> Option<Dispatched> {
    let reply = match request {
        Request::Hello(_)
        | Request::Subscribe(_)
        | Request::Unsubscribe(_)
        | Request::Pong(_)
        | Request::Authenticate(_) => return None,
        Request::SyncClock(it) => answer(call, it, session::sync_clock, Reply::SyncClock).await,
        Request::CreateRoom(it) => answer(call, it, room::create_room, Reply::CreateRoom).await,
        Request::GetRoom(it) => answer(call, it, room::get_room, Reply::GetRoom).await,
        Request::ListRooms(it) => answer(call, it, search::list_rooms, Reply::ListRooms).await,
        Request::SearchRooms(it) => answer(call, it, search::search_rooms, Reply::SearchRooms).await,
        Request::OpenConversation(it) => {
            answer(call, it, conversation::open_conversation, Reply::OpenConversation).await
        }
        Request::SearchMessages(it) => answer(call, it, search::search_messages, Reply::SearchMessages).await,
        Request::JoinRoom(it) => return Some(join(call, it).await),
        Request::LeaveRoom(it) => answer(call, it, room::leave_room, Reply::LeaveRoom).await,
        Request::UpdateRoom(it) => answer(call, it, room::update_room, Reply::UpdateRoom).await,
        Request::CloseRoom(it) => answer(call, it, room::close_room, Reply::CloseRoom).await,
        Request::ListMembers(it) => answer(call, it, room::list_members, Reply::ListMembers).await,
        Request::UpdateMember(it) => answer(call, it, room::update_member, Reply::UpdateMember).await,
        Request::RemoveMember(it) => answer(call, it, room::remove_member, Reply::RemoveMember).await,
        Request::BanUser(it) => answer(call, it, room::ban_user, Reply::BanUser).await,
        Request::UnbanUser(it) => answer(call, it, room::unban_user, Reply::UnbanUser).await,
        Request::TakeHost(it) => answer(call, it, room::take_host, Reply::TakeHost).await,
        Request::CreateInvitation(it) => answer(call, it, invitation::create_invitation, Reply::CreateInvitation).await,
        Request::RevokeInvitation(it) => answer(call, it, invitation::revoke_invitation, Reply::RevokeInvitation).await,
        Request::ListEvents(it) => answer(call, it, room::list_events, Reply::ListEvents).await,
        Request::CreateQuiz(it) => answer(call, it, quiz::create_quiz, Reply::CreateQuiz).await,
        Request::UpdateQuiz(it) => answer(call, it, quiz::update_quiz, Reply::UpdateQuiz).await,
        Request::GetQuiz(it) => answer(call, it, quiz::get_quiz, Reply::GetQuiz).await,
        Request::ListQuizzes(it) => answer(call, it, quiz::list_quizzes, Reply::ListQuizzes).await,
        Request::DeleteQuiz(it) => answer(call, it, quiz::delete_quiz, Reply::DeleteQuiz).await,
        Request::LoadQuiz(it) => answer(call, it, quiz::load_quiz, Reply::LoadQuiz).await,
        Request::StartQuiz(it) => answer(call, it, quiz::start_quiz, Reply::StartQuiz).await,
        Request::AdvanceQuiz(it) => answer(call, it, quiz::advance_quiz, Reply::AdvanceQuiz).await,
        Request::SubmitAnswer(it) => answer(call, it, quiz::submit_answer, Reply::SubmitAnswer).await,
        Request::ReportLoaded(it) => answer(call, it, quiz::report_loaded, Reply::ReportLoaded).await,
        Request::ReportDrawn(it) => answer(call, it, quiz::report_drawn, Reply::ReportDrawn).await,
        Request::PauseQuiz(it) => answer(call, it, quiz::pause_quiz, Reply::PauseQuiz).await,
        Request::ResumeQuiz(it) => answer(call, it, quiz::resume_quiz, Reply::ResumeQuiz).await,
        Request::ExtendQuestion(it) => answer(call, it, quiz::extend_question, Reply::ExtendQuestion).await,
        Request::SkipQuestion(it) => answer(call, it, quiz::skip_question, Reply::SkipQuestion).await,
        Request::SetAutoAdvance(it) => answer(call, it, quiz::set_auto_advance, Reply::SetAutoAdvance).await,
        Request::EndQuiz(it) => answer(call, it, quiz::end_quiz, Reply::EndQuiz).await,
        Request::GetResults(it) => answer(call, it, quiz::get_results, Reply::GetResults).await,
        Request::SendMessage(it) => answer(call, it, chat::send_message, Reply::SendMessage).await,
        Request::EditMessage(it) => answer(call, it, chat::edit_message, Reply::EditMessage).await,
        Request::DeleteMessage(it) => answer(call, it, chat::delete_message, Reply::DeleteMessage).await,
        Request::SetReaction(it) => answer(call, it, chat::set_reaction, Reply::SetReaction).await,
        Request::ListMessages(it) => answer(call, it, chat::list_messages, Reply::ListMessages).await,
        Request::GetMessage(it) => answer(call, it, chat::get_message, Reply::GetMessage).await,
        Request::ListMessageEdits(it) => answer(call, it, chat::list_message_edits, Reply::ListMessageEdits).await,
        Request::SetPin(it) => answer(call, it, chat::set_pin, Reply::SetPin).await,
        Request::ListPins(it) => answer(call, it, chat::list_pins, Reply::ListPins).await,
        Request::Broadcast(it) => answer(call, it, chat::broadcast, Reply::Broadcast).await,
        Request::SetTyping(it) => answer(call, it, chat::set_typing, Reply::SetTyping).await,
        Request::SetPresence(it) => answer(call, it, presence::set_presence, Reply::SetPresence).await,
        Request::ListPresence(it) => answer(call, it, presence::list_presence, Reply::ListPresence).await,
        Request::RegisterDevice(it) => answer(call, it, key::register_device, Reply::RegisterDevice).await,
        Request::RotateDevice(it) => answer(call, it, key::rotate_device, Reply::RotateDevice).await,
        Request::RevokeDevice(it) => answer(call, it, key::revoke_device, Reply::RevokeDevice).await,
        Request::ListDevices(it) => answer(call, it, key::list_devices, Reply::ListDevices).await,
        Request::ListKeyEvents(it) => answer(call, it, key::list_key_events, Reply::ListKeyEvents).await,
        Request::SendSealedMessage(it) => answer(call, it, sealed::send_sealed_message, Reply::SendSealedMessage).await,
        Request::RequestResend(it) => answer(call, it, sealed::request_resend, Reply::RequestResend).await,
        Request::RaiseHand(it) => answer(call, it, presence::raise_hand, Reply::RaiseHand).await,
        Request::ListActivity(it) => answer(call, it, presence::list_activity, Reply::ListActivity).await,
        Request::Acknowledge(it) => answer(call, it, receipt::acknowledge, Reply::Acknowledge).await,
        Request::SetReceiptPrivacy(it) => {
            answer(call, it, receipt::set_receipt_privacy, Reply::SetReceiptPrivacy).await
        }
        Request::ListReceipts(it) => answer(call, it, receipt::list_receipts, Reply::ListReceipts).await,
        Request::GetMessageReceipts(it) => {
            answer(call, it, receipt::get_message_receipts, Reply::GetMessageReceipts).await
        }
        Request::ListUnread(it) => answer(call, it, receipt::list_unread, Reply::ListUnread).await,
        Request::GetModeration(it) => answer(call, it, moderation::get_moderation, Reply::GetModeration).await,
        Request::UpdateModeration(it) => answer(call, it, moderation::update_moderation, Reply::UpdateModeration).await,
        Request::TestFilter(it) => answer(call, it, moderation::test_filter, Reply::TestFilter).await,
        Request::MuteMember(it) => answer(call, it, moderation::mute_member, Reply::MuteMember).await,
        Request::UnmuteMember(it) => answer(call, it, moderation::unmute_member, Reply::UnmuteMember).await,
        Request::ListHeldMessages(it) => {
            answer(call, it, moderation::list_held_messages, Reply::ListHeldMessages).await
        }
        Request::ResolveMessage(it) => answer(call, it, moderation::resolve_message, Reply::ResolveMessage).await,
        Request::ReportMessage(it) => answer(call, it, moderation::report_message, Reply::ReportMessage).await,
        Request::ListReports(it) => answer(call, it, moderation::list_reports, Reply::ListReports).await,
        Request::ResolveReport(it) => answer(call, it, moderation::resolve_report, Reply::ResolveReport).await,
        Request::ListAudit(it) => answer(call, it, moderation::list_audit, Reply::ListAudit).await,
        Request::Notify(it) => answer(call, it, notification::notify, Reply::Notify).await,
        Request::ListNotifications(it) => {
            answer(call, it, notification::list_notifications, Reply::ListNotifications).await
        }
        Request::MarkNotificationsRead(it) => {
            answer(
                call,
                it,
                notification::mark_notifications_read,
                Reply::MarkNotificationsRead,
            )
            .await
        }
        Request::GetNotificationPreferences(it) => {
            answer(
                call,
                it,
                notification::get_notification_preferences,
                Reply::GetNotificationPreferences,
            )
            .await
        }
        Request::UpdateNotificationPreferences(it) => {
            answer(
                call,
                it,
                notification::update_notification_preferences,
                Reply::UpdateNotificationPreferences,
            )
            .await
        }
        Request::MakeAnnouncement(it) => {
            answer(call, it, notification::make_announcement, Reply::MakeAnnouncement).await
        }
        Request::RetractAnnouncement(it) => {
            answer(call, it, notification::retract_announcement, Reply::RetractAnnouncement).await
        }
        Request::ListAnnouncements(it) => {
            answer(call, it, notification::list_announcements, Reply::ListAnnouncements).await
        }
    };
    Some(reply.into())
}

async fn join(call: Call, request: JoinRoomRequest) -> Dispatched {
    match checked(call, request, room::join).await {
        Ok(joined) => Dispatched {
            reply: Reply::JoinRoom(joined.response),
            guest: joined.guest,
        },
        Err(error) => Reply::Error(error.wire()).into(),
    }
}

impl From<Reply> for Dispatched {
    fn from(reply: Reply) -> Self {
        Self { reply, guest: None }
    }
}

async fn answer<Req, Res, Fut>(call: Call, request: Req, handler: fn(Call, Req) -> Fut, wrap: fn(Res) -> Reply) -> Reply
where
    Req: Validate + Name,
    Fut: Future<Output = Result<Res, ApiError>> + Send,
{
    checked(call, request, handler)
        .await
        .map_or_else(|error| Reply::Error(error.wire()), wrap)
}
