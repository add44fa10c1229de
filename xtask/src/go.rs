//! Installs judges that are written in Go under `target/xtask/go`, at the versions pinned in `xtask/go.txt` and by the module of
//! `tests/interop/webtransport_go`.
//!
//! They come along where there is Go, and nothing fails where there is none. Neighbours: [`tools`] has what the suites cannot do
//! without.

use std::{ffi::OsString, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::{
    shell::{self, program, root},
    tools,
};

/// One a line: the variable by which suites find the program, its name, and what `go install` makes it from.
const PINS: &str = include_str!("../go.txt");
/// By which suites find the client that lies among them.
const CLIENT: &str = "TRIVIUM_WEBTRANSPORT_GO";

/// The environment by which suites find them; empty if they are left out, which is said.
pub(crate) fn judges() -> Vec<(&'static str, OsString)> {
    match install() {
        Ok(judges) => judges,
        Err(why) => {
            println!("judges that are written in Go are left out: {why:#}");
            Vec::new()
        }
    }
}

fn install() -> Result<Vec<(&'static str, OsString)>> {
    shell::read(program("go").arg("version")).context("there is no Go")?;
    let home = root().join("target/xtask/go");
    let mut judges = Vec::new();
    for line in PINS.lines().filter(|line| !line.starts_with('#')) {
        let [variable, name, package] = line.split(' ').collect::<Vec<_>>()[..] else {
            anyhow::bail!("xtask/go.txt: {line}");
        };
        let pins = [root().join("xtask/go.txt")];
        tools::once(&format!("go-{name}"), "installing", &pins, &home.join(name), || {
            shell::run(program("go").args(["install", package]).env("GOBIN", &home))
        })?;
        judges.push((variable, home.join(name).into()));
    }
    judges.push((CLIENT, client(home.join("webtransport"))?.into()));
    Ok(judges)
}

fn client(binary: PathBuf) -> Result<PathBuf> {
    let sources = root().join("tests/interop/webtransport_go");
    let pins = ["go.mod", "go.sum", "main.go"].map(|file| sources.join(file));
    tools::once("go-webtransport", "building", &pins, &binary, || {
        shell::run(
            program("go")
                .args(["build", "-o"])
                .arg(&binary)
                .arg(".")
                .current_dir(&sources),
        )
    })?;
    Ok(binary)
}
