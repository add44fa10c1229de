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

use tokio::process::Command;

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
    if let Some(value) = env::var_os(name) {
        return value.into();
    }
    let value = SETUP
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    value
        .unwrap_or_else(|| panic!("`cargo xtask setup` does not print {name}"))
        .into()
}

fn root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("a package lies in its workspace")
}
