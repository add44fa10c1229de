//! What the README shows of a game in a pipe is what the binary prints.

use std::{path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};
use trivium_tests::{eventually, process::Process};

use crate::BINARY;

const README: &str = include_str!("../../README.md");
const COMMAND: &str = "$ trivium host examples/quizzes/capitals-and-coasts.json --auto --players 1 | cat\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readme_shows_what_the_binary_prints() {
    let (_, shown) = README.split_once(COMMAND).expect("the README has the command");
    let (shown, _) = shown.split_once("```").expect("the block ends");
    let data = tempfile::tempdir().expect("a folder");
    let server = Process::start(BINARY, data.path(), &[]).await;
    let quiz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quizzes/capitals-and-coasts.json");

    let token = server.token("teacher");
    let quiz = quiz.to_str().expect("a plain path");
    let (_host, mut lines) = run(&server, &["host", quiz, "--auto", "--players", "1", "--token", &token]);
    let mut player = None;
    for (n, expected) in shown.lines().enumerate() {
        let printed = eventually(("line", n, expected), lines.next_line())
            .await
            .expect("text")
            .expect("more lines");
        assert_eq!(
            skeleton(&printed),
            skeleton(expected),
            "line {n}: {printed:?} instead of {expected:?}"
        );
        if let Some(code) = printed.strip_prefix("Join code ") {
            let play = [
                "play",
                code,
                "--name",
                "Ana",
                "--road",
                "webtransport",
                "--answers",
                "first",
            ];
            player = Some(run(&server, &play));
        }
    }
    assert!(player.is_some(), "the transcript has a join code");
}

fn run(server: &Process, arguments: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(BINARY)
        .args(arguments)
        .env("TRIVIUM_SERVER", server.url())
        // The binary under test takes orders here, and ends when there are no more to come.
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the binary runs");
    let output = child.stdout.take().expect("piped");
    (child, BufReader::new(output).lines())
}

/// A line without what differs from game to game: identifiers, codes, numbers, and the order of shuffled options.
fn skeleton(line: &str) -> Vec<String> {
    let mut words: Vec<String> = line
        .split_whitespace()
        .map(|word| {
            let plain = word.trim_matches(|c: char| !c.is_alphanumeric());
            let is_name = plain.len() > 1 && plain.chars().all(char::is_alphabetic);
            if is_name { plain.to_owned() } else { "#".to_owned() }
        })
        .collect();
    words.sort();
    words
}
