//! Every failure has a code and a reason, and says the same as a status and as a message.

use std::collections::BTreeSet;

use trivium_engine::{Millis, quiz::Phase};

use super::*;

/// Makes a list of one of each refusal with what it becomes, which does not compile before every refusal is in it.
macro_rules! each_reject {
    ($($pattern:pat = $reject:expr => $code:expr,)*) => {
        fn rejects() -> Vec<(Reject, Code)> {
            vec![$(($reject, $code)),*]
        }

        fn is_listed(reject: &Reject) -> bool {
            match reject {
                $($pattern)|* => true,
            }
        }
    };
}

each_reject! {
    Reject::NoSuchRoom = Reject::NoSuchRoom => Code::NotFound,
    Reject::RoomExists = Reject::RoomExists => Code::AlreadyExists,
    Reject::RoomClosed = Reject::RoomClosed => Code::FailedPrecondition,
    Reject::RoomLocked = Reject::RoomLocked => Code::FailedPrecondition,
    Reject::RoomFull = Reject::RoomFull => Code::ResourceExhausted,
    Reject::LateJoinClosed = Reject::LateJoinClosed => Code::FailedPrecondition,
    Reject::WrongCode = Reject::WrongCode => Code::NotFound,
    Reject::NotInvited = Reject::NotInvited => Code::PermissionDenied,
    Reject::Banned = Reject::Banned => Code::PermissionDenied,
    Reject::NotMember = Reject::NotMember => Code::PermissionDenied,
    Reject::NoSuchMember = Reject::NoSuchMember => Code::NotFound,
    Reject::NotPermitted = Reject::NotPermitted => Code::PermissionDenied,
    Reject::NicknameTaken = Reject::NicknameTaken => Code::AlreadyExists,
    Reject::NicknameInvalid = Reject::NicknameInvalid => Code::InvalidArgument,
    Reject::NoSuchTeam = Reject::NoSuchTeam => Code::NotFound,
    Reject::HostPresent = Reject::HostPresent => Code::FailedPrecondition,
    Reject::NoQuiz = Reject::NoQuiz => Code::FailedPrecondition,
    Reject::QuizInvalid(_) = Reject::QuizInvalid("why".into()) => Code::FailedPrecondition,
    Reject::WrongPhase { .. } = Reject::WrongPhase { phase: Phase::Open } => Code::FailedPrecondition,
    Reject::PhaseChanged { .. } = Reject::PhaseChanged { phase: Phase::Open } => Code::Aborted,
    Reject::Paused = Reject::Paused => Code::FailedPrecondition,
    Reject::NotPaused = Reject::NotPaused => Code::FailedPrecondition,
    Reject::NoSuchQuestion = Reject::NoSuchQuestion => Code::NotFound,
    Reject::QuestionNotOpen { .. } = Reject::QuestionNotOpen { opens_in: None } => Code::FailedPrecondition,
    Reject::QuestionClosed = Reject::QuestionClosed => Code::FailedPrecondition,
    Reject::AlreadyAnswered = Reject::AlreadyAnswered => Code::AlreadyExists,
    Reject::WrongAnswerType(_) = Reject::WrongAnswerType("why") => Code::InvalidArgument,
    Reject::ChatClosed = Reject::ChatClosed => Code::FailedPrecondition,
    Reject::TextInvalid(_) = Reject::TextInvalid("why") => Code::InvalidArgument,
    Reject::NoSuchMessage = Reject::NoSuchMessage => Code::NotFound,
    Reject::TooManyReactions = Reject::TooManyReactions => Code::ResourceExhausted,
    Reject::LimitReached(_) = Reject::LimitReached("why") => Code::ResourceExhausted,
    Reject::DeviceExists = Reject::DeviceExists => Code::AlreadyExists,
    Reject::NoSuchDevice = Reject::NoSuchDevice => Code::NotFound,
    Reject::TooManyDevices = Reject::TooManyDevices => Code::ResourceExhausted,
    Reject::KeyLogFull = Reject::KeyLogFull => Code::ResourceExhausted,
    Reject::WrongThread = Reject::WrongThread => Code::InvalidArgument,
    Reject::Muted { .. } = Reject::Muted { ends_in: None } => Code::PermissionDenied,
    Reject::SlowMode { .. } = Reject::SlowMode { retry_after: Millis(1) } => Code::ResourceExhausted,
    Reject::Filtered { .. } = Reject::Filtered { rule: 0, excerpt: "why".into() } => Code::InvalidArgument,
    Reject::Newcomer { .. } = Reject::Newcomer { what: "links", ends_in: Millis(1) } => Code::PermissionDenied,
    Reject::ApprovalNeeded = Reject::ApprovalNeeded => Code::FailedPrecondition,
    Reject::MessageState = Reject::MessageState => Code::FailedPrecondition,
    Reject::OwnMessage = Reject::OwnMessage => Code::FailedPrecondition,
    Reject::NoSuchReport = Reject::NoSuchReport => Code::NotFound,
    Reject::AlreadyReported = Reject::AlreadyReported => Code::AlreadyExists,
    Reject::WriteNotAllowed = Reject::WriteNotAllowed => Code::PermissionDenied,
    Reject::RoomArchived = Reject::RoomArchived => Code::FailedPrecondition,
    Reject::SealedNotAllowed = Reject::SealedNotAllowed => Code::FailedPrecondition,
    Reject::SealedOnly = Reject::SealedOnly => Code::FailedPrecondition,
    Reject::StaleDevices = Reject::StaleDevices => Code::FailedPrecondition,
}

