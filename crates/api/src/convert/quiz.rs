//! The live quiz: requests in; state and results out.
//!
//! Neighbours: [`written`] has quizzes as teachers write them, [`answer`] what players give, [`shown`] what they are
//! shown and how they did, [`event`] what happens.

pub mod answer;
pub mod event;
pub mod shown;
pub mod written;

use std::sync::Arc;

use trivium_engine::{
    Audience, Command, Millis, Observation, QuizCommand, QuizId, RequestId, RoomId, Timestamp, UserId,
    quiz::{Phase, Quiz},
    view::{QuestionResults, QuizView, ResultsView},
};
use trivium_proto::v1;
use trivium_store::QuizSummary;

use super::common::{Addressed, Invalid, addressed, enumerated, id, span_out, time_or_zero, time_out, user_or_empty};

/// A wish to load a quiz that has yet to be read from the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Into which room.
    pub room: RoomId,
    /// By what a retry is recognised.
    pub request: RequestId,
    /// Which quiz.
    pub quiz: QuizId,
    /// Which revision; none for the newest.
    pub revision: Option<u32>,
}

impl Load {
    /// The command, once the quiz is read.
    pub fn with(self, quiz: Arc<Quiz>) -> Addressed {
        Addressed {
            room: self.room,
            request: self.request,
            command: Command::Quiz(QuizCommand::Load { quiz }),
        }
    }
}

/// Load a quiz.
pub fn load(request: v1::LoadQuizRequest) -> Result<Load, Invalid> {
    Ok(Load {
        room: id("room_id", request.room_id)?,
        request: id("request_id", request.request_id)?,
        quiz: id("quiz_id", request.quiz_id)?,
        revision: (request.revision > 0).then_some(request.revision),
    })
}

/// Begin.
pub fn start(request: v1::StartQuizRequest) -> Result<Addressed, Invalid> {
    addressed(request.room_id, request.request_id, Command::Quiz(QuizCommand::Start))
}

/// Do what comes next.
pub fn advance(request: v1::AdvanceQuizRequest) -> Result<Addressed, Invalid> {
    let from = match enumerated("from_phase", request.from_phase)? {
        v1::QuizPhase::Unspecified => None,
        v1::QuizPhase::Lobby => Some(Phase::Lobby),
        v1::QuizPhase::Starting => Some(Phase::Starting),
        v1::QuizPhase::Reading => Some(Phase::Reading),
        v1::QuizPhase::Open => Some(Phase::Open),
        v1::QuizPhase::Closed => Some(Phase::Closed),
        v1::QuizPhase::Revealed => Some(Phase::Revealed),
        v1::QuizPhase::Leaderboard => Some(Phase::Leaderboard),
        v1::QuizPhase::Ended => Some(Phase::Ended),
    };
    let command = Command::Quiz(QuizCommand::Advance { from });
    addressed(request.room_id, request.request_id, command)
}

/// Answer.
pub fn submit_answer(request: v1::SubmitAnswerRequest) -> Result<Addressed, Invalid> {
    let given = request
        .answer
        .ok_or_else(|| Invalid::new("answer", "value is required"))?;
    let command = QuizCommand::Answer {
        index: request.question_index,
        answer: answer::answer(given).map_err(|invalid| invalid.within("answer"))?,
    };
    addressed(request.room_id, request.request_id, Command::Quiz(command))
}

/// Media are loaded.
pub fn report_loaded(request: v1::ReportLoadedRequest) -> Result<Addressed, Invalid> {
    let command = QuizCommand::ReportLoaded {
        index: request.question_index,
    };
    addressed(request.room_id, request.request_id, Command::Quiz(command))
}

/// Which room is told that `user` has drawn a question's options.
pub fn report_drawn(request: v1::ReportDrawnRequest, user: UserId) -> Result<(RoomId, Observation), Invalid> {
    let at = u64::try_from(request.draw_time_ms);
    let observation = Observation::Drawn {
        user,
        index: request.question_index,
        at: Timestamp(at.map_err(|_| Invalid::new("draw_time_ms", "must be greater than 0"))?),
        error: Millis(request.error_ms.into()),
    };
    Ok((id("room_id", request.room_id)?, observation))
}

/// Stop time.
pub fn pause(request: v1::PauseQuizRequest) -> Result<Addressed, Invalid> {
    addressed(request.room_id, request.request_id, Command::Quiz(QuizCommand::Pause))
}

/// Let time go on.
pub fn resume(request: v1::ResumeQuizRequest) -> Result<Addressed, Invalid> {
    addressed(request.room_id, request.request_id, Command::Quiz(QuizCommand::Resume))
}

/// More time.
pub fn extend(request: v1::ExtendQuestionRequest) -> Result<Addressed, Invalid> {
    let command = QuizCommand::Extend {
        extra: Millis(request.extra_ms.into()),
    };
    addressed(request.room_id, request.request_id, Command::Quiz(command))
}

/// A question counts for nothing.
pub fn skip(request: v1::SkipQuestionRequest) -> Result<Addressed, Invalid> {
    let command = QuizCommand::Skip {
        index: request.question_index,
    };
    addressed(request.room_id, request.request_id, Command::Quiz(command))
}

/// Go on by itself, or not.
pub fn set_auto_advance(request: v1::SetAutoAdvanceRequest) -> Result<Addressed, Invalid> {
    let command = QuizCommand::SetAutoAdvance {
        enabled: request.enabled,
    };
    addressed(request.room_id, request.request_id, Command::Quiz(command))
}

