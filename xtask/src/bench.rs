//! Benchmarks: the micro ones, the load generator, counts of instructions, and paired runs against the peers in `benches/peers`.

mod count;

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::{
    shell::{cargo, exec, program, root, run, target},
    soak, tools,
};

/// # Errors
///
/// What is needed cannot be built or installed, or a run fails.
pub(crate) fn bench(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["load", rest @ ..] => {
            let programs = build(&["trivium-benches"])?;
            exec(program(programs.join("trivium-load")).args(rest))
        }
        ["count", rest @ ..] => count::count(rest),
        ["soak", rest @ ..] => {
            let minutes = rest.first().map_or(Ok(120), |minutes| minutes.parse())?;
            let programs = build(&["trivium-benches", "trivium-server"])?;
            soak::begin(&programs, minutes, 1)?.end()
        }
        ["against", rest @ ..] => {
            let programs = build(&["trivium-benches", "trivium-peers", "trivium-server"])?;
            let peers = peers()?;
            run(program(programs.join("trivium-load"))
                .arg("against")
                .arg("--peers")
                .arg(peers)
                .args(rest))
        }
        rest => {
            let micro = [
                "bench",
                "--locked",
                "--package",
                "trivium-benches",
                "--bench",
                "micro",
                "--",
            ];
            run(cargo().args(micro).args(rest))
        }
    }
}

/// Builds the programs of these packages as they are released; returns where they are.
fn build(packages: &[&str]) -> Result<PathBuf> {
    let packages = packages.iter().flat_map(|package| ["--package", package]);
    run(cargo()
        .args(["build", "--release", "--locked", "--bins"])
        .args(packages))?;
    Ok(target().join("release"))
}

/// Puts the peers for Node.js beside what they import, and returns where.
fn peers() -> Result<PathBuf> {
    let sources = root().join("benches/peers");
    let directory = tools::node("bench-peers", &sources.join("package.json"))?;
    for script in fs::read_dir(&sources)? {
        let script = script?.path();
        if script.extension().is_some_and(|extension| extension == "mjs") {
            let name = script.file_name().context("a file without a name")?;
            fs::copy(&script, directory.join(name))?;
        }
    }
    Ok(directory)
}
