//! The web app and the SDK of browsers, in `clients/ts`: installed, generated and built once for each state of their sources.
//!
//! Neighbours: [`tools`] stamps what was done and finds browsers; `crates/server/build.rs` puts the built app into the binary.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{self, cargo, program, read, root, run},
    tools,
};

/// Oldest Node.js that everything works with.
const NODE: u32 = 20;
/// The packages that the app is built from. That of the browser suites only looks at it.
const BUILT: [&str; 2] = ["sdk", "app"];
/// The programs that browsers are driven against, and how suites find them.
const SERVERS: [(&str, &str); 2] = [
    ("TRIVIUM_BIN", "trivium"),
    ("TRIVIUM_TEST_SERVICE", "trivium-test-service"),
];
/// Folders that hold no sources.
const MADE: [&str; 4] = ["node_modules", "dist", "dist-types", "gen"];

/// Builds the app, where that has not been done for its sources as they are.
///
/// # Errors
///
/// Node.js is missing, or one of its programs fails.
pub(crate) fn build() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    generate()?;
    let mut sources = protos()?;
    for file in fs::read_dir(home())? {
        let file = file?;
        if file.file_type()?.is_file() {
            sources.push(file.path());
        }
    }
    for package in BUILT {
        files(&home().join(package), &mut sources)?;
    }
    sources.sort();
    tools::once("web", "building", &sources, &home().join("app/dist"), || {
        run(&mut npm(&["run", "--silent", "build"]))
    })
}

/// What has to hold of the sources without running them.
///
/// # Errors
///
/// Something does not.
pub(crate) fn check() -> Result<()> {
    if !is_there() {
        println!("there is no clients/ts/package.json");
        return Ok(());
    }
    generate()?;
    run(&mut npm(&["run", "--silent", "check"]))
}

/// The unit tests, and then the suites that drive real browsers against the real server.
///
/// # Errors
///
/// A test fails. In CI, a browser that is missing and cannot be installed.
pub(crate) fn test() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    build()?;
    run(&mut npm(&["test", "--silent"]))?;
    let browsers = tools::browsers()?;
    if browsers.is_empty() {
        return Ok(());
    }
    let servers = SERVERS.iter().flat_map(|(_, name)| ["--bin", *name]);
    run(cargo().args(["build", "--locked", "--workspace"]).args(servers))?;
    let binaries = SERVERS.map(|(variable, name)| (variable, shell::target().join("debug").join(name)));
    run(npm(&["run", "--silent", "browser"]).envs(browsers).envs(binaries))
}

/// The environment by which suites find browsers and the built app.
///
/// # Errors
///
/// As [`build`] and [`tools::browsers`].
pub(crate) fn setup() -> Result<Vec<(&'static str, OsString)>> {
    if !is_there() {
        return Ok(Vec::new());
    }
    build()?;
    tools::browsers()
}

/// Makes the protobuf code, for which buf has to be installed.
fn generate() -> Result<()> {
    let node = read(Command::new("node").arg("--version"));
    if !node.is_ok_and(|version| is_recent(&version)) {
        bail!(
            "Node.js {NODE} or later with npm is needed for the web app; on Debian: apt-get install nodejs npm. \
             Without it: cargo xtask run --no-web"
        );
    }
    let pins = ["package.json", "package-lock.json"].map(|file| home().join(file));
    tools::once("web-node", "installing", &pins, &home().join("node_modules"), || {
        tools::npm_install(&home())
    })?;
    // The suites have protos and a template of their own.
    let mut sources = protos()?;
    tools::protos(&root().join("tests/proto"), &mut sources)?;
    sources.extend([home().join("package-lock.json"), root().join("buf.yaml")]);
    sources.extend(["buf.gen.yaml", "browser/buf.gen.yaml"].map(|template| home().join(template)));
    tools::once("web-gen", "generating", &sources, &home().join("sdk/src/gen"), || {
        run(&mut npm(&["run", "--silent", "generate"]))
    })
}

fn is_there() -> bool {
    home().join("package.json").exists()
}

fn home() -> PathBuf {
    root().join("clients/ts")
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = program("npm");
    command.args(arguments).current_dir(home());
    command
}

fn protos() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    tools::protos(&root().join("proto"), &mut found)?;
    Ok(found)
}

/// Adds every source below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if !MADE.contains(&name.as_ref()) && !name.starts_with('.') {
                files(&entry.path(), found)?;
            }
        } else if !name.ends_with(".tsbuildinfo") {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Whether this is what a Node.js says that is recent enough, such as `v20.19.0`.
fn is_recent(version: &str) -> bool {
    let major = version.trim().trim_start_matches('v').split('.').next();
    major
        .and_then(|major| major.parse().ok())
        .is_some_and(|major: u32| major >= NODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_not_taken() {
        for (version, expected) in [
            ("v20.19.0\n", true),
            ("v24.1.0", true),
            ("v18.20.4", false),
            ("v9.0.0", false),
            ("", false),
            ("node", false),
        ] {
            assert_eq!(is_recent(version), expected, "{version}");
        }
    }

    #[test]
    fn what_is_made_is_no_source() {
        let folder = std::env::temp_dir().join(format!("trivium-xtask-{}", std::process::id()));
        for path in [
            "src/a.ts",
            "src/gen/b.ts",
            "node_modules/c.js",
            "dist/d.js",
            "e.json",
            ".vite/f",
            "g.tsbuildinfo",
        ] {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "").expect("written");
        }
        let mut found = Vec::new();
        files(&folder, &mut found).expect("read");
        found.sort();
        let names: Vec<_> = found
            .iter()
            .filter_map(|path| path.strip_prefix(&folder).ok()?.to_str())
            .collect();
        assert_eq!(names, ["e.json", "src/a.ts"]);
        fs::remove_dir_all(folder).expect("removed");
    }
}
