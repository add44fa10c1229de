//! Requests on a stream: each goes to the handler of the unary call of the same name.

use trivium_proto::{
    Validate,
    v1::{connect_request::Request, reply::Result as Reply},
};

use crate::{
    call::Call,
    error::ApiError,
    services::{chat, checked, presence, quiz, room, session},
};

/// Runs a request of a unary call. None for requests that only streams have.
pub(super) async fn dispatch(call: Call, request: Request) -> Option<Reply> {
    let reply = match request {
        Request::Hello(_)
        | Request::Subscribe(_)
        | Request::Unsubscribe(_)
        | Request::Pong(_)
        | Request::Authenticate(_) => return None,
        Request::SyncClock(request) => answer(call, request, session::sync_clock, Reply::SyncClock).await,
        Request::CreateRoom(request) => answer(call, request, room::create_room, Reply::CreateRoom).await,
        Request::GetRoom(request) => answer(call, request, room::get_room, Reply::GetRoom).await,
        Request::ListRooms(request) => answer(call, request, room::list_rooms, Reply::ListRooms).await,
        Request::JoinRoom(request) => answer(call, request, room::join_room, Reply::JoinRoom).await,
        Request::LeaveRoom(request) => answer(call, request, room::leave_room, Reply::LeaveRoom).await,
        Request::UpdateRoom(request) => answer(call, request, room::update_room, Reply::UpdateRoom).await,
        Request::CloseRoom(request) => answer(call, request, room::close_room, Reply::CloseRoom).await,
        Request::ListMembers(request) => answer(call, request, room::list_members, Reply::ListMembers).await,
        Request::UpdateMember(request) => answer(call, request, room::update_member, Reply::UpdateMember).await,
        Request::RemoveMember(request) => answer(call, request, room::remove_member, Reply::RemoveMember).await,
        Request::BanUser(request) => answer(call, request, room::ban_user, Reply::BanUser).await,
        Request::UnbanUser(request) => answer(call, request, room::unban_user, Reply::UnbanUser).await,
        Request::TakeHost(request) => answer(call, request, room::take_host, Reply::TakeHost).await,
        Request::ListEvents(request) => answer(call, request, room::list_events, Reply::ListEvents).await,
        Request::CreateQuiz(request) => answer(call, request, quiz::create_quiz, Reply::CreateQuiz).await,
        Request::UpdateQuiz(request) => answer(call, request, quiz::update_quiz, Reply::UpdateQuiz).await,
        Request::GetQuiz(request) => answer(call, request, quiz::get_quiz, Reply::GetQuiz).await,
        Request::ListQuizzes(request) => answer(call, request, quiz::list_quizzes, Reply::ListQuizzes).await,
        Request::DeleteQuiz(request) => answer(call, request, quiz::delete_quiz, Reply::DeleteQuiz).await,
        Request::LoadQuiz(request) => answer(call, request, quiz::load_quiz, Reply::LoadQuiz).await,
        Request::StartQuiz(request) => answer(call, request, quiz::start_quiz, Reply::StartQuiz).await,
        Request::AdvanceQuiz(request) => answer(call, request, quiz::advance_quiz, Reply::AdvanceQuiz).await,
        Request::SubmitAnswer(request) => answer(call, request, quiz::submit_answer, Reply::SubmitAnswer).await,
        Request::ReportLoaded(request) => answer(call, request, quiz::report_loaded, Reply::ReportLoaded).await,
        Request::PauseQuiz(request) => answer(call, request, quiz::pause_quiz, Reply::PauseQuiz).await,
        Request::ResumeQuiz(request) => answer(call, request, quiz::resume_quiz, Reply::ResumeQuiz).await,
        Request::ExtendQuestion(request) => answer(call, request, quiz::extend_question, Reply::ExtendQuestion).await,
        Request::SkipQuestion(request) => answer(call, request, quiz::skip_question, Reply::SkipQuestion).await,
        Request::SetAutoAdvance(request) => answer(call, request, quiz::set_auto_advance, Reply::SetAutoAdvance).await,
        Request::EndQuiz(request) => answer(call, request, quiz::end_quiz, Reply::EndQuiz).await,
        Request::GetResults(request) => answer(call, request, quiz::get_results, Reply::GetResults).await,
        Request::SendMessage(request) => answer(call, request, chat::send_message, Reply::SendMessage).await,
        Request::EditMessage(request) => answer(call, request, chat::edit_message, Reply::EditMessage).await,
        Request::DeleteMessage(request) => answer(call, request, chat::delete_message, Reply::DeleteMessage).await,
        Request::SetReaction(request) => answer(call, request, chat::set_reaction, Reply::SetReaction).await,
        Request::ListMessages(request) => answer(call, request, chat::list_messages, Reply::ListMessages).await,
        Request::SetTyping(request) => answer(call, request, chat::set_typing, Reply::SetTyping).await,
        Request::SetPresence(request) => answer(call, request, presence::set_presence, Reply::SetPresence).await,
        Request::ListPresence(request) => answer(call, request, presence::list_presence, Reply::ListPresence).await,
    };
    Some(reply)
}

async fn answer<Req, Res, Fut>(
    call: Call,
    request: Req,
    handler: fn(Call, Req) -> Fut,
    wrap: fn(Res) -> Reply,
) -> Reply
where
    Req: Validate,
    Fut: Future<Output = Result<Res, ApiError>> + Send,
{
    checked(call, request, handler).await.map_or_else(|error| Reply::Error(error.to_proto()), wrap)
}
