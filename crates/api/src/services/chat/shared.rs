//! What a message carries beside its text, looked up for the author.

use trivium_engine::{Reject, RoomId, chat::Draft, chat::SharedQuestion};

use crate::{
    call::Call,
    convert::{
        self, Invalid,
        chat::{AskedQuestion, Said},
    },
    error::ApiError,
    limits::Operation,
    services::quiz::owned,
};

/// The draft with everything in it.
///
/// # Errors
///
/// `QUIZ_NOT_FOUND` for a quiz that the author may not read, `NO_SUCH_QUESTION` for one that it has not.
pub(super) async fn looked_up(call: &Call, _room: &RoomId, said: Said) -> Result<Draft, ApiError> {
    if !said.attachments.is_empty() {
        return Err(Invalid::new("attachment_ids", "there is no such file").into());
    }
    let question = match &said.question {
        Some(asked) => Some(question(call, asked).await?),
        None => None,
    };
    Ok(Draft { question, ..said.draft })
}

async fn question(call: &Call, asked: &AskedQuestion) -> Result<SharedQuestion, ApiError> {
    let owner = call.principal()?.clone();
    call.limit(Operation::Command)?;
    let quiz = owned(call, &owner, &asked.quiz, asked.revision).await?;
    convert::chat::shared_question(&quiz, asked.index).ok_or(Reject::NoSuchQuestion.into())
}
