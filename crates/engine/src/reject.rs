//! Why a room refuses a command. Refusals leave no event; each has a stable name.

use crate::{Millis, quiz::Phase};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reject {
    /// The room has not been created.
    #[error("there is no such room")]
    NoSuchRoom,
    /// The room exists already.
    #[error("the room exists already")]
    RoomExists,
    /// The room is over.
    #[error("the room is closed")]
    RoomClosed,
    /// Nobody new may come in.
    #[error("the room is locked")]
    RoomLocked,
    /// The room has as many members as it may.
    #[error("the room is full")]
    RoomFull,
    /// The quiz has started and late join is off.
    #[error("the game has started and nobody may come in any more")]
    LateJoinClosed,
    /// A code is needed, or the one given is wrong.
    #[error("the join code is wrong")]
    WrongCode,
    /// The user's token does not grant this room.
    #[error("this room is by invitation")]
    NotInvited,
    /// The user is banned.
    #[error("banned from this room")]
    Banned,
    /// The user is not in the room.
    #[error("not a member of this room")]
    NotMember,
    /// No such member.
    #[error("there is no such member")]
    NoSuchMember,
    /// The role does not allow it.
    #[error("not permitted in this role")]
    NotPermitted,
    /// Somebody else has that nickname.
    #[error("the nickname is taken")]
    NicknameTaken,
    /// The nickname is empty, too long or made of unusable characters.
    #[error("the nickname is not usable")]
    NicknameInvalid,
    /// No such team.
    #[error("there is no such team")]
    NoSuchTeam,
    /// The host is there, so nobody needs to take over.
    #[error("the host is present")]
    HostPresent,
    /// No quiz is loaded.
    #[error("no quiz is loaded")]
    NoQuiz,
    /// The quiz cannot be played as written.
    #[error("the quiz is not playable: {0}")]
    QuizInvalid(String),
    /// The game is not in a phase that allows it.
    #[error("not possible in this phase")]
    WrongPhase {
        /// Where the game stands.
        phase: Phase,
    },
    /// The game has moved on from where the caller believed it to be.
    #[error("the game has moved on")]
    PhaseChanged {
        /// Where the game stands.
        phase: Phase,
    },
    /// Time stands still.
    #[error("the game is paused")]
    Paused,
    /// Time does not stand still.
    #[error("the game is not paused")]
    NotPaused,
    /// No such question.
    #[error("there is no such question")]
    NoSuchQuestion,
    /// Answering has not begun.
    #[error("the question is not open yet")]
    QuestionNotOpen {
        /// How long until it opens, if known.
        opens_in: Option<Millis>,
    },
    /// Answering is over.
    #[error("the question is closed")]
    QuestionClosed,
    /// The player has answered.
    #[error("already answered")]
    AlreadyAnswered,
    /// The answer is not in the form that the question asks for.
    #[error("the answer does not fit the question: {0}")]
    WrongAnswerType(&'static str),
    /// The chat is closed for members.
    #[error("the chat is closed")]
    ChatClosed,
    /// Only hosts, or only some, may write here.
    #[error("not everybody may write in this room")]
    WriteNotAllowed,
    /// The room is in the archive, where nobody writes.
    #[error("the room is in the archive")]
    RoomArchived,
    /// The text is empty or too long.
    #[error("the text is not usable: {0}")]
    TextInvalid(&'static str),
    /// No such message, or it was deleted.
    #[error("there is no such message")]
    NoSuchMessage,
    /// Threads have one level: the message begins no thread, or the answered one is in another.
    #[error("the message is in no such thread")]
    WrongThread,
    /// As many distinct reactions as a message can hold.
    #[error("the message has too many different reactions")]
    TooManyReactions,
    /// The identifier or a key of the device was used before.
    #[error("the identifier or a key of the device has been used before")]
    DeviceExists,
    /// No such device, or it was revoked.
    #[error("there is no such device")]
    NoSuchDevice,
    /// As many devices as there may be.
    #[error("too many devices")]
    TooManyDevices,
    /// The key log takes revocations only.
    #[error("the key log is full")]
    KeyLogFull,
    /// Sealed messages are for conversations.
    #[error("this room takes no sealed messages")]
    SealedNotAllowed,
    /// The room takes sealed messages only, or the message is sealed.
    #[error("only sealed messages are taken here")]
    SealedOnly,
    /// The message is not for exactly the devices that there are.
    #[error("devices have changed")]
    StaleDevices,
    /// The member is muted.
    #[error("muted by a host")]
    Muted {
        /// How long until that ends, unless a host is to end it.
        ends_in: Option<Millis>,
    },
    /// The slow mode lets the member write again later.
    #[error("the room is in slow mode")]
    SlowMode {
        /// How much later.
        retry_after: Millis,
    },
    /// A rule of the room refuses the text or the nickname.
    #[error("a rule of the room does not allow this")]
    Filtered {
        /// The rule, from 0.
        rule: u32,
        /// The beginning of what it refuses; for hosts.
        excerpt: String,
    },
    /// The member has come in too recently for this.
    #[error("newcomers may not yet share {what}")]
    Newcomer {
        /// For what.
        what: &'static str,
        /// How long until it may.
        ends_in: Millis,
    },
    /// Messages wait for a host here, and one that everybody sees cannot be made into one that does.
    #[error("a host has to look at this text: delete the message and send it anew")]
    ApprovalNeeded,
    /// The message does not stand where this could be done with it.
    #[error("not possible with the message as it stands")]
    MessageState,
    /// Nobody reports what it wrote itself.
    #[error("this is the caller's own message")]
    OwnMessage,
    /// No such report.
    #[error("there is no such report")]
    NoSuchReport,
    /// The caller has reported this message, and the report is open.
    #[error("already reported")]
    AlreadyReported,
    /// A bound of the room is reached.
    #[error("a limit of the room is reached: {0}")]
    LimitReached(&'static str),
}

impl Reject {
    /// The stable name, in UPPER_SNAKE_CASE.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NoSuchRoom => "NO_SUCH_ROOM",
            Self::RoomExists => "ROOM_EXISTS",
            Self::RoomClosed => "ROOM_CLOSED",
            Self::RoomLocked => "ROOM_LOCKED",
            Self::RoomFull => "ROOM_FULL",
            Self::LateJoinClosed => "LATE_JOIN_CLOSED",
            Self::WrongCode => "WRONG_CODE",
            Self::NotInvited => "NOT_INVITED",
            Self::Banned => "BANNED",
            Self::NotMember => "NOT_MEMBER",
            Self::NoSuchMember => "NO_SUCH_MEMBER",
            Self::NotPermitted => "NOT_PERMITTED",
            Self::NicknameTaken => "NICKNAME_TAKEN",
            Self::NicknameInvalid => "NICKNAME_INVALID",
            Self::NoSuchTeam => "NO_SUCH_TEAM",
            Self::HostPresent => "HOST_PRESENT",
            Self::NoQuiz => "NO_QUIZ",
            Self::QuizInvalid(_) => "QUIZ_INVALID",
            Self::WrongPhase { .. } => "WRONG_PHASE",
            Self::PhaseChanged { .. } => "PHASE_CHANGED",
            Self::Paused => "PAUSED",
            Self::NotPaused => "NOT_PAUSED",
            Self::NoSuchQuestion => "NO_SUCH_QUESTION",
            Self::QuestionNotOpen { .. } => "QUESTION_NOT_OPEN",
            Self::QuestionClosed => "QUESTION_CLOSED",
            Self::AlreadyAnswered => "ALREADY_ANSWERED",
            Self::WrongAnswerType(_) => "WRONG_ANSWER_TYPE",
            Self::ChatClosed => "CHAT_CLOSED",
            Self::WriteNotAllowed => "WRITE_NOT_ALLOWED",
            Self::RoomArchived => "ROOM_ARCHIVED",
            Self::TextInvalid(_) => "TEXT_INVALID",
            Self::NoSuchMessage => "NO_SUCH_MESSAGE",
            Self::WrongThread => "WRONG_THREAD",
            Self::TooManyReactions => "TOO_MANY_REACTIONS",
            Self::DeviceExists => "DEVICE_EXISTS",
            Self::NoSuchDevice => "DEVICE_UNKNOWN",
            Self::TooManyDevices => "TOO_MANY_DEVICES",
            Self::KeyLogFull => "KEY_LOG_FULL",
            Self::SealedNotAllowed => "SEALED_NOT_ALLOWED",
            Self::SealedOnly => "SEALED_ONLY",
            Self::StaleDevices => "STALE_DEVICES",
            Self::Muted { .. } => "MUTED",
            Self::SlowMode { .. } => "SLOW_MODE",
            Self::Filtered { .. } => "FILTERED",
            Self::Newcomer { .. } => "NEWCOMER",
            Self::ApprovalNeeded => "APPROVAL_NEEDED",
            Self::MessageState => "MESSAGE_STATE",
            Self::OwnMessage => "OWN_MESSAGE",
            Self::NoSuchReport => "NO_SUCH_REPORT",
            Self::AlreadyReported => "ALREADY_REPORTED",
            Self::LimitReached(_) => "LIMIT_REACHED",
        }
    }
}
