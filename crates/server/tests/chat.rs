//! `trivium chat` as people run it: a process with a pipe on both ends, against a server in this process.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};
use trivium_client::{
    Client, Road, Session, SessionEvent,
    proto::v1::{Room, RoomKind, room_event::Event},
};
use trivium_server::{Config, Running, start};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

struct Stage {
    running: Running,
    data: tempfile::TempDir,
    session: Session,
    events: trivium_client::Events,
    room: Room,
}

impl Stage {
    /// A server, and a host with a room.
    async fn set() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let mut config = Config {
            data: data.path().join("data"),
            ..Config::default()
        };
        config.http.bind = ([127, 0, 0, 1], 0).into();
        let running = start(config).await.expect("it starts");
        let client = Client::builder(running.url())
            .token(running.operator_token.clone().expect("an operator"))
            .road(Road::Grpc)
            .build()
            .expect("a client");
        let (session, events) = client.connect().await.expect("connected");
        let room = session
            .create_room(RoomKind::Classroom, "A \u{1b}[31mclass")
            .await
            .expect("a room");
        session.subscribe(&room.id, None).await.expect("heard");
        Self {
            running,
            data,
            session,
            events,
            room,
        }
    }

    fn chat(&self, place: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trivium"));
        command
            .args(["chat", place, "--server", &self.running.url(), "--road", "grpc"])
            .args(arguments)
            .current_dir(self.data.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRIVIUM_")) {
            command.env_remove(name);
        }
        command.kill_on_drop(true);
        command
    }

    async fn say(&self, text: &str) -> u64 {
        self.session.send_message(&self.room.id, text).await.expect("sent").seq
    }

    /// Reads on until the host hears what it waits for.
    async fn hears<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        timeout(PATIENCE, async {
            loop {
                let heard = self.events.next().await.expect("it goes on");
                if let SessionEvent::Event(event) = heard
                    && let Some(found) = event.event.and_then(&mut pick)
                {
                    return found;
                }
            }
        })
        .await
        .expect("in time")
    }
}

/// A chat whose ends are held.
struct Talk {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Talk {
    fn begin(mut command: Command) -> Self {
        let mut process = command.spawn().expect("it runs");
        Self {
            input: process.stdin.take().expect("piped"),
            output: BufReader::new(process.stdout.take().expect("piped")).lines(),
            process,
        }
    }

    async fn types(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.input.write_all(line.as_bytes()).await.expect("it reads");
    }

    /// Reads on until a line has it.
    async fn shows(&mut self, part: &str) -> String {
        loop {
            let line = timeout(PATIENCE, self.output.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("{part:?} in time"));
            let line = line
                .expect("text")
                .unwrap_or_else(|| panic!("it ends without {part:?}"));
            assert!(
                !line.chars().any(|c| c.is_control() || c == '\u{202e}'),
                "{line:?} could drive a terminal"
            );
            if line.contains(part) {
                return line;
            }
        }
    }
}

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

    let to_ana = stage.say("\u{1b}]0;title\u{7}@Ana\nhi").await;
    let line = talk.shows(&format!("#{to_ana} ")).await;
    assert!(line.ends_with("]0;title@Ana hi (to you)"), "{line:?}");
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
    let ended = timeout(PATIENCE, talk.process.wait_with_output())
        .await
        .expect("in time")
        .expect("it ran");
    let complaints = String::from_utf8(ended.stderr).expect("text");
    assert_eq!(ended.status.code(), Some(3), "something was refused: {complaints}");
    assert!(complaints.contains("not permitted"), "{complaints}");
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