fn others() -> Vec<(ApiError, Code, &'static str)> {
    let second = Duration::from_secs(1);
    let broken = Violation {
        field: "quiz.title".into(),
        description: "too long".into(),
    };
    vec![
        (ApiError::RoomNotFound, Code::NotFound, "ROOM_NOT_FOUND"),
        (
            ApiError::Invalid(vec![broken]),
            Code::InvalidArgument,
            "INVALID_REQUEST",
        ),
        (
            ApiError::Token(TokenError::Expired),
            Code::Unauthenticated,
            "TOKEN_EXPIRED",
        ),
        (ApiError::AccountNeeded, Code::PermissionDenied, "ACCOUNT_NEEDED"),
        (ApiError::PermissionDenied, Code::PermissionDenied, "PERMISSION_DENIED"),
        (ApiError::NotFound(Thing::Quiz), Code::NotFound, "QUIZ_NOT_FOUND"),
        (ApiError::NotFound(Thing::Session), Code::NotFound, "SESSION_NOT_FOUND"),
        (
            ApiError::RevisionConflict { latest: 4 },
            Code::Aborted,
            "REVISION_CONFLICT",
        ),
        (ApiError::RequestReused, Code::AlreadyExists, "REQUEST_REUSED"),
        (ApiError::FormatNotWritten, Code::InvalidArgument, "FORMAT_NOT_WRITTEN"),
        (ApiError::NothingToWrite, Code::FailedPrecondition, "NOTHING_TO_WRITE"),
        (
            ApiError::RateLimited(RateLimited { retry_after: second }),
            Code::ResourceExhausted,
            "RATE_LIMITED",
        ),
        (
            ApiError::TooMany(Bound::InFlight),
            Code::ResourceExhausted,
            "TOO_MANY_IN_FLIGHT",
        ),
        (
            ApiError::TooMany(Bound::Subscriptions),
            Code::ResourceExhausted,
            "TOO_MANY_SUBSCRIPTIONS",
        ),
        (
            ApiError::TooMany(Bound::MessageBytes),
            Code::ResourceExhausted,
            "MESSAGE_TOO_LARGE",
        ),
        (ApiError::NoDevices, Code::FailedPrecondition, "NO_DEVICES"),
        (
            ApiError::StaleDevices(Vec::new()),
            Code::FailedPrecondition,
            "STALE_DEVICES",
        ),
        (ApiError::SignatureInvalid, Code::InvalidArgument, "SIGNATURE_INVALID"),
        (
            ApiError::Protocol("say hello first"),
            Code::InvalidArgument,
            "PROTOCOL_ERROR",
        ),
        (
            ApiError::Unavailable { retry_after: second },
            Code::Unavailable,
            "UNAVAILABLE",
        ),
        (ApiError::Internal("disk on fire".into()), Code::Internal, "INTERNAL"),
    ]
}

fn all() -> Vec<ApiError> {
    let rejects = rejects().into_iter().map(|(reject, _)| ApiError::Reject(reject));
    rejects.chain(others().into_iter().map(|(error, ..)| error)).collect()
}

