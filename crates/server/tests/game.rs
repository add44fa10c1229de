//! The command as people run it: a server, a host and a player on each road, as processes.

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdout, Command},
    time::timeout,
};

/// Longer than the whole game takes on a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);

const QUIZ: &str = r#"{
    "title": "Short",
    "settings": {"timeLimitMs": 5000, "noReadPhase": true, "revealMs": 200, "leaderboardMs": 200, "startCountdownMs": 200},
    "questions": [
        {"text": "One?", "singleChoice": {"options": [{"text": "a", "correct": true}, {"text": "b"}, {"text": "c"}]}},
        {"text": "Two?", "trueFalse": {"correct": true}},
        {"text": "Three?", "ordering": {"items": ["x", "y", "z"], "partialCredit": true}}
    ]
}"#;

fn trivium(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trivium"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRIVIUM_")) {
        command.env_remove(name);
    }
    command.kill_on_drop(true);
    command
}

/// A server on a free port, its standard error, and its URL.
async fn serve(folder: &Path) -> (Child, Lines<BufReader<ChildStderr>>, String) {
    let mut server = trivium(folder, &["serve", "--http", "127.0.0.1:0", "--log-format", "json"])
        .spawn()
        .expect("it runs");
    let mut log = BufReader::new(server.stderr.take().expect("piped")).lines();
    loop {
        let line = timeout(PATIENCE, log.next_line())
            .await
            .expect("in time")
            .expect("text")
            .expect("it listens");
        let line: Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(addr) = line["http"].as_str() {
            let url = format!("http://{addr}");
            return (server, log, url);
        }
    }
}

/// The next JSON line of that type.
async fn next(lines: &mut Lines<BufReader<ChildStdout>>, kind: &str) -> Value {
    loop {
        let line = timeout(PATIENCE, lines.next_line())
            .await
            .expect("in time")
            .expect("text");
        let line: Value = serde_json::from_str(&line.expect("it is not over")).expect("JSON");
        if line["type"] == kind {
            return line;
        }
    }
}

/// Name, rank and points of everybody.
fn ranking(standings: &Value) -> Vec<(String, u64, u64)> {
    let row = |row: &Value| {
        let name = row["name"].as_str().expect("a name").to_owned();
        (
            name,
            row["rank"].as_u64().expect("a rank"),
            row["pointsTenths"].as_u64().unwrap_or(0),
        )
    };
    standings.as_array().expect("rows").iter().map(row).collect()
}

#[tokio::test]
async fn three_roads_end_with_one_ranking() {
    let folder = tempfile::tempdir().expect("a directory");
    let folder = folder.path();
    std::fs::write(folder.join("quiz.json"), QUIZ).expect("written");
    let (mut server, _log, url) = serve(folder).await;

    let host = [
        "host",
        "quiz.json",
        "--auto",
        "--json",
        "--players",
        "3",
        "--server",
        &url,
    ];
    let mut host = trivium(folder, &host).spawn().expect("it runs");
    let mut hosted = BufReader::new(host.stdout.take().expect("piped")).lines();
    let code = next(&mut hosted, "room").await["joinCode"]
        .as_str()
        .expect("a code")
        .to_owned();

    let mut players = Vec::new();
    for (name, road, answers) in [
        ("Ana", "grpc", "random"),
        ("Ben", "grpc-web", "first"),
        ("Cleo", "webtransport", "random"),
    ] {
        let play = [
            "play",
            &code,
            "--name",
            name,
            "--road",
            road,
            "--answers",
            answers,
            "--think",
            "300ms",
            "--json",
            "--server",
            &url,
        ];
        let mut player = trivium(folder, &play).spawn().expect("it runs");
        let lines = BufReader::new(player.stdout.take().expect("piped")).lines();
        players.push((name, player, lines));
    }
    let results = ranking(&next(&mut hosted, "results").await["results"]["standings"]);
    assert_eq!(results.len(), 3);
    for (name, mut player, mut lines) in players {
        for _ in 0..3 {
            assert_eq!(
                next(&mut lines, "answered").await["accepted"]["seq"]
                    .as_str()
                    .map(str::is_empty),
                Some(false)
            );
        }
        let ended = next(&mut lines, "ended").await;
        assert_eq!(ranking(&ended["standings"]), results, "as {name} sees it");
        assert_eq!(ended["own"]["name"], name);
        assert!(
            timeout(PATIENCE, player.wait())
                .await
                .expect("in time")
                .expect("waited")
                .success(),
            "{name}"
        );
    }
    assert!(
        timeout(PATIENCE, host.wait())
            .await
            .expect("in time")
            .expect("waited")
            .success()
    );
    terminate(&mut server).await;
}

#[tokio::test]
async fn exit_codes_tell_failures_apart() {
    let folder = tempfile::tempdir().expect("a directory");
    let folder = folder.path();
    let (mut server, _log, url) = serve(folder).await;
    std::fs::write(folder.join("bad.json"), "{\"titel\": 1}").expect("written");
    for (arguments, code) in [
        (vec!["quiz", "list", "--server", &url], 0),
        (vec!["quiz", "export", "none", "--server", &url], 3),
        (vec!["quiz", "import", "bad.json", "--server", &url], 2),
        (vec!["quiz", "list", "--token", "x.y.z", "--server", &url], 3),
        (vec!["quiz", "list", "--data", "elsewhere", "--server", &url], 2),
        (vec!["play", "ZZZZZZZZ", "--server", &url], 3),
        (vec!["play", "ZZZZZZZZ", "--server", "http://127.0.0.1:1"], 4),
        (vec!["watch", "none", "--server", &url], 3),
        (vec!["token", "--sub", "ana"], 0),
        (vec!["token", "--sub", "ana", "--data", "elsewhere"], 2),
        (vec!["serve", "--config", "none.toml"], 2),
        (vec!["serve", "--log", "a=b=c"], 2),
        (vec!["--version"], 0),
        (vec!["dance"], 2),
    ] {
        let output = timeout(PATIENCE, trivium(folder, &arguments).output())
            .await
            .expect("in time")
            .expect("it runs");
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    terminate(&mut server).await;
}

/// Ends a server as an operator does, and sees that it goes in good order.
async fn terminate(server: &mut Child) {
    let id = server.id().expect("it runs").to_string();
    let killed = Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .await
        .expect("kill runs");
    assert!(killed.success());
    let status = timeout(PATIENCE, server.wait())
        .await
        .expect("in time")
        .expect("waited");
    assert_eq!(status.code(), Some(0));
}
