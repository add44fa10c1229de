//! Commands with names, for what applications do most. Everything else goes through [`Session::execute`].

use trivium_proto::v1::{
    AdvanceQuizRequest, AdvanceQuizResponse, Answer, CreateInvitationRequest, CreateQuizRequest, CreateRoomRequest,
    EndQuizRequest, EndQuizResponse, ExtendQuestionRequest, ExtendQuestionResponse, GetResultsRequest,
    GetResultsResponse, Invitation, JoinRoomRequest, JoinRoomResponse, LoadQuizRequest, LoadQuizResponse, Message,
    PauseQuizRequest, PauseQuizResponse, PresenceState, Quiz, QuizPhase, ReportDrawnRequest, ResumeQuizRequest,
    ResumeQuizResponse, RevokeInvitationRequest, RevokeInvitationResponse, Role, Room, RoomKind, SendMessageRequest,
    SetAutoAdvanceRequest, SetAutoAdvanceResponse, SetPresenceRequest, SetReactionRequest, SetReactionResponse,
    SetTypingRequest, SkipQuestionRequest, SkipQuestionResponse, StartQuizRequest, StartQuizResponse,
    SubmitAnswerRequest, SubmitAnswerResponse,
};

use crate::error::Error;
use crate::session::Session;
use crate::token::Token;

const INCOMPLETE: Error = Error::Protocol("the answer is empty");

/// Each fails as [`Session::execute`] does.
impl Session {
    /// Makes a room; the caller is its host.
    pub async fn create_room(&self, kind: RoomKind, title: impl Into<String>) -> Result<Room, Error> {
        let request = CreateRoomRequest {
            kind: kind.into(),
            title: title.into(),
            ..Default::default()
        };
        self.execute(request).await?.room.ok_or(INCOMPLETE)
    }

    /// Comes into a room. A guest's seat token is used from then on.
    pub async fn join(&self, code: impl Into<String>, nickname: impl Into<String>) -> Result<JoinRoomResponse, Error> {
        let request = JoinRoomRequest {
            join_code: code.into(),
            nickname: nickname.into(),
            ..Default::default()
        };
        let joined = self.execute(request).await?;
        if !joined.seat_token.is_empty() {
            self.authenticate(Token::new(joined.seat_token.clone())).await?;
        }
        Ok(joined)
    }

    /// Makes a code by which one more comes in with a role within the next ten minutes, or is raised to it.
    pub async fn invite(&self, room_id: impl Into<String>, role: Role) -> Result<Invitation, Error> {
        let request = CreateInvitationRequest {
            room_id: room_id.into(),
            role: role.into(),
            ..Default::default()
        };
        self.execute(request).await?.invitation.ok_or(INCOMPLETE)
    }

    /// Takes an invitation back.
    pub async fn revoke_invitation(
        &self,
        room_id: impl Into<String>,
        code: impl Into<String>,
    ) -> Result<RevokeInvitationResponse, Error> {
        let (room_id, code) = (room_id.into(), code.into());
        self.execute(RevokeInvitationRequest {
            room_id,
            code,
            ..Default::default()
        })
        .await
    }

    /// Says something.
    pub async fn send_message(&self, room_id: impl Into<String>, text: impl Into<String>) -> Result<Message, Error> {
        let request = SendMessageRequest {
            room_id: room_id.into(),
            text: text.into(),
            ..Default::default()
        };
        self.execute(request).await?.message.ok_or(INCOMPLETE)
    }

    /// Answers a message.
    pub async fn reply_to(
        &self,
        room_id: impl Into<String>,
        message_seq: u64,
        text: impl Into<String>,
    ) -> Result<Message, Error> {
        let request = SendMessageRequest {
            room_id: room_id.into(),
            text: text.into(),
            reply_to: message_seq,
            ..Default::default()
        };
        self.execute(request).await?.message.ok_or(INCOMPLETE)
    }

    /// Puts a reaction on a message, or takes it back.
    pub async fn set_reaction(
        &self,
        room_id: impl Into<String>,
        message_seq: u64,
        emoji: impl Into<String>,
        present: bool,
    ) -> Result<SetReactionResponse, Error> {
        let (room_id, emoji) = (room_id.into(), emoji.into());
        self.execute(SetReactionRequest {
            room_id,
            message_seq,
            emoji,
            present,
            ..Default::default()
        })
        .await
    }

    /// Tells the room that the caller is typing, or has stopped.
    pub async fn set_typing(&self, room_id: impl Into<String>, typing: bool) -> Result<(), Error> {
        self.execute(SetTypingRequest {
            room_id: room_id.into(),
            typing,
        })
        .await
        .map(drop)
    }

