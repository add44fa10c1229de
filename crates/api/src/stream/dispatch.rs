//! Requests on a stream: each goes to the handler of the unary call of the same name.

use prost::Name;
use trivium_proto::{
    Validate,
    v1::{connect_request::Request, reply::Result as Reply},
};

use crate::{
    call::Call,
    error::ApiError,
    services::{chat, checked, invitation, presence, quiz, room, session},
};

/// Runs a request of a unary call. None for requests that only streams have.
pub(super) async fn dispatch(call: Call, request: Request) -> Option<Reply> {
    let reply = match request {
        Request::Hello(_)
        | Request::Subscribe(_)
        | Request::Unsubscribe(_)
        | Request::Pong(_)
        | Request::Authenticate(_) => return None,
        Request::SyncClock(it) => answer(call, it, session::sync_clock, Reply::SyncClock).await,
        Request::CreateRoom(it) => answer(call, it, room::create_room, Reply::CreateRoom).await,
        Request::GetRoom(it) => answer(call, it, room::get_room, Reply::GetRoom).await,
        Request::ListRooms(it) => answer(call, it, room::list_rooms, Reply::ListRooms).await,
        Request::JoinRoom(it) => answer(call, it, room::join_room, Reply::JoinRoom).await,
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
        Request::SetTyping(it) => answer(call, it, chat::set_typing, Reply::SetTyping).await,
        Request::SetPresence(it) => answer(call, it, presence::set_presence, Reply::SetPresence).await,
        Request::ListPresence(it) => answer(call, it, presence::list_presence, Reply::ListPresence).await,
    };
    Some(reply)
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
