//! Quizzes: the catalogue of written ones, and the live game in a room.

use std::sync::Arc;

use bytes::Bytes;
use tonic::{Request, Response, Status};
use trivium_engine::{QuizId, Reject, Role, RoomId, Timestamp, UserId, quiz::Quiz};
use trivium_proto::v1::{self, quiz_service_server::QuizService};
use trivium_store::{PutQuiz, QuizRecord};

use super::{Services, page_after, page_size, seq_of};
use crate::{
    auth::Principal,
    call::Call,
    convert::{self, reply},
    error::{ApiError, Thing},
    ids,
    limits::Operation,
};

const DEFAULT_PAGE: u32 = 50;

pub(crate) async fn create_quiz(
    call: Call,
    request: v1::CreateQuizRequest,
) -> Result<v1::CreateQuizResponse, ApiError> {
    let owner = call.principal()?.clone();
    call.limit(Operation::QuizWrite)?;
    let id = ids::quiz_id_for(
        &call.api.secret,
        &owner.user,
        &convert::common::id("request_id", request.request_id)?,
    );
    let written = convert::quiz::written::quiz(request.quiz.unwrap_or_default(), id, 1)?;
    let quiz = put(&call, &owner, written).await?;
    Ok(v1::CreateQuizResponse {
        quiz: Some(convert::quiz::written::quiz_out(&quiz)),
    })
}

pub(crate) async fn update_quiz(
    call: Call,
    request: v1::UpdateQuizRequest,
) -> Result<v1::UpdateQuizResponse, ApiError> {
    let owner = call.principal()?.clone();
    call.limit(Operation::QuizWrite)?;
    let quiz = request.quiz.unwrap_or_default();
    let id: QuizId = convert::common::id("quiz.id", quiz.id.clone())?;
    owned(&call, &owner, &id, None).await?;
    let revision = quiz.revision.saturating_add(1);
    let quiz = put(&call, &owner, convert::quiz::written::quiz(quiz, id, revision)?).await?;
    Ok(v1::UpdateQuizResponse {
        quiz: Some(convert::quiz::written::quiz_out(&quiz)),
    })
}

pub(crate) async fn get_quiz(call: Call, request: v1::GetQuizRequest) -> Result<v1::GetQuizResponse, ApiError> {
    let owner = call.principal()?.clone();
    call.limit(Operation::Command)?;
    let id: QuizId = convert::common::id("quiz_id", request.quiz_id)?;
    let quiz = owned(&call, &owner, &id, (request.revision > 0).then_some(request.revision)).await?;
    Ok(v1::GetQuizResponse {
        quiz: Some(convert::quiz::written::quiz_out(&quiz)),
    })
}

pub(crate) async fn list_quizzes(
    call: Call,
    request: v1::ListQuizzesRequest,
) -> Result<v1::ListQuizzesResponse, ApiError> {
    let owner = call.principal()?.user.clone();
    call.limit(Operation::Command)?;
    let after: Option<QuizId> = page_after(request.page_token)?;
    let limit = page_size(request.page_size, DEFAULT_PAGE);
    let quizzes = call
        .api
        .runtime
        .store()
        .list_quizzes(Some(&owner), after.as_ref(), limit)
        .await?;
    let full = quizzes.len() == limit as usize;
    let next_page_token = quizzes
        .last()
        .filter(|_| full)
        .map(|last| last.id.to_string())
        .unwrap_or_default();
    Ok(v1::ListQuizzesResponse {
        quizzes: quizzes.iter().map(convert::quiz::summary).collect(),
        next_page_token,
    })
}

pub(crate) async fn delete_quiz(
    call: Call,
    request: v1::DeleteQuizRequest,
) -> Result<v1::DeleteQuizResponse, ApiError> {
    let owner = call.principal()?.clone();
    call.limit(Operation::QuizWrite)?;
    let id: QuizId = convert::common::id("quiz_id", request.quiz_id)?;
    owned(&call, &owner, &id, None).await?;
    call.api.runtime.store().archive_quiz(&id, call.received_at).await?;
    Ok(v1::DeleteQuizResponse {})
}

pub(crate) async fn load_quiz(call: Call, request: v1::LoadQuizRequest) -> Result<v1::LoadQuizResponse, ApiError> {
    let owner = call.principal()?.clone();
    let load = convert::quiz::load(request)?;
    let quiz = owned(&call, &owner, &load.quiz, load.revision).await?;
    let seq = seq_of(&call.execute(Operation::Command, load.with(Arc::new(quiz))).await?);
    Ok(v1::LoadQuizResponse { seq })
}

