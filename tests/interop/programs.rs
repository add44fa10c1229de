//! Finds the interpreters that run the foreign clients, and sets them up where nobody has done so.
//!
//! `cargo xtask test` tells where they are; under a plain `cargo test` the same set-up is asked for from here.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process,
    sync::LazyLock,
};

use serde_json::Value;
use tokio::process::Command;
use trivium_test_service::TestServer;
use trivium_tests::eventually;

/// Something in this directory that can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// A Python script.
    Python(&'static str),
    /// A Node script.
    Node(&'static str),
}

impl Program {
    /// The command that runs it. The first one may take its time, as it sets up what there is not.
    pub(crate) fn command(self) -> Command {
        let (interpreter, script) = match self {
            Self::Python(script) => (PYTHON.as_os_str().to_owned(), script),
            Self::Node(script) => {
                assert!(NODE_MODULES.is_dir(), "{} is missing", NODE_MODULES.display());
                (OsString::from("node"), script)
            }
        };
        let mut command = Command::new(interpreter);
        command.arg(root().join("tests/interop").join(script));
        command
    }
}

/// A judge that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judge {
    /// Rules of HTTP/2.
    H2spec,
    /// A client that knows what reflection tells.
    Grpcurl,
    /// Servers of gRPC and gRPC-Web.
    Connectconformance,
    /// The client in `webtransport_go`.
    WebTransportGo,
}

impl Judge {
    /// The command that runs it; none where there is no Go, which is said.
    pub(crate) fn command(self) -> Option<Command> {
        let name = match self {
            Self::H2spec => "TRIVIUM_H2SPEC",
            Self::Grpcurl => "TRIVIUM_GRPCURL",
            Self::Connectconformance => "TRIVIUM_CONNECTCONFORMANCE",
            Self::WebTransportGo => "TRIVIUM_WEBTRANSPORT_GO",
        };
        // Who told where Python is has told everything there is.
        let found = match env::var_os(name) {
            Some(value) => Some(value.into()),
            None if env::var_os("TRIVIUM_PYTHON").is_some() => None,
            None => set_up(name),
        };
        left_out(self, found.is_none());
        found.map(Command::new)
    }
}

#[expect(clippy::print_stderr, reason = "nobody shall believe that it ran")]
fn left_out(judge: Judge, is: bool) {
    if is {
        eprintln!("{judge:?} is left out: `cargo xtask setup` tells why");
    }
}

/// Runs a program that prints one JSON object for each case, and expects that so many passed.
pub(crate) async fn told(mut command: Command, server: TestServer, cases: usize) {
    let serving = tokio::spawn(server.serve());
    let output = eventually("the last case", command.kill_on_drop(true).output()).await;
    serving.abort();
    let output = output.expect("it starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let told: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
        .collect();
    let failed: Vec<String> = told
        .iter()
        .filter(|case| case["passed"] != true)
        .map(|case| format!("{}: {}", case["case"], case["why"].as_str().unwrap_or("no reason")))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    assert_eq!(told.len(), cases, "{printed}");
}

static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| variable("TRIVIUM_PYTHON"));
static NODE_MODULES: LazyLock<PathBuf> = LazyLock::new(|| variable("TRIVIUM_NODE_MODULES"));

static SETUP: LazyLock<String> = LazyLock::new(|| {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = process::Command::new(cargo)
        .args(["xtask", "setup"])
        .current_dir(root())
        .output()
        .expect("Cargo starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "`cargo xtask setup` fails; it needs Python 3.11 with venv, Node.js 20 with npm, and their registries:\n{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    printed
});

fn variable(name: &str) -> PathBuf {
    let value = env::var_os(name).map(PathBuf::from).or_else(|| set_up(name));
    value.unwrap_or_else(|| panic!("`cargo xtask setup` does not print {name}"))
}

fn set_up(name: &str) -> Option<PathBuf> {
    let value = SETUP
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    value.map(PathBuf::from)
}

pub(crate) fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("a package lies in its workspace")
}
