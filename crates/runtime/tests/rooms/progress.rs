//! How far the answers to a question are is told now and then, and not for each of them.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;
use trivium_engine::{
    QuizCommand,
    quiz::{Answer, Choice, Kind, Question, Quiz, Settings},
};
use trivium_runtime::{Caller, RuntimeConfig};

use crate::common::{ANA, BEN, HOST, World, caller};

#[tokio::test(start_paused = true)]
async fn who_answers_alone_is_told_of_and_a_storm_is_not() {
    let world = World::new(RuntimeConfig::default()).await;
    let (mut ana, _ben) = (world.subscribe(ANA, None).await, world.subscribe(BEN, None).await);
    does(&world, HOST, QuizCommand::Load { quiz: quiz(2) }).await;
    does(&world, HOST, QuizCommand::Start).await;
    sleep(Duration::from_secs(10)).await;
    ana.drain().await;
    let mut progress = async || {
        let mut lines = ana.drain().await;
        lines.retain(|line| line.starts_with("answered"));
        lines
    };
    does(&world, ANA, answer(0)).await;
    assert_eq!(progress().await, ["answered 1 of 2"]);
    does(&world, BEN, answer(0)).await;
    assert!(progress().await.is_empty(), "the question has closed");
    for _revealed_ranked_next in 0..3 {
        does(&world, HOST, QuizCommand::Advance { from: None }).await;
    }
    sleep(Duration::from_secs(10)).await;
    assert_eq!(progress().await, ["answered 0 of 2"]);
    for who in [ANA, BEN] {
        does(&world, who, answer(1)).await;
    }
    assert!(progress().await.is_empty(), "all have answered at once");
}

pub(super) async fn does(world: &World, who: &str, command: QuizCommand) {
    let caller = Caller {
        received_at: world.runtime.clock().now(),
        ..caller(who, None)
    };
    let done = world.execute(caller, command.into()).await;
    done.unwrap_or_else(|error| panic!("{who}: {error}"));
}

pub(super) fn answer(index: u32) -> QuizCommand {
    let answer = Answer::Choice(0);
    QuizCommand::Answer { index, answer }
}

pub(super) fn quiz(questions: usize) -> Arc<Quiz> {
    let option = |text: &str, correct| Choice {
        text: text.into(),
        correct,
    };
    let question = Question {
        text: "Which?".into(),
        explanation: String::new(),
        media_url: String::new(),
        media_alt: String::new(),
        time_limit: None,
        read: None,
        points: 1_000,
        kind: Kind::SingleChoice {
            options: vec![option("this", true), option("that", false)],
            shuffle: false,
        },
    };
    Arc::new(Quiz {
        id: "quiz".parse().expect("an id"),
        revision: 1,
        title: "Quiz".into(),
        description: String::new(),
        language: String::new(),
        settings: Settings::default(),
        questions: vec![question; questions],
    })
}
