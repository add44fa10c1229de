//! `trivium chat` as people run it: a process with a pipe on both ends, against a server in this process.
//!
//! [`stage`] starts them, [`private`] are the private conversations.

#![expect(clippy::wildcard_enum_match_arm, reason = "suites look for one event among many")]

mod private;
mod stage;

use tokio::time::timeout;
use trivium_client::proto::v1::room_event::Event;

use stage::{PATIENCE, Stage, Talk};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_reads_and_writes_through_pipes() {
    let mut stage = Stage::set().await;
    let before = stage.say("before\u{202e}\u{9b}31m you came").await;
    let code = stage.room.join_code.clone();
    let mut talk = Talk::begin(stage.chat(&code, &["--name", "Ana", "--follow"]));
    assert_eq!(
        talk.shows("before").await,
        format!("#{before} Operator: before31m you came")
    );

    talk.types("hello @operator").await;
    let hello = stage
        .hears(|event| match event {
            Event::MessageSent(sent) => sent.message.filter(|message| message.text.starts_with("hello")),
            _ => None,
        })
        .await;
    assert_eq!(hello.author_nickname, "Ana");
    talk.shows(&format!("#{} Ana: hello @operator", hello.seq)).await;

    let to_ana = stage.say("\u{1b}]0;title\u{7} @Ana\nhi").await;
    let line = talk.shows(&format!("#{to_ana} ")).await;
    assert!(line.ends_with("]0;title @Ana hi (to you)"), "{line:?}");
    talk.types(&format!("/reply {to_ana} an answer")).await;
    talk.types(&format!("/thread #{before} in a thread")).await;
    talk.types(&format!("/react {to_ana} 👍")).await;
    talk.types(&format!("/edit {} hello again", hello.seq)).await;
    talk.types(&format!("/delete {}", hello.seq)).await;
    talk.types("//slash").await;
    for part in [
        format!("Ana > #{to_ana}: an answer"),
        format!("Ana [#{before}]: in a thread"),
        format!("#{to_ana} +👍 Ana (1)"),
        format!("#{} Ana: hello again (edited)", hello.seq),
        format!("#{} was deleted", hello.seq),
        "Ana: /slash".to_owned(),
    ] {
        talk.shows(&part).await;
    }
    talk.types("/who").await;
    talk.shows("Ana (member, you)").await;
    talk.types("/help").await;
    talk.shows("/quit").await;
    // What is refused is told, and the chat goes on.
    talk.types("/pin 1").await;
    talk.types(&format!("/pin {before}")).await;
    talk.types("still here").await;
    talk.shows("still here").await;
    talk.types("/quit").await;
    let (code, complaints) = talk.ends().await;
    assert_eq!(code, Some(3), "something was refused: {complaints}");
    assert!(complaints.contains("not permitted"), "{complaints}");
    stage.running.shutdown().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_makes_a_room_tells_its_code_and_others_come_in_by_it() {
    let stage = Stage::set().await;
    let token = stage.running.operator_token.clone().expect("an operator");
    let new = ["--new", "A class", "--name", "Teacher", "--follow", "--token", &token];
    let mut teacher = Talk::begin(stage.chat_anywhere(&new));
    let heading = teacher.shows("A class · ").await;
    let (_, code) = heading.split_once(" · ").expect("a code");
    let mut ana = Talk::begin(stage.chat(code, &["--guest", "--name", "Ana", "--follow"]));
    teacher.shows("Ana is here (2 in the room)").await;
    ana.types("good morning").await;
    teacher.shows("Ana: good morning").await;
    for talk in [&mut teacher, &mut ana] {
        talk.types("/quit").await;
    }
    for talk in [teacher, ana] {
        assert_eq!(talk.ends().await.0, Some(0));
    }
    stage.running.shutdown().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_of_a_pipe_are_sent_in_order_with_a_token() {
    let mut stage = Stage::set().await;
    let token = stage.running.operator_token.clone().expect("an operator");
    let mut talk = Talk::begin(stage.chat(&stage.room.id, &["--token", &token, "--history", "0"]));
    let lines: Vec<String> = (0..30).map(|n| format!("line {n}")).collect();
    talk.types(&lines.join("\n")).await;
    drop(talk.input);
    let mut heard = Vec::new();
    while heard.len() < lines.len() {
        heard.push(
            stage
                .hears(|event| match event {
                    Event::MessageSent(sent) => sent.message.map(|message| message.text),
                    _ => None,
                })
                .await,
        );
    }
    assert_eq!(
        heard, lines,
        "in order, and none twice, though they are more than may be sent at once"
    );
    let ended = timeout(PATIENCE, talk.process.wait())
        .await
        .expect("in time")
        .expect("it ran");
    assert_eq!(ended.code(), Some(0));
    stage.running.shutdown().await.expect("it stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_door_is_told_by_the_exit_code() {
    let stage = Stage::set().await;
    let ended = stage.chat("ZZZZ-9999", &["--name", "Ana"]).output();
    let ended = timeout(PATIENCE, ended).await.expect("in time").expect("it ran");
    assert_eq!(
        ended.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    assert!(ended.stdout.is_empty());
    stage.running.shutdown().await.expect("it stops");
}
