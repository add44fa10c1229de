//! A quiz as a host runs it, for the scenarios that play one.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use trivium_proto::v1::{
    AdvanceQuizRequest, Answer, CreateQuizRequest, LoadQuizRequest, Option as Choice, Question, Quiz, QuizPhase,
    QuizSettings, SingleChoice, StartQuizRequest, SubmitAnswerRequest, answer, connect_request::Request,
    connect_response::Response, question::Kind, reply, room_event::Event,
};

use crate::stage::{Stage, unique};

/// Longer than any run takes; questions close because everybody has answered, or because the host says so.
const TIME_LIMIT_MS: u32 = 600_000;
/// After the opening, for a clock that is not quite the server's.
const AFTER_OPENING: Duration = Duration::from_millis(20);
/// Longest that a question of this quiz announces its opening ahead.
const LONGEST_LEAD: Duration = Duration::from_secs(5);

/// Writes a quiz and loads it into the room.
pub(super) async fn load(stage: &mut Stage, questions: u32) -> Result<()> {
    let choice = |n| Choice {
        text: format!("Option {n}"),
        correct: n == 0,
    };
    let question = |n| Question {
        text: format!("Question {n}"),
        kind: Some(Kind::SingleChoice(SingleChoice {
            options: (0..4).map(choice).collect(),
            shuffle: false,
        })),
        ..Question::default()
    };
    let quiz = Quiz {
        title: "Answers".into(),
        settings: Some(QuizSettings {
            time_limit_ms: TIME_LIMIT_MS,
            no_read_phase: true,
            start_countdown_ms: 1_000,
            ..QuizSettings::default()
        }),
        questions: (0..questions).map(question).collect(),
        ..Quiz::default()
    };
    let create = CreateQuizRequest {
        request_id: unique("quiz")?,
        quiz: Some(quiz),
    };
    let reply::Result::CreateQuiz(created) = stage.call(Request::CreateQuiz(create)).await? else {
        bail!("another answer");
    };
    let load = LoadQuizRequest {
        request_id: "load".into(),
        room_id: stage.room.clone(),
        quiz_id: created.quiz.context("no quiz")?.id,
        revision: 0,
    };
    stage.call(Request::LoadQuiz(load)).await.map(drop)
}

pub(super) async fn start(stage: &mut Stage) -> Result<()> {
    let start = StartQuizRequest {
        request_id: "start".into(),
        room_id: stage.room.clone(),
    };
    stage.call(Request::StartQuiz(start)).await.map(drop)
}

/// Waits until a question takes answers.
pub(super) async fn opened(stage: &mut Stage, index: u32) -> Result<()> {
    let open_time_ms = stage
        .until(|said| match said {
            Response::Event(event) => match event.event? {
                Event::QuestionOpened(opened) if opened.index == index => Some(opened.open_time_ms),
                _ => None,
            },
            _ => None,
        })
        .await?;
    let now_ms = std::time::UNIX_EPOCH.elapsed()?.as_millis();
    let left = u128::try_from(open_time_ms)?.saturating_sub(now_ms);
    // A server elsewhere may have another idea of the time.
    let left = Duration::from_millis(u64::try_from(left)?).min(LONGEST_LEAD);
    tokio::time::sleep(left + AFTER_OPENING).await;
    Ok(())
}

/// The answer of the player with this number.
pub(super) fn answer(room: &str, index: u32, number: u32) -> Request {
    Request::SubmitAnswer(SubmitAnswerRequest {
        request_id: format!("{index}-{number}"),
        room_id: room.to_owned(),
        question_index: index,
        answer: Some(Answer {
            value: Some(answer::Value::Choice(number % 4)),
        }),
    })
}

/// From the close of a question to the next, or to the end.
pub(super) async fn go_on(stage: &mut Stage, index: u32) -> Result<()> {
    stage
        .until(|said| match said {
            Response::Event(event) => match event.event? {
                Event::QuestionClosed(closed) if closed.index == index => Some(()),
                _ => None,
            },
            _ => None,
        })
        .await?;
    for from in [QuizPhase::Closed, QuizPhase::Revealed, QuizPhase::Leaderboard] {
        advance(stage, index, from).await?;
    }
    Ok(())
}

/// From one phase of a question to the next.
pub(super) async fn advance(stage: &mut Stage, index: u32, from: QuizPhase) -> Result<()> {
    let advance = AdvanceQuizRequest {
        request_id: format!("{index}-{}", from.as_str_name()),
        room_id: stage.room.clone(),
        from_phase: from.into(),
    };
    stage.call(Request::AdvanceQuiz(advance)).await.map(drop)
}
