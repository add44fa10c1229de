//! The command line: one file for each command, and what they share.
//!
//! [`serve`] runs a server and [`token`] needs its secret; all others are clients that only the SDK connects to a server:
//! [`host`], [`play`], [`chat`], [`watch`], [`quiz`], [`results`]; `bench` is the load generator of `trivium-benches`. [`connect`] finds server and token, [`input`] reads keys, [`telling`] and [`view`] say and
//! draw what happens, [`failure`] turns errors into exit codes.

#[cfg(feature = "bench")]
mod bench;
mod chat;
mod connect;
mod failure;
mod host;
mod input;
mod play;
mod quiz;
mod results;
mod serve;
mod telling;
mod token;
mod view;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::ui::out;

/// Live rooms: quizzes, chat and presence over gRPC, gRPC-Web and WebTransport.
#[derive(Debug, Parser)]
#[command(name = "trivium", version, after_help = failure::EXIT_CODES, after_long_help = failure::EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a server.
    Serve(serve::Args),
    /// Make a token with the secret of a server on this machine.
    Token(token::Args),
    /// Host a quiz in this terminal.
    Host(host::Args),
    /// Play a quiz in this terminal.
    Play(play::Args),
    /// Read and write in a room's chat.
    Chat(chat::Args),
    /// Follow a room as JSON lines.
    Watch(watch::Args),
    /// Keep written quizzes.
    #[command(subcommand)]
    Quiz(quiz::Command),
    /// Write the results of a room into a file.
    Results(results::Args),
    /// Load a server, and see how it bears that.
    #[cfg(feature = "bench")]
    Bench(bench::Args),
}

/// Runs the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _nobody_listens = error.print();
            return ExitCode::from(if error.use_stderr() { failure::USAGE } else { 0 });
        }
    };
    // Named by FAILPOINTS, until the end of the process.
    #[cfg(feature = "failpoints")]
    let _armed = fail::FailScenario::setup();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            out::note(&format!("trivium: {error}"));
            return ExitCode::from(failure::FAILED);
        }
    };
    let result = runtime.block_on(run(cli.command));
    // Standard input is read on a thread that nothing can interrupt.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = failure::code(&error);
            if code != 0 {
                out::note(&format!("trivium: {error:#}"));
            }
            ExitCode::from(code)
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => Box::pin(serve::run(args)).await,
        Command::Token(args) => token::run(args),
        Command::Host(args) => Box::pin(host::run(args)).await,
        Command::Play(args) => Box::pin(play::run(args)).await,
        Command::Chat(args) => Box::pin(chat::run(args)).await,
        Command::Watch(args) => Box::pin(watch::run(args)).await,
        Command::Quiz(command) => Box::pin(quiz::run(command)).await,
        Command::Results(args) => Box::pin(results::run(args)).await,
        #[cfg(feature = "bench")]
        Command::Bench(args) => bench::run(args).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn command_lines_are_understood_or_refused() {
        for (line, good) in [
            ("serve", true),
            ("serve --http 0.0.0.0:80 --no-webtransport --log debug", true),
            ("serve --http nowhere", false),
            ("token --sub ana --room r1=host --room r2=member --ttl 2h", true),
            ("token --sub ana --room r1=king", false),
            ("token --sub ana --ttl 5", false),
            ("token", false),
            ("host quiz.json --auto --json --players 3", true),
            ("host", false),
            ("play ABCD-2345 --name Ana --road grpc-web --answers random", true),
            ("play ABCD-2345 --name Ana --road carrier-pigeon", false),
            ("play ABCD-2345 --answers first --think 250ms", true),
            ("play ABCD-2345 --answers @/no/such/file", false),
            ("play ABCD-2345 --answers maybe", false),
            ("chat ABCD-2345 --name Ana --guest", true),
            ("chat room-1 --history 5 --follow --json", true),
            ("chat", false),
            ("bench join-wave --code ABCD-2345 --rate 5", cfg!(feature = "bench")),
            ("bench against", false),
            ("watch room-1 --from 12", true),
            ("watch room-1 --from start", false),
            ("quiz import a.json b.json", true),
            ("quiz import a.gift b.xlsx --format gift --dry-run", true),
            ("quiz import a.gift --to a.json", true),
            ("quiz import a.gift b.gift --to a.json --dry-run", false),
            ("quiz import a.gift --format papyrus", false),
            ("quiz export id --revision 3", true),
            ("quiz export a.json --format kahoot -o a.xlsx", true),
            ("results room --format csv", true),
            ("results room -o results.xlsx", true),
            ("results", false),
            ("quiz list", true),
            ("quiz", false),
            ("fly", false),
        ] {
            let parsed = Cli::try_parse_from(std::iter::once("trivium").chain(line.split(' ')));
            assert_eq!(parsed.is_ok(), good, "{line}: {:?}", parsed.err());
        }
    }
}