/// End the game.
pub fn end(request: v1::EndQuizRequest) -> Result<Addressed, Invalid> {
    addressed(request.room_id, request.request_id, Command::Quiz(QuizCommand::End))
}

/// A live quiz as an audience sees it.
pub fn state(view: &QuizView, audience: &Audience) -> v1::QuizState {
    v1::QuizState {
        quiz_id: view.id.to_string(),
        revision: view.revision,
        title: view.title.clone(),
        description: view.description.clone(),
        settings: Some(written::settings_out(&view.settings)),
        question_count: view.question_count,
        phase: phase_out(view.phase).into(),
        paused: view.paused,
        prompt: view.prompt.as_ref().map(shown::prompt),
        form: view.form.as_ref().map(shown::form),
        phase_end_time_ms: time_or_zero(view.phase_ends_at),
        open_time_ms: time_or_zero(view.opens_at),
        close_time_ms: time_or_zero(view.closes_at),
        answered: view.answered,
        answered_count: view.answered_count,
        expected_count: view.expected_count,
        reveal: view.reveal.as_ref().and_then(|event| event::revealed(event, audience)),
        standings: view.standings.iter().map(shown::standing).collect(),
        own: view.own.as_ref().map(shown::standing),
        team_standings: view.teams.iter().map(shown::standing).collect(),
        hidden_options: view.hidden_options.clone(),
        remaining_ms: view.remaining.map_or(0, span_out),
        auto_advance: view.auto_advance,
        screens: view
            .prompt
            .as_ref()
            .zip(view.screens.as_ref())
            .map(|(prompt, report)| shown::screens(prompt.index, report)),
    }
}

/// Results so far.
pub fn results(view: &ResultsView) -> v1::GetResultsResponse {
    v1::GetResultsResponse {
        standings: view.standings.iter().map(shown::standing).collect(),
        team_standings: view.teams.iter().map(shown::standing).collect(),
        questions: view.questions.iter().map(question_results).collect(),
        quiz_id: view.quiz.to_string(),
        revision: view.revision,
        title: view.title.clone(),
        settings: Some(written::settings_out(&view.settings)),
        question_count: view.question_count,
        phase: phase_out(view.phase).into(),
    }
}

/// Where a quiz stands.
pub fn phase_out(phase: Phase) -> v1::QuizPhase {
    match phase {
        Phase::Lobby => v1::QuizPhase::Lobby,
        Phase::Starting => v1::QuizPhase::Starting,
        Phase::Reading => v1::QuizPhase::Reading,
        Phase::Open => v1::QuizPhase::Open,
        Phase::Closed => v1::QuizPhase::Closed,
        Phase::Revealed => v1::QuizPhase::Revealed,
        Phase::Leaderboard => v1::QuizPhase::Leaderboard,
        Phase::Ended => v1::QuizPhase::Ended,
    }
}

/// A quiz in a list.
pub fn summary(summary: &QuizSummary) -> v1::QuizSummary {
    v1::QuizSummary {
        id: summary.id.to_string(),
        revision: summary.revision,
        title: summary.title.clone(),
        question_count: summary.questions,
        create_time_ms: time_out(summary.created_at),
    }
}

fn question_results(question: &QuestionResults) -> v1::QuestionResults {
    v1::QuestionResults {
        prompt: Some(shown::prompt(&question.prompt)),
        form: Some(shown::form(&question.form)),
        solution: question.solution.as_ref().map(shown::solution),
        distribution: Some(shown::distribution(&question.distribution)),
        open_time_ms: time_out(question.opened_at),
        results: question
            .results
            .iter()
            .map(|(user, outcome)| shown::outcome(user, outcome))
            .collect(),
        explanation: question.explanation.clone(),
        close_time_ms: time_or_zero(question.closed_at),
        fastest_user_id: user_or_empty(question.fastest.as_ref()),
        screens: question
            .screens
            .as_ref()
            .map(|report| shown::screens(question.prompt.index, report)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_come_back() {
        use Phase::{Closed, Ended, Leaderboard, Lobby, Open, Reading, Revealed, Starting};

        let advance_from = |from_phase: v1::QuizPhase| {
            advance(v1::AdvanceQuizRequest {
                request_id: "q".into(),
                room_id: "r".into(),
                from_phase: from_phase.into(),
            })
            .expect("valid")
            .command
        };
        for phase in [Lobby, Starting, Reading, Open, Closed, Revealed, Leaderboard, Ended] {
            let expected = Command::Quiz(QuizCommand::Advance { from: Some(phase) });
            assert_eq!(advance_from(phase_out(phase)), expected);
        }
        let anywhere = Command::Quiz(QuizCommand::Advance { from: None });
        assert_eq!(advance_from(v1::QuizPhase::Unspecified), anywhere);
    }

    #[test]
    fn a_bad_number_is_refused_with_its_path() {
        let request = v1::SubmitAnswerRequest {
            request_id: "q".into(),
            room_id: "r".into(),
            question_index: 0,
            answer: Some(v1::Answer {
                value: Some(v1::answer::Value::Number(f64::NAN)),
            }),
        };
        assert_eq!(submit_answer(request).expect_err("NaN").0.field, "answer.number");
    }
}
