//! All players of a quiz answer a question within a window, over their open streams; each answer is acknowledged when it is
//! durable.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::time::sleep_until;
use trivium_proto::v1::{
    AdvanceQuizRequest, Answer, CreateQuizRequest, LoadQuizRequest, Option as Choice, Question, Quiz, QuizPhase,
    QuizSettings, RoomKind, SingleChoice, StartQuizRequest, SubmitAnswerRequest, answer, connect_request::Request,
    connect_response::Response, question::Kind, reply, room_event::Event,
};

use crate::{
    measure::per,
    report::{Latency, Report},
    stage::Stage,
    swarm::{Swarm, Target, used},
    talk::{FIRST_ID, Order, say},
    tally::Count,
};

/// Longer than any run takes; questions close because everybody has answered.
const TIME_LIMIT_MS: u32 = 600_000;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// Players, each on a connection of its own.
    #[arg(long, default_value_t = 1_000)]
    sessions: usize,
    /// Milliseconds over which the answers are spread evenly; 0 for all at once.
    #[arg(long, default_value_t = 2_000)]
    window_ms: u64,
    /// Questions, each answered by everybody.
    #[arg(long, default_value_t = 5)]
    questions: u32,
}

/// # Errors
///
/// Somebody was refused or cut off, or an answer was not acknowledged.
pub(crate) async fn run(args: Args) -> Result<Vec<Report>> {
    let target = &args.target;
    let mut stage = Stage::build(target, RoomKind::Quiz, args.sessions).await?;
    load(&mut stage, args.questions).await?;
    let swarm = Swarm::open(target, Some(&stage), args.sessions).await?;
    stage.hear().await?;
    start(&mut stage).await?;
    let players = u64::try_from(args.sessions)?;
    let window = Duration::from_millis(args.window_ms);
    let (mut answering, mut spent, mut user) = (Duration::ZERO, 0.0, 0.0);
    for index in 0..args.questions {
        opened(&mut stage, index).await?;
        let (usage, begun) = (target.process().usage()?, Instant::now());
        answer_all(&swarm, &stage.room, index, window).await?;
        let goal = players * u64::from(index + 1);
        swarm.tally.reach(Count::Reply, goal).await?;
        answering += begun.elapsed();
        let cpu = used(target, &usage, players)?;
        spent += cpu.us;
        user += cpu.user_share;
        go_on(&mut stage, index).await?;
    }
    let work = players * u64::from(args.questions);
    let mut report = Report {
        scenario: "answers".into(),
        protocol: target.protocol.name(),
        sessions: players,
        burst: 1,
        work,
        per_second: per(work, 1) / answering.as_secs_f64(),
        cpu: crate::measure::Cpu::default(),
        bytes: 0.0,
        latency: Latency::of(&swarm.tally.take_latencies()),
        joined: swarm.joined,
    };
    report.cpu.us = spent / f64::from(args.questions);
    report.cpu.user_share = user / f64::from(args.questions);
    Ok(vec![report])
}

/// Everybody answers, one after the other over the window.
async fn answer_all(swarm: &Swarm, room: &str, index: u32, window: Duration) -> Result<()> {
    let count = u32::try_from(swarm.orders.len())?;
    swarm
        .tally
        .requested_at
        .replace(vec![Instant::now(); swarm.orders.len()]);
    let begun = tokio::time::Instant::now();
    for ((number, player), id) in (0..).zip(&swarm.orders).zip(FIRST_ID..) {
        if !window.is_zero() {
            sleep_until(begun + window / count * number).await;
        }
        let request = Request::SubmitAnswer(SubmitAnswerRequest {
            request_id: format!("{index}-{number}"),
            room_id: room.to_owned(),
            question_index: index,
            answer: Some(Answer {
                value: Some(answer::Value::Choice(number % 4)),
            }),
        });
        swarm.tally.requested_at.borrow_mut()[usize::try_from(number)?] = Instant::now();
        player.send(Order::Say(vec![say(id, request)])).await?;
    }
    Ok(())
}

async fn load(stage: &mut Stage, questions: u32) -> Result<()> {
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
        request_id: format!("quiz-{}", std::process::id()),
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

async fn start(stage: &mut Stage) -> Result<()> {
    let start = StartQuizRequest {
        request_id: "start".into(),
        room_id: stage.room.clone(),
    };
    stage.call(Request::StartQuiz(start)).await.map(drop)
}

/// Waits until a question takes answers.
async fn opened(stage: &mut Stage, index: u32) -> Result<()> {
    let open_time_ms = stage
        .until(|said| match said {
            Response::Event(event) => match event.event? {
                Event::QuestionOpened(opened) if opened.index == index => Some(opened.open_time_ms),
                _ => None,
            },
            _ => None,
        })
        .await?;
    // The clock is the server's own, as it runs on this machine.
    let now_ms = std::time::UNIX_EPOCH.elapsed()?.as_millis();
    let left = u128::try_from(open_time_ms)?.saturating_sub(now_ms);
    tokio::time::sleep(Duration::from_millis(u64::try_from(left)? + 20)).await;
    Ok(())
}

/// From the close of a question to the next, or to the end.
async fn go_on(stage: &mut Stage, index: u32) -> Result<()> {
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
        let advance = AdvanceQuizRequest {
            request_id: format!("{index}-{}", from.as_str_name()),
            room_id: stage.room.clone(),
            from_phase: from.into(),
        };
        stage.call(Request::AdvanceQuiz(advance)).await?;
    }
    Ok(())
}
