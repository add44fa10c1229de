//! A foreign client as a child process that prints what it sees, one JSON object a line.

use std::{
    fmt::Write,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};
use trivium_tests::Server;

/// How long a client may be silent. Longer than anybody in the harness waits, as it is not what is measured.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client that runs; it is killed when this is dropped.
pub(crate) struct Client {
    /// Nickname.
    pub(crate) name: String,
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    printed: Arc<Printed>,
    stderr: JoinHandle<()>,
}

impl Client {
    /// Starts a client that comes into a room.
    pub(crate) fn start(mut command: Command, server: &Server, code: &str, name: &str) -> Self {
        let mut child = command
            .args([&server.url(), code, name])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let printed = Arc::new(Printed::default());
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
            self.printed.add(&line);
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
            && let Ok(lines) = self.printed.lines.lock()
        {
            eprintln!("--- {} printed\n{lines}", self.name);
        }
    }
}

/// Everything printed, on both streams, in the order in which it was read.
struct Printed {
    begin: Instant,
    lines: Mutex<String>,
}

impl Default for Printed {
    fn default() -> Self {
        Self {
            begin: Instant::now(),
            lines: Mutex::default(),
        }
    }
}

impl Printed {
    fn add(&self, line: &str) {
        let mut lines = self.lines.lock().expect("nobody panics with it");
        writeln!(lines, "{:6.2} s {line}", self.begin.elapsed().as_secs_f32()).expect("a string takes everything");
    }
}

async fn collect(stream: impl AsyncRead + Unpin, printed: Arc<Printed>) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        printed.add(&line);
    }
}