pub(crate) async fn submit_answer(
    call: Call,
    request: v1::SubmitAnswerRequest,
) -> Result<v1::SubmitAnswerResponse, ApiError> {
    let done = call
        .execute(Operation::Command, convert::quiz::submit_answer(request)?)
        .await?;
    reply::submit_answer(&done.entries).ok_or(ApiError::RequestReused)
}

pub(crate) async fn report_loaded(
    call: Call,
    request: v1::ReportLoadedRequest,
) -> Result<v1::ReportLoadedResponse, ApiError> {
    call.execute(Operation::Command, convert::quiz::report_loaded(request)?)
        .await?;
    Ok(v1::ReportLoadedResponse {})
}

pub(crate) async fn report_drawn(
    call: Call,
    request: v1::ReportDrawnRequest,
) -> Result<v1::ReportDrawnResponse, ApiError> {
    let (room, observation) = convert::quiz::report_drawn(request, call.principal()?.user.clone())?;
    call.observe(&room, Role::Observer, observation).await?;
    Ok(v1::ReportDrawnResponse {})
}

pub(crate) async fn get_results(
    call: Call,
    request: v1::GetResultsRequest,
) -> Result<v1::GetResultsResponse, ApiError> {
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let results = call.look(&room, |room, who, _| room.results(who)).await??;
    Ok(convert::quiz::results(&results))
}

pub(crate) async fn start_quiz(call: Call, request: v1::StartQuizRequest) -> Result<v1::StartQuizResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Command, convert::quiz::start(request)?).await?);
    Ok(v1::StartQuizResponse { seq })
}

pub(crate) async fn advance_quiz(
    call: Call,
    request: v1::AdvanceQuizRequest,
) -> Result<v1::AdvanceQuizResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Command, convert::quiz::advance(request)?)
            .await?,
    );
    Ok(v1::AdvanceQuizResponse { seq })
}

pub(crate) async fn pause_quiz(call: Call, request: v1::PauseQuizRequest) -> Result<v1::PauseQuizResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Command, convert::quiz::pause(request)?).await?);
    Ok(v1::PauseQuizResponse { seq })
}

pub(crate) async fn resume_quiz(
    call: Call,
    request: v1::ResumeQuizRequest,
) -> Result<v1::ResumeQuizResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Command, convert::quiz::resume(request)?)
            .await?,
    );
    Ok(v1::ResumeQuizResponse { seq })
}

pub(crate) async fn extend_question(
    call: Call,
    request: v1::ExtendQuestionRequest,
) -> Result<v1::ExtendQuestionResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Command, convert::quiz::extend(request)?)
            .await?,
    );
    Ok(v1::ExtendQuestionResponse { seq })
}

pub(crate) async fn skip_question(
    call: Call,
    request: v1::SkipQuestionRequest,
) -> Result<v1::SkipQuestionResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Command, convert::quiz::skip(request)?).await?);
    Ok(v1::SkipQuestionResponse { seq })
}

pub(crate) async fn set_auto_advance(
    call: Call,
    request: v1::SetAutoAdvanceRequest,
) -> Result<v1::SetAutoAdvanceResponse, ApiError> {
    let seq = seq_of(
        &call
            .execute(Operation::Command, convert::quiz::set_auto_advance(request)?)
            .await?,
    );
    Ok(v1::SetAutoAdvanceResponse { seq })
}

pub(crate) async fn end_quiz(call: Call, request: v1::EndQuizRequest) -> Result<v1::EndQuizResponse, ApiError> {
    let seq = seq_of(&call.execute(Operation::Command, convert::quiz::end(request)?).await?);
    Ok(v1::EndQuizResponse { seq })
}

/// Stores a revision, once it has been found playable.
pub(super) async fn put(call: &Call, owner: &Principal, quiz: Quiz) -> Result<Quiz, ApiError> {
    quiz.check().map_err(Reject::QuizInvalid)?;
    let record = record(&owner.user, &quiz, call.received_at)?;
    match call.api.runtime.store().put_quiz(&record).await? {
        PutQuiz::Stored => Ok(quiz),
        PutQuiz::Conflict { latest } => Err(ApiError::RevisionConflict { latest }),
    }
}

/// A revision of a quiz that the caller owns. Other people's quizzes are as good as not there.
pub(super) async fn owned(
    call: &Call,
    owner: &Principal,
    id: &QuizId,
    revision: Option<u32>,
) -> Result<Quiz, ApiError> {
    let record = call
        .api
        .runtime
        .store()
        .quiz(id, revision)
        .await?
        .ok_or(ApiError::NotFound(Thing::Quiz))?;
    if record.owner != owner.user && !owner.roles.admin {
        return Err(ApiError::NotFound(Thing::Quiz));
    }
    serde_json::from_slice(&record.body).map_err(|error| ApiError::Internal(error.to_string()))
}

