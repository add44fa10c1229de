//! What each refusal of a room is called on the wire, and what is told with it.

use std::time::Duration;

use tonic::Code;
use trivium_engine::{Millis, Reject, quiz::Phase};

use super::{ApiError, MAX_RETRY, Outline};

/// What each refusal of a room is called on the wire.
pub(super) fn outline(reject: &Reject) -> Outline {
    let code = match reject {
        Reject::NoSuchRoom
        | Reject::WrongCode
        | Reject::NoSuchMember
        | Reject::NoSuchTeam
        | Reject::NoSuchQuestion
        | Reject::NoSuchMessage
        | Reject::NoSuchReport
        | Reject::NoSuchDevice => Code::NotFound,
        Reject::RoomExists
        | Reject::NicknameTaken
        | Reject::AlreadyAnswered
        | Reject::AlreadyReported
        | Reject::DeviceExists => Code::AlreadyExists,
        Reject::RoomClosed
        | Reject::RoomLocked
        | Reject::LateJoinClosed
        | Reject::HostPresent
        | Reject::NoQuiz
        | Reject::QuizInvalid(_)
        | Reject::WrongPhase { .. }
        | Reject::Paused
        | Reject::NotPaused
        | Reject::QuestionNotOpen { .. }
        | Reject::QuestionClosed
        | Reject::ChatClosed
        | Reject::RoomArchived
        | Reject::SealedNotAllowed
        | Reject::SealedOnly
        | Reject::StaleDevices
        | Reject::ApprovalNeeded
        | Reject::MessageState
        | Reject::OwnMessage => Code::FailedPrecondition,
        // Somebody else was faster: look again, then decide anew.
        Reject::PhaseChanged { .. } => Code::Aborted,
        Reject::NotInvited
        | Reject::Banned
        | Reject::NotMember
        | Reject::NotPermitted
        | Reject::WriteNotAllowed
        | Reject::Muted { .. }
        | Reject::Newcomer { .. } => Code::PermissionDenied,
        Reject::NicknameInvalid
        | Reject::WrongAnswerType(_)
        | Reject::TextInvalid(_)
        | Reject::WrongThread
        | Reject::Filtered { .. } => Code::InvalidArgument,
        Reject::RoomFull
        | Reject::TooManyReactions
        | Reject::TooManyDevices
        | Reject::KeyLogFull
        | Reject::SlowMode { .. }
        | Reject::LimitReached(_) => Code::ResourceExhausted,
    };
    // The same name as for those who may not know whether there is such a room.
    if *reject == Reject::NoSuchRoom {
        return ApiError::RoomNotFound.outline();
    }
    let mut outline = Outline::new(code, reject.reason(), reject.to_string());
    if let Reject::WrongPhase { phase } | Reject::PhaseChanged { phase } = reject {
        outline.metadata.push(("phase", phase_name(*phase).to_owned()));
    }
    outline.retry_after = waits(reject).map(|span| Duration::from_millis(span.0).min(MAX_RETRY));
    outline
}

/// How long until the room would not refuse this any more, where time alone helps.
fn waits(reject: &Reject) -> Option<Millis> {
    if let Reject::QuestionNotOpen { opens_in: span } | Reject::Muted { ends_in: span } = reject {
        *span
    } else if let Reject::SlowMode { retry_after: span } | Reject::Newcomer { ends_in: span, .. } = reject {
        Some(*span)
    } else {
        None
    }
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Lobby => "LOBBY",
        Phase::Starting => "STARTING",
        Phase::Reading => "READING",
        Phase::Open => "OPEN",
        Phase::Closed => "CLOSED",
        Phase::Revealed => "REVEALED",
        Phase::Leaderboard => "LEADERBOARD",
        Phase::Ended => "ENDED",
    }
}
