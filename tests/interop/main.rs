//! Clients on protocol stacks that nobody here wrote play a quiz to the end: grpcio, aioquic, and Connect for Node.
//!
//! Their sources lie beside this file and are examples for newcomers; the README there tells how to run them by hand.
//! [`programs`] sets up what they need, [`client`] runs one. [`cases`] are what gRPC asks of every
//! implementation, and [`judges`] come along where there is Go.

#![expect(clippy::wildcard_enum_match_arm, reason = "suites look for one event among many")]

mod cases;
mod client;
mod judges;
mod programs;

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use trivium_client::proto::v1::{CloseReason, room_event::Event};
use trivium_tests::{Person, Server, Way, game, quizzes};

use crate::{client::Client, programs::Program};

const QUESTIONS: u32 = 12;

const GRPC: Program = Program::Python("play_grpc.py");
const WEBTRANSPORT: Program = Program::Python("play_webtransport.py");
const GRPC_WEB: Program = Program::Node("play_grpc_web.mjs");

/// Plays a game with these clients and some people of the SDK, and compares what everybody saw.
async fn play(programs: &[(Program, &str)], people: &[&str]) {
    let commands: Vec<_> = programs
        .iter()
        .map(|(program, name)| (program.command(), *name))
        .collect();
    let server = Server::start().await;
    let mut host = Person::account(&server, Way::Grpc, "host").await;
    let mut quiz = quizzes::every_kind();
    let players = programs.len() + people.len();
    quiz.settings.as_mut().expect("there are settings").leaderboard_size = u32::try_from(players).expect("few");
    let room = game::room(&mut host, quiz).await;
    let mut guests = Vec::new();
    for name in people {
        guests.push(Person::guest(&server, Way::WebTransport, &room.join_code, name).await);
    }
    let mut clients: Vec<_> = commands
        .into_iter()
        .map(|(command, name)| Client::start(command, &server, &room.join_code, name))
        .collect();
    let mut users = Vec::new();
    for client in &mut clients {
        let joined = client.saw("joined").await;
        users.push(joined["user_id"].as_str().expect("an id").to_owned());
        client.saw("hearing").await;
    }

    let (_, finals) = tokio::join!(
        game::play(&mut host, &mut guests, &room.id, QUESTIONS, |_, _| true),
        join_all(clients.iter_mut().map(|client| client.saw("final"))),
    );
    let podium = podium(&mut host).await;
    let rows = podium.as_array().expect("rows");
    assert_eq!(rows.len(), players, "{podium}");
    assert!(
        rows.iter().all(|row| row["points_tenths"].as_u64() > Some(0)),
        "{podium}"
    );
    for (client, seen) in clients.iter().zip(&finals) {
        assert_eq!(seen["ranking"], podium, "{}", client.name);
    }
    let answers = answers(&host);
    for user in &users {
        assert!(answers[user].iter().copied().eq(0..QUESTIONS), "{user}: {answers:?}");
    }
    for client in clients {
        client.ended().await;
    }
    server.stop().await;
}

/// The final ranking as the host sees it, in the words of the clients.
async fn podium(host: &mut Person) -> Value {
    let standings = host
        .event("the podium", |event| match event {
            Event::QuizEnded(ended) => Some(ended.standings.clone()),
            _ => None,
        })
        .await;
    let row = |row: trivium_client::proto::v1::Standing| json!({ "rank": row.rank, "name": row.name, "points_tenths": row.points_tenths });
    standings.into_iter().map(row).collect()
}

/// Per user the questions whose answers are in the log; nobody may have been waited for in vain.
fn answers(host: &Person) -> BTreeMap<String, Vec<u32>> {
    let mut answers = BTreeMap::<_, Vec<_>>::new();
    for event in &host.seen {
        match &event.event {
            Some(Event::AnswerAccepted(accepted)) => {
                answers
                    .entry(accepted.user_id.clone())
                    .or_default()
                    .push(accepted.index);
            }
            Some(Event::QuestionClosed(closed)) => assert_eq!(closed.reason(), CloseReason::AllAnswered, "{closed:?}"),
            _ => {}
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpcio_plays_over_grpc() {
    play(&[(GRPC, "Gina")], &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aioquic_plays_over_webtransport() {
    play(&[(WEBTRANSPORT, "Wim")], &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connect_plays_over_grpc_web() {
    play(&[(GRPC_WEB, "Nora")], &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_them_play_in_one_room() {
    play(&[(GRPC, "Gina"), (WEBTRANSPORT, "Wim"), (GRPC_WEB, "Nora")], &["Ana"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_and_reflection_answer_foreign_tools() {
    let mut command = Program::Python("health.py").command();
    let server = Server::start().await;
    let output = command
        .arg(server.url())
        .kill_on_drop(true)
        .output()
        .await
        .expect("Python starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let told: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(told["health"], "SERVING");
    for (service, method) in [
        ("grpc.health.v1.Health", "Check"),
        ("trivium.v1.SessionService", "Watch"),
        ("trivium.v1.RoomService", "JoinRoom"),
        ("trivium.v1.QuizService", "Play"),
        ("trivium.v1.ChatService", "Converse"),
        ("trivium.v1.PresenceService", "Track"),
    ] {
        let methods = told["services"][service].as_array();
        let methods = methods.unwrap_or_else(|| panic!("{service} is not told: {told}"));
        assert!(methods.iter().any(|name| name == method), "{service}: {methods:?}");
    }
    server.stop().await;
}