#[test]
fn every_reject_has_its_code_and_its_own_name() {
    let mut reasons = BTreeSet::new();
    for (reject, code) in rejects() {
        assert!(is_listed(&reject));
        let outline = ApiError::Reject(reject.clone()).outline();
        assert_eq!(outline.code, code, "{reject:?}");
        let reason = if reject == Reject::NoSuchRoom {
            "ROOM_NOT_FOUND"
        } else {
            reject.reason()
        };
        assert_eq!(outline.reason, reason);
        assert!(reasons.insert(outline.reason), "{reason} is used twice");
    }
}

#[test]
fn every_other_failure_has_its_code_and_reason() {
    for (error, code, reason) in others() {
        let outline = error.outline();
        assert_eq!((outline.code, outline.reason), (code, reason), "{error:?}");
    }
}

#[test]
fn a_status_and_a_message_say_the_same() {
    for error in all() {
        let (status, wire) = (error.status(), error.wire());
        assert_eq!(status.code() as u32, wire.code, "{error:?}");
        assert_eq!(status.message(), wire.message);
        assert!(!wire.message.is_empty());
        let info = status.get_details_error_info().expect("every status has a reason");
        assert_eq!((info.domain.as_str(), &info.reason), (DOMAIN, &wire.reason));
        assert_eq!(info.metadata, wire.metadata.into_iter().collect());
        let fields = status
            .get_details_bad_request()
            .map(|bad| bad.field_violations)
            .unwrap_or_default();
        let told: Vec<_> = fields
            .into_iter()
            .map(|broken| (broken.field, broken.description))
            .collect();
        let written = wire
            .field_violations
            .into_iter()
            .map(|broken| (broken.field, broken.description));
        assert_eq!(told, written.collect::<Vec<_>>());
        let delay = status.get_details_retry_info().and_then(|info| info.retry_delay);
        assert_eq!(
            delay.map_or(0, |delay| delay.as_millis()),
            u128::from(wire.retry_after_ms)
        );
    }
}

#[test]
fn details_name_the_phase_and_the_moment() {
    let moved_on = ApiError::Reject(Reject::PhaseChanged { phase: Phase::Revealed });
    assert_eq!(
        moved_on.wire().metadata.get("phase").map(String::as_str),
        Some("REVEALED")
    );
    let early = |opens_in| {
        ApiError::Reject(Reject::QuestionNotOpen { opens_in })
            .wire()
            .retry_after_ms
    };
    assert_eq!(early(Some(Millis(800))), 800);
    assert_eq!(early(Some(Millis(u64::MAX))), 86_400_000);
    assert_eq!(early(None), 0);
}

#[test]
fn an_outsider_cannot_tell_a_wrong_code_from_a_closed_room() {
    let expected = ApiError::RoomNotFound;
    for reject in [
        Reject::NoSuchRoom,
        Reject::WrongCode,
        Reject::RoomClosed,
        Reject::RoomLocked,
        Reject::RoomFull,
        Reject::LateJoinClosed,
        Reject::NotInvited,
        Reject::NotMember,
    ] {
        let told = ApiError::Reject(reject).for_outsider();
        assert_eq!(told.wire(), expected.wire());
        assert_eq!(told.status().details(), expected.status().details());
    }
    for told in [Reject::NicknameTaken, Reject::NicknameInvalid, Reject::Banned] {
        assert_eq!(ApiError::Reject(told.clone()).for_outsider(), ApiError::Reject(told));
    }
}

#[test]
fn what_is_for_logs_stays_there() {
    let error = ApiError::from(StoreError::corrupt("/var/lib/secret.db"));
    let told = format!("{:?} {:?}", error.status(), error.wire());
    assert!(!told.contains("secret"), "{told}");
    let busy = ApiError::from(StoreError::unavailable("locked"));
    assert_eq!(busy.outline().code, Code::Unavailable);
    assert!(busy.outline().retry_after.is_some());
}

#[test]
fn many_broken_rules_still_fit_into_headers() {
    let broken = |index| Violation {
        field: format!("quiz.questions[{index}].text"),
        description: "x".repeat(300),
    };
    let error = ApiError::Invalid((0..1_000).map(broken).collect());
    let told = error.outline().violations.len();
    assert!((1..=64).contains(&told), "{told}");
    assert!(error.status().details().len() < 8_192);

    let short = Violation {
        field: "f".into(),
        description: "d".into(),
    };
    assert_eq!(
        ApiError::Invalid(vec![short; 100]).outline().violations.len(),
        MAX_VIOLATIONS
    );
}
