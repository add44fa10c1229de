//! The server, the processes and what can be done with them.

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
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A server in this process, and a host with a room.
pub(crate) struct Stage {
    pub(crate) running: Running,
    pub(crate) data: tempfile::TempDir,
    pub(crate) session: Session,
    events: trivium_client::Events,
    pub(crate) room: Room,
}

impl Stage {
    /// A server, and a host with a room.
    pub(crate) async fn set() -> Self {
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

    /// `trivium chat` in a room.
    pub(crate) fn chat(&self, place: &str, arguments: &[&str]) -> Command {
        self.chat_anywhere(&[&[place], arguments].concat())
    }

    /// `trivium chat` wherever the arguments say.
    pub(crate) fn chat_anywhere(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trivium"));
        command
            .args(["chat", "--server", &self.running.url(), "--road", "grpc"])
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

    pub(crate) async fn say(&self, text: &str) -> u64 {
        self.session.send_message(&self.room.id, text).await.expect("sent").seq
    }

    /// Reads on until the host hears what it waits for.
    pub(crate) async fn hears<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
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
pub(crate) struct Talk {
    pub(crate) process: Child,
    pub(crate) input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Talk {
    pub(crate) fn begin(mut command: Command) -> Self {
        let mut process = command.spawn().expect("it runs");
        Self {
            input: process.stdin.take().expect("piped"),
            output: BufReader::new(process.stdout.take().expect("piped")).lines(),
            process,
        }
    }

    pub(crate) async fn types(&mut self, line: &str) {
        let line = format!("{line}\n");
        self.input.write_all(line.as_bytes()).await.expect("it reads");
    }

    /// Reads on until a line has it.
    pub(crate) async fn shows(&mut self, part: &str) -> String {
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

    /// Waits for its end: the exit code, and what it complained of.
    pub(crate) async fn ends(self) -> (Option<i32>, String) {
        drop(self.input);
        // It can only end if somebody takes what it says.
        let mut output = self.output;
        let reads = tokio::spawn(async move { while let Ok(Some(_)) = output.next_line().await {} });
        let ended = timeout(PATIENCE, self.process.wait_with_output()).await;
        let ended = ended.expect("in time").expect("it ran");
        reads.await.expect("it only reads");
        (ended.status.code(), String::from_utf8(ended.stderr).expect("text"))
    }
}
