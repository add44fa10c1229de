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
        Request::SyncClock(request) => {
            answer(
                call,
                "trivium.v1.SessionService/SyncClock",
                request,
                session::sync_clock,
                Reply::SyncClock,
            )
            .await
        }
        Request::CreateRoom(request) => {
            answer(
                call,
                "trivium.v1.RoomService/CreateRoom",
                request,
                room::create_room,
                Reply::CreateRoom,
            )
            .await
        }
        Request::GetRoom(request) => {
            answer(
                call,
                "trivium.v1.RoomService/GetRoom",
                request,
                room::get_room,
                Reply::GetRoom,
            )
            .await
        }
        Request::ListRooms(request) => {
            answer(
                call,
                "trivium.v1.RoomService/ListRooms",
                request,
                room::list_rooms,
                Reply::ListRooms,
            )
            .await
        }
        Request::JoinRoom(request) => {
            answer(
                call,
                "trivium.v1.RoomService/JoinRoom",
                request,
                room::join_room,
                Reply::JoinRoom,
            )
            .await
        }
        Request::LeaveRoom(request) => {
            answer(
                call,
                "trivium.v1.RoomService/LeaveRoom",
                request,
                room::leave_room,
                Reply::LeaveRoom,
            )
            .await
        }
        Request::UpdateRoom(request) => {
            answer(
                call,
                "trivium.v1.RoomService/UpdateRoom",
                request,
                room::update_room,
                Reply::UpdateRoom,
            )
            .await
        }
        Request::CloseRoom(request) => {
            answer(
                call,
                "trivium.v1.RoomService/CloseRoom",
                request,
                room::close_room,
                Reply::CloseRoom,
            )
            .await
        }
        Request::ListMembers(request) => {
            answer(
                call,
                "trivium.v1.RoomService/ListMembers",
                request,
                room::list_members,
                Reply::ListMembers,
            )
            .await
        }
        Request::UpdateMember(request) => {
            answer(
                call,
                "trivium.v1.RoomService/UpdateMember",
                request,
                room::update_member,
                Reply::UpdateMember,
            )
            .await
        }
        Request::RemoveMember(request) => {
            answer(
                call,
                "trivium.v1.RoomService/RemoveMember",
                request,
                room::remove_member,
                Reply::RemoveMember,
            )
            .await
        }
        Request::BanUser(request) => {
            answer(
                call,
                "trivium.v1.RoomService/BanUser",
                request,
                room::ban_user,
                Reply::BanUser,
            )
            .await
        }
        Request::UnbanUser(request) => {
            answer(
                call,
                "trivium.v1.RoomService/UnbanUser",
                request,
                room::unban_user,
                Reply::UnbanUser,
            )
            .await
        }
        Request::TakeHost(request) => {
            answer(
                call,
                "trivium.v1.RoomService/TakeHost",
                request,
                room::take_host,
                Reply::TakeHost,
            )
            .await
        }
        Request::ListEvents(request) => {
            answer(
                call,
                "trivium.v1.RoomService/ListEvents",
                request,
                room::list_events,
                Reply::ListEvents,
            )
            .await
        }
        Request::CreateQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/CreateQuiz",
                request,
                quiz::create_quiz,
                Reply::CreateQuiz,
            )
            .await
        }
        Request::UpdateQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/UpdateQuiz",
                request,
                quiz::update_quiz,
                Reply::UpdateQuiz,
            )
            .await
        }
        Request::GetQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/GetQuiz",
                request,
                quiz::get_quiz,
                Reply::GetQuiz,
            )
            .await
        }
        Request::ListQuizzes(request) => {
            answer(
                call,
                "trivium.v1.QuizService/ListQuizzes",
                request,
                quiz::list_quizzes,
                Reply::ListQuizzes,
            )
            .await
        }
        Request::DeleteQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/DeleteQuiz",
                request,
                quiz::delete_quiz,
                Reply::DeleteQuiz,
            )
            .await
        }
        Request::LoadQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/LoadQuiz",
                request,
                quiz::load_quiz,
                Reply::LoadQuiz,
            )
            .await
        }
        Request::StartQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/StartQuiz",
                request,
                quiz::start_quiz,
                Reply::StartQuiz,
            )
            .await
        }
        Request::AdvanceQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/AdvanceQuiz",
                request,
                quiz::advance_quiz,
                Reply::AdvanceQuiz,
            )
            .await
        }
        Request::SubmitAnswer(request) => {
            answer(
                call,
                "trivium.v1.QuizService/SubmitAnswer",
                request,
                quiz::submit_answer,
                Reply::SubmitAnswer,
            )
            .await
        }
        Request::ReportLoaded(request) => {
            answer(
                call,
                "trivium.v1.QuizService/ReportLoaded",
                request,
                quiz::report_loaded,
                Reply::ReportLoaded,
            )
            .await
        }
        Request::PauseQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/PauseQuiz",
                request,
                quiz::pause_quiz,
                Reply::PauseQuiz,
            )
            .await
        }
        Request::ResumeQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/ResumeQuiz",
                request,
                quiz::resume_quiz,
                Reply::ResumeQuiz,
            )
            .await
        }
        Request::ExtendQuestion(request) => {
            answer(
                call,
                "trivium.v1.QuizService/ExtendQuestion",
                request,
                quiz::extend_question,
                Reply::ExtendQuestion,
            )
            .await
        }
        Request::SkipQuestion(request) => {
            answer(
                call,
                "trivium.v1.QuizService/SkipQuestion",
                request,
                quiz::skip_question,
                Reply::SkipQuestion,
            )
            .await
        }
        Request::SetAutoAdvance(request) => {
            answer(
                call,
                "trivium.v1.QuizService/SetAutoAdvance",
                request,
                quiz::set_auto_advance,
                Reply::SetAutoAdvance,
            )
            .await
        }
        Request::EndQuiz(request) => {
            answer(
                call,
                "trivium.v1.QuizService/EndQuiz",
                request,
                quiz::end_quiz,
                Reply::EndQuiz,
            )
            .await
        }
        Request::GetResults(request) => {
            answer(
                call,
                "trivium.v1.QuizService/GetResults",
                request,
                quiz::get_results,
                Reply::GetResults,
            )
            .await
        }
        Request::SendMessage(request) => {
            answer(
                call,
                "trivium.v1.ChatService/SendMessage",
                request,
                chat::send_message,
                Reply::SendMessage,
            )
            .await
        }
        Request::EditMessage(request) => {
            answer(
                call,
                "trivium.v1.ChatService/EditMessage",
                request,
                chat::edit_message,
                Reply::EditMessage,
            )
            .await
        }
        Request::DeleteMessage(request) => {
            answer(
                call,
                "trivium.v1.ChatService/DeleteMessage",
                request,
                chat::delete_message,
                Reply::DeleteMessage,
            )
            .await
        }
        Request::SetReaction(request) => {
            answer(
                call,
                "trivium.v1.ChatService/SetReaction",
                request,
                chat::set_reaction,
                Reply::SetReaction,
            )
            .await
        }
        Request::ListMessages(request) => {
            answer(
                call,
                "trivium.v1.ChatService/ListMessages",
                request,
                chat::list_messages,
                Reply::ListMessages,
            )
            .await
        }
        Request::SetTyping(request) => {
            answer(
                call,
                "trivium.v1.ChatService/SetTyping",
                request,
                chat::set_typing,
                Reply::SetTyping,
            )
            .await
        }
        Request::SetPresence(request) => {
            answer(
                call,
                "trivium.v1.PresenceService/SetPresence",
                request,
                presence::set_presence,
                Reply::SetPresence,
            )
            .await
        }
        Request::ListPresence(request) => {
            answer(
                call,
                "trivium.v1.PresenceService/ListPresence",
                request,
                presence::list_presence,
                Reply::ListPresence,
            )
            .await
        }
    };
    Some(reply)
}

async fn answer<Req, Res, Fut>(
    call: Call,
    method: &'static str,
    request: Req,
    handler: fn(Call, Req) -> Fut,
    wrap: fn(Res) -> Reply,
) -> Reply
where
    Req: Validate,
    Fut: Future<Output = Result<Res, ApiError>> + Send,
{
    checked(call, method, request, handler)
        .await
        .map_or_else(|error| Reply::Error(error.wire()), wrap)
}