fn record(owner: &UserId, quiz: &Quiz, created_at: Timestamp) -> Result<QuizRecord, ApiError> {
    Ok(QuizRecord {
        id: quiz.id.clone(),
        revision: quiz.revision,
        owner: owner.clone(),
        title: quiz.title.clone(),
        questions: convert::common::count_out(quiz.questions.len()),
        created_at,
        body: Bytes::from(serde_json::to_vec(quiz).map_err(|error| ApiError::Internal(error.to_string()))?),
    })
}

#[tonic::async_trait]
impl QuizService for Services {
    async fn create_quiz(
        &self,
        request: Request<v1::CreateQuizRequest>,
    ) -> Result<Response<v1::CreateQuizResponse>, Status> {
        self.unary(request, create_quiz).await
    }

    async fn update_quiz(
        &self,
        request: Request<v1::UpdateQuizRequest>,
    ) -> Result<Response<v1::UpdateQuizResponse>, Status> {
        self.unary(request, update_quiz).await
    }

    async fn get_quiz(&self, request: Request<v1::GetQuizRequest>) -> Result<Response<v1::GetQuizResponse>, Status> {
        self.unary(request, get_quiz).await
    }

    async fn list_quizzes(
        &self,
        request: Request<v1::ListQuizzesRequest>,
    ) -> Result<Response<v1::ListQuizzesResponse>, Status> {
        self.unary(request, list_quizzes).await
    }

    async fn delete_quiz(
        &self,
        request: Request<v1::DeleteQuizRequest>,
    ) -> Result<Response<v1::DeleteQuizResponse>, Status> {
        self.unary(request, delete_quiz).await
    }

    async fn load_quiz(&self, request: Request<v1::LoadQuizRequest>) -> Result<Response<v1::LoadQuizResponse>, Status> {
        self.unary(request, load_quiz).await
    }

    async fn submit_answer(
        &self,
        request: Request<v1::SubmitAnswerRequest>,
    ) -> Result<Response<v1::SubmitAnswerResponse>, Status> {
        self.unary(request, submit_answer).await
    }

    async fn report_loaded(
        &self,
        request: Request<v1::ReportLoadedRequest>,
    ) -> Result<Response<v1::ReportLoadedResponse>, Status> {
        self.unary(request, report_loaded).await
    }

    async fn report_drawn(
        &self,
        request: Request<v1::ReportDrawnRequest>,
    ) -> Result<Response<v1::ReportDrawnResponse>, Status> {
        self.unary(request, report_drawn).await
    }

    async fn get_results(
        &self,
        request: Request<v1::GetResultsRequest>,
    ) -> Result<Response<v1::GetResultsResponse>, Status> {
        self.unary(request, get_results).await
    }

    async fn start_quiz(
        &self,
        request: Request<v1::StartQuizRequest>,
    ) -> Result<Response<v1::StartQuizResponse>, Status> {
        self.unary(request, start_quiz).await
    }

    async fn advance_quiz(
        &self,
        request: Request<v1::AdvanceQuizRequest>,
    ) -> Result<Response<v1::AdvanceQuizResponse>, Status> {
        self.unary(request, advance_quiz).await
    }

    async fn pause_quiz(
        &self,
        request: Request<v1::PauseQuizRequest>,
    ) -> Result<Response<v1::PauseQuizResponse>, Status> {
        self.unary(request, pause_quiz).await
    }

    async fn resume_quiz(
        &self,
        request: Request<v1::ResumeQuizRequest>,
    ) -> Result<Response<v1::ResumeQuizResponse>, Status> {
        self.unary(request, resume_quiz).await
    }

    async fn extend_question(
        &self,
        request: Request<v1::ExtendQuestionRequest>,
    ) -> Result<Response<v1::ExtendQuestionResponse>, Status> {
        self.unary(request, extend_question).await
    }

    async fn skip_question(
        &self,
        request: Request<v1::SkipQuestionRequest>,
    ) -> Result<Response<v1::SkipQuestionResponse>, Status> {
        self.unary(request, skip_question).await
    }

    async fn set_auto_advance(
        &self,
        request: Request<v1::SetAutoAdvanceRequest>,
    ) -> Result<Response<v1::SetAutoAdvanceResponse>, Status> {
        self.unary(request, set_auto_advance).await
    }

    async fn end_quiz(&self, request: Request<v1::EndQuizRequest>) -> Result<Response<v1::EndQuizResponse>, Status> {
        self.unary(request, end_quiz).await
    }
}
