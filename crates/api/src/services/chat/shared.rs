//! What a message carries beside its text, looked up for the author.

use trivium_engine::{
    Reject, RoomId,
    chat::{Attachment, Draft, SharedQuestion},
};

use crate::{
    attachments,
    call::Call,
    convert::{
        self,
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
/// `QUIZ_NOT_FOUND` for a quiz that the author may not read, `NO_SUCH_QUESTION` for one that it has not, `FILE_NOT_FOUND` for a
/// file that the author has not brought to this room.
pub(super) async fn looked_up(call: &Call, room: &RoomId, said: Said) -> Result<Draft, ApiError> {
    let question = match &said.question {
        Some(asked) => Some(question(call, asked).await?),
        None => None,
    };
    // Last, because from then on the files are there for the whole room.
    let files = attachments::attach(call, room, &said.attachments).await?;
    Ok(Draft {
        question,
        attachments: files.into_iter().map(attachment).collect(),
        ..said.draft
    })
}

fn attachment(file: attachments::Attachment) -> Attachment {
    // Only pictures have a size, and none is without pixels.
    let pixels = |side: u32| (side > 0).then_some(side);
    Attachment {
        id: file.id,
        name: file.name,
        content_type: file.content_type,
        size: file.size_bytes,
        width: pixels(file.width),
        height: pixels(file.height),
    }
}

async fn question(call: &Call, asked: &AskedQuestion) -> Result<SharedQuestion, ApiError> {
    let owner = call.principal()?.clone();
    call.limit(Operation::Command)?;
    let quiz = owned(call, &owner, &asked.quiz, asked.revision).await?;
    convert::chat::shared_question(&quiz, asked.index).ok_or(Reject::NoSuchQuestion.into())
}
