//! Quizzes and results as files.
//!
//! Neighbours: [`files`](crate::files) bounds the work, [`pictures`] moves images between bundles and the store, `trivium-formats`
//! knows the formats, [`quiz`](super::quiz) the catalogue.

mod pictures;

use tonic::{Request, Response, Status};
use trivium_engine::{Audience, QuizId, Reject, RoomId};
use trivium_formats::{Imported, WriteError, Written};
use trivium_proto::v1::{self, QuizFileFormat, quiz_file_service_server::QuizFileService};

use super::{
    Services,
    quiz::{owned, put},
};
use crate::{
    call::Call,
    convert::{self, common::enumerated},
    error::ApiError,
    ids,
    limits::Operation,
};

pub(crate) async fn import_quiz(
    call: Call,
    request: v1::ImportQuizRequest,
) -> Result<v1::ImportQuizResponse, ApiError> {
    let owner = call.principal()?.clone();
    call.limit(Operation::QuizWrite)?;
    let format = enumerated("format", request.format)?;
    let id = ids::quiz_id_for(
        &call.api.secret,
        &owner.user,
        &convert::common::id("request_id", request.request_id)?,
    );
    let (file, name) = (request.file, request.file_name);
    let read = call
        .api
        .files
        .work(move || trivium_formats::import(&file, &name, format));
    let Imported {
        format,
        quiz,
        media,
        rejected,
        report,
    } = read.await?;
    let omitted_issue_count = report.omitted();
    let mut issues = report.into_issues();
    let quiz = match quiz {
        Some(mut quiz) => {
            pictures::take(&call, &owner, &mut quiz, media, request.dry_run, &mut issues).await?;
            Some(keep(&call, quiz, id, request.dry_run).await?)
        }
        None => None,
    };
    Ok(v1::ImportQuizResponse {
        issues,
        omitted_issue_count,
        format: format.into(),
        question_count: quiz
            .as_ref()
            .map_or(0, |quiz| convert::common::count_out(quiz.questions.len())),
        rejected_count: rejected,
        quiz,
    })
}

pub(crate) async fn export_quiz(
    call: Call,
    request: v1::ExportQuizRequest,
) -> Result<v1::ExportQuizResponse, ApiError> {
    let owner = call.principal()?.clone();
    call.limit(Operation::Command)?;
    let format: QuizFileFormat = enumerated("format", request.format)?;
    let id: QuizId = convert::common::id("quiz_id", request.quiz_id)?;
    let revision = (request.revision > 0).then_some(request.revision);
    let quiz = owned(&call, &owner, &id, revision).await?;
    let mut quiz = convert::quiz::written::quiz_out(&quiz);
    let mut issues = Vec::new();
    let media = if format == QuizFileFormat::Bundle {
        pictures::give(&call, &mut quiz, &mut issues).await?
    } else {
        Vec::new()
    };
    let work = move || trivium_formats::export(&quiz, format, &media);
    let Written {
        bytes,
        name,
        content_type,
        report,
    } = call.api.files.work(work).await??;
    let omitted_issue_count = report.omitted();
    issues.extend(report.into_issues());
    Ok(v1::ExportQuizResponse {
        file: bytes.into(),
        file_name: name,
        content_type: content_type.to_owned(),
        issues,
        omitted_issue_count,
    })
}

pub(crate) async fn export_results(
    call: Call,
    request: v1::ExportResultsRequest,
) -> Result<v1::ExportResultsResponse, ApiError> {
    let format = enumerated("format", request.format)?;
    let room: RoomId = convert::common::id("room_id", request.room_id)?;
    let results = call.look(&room, |room, who, _| match who {
        Audience::Hosts => room.results(who),
        Audience::Member(_) | Audience::Observers => Err(Reject::NotPermitted),
    });
    let results = results.await??;
    let work = move || {
        let results = convert::quiz::results(&results);
        trivium_formats::results::export(&results, room.as_str(), format)
    };
    let written = call.api.files.work(work).await??;
    Ok(v1::ExportResultsResponse {
        file: written.bytes.into(),
        file_name: written.name,
        content_type: written.content_type.to_owned(),
    })
}

/// Puts the quiz into the catalogue, or only finds out whether it could be.
async fn keep(call: &Call, quiz: v1::Quiz, id: QuizId, dry_run: bool) -> Result<v1::Quiz, ApiError> {
    let written = convert::quiz::written::quiz(quiz, id, 1)?;
    if dry_run {
        written.check().map_err(Reject::QuizInvalid)?;
        return Ok(v1::Quiz {
            id: String::new(),
            revision: 0,
            ..convert::quiz::written::quiz_out(&written)
        });
    }
    let owner = call.principal()?.clone();
    let quiz = put(call, &owner, written).await?;
    Ok(convert::quiz::written::quiz_out(&quiz))
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotWritten => Self::FormatNotWritten,
            WriteError::Nothing(_) => Self::NothingToWrite,
            WriteError::TooLarge => Self::TooMany(crate::error::Bound::MessageBytes),
            WriteError::Failed(why) => Self::Internal(why),
        }
    }
}

#[tonic::async_trait]
impl QuizFileService for Services {
    async fn import_quiz(
        &self,
        request: Request<v1::ImportQuizRequest>,
    ) -> Result<Response<v1::ImportQuizResponse>, Status> {
        self.unary(request, import_quiz).await
    }

    async fn export_quiz(
        &self,
        request: Request<v1::ExportQuizRequest>,
    ) -> Result<Response<v1::ExportQuizResponse>, Status> {
        self.unary(request, export_quiz).await
    }

    async fn export_results(
        &self,
        request: Request<v1::ExportResultsRequest>,
    ) -> Result<Response<v1::ExportResultsResponse>, Status> {
        self.unary(request, export_results).await
    }
}

#[cfg(test)]
mod tests;
