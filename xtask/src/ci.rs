//! Everything that a change has to pass, cheapest first.

use std::{fs, process::Stdio};

use anyhow::{Result, bail};

use crate::{
    engine,
    shell::{cargo, program, read, root, run, step},
    test, tools,
};

/// # Errors
///
/// The first step that fails.
pub(crate) fn ci() -> Result<()> {
    step("Format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    step("Lints", || {
        run(cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    step("Dependencies", || {
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
    })?;
    step("Wire", || {
        run(program(tools::buf()?).arg("lint"))?;
        wire_is_compatible()
    })?;
    step("Documentation", || {
        let doc = ["doc", "--workspace", "--no-deps", "--locked"];
        run(cargo().args(doc).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    step("Tests", || test(&[]))
}

/// Clients of the last release, or else of the main branch, must understand this wire.
fn wire_is_compatible() -> Result<()> {
    let Some(base) = base() else {
        println!("no tag and no origin/main: nothing to be compatible with");
        return Ok(());
    };
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
    println!("compared with {base}");
    run(program(tools::buf()?).args(["breaking", "--against"]).arg(directory))
}

fn base() -> Option<String> {
    let tag = read(
        program("git")
            .args(["describe", "--tags", "--abbrev=0"])
            .stderr(Stdio::null()),
    )
    .ok();
    let candidates = tag
        .map(|tag| tag.trim().to_owned())
        .into_iter()
        .chain(["origin/main".to_owned()]);
    candidates.into_iter().find(|candidate| {
        let file = format!("{candidate}:buf.yaml");
        read(program("git").args(["cat-file", "-t", &file])).is_ok()
    })
}