    /// Says how the caller wants to appear.
    pub async fn set_presence(
        &self,
        room_id: impl Into<String>,
        state: PresenceState,
        status: impl Into<String>,
    ) -> Result<(), Error> {
        let request = SetPresenceRequest {
            room_id: room_id.into(),
            state: state.into(),
            status: status.into(),
            ..SetPresenceRequest::default()
        };
        self.execute(request).await.map(drop)
    }

    /// Answers the open question.
    pub async fn submit_answer(
        &self,
        room_id: impl Into<String>,
        question_index: u32,
        answer: Answer,
    ) -> Result<SubmitAnswerResponse, Error> {
        let (room_id, answer) = (room_id.into(), Some(answer));
        self.execute(SubmitAnswerRequest {
            room_id,
            question_index,
            answer,
            ..Default::default()
        })
        .await
    }

    /// Tells when the caller drew the options of the open question, by [`clock`](Self::clock), and how far off that may
    /// be, both in milliseconds.
    pub async fn report_drawn(
        &self,
        room_id: impl Into<String>,
        question_index: u32,
        draw_time_ms: i64,
        error_ms: u32,
    ) -> Result<(), Error> {
        self.execute(ReportDrawnRequest {
            room_id: room_id.into(),
            question_index,
            draw_time_ms,
            error_ms,
        })
        .await
        .map(drop)
    }

    /// Writes a new quiz.
    pub async fn create_quiz(&self, quiz: Quiz) -> Result<Quiz, Error> {
        let request = CreateQuizRequest {
            quiz: Some(quiz),
            ..Default::default()
        };
        self.execute(request).await?.quiz.ok_or(INCOMPLETE)
    }

    /// Puts the newest revision of a quiz into a room.
    pub async fn load_quiz(
        &self,
        room_id: impl Into<String>,
        quiz_id: impl Into<String>,
    ) -> Result<LoadQuizResponse, Error> {
        let request = LoadQuizRequest {
            room_id: room_id.into(),
            quiz_id: quiz_id.into(),
            ..Default::default()
        };
        self.execute(request).await
    }

    /// Starts the countdown to the first question.
    pub async fn start_quiz(&self, room_id: impl Into<String>) -> Result<StartQuizResponse, Error> {
        self.execute(StartQuizRequest {
            room_id: room_id.into(),
            ..Default::default()
        })
        .await
    }

    /// Does what comes next, if the game stands in `from_phase`; from wherever it stands if unspecified.
    pub async fn advance_quiz(
        &self,
        room_id: impl Into<String>,
        from_phase: QuizPhase,
    ) -> Result<AdvanceQuizResponse, Error> {
        let (room_id, from_phase) = (room_id.into(), from_phase.into());
        self.execute(AdvanceQuizRequest {
            room_id,
            from_phase,
            ..Default::default()
        })
        .await
    }

    /// Stops time.
    pub async fn pause_quiz(&self, room_id: impl Into<String>) -> Result<PauseQuizResponse, Error> {
        self.execute(PauseQuizRequest {
            room_id: room_id.into(),
            ..Default::default()
        })
        .await
    }

    /// Lets time go on.
    pub async fn resume_quiz(&self, room_id: impl Into<String>) -> Result<ResumeQuizResponse, Error> {
        self.execute(ResumeQuizRequest {
            room_id: room_id.into(),
            ..Default::default()
        })
        .await
    }

    /// Gives the open question more time, in milliseconds.
    pub async fn extend_question(
        &self,
        room_id: impl Into<String>,
        extra_ms: u32,
    ) -> Result<ExtendQuestionResponse, Error> {
        self.execute(ExtendQuestionRequest {
            room_id: room_id.into(),
            extra_ms,
            ..Default::default()
        })
        .await
    }

    /// Makes a question count for nothing.
    pub async fn skip_question(
        &self,
        room_id: impl Into<String>,
        question_index: u32,
    ) -> Result<SkipQuestionResponse, Error> {
        self.execute(SkipQuestionRequest {
            room_id: room_id.into(),
            question_index,
            ..Default::default()
        })
        .await
    }

    /// Lets the game go on by itself, or not.
    pub async fn set_auto_advance(
        &self,
        room_id: impl Into<String>,
        enabled: bool,
    ) -> Result<SetAutoAdvanceResponse, Error> {
        self.execute(SetAutoAdvanceRequest {
            room_id: room_id.into(),
            enabled,
            ..Default::default()
        })
        .await
    }

    /// Ends the game with the podium.
    pub async fn end_quiz(&self, room_id: impl Into<String>) -> Result<EndQuizResponse, Error> {
        self.execute(EndQuizRequest {
            room_id: room_id.into(),
            ..Default::default()
        })
        .await
    }

    /// Reads the results so far.
    pub async fn get_results(&self, room_id: impl Into<String>) -> Result<GetResultsResponse, Error> {
        self.execute(GetResultsRequest {
            room_id: room_id.into(),
        })
        .await
    }
}
