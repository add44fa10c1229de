//! The project's commands, as `cargo xtask COMMAND`: programs that Cargo alone does not start.
//!
//! `ci` is what decides whether a change is good, and nothing else is. Foreign programs that it needs are installed
//! by `tools`, under `target/xtask`, at the versions pinned in this directory.

#![expect(clippy::print_stdout, reason = "a program for the command line")]

mod bench;
mod ci;
mod engine;
mod go;
mod server;
mod shell;
mod soak;
mod tools;
mod web;

use std::{env, process::ExitCode};

use anyhow::{Result, bail};

use crate::shell::cargo;

const HELP: &str = "\
cargo xtask COMMAND

run [OPTIONS] [ARGS]     build the web app and the server, and start `trivium serve ARGS`;
                         --release with optimizations, --no-web without building the app
test                     every test: Rust's, TypeScript's, and those in browsers
test ARGS                only `cargo test --workspace ARGS`
setup                    only set it up, and print the variables by which the suites find it
ci [STEP...]             everything that a change has to pass, or only these steps of it
gen                      make the files that are generated and committed
bench [ARGS]             run the micro benchmarks with optimizations
bench load ARGS          load a server that runs already, and see what it costs; `bench load --help`
bench count [WORDS]      count instructions, and compare them with benches/COUNTS.md: of the paths, of a `server`, or `all`;
                         --write to write them down, --programs DIR to take the server from there instead of building it
bench soak [MINUTES]     use a server moderately for so long, 120 unless told, and fail if it grows
bench against [ARGS]     measure ours and the peers in turn, and write benches/RESULTS.md";

/// How long every change is soaked. Memory may grow by what noise and warming up come to in so short a time; a leak of 1 KB per
/// message, or of 25 KB per lost connection, comes to three times as much.
const SOAK_MINUTES: u32 = 10;
const SOAK_MOST: u32 = 100;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["run", rest @ ..] => run(rest),
        ["test", rest @ ..] => test(rest),
        ["setup"] => setup(),
        ["ci", steps @ ..] => ci::ci(steps),
        ["gen"] => generate(),
        ["bench", rest @ ..] => bench::bench(rest),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        [command, ..] => bail!("no such command: {command}\n\n{HELP}"),
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    let ours = |argument: &&&str| matches!(**argument, "--release" | "--no-web");
    let (options, serve) = arguments.split_at(arguments.iter().take_while(ours).count());
    if !options.contains(&"--no-web") {
        web::build()?;
    }
    let profile = options.iter().filter(|option| **option == "--release");
    let mut command = cargo();
    command
        .args(["run", "--package", "trivium-server", "--bin", "trivium"])
        .args(profile);
    // As cargo does, a `--` before what is passed through is taken for a divider.
    let serve = serve.strip_prefix(&["--"]).unwrap_or(serve);
    shell::exec(command.args(["--", "serve"]).args(serve))
}

/// The suites drive the server with clients in other languages too; where those are is told by the environment.
pub(crate) fn test(arguments: &[&str]) -> Result<()> {
    // The server's own tests look at the app in it.
    web::build()?;
    tools::strace();
    shell::run(
        cargo()
            .args(["test", "--workspace", "--locked"])
            .args(arguments)
            .envs(tools::interop()?)
            .envs(go::judges()),
    )?;
    // Arguments are Cargo's.
    if !arguments.is_empty() {
        return Ok(());
    }
    let programs = ["--bin", "trivium", "--bin", "trivium-load"];
    shell::run(cargo().args(["build", "--locked", "--workspace"]).args(programs))?;
    // The browsers play as long as the soak takes.
    let soak = soak::begin(&shell::target().join("debug"), SOAK_MINUTES, SOAK_MOST)?;
    web::test()?;
    soak.end()
}

fn setup() -> Result<()> {
    tools::strace();
    for (name, value) in tools::interop()?.into_iter().chain(go::judges()).chain(web::setup()?) {
        println!("{name}={}", value.display());
    }
    Ok(())
}

/// A test knows how to make `tools/buf-validate.binpb`, so that building this program does not need a compiler of
/// protos.
fn generate() -> Result<()> {
    let mut command = cargo();
    command.args([
        "test",
        "--quiet",
        "--locked",
        "--package",
        "xtask",
        "--test",
        "generated",
    ]);
    shell::run(command.env("TRIVIUM_GENERATE", "1"))
}
