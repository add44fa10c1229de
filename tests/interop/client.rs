//! A foreign client as a child process that prints what it sees, one JSON object a line.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};
use trivium_tests::Server;

use crate::programs::Program;

/// How long a client may be silent. Longer than anybody in the harness waits, as it is not what is measured.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client that runs; it is killed when this is dropped.
pub(crate) struct Client {
    /// Nickname.
    pub(crate) name: String,
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    /// Everything printed, on both streams, in the order in which it was read.
    printed: Arc<Mutex<Vec<String>>>,
    stderr: JoinHandle<()>,
}

impl Client {
    /// Starts a client that comes into a room.
    pub(crate) fn start(program: Program, server: &Server, code: &str, name: &str) -> Self {
        let mut child = Command::from(program.command())
            .args([&server.url(), code, name])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{program:?} does not start: {error}"));
        let printed = Arc::new(Mutex::new(Vec::new()));
        let stderr = child.stderr.take().expect("it is piped");
        let stdout = child.stdout.take().expect("it is piped");
        Self {
            name: name.to_owned(),
            child,
            stdout: BufReader::new(stdout).lines(),
            stderr: tokio::spawn(collect(stderr, Arc::clone(&printed))),
            printed,
        }
    }

    /// Reads on until the client tells that it saw this.
    pub(crate) async fn saw(&mut self, what: &str) -> Value {
        loop {
            let line = tokio::time::timeout(PATIENCE, self.stdout.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("{} never saw {what}", self.name));
            let Some(line) = line.expect("it is text") else {
                // What it has to say comes on the other stream.
                (&mut self.stderr).await.expect("collecting does not panic");
                panic!("{} ended before it saw {what}", self.name);
            };
            self.printed.lock().expect("nobody panics with it").push(line.clone());
            let value: Value = serde_json::from_str(&line).expect("one JSON object a line");
            if value["saw"] == what {
                return value;
            }
        }
    }

    /// Waits until the client has ended well.
    pub(crate) async fn ended(mut self) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("{} does not end", self.name));
        assert!(status.expect("it was started").success(), "{} fails", self.name);
    }
}

impl Drop for Client {
    #[expect(clippy::print_stderr, reason = "a test that fails tells what its clients said")]
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Ok(printed) = self.printed.lock()
        {
            eprintln!("--- {} printed\n{}", self.name, printed.join("\n"));
        }
    }
}

async fn collect(stream: impl AsyncRead + Unpin, printed: Arc<Mutex<Vec<String>>>) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        printed.lock().expect("nobody panics with it").push(line);
    }
}
