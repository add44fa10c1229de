//! Everything that a change has to pass, cheapest first.

use std::{fs, process::Stdio, time::Instant};

use anyhow::{Context, Result, bail};

use crate::{
    engine,
    shell::{cargo, program, read, root, run},
    test, tools, web,
};

type Step = fn() -> Result<()>;

const STEPS: [(&str, Step); 7] = [
    ("format", format),
    ("lints", lints),
    ("dependencies", dependencies),
    ("wire", wire),
    ("web", web::check),
    ("documentation", documentation),
    ("tests", || test(&[])),
];

/// Runs the steps of these names, or all.
///
/// # Errors
///
/// The first step that fails, or a name that no step has.
pub(crate) fn ci(names: &[&str]) -> Result<()> {
    if let Some(name) = names.iter().find(|name| STEPS.iter().all(|(step, _)| step != *name)) {
        bail!(
            "no such step: {name}; there are {}",
            STEPS.map(|(step, _)| step).join(", ")
        );
    }
    for (name, step) in STEPS
        .iter()
        .filter(|(name, _)| names.is_empty() || names.contains(name))
    {
        println!("\n==> {name}");
        let begin = Instant::now();
        step().with_context(|| format!("step {name}"))?;
        println!("==> {name} took {:.1} s", begin.elapsed().as_secs_f32());
    }
    Ok(())
}

fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

fn dependencies() -> Result<()> {
    engine::stands_alone()?;
    // A wrapper that is not in use yet is an arrow that is allowed, not a mistake.
    let check = [
        "--locked",
        "check",
        "--allow",
        "unused-wrapper",
        "bans",
        "licenses",
        "sources",
    ];
    run(program(tools::cargo_deny()?).args(check))
}

fn wire() -> Result<()> {
    let buf = tools::buf()?;
    run(program(&buf).arg("lint"))?;
    let Some(base) = wire_base() else {
        println!("no tag and no origin/main: nothing to be compatible with");
        return Ok(());
    };
    println!("is it compatible with {base}?");
    let directory = root().join("target/xtask/wire-before");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    let mut archive = program("git")
        .args(["archive", &base, "proto", "buf.yaml"])
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(files) = archive.stdout.take() {
        run(program("tar").arg("--extract").current_dir(&directory).stdin(files))?;
    }
    if !archive.wait()?.success() {
        bail!("git archive {base}");
    }
    run(program(&buf).args(["breaking", "--against"]).arg(directory))
}

/// Clients of the last release, or else of the main branch, must understand the wire.
fn wire_base() -> Option<String> {
    let tag = read(program("git").args(["describe", "--tags", "--abbrev=0"])).ok();
    let candidates = tag
        .map(|tag| tag.trim().to_owned())
        .into_iter()
        .chain(["origin/main".to_owned()]);
    candidates.into_iter().find(|candidate| {
        let file = format!("{candidate}:buf.yaml");
        read(program("git").args(["cat-file", "-t", &file])).is_ok()
    })
}

fn documentation() -> Result<()> {
    run(cargo()
        .args(["doc", "--workspace", "--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}
